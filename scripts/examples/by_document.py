"""The same network by hand, in NumPy: the backward pass that the founding document has, with its two slips.

error₃ = softmax(z₃) − e_label, W̄ₗ = errorₗ aₗ₋₁ᵀ, b̄ₗ = errorₗ, errorₗ₋₁ = Wₗᵀ errorₗ ⊙ σ′(zₗ₋₁). Each slip
can be repaired; with both repaired these are the gradients.
"""

from __future__ import annotations

from enum import Flag, auto

import numpy as np

from engine.array import Array, computed
from examples.sigmoid_net import Layer, Net, samples
from examples.state import Split


class Slip(Flag):
    """What is wrong in the document's backward pass."""

    NONE = 0
    DERIVATIVE = auto()
    """σ′ is taken of the activation a = σ(z), where σ′(z) is meant: its argument is between 0 and 1."""
    ORDER = auto()
    """A layer is updated before the error is propagated through it: through W − rate · W̄ instead of W."""


DOCUMENT = Slip.DERIVATIVE | Slip.ORDER


def sigmoid(z: Array) -> Array:
    """σ(z) = exp(−log(1 + exp(−z))), which does not overflow."""
    return computed(np.exp(-np.logaddexp(0, -z)))


def slope(z: Array) -> Array:
    """σ′(z) = σ(z) σ(−z)."""
    return sigmoid(z) * sigmoid(-z)


def softmax(z: Array) -> Array:
    """exp(zᵢ) / Σⱼ exp(zⱼ)."""
    weights = np.exp(z - z.max())
    return computed(weights / weights.sum())


def adjoints(net: Net, image: Array, label: int, rate: float, slips: Slip) -> Net:
    """W̄ₗ and b̄ₗ of the loss of one image (D,), or what the slips make of them at this learning rate."""
    sums: list[Array] = []
    activations = [image]
    for layer in net:
        sums.append(layer.weight @ activations[-1] + layer.bias)
        activations.append(sigmoid(sums[-1]))
    error = softmax(sums[-1])
    error[label] -= 1
    found = [Layer(np.outer(error, activations[-2]), error)]
    for at in range(len(net) - 1, 0, -1):
        weight = net[at].weight
        if Slip.ORDER in slips:
            weight = weight - rate * found[-1].weight
        error = weight.T @ error * slope(activations[at] if Slip.DERIVATIVE in slips else sums[at - 1])
        found.append(Layer(np.outer(error, activations[at - 1]), error))
    return tuple(reversed(found))


def descend(net: Net, split: Split, rate: float, slips: Slip) -> None:
    """One step W ← W − rate · W̄, b ← b − rate · b̄ for each image, by hand."""
    for image, label in samples(split):
        for layer, adjoint in zip(net, adjoints(net, image, label, rate, slips), strict=True):
            np.subtract(layer.weight, rate * adjoint.weight, out=layer.weight)
            np.subtract(layer.bias, rate * adjoint.bias, out=layer.bias)
