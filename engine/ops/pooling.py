"""Pools: the maximum or the mean of each window along the last axis or the last two.

The last word in a name says how many axes a window has; all axes in front of these are a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, prod
from typing import TYPE_CHECKING, ClassVar, Self

from engine.array import Array, Axes, Shape, computed, largest, total
from engine.catalogue import op
from engine.domain import ORDERED, REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import Linear, Unary
from engine.ops.broadcasting import broadcast_to, summation
from engine.ops.conversion import ones_like
from engine.ops.piecewise import compare
from engine.ops.shape import reshape
from engine.ops.windows import Fold, Frame, Sizes, Unfold, for_each, frames

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "AvgPool1d", "AvgPool2d", "MaxPool1d", "MaxPool2d", "avg_pool1d", "avg_pool2d", "max_pool1d",
    "max_pool2d",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pool(Unary):
    """One number of each window of ``size`` entries; windows begin ``stride`` apart.

    ``padding``: so many entries in front and behind that are not there; at most half of a window, so that no
    window is empty.
    """

    RANK: ClassVar[int] = 0
    """The number of axes of a window."""

    size: Shape
    stride: Shape
    padding: Shape

    def __post_init__(self) -> None:
        self.frame.check(type(self).__name__)
        if len(self.size) != self.RANK or any(
            2 * p > k for p, k in zip(self.padding, self.size, strict=True)
        ):
            raise ParameterError(
                type(self).__name__,
                f"size {self.size} and padding {self.padding}",
                f"{self.RANK} sizes, and padding of at most half of each",
                "take less padding",
            )

    @property
    def frame(self) -> Frame:
        """The windows."""
        return Frame(self.size, self.stride, self.padding, (1,) * len(self.size))

    @property
    def unfold(self) -> Unfold:
        """The op that makes the windows."""
        return Unfold(self.size, self.stride, self.padding, (1,) * self.RANK)

    def fold(self, shape: Shape) -> Fold:
        """The op that adds windows up in an array of this shape."""
        return Fold(self.size, self.stride, self.padding, (1,) * self.RANK, shape[-self.RANK :])

    def within(self, ndim: int) -> Axes:
        """The axes within a window, where the result has ``ndim``."""
        return tuple(range(ndim, ndim + self.RANK))

    def spread(self, a: Tensor) -> Tensor:
        """One number for each window, as an entry of each, to be broadcast."""
        return reshape(a, (*a.shape, *(1,) * self.RANK))

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        counts = self.frame.counts(self, shape)
        if 0 in shape[-self.RANK :]:
            raise ShapeError(repr(self), f"shape {shape}", "at least one entry to a window", "pad it first")
        return (*shape[: -self.RANK], *counts)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for each in frames(cls.RANK):
            if all(2 * p <= k for p, k in zip(each.padding, each.size, strict=True)):
                found = cls(each.size, each.stride, each.padding)
                if found.takes(shape):
                    yield found

    def takes(self, shape: Shape) -> bool:
        """Whether every window has an entry."""
        try:
            self.out_shape(shape)
        except ShapeError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class MaxPool(Pool):
    """The maximum of each window. At a tie the entries that reach it share the derivative equally."""

    def compute(self, a: Array) -> Array:
        shape = self.out_shape(a.shape)
        windows = self.frame.windows_of(a, outside=-inf)
        return largest(windows, self.within(len(shape)), keepdims=False)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self.fold(node.inputs[0].shape)(self._weights(node) * self.spread(out_grad))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(self._weights(node) * self.unfold(in_tangent), self.within(node.ndim))

    def _weights(self, node: Tensor) -> Tensor:
        """1/m at each of the m entries that reach the maximum of their window, 0 elsewhere."""
        a = node.inputs[0].detach()
        reaches = compare(self.unfold(a), self.spread(node.detach())) + 1
        if any(self.padding):
            reaches = reaches * self.unfold(ones_like(a))  # the zeros of the padding are no entries
        return reaches / summation(reaches, self.within(node.ndim), keepdims=True)


@op(ORDERED, signature="(l)->(m)")
class MaxPool1d(MaxPool):
    """y[…, m] = max a[…, m s + k − p] over k < ``size``, with stride s, padding p: entries outside count for
    nothing. At a tie the entries that reach the maximum share the derivative equally.
    """

    RANK: ClassVar[int] = 1


@op(ORDERED, signature="(h,w)->(p,q)")
class MaxPool2d(MaxPool):
    """y[…, m] = max a[…, m s + k − p] over k < ``size``, with m and k pairs, as are size, stride s and
    padding p: entries outside count for nothing. At a tie the entries that reach the maximum share equally.
    """

    RANK: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class AvgPool(Pool, Linear):
    """The sum of each window over its size: entries outside count as 0."""

    def compute(self, a: Array) -> Array:
        shape = self.out_shape(a.shape)
        windows = self.frame.windows_of(a)
        return computed(total(windows, self.within(len(shape)), keepdims=False) / prod(self.size))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        each = self.spread(out_grad / prod(self.size))
        return self.fold(node.inputs[0].shape)(broadcast_to(each, (*node.shape, *self.size)))


@op(REALS, signature="(l)->(m)")
class AvgPool1d(AvgPool):
    """y[…, m] = Σ a[…, m s + k − p] / n over k < n = ``size``, with stride s, padding p; 0 outside."""

    RANK: ClassVar[int] = 1


@op(REALS, signature="(h,w)->(p,q)")
class AvgPool2d(AvgPool):
    """y[…, m] = Σ a[…, m s + k − p] / n over k < ``size``, with m and k pairs, as are size, stride s and
    padding p; n the entries of a window; 0 outside.
    """

    RANK: ClassVar[int] = 2


def max_pool1d(a: Tensor, size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> Tensor:
    """The maximum of each window along the last axis; windows lie side by side unless ``stride`` is given.

    Raises ``ParameterError``, ``ShapeError``.
    """
    return MaxPool1d(*_settled("max_pool1d", 1, size, stride, padding))(a)


def max_pool2d(a: Tensor, size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> Tensor:
    """The maximum of each window along the last two axes; see ``max_pool1d``."""
    return MaxPool2d(*_settled("max_pool2d", 2, size, stride, padding))(a)


def avg_pool1d(a: Tensor, size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> Tensor:
    """The mean of each window along the last axis; windows lie side by side unless ``stride`` is given.

    Raises ``ParameterError``, ``ShapeError``.
    """
    return AvgPool1d(*_settled("avg_pool1d", 1, size, stride, padding))(a)


def avg_pool2d(a: Tensor, size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> Tensor:
    """The mean of each window along the last two axes; see ``avg_pool1d``."""
    return AvgPool2d(*_settled("avg_pool2d", 2, size, stride, padding))(a)


def _settled(
    what: str, rank: int, size: Sizes, stride: Sizes | None, padding: Sizes
) -> tuple[Shape, Shape, Shape]:
    """Size, stride (the size by default) and padding, a number for each axis."""
    sizes = for_each(what, size, rank)
    return sizes, sizes if stride is None else for_each(what, stride, rank), for_each(what, padding, rank)
