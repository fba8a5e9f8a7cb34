"""The founding documents' sigmoid network, 784-32-32-10: with their start, by the engine's gradients.

z₁ = W₁x + b₁, a₁ = σ(z₁), z₂ = W₂a₁ + b₂, a₂ = σ(z₂), z₃ = W₃a₂ + b₃; the loss is the cross entropy of
softmax(z₃). Trained one image at a time, in the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TypeAlias

import numpy as np

from engine import CrossEntropy, Tensor, cross_entropy, linear, logistic_density, no_grad, pullback, sigmoid
from engine.array import Array
from examples.state import Split

SIZES = (784, 32, 32, 10)
SEED = 80085
RATE = 0.003


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """z = W x + b, W of shape (outputs, inputs). SGD writes into the arrays. Or the adjoints of the two."""

    weight: Array
    bias: Array


Net: TypeAlias = tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Of ``count`` images: the mean loss, and how many are right."""

    loss: float
    right: int
    count: int

    @property
    def accuracy(self) -> float:
        """The share of images that are right."""
        return self.right / self.count


def initial(sizes: Sequence[int] = SIZES, seed: int = SEED) -> Net:
    """W ~ N(0, 1/√inputs), first layer first, of ``default_rng(seed)``; b = 0."""
    rng = np.random.default_rng(seed)
    return tuple(
        Layer(rng.normal(0, 1 / sqrt(inputs), (outputs, inputs)), np.zeros(outputs))
        for inputs, outputs in pairwise(sizes)
    )


def variables(net: Net) -> list[Tensor]:
    """W₁, b₁, W₂, … as variables that hold the net's own arrays."""
    arrays = (array for layer in net for array in (layer.weight, layer.bias))
    return [Tensor.make_const(array, requires_grad=True) for array in arrays]


def logits(parameters: Sequence[Tensor], images: Tensor) -> Tensor:
    """z₃, (N, classes), of images (N, D) and W₁, b₁, W₂, …"""
    *hidden, last = zip(parameters[::2], parameters[1::2], strict=True)
    for weight, bias in hidden:
        images = sigmoid(linear(images, weight, bias))
    return linear(images, *last)


def score(net: Net, split: Split) -> Score:
    """The mean loss on these images, and how many have their largest logit at their label."""
    with no_grad():
        scores = logits(variables(net), Tensor.make_const(split.images))
        loss = cross_entropy(scores, split.labels).item()
    right = int(np.count_nonzero(scores.numpy().argmax(axis=1) == split.labels))
    return Score(loss, right, len(split.labels))


def samples(split: Split) -> Iterator[tuple[Array, int]]:
    """Each image (D,) with its label."""
    return ((image, int(label)) for image, label in zip(split.images, split.labels.flat, strict=True))


def targets(classes: int) -> list[Tensor]:
    """For each label its row of weights in the cross entropy, (1, classes): 1 there, 0 elsewhere."""
    return [Tensor.make_const(row) for row in np.eye(classes)[:, np.newaxis]]


_LOSS: CrossEntropy = CrossEntropy("sum")


def gradients(parameters: Sequence[Tensor], image: Array, one_hot: Tensor) -> tuple[Tensor, ...]:
    """The adjoints of the parameters for one image (D,), of the label ``one_hot`` (1, classes)."""
    return pullback(_LOSS(logits(parameters, Tensor.make_const(image[np.newaxis])), one_hot), parameters)


def descend(net: Net, split: Split, rate: float) -> None:
    """One step W ← W − rate · W̄, b ← b − rate · b̄ for each image, by the engine's gradients."""
    parameters = variables(net)
    one_hots = targets(len(net[-1].bias))
    for image, label in samples(split):
        for parameter, adjoint in zip(parameters, gradients(parameters, image, one_hots[label]), strict=True):
            array = parameter.realize_cached_data()
            np.subtract(array, rate * adjoint.realize_cached_data(), out=array)


def saturated(net: Net, images: Array) -> float:
    """The share of units of the first layer, over the images, with σ′(z) below 1 % of its peak, ¼."""
    first = net[0]
    z = Tensor.make_const(images @ first.weight.T + first.bias)
    return float(np.mean(logistic_density(z, 4.0) < 0.01))
