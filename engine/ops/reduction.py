"""Reductions that are not linear: the extremes, the product, the sum of squares and log-sum-exp."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array, Axes, Shape, largest, multiplied, select, smallest, total
from engine.axes import canonical_axes, reduced_shape
from engine.catalogue import op
from engine.domain import ORDERED, REALS
from engine.kinds import Associative, Reduction, Unary
from engine.ops.broadcasting import summation
from engine.ops.piecewise import absolute, compare, where
from engine.ops.scans import CumProd, shifted, weights_below
from engine.ops.shape import permute, reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "LogSumExp", "Max", "Min", "Prod", "SumOfSquares", "amax", "amin", "logsumexp", "max", "min", "prod",
    "ptp", "sumofsquares",
]  # fmt: skip


class Extremum(Associative, Unary):
    """yⱼ is the entry of a slice that comes before all others in some order."""

    __slots__ = ()

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return kept(out_grad, node.inputs[0].shape, self.axes) * self._weights(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._weights(node), self.axes, self.keepdims)

    def _weights(self, node: Tensor) -> Tensor:
        """1/m at each of the m entries that are yⱼ, 0 elsewhere."""
        a = node.inputs[0].detach()
        return shares(1 - absolute(compare(a, kept(node.detach(), a.shape, self.axes))), self.axes)

    @property
    def fewest(self) -> int:
        return 1


@op(ORDERED, signature="(i*)->(j*)")
class Max(Extremum):
    """yⱼ = maxᵢ aᵢⱼ over the axes ``axes``, none of them empty; with ``keepdims`` they stay, with size 1.

    At a tie the entries that reach the maximum share the derivative equally.
    """

    def compute(self, a: Array) -> Array:
        return largest(a, self.axes, self.keepdims)

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return max(a, axes, self.keepdims)


def max(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The maximum over all axes (None), one axis or several. Raises ``AxisError``, ``ShapeError``."""
    return Max(canonical_axes("max", axes, a.ndim), keepdims)(a)


@op(ORDERED, signature="(i*)->(j*)")
class Min(Extremum):
    """yⱼ = minᵢ aᵢⱼ over the axes ``axes``, none of them empty; with ``keepdims`` they stay, with size 1.

    At a tie the entries that reach the minimum share the derivative equally.
    """

    def compute(self, a: Array) -> Array:
        return smallest(a, self.axes, self.keepdims)

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return min(a, axes, self.keepdims)


def min(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The minimum over all axes (None), one axis or several. Raises ``AxisError``, ``ShapeError``."""
    return Min(canonical_axes("min", axes, a.ndim), keepdims)(a)


@op(REALS, signature="(i*)->(j*)")
class Prod(Associative, Unary):
    """yⱼ = Πᵢ aᵢⱼ over the axes ``axes``, 1 of nothing; with ``keepdims`` they stay, with size 1.

    The derivative is the product of the others, those before times those behind: no division, so that it is
    exact where entries are 0 too.
    """

    def compute(self, a: Array) -> Array:
        return multiplied(a, self.axes, self.keepdims)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return kept(out_grad, a.shape, self.axes) * self._others(a)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._others(node.inputs[0]), self.axes, self.keepdims)

    def _others(self, a: Tensor) -> Tensor:
        """For each entry the product of the others of its slice."""
        rows = in_rows(a, self.axes)
        last = rows.ndim - 1
        before = shifted(CumProd(last)(rows), last, first=1.0)
        behind = shifted(CumProd(last, reverse=True)(rows), last, first=1.0, reverse=True)
        order = _reduced_last(a.ndim, self.axes)
        sizes = tuple(a.shape[axis] for axis in order)
        return permute(reshape(before * behind, sizes), sorted(range(a.ndim), key=order.__getitem__))

    @property
    def fewest(self) -> int:
        return 0

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return prod(a, axes, self.keepdims)


def prod(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The product over all axes (None), one axis or several. Raises ``AxisError``."""
    return Prod(canonical_axes("prod", axes, a.ndim), keepdims)(a)


@op(REALS, signature="(i*)->(j*)")
class LogSumExp(Associative, Unary):
    """yⱼ = log Σᵢ exp aᵢⱼ over the axes ``axes``, none of them empty; ``keepdims`` keeps them with size 1.

    The derivative is the softmax exp(aᵢⱼ − m) / Σₖ exp(aₖⱼ − m), with m the maximum of the slice: the value
    does not depend on m, so m is a constant to the derivative, and nothing overflows. A slice of −∞ alone
    has the value −∞ and the derivative 0. Where the value is ∞ the entries ∞ share the derivative equally.
    """

    def compute(self, a: Array) -> Array:
        top = largest(a, self.axes, keepdims=True)
        top = select(np.isfinite(top), top, np.zeros_like(top))
        result = np.log(total(np.exp(a - top), self.axes, keepdims=True)) + top
        return np.reshape(result, reduced_shape(a.shape, self.axes, self.keepdims))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return kept(out_grad, a.shape, self.axes) * self._softmax(a)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._softmax(node.inputs[0]), self.axes, self.keepdims)

    def _softmax(self, a: Tensor) -> Tensor:
        top = max(a.detach(), self.axes, keepdims=True)
        some = compare(top, top.make_const(np.array(-math.inf, top.dtype)))
        weights = weights_below(a, where(some, top, 0.0))
        return weights / (summation(weights, self.axes, keepdims=True) + (1 - some))

    @property
    def fewest(self) -> int:
        return 1

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return logsumexp(a, axes, self.keepdims)


def logsumexp(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """log Σ exp over all axes (None), one axis or several. Raises ``AxisError``, ``ShapeError``."""
    return LogSumExp(canonical_axes("logsumexp", axes, a.ndim), keepdims)(a)


@op(REALS, signature="(i*)->(j*)")
class SumOfSquares(Reduction, Unary):
    """yⱼ = Σᵢ aᵢⱼ² over the axes ``axes``; with ``keepdims`` they stay, with size 1."""

    def compute(self, a: Array) -> Array:
        return total(a * a, self.axes, self.keepdims)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return kept(out_grad, a.shape, self.axes) * (a * 2)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * (node.inputs[0] * 2), self.axes, self.keepdims)

    @property
    def fewest(self) -> int:
        return 0

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return sumofsquares(a, axes, self.keepdims)


def sumofsquares(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """Σ a² over all axes (None), one axis or several. Raises ``AxisError``."""
    return SumOfSquares(canonical_axes("sumofsquares", axes, a.ndim), keepdims)(a)


def ptp(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The maximum less the minimum, with their derivatives. Raises ``AxisError``, ``ShapeError``."""
    return max(a, axes, keepdims) - min(a, axes, keepdims)


amax = max
amin = min
"""NumPy's other names."""


def _reduced_last(ndim: int, axes: Axes) -> Axes:
    """The order of the axes in which those that are reduced come last."""
    return (*(axis for axis in range(ndim) if axis not in axes), *axes)


def in_rows(a: Tensor, axes: Axes) -> Tensor:
    """Each slice along one axis, the last."""
    lined = permute(a, _reduced_last(a.ndim, axes))
    before = a.ndim - len(axes)
    return reshape(lined, (*lined.shape[:before], math.prod(lined.shape[before:])))


def kept(y: Tensor, shape: Shape, axes: Axes) -> Tensor:
    """What belongs to a reduction of an input of this shape, its axes kept with size 1."""
    return reshape(y, reduced_shape(shape, axes, keepdims=True))


def shares(reaches: Tensor, axes: Axes) -> Tensor:
    """1/m for each of the m ones of a slice, 0 for its zeros."""
    return reaches / summation(reaches, axes, keepdims=True)
