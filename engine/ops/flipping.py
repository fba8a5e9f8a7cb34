"""Ops that turn or shift entries along axes: each is a permutation, its adjoint the turn or shift back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape
from engine.axes import (
    canonical_axes,
    canonical_axis,
    check_axes_exist,
    check_canonical,
    distinct_axes,
    subsets,
    whole_number,
)
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import AxisError, ParameterError
from engine.kinds import Linear
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Flip", "Roll", "Rot90", "flip", "roll", "rot90"]


@op(REALS, signature="(i*)->(i*)")
class Flip(Linear):
    """y is a with the order of its entries reversed along the axes ``axes``: yᵢ = aₙ₋₁₋ᵢ."""

    axes: Axes

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)

    def compute(self, a: Array) -> Array:
        return np.flip(a, self.axes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, subsets(range(len(shapes[0]))))


def flip(a: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """a reversed along all axes (None), one axis or several. Raises ``AxisError``."""
    return Flip(canonical_axes("flip", axes, a.ndim))(a)


@op(REALS, signature="(i*)->(i*)")
class Roll(Linear):
    """y is a moved on by ``shifts[k]`` along the axis ``axes[k]``, what leaves the end entering in front.

    Along an axis of n entries, yᵢ = aⱼ with j = (i − shift) mod n.
    """

    shifts: tuple[int, ...]
    axes: Axes

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)
        if len(self.shifts) != len(self.axes):
            raise ParameterError(
                type(self).__name__,
                f"{len(self.shifts)} shifts for {len(self.axes)} axes",
                "one shift for each axis",
                "pair them up",
            )

    def compute(self, a: Array) -> Array:
        return np.roll(a, self.shifts, self.axes) if self.axes else a  # NumPy rolls along no axis badly

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return Roll(tuple(-shift for shift in self.shifts), self.axes)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        rank = len(shapes[0])
        for shift in (1, -1, 2, 0, 7):
            yield from (cls((shift,), (axis,)) for axis in range(rank))
        yield from (cls((1, -2), pair) for pair in combinations(range(rank), 2))
        yield cls((), ())


def roll(a: Tensor, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Tensor:
    """a moved on by ``shift`` along ``axis``, as NumPy does: one of the two may be a number for all of the
    other, shifts of an axis named twice add up, and without an axis the entries move in row-major order.

    Raises ``AxisError``, ``ParameterError``.
    """
    if axis is None:
        return reshape(roll(reshape(a, (a.size,)), shift, 0), a.shape)
    axes = list(axis) if isinstance(axis, Iterable) else [axis]
    shifts = list(shift) if isinstance(shift, Iterable) else [shift] * len(axes)
    axes = axes * len(shifts) if len(axes) == 1 else axes
    if len(shifts) != len(axes):
        raise ParameterError(
            "roll", f"{len(shifts)} shifts for {len(axes)} axes", "one shift for each axis", "pair them up"
        )
    sums: dict[int, int] = {}
    for each, one in zip(shifts, axes, strict=True):
        place = canonical_axis("roll", one, a.ndim)
        sums[place] = sums.get(place, 0) + whole_number("roll", "shift", each)
    places = tuple(sorted(sums))
    return Roll(tuple(sums[place] for place in places), places)(a)


@op(REALS, signature="(i*)->(j*)")
class Rot90(Linear):
    """y is a turned by ``turns`` right angles, from the first of the two axes ``axes`` towards the second.

    One turn is yᵢⱼ = aⱼₖ with k = n − 1 − i, for n entries along the second axis.
    """

    turns: int
    axes: tuple[int, int]

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)
        if self.turns not in range(4):
            raise ParameterError(
                type(self).__name__, f"{self.turns} turns", "0 ≤ turns < 4", "use the function: it takes any"
            )

    def compute(self, a: Array) -> Array:
        return np.rot90(a, self.turns, self.axes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return Rot90(-self.turns % 4, self.axes)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        sizes = list(shapes[0])
        if self.turns % 2:
            first, second = self.axes
            sizes[first], sizes[second] = sizes[second], sizes[first]
        return tuple(sizes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for pair in combinations(range(len(shapes[0])), 2):
            yield from (cls(turns, pair) for turns in (1, 2, 3, 0))


def rot90(a: Tensor, k: int = 1, axes: Sequence[int] = (0, 1)) -> Tensor:
    """a turned by k right angles, from ``axes[0]`` towards ``axes[1]``. Raises ``AxisError``."""
    pair = distinct_axes("rot90", axes, a.ndim)
    if len(pair) != 2:
        raise AxisError("rot90", f"axes {tuple(axes)}", "two axes", "name the plane to turn in")
    first, second = sorted(pair)
    turns = whole_number("rot90", "k", k)
    return Rot90((turns if pair == (first, second) else -turns) % 4, (first, second))(a)
