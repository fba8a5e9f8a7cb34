"""Axes and shapes as a user writes them, made canonical: axes non-negative, sorted, each once."""

from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from operator import index
from typing import SupportsIndex

import numpy as np

from engine.array import Axes, NumberArray, Shape
from engine.errors import AxisError, ParameterError


def canonical_axis(what: str, axis: int, ndim: int) -> int:
    """``axis`` counted from the front. Raises ``AxisError`` if it is out of range or no integer."""
    number = _integer(what, axis)
    if not -ndim <= number < ndim:
        expected = f"-{ndim} ≤ axis < {ndim}" if ndim else "no axis at all, the operand is 0-d"
        raise AxisError(what, f"axis {number} for {ndim} dimensions", expected, "choose an axis that exists")
    return number % ndim


def _integer(what: str, axis: int) -> int:
    """``axis`` as an int. Raises ``AxisError`` if it is no integer."""
    try:
        return index(axis)
    except TypeError as error:
        raise AxisError(what, f"axis {axis!r}", "an integer", "give the axis as an int") from error


def distinct_axes(what: str, axes: Sequence[int], ndim: int) -> Axes:
    """``axes`` counted from the front, in the order given. Raises ``AxisError`` if one is named twice."""
    canonical = tuple(canonical_axis(what, axis, ndim) for axis in axes)
    if len(set(canonical)) != len(canonical):
        raise AxisError(
            what, f"axes {tuple(axes)}", "each axis once", "drop the repetition (negative axes count too)"
        )
    return canonical


def canonical_axes(what: str, axes: int | Sequence[int] | None, ndim: int) -> Axes:
    """The axes to reduce: all of them for None, sorted. Raises ``AxisError``."""
    if axes is None:
        return tuple(range(ndim))
    if isinstance(axes, Sequence):
        return tuple(sorted(distinct_axes(what, axes, ndim)))
    return (canonical_axis(what, axes, ndim),)


def canonical_shape(what: str, shape: int | Iterable[int | Sequence[int]]) -> Shape:
    """``shape`` as a tuple of ints. Raises ``ParameterError`` if it is none."""
    sizes = shape if isinstance(shape, Iterable) else (shape,)
    try:
        return tuple(map(_size, sizes))
    except TypeError as error:
        raise ParameterError(what, f"shape {shape!r}", "a tuple of integers", "list the sizes") from error


def _size(size: object) -> int:
    if not isinstance(size, int | SupportsIndex):  # int by name: to ask whether a protocol is kept is slow
        raise TypeError("no integer")
    return index(size)


def whole_number(what: str, name: str, number: int) -> int:
    """The parameter ``name`` as an int. Raises ``ParameterError`` if it is no integer; a truth is none."""
    refusal = ParameterError(what, f"{name} {number!r}", "an integer", "give a whole number")
    if isinstance(number, bool):
        raise refusal
    try:
        return index(number)
    except TypeError as error:
        raise refusal from error


def check_sizes(what: str, name: str, sizes: Sequence[int]) -> None:
    """Raise ``ParameterError`` unless the sizes are whole and not negative."""
    if min((whole_number(what, name, size) for size in sizes), default=0) < 0:
        raise ParameterError(what, f"{name} {sizes}", "whole numbers ≥ 0", "give the size of each axis")


def real_number(what: str, name: str, number: object) -> float:
    """The parameter ``name`` as a float. Raises ``ParameterError`` if it is no real number.

    NumPy's numbers and 0-d arrays of them are real numbers; truths, texts and complex numbers are none.
    """
    if type(number) is float:  # nearly always, and in every product of a Tensor and a number
        return number
    if isinstance(number, int | float | np.number | np.ndarray):
        array: NumberArray = np.asarray(number)
        if not array.ndim and array.dtype.kind in "iuf":
            return float(array)
    raise ParameterError(what, f"{name} {number!r}", "a real number", "give an int or a float")


def check_canonical(what: str, axes: Sequence[int], *, ordered: bool = False) -> None:
    """Raise ``AxisError`` unless an op's axes count from the front, each once, and are sorted if wanted.

    An op does not know how many dimensions it will meet; its function does, and makes axes canonical.
    """
    numbers = [_integer(what, axis) for axis in axes]
    if (
        min(numbers, default=0) < 0
        or len(set(numbers)) < len(numbers)
        or (ordered and numbers != sorted(numbers))
    ):
        raise AxisError(
            what,
            f"axes {tuple(axes)}",
            "axes ≥ 0, each once, in order",
            "use the function of the op: it takes any",
        )


def check_axes_exist(what: str, axes: Sequence[int], ndim: int) -> None:
    """Raise ``AxisError`` unless every axis is below ``ndim``."""
    for axis in axes:
        canonical_axis(what, axis, ndim)


def reduced_shape(shape: Shape, axes: Axes, keepdims: bool) -> Shape:
    """The shape that is left when ``axes`` are reduced. Raises ``AxisError`` for one that does not exist."""
    check_axes_exist("reduction", axes, len(shape))
    if keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def subsets(axes: Sequence[int]) -> list[Axes]:
    """Every subset of the axes, the whole set first, then the smaller ones from single axes up."""
    sizes = [len(axes), *range(len(axes))]
    return list(chain.from_iterable(combinations(axes, size) for size in sizes))
