"""Second definitions of ops along one axis; in a scan entry k is a formula for the entries up to k."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul

from engine import ops
from engine.ops.scans import Scan
from properties.grid import Grid, Place
from properties.number import Number, larger, smaller
from properties.references.table import refer


def _line(scan: Scan, a: Grid, place: Place) -> list[Number]:
    """The entries that the entry at ``place`` is made of: from the start of the scan to its own."""
    at, size = place[scan.axis], a.shape[scan.axis]
    places = range(size - 1, at - 1, -1) if scan.reverse else range(at + 1)
    return [a[(*place[: scan.axis], each, *place[scan.axis + 1 :])] for each in places]


def _scan(op: Scan, a: Grid, combine: Callable[[Sequence[Number]], Number]) -> Grid:
    return a.filled(a.shape, lambda place: combine(_line(op, a, place)))


def _recurrence(op: ops.Recurrence, grids: Sequence[Grid]) -> Grid:
    """yₖ = Σᵢ bᵢ aᵢ₊₁ ⋯ aₖ over i ≤ k."""
    a, b = grids

    def entry(place: Place) -> Number:
        factors, terms = _line(op, a, place), _line(op, b, place)
        return b.total([reduce(mul, factors[at + 1 :], term) for at, term in enumerate(terms)])

    return b.filled(b.shape, entry)


def _logcumsumexp(op: ops.LogCumSumExp, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def combine(numbers: Sequence[Number]) -> Number:
        top = max(number.value for number in numbers)
        return a.total([(number - top).exp() for number in numbers]).log() + top

    return _scan(op, a, combine)


def _sort(op: ops.Sort, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def entry(place: Place) -> Number:
        line = [a[(*place[: op.axis], at, *place[op.axis + 1 :])] for at in range(a.shape[op.axis])]
        return sorted(line)[place[op.axis]]

    return a.filled(a.shape, entry)


def _diff(op: ops.Diff, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def entry(place: Place) -> Number:
        further = (*place[: op.axis], place[op.axis] + 1, *place[op.axis + 1 :])
        return a[further] - a[place]

    return a.filled(tuple(size - (axis == op.axis) for axis, size in enumerate(a.shape)), entry)


refer(ops.Recurrence, _recurrence)
refer(ops.Sort, _sort)
refer(ops.Diff, _diff)
refer(ops.CumSum, lambda op, grids: _scan(op, grids[0], grids[0].total))
refer(ops.CumProd, lambda op, grids: _scan(op, grids[0], lambda numbers: reduce(mul, numbers)))
refer(ops.LogCumSumExp, _logcumsumexp)
refer(ops.CumMax, lambda op, grids: _scan(op, grids[0], lambda numbers: reduce(larger, numbers)))
refer(ops.CumMin, lambda op, grids: _scan(op, grids[0], lambda numbers: reduce(smaller, numbers)))
