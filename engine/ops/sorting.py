"""Order: sorted entries, the median, and where the extremes stand."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.array import Array, IntArray, Number, NumberArray, computed, nan_at, places
from engine.axes import canonical_axes, canonical_axis, check_axes_exist, real_number, reduced_shape
from engine.catalogue import op
from engine.domain import ORDERED
from engine.errors import OperandError, ParameterError, ShapeError
from engine.kinds import AlongAxis, Unary
from engine.ops.broadcasting import summation
from engine.ops.indexing import get_item
from engine.ops.joining import stack
from engine.ops.missing import isnan
from engine.ops.moments import mean
from engine.ops.piecewise import absolute, compare, where
from engine.ops.reduction import in_rows, shares
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.array import Shape
    from engine.tensor import Tensor

__all__ = [
    "Sort", "argmax", "argmin", "argsort", "count_nonzero", "median", "nanargmax", "nanargmin",
    "quantile", "searchsorted", "sort",
]  # fmt: skip


@op(ORDERED, signature="(i*)->(i*)")
class Sort(AlongAxis, Unary):
    """yₖ is the k-th smallest of the entries along the axis ``axis``.

    At a tie the entries of one value share the derivative of each of their places equally, so that it does
    not depend on how they are sorted. The derivative compares each entry with each: n² numbers for n.

    NaN stands last, as in NumPy, and ties with NaN.
    """

    def compute(self, a: Array) -> Array:
        return computed(np.sort(a, axis=self.axis))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return summation(self._across(out_grad) * self._weights(node), self.axis)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(self._along(in_tangent) * self._weights(node), self.axis + 1)

    def _weights(self, node: Tensor) -> Tensor:
        """Wₖᵢ = 1/m where aᵢ is one of the m entries of the value yₖ, else 0; all NaN are one value."""
        y, a = self._across(node.detach()), self._along(node.inputs[0].detach())
        numbers = (1 - isnan(y)) * (1 - isnan(a)) * (1 - absolute(compare(y, a)))
        return shares(numbers + isnan(y) * isnan(a), (self.axis + 1,))

    def _across(self, y: Tensor) -> Tensor:
        return reshape(y, (*y.shape[: self.axis + 1], 1, *y.shape[self.axis + 1 :]))

    def _along(self, a: Tensor) -> Tensor:
        return reshape(a, (*a.shape[: self.axis], 1, *a.shape[self.axis :]))

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), [self.axis], len(shapes[0]))
        return shapes[0]

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return sort(tensors[0], axis)


def sort(a: Tensor, axis: int = -1) -> Tensor:
    """The entries in ascending order along an axis, the last by default. Raises ``AxisError``."""
    return Sort(canonical_axis("sort", axis, a.ndim))(a)


def median(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The middle entry over all axes (None), one axis or several, or the mean of the two in the middle.

    NaN for a slice that holds NaN, with the derivative 0. At a tie the derivative is that of ``Sort``.
    Raises ``AxisError``, ``ShapeError`` for an empty slice.
    """
    over = canonical_axes("median", axes, a.ndim)
    rows = in_rows(a, over)
    size = rows.shape[-1]
    if not size:
        raise ShapeError("median", f"shape {a.shape}", "at least one entry in a slice", "reduce other axes")
    ordered = sort(rows)
    middle = mean(get_item(ordered, (..., slice((size - 1) // 2, size // 2 + 1))), -1)
    return reshape(_unless_nan(ordered, middle), reduced_shape(a.shape, over, keepdims))


def _unless_nan(ordered: Tensor, y: Tensor) -> Tensor:
    """y, but NaN for a row that holds NaN: it stands last."""
    return where(isnan(get_item(ordered.detach(), (..., -1))), nan, y)


def quantile(
    a: Tensor,
    q: float | Number | NumberArray | Sequence[float],
    axes: int | Sequence[int] | None = None,
    keepdims: bool = False,
) -> Tensor:
    """What the share q of the entries, 0 ≤ q ≤ 1, lies below, over all axes (None), one axis or several.

    Of n sorted entries it stands at the place q (n − 1), between two of them in proportion. Of several q the
    results are stacked in front. NaN for a slice that holds NaN, with the derivative 0. At a tie the
    derivative is that of ``Sort``. Raises ``AxisError``, ``ParameterError``, ``ShapeError`` for an empty
    slice.
    """
    if isinstance(q, Sequence | np.ndarray) and np.shape(q):
        return stack([quantile(a, each, axes, keepdims) for each in q])
    share = real_number("quantile", "q", q)
    if not 0 <= share <= 1:
        raise ParameterError("quantile", f"q={q}", "0 ≤ q ≤ 1", "divide a percentage by 100")
    over = canonical_axes("quantile", axes, a.ndim)
    rows = in_rows(a, over)
    size = rows.shape[-1]
    if not size:
        raise ShapeError("quantile", f"shape {a.shape}", "at least one entry in a slice", "reduce other axes")
    place = share * (size - 1)
    low = int(place)
    ordered = sort(rows)
    y = get_item(ordered, (..., low))
    if place > low:
        y = y * (low + 1 - place) + get_item(ordered, (..., low + 1)) * (place - low)
    return reshape(_unless_nan(ordered, y), reduced_shape(a.shape, over, keepdims))


def argsort(a: Tensor, axis: int = -1) -> IntArray:
    """The indices that sort the entries along an axis, those of equal entries in order.

    This and the next ones are integers, which no Tensor holds and no derivative goes through: NumPy arrays,
    to index with. Raises ``AxisError``.
    """
    return places(np.argsort(a.realize_cached_data(), canonical_axis("argsort", axis, a.ndim), "stable"))


def argmax(a: Tensor, axis: int | None = None, keepdims: bool = False) -> IntArray:
    """The index of the first largest entry along an axis; None: of all, in a row. Raises as ``max`` does."""
    _check_some("argmax", a, axis)
    return places(np.argmax(a.realize_cached_data(), axis=axis, keepdims=keepdims))


def argmin(a: Tensor, axis: int | None = None, keepdims: bool = False) -> IntArray:
    """The index of the first smallest entry along an axis; None: of all, in a row. Raises as ``min`` does."""
    _check_some("argmin", a, axis)
    return places(np.argmin(a.realize_cached_data(), axis=axis, keepdims=keepdims))


def nanargmax(a: Tensor, axis: int | None = None, keepdims: bool = False) -> IntArray:
    """``argmax`` of the entries that are numbers. Raises as it does, ``OperandError`` for a slice of NaN."""
    _check_some_number("nanargmax", a, axis)
    return places(np.nanargmax(a.realize_cached_data(), axis=axis, keepdims=keepdims))


def nanargmin(a: Tensor, axis: int | None = None, keepdims: bool = False) -> IntArray:
    """``argmin`` of the entries that are numbers. Raises as it does, ``OperandError`` for a slice of NaN."""
    _check_some_number("nanargmin", a, axis)
    return places(np.nanargmin(a.realize_cached_data(), axis=axis, keepdims=keepdims))


def searchsorted(a: Tensor, values: Tensor, side: Literal["left", "right"] = "left") -> IntArray:
    """Where each value would stand in the ascending vector a: before its equals, or behind them ("right").

    Raises ``ShapeError``, ``ParameterError``.
    """
    if a.ndim != 1:
        raise ShapeError("searchsorted", f"shape {a.shape}", "a vector", "search each row by itself")
    if side not in {"left", "right"}:
        raise ParameterError("searchsorted", f"side={side!r}", "'left' or 'right'", "choose one of the two")
    return places(np.searchsorted(a.realize_cached_data(), values.realize_cached_data(), side))


def count_nonzero(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> IntArray:
    """How many entries are not 0, over all axes (None), one axis or several. Raises ``AxisError``."""
    over = canonical_axes("count_nonzero", axes, a.ndim)
    return places(np.count_nonzero(a.realize_cached_data(), axis=over, keepdims=keepdims))


def _check_some(what: str, a: Tensor, axis: int | None) -> None:
    """Raise ``AxisError`` for an axis that does not exist, ``ShapeError`` where there is no entry."""
    if not (a.size if axis is None else a.shape[canonical_axis(what, axis, a.ndim)]):
        raise ShapeError(what, f"shape {a.shape}", "at least one entry in a slice", "choose another axis")


def _check_some_number(what: str, a: Tensor, axis: int | None) -> None:
    """Raise as ``_check_some``, and ``OperandError`` where all entries of a slice are NaN."""
    _check_some(what, a, axis)
    if np.any(np.all(nan_at(a.realize_cached_data()), axis=axis)):
        raise OperandError(what, "a slice of nothing but NaN", "a number in each slice", "fill it first")
