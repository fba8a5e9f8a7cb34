"""Scans, sorts, probabilities and normalisation of extreme rows: a row in, a row out."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, log, nan, sqrt

from engine import ops
from properties.extremes.point import Float, Hollow, Line, Numbers, Point, at, refused, row, shape_of, weighed

i: float = inf
n: float = nan
EMPTY = Hollow((0,))
LOG_2 = log(2.0)


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _sums(f)
    yield from _extremes(f)
    yield from _log_sums(f)
    yield from _softmax(f)
    yield from _cross_entropy(f)
    yield from _normalised(f)
    for op in (
        ops.CumSum(0), ops.CumProd(0), ops.CumMax(0), ops.CumMin(0), ops.LogCumSumExp(0), ops.Sort(0),
        ops.Softmax((0,)), ops.LogSoftmax((0,)), ops.LayerNorm((0,)), ops.RMSNorm((0,)),
    ):  # fmt: skip
        yield at(op, (EMPTY,), EMPTY, EMPTY)
    yield at(ops.Recurrence(0), (EMPTY, EMPTY), EMPTY, EMPTY, EMPTY)
    yield at(ops.Diff(0), ((i,),), EMPTY, (0,))
    yield refused(ops.Diff(0), EMPTY)


Triple = tuple[Numbers, Numbers, Numbers]


def _sums(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    sums: tuple[Triple, ...] = (
        ((-i, 1), (-i, -i), (2, 1)), ((1, i), (1, i), (2, 1)), ((i, -i), (i, n), (2, 1)),
        ((n, 1), (n, n), (2, 1)),
        ((1, n), (1, n), (2, 1)), ((-0.0, -0.0), (-0.0, -0.0), (2, 1)), ((0, -0.0), (0, 0), (2, 1)),
        ((b, b), (b, i), (2, 1)), ((-b, b), (-b, 0), (2, 1)), ((s, s), (s, 2 * s), (2, 1)),
        ((-s, s), (-s, 0), (2, 1)),
    )  # fmt: skip
    products: tuple[Triple, ...] = (
        ((-i, 2), (-i, -i), (3, -i)), ((2, i), (2, i), (i, 2)), ((i, 0), (i, n), (1, i)),
        ((n, 1), (n, n), (2, n)),
        ((1, n), (1, n), (n, 1)), ((-0.0, 2), (-0.0, -0.0), (3, 0)), ((0, 0), (0, 0), (1, 0)),
        ((b, 2), (b, i), (3, b)),
        ((-b, b), (-b, -i), (b, -b)), ((s, s), (s, 0), (1, s)), ((-s, 2), (-s, -2 * s), (3, -s)),
    )  # fmt: skip
    differences: tuple[Triple, ...] = (
        ((-i, 1), (i,), (-1, 1)), ((i, 1), (-i,), (-1, 1)), ((i, i), (n,), (-1, 1)), ((n, 1), (n,), (-1, 1)),
        ((0, -0.0), (-0.0,), (-1, 1)), ((0, 0), (0,), (-1, 1)), ((-b, b), (i,), (-1, 1)),
        ((b, b), (0,), (-1, 1)),
        ((s, -s), (-2 * s,), (-1, 1)),
    )  # fmt: skip
    for a, value, adjoint in sums:
        yield row(ops.CumSum, (a,), value, adjoint)
    for a, value, adjoint in products:
        yield row(ops.CumProd, (a,), value, adjoint)
    for a, value, adjoint in differences:
        yield row(ops.Diff, (a,), value, adjoint)
    # y₀ = b₀ reads no a₀; y₁ = a₁ b₀ + b₁
    pairs: tuple[tuple[Numbers, Numbers, Numbers, Numbers, Numbers], ...] = (
        ((n, 2), (1, 1), (1, 3), (0, 1), (3, 1)), ((i, 2), (1, 1), (1, 3), (0, 1), (3, 1)),
        ((1, i), (1, 1), (1, i), (0, 1), (i, 1)), ((1, -i), (1, 0), (1, -i), (0, 1), (-i, 1)),
        ((1, 0), (2, 1), (2, 1), (0, 2), (1, 1)), ((1, -0.0), (2, -0.0), (2, -0.0), (0, 2), (1, 1)),
        ((1, 2), (-0.0, 0), (-0.0, 0), (0, 0), (3, 1)), ((1, 2), (i, 1), (i, i), (0, i), (3, 1)),
        ((1, 2), (-i, 1), (-i, -i), (0, -i), (3, 1)), ((1, 2), (n, 1), (n, n), (0, n), (3, 1)),
        ((1, n), (1, 1), (1, n), (0, 1), (n, 1)), ((1, s), (1, s), (1, 2 * s), (0, 1), (1, 1)),
        ((1, -s), (1, -s), (1, -2 * s), (0, 1), (1, 1)), ((1, b), (2, 1), (2, i), (0, 2), (b, 1)),
        ((1, -b), (1, -b), (1, -i), (0, 1), (-b, 1)), ((1, 1), (b, b), (b, i), (0, b), (2, 1)),
    )  # fmt: skip
    for a, c, value, by_a, by_c in pairs:
        yield row(ops.Recurrence, (a, c), value, by_a, by_c)


def _extremes(f: Float) -> Iterator[Line]:
    """Ties share evenly, and a NaN ties with all that is before it."""
    s, b = f.smallest, f.largest
    alike: tuple[Triple, ...] = (
        ((-i, -i), (-i, -i), (1.5, 0.5)), ((i, i), (i, i), (1.5, 0.5)), ((n, 1), (n, n), (1.5, 0.5)),
        ((0, 0), (0, 0), (1.5, 0.5)), ((-0.0, -0.0), (-0.0, -0.0), (1.5, 0.5)), ((b, b), (b, b), (1.5, 0.5)),
        ((-b, -b), (-b, -b), (1.5, 0.5)), ((s, s), (s, s), (1.5, 0.5)), ((-s, -s), (-s, -s), (1.5, 0.5)),
    )  # fmt: skip
    for a, value, adjoint in alike:
        yield row(ops.CumMax, (a,), value, adjoint)
        yield row(ops.CumMin, (a,), value, adjoint)
    yield row(ops.CumMax, ((i, 1),), (i, i), (2, 0))
    yield row(ops.CumMax, ((-i, s),), (-i, s), (1, 1))
    yield row(ops.CumMin, ((i, 1),), (i, 1), (1, 1))
    yield row(ops.CumMin, ((-i, s),), (-i, -i), (2, 0))
    ranked: tuple[tuple[Numbers, Numbers, Numbers, Numbers], ...] = (
        ((i, 1), (1, i), (1, 2), (2, 1)), ((i, -i), (-i, i), (1, 2), (2, 1)),
        ((s, -s), (-s, s), (1, 2), (2, 1)),
        ((b, -b), (-b, b), (1, 2), (2, 1)), ((0, -1), (-1, 0), (1, 2), (2, 1)),
        ((-0.0, -i), (-i, -0.0), (1, 2), (2, 1)), ((i, i), (i, i), (1, 2), (1.5, 1.5)),
        ((n, 1), (1, n), (1, 2), (2, 1)), ((n, n), (n, n), (1, 2), (1.5, 1.5)),
    )  # fmt: skip
    for a, value, weights, adjoint in ranked:
        yield weighed(ops.Sort, a, value, weights, adjoint)


def _log_sums(f: Float) -> Iterator[Line]:
    """As ``LogSumExp`` of what there is so far."""
    s, b, u = f.smallest, f.largest, LOG_2
    rows: tuple[Triple, ...] = (
        ((-i, -i), (-i, -i), (0, 0)), ((-i, 1), (-i, 1), (0, 1)), ((1, -i), (1, 1), (2, 0)),
        ((i, 1), (i, i), (2, 0)),
        ((1, i), (1, i), (1, 1)), ((-i, i), (-i, i), (0, 1)), ((i, i), (i, i), (1.5, 0.5)),
        ((i,), (i,), (1,)),
        ((i, -i), (i, i), (2, 0)), ((n, 1), (n, n), (n, n)), ((0, 0), (0, u), (1.5, 0.5)),
        ((-0.0, 0), (0, u), (1.5, 0.5)),
        ((b, b), (b, b), (1.5, 0.5)), ((-b, -b), (-b, -b), (1.5, 0.5)), ((b, -b), (b, b), (2, 0)),
        ((-b, b), (-b, b), (1, 1)), ((s, -s), (s, u), (1.5, 0.5)),
    )  # fmt: skip
    for a, value, adjoint in rows:
        yield row(ops.LogCumSumExp, (a,), value, adjoint)


def _softmax(f: Float) -> Iterator[Line]:
    """−∞ is masked, and ∞ takes all; a row of −∞ alone has no probabilities. ȳ is (1, 0, …)."""
    s, b, u, half = f.smallest, f.largest, LOG_2, (0.5, 0.5)
    rows: tuple[tuple[Numbers, Numbers, Numbers, Numbers, Numbers], ...] = (
        # a, softmax, its x̄, log-softmax, its x̄
        ((-i, 1), (0, 1), (0, 0), (-i, 0), (1, -1)), ((1, -i), (1, 0), (0, 0), (0, -i), (0, 0)),
        ((2, 2, -i), (0.5, 0.5, 0), (0.25, -0.25, 0), (-u, -u, -i), (0.5, -0.5, 0)),
        ((-i, -i), (n, n), (n, n), (n, n), (n, n)), ((-i,), (n,), (n,), (n,), (n,)),
        ((i, 1), (1, 0), (0, 0), (0, -i), (0, 0)), ((1, i), (0, 1), (0, 0), (-i, 0), (1, -1)),
        ((i, i), half, (0.25, -0.25), (-u, -u), (0.5, -0.5)), ((i, -i), (1, 0), (0, 0), (0, -i), (0, 0)),
        ((n, 1), (n, n), (n, n), (n, n), (n, n)), ((0, 0), half, (0.25, -0.25), (-u, -u), (0.5, -0.5)),
        ((0, -0.0), half, (0.25, -0.25), (-u, -u), (0.5, -0.5)),
        ((b, b), half, (0.25, -0.25), (-u, -u), (0.5, -0.5)),
        ((-b, -b), half, (0.25, -0.25), (-u, -u), (0.5, -0.5)), ((0, -b), (1, 0), (0, 0), (0, -b), (0, 0)),
        ((s, -s), half, (0.25, -0.25), (-u, -u), (0.5, -0.5)),
    )  # fmt: skip
    first: tuple[float, float, float] = (1, 0, 0)
    for a, value, adjoint, log_value, log_adjoint in rows:
        weights = first[: shape_of(a)[0]]
        yield weighed(lambda axis: ops.Softmax((axis,)), a, value, weights, adjoint)
        yield weighed(lambda axis: ops.LogSoftmax((axis,)), a, log_value, weights, log_adjoint)


def _cross_entropy(f: Float) -> Iterator[Line]:
    """A masked logit of weight 0 adds nothing; the derivative by its weight is −log softmax = ∞."""
    s, b, u = f.smallest, f.largest, LOG_2
    rows: tuple[tuple[Numbers, Numbers, Numbers, Numbers, Numbers], ...] = (
        # logits, weights, the loss, x̄ of the logits, of the weights
        ((-i, 1), (0, 1), 0, (0, 0), (i, 0)), ((1, -i), (0, 1), i, (1, -1), (0, i)),
        ((-i, 0, 0), (0, 1, 0), u, (0, -0.5, 0.5), (i, u, u)), ((i, 1), (1, 0), 0, (0, 0), (0, i)),
        ((n, 1), (1, 0), n, (n, n), (n, n)), ((0, 0), (n, 1), n, (n, n), (u, u)),
        ((b, b), (1, 0), u, (-0.5, 0.5), (u, u)),
        ((-b, -b), (0, 1), u, (0.5, -0.5), (u, u)), ((0, -0.0), (1, -0.0), u, (-0.5, 0.5), (u, u)),
        ((s, -s), (1, 0), u, (-0.5, 0.5), (u, u)), ((0, -b), (1, s), s * b, (s, -s), (0, b)),
        ((0, -b), (1, -s), -s * b, (-s, s), (0, b)), ((0, 0), (b, 0), u * b, (-b / 2, b / 2), (u, u)),
        ((0, 0), (-b, 0), -u * b, (b / 2, -b / 2), (u, u)), ((0, 0), (i, 0), i, (n, n), (u, u)),
        ((0, 0), (-i, 0), -i, (n, n), (u, u)),
    )  # fmt: skip
    for logits, weights, value, by_logits, by_weights in rows:
        yield Point(
            ops.CrossEntropy("mean"), (logits, weights), value, (by_logits, by_weights), unsigned=True
        )
    hollow = Hollow((0, 2))
    yield Point(ops.CrossEntropy("sum"), (hollow, hollow), 0, (hollow, hollow), unsigned=True)


def _normalised(f: Float) -> Iterator[Line]:
    """An infinite entry has no deviation from a mean. ȳ is (1, 0)."""
    s, b = f.smallest, f.largest
    k = 1 / sqrt(1e-5)
    layer: tuple[Triple, ...] = (
        ((0, 0), (0, 0), (k / 2, -k / 2)), ((-0.0, -0.0), (0, 0), (k / 2, -k / 2)),
        ((b, b), (0, 0), (k / 2, -k / 2)),
        ((-b, -b), (0, 0), (k / 2, -k / 2)), ((s, s), (0, 0), (k / 2, -k / 2)),
        ((-s, -s), (0, 0), (k / 2, -k / 2)),
        ((i, 1), (n, n), (n, n)), ((-i, 1), (n, n), (n, n)), ((n, 1), (n, n), (n, n)),
    )  # fmt: skip
    for a, value, adjoint in layer:
        yield weighed(lambda axis: ops.LayerNorm((axis,)), a, value, (1, 0), adjoint)
    root: tuple[Triple, ...] = (
        ((0, 0), (0, 0), (k, 0)), ((-0.0, 0), (-0.0, 0), (k, 0)), ((b, b), (1, 1), (0.5 / b, -0.5 / b)),
        ((-b, b), (-1, 1), (0.5 / b, 0.5 / b)),
        ((s, -s), (s * k, -s * k), (k, 0)), ((i, 1), (n, 0), (n, n)), ((-i, 1), (n, 0), (n, n)),
        ((n, 1), (n, n), (n, n)),
    )  # fmt: skip
    for a, value, adjoint in root:
        yield weighed(lambda axis: ops.RMSNorm((axis,)), a, value, (1, 0), adjoint)
