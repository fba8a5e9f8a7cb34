"""Convolution in one and two dimensions, as networks mean it: the kernel is not turned round.

The value is one matrix product with the windows of the input. The rules are said with windows, products and
sums that are ops themselves, so a convolution can be differentiated again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from engine.array import Array, Axes, Shape, matrix_product
from engine.axes import whole_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import Binary, broadcast_shape
from engine.ops.broadcasting import fitting, sum_to
from engine.ops.product import matmul
from engine.ops.shape import permute, reshape, transpose
from engine.ops.windows import Fold, Frame, Sizes, Unfold, for_each, spacings

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Conv1d", "Conv2d", "conv1d", "conv2d"]


@dataclass(frozen=True, slots=True)
class Convolution(Binary):
    """y[…, o, m] = Σ a[…, d, m s + k δ − p] b[…, o, d, k], with stride s, padding p and dilation δ.

    ``groups``: the channels of a and of y fall into so many parts, each of which sees its own only. Leading
    axes of a (a batch) and of b broadcast.
    """

    RANK: ClassVar[int] = 0
    """The number of axes of a window."""

    stride: Shape
    padding: Shape
    dilation: Shape
    groups: int = 1

    def __post_init__(self) -> None:
        self._frame((1,) * self.RANK).check(type(self).__name__)
        if whole_number(type(self).__name__, "groups", self.groups) < 1:
            raise ParameterError(
                type(self).__name__, f"groups {self.groups}", "a whole number ≥ 1", "take 1 for all channels"
            )

    def compute(self, a: Array, b: Array) -> Array:
        shape = self.out_shape(a.shape, b.shape)
        rows = np.reshape(b, self._rows(b.shape))
        windows = np.transpose(self._frame(b.shape).windows_of(a), self._order(a.ndim))
        return np.reshape(matrix_product(rows, np.reshape(windows, self._columns(a.shape, b.shape))), shape)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        frame, order = self._frame(b.shape), self._order(a.ndim)
        rows = reshape(b, self._rows(b.shape))
        windows = permute(Unfold(frame.size, frame.stride, frame.padding, frame.dilation)(a), order)
        columns = reshape(windows, self._columns(a.shape, b.shape))
        y_bar = reshape(out_grad, (*node.shape[: -self.RANK - 1], *self._product(b.shape, node.shape)))
        rows_bar = sum_to(matmul(y_bar, transpose(columns)), rows)
        columns_bar = sum_to(matmul(transpose(rows), y_bar), columns)
        back = sorted(range(len(order)), key=order.__getitem__)
        windows_bar = permute(reshape(columns_bar, windows.shape), back)
        fold = Fold(frame.size, frame.stride, frame.padding, frame.dilation, a.shape[-self.RANK :])
        return fold(windows_bar), reshape(rows_bar, b.shape)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return self(da, b), self(a, db)

    def _frame(self, kernel: Shape) -> Frame:
        """The windows that a kernel of this shape is laid on."""
        return Frame(kernel[-self.RANK :], self.stride, self.padding, self.dilation)

    def _rows(self, kernel: Shape) -> Shape:
        """The kernel as matrices: a row for each output channel of a group."""
        lead, rank = len(kernel) - self.RANK - 2, self.RANK
        outputs = kernel[lead] // self.groups
        return (*kernel[:lead], self.groups, outputs, prod(kernel[-rank - 1 :]))

    def _order(self, ndim: int) -> Axes:
        """The axes of the windows with those within a window before those that tell windows apart."""
        lead, rank = ndim - self.RANK, self.RANK
        return (*range(lead), *range(lead + rank, lead + 2 * rank), *range(lead, lead + rank))

    def _columns(self, image: Shape, kernel: Shape) -> Shape:
        """The windows as matrices: a column for each."""
        lead = len(image) - self.RANK - 1
        counts = self._frame(kernel).counts(self, image)
        return (*image[:lead], self.groups, prod(kernel[-self.RANK - 1 :]), prod(counts))

    def _product(self, kernel: Shape, shape: Shape) -> Shape:
        """The last axes of the product of the two."""
        return self.groups, kernel[-self.RANK - 2] // self.groups, prod(shape[-self.RANK :])

    def out_shape(self, *shapes: Shape) -> Shape:
        image, kernel = shapes
        rank = self.RANK
        if len(image) < rank + 1 or len(kernel) < rank + 2 or 0 in kernel[-rank:]:
            raise ShapeError(
                repr(self),
                f"shapes {image} and {kernel}",
                f"an input (…, channels, {rank} sizes) and a kernel (outputs, channels, {rank} sizes ≥ 1)",
                "reshape one of them",
            )
        channels, outputs, each = image[-rank - 1], kernel[-rank - 2], kernel[-rank - 1]
        if channels != each * self.groups or outputs % self.groups:
            raise ShapeError(
                repr(self),
                f"{channels} channels for a kernel {kernel}",
                f"{each * self.groups} channels, and a multiple of {self.groups} outputs",
                "choose groups that divide both",
            )
        batch = broadcast_shape(self, image[: -rank - 1], kernel[: -rank - 2])
        return (*batch, outputs, *self._frame(kernel).counts(self, image))

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (image, kernel), rank = shapes, cls.RANK
        if len(image) < rank + 1 or len(kernel) < rank + 2:
            return
        channels, each = image[-rank - 1], kernel[-rank - 1]
        groups = channels // each if each else 1
        for stride, padding, dilation in spacings(rank):
            if groups:
                found = cls(stride, padding, dilation, groups)
                if found.takes(image, kernel):
                    yield found

    def takes(self, image: Shape, kernel: Shape) -> bool:
        """Whether these shapes fit."""
        try:
            self.out_shape(image, kernel)
        except ShapeError:
            return False
        return True


@op(REALS, REALS, signature="(c,l),(o,d,k)->(o,m)")
class Conv1d(Convolution):
    """y[…, o, m] = Σ a[…, d, m s + k δ − p] b[o, d, k] over d and k, with stride s, padding p, dilation δ.

    ``groups``: the channels of a and of y fall into so many parts, each of which sees its own only. Leading
    axes of a (a batch) and of b broadcast.
    """

    RANK: ClassVar[int] = 1


@op(REALS, REALS, signature="(c,h,w),(o,d,i,j)->(o,p,q)")
class Conv2d(Convolution):
    """y[…, o, m] = Σ a[…, d, m s + k δ − p] b[o, d, k] over d and k, with m and k pairs, as are stride s,
    padding p and dilation δ.

    ``groups`` and leading axes: as in ``Conv1d``.
    """

    RANK: ClassVar[int] = 2


def conv1d(  # noqa: PLR0913 - the parameters that users know it by
    a: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """The convolution of (…, channels, size) with a kernel (outputs, channels / groups, size), plus a bias.

    Raises ``ShapeError``, ``ParameterError``.
    """
    steps, zeros, holes = (for_each("conv1d", each, 1) for each in (stride, padding, dilation))
    y = Conv1d(steps, zeros, holes, groups)(a, weight)
    return y if bias is None else y + _of_channels("conv1d", bias, y.shape, 1)


def conv2d(  # noqa: PLR0913 - the parameters that users know it by
    a: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """The convolution of (…, channels, height, width) with a kernel (outputs, channels / groups, height,
    width), plus a bias. Raises ``ShapeError``, ``ParameterError``.
    """
    steps, zeros, holes = (for_each("conv2d", each, 2) for each in (stride, padding, dilation))
    y = Conv2d(steps, zeros, holes, groups)(a, weight)
    return y if bias is None else y + _of_channels("conv2d", bias, y.shape, 2)


def _of_channels(what: str, bias: Tensor, shape: Shape, rank: int) -> Tensor:
    """The bias, with an axis of size 1 for each axis of a window. Raises ``ShapeError``."""
    fitting(what, "bias", bias, shape[:-rank])
    return reshape(bias, (*bias.shape, *(1,) * rank))
