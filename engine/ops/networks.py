"""Layers of networks that are compositions of ops: they say their shapes and leave the rules to the ops."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from engine.array import BoolArray
from engine.axes import real_number
from engine.errors import ParameterError, ShapeError
from engine.ops.broadcasting import fitting
from engine.ops.gathering import take
from engine.ops.piecewise import where
from engine.ops.probabilities import softmax
from engine.ops.product import matmul
from engine.ops.shape import transpose

if TYPE_CHECKING:
    from engine.array import IntArray
    from engine.tensor import Tensor

__all__ = ["dropout", "embedding", "linear", "scaled_dot_product_attention"]


def linear(a: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """a Wᵀ + b, for a of shape (…, inputs) and W of shape (outputs, inputs). Raises ``ShapeError``."""
    if weight.ndim != 2:
        raise ShapeError(
            "linear", f"a weight of shape {weight.shape}", "a matrix (outputs, inputs)", "reshape the weight"
        )
    y = matmul(a, transpose(weight))
    return y if bias is None else y + fitting("linear", "bias", bias, y.shape)


def dropout(a: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
    """a with each entry set to 0 with the probability ``rate``, and 1 / (1 − rate) times the others.

    ``generator`` draws which; they are constants to the derivative. Raises ``ParameterError``.
    """
    rate = real_number("dropout", "rate", rate)
    if not 0 <= rate < 1:
        raise ParameterError("dropout", f"rate {rate}", "0 ≤ rate < 1", "give the share of entries to drop")
    kept: BoolArray = generator.random(a.shape) >= rate
    return where(kept, a / (1 - rate), 0.0)


def embedding(weight: Tensor, indices: IntArray) -> Tensor:
    """The rows of ``weight`` (number, size) with these indices: shape (…, size). A row that is read twice
    gets the sum of both adjoints. Raises ``ShapeError``, ``ItemError``.
    """
    if weight.ndim != 2:
        raise ShapeError(
            "embedding", f"a weight of shape {weight.shape}", "a matrix (number, size)", "reshape the weight"
        )
    return take(weight, indices, 0)


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | BoolArray | None = None
) -> Tensor:
    """softmax(q kᵀ / √d) v, for q (…, n, d), k (…, m, d) and v (…, m, e): shape (…, n, e).

    ``mask`` (…, n, m): which keys a query may attend to; each to at least one, else its row is NaN.
    Raises ``ShapeError``.
    """
    if min(query.ndim, key.ndim, value.ndim) < 2:
        shapes = ", ".join(str(each.shape) for each in (query, key, value))
        raise ShapeError("attention", f"shapes {shapes}", "matrices (…, n, d)", "give one row for each token")
    scores = matmul(query / sqrt(query.shape[-1]), transpose(key))
    allowed = scores if mask is None else where(mask, scores, -inf)
    return matmul(softmax(allowed), value)
