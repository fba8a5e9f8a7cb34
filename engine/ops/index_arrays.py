"""Indices that hold arrays of integers or masks, as a user writes them, made canonical.

All arrays of a canonical index have one shape, ``picked``, and are tuples of integers ≥ 0 in row-major order;
an integer beside arrays is such an array too, as in NumPy, and a mask is one array for each of its axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from math import prod
from typing import TypeAlias, TypeGuard

import numpy as np

from engine.array import ArrayIndex, ArrayItem, ArrayKey, BoolArray, IntArray, Item, Key, NumberArray, Shape
from engine.errors import ItemError
from engine.ops.indexing import canonical_index

Mark: TypeAlias = tuple[IntArray, int | None]
"""The integers along an axis, and the size that a mask has there."""
Keys: TypeAlias = "tuple[Key | ArrayKey, ...]"
Settled: TypeAlias = "tuple[Key | NumberArray, ...]"
WHAT = "an integer, a slice, None, ..., an array of integers or a mask"


def settled(key: Key | ArrayKey | Keys) -> Settled:
    """The keys one by one, lists as arrays, and 0-d arrays as integers. Raises ``ItemError``."""
    return tuple(_settled(each) for each in (key if isinstance(key, tuple) else (key,)))


def _settled(key: Key | ArrayKey) -> Key | NumberArray:
    if not isinstance(key, np.ndarray | Sequence):
        return key
    try:
        array: NumberArray = np.asarray(key)
    except ValueError as error:
        raise ItemError(f"index {key!r}", "lists of several lengths", WHAT, "pad or split it") from error
    if not array.size and isinstance(key, Sequence):
        array = array.astype(np.int64)
    if not _is_mask(array) and not _is_integer(array):
        raise ItemError(f"index {key!r}", f"an array of {array.dtype}", WHAT, "convert it to integers")
    return array if array.ndim else array.item()


def canonical_arrays(keys: Settled, shape: Shape) -> tuple[ArrayIndex, Shape, bool]:
    """The canonical index, the shape of its arrays, and whether an empty ellipsis stands between two of them.

    NumPy then puts the axes of the arrays in front, as if an axis stood between. Without arrays, the index
    and the shape are those of basic indexing. Raises ``ItemError``.
    """
    plain: list[Key] = []
    marks: list[Mark | None] = []
    for key in keys:
        found = _axes_of(key) if isinstance(key, np.ndarray) else [None]
        marks += found
        plain += [slice(None)] * len(found) if isinstance(key, np.ndarray) else [key]
    items = canonical_index(tuple(plain), shape)
    if all(mark is None for mark in marks):
        return items, (), False
    ellipsis = plain.index(...) if ... in plain else len(plain)
    width = len(items) - len(plain) + (... in plain)
    advanced = [mark is not None or isinstance(key, int) for key, mark in zip(plain, marks, strict=True)]
    full = [*marks[:ellipsis], *repeat(None, width), *marks[ellipsis + 1 :]]
    index, picked = _level(items, full, shape)
    return index, picked, not width and any(advanced[:ellipsis]) and any(advanced[ellipsis:])


def _axes_of(array: NumberArray) -> Sequence[Mark | None]:
    """The integers of an array along each axis that it speaks of, and the size that a mask has there."""
    if _is_mask(array):
        return list(zip(array.nonzero(), array.shape, strict=True))
    return [(array, None)] if _is_integer(array) else []


def _is_mask(array: NumberArray) -> TypeGuard[BoolArray]:
    return array.dtype.kind == "b"


def _is_integer(array: NumberArray) -> TypeGuard[IntArray]:
    return array.dtype.kind in "iu"


def _level(items: Sequence[Item], marks: Sequence[Mark | None], shape: Shape) -> tuple[ArrayIndex, Shape]:
    """The items with the arrays in their places, and integers made arrays, all of one shape."""
    sizes = iter(enumerate(shape))
    arrays: dict[int, IntArray] = {}
    for place, (item, mark) in enumerate(zip(items, marks, strict=True)):
        if item is None:
            continue
        axis, size = next(sizes)
        if mark is not None:
            arrays[place] = _within(*mark, axis, size)
        elif isinstance(item, int):
            arrays[place] = np.array(item, np.int64)
    try:
        level = dict(zip(arrays, np.broadcast_arrays(*arrays.values()), strict=True))
    except ValueError as error:
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        raise ItemError(
            "index arrays", f"shapes {shapes}", "shapes that broadcast", "reshape one of them"
        ) from error
    index: list[ArrayItem] = [
        tuple(int(at) for at in level[place].ravel().tolist()) if place in level else item
        for place, item in enumerate(items)
    ]
    return tuple(index), next(iter(level.values())).shape


def _within(array: IntArray, masked: int | None, axis: int, size: int) -> IntArray:
    """The integers counted from the front of an axis of ``size`` entries."""
    if masked not in (None, size):
        raise ItemError(
            "index by a mask",
            f"{masked} entries along axis {axis} of size {size}",
            f"{size} entries",
            "say for each entry of the axis whether it is meant",
        )
    numbers = [int(number) for number in array.ravel().tolist()]
    for number in numbers:
        if not -size <= number < size:
            raise ItemError(
                f"index {number}",
                f"axis {axis} of size {size}",
                f"-{size} ≤ index < {size}",
                "stay within the axis",
            )
    return np.array([number % size for number in numbers], np.int64).reshape(array.shape)


def check_index(what: str, index: ArrayIndex, picked: Shape) -> None:
    """Raise ``ItemError`` unless every array of the index fills the shape and counts from the front."""
    for item in index:
        if isinstance(item, tuple) and (len(item) != prod(picked) or min(item, default=0) < 0):
            raise ItemError(
                what, f"index array {item}", f"{prod(picked)} integers ≥ 0", "use the function of the op"
            )


def gathered_shape(what: str, index: ArrayIndex, picked: Shape, shape: Shape) -> Shape:
    """The shape of a[index], for a of this shape. Raises ``ItemError``.

    The axes of the arrays stand where the arrays stand, in front if these are not next to each other.
    """
    named = sum(item is not None for item in index)
    if named != len(shape):
        raise ItemError(what, f"{len(shape)} dimensions", f"{named}", "give one item for each axis")
    axes = iter(enumerate(shape))
    kept = [_kept(what, item, *((0, 1) if item is None else next(axes))) for item in index]
    places = [place for place, item in enumerate(index) if isinstance(item, tuple)]
    adjacent = bool(places) and places[-1] - places[0] == len(places) - 1
    front = places[0] if adjacent else 0
    return (*chain(*kept[:front]), *picked, *chain(*kept[front:]))


def _kept(what: str, item: ArrayItem, axis: int, size: int) -> list[int]:
    """The axes that an item leaves of an axis of ``size`` entries: one or none. Raises ``ItemError``."""
    if item is None:
        return [1]
    if isinstance(item, slice):
        return [len(range(*item.indices(size)))]
    largest = max(item, default=-1) if isinstance(item, tuple) else item
    if largest >= size:
        raise ItemError(what, f"index {largest}", f"index < {size} on axis {axis}", "stay within the axis")
    return []
