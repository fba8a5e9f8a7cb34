"""A two-layer net on five made-up samples, its weights stored as (hidden, inputs) and (classes, hidden).

The last digits of its losses follow from the order of the operations, which is therefore the document's own:
the probabilities first, then the logarithm of the label's. (The engine's cross entropy takes another
order; after 100 iterations it differs in the 16th digit.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine import Tensor, log, softmax
from engine.array import Array, IntArray, computed
from examples.networks import leaves, scores, transposed
from examples.solver import descended

INPUTS, HIDDEN, CLASSES = 4, 10, 3
ITERATIONS, BATCH = 100, 200
LEARNING_RATE, DECAY, REG = 0.1, 0.95, 5e-6


@dataclass(frozen=True, slots=True, eq=False)
class Toy:
    """Samples (5, 4) and their labels."""

    x: Array
    labels: IntArray


def samples() -> Toy:
    """The samples, which the seed 1 draws: 10 · N(0, 1)."""
    return Toy(10 * np.random.RandomState(1).randn(5, INPUTS), np.array([0, 1, 2, 2, 1]))


def parameters(draw: np.random.RandomState) -> dict[str, Array]:
    """W1 (10, 4) and W2 (3, 10), drawn in this order as 0.1 · N(0, 1), and zero biases."""
    first, second = 0.1 * draw.randn(HIDDEN, INPUTS), 0.1 * draw.randn(CLASSES, HIDDEN)
    return {"W1": first, "b1": np.zeros(HIDDEN), "W2": second, "b2": np.zeros(CLASSES)}


def toy_scores(stored: Mapping[str, Tensor], x: Array) -> Tensor:
    """ReLU(x W1ᵀ + b1) W2ᵀ + b2."""
    return scores(transposed(stored), Tensor.make_const(x))


def toy_loss(stored: Mapping[str, Tensor], batch: Toy, reg: float) -> Tensor:
    """−Σ log pᵢ / N + ½ λ (‖W1‖² + ‖W2‖²), where pᵢ is the probability of the label of sample i."""
    chosen = Tensor.make_const(computed(np.eye(CLASSES)[batch.labels]))
    picked = (softmax(toy_scores(stored, batch.x)) * chosen).sum(1)
    first, second = stored["W1"], stored["W2"]
    return -log(picked).sum() / len(batch.x) + 0.5 * reg * ((first * first).sum() + (second * second).sum())


def trained() -> list[float]:
    """The loss of each iteration: it draws a batch with replacement, makes a step and lets the rate decay."""
    draw = np.random.RandomState(0)
    stored, data, rate = leaves(parameters(draw)), samples(), LEARNING_RATE
    losses: list[float] = []
    for _ in range(ITERATIONS):
        chosen = np.array([draw.choice(len(data.x)) for _ in range(BATCH)])
        loss = toy_loss(stored, Toy(computed(data.x[chosen]), data.labels[chosen]), REG)
        losses.append(loss.item())
        stored = descended(loss, stored, rate)
        rate *= DECAY
    return losses
