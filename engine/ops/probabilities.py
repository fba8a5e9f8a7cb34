"""Softmax and its logarithm, along axes. Both have their own rules, for accuracy.

Of entries a with the maximum m of their slice, exp(a − m) / Σ exp(a − m) never overflows, and an entry −∞ (a
masked one) has probability 0 and derivative 0. The logarithm is not taken of a probability, which underflows.
Entries ∞ share all the probability. A slice of nothing but −∞ has no softmax: NaN.

A probability y near 1 leaves 1 − y without digits. So the rules treat an entry of more than half of the
probability apart, and take for 1 − y the sum of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, BoolArray, Shape, computed, largest, real_part, select, total
from engine.axes import canonical_axes, check_axes_exist, check_canonical, subsets
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Unary
from engine.ops.broadcasting import summation
from engine.ops.piecewise import step

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["LogSoftmax", "Softmax", "log_softmax", "softmax"]


def _most(y: Tensor) -> Tensor:
    """1 where an entry has more than half of the probability, 0 elsewhere."""
    return step(y.detach() - 0.5)


def _below(a: Array, top: Array) -> Array:
    """a less the maximum of its slice; ∞ less ∞ is 0."""
    alone: BoolArray = (a == top) & (real_part(top) == inf)
    return select(alone, np.zeros_like(a), a - select(alone, np.zeros_like(a), top))


def less_mean(v: Tensor, y: Tensor, axes: Axes) -> Tensor:
    """v − Σ y v, for probabilities y along the axes: J v, with J the Jacobian of log-softmax.

    A number may be taken away from all of v first; with that of the likeliest entry its term is 0.
    """
    apart = v - summation(v * _most(y), axes, keepdims=True)
    return apart - summation(apart * y, axes, keepdims=True)


def less_share(v: Tensor, y: Tensor, axes: Axes) -> Tensor:
    """v − y Σ v, for probabilities y along the axes: Jᵀ v, with J the Jacobian of log-softmax.

    Its entries have the sum 0, so that of the likeliest entry is what the others lack.
    """
    most = _most(y)
    others = (v - y * summation(v, axes, keepdims=True)) * (1 - most)
    return others - most * summation(others, axes, keepdims=True)


@op(REALS, signature="(i*)->(i*)")
class Softmax(Unary):
    """yᵢⱼ = exp aᵢⱼ / Σₖ exp aₖⱼ, the sum over the axes ``axes``."""

    axes: Axes

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    def compute(self, a: Array) -> Array:
        if not a.size:
            return a
        weights: Array = np.exp(_below(a, largest(a, self.axes, keepdims=True)))
        return weights / total(weights, self.axes, keepdims=True)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self._through(out_grad, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self._through(in_tangent, node)

    def _through(self, moved: Tensor, node: Tensor) -> Tensor:
        """The Jacobian, which is symmetric, times what moves: y (v − Σ y v)."""
        return node * less_mean(moved, node, self.axes)

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, subsets(range(len(shapes[0]))))


def softmax(a: Tensor, axes: int | Sequence[int] | None = -1) -> Tensor:
    """exp a over its sum along one axis, the last by default, several or all (None). Raises ``AxisError``."""
    return Softmax(canonical_axes("softmax", axes, a.ndim))(a)


def log_softmax_of(a: Array, axes: Axes) -> Array:
    """a − log Σ exp a over the axes. One entry of each slice is its maximum, whose exp is the 1 in log1p.

    So a probability near 1 keeps the digits of its small logarithm.
    """
    if not a.size:
        return a
    below = _below(a, largest(a, axes, keepdims=True))
    at_top: BoolArray = below == 0
    others = total(select(at_top, np.zeros_like(a), np.exp(below)), axes, keepdims=True)
    ties = total(at_top.astype(a.dtype), axes, keepdims=True) - 1
    return computed(below - np.log1p(ties + others))


@op(REALS, signature="(i*)->(i*)")
class LogSoftmax(Unary):
    """yᵢⱼ = aᵢⱼ − log Σₖ exp aₖⱼ, the sum over the axes ``axes``."""

    axes: Axes

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    def compute(self, a: Array) -> Array:
        return log_softmax_of(a, self.axes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return less_share(out_grad, self._softmax(node), self.axes)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return less_mean(in_tangent, self._softmax(node), self.axes)

    def _softmax(self, node: Tensor) -> Tensor:
        return Softmax(self.axes)(node.inputs[0])

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, subsets(range(len(shapes[0]))))


def log_softmax(a: Tensor, axes: int | Sequence[int] | None = -1) -> Tensor:
    """a − log Σ exp a along one axis, the last by default, several or all (None). Raises ``AxisError``."""
    return LogSoftmax(canonical_axes("log_softmax", axes, a.ndim))(a)
