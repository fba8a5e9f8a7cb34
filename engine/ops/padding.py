"""Padding with a number; other paddings read entries of a again, which ``take`` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

import numpy as np

from engine.array import Array, Index, Shape
from engine.axes import canonical_shape, real_number
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import Unary
from engine.ops.gathering import take
from engine.ops.indexing import get_item

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Pad", "pad"]

Widths: TypeAlias = tuple[tuple[int, int], ...]
PadMode: TypeAlias = Literal["constant", "edge", "reflect", "symmetric", "wrap"]


@op(REALS, signature="(i*)->(j*)")
class Pad(Unary):
    """y is a with the number ``value`` around it.

    Along axis k, ``widths[k]`` says how many entries more there are before and behind.
    """

    widths: Widths
    value: float = 0.0

    def __post_init__(self) -> None:
        narrowest = min(chain.from_iterable(self.widths), default=0)
        if narrowest < 0:
            raise ParameterError(
                type(self).__name__, f"a width of {narrowest}", "widths ≥ 0", "index to cut entries off"
            )

    def compute(self, a: Array) -> Array:
        result = np.full(self.out_shape(a.shape), self.value, a.dtype)
        result[self._inside(a.shape)] = a
        return result

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return get_item(out_grad, self._inside(node.inputs[0].shape))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return Pad(self.widths)(in_tangent)

    def _inside(self, shape: Shape) -> Index:
        """Where a stands in the result."""
        sizes = zip(self.widths, shape, strict=True)
        return tuple(slice(before, before + size, 1) for (before, _), size in sizes)

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != len(self.widths):
            raise ShapeError(
                repr(self),
                f"{len(shape)} dimensions",
                f"{len(self.widths)}",
                "give a pair of widths for each axis",
            )
        return tuple(
            before + size + behind for (before, behind), size in zip(self.widths, shape, strict=True)
        )

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        rank = len(shapes[0])
        for value in (0.0, 1.5):
            for pair in ((1, 1), (0, 2), (1, 0), (0, 0)):
                yield cls((pair,) * rank, value)
            for axis in range(rank):
                yield cls(tuple((2, 1) if axis == at else (0, 0) for at in range(rank)), value)


def pad(
    a: Tensor,
    widths: int | Sequence[int] | Sequence[Sequence[int]],
    mode: PadMode = "constant",
    value: float = 0.0,
) -> Tensor:
    """a with ``widths`` entries more before and behind: a number, a pair, or a pair for each axis.

    They are ``value``, or as in NumPy: the entry at the edge ("edge"), the entries mirrored at the edge with
    it ("symmetric") or without it ("reflect"), those of the other end ("wrap").
    Raises ``ParameterError``, ``ShapeError``.
    """
    pairs = _canonical_widths(widths, a.ndim)
    if mode == "constant":
        return Pad(pairs, real_number("pad", "value", value))(a)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise ParameterError(
            "pad", f"mode {mode!r}", "'constant', 'edge', 'reflect', 'symmetric' or 'wrap'", "choose one"
        )
    Pad(pairs).out_shape(a.shape)
    for axis, pair in enumerate(pairs):
        if pair == (0, 0):
            continue
        if not a.shape[axis]:
            raise ShapeError(
                f"pad with mode {mode!r}",
                f"shape {a.shape}",
                f"at least one entry along axis {axis}",
                "pad an empty axis with a constant",
            )
        a = take(a, np.pad(np.arange(a.shape[axis]), pair, mode=mode), axis)
    return a


def _canonical_widths(widths: int | Sequence[int] | Sequence[Sequence[int]], rank: int) -> Widths:
    """A pair for each axis. Raises ``ParameterError``."""
    each = widths if isinstance(widths, Sequence) else (widths, widths)
    found: list[tuple[int, int]] = []
    listed = [one for one in each if isinstance(one, Sequence)]
    for one in listed if listed and len(listed) == len(each) else [each]:
        pair = canonical_shape("pad", one)
        if len(pair) not in (1, 2):
            raise ParameterError("pad", f"widths {widths!r}", "a pair for each axis", "list (before, behind)")
        found.append((pair[0], pair[-1]))
    return tuple(found * rank if len(found) == 1 else found)
