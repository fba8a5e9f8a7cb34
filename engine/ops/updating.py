"""Replacing entries: a functional update, since a value in a graph is never written to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, ArrayIndex, ArrayKey, Key, Shape, items_replaced
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ItemError, ShapeError
from engine.kinds import Binary, broadcast_shape
from engine.ops.broadcasting import broadcast_to, sum_to
from engine.ops.conversion import zeros_like
from engine.ops.gathering import item_at
from engine.ops.index_arrays import Keys, canonical_arrays, check_index, gathered_shape, settled
from engine.ops.shape import moveaxis

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["SetItem", "set_item"]


@op(REALS, REALS, signature="(n,i*),(i*)->(n,i*)")
class SetItem(Binary):
    """y is a with y[index] = b, where b broadcasts to the shape of a[index]; no place is named twice.

    ``index`` and ``picked`` are those of ``GetItems``, or, without arrays, of ``GetItem``.
    """

    index: ArrayIndex
    picked: Shape = ()

    def __post_init__(self) -> None:
        check_index(type(self).__name__, self.index, self.picked)
        places = list(zip(*(item for item in self.index if isinstance(item, tuple)), strict=True))
        if len(set(places)) < len(places):
            raise ItemError(
                type(self).__name__,
                f"{len(places)} places, of which {len(set(places))} differ",
                "each place once",
                "drop the repetition, or add up with scatter_add",
            )

    def compute(self, a: Array, b: Array) -> Array:
        self.out_shape(a.shape, b.shape)
        return items_replaced(a, self.index, self.picked, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        kept = self(out_grad, out_grad.make_const(np.zeros(b.shape, out_grad.dtype)))
        return sum_to(kept, a), sum_to(item_at(out_grad, self.index, self.picked), b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return self(da, zeros_like(b)), self(zeros_like(a), db)

    def out_shape(self, *shapes: Shape) -> Shape:
        a, b = shapes
        place = gathered_shape(repr(self), self.index, self.picked, a)
        if broadcast_shape(self, place, b) != place:
            raise ShapeError(
                repr(self), f"shape {b}", f"a shape that broadcasts to {place}", "give the shape of a[index]"
            )
        return a

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        a, b = shapes
        for keys in _keys_for(a):
            index, picked, _ = canonical_arrays(settled(keys), a)
            place = gathered_shape(cls.__name__, index, picked, a)
            ends = zip(reversed(b), reversed(place), strict=False)
            if len(b) <= len(place) and all(size in (1, wanted) for size, wanted in ends):
                yield cls(index, picked)


def _keys_for(shape: Shape) -> Iterator[Keys]:
    """Indices for this shape that name no place twice: slices, integers, arrays, a mask."""
    yield ()
    if shape:
        size = shape[0]
        yield (slice(None, None, -2),)
        yield (slice(0, 0),)
        yield ([],)
        yield (list(range(size))[::-2],)
        yield ([at % 2 == 0 for at in range(size)],)
        if size:
            yield (0,)
            yield (-1,)
            yield (None, list(range(size))[::-2])
    if len(shape) > 1 and all(shape):
        first, second = shape[:2]
        turned = list(range(second))[::-1]
        yield ([at % first for at in range(second)], turned)
        yield (slice(None), turned)
        yield (slice(None, None, -2), [-1])
        yield ([0], None)
        yield ([-1], None, turned)
    if len(shape) > 2 and all(shape):
        last = shape[2]
        yield ([at % shape[0] for at in range(last)], slice(None), list(range(last)))


def set_item(a: Tensor, key: Key | ArrayKey | Keys, b: Tensor | float) -> Tensor:
    """a with b at ``key``, which is all that ``get_items`` takes, no place twice. b broadcasts.

    Raises ``ItemError``, ``ShapeError``.
    """
    new = a.make_const(np.array(b, a.dtype)) if isinstance(b, int | float) else b
    index, picked, separate = canonical_arrays(settled(key), a.shape)
    if separate:  # the axes of the arrays come first in b, and not in a[index]
        start = next(place for place, item in enumerate(index) if isinstance(item, tuple))
        inside = gathered_shape("set_item", index, picked, a.shape)
        rank = len(picked)
        outside = (*picked, *inside[:start], *inside[start + rank :])
        new = moveaxis(broadcast_to(new, outside), range(rank), range(start, start + rank))
    return SetItem(index, picked)(a, new)
