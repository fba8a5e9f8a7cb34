"""Reductions, norms and moments of extreme rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf, log, nan, sqrt

from engine import ops
from engine.graph import Op
from properties.extremes.point import Float, Hollow, Line, Numbers, Point, at, refused, row

i: float = inf
n: float = nan
EMPTY = Hollow((0,))


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _sums(f)
    yield from _products(f)
    yield from _extremes(f)
    yield from _log_sum_exp(f)
    yield from _norms(f)
    yield from _spreads(f)


Made = Callable[[int], Op]


def _rows(make: Made, *rows: tuple[Numbers, Numbers, Numbers]) -> Iterator[Point]:
    """For each row its entries, the value and the adjoint."""
    for entries, value, adjoint in rows:
        yield row(make, (entries,), value, adjoint)


def _sums(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    one, half = (1, 1), (0.5, 0.5)
    yield from _rows(
        lambda axis: ops.Summation((axis,)),
        ((-i, -i), -i, one), ((i, 1), i, one), ((i, -i), n, one), ((n, 1), n, one), ((0, 0), 0, one),
        ((0, -0.0), 0, one), ((b, b), i, one), ((b, -b), 0, one), ((-b, -b), -i, one), ((s, s), 2 * s, one),
        ((s, -s), 0, one),
    )  # fmt: skip
    yield at(ops.Summation((0,)), (EMPTY,), 0, EMPTY)
    yield from _rows(
        lambda axis: ops.Mean((axis,)),
        ((-i, -i), -i, half), ((i, 1), i, half), ((i, -i), n, half), ((n, 1), n, half), ((0, 0), 0, half),
        ((0, -0.0), 0, half), ((b, b), i, half), ((-b, -b), -i, half), ((b, -b), 0, half), ((s, s), s, half),
        ((-s, -s), -s, half),
    )  # fmt: skip
    yield refused(ops.Mean((0,)), EMPTY)


def _products(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    yield from _rows(
        lambda axis: ops.Prod((axis,)),
        ((-i, -i), i, (-i, -i)), ((i, 1), i, (1, i)), ((i, 0), n, (0, i)), ((n, 1), n, (1, n)),
        ((0, 0), 0, (0, 0)),
        ((-0.0, 2), -0.0, (2, 0)), ((b, b), i, (b, b)), ((-b, b), -i, (b, -b)), ((s, s), 0, (s, s)),
        ((s, -s), -0.0, (-s, s)), ((0, 0, 2), 0, (0, 0, 0)), ((i,), i, (1,)),
    )  # fmt: skip
    yield at(ops.Prod((0,)), (EMPTY,), 1, EMPTY)
    yield from _rows(
        lambda axis: ops.SumOfSquares((axis,)),
        ((-i, -i), i, (-i, -i)), ((i, 1), i, (i, 2)), ((n, 1), n, (n, 2)), ((0, -0.0), 0, (0, 0)),
        ((b, -b), i, (i, -i)), ((s, -s), 0, (2 * s, -2 * s)),
    )  # fmt: skip
    yield at(ops.SumOfSquares((0,)), (EMPTY,), 0, EMPTY)


def _extremes(f: Float) -> Iterator[Line]:
    """Ties share evenly. A NaN is the extreme of every row, and ties with all of it."""
    s, b = f.smallest, f.largest
    half = (0.5, 0.5)
    alike: tuple[tuple[Numbers, Numbers, Numbers], ...] = (
        ((-i, -i), -i, half), ((i, i), i, half), ((n, 1), n, half), ((0, 0), 0, half),
        ((-0.0, -0.0), -0.0, half),
        ((b, b), b, half), ((-b, -b), -b, half), ((s, s), s, half), ((i,), i, (1,)),
    )  # fmt: skip
    yield from _rows(lambda axis: ops.Max((axis,)), *alike)
    yield from _rows(lambda axis: ops.Min((axis,)), *alike)
    yield refused(ops.Max((0,)), EMPTY)
    yield refused(ops.Min((0,)), EMPTY)
    yield from _rows(
        lambda axis: ops.Max((axis,)),
        ((-i, 1), 1, (0, 1)), ((i, 1), i, (1, 0)), ((i, -i), i, (1, 0)), ((s, -s), s, (1, 0)),
        ((b, i), i, (0, 1)),
    )  # fmt: skip
    yield from _rows(
        lambda axis: ops.Min((axis,)),
        ((-i, 1), -i, (1, 0)), ((i, 1), 1, (0, 1)), ((i, -i), -i, (0, 1)), ((s, -s), -s, (0, 1)),
        ((b, i), b, (1, 0)),
    )  # fmt: skip


def _log_sum_exp(f: Float) -> Iterator[Line]:
    """The limit along equal entries: infinite ones share what there is; a row of −∞ has nothing to share."""
    s, b, u, half = f.smallest, f.largest, log(2.0), (0.5, 0.5)
    yield from _rows(
        lambda axis: ops.LogSumExp((axis,)),
        ((-i, -i), -i, (0, 0)), ((-i,), -i, (0,)), ((-i, 1), 1, (0, 1)), ((i, 1), i, (1, 0)),
        ((i, -i), i, (1, 0)),
        ((i, i), i, half), ((i, i, 1), i, (0.5, 0.5, 0)), ((n, 1), n, (n, n)), ((0, 0), u, half),
        ((0, -0.0), u, half),
        ((b, b), b, half), ((-b, -b), -b, half), ((b, -b), b, (1, 0)), ((s, -s), u, half),
    )  # fmt: skip
    yield refused(ops.LogSumExp((0,)), EMPTY)


def _norms(f: Float) -> Iterator[Line]:
    s, b, h = f.smallest, f.largest, sqrt(0.5)
    yield from _rows(
        lambda axis: ops.Norm((axis,)),
        ((0, 0), 0, (0, 0)), ((-0.0, 0), 0, (0, 0)), ((i, 1), i, (1, 0)), ((-i, 1), i, (-1, 0)),
        ((i, -i), i, (h, -h)), ((-i, -i), i, (-h, -h)), ((n, 1), n, (n, n)), ((b, 0), b, (1, 0)),
        ((b, b), i, (h, h)),
        ((-b, b), i, (-h, h)), ((s, 0), s, (1, 0)), ((s, s), s, (h, h)), ((s, -s), s, (h, -h)),
    )  # fmt: skip
    yield at(ops.Norm((0,)), (EMPTY,), 0, EMPTY)
    yield from _rows(
        lambda axis: ops.Norm((axis,), order=1.0),
        ((0, 0), 0, (0, 0)), ((-0.0, 1), 1, (0, 1)), ((i, 1), i, (1, 1)), ((-i, i), i, (-1, 1)),
        ((n, 1), n, (n, 1)), ((b, -b), i, (1, -1)), ((s, -s), 2 * s, (1, -1)),
    )  # fmt: skip
    yield from _rows(
        lambda axis: ops.Norm((axis,), order=inf),
        ((0, 0), 0, (0, 0)), ((-0.0, 1), 1, (0, 1)), ((i, 1), i, (1, 0)), ((-i, i), i, (-0.5, 0.5)),
        ((b, -b), b, (0.5, -0.5)), ((s, -s), s, (0.5, -0.5)),
    )  # fmt: skip
    yield refused(ops.Norm((0,), order=inf), EMPTY)


def _spreads(f: Float) -> Iterator[Line]:
    """An infinite entry has no deviation from a mean. The square of a subnormal deviation is 0."""
    s, b = f.smallest, f.largest
    zero, none = (0, 0), (n, n)
    alike: tuple[tuple[Numbers, Numbers, Numbers], ...] = (
        ((0, 0), 0, zero), ((-0.0, 0), 0, zero), ((b, b), 0, zero), ((-b, -b), 0, zero), ((s, s), 0, zero),
        ((-s, -s), 0, zero), ((i, 1), n, none), ((i, i), n, none), ((-i, -i), n, none), ((n, 1), n, none),
    )  # fmt: skip
    yield from _rows(lambda axis: ops.Var((axis,)), *alike)
    yield from _rows(lambda axis: ops.Std((axis,)), *alike)
    yield refused(ops.Var((0,)), EMPTY)
    yield refused(ops.Std((0,)), EMPTY)
