"""Reductions that are not linear: the maximum and log-sum-exp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape, largest, select, total
from engine.axes import canonical_axes, check_axes_exist, check_canonical, reduced_shape, subsets
from engine.catalogue import op
from engine.domain import ORDERED, REALS
from engine.errors import ShapeError
from engine.graph import Op
from engine.kinds import Unary
from engine.ops.broadcasting import summation
from engine.ops.exponential import exp
from engine.ops.piecewise import compare
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor


def _check_not_empty(op: Op, shape: Shape, axes: Axes) -> None:
    check_axes_exist(repr(op), axes, len(shape))
    empty = [axis for axis in axes if shape[axis] == 0]
    if empty:
        raise ShapeError(
            repr(op), f"shape {shape}", f"at least one entry along axis {empty[0]}", "reduce other axes"
        )


def _fillable(shape: Shape) -> list[Axes]:
    """The axis sets over which every slice has an entry."""
    return [axes for axes in subsets(range(len(shape))) if prod(shape[axis] for axis in axes)]


@op(ORDERED, signature="(i*)->(j*)")
class Max(Unary):
    """yⱼ = maxᵢ aᵢⱼ over the axes ``axes``, none of them empty; with ``keepdims`` they stay, with size 1.

    At a tie the entries that reach the maximum share the derivative equally.
    """

    axes: Axes
    keepdims: bool = False

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    def compute(self, a: Array) -> Array:
        return largest(a, self.axes, self.keepdims)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return reshape(out_grad, reduced_shape(a.shape, self.axes, keepdims=True)) * self._weights(a, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._weights(node.inputs[0], node), self.axes, self.keepdims)

    def _weights(self, a: Tensor, node: Tensor) -> Tensor:
        """1/m at each of the m entries that reach the maximum of their slice, 0 elsewhere."""
        top = reshape(node.detach(), reduced_shape(a.shape, self.axes, keepdims=True))
        reaches = compare(a.detach(), top) + 1
        return reaches / summation(reaches, self.axes, keepdims=True)

    def out_shape(self, *shapes: Shape) -> Shape:
        _check_not_empty(self, shapes[0], self.axes)
        return reduced_shape(shapes[0], self.axes, self.keepdims)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for axes in _fillable(shapes[0]):
            yield cls(axes)
            yield cls(axes, keepdims=True)


def max(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The maximum over all axes (None), one axis or several. Raises ``AxisError``, ``ShapeError``."""
    return Max(canonical_axes("max", axes, a.ndim), keepdims)(a)


@op(REALS, signature="(i*)->(j*)")
class LogSumExp(Unary):
    """yⱼ = log Σᵢ exp aᵢⱼ over the axes ``axes``, none of them empty; ``keepdims`` keeps them with size 1.

    The derivative is the softmax exp(aᵢⱼ − m) / Σₖ exp(aₖⱼ − m), with m the maximum of the slice: the value
    does not depend on m, so m is a constant to the derivative, and nothing overflows.
    """

    axes: Axes
    keepdims: bool = False

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    def compute(self, a: Array) -> Array:
        top = largest(a, self.axes, keepdims=True)
        top = select(np.isfinite(top), top, np.zeros_like(top))
        result = np.log(total(np.exp(a - top), self.axes, keepdims=True)) + top
        return np.reshape(result, reduced_shape(a.shape, self.axes, self.keepdims))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return reshape(out_grad, reduced_shape(a.shape, self.axes, keepdims=True)) * self._softmax(a)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._softmax(node.inputs[0]), self.axes, self.keepdims)

    def _softmax(self, a: Tensor) -> Tensor:
        weights = exp(a - max(a.detach(), self.axes, keepdims=True))
        return weights / summation(weights, self.axes, keepdims=True)

    def out_shape(self, *shapes: Shape) -> Shape:
        _check_not_empty(self, shapes[0], self.axes)
        return reduced_shape(shapes[0], self.axes, self.keepdims)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for axes in _fillable(shapes[0]):
            yield cls(axes)
            yield cls(axes, keepdims=True)


def logsumexp(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """log Σ exp over all axes (None), one axis or several. Raises ``AxisError``, ``ShapeError``."""
    return LogSumExp(canonical_axes("logsumexp", axes, a.ndim), keepdims)(a)
