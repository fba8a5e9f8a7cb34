"""Richardson extrapolation with a round-off floor, and what its two sides say of kinks.

Difference quotients at steps that halve; each row of the tableau eliminates one more term of the error. The
error of an entry is taken to be its distance from its neighbours *plus* the rounding of the samples, carried
through the same weights. Without that floor the rule picks coincidences: quotients that are equal because
both were quantised alike. (L. F. Richardson and J. A. Gaunt, The deferred approach to the limit, Phil. Trans.
R. Soc. A 226, 1927, p. 299; C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng.
Software 4, 1982, p. 75.)

Central differences alone average a kink away, and one radius may be fooled by a pole or by waves. So three
estimates, from both sides and from each, must agree, at several radii.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

import numpy as np

from engine.array import Array, BoolArray
from properties.oracles.estimate import Estimate

ROWS = 9
FEWEST_RADII = 8
MOST_RADII = 20
OCTAVES = 3
"""Each radius is 2⁻³ of the one before, whose smaller steps are its larger ones."""
AGREEMENT = 10.0
"""Two estimates agree if they differ by no more than so many times the sum of their bounds."""

Side = Literal["central", "right", "left"]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Values of a function at one point, and how far rounding may have moved each.

    ``undecided``: why the point says nothing, if so.
    """

    values: Array
    floors: Array
    undecided: str = ""


Curve = Callable[[float], Sample]
"""A function of one number t, seen around t = 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Tableau:
    """Extrapolations of difference quotients at steps that halve.

    ``values[k, c]``, for c ≤ k, is made of the quotients of the steps k − c to k, and has lost c terms of
    their error. ``errors``: how far off it may be; infinite for a quotient by itself, and for what is made of
    an undecided one. ``undecided``: of each step why, if so.
    """

    values: Array
    errors: Array
    undecided: Sequence[str]

    def best(self, first: int, rows: int) -> Estimate:
        """What is the least off of what so many steps say, from ``first`` on.

        Steps with an undecided sample are left out, with all larger ones. Entries that no step decides have
        an infinite bound.
        """
        last, (_, columns, entries) = first + rows, self.errors.shape
        flat = (rows * columns, entries)
        start = max((k + 1 for k in range(first, last) if self.undecided[k]), default=first)
        k, c = np.ogrid[first:last, :columns]
        known = (k - c >= start)[:, :, np.newaxis]
        bounds = np.where(known, self.errors[first:last], np.inf).reshape(flat)
        at = bounds.argmin(axis=0)[np.newaxis]
        bound = np.take_along_axis(bounds, at, 0)[0]
        value = np.take_along_axis(self.values[first:last].reshape(flat), at, 0)[0]
        decided = np.isfinite(bound)
        cause = self.undecided[start - 1] if start > first else "no step is free of kinks"
        return Estimate(np.where(decided, value, 0), bound, "" if bool(decided.all()) else cause)


def tableau(
    ahead: Sequence[Sample], behind: Sequence[Sample], widths: Sequence[float], factor: float, depth: int
) -> Tableau:
    """What (ahead − behind) / width says, whose error is a series of powers of ``factor`` as widths halve."""
    pairs = list(zip(ahead, behind, widths, strict=True))
    undecided = [one.undecided or other.undecided for one, other, _ in pairs]
    zero = np.zeros_like(ahead[0].values)
    value = np.array(
        [
            zero if said else (one.values - other.values) / width
            for said, (one, other, width) in zip(undecided, pairs, strict=True)
        ]
    )
    carried = np.array(
        [
            zero + np.inf if said else (one.floors + other.floors) / abs(width)
            for said, (one, other, width) in zip(undecided, pairs, strict=True)
        ]
    )
    values, errors = [value], [np.full_like(value, np.inf)]
    for column in range(1, depth):
        share = 1 / (factor**column - 1)
        beside, above = value[1:], value[:-1]
        value = beside + share * (beside - above)
        carried = (1 + share) * carried[1:] + share * carried[:-1]
        error = np.maximum(np.abs(value - beside), np.abs(value - above)) + carried
        none = np.full_like(errors[0][:column], np.inf)
        values.append(np.concatenate([none, value]))
        errors.append(np.concatenate([none, np.where(np.isnan(error), np.inf, error)]))
    return Tableau(np.stack(values, 1), np.stack(errors, 1), undecided)


def _central(right: Sequence[Sample], left: Sequence[Sample], steps: Sequence[float], depth: int) -> Tableau:
    """Of both sides, whose even terms of the error cancel."""
    return tableau(right, left, [2 * step for step in steps], 4.0, depth)


def _one_sided(centre: Sample, side: Sequence[Sample], steps: Sequence[float], depth: int) -> Tableau:
    """Of one side; its steps are negative to the left."""
    return tableau(side, [centre] * len(side), steps, 2.0, depth)


def richardson(curve: Curve, first_step: float, rows: int = ROWS, side: Side = "central") -> Estimate:
    """The derivative of ``curve`` at 0, extrapolated to step 0 from one side or both."""
    steps = _halving(first_step, rows)
    if side == "central":
        right, left = [curve(step) for step in steps], [curve(-step) for step in steps]
        return _central(right, left, steps, rows).best(0, rows)
    ways = steps if side == "right" else [-step for step in steps]
    return _one_sided(curve(0.0), [curve(way) for way in ways], ways, rows).best(0, rows)


def _halving(first: float, count: int) -> list[float]:
    return [first * 2.0**-times for times in range(count)]


def agree(a: Estimate, b: Estimate) -> BoolArray:
    """Where two estimates differ by no more than their bounds allow."""
    allowed = AGREEMENT * (a.bounds + b.bounds)
    near: BoolArray = (np.abs(a.values - b.values) <= allowed) & np.isfinite(allowed)
    return near


def two_sided(curve: Curve, longest: float, shortest: float = 0.0) -> Estimate:
    """The derivative at 0 of a curve that may have a kink or jump there, or near, or waves.

    Radii from ``longest`` down, to well below ``shortest`` if that is given, and then from the smallest up: a
    radius counts where its three estimates agree and say something, and it is believed as long as it agrees
    with every smaller one that counts. The first to contradict itself or a smaller one has met a kink or a
    wave, and all larger ones have too. That lies nearby, and not here, only if a smaller radius was sharp
    enough to see it. What is 0 at every point has slope 0. Two radii must be believed; the tightest decides,
    within the bound of the second.
    """
    radii = _radii(longest, shortest)
    steps = _halving(longest, OCTAVES * (radii - 1) + ROWS)
    centre = curve(0.0)
    ahead, behind = [curve(step) for step in steps], [curve(-step) for step in steps]
    centrals = _central(ahead, behind, steps, ROWS)
    rights = _one_sided(centre, ahead, steps, ROWS)
    lefts = _one_sided(centre, behind, [-step for step in steps], ROWS)
    nearer = np.maximum.accumulate(_heights([centre, *reversed(ahead)], [centre, *reversed(behind)]))
    believed: list[Estimate] = []
    going: BoolArray = np.full(centre.values.shape, True)
    overlooked: BoolArray = np.full(centre.values.shape, False)
    sharpest = np.full(centre.values.shape, np.inf)
    for first in reversed(range(0, OCTAVES * radii, OCTAVES)):
        central, right, left = (each.best(first, ROWS) for each in (centrals, rights, lefts))
        sides, gap = right.bounds + left.bounds, np.abs(right.values - left.values)
        heights = nearer[len(steps) - first]
        counts = going & (_speaks(central, right, left, heights / longest) | (heights == 0))
        kinked = np.isfinite(sides) & (gap > AGREEMENT * sides)
        overlooked |= kinked & going & (2 * AGREEMENT * sharpest >= gap)
        sharpest = np.where(counts, np.minimum(sharpest, sides), sharpest)
        here = Estimate(central.values, np.where(counts, central.bounds, np.inf))
        for smaller in believed:
            both = np.isfinite(here.bounds) & np.isfinite(smaller.bounds)
            going = going & ~(both & ~agree(here, smaller))
        going = going & ~kinked
        believed.append(Estimate(here.values, np.where(going, here.bounds, np.inf)))
    jumps = _jumps(centre, ahead[-2:], steps[-1]) | _jumps(centre, behind[-2:], -steps[-1])
    return _tightest_of_two(believed, ~overlooked & ~jumps)


def _heights(ahead: Sequence[Sample], behind: Sequence[Sample]) -> Array:
    """The larger size on the two sides, at each step."""
    pairs = zip(ahead, behind, strict=True)
    return np.array([np.maximum(np.abs(one.values), np.abs(other.values)) for one, other in pairs])


def _speaks(central: Estimate, right: Estimate, left: Estimate, scale: Array) -> BoolArray:
    """Where the three estimates of a radius agree, and are sharp enough to say something."""
    sizes = np.maximum(np.abs(right.values), np.abs(left.values))
    sides_say = right.bounds + left.bounds <= np.maximum(sizes / 64, 2.0**20 * central.bounds)
    centre_says = central.bounds <= 2.0**-10 * np.maximum(np.abs(central.values), scale)
    speaks: BoolArray = sides_say & centre_says & agree(central, right) & agree(central, left)
    return speaks


def _tightest_of_two(believed: Sequence[Estimate], sure: BoolArray) -> Estimate:
    """Of each entry the estimate with the smallest bound, where it is sure; its bound is the second smallest.

    What one radius alone sees so sharply is confirmed by another no more sharply than that one sees.
    """
    bounds = np.array([each.bounds for each in believed])
    values = np.array([each.values for each in believed])
    chosen = np.argmin(bounds, axis=0)[np.newaxis]
    best = np.where(sure, np.partition(bounds, 1, axis=0)[1], np.inf)
    known = np.isfinite(best)
    cause = "" if bool(known.all()) else "left and right differ: a kink or noise"
    return Estimate(np.take_along_axis(values, chosen, 0)[0], best, cause)


def _jumps(here: Sample, there: Sequence[Sample], way: float) -> BoolArray:
    """Where the difference quotients of one side, at 2·way and at way, still run away as the step halves."""
    far, near = there
    quotient, other = (near.values - here.values) / way, (far.values - here.values) / (2 * way)
    noise = AGREEMENT * (near.floors + far.floors + here.floors) / abs(way)
    running: BoolArray = np.abs(quotient) - np.abs(other) > noise + np.abs(other) / 16
    return running


def _radii(longest: float, shortest: float) -> int:
    """How many: from the longest to some steps below the shortest, and no more than so many."""
    below = round((log2(longest) - log2(shortest)) / OCTAVES) if longest > shortest > 0 else 0
    return min(MOST_RADII, FEWEST_RADII + max(0, below))
