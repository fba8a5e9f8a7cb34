"""Elementwise ops of two and three numbers at extreme pairs.

Equal infinities count as equal numbers, as those of atan2 do in C99 (annex F): a derivative there is the
limit along the diagonal. 0 · ∞ and 0 / 0 of two inputs are NaN, as in IEEE 754; of a rule they are no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import copysign, inf, isnan, log, nan, pi, sqrt

from engine import ops
from engine.graph import Op
from properties.extremes.point import Float, Line, Point, at, nine

i: float = inf
n: float = nan

Row = tuple[float, float, float, float, float]
"""a, b, the value, the derivative by a and that by b."""


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _sums(f)
    yield from _quotients(f)
    yield from _powers(f)
    yield from _logarithms(f)
    yield from _orders(f)
    yield from _arrows(f)
    yield from _log_sums(f)
    yield from _choices(f)


def _table(op: Op, *rows: Row) -> Iterator[Point]:
    for a, b, value, by_a, by_b in rows:
        yield at(op, (a, b), value, by_a, by_b)


def _sums(f: Float) -> Iterator[Line]:
    """IEEE 754: Python's own sum and product."""
    for a, b in product(nine(f), repeat=2):
        yield at(ops.EWiseAdd(), (a, b), a + b, 1.0, 1.0)
        yield at(ops.EWiseMul(), (a, b), a * b, b, a)


def _quotients(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    yield from _table(
        ops.EWiseDiv(),
        (1, 0, i, i, -i), (1, -0.0, -i, -i, -i), (-1, 0, -i, i, i), (0, 0, n, i, n), (-0.0, 0, n, i, n),
        (0, 1, 0, 1, 0), (-0.0, 1, -0.0, 1, 0), (0, -1, -0.0, -1, 0), (1, i, 0, 0, 0), (1, -i, -0.0, 0, 0),
        (i, 1, i, 1, -i), (-i, 2, -i, 0.5, i), (i, i, n, 0, n), (i, 0, i, i, -i), (0, i, 0, 0, 0),
        (s, 1, s, 1, -s), (-s, 1, -s, 1, s), (1, s, i, i, -i), (1, -s, -i, -i, -i), (s, s, 1, i, -i),
        (b, 1, b, 1, -b), (-b, 1, -b, 1, b), (b, b, 1, 1 / b, -1 / b), (1, b, 1 / b, 1 / b, 0),
        (1, -b, -1 / b, -1 / b, 0), (n, 1, n, 1, n), (1, n, n, n, n),
    )  # fmt: skip


def _powers(f: Float) -> Iterator[Line]:
    """Values by C99; a derivative by a is 0 where aᵇ is constant, one by b is NaN where a < 0."""
    s, b = f.smallest, f.largest
    yield from _table(
        ops.EWisePow(),
        (0, 0, 1, 0, 0), (-0.0, 0, 1, 0, 0), (0, -0.0, 1, 0, 0), (0, 1, 0, 1, 0), (-0.0, 1, -0.0, 1, 0),
        (0, 2, 0, 0, 0), (0, 0.5, 0, i, 0), (0, -1, i, -i, -i), (0, -2, i, -i, -i), (0, i, 0, 0, 0),
        (0, -i, i, -i, -i), (s, 0, 1, 0, log(s)), (s, 1, s, 1, log(s) * s), (s, i, 0, 0, 0),
        (s, -1, i, -i, -i), (1, s, 1, s, 0), (1, -s, 1, -s, 0),
        (2, s, 1, s / 2, log(2)), (2, -s, 1, -s / 2, log(2)), (0.5, s, 1, 2 * s, -log(2)),
        (i, 0, 1, 0, i), (i, 1, i, 1, i), (i, -1, 0, 0, 0), (i, -2, 0, 0, 0), (i, -i, 0, 0, 0),
        (2, i, i, i, i), (2, -i, 0, 0, 0), (0.5, i, 0, 0, 0), (0.5, -i, i, -i, -i),
        (b, 0, 1, 0, log(b)), (b, 1, b, 1, i), (b, -i, 0, 0, 0), (b, 2, i, i, i), (1, b, 1, b, 0),
        (1, -b, 1, -b, 0), (2, b, i, i, i), (2, -b, 0, 0, 0), (-i, 1, -i, 1, n), (-b, 1, -b, 1, n),
        (-s, 1, -s, 1, n), (-s, 0, 1, 0, n), (-2, 2, 4, -4, n), (n, 0, 1, 0, n), (n, 1, n, 1, n),
        (2, n, n, n, n),
    )  # fmt: skip


def _logarithms(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    yield from _table(
        ops.Xlogy(),
        (0, 0, 0, 0, 0), (-0.0, 0, -0.0, 0, 0), (0, -0.0, 0, 0, 0), (0, 2, 0, log(2.0), 0),
        (0, s, -0.0, log(s), 0),
        (0, i, 0, i, 0), (0, -i, 0, 0, 0), (0, -b, 0, 0, 0), (0, -s, 0, 0, 0), (1, 0, -i, -i, i),
        (1, s, log(s), log(s), i), (1, b, log(b), log(b), 1 / b), (1, i, i, i, 0), (2, -1, n, n, -2),
        (s, 1, 0, 0, s), (-s, 1, -0.0, 0, -s), (b, 1, 0, 0, b), (-b, 1, -0.0, 0, -b), (i, 2, i, log(2.0), i),
        (-i, 2, -i, log(2.0), -i), (i, 1, n, 0, i), (0, n, n, n, n), (n, 1, n, 0, n), (1, n, n, n, n),
    )  # fmt: skip
    yield from _table(
        ops.BCEWithLogits(),
        (i, 1, 0, 0, -i), (i, 0, i, 1, -i), (-i, 0, 0, 0, i), (-i, 1, i, -1, i), (b, 1, 0, 0, -b),
        (b, 0, b, 1, -b), (-b, 0, 0, 0, b), (-b, 1, b, -1, b), (i, 0.5, i, 0.5, -i), (-i, 0.5, i, -0.5, i),
        (0, 0, log(2.0), 0.5, 0), (0, b, log(2.0), -b, 0), (0, i, n, -i, 0), (-0.0, -0.0, log(2.0), 0.5, 0),
        (s, 1, log(2.0), -0.5, -s),
        (-s, s, log(2.0), 0.5, s), (s, -s, log(2.0), 0.5, -s), (n, 1, n, n, n), (1, n, n, n, -1),
    )  # fmt: skip


def _orders(f: Float) -> Iterator[Line]:
    """Ties share evenly; of two zeros that differ either may be the extreme, so they are not asked about."""
    for a, b in product(nine(f), repeat=2):
        unordered, tie = isnan(a) or isnan(b), a == b
        order = 0.0 if unordered or tie else copysign(1.0, a - b)
        yield at(ops.Compare(), (a, b), order, 0.0, 0.0)
        if a == b == 0 and copysign(1, a) != copysign(1, b):
            continue
        more, less = (n, n) if unordered else (max(a, b), min(a, b))
        share = (1 + order) / 2
        yield at(ops.Maximum(), (a, b), more, share, 1 - share)
        yield at(ops.Minimum(), (a, b), less, 1 - share, share)
    for a, b in product(nine(f), repeat=2):
        turned = 0.0 if a == 0 else copysign(1.0, a) * copysign(1.0, b)
        yield at(ops.Copysign(), (a, b), copysign(a, b), n if isnan(a) else turned, 0.0)


def _arrows(f: Float) -> Iterator[Line]:
    s, b, h = f.smallest, f.largest, sqrt(0.5)
    yield from _table(
        ops.Hypot(),
        (0, 0, 0, 0, 0), (-0.0, -0.0, 0, 0, 0), (i, 0, i, 1, 0), (i, 1, i, 1, 0), (-i, 1, i, -1, 0),
        (1, i, i, 0, 1), (1, -i, i, 0, -1), (i, i, i, h, h), (i, -i, i, h, -h), (i, b, i, 1, 0),
        (s, 0, s, 1, 0),
        (-s, 0, s, -1, 0), (0, s, s, 0, 1), (0, -s, s, 0, -1), (s, s, s, h, h), (b, 0, b, 1, 0),
        (-b, 1, b, -1, 1 / b),
        (0, b, b, 0, 1), (0, -b, b, 0, -1), (b, b, i, h, h), (n, 1, n, n, n), (1, n, n, n, n),
    )  # fmt: skip
    q = pi / 4
    yield from _table(
        ops.Arctan2(),
        (0, 0, 0, 0, 0), (-0.0, 0, -0.0, 0, 0), (0, -0.0, pi, 0, 0), (-0.0, -0.0, -pi, 0, 0), (0, 1, 0, 1, 0),
        (-0.0, 1, -0.0, 1, 0), (0, -1, pi, -1, 0), (1, 0, 2 * q, 0, -1), (-1, 0, -2 * q, 0, 1),
        (1, i, 0, 0, 0),
        (-1, i, -0.0, 0, 0), (1, -i, pi, 0, 0), (i, 1, 2 * q, 0, 0), (-i, 1, -2 * q, 0, 0), (i, i, q, 0, 0),
        (-i, i, -q, 0, 0), (i, -i, 3 * q, 0, 0), (-i, -i, -3 * q, 0, 0), (0, i, 0, 0, 0), (i, 0, 2 * q, 0, 0),
        (s, 1, s, 1, -s), (-s, 1, -s, 1, s), (s, 0, 2 * q, 0, -i), (0, s, 0, i, 0), (0, -s, pi, -i, 0),
        (b, 1, 2 * q, 0, -1 / b), (-b, 1, -2 * q, 0, 1 / b), (1, b, 1 / b, 1 / b, 0), (1, -b, pi, -1 / b, 0),
        (b, b, q, 0.5 / b, -0.5 / b), (b, i, 0, 0, 0), (n, 1, n, n, n), (1, n, n, n, n),
    )  # fmt: skip


def _log_sums(f: Float) -> Iterator[Line]:
    """A pair of −∞ has the derivative 0, as ``LogSumExp`` says: nothing is there to move."""
    s, b = f.smallest, f.largest
    for op, two in ((ops.LogAddExp(), log(2.0)), (ops.LogAddExp2(), 1.0)):
        yield from _table(
            op,
            (-i, -i, -i, 0, 0), (-i, 1, 1, 0, 1), (1, -i, 1, 1, 0), (-i, i, i, 0, 1), (i, -i, i, 1, 0),
            (i, 1, i, 1, 0), (1, i, i, 0, 1), (i, i, i, 0.5, 0.5), (0, 0, two, 0.5, 0.5),
            (-0.0, -0.0, two, 0.5, 0.5), (s, s, two, 0.5, 0.5), (-s, -s, two, 0.5, 0.5), (b, b, b, 0.5, 0.5),
            (-b, -b, -b, 0.5, 0.5), (b, -b, b, 1, 0), (b, i, i, 0, 1), (n, 1, n, n, n), (1, n, n, n, n),
            (n, i, n, n, n),
        )  # fmt: skip


def _choices(f: Float) -> Iterator[Line]:
    """What is not selected is nothing: not a NaN, and no derivative."""
    for mark, a, b in product((0.0, 1.0), nine(f), nine(f)):
        yield at(ops.Where(), (mark, a, b), a if mark else b, mark, 1 - mark)
