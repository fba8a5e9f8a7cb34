"""Fully connected networks on the engine: {affine, ReLU} × (L − 1), affine, and the softmax loss with L2.

The parameters of a network of L layers are W1, b1, … WL, bL: weights (inputs, outputs), biases (outputs,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from engine import Tensor, relu, reshape, softmax_loss
from engine.array import Array, NumberArray


def initial(sizes: Sequence[int], seed: int) -> dict[str, Array]:
    """Parameters to start from: W ~ N(0, 2 / inputs), so that ReLU keeps the size of what passes; b = 0.

    W1, W2, … are drawn in this order from ``default_rng(seed)``, in float64. K. He et al., Delving Deep into
    Rectifiers, ICCV 2015, section 2.2.
    """
    rng = np.random.default_rng(seed)
    parameters: dict[str, Array] = {}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        parameters[f"W{layer}"] = rng.normal(0, (2 / inputs) ** 0.5, (inputs, outputs))
        parameters[f"b{layer}"] = np.zeros(outputs)
    return parameters


def leaves(arrays: Mapping[str, Array]) -> dict[str, Tensor]:
    """The same parameters as variables of a graph, which share the arrays."""
    return {name: Tensor.make_const(array, requires_grad=True) for name, array in arrays.items()}


def transposed(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The parameters of a network that stores its weights as (outputs, inputs), as this module takes them."""
    return {name: value.T if value.ndim == 2 else value for name, value in parameters.items()}


def affine(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x W + b, (N, H), for x (N, …), whose other axes are read as one, W (D, H) and b (H,).

    Raises ``ShapeError``.
    """
    rows = x if x.ndim == 2 else reshape(x, (len(x), weight.shape[0]))
    return rows @ weight + bias


def scores(parameters: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """The logits (N, classes) of x (N, D)."""
    last = len(parameters) // 2
    value = x
    for layer in range(1, last):
        value = relu(affine(value, parameters[f"W{layer}"], parameters[f"b{layer}"]))
    return affine(value, parameters[f"W{last}"], parameters[f"b{last}"])


def loss(parameters: Mapping[str, Tensor], x: Tensor, labels: NumberArray, reg: float = 0.0) -> Tensor:
    """The mean of −log softmax(scores)_label over the rows of x, and ½ λ Σ‖W‖² with λ = ``reg``."""
    mean = softmax_loss(scores(parameters, x), labels)
    if reg == 0:
        return mean
    squares = [(value * value).sum() for value in parameters.values() if value.ndim == 2]
    return mean + 0.5 * reg * sum(squares[1:], squares[0])
