"""The same networks and the same epoch in plain NumPy, their gradients derived by hand.

It shares nothing with ``networks`` and ``solver`` but what they are given, so that the two judge each other.
All is computed in the dtype of the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.array import Array, NumberArray, computed, places
from examples.state import Dataset, Settings, Split, State


def loss_and_gradients(
    parameters: Mapping[str, Array], images: Array, labels: NumberArray, reg: float = 0.0
) -> tuple[float, dict[str, Array]]:
    """mean(−log p_label) + ½ λ Σ‖W‖², and its derivatives by all parameters.

    With p = softmax(Z), Z = A W + b and A = ReLU(Z₋) of the layer before: Z̄ = (p − e_label) / N,
    W̄ = Aᵀ Z̄ + λ W, b̄ = Σ Z̄ over the rows, Ā = Z̄ Wᵀ, Z̄₋ = Ā where Z₋ > 0, else 0.
    """
    layers = len(parameters) // 2
    inputs = [images]
    for layer in range(1, layers):
        inputs.append(computed(np.maximum(inputs[-1] @ parameters[f"W{layer}"] + parameters[f"b{layer}"], 0)))
    scores: Array = inputs[-1] @ parameters[f"W{layers}"] + parameters[f"b{layers}"]
    scores -= scores.max(axis=1, keepdims=True)
    weights: Array = np.exp(scores)
    sums = computed(weights.sum(axis=1))
    label = np.arange(len(images)), places(labels)
    loss = computed((np.log(sums) - scores[label]).mean())
    bar = weights / (sums[:, np.newaxis] * len(images))
    bar[label] -= 1 / len(images)
    gradients: dict[str, Array] = {}
    for layer in range(layers, 0, -1):
        weight = parameters[f"W{layer}"]
        gradients[f"W{layer}"] = computed(inputs[layer - 1].T @ bar)
        gradients[f"b{layer}"] = computed(bar.sum(axis=0))
        if reg:
            loss = computed(loss + 0.5 * reg * np.sum(weight * weight))
            gradients[f"W{layer}"] += reg * weight
        if layer > 1:
            bar = (bar @ weight.T) * (inputs[layer - 1] > 0)
    return float(loss), gradients


def one_epoch(settings: Settings, data: Dataset, state: State) -> State:
    """What ``solver.one_epoch`` says; nothing is checked."""
    epoch = state.epoch + 1
    parameters = {name: array.copy() for name, array in state.parameters.items()}
    dtype = parameters["W1"].dtype
    order = np.random.default_rng([settings.seed, epoch]).permutation(len(data.train.images))
    losses: list[float] = []
    for first in range(0, len(order), settings.batch):
        chosen = order[first : first + settings.batch]
        images, labels = data.train.images[chosen].astype(dtype, copy=False), data.train.labels[chosen]
        loss, gradients = loss_and_gradients(parameters, images, labels, settings.reg)
        for name, gradient in gradients.items():
            parameters[name] -= state.learning_rate * gradient
        losses.append(loss)
    return replace(
        state,
        epoch=epoch,
        learning_rate=state.learning_rate * settings.decay,
        parameters=parameters,
        losses=(*state.losses, *losses),
        train_accuracies=(*state.train_accuracies, accuracy(parameters, data.train)),
        test_accuracies=(*state.test_accuracies, accuracy(parameters, data.test)),
    )


def accuracy(parameters: Mapping[str, Array], split: Split) -> float:
    """The share of the images whose largest score is that of their label."""
    layers = len(parameters) // 2
    value = split.images
    for layer in range(1, layers + 1):
        value = computed(value @ parameters[f"W{layer}"] + parameters[f"b{layer}"])
        value = computed(np.maximum(value, 0)) if layer < layers else value
    return int(np.count_nonzero(np.equal(value.argmax(axis=1), split.labels))) / len(split.images)
