"""Basic indexing and its adjoint, which puts entries back where they were read."""

from __future__ import annotations

from collections.abc import Iterator
from operator import index as as_int
from typing import TYPE_CHECKING, Self, SupportsIndex

import numpy as np

from engine.array import Array, Index, Key, Shape, Slice, item_of
from engine.axes import canonical_shape
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ItemError, ShapeError
from engine.kinds import Linear

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["GetItem", "PutItem", "get_item", "put_item"]


@op(REALS, signature="(i*)->(j*)")
class GetItem(Linear):
    """y = a[index], for basic indices: integers, slices (negative steps too) and new axes (None).

    ``index`` is canonical: one integer ≥ 0 or slice for each axis of a, and the new axes.
    """

    index: Index

    def compute(self, a: Array) -> Array:
        return item_of(a, self.index)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return PutItem(self.index, node.inputs[0].shape)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        return _item_shape(self.index, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        yield cls(canonical_index((), shape))
        yield cls(canonical_index((None,), shape))
        yield cls(canonical_index((..., None), shape))
        for axis, size in enumerate(shape):
            before = (slice(None),) * axis
            pieces: list[Key] = [
                slice(None, None, -1),
                slice(1, None),
                slice(None, None, 2),
                slice(0, 0, 2),
                slice(-1, None, -2),
            ]
            for key in [*([0, -1] if size else []), *pieces]:
                yield cls(canonical_index((*before, key), shape))
        if all(shape):
            yield cls(canonical_index(tuple(-1 for _ in shape), shape))


def get_item(a: Tensor, key: Key | tuple[Key, ...]) -> Tensor:
    """a[key], for integers, slices, None and one ellipsis. Raises ``ItemError``."""
    keys = key if isinstance(key, tuple) else (key,)
    return GetItem(canonical_index(keys, a.shape))(a)


@op(REALS, signature="(i*)->(j*)")
class PutItem(Linear):
    """y has the shape ``shape``, y[index] = a, and 0 everywhere else. The adjoint of ``GetItem``."""

    index: Index
    shape: Shape

    def compute(self, a: Array) -> Array:
        result = np.zeros(self.shape, a.dtype)
        result[self.index] = a
        return result

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return GetItem(self.index)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        place = _item_shape(self.index, self.shape)
        if shapes[0] != place:
            raise ShapeError(
                repr(self), f"shape {shapes[0]}", f"shape {place}", "give the shape of what is replaced"
            )
        return self.shape

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        yield cls(canonical_index((), shape), shape)
        yield cls(canonical_index((1,), (2, *shape)), (2, *shape))
        yield cls(canonical_index((..., 0), (*shape, 3)), (*shape, 3))
        for axis, size in enumerate(shape):
            wider = (*shape[:axis], 2 * size + 1, *shape[axis + 1 :])
            for piece in (slice(0, size), slice(1, None, 2), slice(size, 0, -1)):
                yield cls(canonical_index((*(slice(None),) * axis, piece), wider), wider)


def put_item(a: Tensor, key: Key | tuple[Key, ...], shape: int | Shape) -> Tensor:
    """Zeros of the shape ``shape`` with a at ``key``.

    Raises ``ItemError``, ``ShapeError``, ``ParameterError``.
    """
    keys = key if isinstance(key, tuple) else (key,)
    whole = canonical_shape("put_item", shape)
    return PutItem(canonical_index(keys, whole), whole)(a)


def canonical_index(keys: tuple[Key, ...], shape: Shape) -> Index:
    """One canonical item for each axis, and the new axes. Raises ``ItemError``."""
    named = sum(key is not None and key is not Ellipsis for key in keys)
    if named > len(shape) or sum(key is Ellipsis for key in keys) > 1:
        raise ItemError(
            f"index {keys!r}",
            f"shape {shape}",
            f"at most {len(shape)} integers or slices and one ...",
            "index fewer axes",
        )
    rest = (slice(None),) * (len(shape) - named)
    place = next((at for at, key in enumerate(keys) if key is Ellipsis), len(keys))
    full: list[Key] = [*keys[:place], *rest, *keys[place + 1 :]]
    axes = iter(enumerate(shape))
    return tuple(None if key is None else _canonical_item(key, *next(axes)) for key in full)


def _canonical_item(key: Key, axis: int, size: int) -> int | Slice:
    """``key`` with its ends counted from the front of an axis of ``size`` entries."""
    try:
        if isinstance(key, slice):
            return _canonical_slice(key, size)
        if isinstance(key, bool) or not isinstance(key, SupportsIndex):
            raise TypeError("no index")
        number = as_int(key)
    except (TypeError, ValueError) as error:
        raise ItemError(
            f"index {key!r} on axis {axis}",
            type(key).__name__,
            "an integer, a slice of integers with a step other than 0, None or ...",
            "index with integers and slices, or multiply by a mask",
        ) from error
    if not -size <= number < size:
        raise ItemError(
            f"index {number}",
            f"axis {axis} of size {size}",
            f"-{size} ≤ index < {size}",
            "stay within the axis",
        )
    return number % size


def _canonical_slice(key: Slice, size: int) -> Slice:
    start, stop, stride = key.indices(size)
    if not range(start, stop, stride):
        return slice(0, 0, stride)
    return slice(start, stop if stop >= 0 else None, stride)


def _item_shape(index: Index, shape: Shape) -> Shape:
    axes = iter(shape)
    sizes: list[int] = []
    for item in index:
        if item is None:
            sizes.append(1)
        elif isinstance(item, slice):
            sizes.append(len(range(*item.indices(next(axes)))))
        else:
            next(axes)
    return tuple(sizes)
