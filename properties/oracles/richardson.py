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
SHRINK = 8.0
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


def richardson(curve: Curve, first_step: float, rows: int = ROWS, side: Side = "central") -> Estimate:
    """The derivative of ``curve`` at 0, extrapolated to step 0 from one side or both.

    Steps with an undecided sample are left out, with all larger ones. Entries that no step decides have an
    infinite bound.
    """
    centre = curve(0.0)
    values = np.zeros_like(centre.values)
    bounds = np.full_like(centre.values, np.inf)
    cause = "no step is free of kinks"
    row: list[tuple[Array, Array]] = []
    factor = 4.0 if side == "central" else 2.0
    for halving in range(rows):
        step = first_step * 2.0**-halving
        ahead = curve(-step if side == "left" else step)
        behind = curve(-step) if side == "central" else centre
        undecided = ahead.undecided or behind.undecided
        if undecided:
            row, bounds, cause = [], np.full_like(bounds, np.inf), undecided
            continue
        width = 2 * step if side == "central" else -step if side == "left" else step
        found: list[tuple[Array, Array]] = [
            ((ahead.values - behind.values) / width, (ahead.floors + behind.floors) / abs(width))
        ]
        for column, (above, floor) in enumerate(row, start=1):
            share = 1 / (factor**column - 1)
            beside, beside_floor = found[-1]
            value = beside + share * (beside - above)
            carried = (1 + share) * beside_floor + share * floor
            error = np.maximum(np.abs(value - beside), np.abs(value - above)) + carried
            better = error < bounds
            values, bounds = np.where(better, value, values), np.where(better, error, bounds)
            found.append((value, carried))
        row = found
    return Estimate(values, bounds, cause if bool(np.isinf(bounds).any()) else "")


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
    samples: dict[float, Sample] = {}

    def known(t: float) -> Sample:
        if t not in samples:
            samples[t] = curve(t)
        return samples[t]

    entries = known(0.0).values
    radii = _radii(longest, shortest)
    believed: list[Estimate] = []
    going: BoolArray = np.full(entries.shape, True)
    overlooked: BoolArray = np.full(entries.shape, False)
    sharpest = np.full(entries.shape, np.inf)
    for radius in reversed(radii):
        central, right, left = (richardson(known, radius, side=side) for side in ("central", "right", "left"))
        sides, gap = right.bounds + left.bounds, np.abs(right.values - left.values)
        heights = np.max([np.abs(sample.values) for sample in samples.values()], axis=0)
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
    sure = ~overlooked & ~_jumps(known, radii[-1] * 2.0 ** (1 - ROWS))
    return _tightest_of_two(believed, sure)


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


def _jumps(curve: Curve, step: float) -> BoolArray:
    """Where the difference quotients of one side still run away as the step halves."""
    here = curve(0.0)
    found: BoolArray = np.full(here.values.shape, False)
    for way in (step, -step):
        near, far = curve(way), curve(2 * way)
        quotient, other = (near.values - here.values) / way, (far.values - here.values) / (2 * way)
        noise = AGREEMENT * (near.floors + far.floors + here.floors) / step
        found = found | (np.abs(quotient) - np.abs(other) > noise + np.abs(other) / 16)
    return found


def _radii(longest: float, shortest: float) -> list[float]:
    """From the longest down, to some steps below the shortest, and no more than so many."""
    below = round((log2(longest) - log2(shortest)) / log2(SHRINK)) if longest > shortest > 0 else 0
    count = min(MOST_RADII, FEWEST_RADII + max(0, below))
    return [longest * SHRINK**-shrinking for shrinking in range(count)]
