"""Ops of one number that are straight between corners and jumps, and sums and products with a number.

Their derivative is that of the side that a NaN is counted to: comparisons with NaN are false.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan

from engine import ops
from engine.dtype import FLOAT32, FLOAT64
from properties.extremes.point import DOUBLE, Float, Line, Nine, across, at

i: float = inf
n: float = nan
NONE: Nine = (0, 0, 0, 0, 0, 0, 0, 0, 0)
ALL: Nine = (1, 1, 1, 1, 1, 1, 1, 1, 1)


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _steps(f)
    yield from _bends(f)
    yield from _bounds(f)
    yield from _scaled(f)
    yield from _rounded(f)


# Columns: −∞, −b, −s, −0, 0, s, b, ∞, NaN. Rows: the value, the derivative, the second one.


def _steps(f: Float) -> Iterator[Line]:
    yield from across(f, ops.Step(), (0, 0, 0, 0, 0, 1, 1, 1, 0), NONE, NONE)
    yield from across(f, ops.Sign(), (-1, -1, -1, 0, 0, 1, 1, 1, n), NONE, NONE)


def _bends(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    above = (0, 0, 0, 0, 0, 1, 1, 1, 0)
    yield from across(f, ops.ReLU(), (0, 0, 0, 0, 0, s, b, i, n), above, NONE)
    yield from across(f, ops.Abs(), (i, b, s, 0, 0, s, b, i, n), (-1, -1, -1, 0, 0, 1, 1, 1, n), NONE)
    yield from across(
        f, ops.LeakyReLU(0.5), (-i, -b / 2, -0.0, -0.0, 0, s, b, i, n),
        (0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1, 0.5), NONE,
    )  # fmt: skip
    yield from across(f, ops.LeakyReLU(0.0), (0, 0, 0, 0, 0, s, b, i, n), above, NONE)
    yield from across(  # the square of s is 0
        f, ops.Huber(1.0), (i, b, 0, -0.0, 0, 0, b, i, n), (-1, -1, -s, 0, 0, s, 1, 1, n),
        (0, 0, 1, 1, 1, 1, 0, 0, 1),
    )  # fmt: skip


def _bounds(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    within = (-1, -1, -s, -0.0, 0, s, 1, 1, n)
    yield from across(f, ops.Hardtanh(-1.0, 1.0), within, (0, 0, 1, 1, 1, 1, 0, 0, 0), NONE)
    yield from across(f, ops.Clip(-1.0, 1.0), within, (0, 0, 1, 1, 1, 1, 0, 0, 1), NONE)
    yield from across(f, ops.Clip(None, 2.0), (-i, -b, -s, -0.0, 0, s, 2, 2, n), (1, 1, 1, 1, 1, 1, 0, 0, 1))
    yield from across(f, ops.Clip(-2.0, None), (-2, -2, -s, -0.0, 0, s, b, i, n), (0, 0, 1, 1, 1, 1, 1, 1, 1))
    for bound in (-1.0, 1.0):
        yield at(ops.Hardtanh(-1.0, 1.0), (bound,), bound, 0.0)
        yield at(ops.Clip(-1.0, 1.0), (bound,), bound, 1.0)


def _scaled(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    same = (-i, -b, -s, -0.0, 0, s, b, i, n)
    yield from across(f, ops.Identity(), same, ALL, NONE)
    if f is DOUBLE:
        narrow = (-i, -i, -0.0, -0.0, 0, 0, i, i, n)
        yield from across(f, ops.AsType(FLOAT32), narrow, ALL, NONE)
    else:
        yield from across(f, ops.AsType(FLOAT64), same, ALL, NONE)
    less = (-1, -1, -1, -1, -1, -1, -1, -1, -1)
    yield from across(f, ops.Negate(), (i, b, s, 0, -0.0, -s, -b, -i, n), less, NONE)
    yield from across(f, ops.AddScalar(1.0), (-i, -b, 1, 1, 1, 1, b, i, n), ALL, NONE)
    yield from across(f, ops.AddScalar(0.0), (-i, -b, -s, 0, 0, s, b, i, n), ALL, NONE)
    two = (2, 2, 2, 2, 2, 2, 2, 2, 2)
    yield from across(f, ops.MulScalar(2.0), (-i, -i, -2 * s, -0.0, 0, 2 * s, i, i, n), two, NONE)
    yield from across(f, ops.MulScalar(0.0), (n, -0.0, -0.0, -0.0, 0, 0, 0, n, n), NONE, NONE)  # IEEE 754
    half = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    yield from across(f, ops.DivScalar(2.0), (-i, -b / 2, -0.0, -0.0, 0, 0, b / 2, i, n), half, NONE)


def _rounded(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    yield from across(f, ops.Floor(), (-i, -b, -1, -0.0, 0, 0, b, i, n), NONE, NONE)
    yield from across(f, ops.Ceil(), (-i, -b, -0.0, -0.0, 0, 1, b, i, n), NONE, NONE)
    yield from across(f, ops.Round(), (-i, -b, -0.0, -0.0, 0, 0, b, i, n), NONE, NONE)
    yield from across(f, ops.Trunc(), (-i, -b, -0.0, -0.0, 0, 0, b, i, n), NONE, NONE)
    yield from across(  # 1 − s rounds to the divisor; ∞ leaves no rest, as fmod of C99
        f, ops.RemainderScalar(1.0), (n, 0, 1, 0, 0, s, 0, n, n), ALL, NONE
    )
