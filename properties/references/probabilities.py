"""Second definitions of softmax and its logarithm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine import ops
from engine.array import Axes
from properties.grid import Grid, Place, places
from properties.number import Number
from properties.references.table import refer


def slice_at(a: Grid, place: Place, axes: Axes) -> list[Number]:
    """The entries at places that differ from this one along the axes only."""
    return [
        a[other]
        for other in places(a.shape)
        if all(axis in axes or at == other[axis] for axis, at in enumerate(place))
    ]


def each_in_its_slice(a: Grid, axes: Axes, formula: Callable[[Number, Sequence[Number]], Number]) -> Grid:
    """The formula of each entry and of all entries of its slice."""
    return a.filled(a.shape, lambda place: formula(a[place], slice_at(a, place, axes)))


def _scaled(x: Number, numbers: Sequence[Number]) -> tuple[Number, Number]:
    """x less the largest number, and Σ exp of all of them so lessened."""
    top = max(number.value for number in numbers)
    return x - top, sum(((number - top).exp() for number in numbers), start=x.constant(0.0))


def _softmax(x: Number, numbers: Sequence[Number]) -> Number:
    less, total = _scaled(x, numbers)
    return less.exp() / total


def log_softmax(x: Number, numbers: Sequence[Number]) -> Number:
    """x − log Σ exp xₖ."""
    less, total = _scaled(x, numbers)
    return less - total.log()


refer(ops.Softmax, lambda op, grids: each_in_its_slice(grids[0], op.axes, _softmax))
refer(ops.LogSoftmax, lambda op, grids: each_in_its_slice(grids[0], op.axes, log_softmax))
