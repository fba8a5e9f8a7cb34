"""What is no number: marks for it, the extremes of what is one, and numbers in its place."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed, nan_at, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import ORDERED, REALS
from engine.kinds import Elementwise, Unary
from engine.ops.conversion import zeros_like
from engine.ops.piecewise import larger_share, where
from engine.ops.slopes import BySlopes

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Fmax", "Fmin", "IsFinite", "IsNan", "NanToNum", "fmax", "fmin", "isfinite", "isnan", "nan_to_num",
]  # fmt: skip


@op(REALS)
class IsNan(Elementwise, Unary):
    """yᵢ = 1 where aᵢ is NaN, else 0. The derivative is 0."""

    def compute(self, a: Array) -> Array:
        return nan_at(a).astype(a.dtype)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


isnan: IsNan = IsNan()


@op(REALS)
class IsFinite(Elementwise, Unary):
    """yᵢ = 1 where aᵢ is neither infinite nor NaN, else 0. The derivative is 0."""

    def compute(self, a: Array) -> Array:
        return computed((~nan_at(a) & (a != inf) & (a != -inf)).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


isfinite: IsFinite = IsFinite()


def _share(a: Tensor, b: Tensor, a_wins: Tensor) -> Tensor:
    """``a_wins`` where both are numbers; 1 where b is NaN and a is not, 0 where a is NaN."""
    no_a, no_b = isnan(a.detach()), isnan(b.detach())
    return where(no_a, zeros_like(a_wins), where(no_b, 1 - no_a, a_wins))


@op(ORDERED, ORDERED)
class Fmax(BySlopes):
    """yᵢ = max(aᵢ, bᵢ), of which one may be NaN and is then ignored; shapes broadcast.

    At a tie each input gets half of the derivative; what is NaN gets none.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.fmax(a, b)

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return _share(a, b, larger_share(a, b)), _share(b, a, larger_share(b, a))


fmax: Fmax = Fmax()


@op(ORDERED, ORDERED)
class Fmin(BySlopes):
    """yᵢ = min(aᵢ, bᵢ), of which one may be NaN and is then ignored; shapes broadcast.

    At a tie each input gets half of the derivative; what is NaN gets none.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.fmin(a, b)

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return _share(a, b, larger_share(b, a)), _share(b, a, larger_share(a, b))


fmin: Fmin = Fmin()


@op(REALS)
class NanToNum(Elementwise, Unary):
    """yᵢ = aᵢ where it is finite; else ``nan``, ``posinf`` or ``neginf`` in the place of NaN, ∞ or −∞.

    The derivative is 1 where aᵢ is finite, and 0 elsewhere.
    """

    nan: float
    posinf: float
    neginf: float

    def compute(self, a: Array) -> Array:
        for marks, number in ((nan_at(a), self.nan), (a == inf, self.posinf), (a == -inf, self.neginf)):
            a = select(marks, np.full_like(a, number), a)
        return a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * isfinite(node.inputs[0].detach())

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * isfinite(node.inputs[0].detach())

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield cls(0.0, 1e30, -1e30)
        yield cls(-1.5, 2.0, 3.0)


def nan_to_num(
    a: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """a with numbers in the place of NaN and of the infinities; None: the farthest that the dtype holds."""
    farthest = float(np.finfo(a.dtype).max)
    return NanToNum(
        real_number("nan_to_num", "nan", nan),
        farthest if posinf is None else real_number("nan_to_num", "posinf", posinf),
        -farthest if neginf is None else real_number("nan_to_num", "neginf", neginf),
    )(a)
