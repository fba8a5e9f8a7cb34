"""Second definitions of ops that make one entry of many, along axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul

from engine import ops
from engine.array import Axes, Shape
from engine.kinds import Reduction
from properties.grid import Grid, Place
from properties.number import Number, larger, smaller
from properties.references.table import refer


def _split(place: Place, axes: Axes, keepdims: bool, rank: int) -> list[int | None]:
    """For each axis of the input: where ``place`` of the result stands on it, None on a reduced axis."""
    kept = iter(place)
    found: list[int | None] = []
    for axis in range(rank):
        if axis in axes:
            found.append(None)
            if keepdims:
                next(kept)
        else:
            found.append(next(kept))
    return found


def _slice(grid: Grid, place: Place, axes: Axes, keepdims: bool) -> list[Number]:
    """The entries of the input that the entry at ``place`` of a reduction is made of."""
    where = _split(place, axes, keepdims, len(grid.shape))
    ranges = [range(size) if at is None else (at,) for at, size in zip(where, grid.shape, strict=True)]
    found: list[Place] = [()]
    for choices in ranges:
        found = [(*start, at) for start in found for at in choices]
    return [grid[at] for at in found]


def _reduced(shape: Shape, axes: Axes, keepdims: bool) -> Shape:
    sizes = [(1 if axis in axes else size) for axis, size in enumerate(shape) if keepdims or axis not in axes]
    return tuple(sizes)


def _summation(op: ops.Summation, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return over_slices(op, a, a.total)


def _max(op: ops.Max, grids: Sequence[Grid]) -> Grid:
    return over_slices(op, grids[0], lambda numbers: reduce(larger, numbers))


def _min(op: ops.Min, grids: Sequence[Grid]) -> Grid:
    return over_slices(op, grids[0], lambda numbers: reduce(smaller, numbers))


def _prod(op: ops.Prod, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return over_slices(op, a, lambda numbers: reduce(mul, numbers) if numbers else a.arithmetic.number(1.0))


def _logsumexp(op: ops.LogSumExp, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def combine(numbers: Sequence[Number]) -> Number:
        top = max(number.value for number in numbers)
        return a.total([(number - top).exp() for number in numbers]).log() + top

    return over_slices(op, a, combine)


def _sum_of_squares(op: ops.SumOfSquares, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return over_slices(op, a, lambda numbers: a.total([number * number for number in numbers]))


def over_slices(op: Reduction, a: Grid, combine: Callable[[Sequence[Number]], Number]) -> Grid:
    """The grid of what ``combine`` makes of each slice."""
    return a.filled(
        _reduced(a.shape, op.axes, op.keepdims),
        lambda place: combine(_slice(a, place, op.axes, op.keepdims)),
    )


refer(ops.Summation, _summation)
refer(ops.Max, _max)
refer(ops.Min, _min)
refer(ops.Prod, _prod)
refer(ops.LogSumExp, _logsumexp)
refer(ops.SumOfSquares, _sum_of_squares)
