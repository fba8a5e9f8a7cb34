"""Indexing by arrays of integers and by masks; the adjoint adds up what is put where an entry was read."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, ArrayIndex, ArrayKey, Key, Shape, items_added, items_of
from engine.axes import canonical_axis, canonical_shape
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ItemError, ShapeError
from engine.kinds import Linear
from engine.ops.index_arrays import Keys, canonical_arrays, check_index, gathered_shape, settled
from engine.ops.indexing import GetItem
from engine.ops.shape import moveaxis, reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["GetItems", "ScatterAdd", "get_items", "scatter_add", "take", "take_along_axis"]


@op(REALS, signature="(i*)->(j*)")
class GetItems(Linear):
    """y = a[index], for arrays of integers, which may read an entry several times, beside slices and None.

    ``index`` is canonical: a slice, or a tuple of integers ≥ 0 in row-major order, for each axis of a, and
    the new axes. All its arrays have the shape ``picked``. These axes of y stand where the arrays stand, or
    in front if something stands between the arrays, as in NumPy.
    """

    index: ArrayIndex
    picked: Shape

    def __post_init__(self) -> None:
        check_index(type(self).__name__, self.index, self.picked)

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)
        return items_of(a, self.index, self.picked)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return ScatterAdd(self.index, self.picked, node.inputs[0].shape)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        return gathered_shape(repr(self), self.index, self.picked, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for keys in _keys_for(shape):
            index, picked, _ = canonical_arrays(settled(keys), shape)
            yield cls(index, picked)


def _keys_for(shape: Shape) -> Iterator[Keys]:
    """Legal indices by arrays for this shape: repeats, from the end, empty, masks, beside others."""
    for axis, size in enumerate(shape):
        before = (slice(None),) * axis
        yield (*before, [])
        yield (*before, [at % 3 != 1 for at in range(size)])
        if size:
            yield (*before, [0, -1, 0])
            yield (*before, [[0, 0], [-1, size // 2]])
            yield (*before, None, [[0, -1], [-1, 0], [0, 0]])
    if len(shape) > 1:
        yield (np.arange(prod(shape[:2])).reshape(shape[:2]) % 2 == 0,)
        if all(shape):
            yield ([0, -1, 0], [[-1], [0]])
            yield ([-1, 0, -1], None, 0)
            yield (slice(None, None, -1), [0, 0], None)
    if len(shape) > 2 and all(shape):
        yield ([0, -1], slice(None), [0, 0])
        yield (0, slice(0, 1), [-1, 0])
        yield (..., [0, -1], [-1, -1])
        yield ([0, -1, 0], [-1, -1, 0], [0, 0, -1])
        yield ([0, -1], None, [-1, -1], [[0], [-1]])


def get_items(a: Tensor, key: Key | ArrayKey | Keys) -> Tensor:
    """a[key] as in NumPy: integers, slices, None, one ellipsis, arrays of integers and masks.

    Raises ``ItemError``.
    """
    index, picked, separate = canonical_arrays(settled(key), a.shape)
    found = item_at(a, index, picked)
    if separate:
        start = next(place for place, item in enumerate(index) if isinstance(item, tuple))
        return moveaxis(found, range(start, start + len(picked)), range(len(picked)))
    return found


def item_at(a: Tensor, index: ArrayIndex, picked: Shape) -> Tensor:
    """a[index], for a canonical index: ``GetItem`` where it holds no arrays, ``GetItems`` where it does."""
    basic = tuple(item for item in index if not isinstance(item, tuple))
    return GetItem(basic)(a) if len(basic) == len(index) else GetItems(index, picked)(a)


def take(a: Tensor, indices: int | ArrayKey, axis: int | None = None) -> Tensor:
    """The entries of a at ``indices`` along ``axis``, of all entries in row-major order without an axis.

    Raises ``AxisError``, ``ItemError``.
    """
    if axis is None:
        return take(reshape(a, (a.size,)), indices, 0)
    before = (slice(None),) * canonical_axis("take", axis, a.ndim)
    return get_items(a, (*before, np.asarray(indices) if np.size(indices) else indices))


def take_along_axis(a: Tensor, indices: ArrayKey, axis: int) -> Tensor:
    """y has at each place the entry of a there, but at ``indices[place]`` along ``axis``.

    ``indices`` has as many axes as a, and broadcasts against it along the others. Raises ``AxisError``,
    ``ItemError``.
    """
    along, numbers = canonical_axis("take_along_axis", axis, a.ndim), np.asarray(indices)
    if numbers.ndim != a.ndim:
        raise ItemError(
            "take_along_axis", f"{numbers.ndim} axes", f"{a.ndim}", "give an index for each entry"
        )
    own = np.ogrid[tuple(slice(size) for size in a.shape)]
    return get_items(a, tuple(numbers if at == along else each for at, each in enumerate(own)))


@op(REALS, signature="(i*)->(j*)")
class ScatterAdd(Linear):
    """y has the shape ``shape``: a[i] is added to y[index[i]] for every i, and the rest is 0.

    A place that ``index`` names several times gets the sum. The adjoint of ``GetItems``.
    """

    index: ArrayIndex
    picked: Shape
    shape: Shape

    def __post_init__(self) -> None:
        check_index(type(self).__name__, self.index, self.picked)

    def compute(self, a: Array) -> Array:
        return items_added(a, self.index, self.picked, self.out_shape(a.shape))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return GetItems(self.index, self.picked)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        place = gathered_shape(repr(self), self.index, self.picked, self.shape)
        if shapes[0] != place:
            raise ShapeError(
                repr(self), f"shape {shapes[0]}", f"shape {place}", "give one entry for each index"
            )
        return self.shape

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for axis, size in enumerate(shape):
            before: Keys = (slice(None),) * axis
            for numbers, wide in (([0] * size, 2), ([-1 - at // 2 for at in range(size)], size + 1)):
                whole = (*shape[:axis], wide, *shape[axis + 1 :])
                index, picked, _ = canonical_arrays(settled((*before, numbers)), whole)
                yield cls(index, picked, whole)
        if len(shape) > 1:
            first = np.arange(prod(shape[:2])).reshape(shape[:2])
            whole = (3, 2, *shape[2:])
            index, picked, _ = canonical_arrays((first % 3, first % 2), whole)
            yield cls(index, picked, whole)
            for keys, wider in _spread_keys_for(shape):
                index, picked, _ = canonical_arrays(settled(keys), wider)
                yield cls(index, picked, wider)


def _spread_keys_for(shape: Shape) -> Iterator[tuple[Keys, Shape]]:
    """Indices whose entries have this shape of two axes or more, and what they index: with a stepped slice,
    arrays that stand apart, None beside an array.
    """
    first, second, *others = shape
    even, thirds = [at % 2 for at in range(first)], [at % 3 for at in range(first)]
    yield (slice(None, None, -2), [at % 2 for at in range(second)]), (2 * first, 2, *others)
    yield (even, slice(None), thirds), (2, second, 3, *others)
    yield (even, slice(1, None, 2), thirds), (2, 2 * second, 3, *others)
    if second == 1:
        yield (even, None), (2, *others)
    if first == 1:
        yield (None, [at % 2 for at in range(second)]), (2, *others)


def scatter_add(a: Tensor, key: Key | ArrayKey | Keys, shape: int | Shape) -> Tensor:
    """Zeros of the shape ``shape`` to which the entries of a are added at ``key``.

    A place that is named several times gets the sum. Raises ``ItemError``, ``ShapeError``,
    ``ParameterError``.
    """
    whole = canonical_shape("scatter_add", shape)
    index, picked, separate = canonical_arrays(settled(key), whole)
    if separate:
        start = next(place for place, item in enumerate(index) if isinstance(item, tuple))
        a = moveaxis(a, range(len(picked)), range(start, start + len(picked)))
    return ScatterAdd(index, picked, whole)(a)
