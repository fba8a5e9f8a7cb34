"""The second definition of sums of products over named axes."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from properties.grid import Grid, Place, places
from properties.number import Number
from properties.references.table import refer


def _einsum(op: ops.Einsum, grids: Sequence[Grid]) -> Grid:
    a, b = grids
    operands, of_y = op.subscripts.split("->")
    of_a, of_b = operands.split(",")
    sizes = dict(zip(of_a + of_b, a.shape + b.shape, strict=True))
    summed = [letter for letter in sizes if letter not in of_y]

    def entry(place: Place) -> Number:
        terms: list[Number] = []
        for inner in places(tuple(sizes[letter] for letter in summed)):
            at = dict(zip((*of_y, *summed), (*place, *inner), strict=True))
            terms.append(a[tuple(at[letter] for letter in of_a)] * b[tuple(at[letter] for letter in of_b)])
        return a.total(terms)

    return a.filled(tuple(sizes[letter] for letter in of_y), entry)


refer(ops.Einsum, _einsum)
