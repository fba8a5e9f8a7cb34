"""Second definitions of means, moments and norms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import fsum, inf, sqrt

from engine import ops
from engine.ops.moments import Spread
from properties.grid import Grid
from properties.number import Number, larger
from properties.references.reductions import over_slices
from properties.references.table import refer


def _mean(op: ops.Mean, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return over_slices(op, a, lambda numbers: a.total(numbers) / len(numbers))


def _deviations(a: Grid, numbers: Sequence[Number]) -> list[Number]:
    """What each is above the mean; exactly 0 where all have one value."""
    above = [number - numbers[0].value for number in numbers]
    mean = a.total(above) / len(above)
    return [each - mean for each in above]


def _variance(op: Spread, a: Grid, numbers: Sequence[Number]) -> Number:
    squares = [each * each for each in _deviations(a, numbers)]
    return a.total(squares) / (len(numbers) - op.ddof)


def _std(op: ops.Std, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def combine(numbers: Sequence[Number]) -> Number:
        if len(numbers) == 1:
            return numbers[0].constant(0.0)
        if any(number.value != numbers[0].value for number in numbers):
            return _variance(op, a, numbers).sqrt()
        return _length_at_zero(_deviations(a, numbers)) / sqrt(len(numbers) - op.ddof)

    return over_slices(op, a, combine)


def _length_at_zero(numbers: Sequence[Number]) -> Number:
    """√Σ xᵢ² where all are 0: it has a kink there, and moves as fast as they do together."""
    for number in numbers:
        _ = number > 0.0  # the sides differ
    return numbers[0].arithmetic.number(0.0, sqrt(fsum(number.tangent**2 for number in numbers)))


def _norm(op: ops.Norm, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def combine(numbers: Sequence[Number]) -> Number:
        if op.order == 1:
            return a.total([_size(number) for number in numbers])
        if op.order == inf:
            return reduce(larger, map(_size, numbers))
        if numbers and not any(number.value for number in numbers):
            return _length_at_zero(numbers)
        return a.total([number * number for number in numbers]).sqrt() if numbers else a.total([])

    return over_slices(op, a, combine)


def _size(x: Number) -> Number:
    return x if x > 0.0 else -x


refer(ops.Mean, _mean)
refer(ops.Var, lambda op, grids: over_slices(op, grids[0], lambda xs: _variance(op, grids[0], xs)))
refer(ops.Std, _std)
refer(ops.Norm, _norm)
