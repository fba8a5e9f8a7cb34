"""Second definitions of ops that put entries elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.array import Axes, Index, Shape
from properties.grid import Grid, Place
from properties.number import Number
from properties.references.table import refer


def _transpose(op: ops.Transpose, grids: Sequence[Grid]) -> Grid:
    first, second = op.axes
    order = list(range(len(grids[0].shape)))
    order[first], order[second] = second, first
    return _permuted(grids[0], tuple(order))


def _permuted(a: Grid, order: Axes) -> Grid:
    def entry(place: Place) -> Number:
        own = [0] * len(order)
        for at, axis in zip(place, order, strict=True):
            own[axis] = at
        return a[tuple(own)]

    return a.filled(tuple(a.shape[axis] for axis in order), entry)


def _sources(index: Index, shape: Shape) -> list[tuple[Place, Place]]:
    """(place in the item, place in the whole) for each entry that ``index`` picks of such a whole."""
    axes = iter(shape)
    choices: list[list[tuple[Place, Place]]] = []
    for item in index:
        if item is None:
            choices.append([((0,), ())])
        elif isinstance(item, int):
            next(axes)
            choices.append([((), (item,))])
        else:
            picked = list(range(next(axes)))[item]
            choices.append([((at,), (source,)) for at, source in enumerate(picked)])
    pairs: list[tuple[Place, Place]] = [((), ())]
    for choice in choices:
        pairs = [(place + p, source + s) for place, source in pairs for p, s in choice]
    return pairs


def _item_shape(index: Index, shape: Shape) -> Shape:
    axes = iter(shape)
    sizes: list[int] = []
    for item in index:
        if item is None:
            sizes.append(1)
            continue
        size = next(axes)
        if not isinstance(item, int):
            sizes.append(len(list(range(size))[item]))
    return tuple(sizes)


def _get_item(op: ops.GetItem, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    found = {place: a[source] for place, source in _sources(op.index, a.shape)}
    return a.filled(_item_shape(op.index, a.shape), found.__getitem__)


def _put_item(op: ops.PutItem, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    zero = a.total([])
    put = {source: a[place] for place, source in _sources(op.index, op.shape)}
    return a.filled(op.shape, lambda place: put.get(place, zero))


refer(ops.BroadcastTo, lambda op, grids: grids[0].filled(op.shape, grids[0].stretched))
refer(ops.Reshape, lambda op, grids: Grid(op.shape, grids[0].entries, grids[0].arithmetic))
refer(ops.Transpose, _transpose)
refer(ops.Permute, lambda op, grids: _permuted(grids[0], op.axes))
refer(ops.GetItem, _get_item)
refer(ops.PutItem, _put_item)
