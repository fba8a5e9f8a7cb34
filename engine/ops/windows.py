"""Windows of an array, and their adjoint, which adds them up where they came from.

A window is a block of ``size`` entries, ``dilation`` apart, along each of the last axes; windows begin
``stride`` apart, on an array with ``padding`` zeros in front and behind. Convolutions and pools are said with
these two ops, each of which is the other's adjoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np

from engine.array import Array, Index, Shape, Slice, item_of, windows
from engine.axes import canonical_shape, check_sizes, whole_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.graph import Op
from engine.kinds import Linear

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Fold", "Unfold", "unfold"]

Sizes: TypeAlias = "int | Sequence[int]"
"""One number for each axis of a window, or one for all."""


EVERY: tuple[Slice, ...] = (slice(None),)
"""All of an axis."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the windows of an array lie: one number for each axis, of ``size`` > 0, and so on."""

    size: Shape
    stride: Shape
    padding: Shape
    dilation: Shape

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.size)

    @property
    def reach(self) -> Shape:
        """From the first to the last entry of a window, along each axis."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def check(self, what: str) -> None:
        """Raise ``ParameterError`` for numbers that no window can have."""
        for name, numbers, least in (
            ("size", self.size, 1),
            ("stride", self.stride, 1),
            ("padding", self.padding, 0),
            ("dilation", self.dilation, 1),
        ):
            lowest = min((whole_number(what, name, number) for number in numbers), default=least)
            if not numbers or len(numbers) != self.rank or lowest < least:
                expected = f"{self.rank or 'some'} whole numbers ≥ {least}"
                raise ParameterError(what, f"{name} {numbers}", expected, "give one for each axis")

    def counts(self, op: Op, shape: Shape) -> Shape:
        """How many windows there are along each of the last axes. Raises ``ShapeError`` where none fits."""
        sizes = shape[len(shape) - self.rank :] if len(shape) >= self.rank else ()
        found = [
            (n + 2 * p - reach) // s + 1
            for n, p, reach, s in zip(sizes, self.padding, self.reach, self.stride, strict=False)
        ]
        if len(found) < self.rank or min(found, default=1) < 1:
            raise ShapeError(
                repr(op),
                f"shape {shape}",
                f"at least {self.rank} axes, the last with room for a window of {self.reach}",
                "take smaller windows or more padding",
            )
        return tuple(found)

    def padded(self, sizes: Shape) -> Shape:
        """The last sizes with the padding."""
        return tuple(n + 2 * p for n, p in zip(sizes, self.padding, strict=True))

    @property
    def inside(self) -> tuple[Slice, ...]:
        """The last axes of the padded array without the padding."""
        return tuple(slice(p, -p or None) for p in self.padding)

    def windows_of(self, a: Array, outside: float = 0.0) -> Array:
        """The windows of an array, in new last axes. A view where nothing is padded."""
        lead = a.ndim - self.rank
        if any(self.padding):
            wider: Array = np.full((*a.shape[:lead], *self.padded(a.shape[lead:])), outside, a.dtype)
            wider[(*EVERY * lead, *self.inside)] = a
            a = wider
        apart = [slice(None, None, by) for by in (*self.stride, *self.dilation)]
        return item_of(windows(a, self.reach), (*EVERY * lead, *apart))

    def added_up(self, a: Array, sizes: Shape) -> Array:
        """Windows, in the last axes of ``a``, added up where they lie in an array with these last sizes."""
        lead = a.ndim - 2 * self.rank
        result = np.zeros((*a.shape[:lead], *self.padded(sizes)), a.dtype)
        counts = a.shape[lead : lead + self.rank]
        for place in product(*map(range, self.size)):
            spans: Index = tuple(
                slice(at * d, at * d + (count - 1) * s + 1, s)
                for at, d, s, count in zip(place, self.dilation, self.stride, counts, strict=True)
            )
            result[(*EVERY * lead, *spans)] += item_of(a, (*EVERY * (lead + self.rank), *place))
        return item_of(result, (*EVERY * lead, *self.inside))


def for_each(what: str, numbers: Sizes, rank: int) -> Shape:
    """One number for each axis. Raises ``ParameterError`` for other than one or as many whole numbers."""
    sizes = canonical_shape(what, numbers)
    found = sizes if isinstance(numbers, Sequence) else sizes * rank
    if len(found) != rank:
        raise ParameterError(what, f"{numbers}", f"one number, or {rank}", "give one for each axis")
    return found


PLAIN = (
    ((2,), (1,), (0,), (1,)),
    ((2,), (2,), (0,), (1,)),
    ((3,), (2,), (1,), (1,)),
    ((2,), (1,), (1,), (2,)),
    ((1,), (3,), (0,), (1,)),
    ((4,), (3,), (2,), (1,)),
    ((2,), (2,), (1,), (2,)),
    ((2,), (3,), (2,), (3,)),
)
"""Size, stride, padding and dilation of windows to try, plainest first."""

UNLIKE = (
    ((1, 2), (2, 1), (0, 1), (1, 1)),
    ((2, 3), (1, 2), (2, 0), (2, 1)),
    ((4, 2), (2, 1), (2, 0), (1, 1)),
    ((2, 2), (2, 1), (1, 2), (2, 1)),
    ((2, 2), (1, 3), (2, 1), (1, 2)),
    ((2, 1, 2), (1, 2, 1), (0, 0, 1), (1, 1, 2)),
    ((1, 2, 1), (2, 1, 1), (0, 1, 0), (1, 2, 1)),
)
"""The same, with a number of its own for each axis."""


def frames(rank: int) -> Iterator[Frame]:
    """Frames to try: the same along each axis, and unlike along two or three."""
    for numbers in PLAIN[: {1: len(PLAIN), 2: 4}.get(rank, 1)]:  # of several axes the unlike ones say more
        yield Frame(*(each * rank for each in numbers))
    for unlike in UNLIKE:
        if len(unlike[0]) == rank:
            yield Frame(*unlike)


def spacings(rank: int) -> list[tuple[Shape, Shape, Shape]]:
    """The strides, paddings and dilations of these frames."""
    return list(dict.fromkeys((each.stride, each.padding, each.dilation) for each in frames(rank)))


@op(REALS, signature="(i*)->(j*)")
class Unfold(Frame, Linear):
    """y[…, o, k] = a[…, o s + k d − p], 0 outside: window o of a, for stride s, dilation d, padding p, along
    each of the last axes; the axes of k are as many, behind those of o.
    """

    def __post_init__(self) -> None:
        self.check(type(self).__name__)

    def compute(self, a: Array) -> Array:
        self.counts(self, a.shape)
        return self.windows_of(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        sizes = node.inputs[0].shape[-self.rank :]
        return Fold(self.size, self.stride, self.padding, self.dilation, sizes)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        return (*shape[: len(shape) - self.rank], *self.counts(self, shape), *self.size)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for rank in range(1, min(3, len(shape)) + 1):
            for each in frames(rank):
                found = cls(each.size, each.stride, each.padding, each.dilation)
                if fits(found, found, shape):
                    yield found


def fits(op: Op, frame: Frame, shape: Shape) -> bool:
    """Whether there is room for a window along each of the last axes."""
    try:
        frame.counts(op, shape)
    except ShapeError:
        return False
    return True


@op(REALS, signature="(i*)->(j*)")
class Fold(Frame, Linear):
    """y[…, i] = Σ a[…, o, k] over all o, k with o s + k d − p = i, along each of the last axes, of sizes
    ``sizes``. The adjoint of ``Unfold``.
    """

    sizes: Shape

    def __post_init__(self) -> None:
        self.check(type(self).__name__)
        if len(self.sizes) != self.rank:
            raise ParameterError(
                type(self).__name__, f"sizes {self.sizes}", f"{self.rank} sizes", "give one for each axis"
            )
        check_sizes(type(self).__name__, "sizes", self.sizes)

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)
        return self.added_up(a, self.sizes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return Unfold(self.size, self.stride, self.padding, self.dilation)(out_grad)

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        expected = (*self.counts(self, self.sizes), *self.size)
        lead = len(shape) - 2 * self.rank
        if lead < 0 or shape[lead:] != expected:
            raise ShapeError(
                repr(self), f"shape {shape}", f"last axes {expected}", "give the windows that unfold makes"
            )
        return (*shape[:lead], *self.sizes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for rank in range(1, len(shape) // 2 + 1):
            counts, size = shape[-2 * rank : -rank], shape[-rank:]
            for stride, padding, dilation in spacings(rank):
                made = Frame(size, stride, padding, dilation)
                needed = zip(counts, stride, made.reach, padding, strict=True)
                sizes = tuple((count - 1) * s + reach - 2 * p for count, s, reach, p in needed)
                if min((*counts, *size, *sizes)) > 0:
                    yield cls(size, stride, padding, dilation, sizes)


def unfold(a: Tensor, size: Sizes, stride: Sizes = 1, *, padding: Sizes = 0, dilation: Sizes = 1) -> Tensor:
    """The windows of a along its last axes, as many as ``size`` has numbers, in as many new last axes.

    Raises ``ParameterError``, ``ShapeError``.
    """
    rank = len(size) if isinstance(size, Sequence) else 1
    return Unfold(*(for_each("unfold", each, rank) for each in (size, stride, padding, dilation)))(a)
