"""Ops that move entries to other places and change none: each is a permutation, its adjoint the inverse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape
from engine.axes import (
    canonical_axes,
    canonical_axis,
    canonical_shape,
    check_axes_exist,
    check_canonical,
    distinct_axes,
)
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import AxisError, ParameterError, ShapeError
from engine.kinds import Linear

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Permute", "Reshape", "Transpose", "expand_dims", "flatten", "moveaxis", "permute", "ravel",
    "reshape", "squeeze", "swapaxes", "transpose",
]  # fmt: skip


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


def swapaxes(a: Tensor, axis1: int, axis2: int) -> Tensor:
    """a with two axes swapped, a itself where they are one. Raises ``AxisError``."""
    first, second = sorted(canonical_axis("swapaxes", axis, a.ndim) for axis in (axis1, axis2))
    return a if first == second else Transpose((first, second))(a)


def moveaxis(a: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """a with the axes ``source`` at the places ``destination``; the others keep their order.

    Raises ``AxisError``.
    """
    start, end = (
        distinct_axes("moveaxis", [axes] if isinstance(axes, int) else axes, a.ndim)
        for axes in (source, destination)
    )
    if len(start) != len(end):
        raise AxisError(
            "moveaxis", f"{len(start)} axes to {len(end)} places", "one place for each axis", "pair them up"
        )
    order = [axis for axis in range(a.ndim) if axis not in start]
    for place, axis in sorted(zip(end, start, strict=True)):
        order.insert(place, axis)
    return Permute(tuple(order))(a)


def expand_dims(a: Tensor, axes: int | Sequence[int]) -> Tensor:
    """a with new axes of size 1 at the places ``axes`` of the result. Raises ``AxisError``."""
    places = [axes] if isinstance(axes, int) else axes
    new = distinct_axes("expand_dims", places, a.ndim + len(places))
    old = iter(a.shape)
    return reshape(a, [1 if axis in new else next(old) for axis in range(a.ndim + len(new))])


def squeeze(a: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """a without the axes ``axes`` of size 1, all such by default. Raises ``AxisError``, ``ShapeError``."""
    ones = tuple(axis for axis, size in enumerate(a.shape) if size == 1)
    dropped = ones if axes is None else canonical_axes("squeeze", axes, a.ndim)
    for axis in dropped:
        if axis not in ones:
            raise ShapeError(
                "squeeze", f"axis {axis} of size {a.shape[axis]}", "size 1", "choose axes of size 1"
            )
    return reshape(a, [size for axis, size in enumerate(a.shape) if axis not in dropped])


def flatten(a: Tensor, start: int = 0, end: int = -1) -> Tensor:
    """a with the axes from ``start`` to ``end`` made one, in row-major order. Raises ``AxisError``."""
    if not a.ndim:
        return reshape(a, (1,))
    first, last = canonical_axis("flatten", start, a.ndim), canonical_axis("flatten", end, a.ndim)
    if first > last:
        raise AxisError("flatten", f"axes {start} to {end}", "start ≤ end", "exchange the two")
    size = prod(a.shape[first : last + 1])
    return reshape(a, (*a.shape[:first], size, *a.shape[last + 1 :]))


def ravel(a: Tensor) -> Tensor:
    """All entries of a in one axis, in row-major order."""
    return flatten(a)
