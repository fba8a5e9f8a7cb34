"""Scans: entry k of y is made of the entries up to k along an axis, or with ``reverse`` of those from k on.

Their derivatives are sums over many entries, and each is one linear recurrence: no division, no matrix, and
nothing that overflows where the derivative does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Index, Shape, accumulated, item_of, less, select
from engine.axes import canonical_axis, check_axes_exist
from engine.catalogue import op
from engine.domain import ORDERED, REALS
from engine.errors import ShapeError
from engine.kinds import AlongAxis, Binary, Linear, Unary
from engine.ops.conversion import astype
from engine.ops.exponential import exp
from engine.ops.indexing import get_item
from engine.ops.joining import concatenate
from engine.ops.piecewise import absolute, compare, infinite, step, where
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "CumMax", "CumMin", "CumProd", "CumSum", "LogCumSumExp", "Recurrence", "cummax", "cummin", "cumprod",
    "cumsum", "logcumsumexp", "recurrence",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scan(AlongAxis):
    """Along the axis ``axis``, from its start, or with ``reverse`` from its end."""

    reverse: bool = False

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), [self.axis], len(shapes[0]))
        if any(shape != shapes[0] for shape in shapes):
            text = " and ".join(map(str, shapes))
            raise ShapeError(repr(self), f"shapes {text}", "equal shapes", "broadcast them first")
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for axis in range(len(shapes[0])):
            yield cls(axis)
            yield cls(axis, reverse=True)


def shifted(x: Tensor, axis: int, first: float, *, reverse: bool = False) -> Tensor:
    """Each entry one place further along the axis (``reverse``: back), ``first`` in the place left."""
    before, size = (slice(None),) * axis, x.shape[axis]
    if not size:
        return x
    edge = x.make_const(np.full((*x.shape[:axis], 1, *x.shape[axis + 1 :]), first, x.dtype))
    if reverse:
        return concatenate([get_item(x, (*before, slice(1, None))), edge], axis)
    return concatenate([edge, get_item(x, (*before, slice(size - 1)))], axis)


def weights_below(a: Tensor, top: Tensor) -> Tensor:
    """exp(a − t) for constants t = ``top`` > −∞; where t is ∞, 1 for a = ∞ and 0 for the rest."""
    endless = infinite(top) * step(top)
    return where(
        endless, infinite(a) * step(a.detach()), exp(where(endless, 0.0, a) - where(endless, 0.0, top))
    )


@op(REALS, REALS, signature="(i*),(i*)->(i*)")
class Recurrence(Scan, Binary):
    """yₖ = aₖ yₖ₋₁ + bₖ along the axis ``axis``, y₀ = b₀; with ``reverse``, yₖ = aₖ yₖ₊₁ + bₖ from its end.

    The tangent is a recurrence with the same a, the adjoint one with the same a from the other end.
    """

    def compute(self, a: Array, b: Array) -> Array:
        result = np.empty(self.out_shape(a.shape, b.shape), np.result_type(a, b))
        size = b.shape[self.axis]
        places = range(size - 1, -1, -1) if self.reverse else range(size)
        last: Array | None = None
        for place in places:
            at: Index = (*(slice(None),) * self.axis, place)
            more = item_of(b, at)
            last = more if last is None else item_of(a, at) * last + more
            result[at] = last
        return result

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        moved = adjoint_of_recurrence(a, out_grad, self)
        later = shifted(moved, self.axis, 0.0, reverse=not self.reverse)
        by_a = shifted(later * node, self.axis, 0.0, reverse=self.reverse)  # a₀ is not read, be λ₀ ∞ or not
        return astype(by_a, a.dtype), astype(moved, b.dtype)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, _ = node.inputs
        da, db = in_tangents
        before = shifted(node, self.axis, 0.0, reverse=self.reverse)
        return self(a, da * before), self(a, db)

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        a, b = tensors
        return recurrence(a, b, axis, self.reverse)


def recurrence(a: Tensor, b: Tensor, axis: int = 0, reverse: bool = False) -> Tensor:
    """yₖ = aₖ yₖ₋₁ + bₖ along an axis. Raises ``AxisError``, ``ShapeError``."""
    return Recurrence(canonical_axis("recurrence", axis, b.ndim), reverse)(a, b)


def adjoint_of_recurrence(a: Tensor, out_grad: Tensor, scan: Scan) -> Tensor:
    """The adjoint of b in yₖ = aₖ yₖ₋₁ + bₖ: λₖ = ȳₖ + aₖ₊₁ λₖ₊₁."""
    back = not scan.reverse
    return Recurrence(scan.axis, back)(shifted(a, scan.axis, 0.0, reverse=back), out_grad)


@op(REALS, signature="(i*)->(i*)")
class CumSum(Scan, Linear):
    """yₖ = a₀ + … + aₖ along the axis ``axis``; with ``reverse``, yₖ = aₖ + … to its end."""

    def compute(self, a: Array) -> Array:
        return accumulated(np.add, a, self.axis, reverse=self.reverse)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return CumSum(self.axis, not self.reverse)(out_grad)

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return cumsum(tensors[0], axis, self.reverse)


def cumsum(a: Tensor, axis: int | None = None, reverse: bool = False) -> Tensor:
    """The sums of the entries so far along an axis; None: of all, in a row. Raises ``AxisError``."""
    row, along = _in_a_row("cumsum", a, axis)
    return CumSum(along, reverse)(row)


@op(REALS, signature="(i*)->(i*)")
class CumProd(Scan, Unary):
    """yₖ = a₀ ⋯ aₖ along the axis ``axis``; with ``reverse``, yₖ = aₖ ⋯ to its end.

    ẏₖ = aₖ ẏₖ₋₁ + yₖ₋₁ ȧₖ: no division, so that it is exact where entries are 0 too.
    """

    def compute(self, a: Array) -> Array:
        return accumulated(np.multiply, a, self.axis, reverse=self.reverse)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return adjoint_of_recurrence(node.inputs[0], out_grad, self) * self._before(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        moves = in_tangent * self._before(node)
        return Recurrence(self.axis, self.reverse)(node.inputs[0], moves)

    def _before(self, node: Tensor) -> Tensor:
        return shifted(node, self.axis, 1.0, reverse=self.reverse)

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return cumprod(tensors[0], axis, self.reverse)


def cumprod(a: Tensor, axis: int | None = None, reverse: bool = False) -> Tensor:
    """The products of the entries so far along an axis; None: of all, in a row. Raises ``AxisError``."""
    row, along = _in_a_row("cumprod", a, axis)
    return CumProd(along, reverse)(row)


@op(REALS, signature="(i*)->(i*)")
class LogCumSumExp(Scan, Unary):
    """yₖ = log(exp a₀ + … + exp aₖ) along the axis ``axis``; with ``reverse``, of aₖ … to its end.

    ẏₖ = exp(yₖ₋₁ − yₖ) ẏₖ₋₁ + exp(aₖ − yₖ) ȧₖ: both factors are at most 1. They are quotients of sums of
    exp(aᵢ − m), m the maximum so far: yₖ may have no digits behind the point. Where yₖ is −∞ so are all the
    entries, and the derivative is 0; where it is ∞ the entries ∞ share it equally.
    """

    def compute(self, a: Array) -> Array:
        tops = accumulated(np.maximum, a, self.axis, reverse=self.reverse)
        result = np.empty(a.shape, a.dtype)
        size = a.shape[self.axis]
        places = range(size - 1, -1, -1) if self.reverse else range(size)
        sums: Array | None = None
        before: Array | None = None
        for place in places:
            at: Index = (*(slice(None),) * self.axis, place)
            highest = item_of(tops, at)
            top = select(highest > -inf, highest, np.zeros_like(highest))
            more = np.exp(less(item_of(a, at), top))
            if sums is None or before is None:
                sums = more
            else:
                sums = sums * np.exp(less(select(before > -inf, before, top), top)) + more
            before = highest
            result[at] = np.log(sums) + top
        return result

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        earlier, own = self._factors(node)
        return adjoint_of_recurrence(earlier, out_grad, self) * own

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        earlier, own = self._factors(node)
        return Recurrence(self.axis, self.reverse)(earlier, in_tangent * own)

    def _factors(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """exp(yₖ₋₁ − yₖ) and exp(aₖ − yₖ): Sₖ = rₖ Sₖ₋₁ + wₖ, and they are rₖ Sₖ₋₁ / Sₖ and wₖ / Sₖ."""
        (a,) = node.inputs
        tops = CumMax(self.axis, self.reverse)(a.detach())
        before = shifted(tops, self.axis, -inf, reverse=self.reverse)
        same = 1 - absolute(compare(before, tops))
        shrink = exp(where(same, 0.0, before) - where(same, 0.0, tops))
        weights = weights_below(a, where(compare(tops, tops.make_const(np.array(-inf, a.dtype))), tops, 0.0))
        sums = Recurrence(self.axis, self.reverse)(shrink, weights)
        divisor = sums + (1 - step(sums.detach()))
        return shrink * shifted(sums, self.axis, 0.0, reverse=self.reverse) / divisor, weights / divisor

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return logcumsumexp(tensors[0], axis, self.reverse)


def logcumsumexp(a: Tensor, axis: int | None = None, reverse: bool = False) -> Tensor:
    """log Σ exp of the entries so far along an axis; None: of all, in a row. Raises ``AxisError``."""
    row, along = _in_a_row("logcumsumexp", a, axis)
    return LogCumSumExp(along, reverse)(row)


class _Extreme(Scan, Unary):
    """The extreme of the entries so far. At a tie the entries that reach it share the derivative equally.

    Nₖ = cₖ Nₖ₋₁ + rₖ ȧₖ is the sum of the ȧ that reach yₖ: rₖ = 1 where aₖ does, cₖ = 1 where yₖ = yₖ₋₁.
    """

    __slots__ = ()

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        reaches, same = self._masks(node)
        shared = out_grad / self._along(same, reaches)
        return adjoint_of_recurrence(same, shared, self) * reaches

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        reaches, same = self._masks(node)
        return self._along(same, in_tangent * reaches) / self._along(same, reaches)

    def _along(self, a: Tensor, b: Tensor) -> Tensor:
        return Recurrence(self.axis, self.reverse)(a, b)

    def _masks(self, node: Tensor) -> tuple[Tensor, Tensor]:
        y = node.detach()
        before = shifted(y, self.axis, 0.0, reverse=self.reverse)
        return _equal(node.inputs[0].detach(), y), _equal(before, y)


def _equal(a: Tensor, b: Tensor) -> Tensor:
    """1 where a = b, 0 elsewhere."""
    return 1 - absolute(compare(a, b))


@op(ORDERED, signature="(i*)->(i*)")
class CumMax(_Extreme):
    """yₖ = max(a₀, …, aₖ) along the axis ``axis``; with ``reverse``, of aₖ … to its end.

    At a tie the entries that reach the maximum share the derivative equally.
    """

    def compute(self, a: Array) -> Array:
        return accumulated(np.maximum, a, self.axis, reverse=self.reverse)

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return cummax(tensors[0], axis, self.reverse)


def cummax(a: Tensor, axis: int | None = None, reverse: bool = False) -> Tensor:
    """The largest of the entries so far along an axis; None: of all, in a row. Raises ``AxisError``."""
    row, along = _in_a_row("cummax", a, axis)
    return CumMax(along, reverse)(row)


@op(ORDERED, signature="(i*)->(i*)")
class CumMin(_Extreme):
    """yₖ = min(a₀, …, aₖ) along the axis ``axis``; with ``reverse``, of aₖ … to its end.

    At a tie the entries that reach the minimum share the derivative equally.
    """

    def compute(self, a: Array) -> Array:
        return accumulated(np.minimum, a, self.axis, reverse=self.reverse)

    def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
        return cummin(tensors[0], axis, self.reverse)


def cummin(a: Tensor, axis: int | None = None, reverse: bool = False) -> Tensor:
    """The smallest of the entries so far along an axis; None: of all, in a row. Raises ``AxisError``."""
    row, along = _in_a_row("cummin", a, axis)
    return CumMin(along, reverse)(row)


def _in_a_row(what: str, a: Tensor, axis: int | None) -> tuple[Tensor, int]:
    """a and the axis counted from the front; for None the entries of a in a row, and its axis."""
    if axis is None:
        return reshape(a, (a.size,)), 0
    return a, canonical_axis(what, axis, a.ndim)
