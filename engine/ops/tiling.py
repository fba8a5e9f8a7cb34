"""Ops that repeat entries: an entry has several places in the result, and its adjoint is their sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.axes import canonical_axis, canonical_shape, check_axes_exist, check_canonical, whole_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import Linear
from engine.ops.broadcasting import summation
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Repeat", "Tile", "repeat", "tile"]


@op(REALS, signature="(i*)->(j*)")
class Tile(Linear):
    """y is copies of a side by side, ``reps[k]`` of them along axis k: yᵢ = aⱼ with j = i mod n.

    There may be more numbers in ``reps`` than axes of a: a then has axes of size 1 in front.
    """

    reps: tuple[int, ...]

    def __post_init__(self) -> None:
        _check_counts(type(self).__name__, self.reps)

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)  # NumPy would take fewer numbers too
        return computed(np.tile(a, self.reps))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        pairs = zip(self.reps, self._padded(a.shape), strict=True)
        parts = reshape(out_grad, tuple(chain.from_iterable(pairs)))
        return reshape(summation(parts, range(0, parts.ndim, 2)), a.shape)

    def out_shape(self, *shapes: Shape) -> Shape:
        if len(self.reps) < len(shapes[0]):
            raise ShapeError(
                repr(self),
                f"{len(shapes[0])} dimensions",
                f"at most {len(self.reps)}",
                "give one number for each axis",
            )
        return tuple(count * size for count, size in zip(self.reps, self._padded(shapes[0]), strict=True))

    def _padded(self, shape: Shape) -> Shape:
        return (1,) * (len(self.reps) - len(shape)) + shape

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        rank = len(shapes[0])
        for axis in range(rank):
            yield from (cls((*(1,) * axis, count, *(1,) * (rank - axis - 1))) for count in (2, 3, 0))
        yield from map(cls, ((1,) * rank, (2,) * rank, (3, *(1,) * rank), (2, 2, *(1,) * rank)))


def tile(a: Tensor, reps: int | Sequence[int]) -> Tensor:
    """Copies of a side by side, ``reps`` along each axis, the last ones if there are fewer numbers than axes.

    Raises ``ParameterError``.
    """
    counts = canonical_shape("tile", reps)
    return Tile((1,) * (a.ndim - len(counts)) + counts)(a)


@op(REALS, signature="(i*)->(j*)")
class Repeat(Linear):
    """y has each entry of a ``count`` times in a row along the axis ``axis``: yᵢ = aⱼ, j = ⌊i / count⌋."""

    count: int
    axis: int

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, [self.axis])
        _check_counts(type(self).__name__, [self.count])

    def compute(self, a: Array) -> Array:
        return np.repeat(a, self.count, self.axis)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        shape = node.inputs[0].shape
        behind = self.axis + 1
        return summation(reshape(out_grad, (*shape[:behind], self.count, *shape[behind:])), behind)

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        check_axes_exist(repr(self), [self.axis], len(shape))
        return (*shape[: self.axis], self.count * shape[self.axis], *shape[self.axis + 1 :])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for count in (2, 3, 1, 0):
            yield from (cls(count, axis) for axis in range(len(shapes[0])))


def repeat(a: Tensor, count: int, axis: int | None = None) -> Tensor:
    """Each entry of a ``count`` times in a row, along ``axis`` or, without one, in row-major order.

    Raises ``AxisError``, ``ParameterError``.
    """
    number = whole_number("repeat", "count", count)
    if axis is None:
        return Repeat(number, 0)(reshape(a, (a.size,)))
    return Repeat(number, canonical_axis("repeat", axis, a.ndim))(a)


def _check_counts(what: str, counts: Sequence[int]) -> None:
    if min((whole_number(what, "count", each) for each in counts), default=0) < 0:
        raise ParameterError(what, f"{min(counts)} copies", "numbers ≥ 0", "repeat 0 times or more")
