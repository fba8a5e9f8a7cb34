"""Numeric Jacobians, with how far an engine may be from each entry.

A quick one serves as long as the engine agrees with it. Before an engine is blamed there is a careful one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.array import Array, computed
from properties.batch import NotBatched, replay_batch
from properties.grads.jacobian import Chance, Form, Jacobian, Probes
from properties.oracles.complex_step import (
    IN_DOUBLE,
    IN_LONG,
    IN_SINGLE,
    TINY,
    Point,
    Precision,
    Shakes,
    along,
    beyond_h,
    columns,
    heights,
    nudged,
    reach,
)
from properties.oracles.estimate import DOUBLE, SINGLE, WIDE, Estimate, unit_of
from properties.oracles.ladder import RADIUS, OracleError, check_each_other, climb, extrapolated
from properties.oracles.richardson import Curve
from properties.recording import Jitter, Recording

ROUNDINGS = 64.0
"""An engine may round this many times where the oracle, in the engine's dtype, rounds once."""

NUDGES = 6
"""So often is rounding measured, at points some roundings apart, before a number is called wrong."""


def quick(recording: Recording, point: Point, probes: Probes, chance: Chance) -> Jacobian | None:
    """By complex steps in float64; None where they cannot be trusted or do not speak for themselves.

    One replay takes all probes, and two points beside x along a random direction. There the slopes must
    explain the change of the values, by Simpson's rule: they do not where the function has a kink at x or an
    op is not analytic. One more step, in another precision, measures the rounding.
    """
    if not recording.analytic:
        return None
    direction, weights = _whole(probes, chance)
    width = RADIUS / 16 * reach(point, direction, 0)
    if width < TINY:
        return None
    looks, still = probes.directions, np.arange(point[0].size) % 2 == 1
    if probes.form is Form.DIAGONAL:
        looks = np.vstack([looks, np.where(np.tile(still, len(point)), 0, direction)])
    steps = heights(point, np.vstack([looks, direction, direction]), IN_DOUBLE)
    count = len(weights)
    try:
        rows = _rows(recording, probes, _beside(point, looks, direction, width, steps))
        slopes = computed(np.imag(rows)) / steps[:, np.newaxis]
        off = _rounding_of(recording, point, direction, weights @ slopes[:count])
    except TypeError:  # NumPy's, and our DTypeError: an op that does not take complex numbers
        return None
    if probes.form is Form.DIAGONAL:
        _check_diagonal(recording, slopes[count, np.tile(still, probes.outputs)])
    values, ahead, behind = slopes[:count], slopes[-2], slopes[-1]
    change = computed(np.real(rows[-2] - rows[-1])) / (2 * width)
    expected, sizes = weights @ values, np.abs(weights) @ np.abs(values)
    bend = np.abs(ahead - 2 * expected + behind)
    rounding = ROUNDINGS * unit_of(DOUBLE) * (sizes + np.abs(rows[-2]) / width)
    if not (np.abs(change - (ahead + 4 * expected + behind) / 6) <= bend / 16 + rounding).all():
        return None
    grown = np.divide(off, sizes, out=np.zeros(sizes.shape), where=sizes > 0)
    allowed = ROUNDINGS * (_unit(recording) + grown) * np.abs(values)
    if not np.isfinite(allowed).all():
        return None
    return _jacobian(recording, point, probes, Estimate(values, allowed))


def _check_diagonal(recording: Recording, slopes: Array) -> None:
    """Raise unless entries that did not move were left alone, as ``Elementwise`` ops promise."""
    if slopes.any():
        raise OracleError(
            f"entries mix: one of {recording.op_names} is an Elementwise op and is not elementwise"
        )


def _beside(point: Point, directions: Array, direction: Array, width: float, steps: Array) -> list[Array]:
    """For each input, a row x + ihv for each direction v, and rows at x ± ``width`` v for the last v."""
    moved: list[Array] = []
    start = 0
    for array in point:
        part = slice(start, start + array.size)
        rows = np.empty((len(directions) + 2, array.size), IN_DOUBLE.name)
        rows.real = array.reshape(-1)
        rows.imag[:-2] = directions[:, part]
        rows.imag[-2:] = direction[part]
        rows.imag *= steps[:, np.newaxis]
        rows.real[-2] += width * direction[part]
        rows.real[-1] -= width * direction[part]
        moved.append(computed(rows.reshape(len(rows), *array.shape)))
        start += array.size
    return moved


def _rows(recording: Recording, probes: Probes, inputs: list[Array]) -> Array:
    """The outputs for each row of the inputs. What an op says of its entries is not relied upon."""
    try:
        if probes.form is not Form.DIAGONAL:
            return replay_batch(recording, inputs)
    except NotBatched:
        pass
    return computed(np.array([recording.replay(list(each)) for each in zip(*inputs, strict=True)]))


def _rounding_of(recording: Recording, point: Point, direction: Array, expected: Array) -> Array:
    """How far J v is off in the engine's dtype."""
    if recording.coarse:
        other = along(recording, point, direction, IN_SINGLE)
    elif WIDE:
        other = along(recording, point, direction, IN_LONG)
    else:
        other = along(recording, nudged(point, 4 * unit_of(DOUBLE)), direction, IN_DOUBLE)
    off: Array = np.abs(other - expected)
    return off


def careful(recording: Recording, point: Point, probes: Probes, chance: Chance) -> Jacobian:
    """By the ladder, with the rounding of the engine's dtype measured entry by entry.

    Raises ``OracleError`` where oracles contradict each other.
    """
    direction, _ = _whole(probes, chance)
    said = check_each_other(recording, point, direction)
    unit = _unit(recording)
    if np.isinf(said["complex step"].bounds).any():
        return _by_estimates(recording, point, probes, lambda v: climb(recording, point, v))
    fine = IN_LONG if WIDE else IN_DOUBLE
    values = _stepped(recording, point, probes, fine)
    worst = Shakes(NUDGES, 4 * unit, 2 * unit).effect(
        lambda near, jitter: _stepped(recording, near, probes, fine, jitter), point, values
    )
    allowed = ROUNDINGS * (unit * np.abs(values) + worst)
    differences = [estimate for name, estimate in said.items() if name != "complex step"]
    smooth = np.logical_or.reduce([np.isfinite(estimate.bounds) for estimate in differences])
    known = np.isfinite(values) & np.isfinite(allowed) & smooth
    cause = "" if known.all() else "not finite" if smooth.all() else differences[0].cause
    return _jacobian(recording, point, probes, Estimate(values, np.where(known, allowed, np.inf), cause))


def by_live_values(
    curve_along: Callable[[Array], Curve], recording: Recording, point: Point, probes: Probes
) -> Jacobian:
    """From values of the function itself, where its graph is not all of it."""
    return _by_estimates(recording, point, probes, lambda v: extrapolated(curve_along(v), point, v))


def _by_estimates(
    recording: Recording, point: Point, probes: Probes, oracle: Callable[[Array], Estimate]
) -> Jacobian:
    """From an oracle's estimates along each probe."""
    found = [oracle(direction) for direction in probes.directions]
    values = np.array([estimate.values for estimate in found])
    bounds = np.array([estimate.bounds for estimate in found])
    allowed = ROUNDINGS * _unit(recording) * np.abs(values) + 10 * bounds
    cause = next((estimate.cause for estimate in found if estimate.cause), "")
    return _jacobian(recording, point, probes, Estimate(values, allowed, cause))


def _jacobian(recording: Recording, point: Point, probes: Probes, entries: Estimate) -> Jacobian:
    """The Jacobian with these entries; those with an infinite bound are not known."""
    values = np.where(np.isfinite(entries.bounds), entries.values, 0.0)
    ceiling = float(np.finfo(SINGLE if recording.coarse else DOUBLE).max)
    return Jacobian(probes, values, entries.bounds, _floor(recording, point), ceiling, entries.cause)


def _stepped(
    recording: Recording, point: Point, probes: Probes, precision: Precision, jitter: Jitter | None = None
) -> Array:
    if probes.form is Form.FULL:
        return columns(recording, point, precision, jitter)
    return np.array([along(recording, point, v, precision, jitter) for v in probes.directions])


def _whole(probes: Probes, chance: Chance) -> tuple[Array, Array]:
    """A direction in which every probe has a share, and the shares."""
    weights = chance.signed(len(probes.directions))
    return weights @ probes.directions, weights


def _unit(recording: Recording) -> float:
    """The unit roundoff of the engine's dtype."""
    return unit_of(SINGLE if recording.coarse else DOUBLE)


def _floor(recording: Recording, point: Point) -> float:
    """Below this a number of the engine's dtype, or of the oracle's, has fewer digits."""
    return max(float(np.finfo(np.float32).tiny) if recording.coarse else 0.0, beyond_h(recording, point))
