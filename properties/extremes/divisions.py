"""Quotients, remainders, extremes that pass over NaN, and what is made of a quotient, at extreme pairs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import copysign, inf, isnan, log, nan, sqrt

from engine import ops
from engine.graph import Op
from properties.extremes.point import Float, Line, Point, nine

i: float = inf
n: float = nan

Row = tuple[float, float, float, float, float]
"""a, b, the value, the derivative by a and that by b."""


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _whole(f)
    yield from _scaled(f)
    yield from _passing(f)


def _table(op: Op, *rows: Row) -> Iterator[Point]:
    for a, b, value, by_a, by_b in rows:
        yield Point(op, (a, b), value, (by_a, by_b), unsigned=True)


def _whole(f: Float) -> Iterator[Line]:
    """An infinite dividend leaves no rest, as fmod of C99; a divisor ∞ leaves what has its sign."""
    s, b = f.smallest, f.largest
    yield from _table(
        ops.FloorDivide(),
        (0, 1, 0, 0, 0), (-0.0, 1, 0, 0, 0), (1, 0, i, 0, 0), (1, -0.0, -i, 0, 0), (0, 0, n, 0, 0),
        (i, 1, n, 0, 0), (-i, 1, n, 0, 0), (1, i, 0, 0, 0), (-1, i, -1, 0, 0), (1, -i, -1, 0, 0),
        (s, 1, 0, 0, 0),
        (s, s, 1, 0, 0), (b, 1, b, 0, 0), (1, b, 0, 0, 0), (b, b, 1, 0, 0), (n, 1, n, 0, 0), (1, n, n, 0, 0),
    )  # fmt: skip
    yield from _table(
        ops.Remainder(),
        (0, 1, 0, 1, 0), (-0.0, 1, 0, 1, 0), (1, 0, n, 1, -i), (1, -0.0, n, 1, i), (i, 1, n, 1, n),
        (-i, 1, n, 1, n), (1, i, 1, 1, 0), (s, 1, s, 1, 0), (s, s, 0, 1, -1), (b, 1, 0, 1, -b),
        (1, b, 1, 1, 0),
        (b, b, 0, 1, -1), (n, 1, n, 1, n), (1, n, n, 1, n),
    )  # fmt: skip


def _scaled(f: Float) -> Iterator[Line]:
    s, b, h = f.smallest, f.largest, sqrt(0.5)
    yield from _table(
        ops.DivPower(2),
        (0, 1, 0, 1, 0), (-0.0, 1, 0, 1, 0), (1, 0, i, i, -i), (1, -0.0, i, i, i), (0, 0, n, i, n),
        (i, 1, i, 1, -i),
        (-i, 1, -i, 1, i), (1, i, 0, 0, 0), (1, -i, 0, 0, 0), (i, i, n, 0, n), (s, 1, s, 1, -2 * s),
        (1, s, i, i, -i),
        (b, 1, b, 1, -i), (1, b, 0, 0, 0), (b, b, 1 / b, 0, 0), (n, 1, n, 1, n), (1, n, n, n, n),
    )  # fmt: skip
    yield from _table(
        ops.PowerLog(((1, 0, 1),), 0),
        (1, 0, 0, 1, 0), (1, -0.0, 0, 1, 0), (0, 0, 0, i, 0), (-0.0, 1, 0, -i, 0), (0, -1, -i, i, i),
        (i, 1, i, i, i), (i, -1, 0, 0, 0), (2, i, i, i, i), (2, -i, 0, 0, 0), (-1, 1, n, n, n),
        (1, s, 0, 1, 0), (s, 1, s * log(s), log(s) + 1, s * log(s) ** 2), (1, b, 0, 1, 0),
        (b, 1, i, log(b) + 1, i), (n, 1, n, n, n), (1, n, n, n, n),
    )  # fmt: skip
    yield from _table(
        ops.PolarMonomial(1, 0, 1),
        (0, 0, 0, 0, 0), (-0.0, -0.0, 0, 0, 0), (0, 1, 0, 1, 0), (1, 0, 1, 0, 0), (s, 1, s, 1, -s),
        (0, s, 0, i, 0),
        (1, s, 1, 0, -s), (s, s, h, i, -i), (b, 1, 1, 0, 0), (0, b, 0, 1 / b, 0), (1, b, 1 / b, 1 / b, 0),
        (i, 1, 1, 0, 0), (-i, 1, -1, 0, 0), (1, i, 0, 0, 0), (n, 1, n, n, n), (1, n, n, n, n),
    )  # fmt: skip
    yield from _table(
        ops.RelEntr(),
        (0, 1, 0, -i, 0), (-0.0, 1, 0, -i, 0), (1, 0, i, i, -i), (0, 0, 0, n, n), (0, -0.0, 0, n, n),
        (1, 1, 0, 1, -1),
        (i, 1, i, i, -i), (1, i, -i, -i, 0), (i, i, n, n, n), (-1, 1, n, n, 1), (s, s, 0, 1, -1),
        (s, 1, s * log(s), log(s) + 1, -s), (1, b, -log(b), 1 - log(b), -1 / b), (b, b, 0, 1, -1),
        (b, 1, i, log(b) + 1, -b), (n, 1, n, n, n), (1, n, n, n, n), (1, s, -log(s), 1 - log(s), -i),
        (s, b, s * (log(s) - log(b)), log(s) - log(b) + 1, 0),
    )  # fmt: skip


def _passing(f: Float) -> Iterator[Line]:
    """A NaN is passed over, and has no derivative; two of them are NaN."""
    for a, b in product(nine(f), repeat=2):
        if isnan(a) or isnan(b):
            there = a if isnan(b) else b
            by_a, by_b = float(isnan(b) > isnan(a)), float(isnan(a) > isnan(b))
            yield from _table(ops.Fmax(), (a, b, there, by_a, by_b))
            yield from _table(ops.Fmin(), (a, b, there, by_a, by_b))
            continue
        share = 0.5 if a == b else (1 + copysign(1.0, a - b)) / 2
        yield from _table(ops.Fmax(), (a, b, max(a, b), share, 1 - share))
        yield from _table(ops.Fmin(), (a, b, min(a, b), 1 - share, share))
