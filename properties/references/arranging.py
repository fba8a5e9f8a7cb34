"""Second definitions of ops that turn, shift, repeat, frame and cut out entries."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.array import Shape
from properties.grid import Grid, Place, places
from properties.number import Number
from properties.references.table import refer


def _flip(op: ops.Flip, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def entry(place: Place) -> Number:
        return a[tuple(a.shape[axis] - 1 - at if axis in op.axes else at for axis, at in enumerate(place))]

    return a.filled(a.shape, entry)


def _roll(op: ops.Roll, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    shift = dict(zip(op.axes, op.shifts, strict=True))
    moved: dict[Place, Number] = {}
    for place in places(a.shape):
        goal = tuple((at + shift.get(axis, 0)) % a.shape[axis] for axis, at in enumerate(place))
        moved[goal] = a[place]
    return a.filled(a.shape, moved.__getitem__)


def _rot90(op: ops.Rot90, grids: Sequence[Grid]) -> Grid:
    (turned,) = grids
    for _ in range(op.turns):
        turned = _turned_once(turned, *op.axes)
    return turned


def _turned_once(a: Grid, first: int, second: int) -> Grid:
    """yᵢⱼ = aⱼₖ, k = n − 1 − i."""
    sizes = list(a.shape)
    sizes[first], sizes[second] = sizes[second], sizes[first]

    def entry(place: Place) -> Number:
        source = list(place)
        source[first], source[second] = place[second], a.shape[second] - 1 - place[first]
        return a[tuple(source)]

    return a.filled(tuple(sizes), entry)


def _tile(op: ops.Tile, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    new = len(op.reps) - len(a.shape)
    sizes = [1] * new + list(a.shape)
    shape = tuple(count * size for count, size in zip(op.reps, sizes, strict=True))
    return a.filled(
        shape, lambda place: a[tuple(at % size for at, size in zip(place[new:], a.shape, strict=True))]
    )


def _repeat(op: ops.Repeat, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    sources = [at for at in range(a.shape[op.axis]) for _ in range(op.count)]
    before, behind = a.shape[: op.axis], a.shape[op.axis + 1 :]
    return a.filled(
        (*before, len(sources), *behind),
        lambda place: a[(*place[: op.axis], sources[place[op.axis]], *place[op.axis + 1 :])],
    )


def _pad(op: ops.Pad, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    shape = tuple(first + size + last for (first, last), size in zip(op.widths, a.shape, strict=True))
    frame = a.total([]).constant(op.value)

    def entry(place: Place) -> Number:
        own = tuple(at - first for at, (first, _) in zip(place, op.widths, strict=True))
        inside = all(0 <= at < size for at, size in zip(own, a.shape, strict=True))
        return a[own] if inside else frame

    return a.filled(shape, entry)


def _triangle(a: Grid, side: int, offset: int) -> Grid:
    """The entries of a with side (j − i − offset) ≤ 0, and 0 in place of the others."""
    zero = a.total([])
    return a.filled(a.shape, lambda place: zero if side * (place[-1] - place[-2] - offset) > 0 else a[place])


def _along(offset: int, axes: tuple[int, int], shape: Shape) -> dict[Place, Place]:
    """For each place on the diagonals of the planes of two axes: where it stands among the diagonals."""
    first, second = axes
    found: dict[Place, Place] = {}
    for place in places(shape):
        if place[second] - place[first] == offset:
            others = tuple(at for axis, at in enumerate(place) if axis not in axes)
            found[place] = (*others, min(place[first], place[second]))
    return found


def _diagonal(op: ops.Diagonal, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    read = {goal: a[place] for place, goal in _along(op.offset, op.axes, a.shape).items()}
    first, second = (a.shape[axis] for axis in op.axes)
    size = sum(0 <= row + op.offset < second for row in range(first))
    others = [each for axis, each in enumerate(a.shape) if axis not in op.axes]
    return a.filled((*others, size), read.__getitem__)


def _put_diagonal(op: ops.PutDiagonal, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    zero = a.total([])
    put = {place: a[source] for place, source in _along(op.offset, op.axes, op.shape).items()}
    return a.filled(op.shape, lambda place: put.get(place, zero))


refer(ops.Flip, _flip)
refer(ops.Roll, _roll)
refer(ops.Rot90, _rot90)
refer(ops.Tile, _tile)
refer(ops.Repeat, _repeat)
refer(ops.Pad, _pad)
refer(ops.Tril, lambda op, grids: _triangle(grids[0], 1, op.offset))
refer(ops.Triu, lambda op, grids: _triangle(grids[0], -1, op.offset))
refer(ops.Diagonal, _diagonal)
refer(ops.PutDiagonal, _put_diagonal)
