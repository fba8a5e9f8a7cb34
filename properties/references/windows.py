"""Second definitions of windows, and of what is made of them: convolutions and pools."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.array import Shape
from engine.ops.windows import Frame
from properties.grid import Grid, Place, places
from properties.number import Number
from properties.references.table import refer


def counts(frame: Frame, sizes: Shape) -> Shape:
    """How many windows begin along each axis: counted."""
    found: list[int] = []
    for size, reach, stride, padding in zip(sizes, frame.reach, frame.stride, frame.padding, strict=True):
        found.append(len(range(-padding, size + padding - reach + 1, stride)))
    return tuple(found)


def source(frame: Frame, window: Place, within: Place, sizes: Shape) -> Place | None:
    """Where an entry of a window lies in the array; None in the padding."""
    numbers = zip(window, within, frame.stride, frame.dilation, frame.padding, strict=True)
    place = tuple(o * s + k * d - p for o, k, s, d, p in numbers)
    return place if all(0 <= at < size for at, size in zip(place, sizes, strict=True)) else None


def _unfold(op: ops.Unfold, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    lead = len(a.shape) - op.rank
    zero = a.total([])

    def entry(place: Place) -> Number:
        window, within = place[lead : lead + op.rank], place[lead + op.rank :]
        at = source(op, window, within, a.shape[lead:])
        return zero if at is None else a[(*place[:lead], *at)]

    return a.filled((*a.shape[:lead], *counts(op, a.shape[lead:]), *op.size), entry)


def _fold(op: ops.Fold, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    lead = len(a.shape) - 2 * op.rank
    pairs = [(place[: op.rank], place[op.rank :]) for place in places(a.shape[lead:])]

    def entry(place: Place) -> Number:
        own = [pair for pair in pairs if source(op, *pair, op.sizes) == place[lead:]]
        return a.total([a[(*place[:lead], *window, *within)] for window, within in own])

    return a.filled((*a.shape[:lead], *op.sizes), entry)


refer(ops.Unfold, _unfold)
refer(ops.Fold, _fold)
