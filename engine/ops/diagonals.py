"""Reading a diagonal, and putting one into zeros: each is the other's adjoint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.axes import check_axes_exist, check_canonical, check_sizes, distinct_axes, whole_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ShapeError
from engine.kinds import Linear
from engine.ops.broadcasting import summation

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Diagonal", "PutDiagonal", "diag", "diagonal", "trace"]

OFFSETS = (0, 1, -1, 2, 9)
"""Diagonals to try: in the middle, beside it on either side, and beyond every matrix."""


@op(REALS, signature="(i*)->(j*)")
class Diagonal(Linear):
    """y…ₖ = a at (k, k + offset) of the two axes ``axes``, or at (k − offset, k) below the diagonal 0.

    The two axes leave, and the diagonal comes last.
    """

    offset: int
    axes: tuple[int, int]

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)
        whole_number(type(self).__name__, "offset", self.offset)

    def compute(self, a: Array) -> Array:
        return computed(np.diagonal(a, self.offset, *self.axes))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return PutDiagonal(self.offset, self.axes, node.inputs[0].shape)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return _diagonal_shape(self.offset, self.axes, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for pair in combinations(range(len(shapes[0])), 2):
            yield from (cls(offset, pair) for offset in OFFSETS)


def diagonal(a: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonal ``offset`` of the planes of two axes, as the last axis. Raises ``AxisError``."""
    pair = distinct_axes("diagonal", (axis1, axis2), a.ndim)
    number = whole_number("diagonal", "offset", offset)
    first, second = sorted(pair)
    return Diagonal(number if pair == (first, second) else -number, (first, second))(a)


def trace(a: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of the diagonal ``offset`` of the planes of two axes. Raises ``AxisError``."""
    return summation(diagonal(a, offset, axis1, axis2), -1)


@op(REALS, signature="(i*)->(j*)")
class PutDiagonal(Linear):
    """y has the shape ``shape``, a on the diagonal ``offset`` of ``axes``, and 0 everywhere else.

    The adjoint of ``Diagonal``; of a vector it makes a matrix.
    """

    offset: int
    axes: tuple[int, int]
    shape: Shape

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)
        check_axes_exist(type(self).__name__, self.axes, len(self.shape))
        whole_number(type(self).__name__, "offset", self.offset)
        check_sizes(type(self).__name__, "shape", self.shape)

    def compute(self, a: Array) -> Array:
        result = np.zeros(self.out_shape(a.shape), a.dtype)
        planes = np.moveaxis(result, self.axes, (-2, -1))
        along = np.arange(a.shape[-1])
        rows, columns = (-self.offset, 0) if self.offset < 0 else (0, self.offset)
        planes[..., along + rows, along + columns] = a
        return result

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return Diagonal(self.offset, self.axes)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        wanted = _diagonal_shape(self.offset, self.axes, self.shape)
        if shapes[0] != wanted:
            raise ShapeError(
                repr(self), f"shape {shapes[0]}", f"shape {wanted}", "give the shape of the diagonal"
            )
        return self.shape

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for rank in (len(shape) + 1,) if shape else ():
            *others, size = shape
            for pair in combinations(range(rank), 2):
                for offset, rows, columns in ((0, 0, 0), (1, 0, 1), (-2, 2, 0), (0, 1, 0), (1, 0, 2)):
                    sizes = iter(others)
                    ends = dict(zip(pair, (size + rows, size + columns), strict=True))
                    whole = tuple(ends[axis] if axis in ends else next(sizes) for axis in range(rank))
                    yield cls(offset, pair, whole)


def diag(a: Tensor, k: int = 0) -> Tensor:
    """The square matrix with the vector a on its k-th diagonal, or the k-th diagonal of the matrix a.

    Raises ``ShapeError``, ``ParameterError``.
    """
    offset = whole_number("diag", "k", k)
    if a.ndim == 1:
        size = a.size + abs(offset)
        return PutDiagonal(offset, (0, 1), (size, size))(a)
    if a.ndim != 2:
        raise ShapeError("diag", f"shape {a.shape}", "a vector or a matrix", "use diagonal for more axes")
    return Diagonal(offset, (0, 1))(a)


def _diagonal_shape(offset: int, axes: tuple[int, int], shape: Shape) -> Shape:
    rows, columns = (shape[axis] for axis in axes)
    size = min(rows + min(offset, 0), columns - max(offset, 0))
    return (*(each for axis, each in enumerate(shape) if axis not in axes), max(size, 0))
