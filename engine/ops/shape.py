"""Ops that move entries to other places and change none: each is a permutation, its adjoint the inverse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape
from engine.axes import canonical_shape, check_axes_exist, check_canonical, distinct_axes
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import AxisError, ParameterError, ShapeError
from engine.kinds import Linear

if TYPE_CHECKING:
    from engine.tensor import Tensor


@op(REALS, signature="(i*)->(j*)")
class Reshape(Linear):
    """y has the entries of a in row-major order, in the shape ``shape``."""

    shape: Shape

    def compute(self, a: Array) -> Array:
        return np.reshape(a, self.shape)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return reshape(out_grad, node.inputs[0].shape)

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if prod(self.shape) != prod(shape) or min(self.shape, default=0) < 0:
            raise ShapeError(
                repr(self),
                f"shape {shape} with {prod(shape)} elements",
                f"{prod(self.shape)} elements",
                "choose sizes that multiply to the size of the input (one may be -1)",
            )
        return self.shape

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        size = prod(shape)
        yield cls((size,))
        yield cls(shape)
        yield cls((1, *shape))
        yield cls((*shape, 1))
        for rows in range(1, size + 1):
            if size % rows == 0:
                yield cls((rows, size // rows))
        if size == 0:
            yield cls((2, 0, 3))
        if size == 1:
            yield cls(())


def reshape(a: Tensor, shape: int | Sequence[int | Sequence[int]]) -> Tensor:
    """a in another shape; one size may be -1, for what is left. Raises ``ShapeError``, ``ParameterError``."""
    sizes = canonical_shape("reshape", shape)
    if sizes == a.shape:
        return a
    if sizes.count(-1) == 1:
        known = prod(size for size in sizes if size != -1)
        if known == 0 or a.size % known:
            raise ShapeError(
                f"reshape to {sizes}",
                f"shape {a.shape} with {a.size} elements",
                f"a multiple of {known} elements" if known else "no size 0 beside the -1",
                "choose sizes that divide the size of the input",
            )
        sizes = tuple(a.size // known if size == -1 else size for size in sizes)
    if min(sizes, default=0) < 0:
        raise ParameterError(
            "reshape", f"shape {sizes}", "sizes ≥ 0, and -1 at most once", "correct the sizes"
        )
    return Reshape(sizes)(a)


@op(REALS, signature="(i*)->(j*)")
class Transpose(Linear):
    """y is a with the two axes ``axes`` swapped: yᵢⱼ = aⱼᵢ. (A full permutation is ``Permute``.)"""

    axes: tuple[int, int]

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    def compute(self, a: Array) -> Array:
        return np.swapaxes(a, *self.axes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        first, second = self.axes
        sizes = list(shapes[0])
        sizes[first], sizes[second] = sizes[second], sizes[first]
        return tuple(sizes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        pairs = combinations(range(len(shapes[0])), 2)
        yield from (cls(pair) for pair in sorted(pairs, reverse=True))


def transpose(a: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """a with a pair of axes swapped, the last two by default. Raises ``AxisError``."""
    pair = (-2, -1) if axes is None else axes
    if isinstance(pair, int) or len(pair) != 2:
        raise AxisError("transpose", f"axes {axes!r}", "two axes to swap", "use permute for a whole order")
    if a.ndim < 2:
        raise AxisError(
            "transpose", f"{a.ndim} dimensions", "at least 2", "reshape the operand to a matrix first"
        )
    first, second = sorted(distinct_axes("transpose", pair, a.ndim))
    return Transpose((first, second))(a)


@op(REALS, signature="(i*)->(j*)")
class Permute(Linear):
    """Axis k of y is axis ``axes[k]`` of a."""

    axes: Axes

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes)

    def compute(self, a: Array) -> Array:
        return np.transpose(a, self.axes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        inverse = sorted(range(len(self.axes)), key=self.axes.__getitem__)
        return Permute(tuple(inverse))(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if sorted(self.axes) != list(range(len(shape))):
            raise AxisError(
                repr(self), f"{len(shape)} dimensions", f"{len(self.axes)}", "list every axis once"
            )
        return tuple(shape[axis] for axis in self.axes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from (cls(order) for order in permutations(range(len(shapes[0]))))


def permute(a: Tensor, axes: Sequence[int]) -> Tensor:
    """a with all its axes in a new order. Raises ``AxisError``."""
    order = distinct_axes("permute", axes, a.ndim)
    if len(order) != a.ndim:
        raise AxisError(
            "permute", f"axes {tuple(axes)}", f"each of the {a.ndim} axes once", "list every axis"
        )
    return Permute(order)(a)
