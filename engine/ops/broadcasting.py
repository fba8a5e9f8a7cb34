"""Broadcasting and summation: each is the other's adjoint.

An op that broadcasts its operands reads an entry of a small operand in many places. By the multi-path rule
its adjoint is the sum over those places, which is what ``sum_to`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed, total
from engine.axes import canonical_axes, canonical_shape, reduced_shape
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ShapeError
from engine.kinds import Associative, Linear, broadcast_shape
from engine.ops.conversion import astype
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["BroadcastTo", "Summation", "broadcast_to", "sum", "sum_to", "summation"]


@op(REALS, signature="(i*)->(j*)")
class BroadcastTo(Linear):
    """y has the shape ``shape``; it repeats a along new leading axes and along axes of size 1."""

    shape: Shape

    def compute(self, a: Array) -> Array:
        return computed(np.broadcast_to(a, self.shape))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return sum_to(out_grad, node.inputs[0])

    def out_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if broadcast_shape(self, shape, self.shape) != self.shape:
            raise ShapeError(
                repr(self),
                f"shape {shape}",
                f"a shape that broadcasts to {self.shape}",
                "sum or reshape it first",
            )
        return self.shape

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        stretched = tuple(3 if size == 1 else size for size in shape)
        for target in dict.fromkeys(
            [shape, (2, *shape), stretched, (3, *stretched), (2, 1, *stretched), (0, *shape)]
        ):
            yield cls(target)


def broadcast_to(a: Tensor, shape: int | Sequence[int]) -> Tensor:
    """a repeated to the shape ``shape``. Raises ``ShapeError`` if it does not broadcast to it."""
    target = canonical_shape("broadcast_to", shape)
    return a if target == a.shape else BroadcastTo(target)(a)


@op(REALS, signature="(i*)->(j*)")
class Summation(Associative, Linear):
    """yⱼ = Σᵢ aᵢⱼ over the axes ``axes``; with ``keepdims`` they stay, with size 1."""

    def compute(self, a: Array) -> Array:
        return total(a, self.axes, self.keepdims)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return broadcast_to(reshape(out_grad, reduced_shape(a.shape, self.axes, keepdims=True)), a.shape)

    @property
    def fewest(self) -> int:
        return 0

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return summation(a, axes, self.keepdims)


def summation(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The sum over all axes (None), one axis or several; negative axes count from the end.

    Raises ``AxisError``.
    """
    return Summation(canonical_axes("summation", axes, a.ndim), keepdims)(a)


sum = summation
"""NumPy's name."""


def fitting(what: str, name: str, a: Tensor, shape: Shape) -> Tensor:
    """a, the operand ``name``. Raises ``ShapeError`` where it would enlarge a result of this shape."""
    lead = len(shape) - a.ndim
    if lead < 0 or any(size not in (1, whole) for size, whole in zip(a.shape, shape[lead:], strict=True)):
        raise ShapeError(
            what,
            f"a {name} of shape {a.shape} for a result of shape {shape}",
            "a shape that broadcasts to it",
            f"reshape the {name}",
        )
    return a


def sum_to(x: Tensor, like: Tensor) -> Tensor:
    """x summed over the axes along which ``like`` was broadcast to x's shape, in the dtype of ``like``."""
    shape = like.shape
    if x.shape != shape:
        lead = x.ndim - len(shape)
        stretched = (
            lead + axis for axis, size in enumerate(shape) if size == 1 and x.shape[lead + axis] != 1
        )
        x = reshape(summation(x, (*range(lead), *stretched)), shape)
    return astype(x, like.dtype)
