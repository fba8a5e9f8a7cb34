"""Second definitions of pools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import prod

from engine import ops
from engine.ops.pooling import AvgPool, MaxPool, Pool
from properties.grid import Grid, Place, places
from properties.number import Number, larger
from properties.references.table import refer
from properties.references.windows import counts, source


def _pooled(op: Pool, a: Grid, combine: Callable[[Sequence[Number]], Number]) -> Grid:
    """What becomes of the entries of each window, without the padding."""
    frame = op.frame
    lead = len(a.shape) - frame.rank
    sizes = a.shape[lead:]

    def entry(place: Place) -> Number:
        found = [source(frame, place[lead:], within, sizes) for within in places(op.size)]
        return combine([a[(*place[:lead], *at)] for at in found if at is not None])

    return a.filled((*a.shape[:lead], *counts(frame, sizes)), entry)


def _max_pool(op: MaxPool, grids: Sequence[Grid]) -> Grid:
    return _pooled(op, grids[0], lambda numbers: reduce(larger, numbers))


def _avg_pool(op: AvgPool, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return _pooled(op, a, lambda numbers: a.total(numbers) / float(prod(op.size)))


refer(ops.MaxPool1d, _max_pool)
refer(ops.MaxPool2d, _max_pool)
refer(ops.AvgPool1d, _avg_pool)
refer(ops.AvgPool2d, _avg_pool)
