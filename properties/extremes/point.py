"""What the table of extreme values is written in.

A dtype ends somewhere: at its smallest subnormal s, its largest number L and at ±∞, and it has two zeros and
a NaN. A *point* is an op at such numbers, with the value and the derivatives that are declared for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, nan
from typing import TypeAlias

from engine.array import Shape
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.graph import Op


@dataclass(frozen=True, slots=True)
class Hollow:
    """An array without entries."""

    shape: Shape


Numbers: TypeAlias = "float | Hollow | tuple[Numbers, ...]"
"""A number, or the entries of an array row by row."""


@dataclass(frozen=True, slots=True)
class Float:
    """A dtype, and where it ends."""

    dtype: DType
    smallest: float
    largest: float
    tiny: float
    """The smallest number with all digits."""
    unit: float
    """The rounding of a result, relative to it."""


DOUBLE = Float(FLOAT64, 2.0**-1074, 2.0**1023 * (2 - 2.0**-52), 2.0**-1022, 2.0**-53)
SINGLE = Float(FLOAT32, 2.0**-149, 2.0**127 * (2 - 2.0**-23), 2.0**-126, 2.0**-24)
FLOATS = (DOUBLE, SINGLE)


@dataclass(frozen=True, slots=True)
class Point:
    """An op at extreme numbers, and what is declared for it there.

    ``value``: y; None where the engine refuses the input. ``adjoints``: x̄ of each variable for the cotangent
    ``weights``, which is ones if nothing is said; None where no derivative is declared. ``second``: the
    second derivative of an op of one number; None where none is declared. ``beside``: the same op for the
    rows of a matrix, where the inputs are one row. ``unsigned``: the sign of a zero that is a value is
    nobody's promise, be it the sum of nothing and −0 or the larger of −0 and 0. ``logarithm``: how many times
    the usual rounding the value may be off by, where it is the exponential of so large a number.
    """

    op: Op
    inputs: tuple[Numbers, ...]
    value: Numbers | None
    adjoints: tuple[Numbers, ...] | None
    weights: Numbers = 1.0
    second: float | None = None
    beside: Op | None = None
    unsigned: bool = False
    logarithm: float = 1.0


@dataclass(frozen=True, slots=True)
class Moved:
    """An op that only moves entries: each passes bit for bit, and a derivative is how often it does.

    ``shapes``: of the inputs, which may hold any extreme numbers. ``unsigned``: they are added to zeros, and
    −0 becomes 0.
    """

    op: Op
    shapes: tuple[Shape, ...]
    unsigned: bool = False


Line: TypeAlias = Point | Moved

Nine: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
"""Something for each of −∞, −L, −s, −0, 0, s, L, ∞ and NaN."""


def nine(f: Float) -> Nine:
    """−∞, −L, −s, −0, 0, s, L, ∞ and NaN."""
    return -inf, -f.largest, -f.smallest, -0.0, 0.0, f.smallest, f.largest, inf, nan


def across(f: Float, op: Op, values: Nine, slopes: Nine, seconds: Nine | None = None) -> Iterator[Point]:
    """An op of one number at the nine extremes."""
    for at, number in enumerate(nine(f)):
        second = None if seconds is None else seconds[at]
        yield Point(op, (number,), values[at], (slopes[at],), second=second)


def at(op: Op, inputs: tuple[Numbers, ...], value: Numbers, *adjoints: Numbers) -> Point:
    """One point, the cotangent being ones."""
    return Point(op, inputs, value, adjoints)


def refused(op: Op, *inputs: Numbers) -> Point:
    """What the engine refuses, in words of its own."""
    return Point(op, inputs, None, None)


def shape_of(numbers: Numbers) -> Shape:
    """The shape of the array that they make."""
    if isinstance(numbers, Hollow):
        return numbers.shape
    if isinstance(numbers, tuple):
        return (len(numbers), *(shape_of(numbers[0]) if numbers else ()))
    return ()


def entries_of(numbers: Numbers) -> list[float]:
    """Its entries in row-major order."""
    if isinstance(numbers, Hollow):
        return []
    if isinstance(numbers, tuple):
        return [entry for each in numbers for entry in entries_of(each)]
    return [float(numbers)]


def row(make: Callable[[int], Op], inputs: tuple[Numbers, ...], value: Numbers, *adjoints: Numbers) -> Point:
    """One row, alone and as the first row of a matrix: ``make`` gives the op along an axis."""
    return Point(make(0), inputs, value, adjoints, beside=make(1))


def weighed(
    make: Callable[[int], Op], a: Numbers, value: Numbers, weights: Numbers, adjoint: Numbers
) -> Point:
    """One row of an op that gives a row, with the cotangent ``weights``."""
    return Point(make(0), (a,), value, (adjoint,), weights, beside=make(1))
