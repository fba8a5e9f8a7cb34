"""The complex step through a recording: Im f(x + ihv) / h = J v, without a difference.

With h so small that h² vanishes no digit is lost (W. Squire and G. Trapp, Using complex variables to estimate
derivatives of real functions, SIAM Review 40, 1998, p. 110). The method has no estimate of its own error.
Replays in which every step rounds some more give one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, prod, sqrt
from typing import TypeAlias

import numpy as np

from engine.array import Array, Shape, computed
from properties.oracles.estimate import DOUBLE, LONG, SINGLE, WIDE, Estimate, RealDType, unit_of
from properties.recording import Jitter, Recording

ComplexDType: TypeAlias = np.dtype[np.complex64] | np.dtype[np.complex128] | np.dtype[np.clongdouble]


@dataclass(frozen=True, slots=True)
class Precision:
    """A complex dtype, the real one of its parts, and a step h whose square is below its rounding of 1.

    ``range``: entries that much larger or smaller than 1 are stepped by as much more or less.
    """

    name: ComplexDType
    real: RealDType
    step: float
    range: float

    @property
    def unit(self) -> float:
        """The unit roundoff."""
        return unit_of(self.real)


IN_SINGLE: Precision = Precision(np.dtype(np.complex64), SINGLE, 2.0**-30, 2.0**50)
IN_DOUBLE: Precision = Precision(np.dtype(np.complex128), DOUBLE, 2.0**-100, 2.0**900)
IN_LONG: Precision = Precision(np.dtype(np.clongdouble), LONG, 2.0**-100, 2.0**900)

Point: TypeAlias = Sequence[Array]
"""One array for each input."""


def along(
    recording: Recording,
    point: Point,
    direction: Array,
    precision: Precision,
    jitter: Jitter | None = None,
) -> Array:
    """J v, for v given as the entries of all inputs behind one another."""
    (step,) = heights(point, direction[np.newaxis], precision).tolist()
    moved: list[Array] = []
    for array, part in zip(point, split(direction, [array.shape for array in point]), strict=True):
        stepped = as_complex(array, precision)
        stepped.imag[...] = part * step
        moved.append(stepped)
    tangent: Array = computed(np.imag(recording.replay(moved, jitter))) / step
    return tangent


def columns(recording: Recording, point: Point, precision: Precision, jitter: Jitter | None = None) -> Array:
    """Jᵀ: for each entry of the inputs, one after the other, the derivatives of all outputs."""
    moved = [as_complex(array, precision) for array in point]
    rows: list[Array] = []
    sizes = iter(heights(point, np.eye(sum(array.size for array in point)), precision).tolist())
    for array in moved:
        steps = array.reshape(-1).imag
        for at in range(array.size):
            steps[at] = step = next(sizes)
            rows.append(computed(np.imag(recording.replay(moved, jitter))) / step)
            steps[at] = 0
    return computed(np.array(rows, precision.real).reshape(len(rows), recording.size))


def heights(point: Point, directions: Array, precision: Precision) -> Array:
    """The step h for each direction, one a row: a power of two, as small beside every entry as beside 1.

    NaN beside an entry that is too small for that.
    """
    with np.errstate(divide="ignore"):
        least = computed((_entries(point) / np.abs(directions)).min(axis=1, initial=precision.range))
    reaches = np.clip(least, 1 / precision.range, precision.range)
    steps = precision.step * np.exp2(np.round(np.log2(reaches)))
    return computed(np.where(steps <= least * sqrt(precision.step), steps, np.nan))


def as_complex(array: Array, precision: Precision) -> Array:
    """A copy of the array as complex numbers, in row-major order."""
    return computed(array.astype(precision.name, order="C"))


def split(entries: Array, shapes: Sequence[Shape]) -> list[Array]:
    """Entries that stand behind one another, as arrays of these shapes."""
    parts: list[Array] = []
    start = 0
    for shape in shapes:
        size = prod(shape)
        parts.append(entries[start : start + size].reshape(shape))
        start += size
    return parts


def reach(point: Point, direction: Array, least: float = 1 / 8) -> float:
    """How many times the direction fits into the point: t v moves no entry by more than t times its size.

    Entries nearer to 0 than ``least`` are as large as that; with ``least`` = 0, only 0 itself is, as 1/8.
    """
    with np.errstate(divide="ignore"):
        nearest = float((np.maximum(_entries(point), least) / np.abs(direction)).min(initial=np.inf))
    return nearest if isfinite(nearest) else 1.0


def _entries(point: Point) -> Array:
    """The sizes of all entries, of a 0 as if it were 1/8."""
    sizes = [np.abs(array.reshape(-1)) for array in point]
    joined = sizes[0] if len(sizes) == 1 else np.concatenate(sizes)
    return computed(np.where(joined == 0, 1 / 8, joined))


SHAKES = 4
"""So often is rounding measured."""

TINY = float(np.finfo(np.float64).tiny)


class ComplexStep:
    """The oracle. Of a recording that is not analytic, or that refuses complex numbers, it knows nothing."""

    name: str = "complex step"

    def derivative(self, recording: Recording, point: Point, direction: Array) -> Estimate:
        """J v, in the widest type. The bound: what more of that type's own rounding would change.

        Points some units apart and steps of other lengths also show what cancels inside one op, where no
        jitter reaches.
        """
        widest = IN_LONG if WIDE else IN_DOUBLE
        values = along(recording, point, direction, widest)
        own = widest.unit
        lengths = iter(np.random.default_rng(0).uniform(1, 2, SHAKES).tolist())

        def shaken(near: Point, jitter: Jitter) -> Array:
            length = next(lengths)
            longer = computed(length * direction.astype(widest.real))
            return computed(along(recording, near, longer, widest, jitter) / length)

        start = [computed(array.astype(widest.real)) for array in point]
        worst = Shakes(SHAKES, 4 * own, 2 * own).effect(shaken, start, values)
        error = 32 * worst + 64 * own * np.abs(values) + beyond_h(recording, point)
        known = np.isfinite(values) & np.isfinite(error) & np.isfinite(recording.replay(point))
        return Estimate(values, np.where(known, error, np.inf), "" if known.all() else "not finite")


def beyond_h(recording: Recording, point: Point) -> float:
    """What a complex step may leave where the derivative is 0: the smallest number that has all its digits.

    At an entry 0 the step is as long as beside 1/8, and leaves something of the order of h².
    """
    if all(array.all() for array in point):
        return TINY
    beside = [computed(np.where(array == 0, 1 / 8, array)) for array in point]
    return TINY + 2.0**10 * IN_DOUBLE.step**2 * recording.largest(beside)


@dataclass(frozen=True, slots=True)
class Shakes:
    """``times`` replays in which inputs and the results of steps are off by random parts of these shares."""

    times: int
    inputs: float
    results: float

    def effect(self, asked: Callable[[Point, Jitter], Array], point: Point, right: Array) -> Array:
        """How far what is ``asked`` of them comes from what is right, at the most."""
        worst = np.zeros(right.shape)
        for seed in range(self.times):
            near, jitter = nudged(point, self.inputs, seed), Jitter(self.results, seed)
            worst = np.fmax(worst, np.abs(asked(near, jitter) - right))
        return computed(worst)


def nudged(point: Point, by: float, seed: int = 0) -> list[Array]:
    """The point with every entry moved by a random share of ``by`` of itself."""
    random = np.random.default_rng(seed)
    return [
        computed((array + array * (by * random.uniform(-1, 1, array.shape))).astype(array.dtype))
        for array in point
    ]
