"""Matrices whose diagonal dominates, made of any numbers, so that they lie in a domain that asks for such."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2, prod

from engine.array import Shape

FIRST = 3.0
"""The least entry of a diagonal; the others follow in steps as long, off by half of a one at most."""

REACH = 2.0**-4
"""Numbers up to 8 become entries beside the diagonal, up to 1/2 in a row or column together."""


def dominated(entries: Sequence[float], shape: Shape) -> list[float]:
    """The entries of the matrices on the last two axes, made such that each is in a ``dominant`` domain.

    The order of the diagonal is that of the numbers drawn for it; dyadic numbers stay dyadic. A shape of
    fewer axes has no matrix, and its entries are handed back.
    """
    if len(shape) < 2 or not prod(shape):
        return list(entries)
    rows, columns = shape[-2:]
    scale = REACH / 2.0 ** ceil(log2(max(rows, columns, 2) - 1))
    size = rows * columns
    found: list[float] = []
    for start in range(0, len(entries), size):
        matrix = entries[start : start + size]
        diagonal = [matrix[at * columns + at] for at in range(min(rows, columns))]
        ranks = sorted(range(len(diagonal)), key=diagonal.__getitem__)
        moved = [scale * entry for entry in matrix]
        for rank, at in enumerate(ranks):
            moved[at * columns + at] = FIRST + FIRST * rank + abs(diagonal[at]) % 1.0 / 2.0
        found += moved
    return found
