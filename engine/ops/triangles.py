"""The triangles of a matrix: the other entries are 0 in the value, and in the adjoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.axes import whole_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ShapeError
from engine.graph import Op
from engine.kinds import Linear

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Tril", "Triu", "tril", "triu"]


@op(REALS, signature="(n,m)->(n,m)")
class Tril(Linear):
    """yᵢⱼ = aᵢⱼ on and below the diagonal ``offset``, that is for j ≤ i + offset, and 0 above it."""

    offset: int = 0

    def __post_init__(self) -> None:
        whole_number(type(self).__name__, "offset", self.offset)

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)  # NumPy would make a matrix of a vector
        return computed(np.tril(a, self.offset))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        return _checked(self, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (0, 1, -1, 2, -2, 9, -9))


def tril(a: Tensor, k: int = 0) -> Tensor:
    """The entries of a on and below its k-th diagonal. Raises ``ShapeError``, ``ParameterError``."""
    return Tril(whole_number("tril", "k", k))(a)


@op(REALS, signature="(n,m)->(n,m)")
class Triu(Linear):
    """yᵢⱼ = aᵢⱼ on and above the diagonal ``offset``, that is for j ≥ i + offset, and 0 below it."""

    offset: int = 0

    def __post_init__(self) -> None:
        whole_number(type(self).__name__, "offset", self.offset)

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)
        return computed(np.triu(a, self.offset))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        return _checked(self, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (0, 1, -1, 2, -2, 9, -9))


def triu(a: Tensor, k: int = 0) -> Tensor:
    """The entries of a on and above its k-th diagonal. Raises ``ShapeError``, ``ParameterError``."""
    return Triu(whole_number("triu", "k", k))(a)


def _checked(op: Op, shape: Shape) -> Shape:
    if len(shape) < 2:
        raise ShapeError(repr(op), f"shape {shape}", "at least 2 axes", "reshape the operand to a matrix")
    return shape
