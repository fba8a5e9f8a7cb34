"""The ladder: oracles behind one interface, the sharpest first.

A rung takes over where the one before certifies too few digits. Where two rungs both know an answer they
check each other: one of them would be wrong, and so the suite itself would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Protocol

import numpy as np

from engine.array import Array, computed
from engine.errors import MatrixError
from properties.oracles.complex_step import TINY, ComplexStep, Point, Shakes, reach, split
from properties.oracles.estimate import DOUBLE, LONG, WIDE, Estimate, RealDType, unit_of
from properties.oracles.many_digits import INSTALLED, ManyDigits
from properties.oracles.richardson import Curve, Sample, agree, two_sided
from properties.recording import Recording

RADIUS = 2.0**-4
"""The first radius of an extrapolation, as a share of each entry (of 1/8, for an entry nearer to 0)."""

ENOUGH = 13.0
"""A rung that certifies so many digits is not climbed past."""

NUDGES = 4
"""So often is the rounding of a function's values measured."""


class OracleError(RuntimeError):
    """Two oracles contradict each other: the suite is wrong, or an op says that it is analytic and is not."""


class Oracle(Protocol):
    """A way to a derivative along a direction, with a bound."""

    name: str

    def derivative(self, recording: Recording, point: Point, direction: Array) -> Estimate:
        """J v for each output entry."""
        ...


class Richardson:
    """Extrapolated differences of the replayed values, in one real type; kinks are found, not averaged."""

    def __init__(self, dtype: RealDType) -> None:
        self.name: str = f"Richardson in {dtype}"
        self.dtype = dtype

    def derivative(self, recording: Recording, point: Point, direction: Array) -> Estimate:
        return extrapolated(curve(recording, point, direction, self.dtype), point, direction)


def extrapolated(along: Curve, point: Point, direction: Array) -> Estimate:
    """The derivative of t ↦ f(x + tv) at 0, from radii that suit the entries of x."""
    return two_sided(along, RADIUS * reach(point, direction), RADIUS * reach(point, direction, 0))


def curve(recording: Recording, point: Point, direction: Array, dtype: RealDType) -> Curve:
    """t ↦ f(x + tv), computed in ``dtype``, with some of its roundings as floor."""
    start = [computed(array.astype(dtype)) for array in point]
    moves = split(computed(direction.astype(dtype)), [array.shape for array in point])
    unit = unit_of(dtype)
    floor = noise(recording, point, unit)

    def sample(t: float) -> Sample:
        try:
            with np.errstate(all="ignore"):  # so far away an op may have no value: a shorter step may do
                values = recording.replay([computed(x + t * v) for x, v in zip(start, moves, strict=True)])
        except MatrixError as error:
            return Sample(np.zeros(recording.size), np.full(recording.size, np.inf), str(error))
        return Sample(values, floor + 8 * unit * np.abs(values))

    return sample


def noise(recording: Recording, point: Point, unit: float) -> Array:
    """How far rounding with this unit may move each output.

    Measured in float64, as what its values are off when everything rounds some more. The size of an output
    does not tell: large terms that cancel leave their rounding behind, and small ones that large ones absorb
    leave nothing at all. Infinite where values have hardly a digit.
    """
    start = [computed(array.astype(DOUBLE)) for array in point]
    middle, found = shaken(recording, start)
    largest = recording.largest(start)
    blind = (found > 2.0**-6 * np.abs(middle)) & (found > 2.0**-20 * largest)
    scaled = 4 * (unit / unit_of(DOUBLE)) * found + TINY
    return computed(np.where(blind, np.inf, scaled))


def shaken(recording: Recording, point: Point) -> tuple[Array, Array]:
    """The outputs, and how far float64 moves them when inputs and every step round some more."""
    try:
        middle = recording.replay([computed(array.astype(LONG)) for array in point])
    except TypeError:  # NumPy's, and our DTypeError: an op that computes with its own dtypes only
        middle = recording.replay(point)
    unit = unit_of(DOUBLE)
    shakes = Shakes(NUDGES, 4 * unit, 2 * unit)
    return middle, shakes.effect(recording.replay, point, middle)


LADDER: tuple[Oracle, ...] = (
    ComplexStep(),
    Richardson(DOUBLE),
    *([Richardson(LONG)] if WIDE else []),
    *([ManyDigits()] if INSTALLED else []),
)
"""The rungs that this machine has."""


def climb(recording: Recording, point: Point, direction: Array, rungs: Sequence[Oracle] = LADDER) -> Estimate:
    """J v, each entry by the rung that bounds it best; no higher than until all have enough digits."""
    best = nothing(recording)
    for rung in rungs:
        found = _asked(rung, recording, point, direction)
        tighter = found.bounds < best.bounds
        values = np.where(tighter, found.values, best.values)
        bounds = np.where(tighter, found.bounds, best.bounds)
        sure = np.isfinite(bounds)
        best = Estimate(values, bounds, "" if sure.all() else found.cause or best.cause)
        if (bounds <= 10.0**-ENOUGH * np.abs(values)).all():
            break
    return best


def nothing(recording: Recording, cause: str = "no oracle has a digit") -> Estimate:
    """What is known when nobody knows."""
    return Estimate(np.zeros(recording.size), np.full(recording.size, np.inf), cause)


def _asked(rung: Oracle, recording: Recording, point: Point, direction: Array) -> Estimate:
    """What a rung says: nothing where the steps are not for its numbers."""
    if isinstance(rung, ComplexStep) and not recording.analytic:
        return nothing(recording, "an op that is not analytic")
    try:
        return rung.derivative(recording, point, direction)
    except TypeError as error:  # NumPy's, and our DTypeError: an op that computes with its own dtypes only
        return nothing(recording, f"{rung.name}: {error}")


def check_each_other(
    recording: Recording, point: Point, direction: Array, rungs: Sequence[Oracle] = LADDER
) -> dict[str, Estimate]:
    """What each rung says. Raises ``OracleError`` where two that know an entry do not agree on it."""
    said = {rung.name: _asked(rung, recording, point, direction) for rung in rungs}
    for (first, one), (second, other) in combinations(said.items(), 2):
        both = np.logical_and(np.isfinite(one.bounds), np.isfinite(other.bounds))
        apart = np.flatnonzero(np.logical_and(both, np.logical_not(agree(one, other))))
        if apart.size:
            at = int(apart[0])
            raise OracleError(
                f"the oracles disagree on output entry {at}: {first} says {one.values[at]:.17g} "
                f"± {one.bounds[at]:.1e}, {second} says {other.values[at]:.17g} ± {other.bounds[at]:.1e}. "
                f"This is a fault of the suite, or one of {recording.op_names} says analytic=True and is not "
                "(if its compute uses np.abs, np.sign or a cast to real, write @op(…, analytic=False))"
            )
    return said
