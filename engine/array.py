"""Arrays, and the NumPy calls whose stubs return ``Any``, each behind a typed function.

NumPy turns a 0-d result into a scalar object. ``as_array`` is the one gate through which every result
passes, so that the rest of the engine sees arrays only.
"""

from collections.abc import Sequence
from math import prod
from types import EllipsisType
from typing import TypeAlias, TypeGuard

import numpy as np

from engine.dtype import FLOAT32, FLOAT64, DType
from engine.errors import DTypeError, OperandError

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float32 | np.float64]]
BoolArray: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Integer: TypeAlias = np.int8 | np.int16 | np.int32 | np.int64 | np.uint8 | np.uint16 | np.uint32 | np.uint64
Number: TypeAlias = np.float32 | np.float64 | Integer | np.bool_
NumberArray: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[Number]]
Numbers: TypeAlias = "float | Number | NumberArray | Sequence[Numbers]"
Shape: TypeAlias = tuple[int, ...]
Axes: TypeAlias = tuple[int, ...]
Slice: TypeAlias = "slice[int | None, int | None, int | None]"
Item: TypeAlias = "int | Slice | None"
Index: TypeAlias = tuple[Item, ...]
Key: TypeAlias = "int | Slice | EllipsisType | None"
IntArray: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[Integer]]
ArrayKey: TypeAlias = IntArray | BoolArray | Sequence[int] | Sequence[Sequence[int]]
ArrayItem: TypeAlias = "Slice | tuple[int, ...] | int | None"
ArrayIndex: TypeAlias = tuple[ArrayItem, ...]
"""Items, and arrays of integers ≥ 0 in row-major order; all of one shape, which stands beside the index."""


def as_array(result: object) -> Array:
    """``result`` as an array of float32 or float64, unchanged where it is one already.

    Raises ``OperandError`` for what is no array or number, ``DTypeError`` for another dtype.
    """
    array = _native(np.asarray(result))
    if is_float(array):
        return array
    if array.dtype.kind == "O":
        raise OperandError("compute", type(result).__name__, "a NumPy array", "return the value from compute")
    raise DTypeError("compute", str(array.dtype), "float32 or float64", "return an array of one of the two")


def is_float(array: NumberArray) -> TypeGuard[Array]:
    """Whether the array has one of the engine's two dtypes, in this machine's byte order."""
    return array.dtype is FLOAT64 or array.dtype is FLOAT32


def can_be_computed_with(array: NumberArray) -> TypeGuard[Array]:
    """Whether ``compute`` takes the array: a Tensor's own, or one of wider or complex numbers.

    A replay of a graph gives ``compute`` numbers of another type than any Tensor holds, and ``compute`` is
    to do with them what it does with its own. Here, and nowhere else, the types let them pass for an Array
    (docs/decisions/0010).
    """
    return array.dtype.kind in "fcO"


def computed(result: object) -> Array:
    """What a NumPy call in ``compute`` returned, as an array: NumPy makes a scalar of a 0-d result."""
    array = np.asarray(result)
    return array if can_be_computed_with(array) else as_array(array)


def _native(array: NumberArray) -> NumberArray:
    """The array with the one dtype object that the engine knows, where its dtype is an equal one.

    A dtype that was pickled, or carries metadata, equals float32 or float64 without being it.
    """
    for dtype in (FLOAT32, FLOAT64):
        if array.dtype == dtype and array.dtype is not dtype:
            return array.view(dtype)
    return array


def array_of(data: object, dtype: DType | None, *, integers: bool, copy: bool) -> Array:
    """An array that holds ``data``; without ``copy``, ``data`` itself where it is such an array.

    With ``dtype`` the numbers are converted. Without, float32 and float64 stay what they are, Python
    floats are float64, and integers and booleans become float64 if ``integers`` allows it.

    Raises ``OperandError`` for what is no rectangle of numbers, ``DTypeError`` for other dtypes.
    """
    try:
        raw = np.array(data) if copy else np.asarray(data)
    except (ValueError, TypeError) as error:
        raise OperandError(
            "Tensor", _shown(data), "a rectangular array of real numbers", "pad or split it"
        ) from error
    if raw.dtype.kind not in "biuf":
        if raw.dtype.kind == "c":
            raise DTypeError("Tensor", str(raw.dtype), "real numbers", "take the real or imaginary part")
        raise OperandError("Tensor", _shown(data), "real numbers", "convert it to an array of floats")
    if dtype is not None:
        return as_array(raw.astype(dtype))
    raw = _native(raw.astype(raw.dtype.newbyteorder("=")) if not raw.dtype.isnative else raw)
    if is_float(raw):
        return raw
    if raw.dtype.kind == "f" or not integers:
        raise DTypeError(
            "Tensor",
            str(raw.dtype),
            "float32 or float64 for a Tensor that requires a gradient",
            "write 1.0 for 1, or pass dtype='float64' (or requires_grad=False for integer constants)",
        )
    return as_array(raw.astype(FLOAT64))


def _shown(data: object) -> str:
    text = repr(data)
    return text if len(text) <= 60 else f"{text[:57]}…"


def total(a: Array, axes: Axes, keepdims: bool) -> Array:
    """Σ of a over the axes."""
    return computed(np.sum(a, axis=axes, keepdims=keepdims))


def largest(a: Array, axes: Axes, keepdims: bool) -> Array:
    """The maximum of a over the axes; none of them may be empty."""
    return computed(np.max(a, axis=axes, keepdims=keepdims))


def smallest(a: Array, axes: Axes, keepdims: bool) -> Array:
    """The minimum of a over the axes; none of them may be empty."""
    return computed(np.min(a, axis=axes, keepdims=keepdims))


def multiplied(a: Array, axes: Axes, keepdims: bool) -> Array:
    """Π of a over the axes."""
    return computed(np.prod(a, axis=axes, keepdims=keepdims))


def places(result: object) -> IntArray:
    """What a NumPy call says of places and numbers of entries, as an array of integers."""
    return np.asarray(result, np.intp)


def accumulated(function: np.ufunc, a: Array, axis: int, *, reverse: bool) -> Array:
    """f(… f(f(a₀, a₁), a₂) …, aₖ) for each k along the axis; with ``reverse`` from its end."""
    if reverse:
        return computed(np.flip(function.accumulate(np.flip(a, axis), axis=axis), axis))
    return computed(function.accumulate(a, axis=axis))


def matrix_product(a: Array, b: Array) -> Array:
    """a @ b by NumPy's rules."""
    return computed(np.matmul(a, b))


def summed_product(subscripts: str, a: Array, b: Array) -> Array:
    """The sum of products of entries of a and b that the subscripts say."""
    return computed(np.einsum(subscripts, a, b, optimize=True))


def contraction_path(subscripts: str, arrays: Sequence[Array]) -> list[tuple[int, ...]]:
    """Which arrays a good order of such sums takes together, step by step."""
    path: list[str | tuple[int, ...]] = np.einsum_path(subscripts, *arrays, optimize="greedy")[0]
    return [step for step in path if isinstance(step, tuple)]


def select(condition: BoolArray, a: Array, b: Array) -> Array:
    """a where the condition holds, b elsewhere."""
    return computed(np.where(condition, a, b))


def square_factor(a: Array, axes: Axes) -> Array:
    """1, or a power of two by which the largest entries over the axes are brought to where they have squares.

    The axes stay, with size 1.
    """
    bits = int(np.finfo(a.dtype).maxexp)
    top = largest(computed(np.abs(a)), axes, keepdims=True)
    huge, tiny = top > 2.0 ** (bits // 2 - 16), (top < 2.0 ** (24 - bits // 2)) & (top > 0)
    factor = np.where(huge, 2.0 ** -(bits // 2 + 16), np.where(tiny, 2.0 ** (bits * 11 // 16), 1.0))
    return computed(factor.astype(a.dtype))


def mantissa_and_exponent(a: Array) -> tuple[Array, IntArray]:
    """m and e with a = m 2ᵉ, ½ ≤ |m| < 1; 0, ±∞ and NaN are their own mantissas."""
    mantissa, exponent = np.frexp(a)
    return computed(mantissa), places(exponent)


def scaled(a: Array, exponent: IntArray) -> Array:
    """a 2ᵉ, rounded once."""
    return computed(np.ldexp(a, exponent))


def less(a: Array, b: Array) -> Array:
    """a − b, and 0 where both are the same infinity."""
    same = a == b
    return select(same, np.zeros_like(a), a - select(same, np.zeros_like(b), b))


def real_part(a: Array) -> Array:
    """The real numbers of a complex array, in a replay; any other array itself."""
    return computed(np.real(a))


def nan_at(a: Array) -> BoolArray:
    """Where a is NaN, which alone does not equal itself."""
    return np.asarray(np.not_equal(a, a), np.bool_)


def item_of(a: Array, index: Index) -> Array:
    """a[index]: a view."""
    return computed(a[index])


def join(arrays: Sequence[Array], axis: int) -> Array:
    """The arrays one behind the other along an axis."""
    return computed(np.concatenate(arrays, axis=axis))


def pile(arrays: Sequence[Array], axis: int) -> Array:
    """The arrays side by side along a new axis."""
    return computed(np.stack(arrays, axis=axis))


def items_of(a: Array, index: ArrayIndex, picked: Shape) -> Array:
    """a[index], the tuples of integers in it as arrays of the shape ``picked``: then a copy."""
    return computed(a[_numpys(index, picked)])


def items_replaced(a: Array, index: ArrayIndex, picked: Shape, b: Array) -> Array:
    """A copy of a with b at ``index``, of the dtype that holds both."""
    result = a.astype(np.result_type(a, b))
    result[_numpys(index, picked)] = b
    return computed(result)


def items_added(a: Array, index: ArrayIndex, picked: Shape, shape: Shape) -> Array:
    """Zeros of the shape ``shape`` to which a is added at ``index``, as often as a place stands there."""
    result = np.zeros(prod(shape), a.dtype)
    places = np.arange(result.size).reshape(shape)[_numpys(index, picked)]
    np.add.at(result, np.ravel(places), np.ravel(a))
    return computed(result.reshape(shape))


def _numpys(index: ArrayIndex, picked: Shape) -> "tuple[Item | IntArray, ...]":
    """The index as NumPy takes it."""
    return tuple(
        np.array(item, np.int64).reshape(picked) if isinstance(item, tuple) else item for item in index
    )


def windows(a: Array, size: Shape) -> Array:
    """All blocks of this size along the last axes, in new last axes: a view."""
    axes = tuple(range(a.ndim - len(size), a.ndim))
    return computed(np.lib.stride_tricks.sliding_window_view(a, size, axis=axes))
