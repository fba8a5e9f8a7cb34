"""What every op of the catalogue is declared to be at the ends of its numbers, as data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from engine.dtype import DType
from engine.graph import Op
from properties.extremes import corners, matrices, moving, pairs, products, reductions, rows, smooth
from properties.extremes.point import FLOATS, Float, Line

FAMILIES = (smooth, corners, pairs, moving, products, reductions, rows, matrices)


def lines(f: Float) -> Iterator[Line]:
    """The whole table for a dtype."""
    for family in FAMILIES:
        yield from family.lines(f)


@cache
def table(dtype: DType) -> dict[type[Op], list[Line]]:
    """The lines of each op for a dtype, in the order in which they stand."""
    found: dict[type[Op], list[Line]] = {}
    for f in FLOATS:
        if f.dtype is dtype:
            for line in lines(f):
                found.setdefault(type(line.op), []).append(line)
    return found


__all__ = ["lines", "table"]
