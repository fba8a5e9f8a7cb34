"""Differences and integrals along an axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.axes import canonical_axis, check_axes_exist, real_number, whole_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import AlongAxis, Linear
from engine.ops.broadcasting import summation
from engine.ops.indexing import get_item
from engine.ops.joining import concatenate
from engine.ops.scans import cumsum

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Diff", "cumulative_trapezoid", "diff", "trapezoid"]


@op(REALS, signature="(i*)->(j*)")
class Diff(AlongAxis, Linear):
    """yₖ = aₖ₊₁ − aₖ along the axis ``axis``, which has at least one entry and loses one."""

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)  # NumPy makes nothing of nothing
        return computed(np.diff(a, axis=self.axis))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        """āₖ = ȳₖ₋₁ − ȳₖ, with 0 beyond both ends."""
        shape = out_grad.shape
        edge = out_grad.make_const(
            np.zeros((*shape[: self.axis], 1, *shape[self.axis + 1 :]), out_grad.dtype)
        )
        return -self(concatenate([edge, out_grad, edge], self.axis))

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        check_axes_exist(repr(self), [self.axis], len(shape))
        if not shape[self.axis]:
            raise ShapeError(repr(self), f"shape {shape}", "at least one entry", "choose another axis")
        return (*shape[: self.axis], shape[self.axis] - 1, *shape[self.axis + 1 :])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from (cls(axis) for axis, size in enumerate(shapes[0]) if size)

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return diff(tensors[0], axis)


def diff(a: Tensor, axis: int = -1, n: int = 1) -> Tensor:
    """The n-th differences along an axis, the last by default.

    Raises ``AxisError``, ``ShapeError`` for fewer than n entries, ``ParameterError`` for n < 0.
    """
    along, times = canonical_axis("diff", axis, a.ndim), whole_number("diff", "n", n)
    if times < 0:
        raise ParameterError("diff", f"n={times}", "a whole number ≥ 0", "say how often to take differences")
    for _ in range(times):
        a = Diff(along)(a)
    return a


def trapezoid(a: Tensor, axis: int = -1, dx: float = 1.0) -> Tensor:
    """dx Σ (aₖ + aₖ₊₁) / 2 along an axis, the last by default: the integral of a through points dx apart.

    Raises ``AxisError``.
    """
    along = canonical_axis("trapezoid", axis, a.ndim)
    return summation(_sums_of_neighbours(a, along), along) * (real_number("trapezoid", "dx", dx) / 2)


def _sums_of_neighbours(a: Tensor, axis: int) -> Tensor:
    before = (slice(None),) * axis
    return get_item(a, (*before, slice(1, None))) + get_item(a, (*before, slice(None, -1)))


def cumulative_trapezoid(a: Tensor, axis: int = -1, dx: float = 1.0) -> Tensor:
    """The integrals of a from its first point to each further one, by ``trapezoid``: one entry fewer.

    Raises ``AxisError``, ``ShapeError``.
    """
    along = canonical_axis("cumulative_trapezoid", axis, a.ndim)
    if not a.shape[along]:
        raise ShapeError("cumulative_trapezoid", f"shape {a.shape}", "a point", "choose another axis")
    return cumsum(_sums_of_neighbours(a, along), along) * (real_number("cumulative_trapezoid", "dx", dx) / 2)
