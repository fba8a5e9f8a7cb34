"""Second definitions of ops of any number of inputs."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from properties.grid import Grid, Place
from properties.number import Number
from properties.references.table import refer


def _concatenate(op: ops.Concatenate, grids: Sequence[Grid]) -> Grid:
    axis = op.axis
    owners = [(grid, at) for grid in grids for at in range(grid.shape[axis])]
    first = grids[0].shape

    def entry(place: Place) -> Number:
        grid, at = owners[place[axis]]
        return grid[(*place[:axis], at, *place[axis + 1 :])]

    return grids[0].filled((*first[:axis], len(owners), *first[axis + 1 :]), entry)


def _stack(op: ops.Stack, grids: Sequence[Grid]) -> Grid:
    axis, first = op.axis, grids[0].shape
    return grids[0].filled(
        (*first[:axis], len(grids), *first[axis:]),
        lambda place: grids[place[axis]][(*place[:axis], *place[axis + 1 :])],
    )


refer(ops.Concatenate, _concatenate)
refer(ops.Stack, _stack)
