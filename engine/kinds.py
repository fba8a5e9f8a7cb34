"""The kinds of op: how many inputs, and two shortcuts.

``Unary``, ``Binary``, ``Ternary`` and ``Nary`` give ``compute``, ``gradient`` and ``tangent`` their types
and implement the drivers of ``engine.graph``. Beside the number of inputs an op may be

- ``Elementwise``: entry i of the result is a function of the entries i of the inputs, which broadcast;
- linear (``Linear``, ``LinearNary``): it is its own tangent rule, ẏ = f(ẋ), and writes none;
- a ``Reduction``: it makes one entry of many, over its ``axes``; ``Associative``, if parts may come first;
- an ``AlongAxis``: what it makes of an entry depends on the others along its one ``axis``.

``gradient`` returns one adjoint for each input. ``tangent`` of two or three inputs is its mirror image: it
returns one *term* for each input, and the tangent of the result is the sum of the terms,
ẏ = Σᵢ (∂y/∂xᵢ) ẋᵢ. Said in terms, a rule needs no word for an input that does not move: its term is left out
of the sum, and 0·∞ cannot arise.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape
from engine.axes import check_axes_exist, check_canonical, reduced_shape, subsets
from engine.errors import ShapeError
from engine.graph import Op

if TYPE_CHECKING:
    from engine.tensor import Tensor


class TensorOp(Op):
    """An op whose result is a Tensor."""

    __slots__ = ()


class Elementwise(TensorOp):
    """yᵢ is a function of the entries i of the inputs; shapes broadcast as NumPy's do."""

    __slots__ = ()

    def out_shape(self, *shapes: Shape) -> Shape:
        """The broadcast shape."""
        return broadcast_shape(self, *shapes)


@dataclass(frozen=True, slots=True)
class Reduction(TensorOp):
    """yⱼ is made of the entries aᵢⱼ of one slice, over the axes ``axes``; ``keepdims`` keeps them, size 1."""

    axes: Axes
    keepdims: bool = False

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    @property
    @abstractmethod
    def fewest(self) -> int:
        """How many entries a slice has at least: 0 where there is a value of none."""

    @abstractmethod
    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        """The op as a user calls it: by its function, the axes written in any way."""

    def out_shape(self, *shapes: Shape) -> Shape:
        """The shape that is left. Raises ``AxisError``, and ``ShapeError`` for slices of too few entries."""
        (shape,) = shapes
        check_axes_exist(repr(self), self.axes, len(shape))
        if not self.takes(shape):
            axis = min(self.axes, key=lambda each: shape[each], default=0)
            least = "at least one entry" if self.fewest == 1 else f"at least {self.fewest} entries"
            where = f"along axis {axis}" if self.fewest == 1 else "in a slice"
            raise ShapeError(repr(self), f"shape {shape}", f"{least} {where}", "reduce other axes")
        return reduced_shape(shape, self.axes, self.keepdims)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        """Every set of axes, with and without ``keepdims``."""
        (shape,) = shapes
        for axes in subsets(range(len(shape))):
            for op in (cls(axes), cls(axes, keepdims=True)):
                if op.takes(shape):
                    yield op

    def takes(self, shape: Shape) -> bool:
        """Whether every slice of an input of this shape has enough entries."""
        return prod(shape[axis] for axis in self.axes) >= self.fewest


class Associative(Reduction):
    """A reduction of what parts are reduced to is the reduction of the whole, in any order of the axes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AlongAxis(TensorOp):
    """An entry of y is made of the entries of the inputs that stand with it along the axis ``axis``."""

    axis: int

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, [self.axis])

    @abstractmethod
    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        """The op as a user calls it: by its function, the axis counted from either end."""

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        """Every axis."""
        yield from map(cls, range(len(shapes[0])))


class Unary(TensorOp):
    """One input: y = f(a)."""

    __slots__ = ()

    @property
    def arity(self) -> int | None:
        return 1

    @abstractmethod
    def compute(self, a: Array) -> Array:
        """f(a)."""

    @abstractmethod
    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        """ā = (∂y/∂a)ᵀ ȳ, of a's shape and dtype."""

    @abstractmethod
    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        """ẏ = (∂y/∂a) ȧ."""

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        (a,) = arrays
        return self.compute(a)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        return (self.gradient(out_grad, node),)

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        return self.tangent(in_tangents[0], node)


class Linear(Unary):
    """One input, and linear in it: y = f(a), ẏ = f(ȧ), ā = fᵀ(ȳ)."""

    __slots__ = ()

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        """ẏ = f(ȧ)."""
        return self(in_tangent)


class Binary(TensorOp):
    """Two inputs: y = f(a, b)."""

    __slots__ = ()

    @property
    def arity(self) -> int | None:
        return 2

    @abstractmethod
    def compute(self, a: Array, b: Array) -> Array:
        """f(a, b)."""

    @abstractmethod
    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        """ā = (∂y/∂a)ᵀ ȳ and b̄ = (∂y/∂b)ᵀ ȳ, each of its input's shape and dtype."""

    @abstractmethod
    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        """(∂y/∂a) ȧ and (∂y/∂b) ḃ, the two terms of ẏ, each of the result's shape."""

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        a, b = arrays
        return self.compute(a, b)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        return self.gradient(out_grad, node)

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        da, db = in_tangents
        return _sum_of_moving(self.tangent((da, db), node), moves)


class Ternary(TensorOp):
    """Three inputs: y = f(a, b, c)."""

    __slots__ = ()

    @property
    def arity(self) -> int | None:
        return 3

    @abstractmethod
    def compute(self, a: Array, b: Array, c: Array) -> Array:
        """f(a, b, c)."""

    @abstractmethod
    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The three adjoints, each of its input's shape and dtype."""

    @abstractmethod
    def tangent(
        self, in_tangents: tuple[Tensor, Tensor, Tensor], node: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The three terms of ẏ, each of the result's shape."""

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        a, b, c = arrays
        return self.compute(a, b, c)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        return self.gradient(out_grad, node)

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        da, db, dc = in_tangents
        return _sum_of_moving(self.tangent((da, db, dc), node), moves)


class Nary(TensorOp):
    """Any number of inputs: y = f(x₁, …, xₙ). Its ``tangent`` says the whole sum."""

    __slots__ = ()

    @property
    def arity(self) -> int | None:
        return None

    @abstractmethod
    def compute(self, arrays: Sequence[Array]) -> Array:
        """f(x₁, …, xₙ)."""

    @abstractmethod
    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        """One adjoint for each input, of its shape and dtype."""

    @abstractmethod
    def tangent(self, in_tangents: Sequence[Tensor], node: Tensor) -> Tensor:
        """ẏ, given one tangent for each input (zeros for one that does not move)."""

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        return self.compute(arrays)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        return self.gradient(out_grad, node)

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        return self.tangent(in_tangents, node)


class LinearNary(Nary):
    """Any number of inputs, and linear in all of them together: ẏ = f(ẋ₁, …, ẋₙ)."""

    __slots__ = ()

    def tangent(self, in_tangents: Sequence[Tensor], node: Tensor) -> Tensor:
        """ẏ = f(ẋ₁, …, ẋₙ)."""
        return self(*in_tangents)


def _sum_of_moving(terms: Sequence[Tensor], moves: Sequence[bool]) -> Tensor:
    """The sum of the terms of the inputs that move; at least one does."""
    moving = [term for term, moved in zip(terms, moves, strict=True) if moved]
    return sum(moving[1:], start=moving[0])


def broadcast_shape(op: Op, *shapes: Shape) -> Shape:
    """The shape that the shapes broadcast to. Raises ``ShapeError`` naming ``op`` if there is none."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise ShapeError(
            repr(op),
            " and ".join(str(shape) for shape in shapes),
            "shapes that broadcast: from the last axis on, sizes equal or 1",
            "reshape one of them",
        ) from error
