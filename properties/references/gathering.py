"""Second definitions of indexing by arrays, of adding up where they point, and of replacing what is there."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.array import ArrayIndex, Shape
from properties.grid import Grid, Place, places
from properties.number import Number
from properties.references.table import refer


def _sources(index: ArrayIndex, picked: Shape, shape: Shape) -> tuple[Shape, list[tuple[Place, Place]]]:
    """The shape of a[index], for a of this shape; and (place in it, place in a) for each of its entries.

    Each item says which places along its own axis of a it reads; the arrays read theirs together.
    """
    arrays = [at for at, item in enumerate(index) if isinstance(item, tuple)]
    together = bool(arrays) and arrays == list(range(arrays[0], arrays[0] + len(arrays)))
    goal_of_arrays = arrays[0] if together else 0
    lead: list[list[int]] = []
    axes = iter(shape)
    for item in index:
        size = 1 if item is None else next(axes)
        lead.append(list(range(size))[item] if isinstance(item, slice) else [0])
    kept = [at for at, item in enumerate(index) if item is None or isinstance(item, slice)]
    front = [at for at in kept if at < goal_of_arrays]
    back = [at for at in kept if at >= goal_of_arrays]
    result = (*(len(lead[at]) for at in front), *picked, *(len(lead[at]) for at in back))
    pairs: list[tuple[Place, Place]] = []
    for place in places(result):
        middle = place[len(front) : len(front) + len(picked)]
        outer = dict(
            zip((*front, *back), (*place[: len(front)], *place[len(front) + len(picked) :]), strict=True)
        )
        pairs.append((place, _source(index, lead, outer, _offset(middle, picked))))
    return result, pairs


def _source(index: ArrayIndex, lead: Sequence[Sequence[int]], outer: dict[int, int], nth: int) -> Place:
    """The place in a that the items read together."""
    found: list[int] = []
    for at, item in enumerate(index):
        if isinstance(item, tuple):
            found.append(item[nth])
        elif isinstance(item, int):
            found.append(item)
        elif item is not None:
            found.append(lead[at][outer[at]])
    return tuple(found)


def _offset(place: Place, shape: Shape) -> int:
    """The number of a place in row-major order."""
    offset = 0
    for at, size in zip(place, shape, strict=True):
        offset = offset * size + at
    return offset


def _get_items(op: ops.GetItems, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    shape, pairs = _sources(op.index, op.picked, a.shape)
    read = {place: a[source] for place, source in pairs}
    return a.filled(shape, read.__getitem__)


def _scatter_add(op: ops.ScatterAdd, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    added: dict[Place, list[Number]] = {}
    for place, source in _sources(op.index, op.picked, op.shape)[1]:
        added.setdefault(source, []).append(a[place])
    return a.filled(op.shape, lambda place: a.total(added.get(place, [])))


def _set_item(op: ops.SetItem, grids: Sequence[Grid]) -> Grid:
    a, b = grids
    new = {source: b.stretched(place) for place, source in _sources(op.index, op.picked, a.shape)[1]}
    return a.filled(a.shape, lambda place: new.get(place, a[place]))


refer(ops.GetItems, _get_items)
refer(ops.ScatterAdd, _scatter_add)
refer(ops.SetItem, _set_item)
