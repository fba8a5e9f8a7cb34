"""Functions of two numbers: angle and length of an arrow, log-sums, a copied sign."""

from __future__ import annotations

from math import log as log_of
from typing import TYPE_CHECKING

import numpy as np

from engine.array import (
    Array,
    computed,
    select,
)
from engine.catalogue import op
from engine.domain import NONZERO, REALS, Domain
from engine.kinds import Binary, Elementwise
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import astype, ones_like, zeros_like
from engine.ops.exponential import exp2, sigmoid
from engine.ops.piecewise import absolute, compare, infinite, sign, step, where
from engine.ops.polar import PolarMonomial
from engine.ops.slopes import BySlopes

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Arctan2", "Copysign", "Hypot", "LogAddExp", "LogAddExp2", "arctan2",
    "copysign", "hypot", "logaddexp", "logaddexp2",
]  # fmt: skip


@op(NONZERO, REALS, analytic=False)
class Arctan2(BySlopes):
    """yᵢ = the angle, from −π to π, of the point with ordinate aᵢ ≠ 0 and abscissa bᵢ; shapes broadcast.

    Where aᵢ = 0, values follow NumPy. There the angle is smooth for bᵢ > 0 and jumps for bᵢ < 0, and the
    derivatives are those of the arc, b/r² and −a/r²; at the origin there is none, and both are 0, as they are
    where aᵢ or bᵢ is ±∞.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.arctan2(a, b)

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """b/r² and −a/r²."""
        a, b = node.inputs
        return PolarMonomial(0, 1, 2)(a, b), -PolarMonomial(1, 0, 2)(a, b)


arctan2: Arctan2 = Arctan2()


@op(NONZERO, REALS, analytic=False)
class Hypot(BySlopes):
    """yᵢ = √(aᵢ² + bᵢ²), for aᵢ ≠ 0 or bᵢ ≠ 0; shapes broadcast. At (0, 0): value 0, derivatives 0.

    The derivatives are a/r and b/r; equal infinities count as equal numbers, so at (∞, ∞) both are √½.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.hypot(a, b)

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """a/r and b/r."""
        a, b = node.inputs
        return PolarMonomial(1, 0, 1)(a, b), PolarMonomial(0, 1, 1)(a, b)


hypot: Hypot = Hypot()


def _ordered(a: Array, b: Array) -> tuple[Array, Array]:
    """The larger of each two, and how much less the other is: 0 where both are the same infinity."""
    larger, smaller = select(a > b, a, b), select(a > b, b, a)
    same = larger == smaller
    return larger, select(same, np.zeros_like(larger), smaller - select(same, np.zeros_like(larger), larger))


@op(REALS, REALS)
class LogAddExp(BySlopes):
    """yᵢ = log(exp aᵢ + exp bᵢ); shapes broadcast. The derivatives are σ(a − b) and σ(b − a).

    The rounding of a − b would cost hundreds of units in the tails, so that it is made up for:
    σ(d + e) is σ(d) (1 + e σ(−d)) for the error e of the difference d.
    At (∞, ∞) both are ½, and at (−∞, −∞) both are 0, as those of ``LogSumExp`` are.
    """

    def compute(self, a: Array, b: Array) -> Array:
        larger, less = _ordered(a, b)
        return larger + np.log1p(np.exp(less))

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = (astype(x, node.dtype) for x in node.inputs)
        some, less, error = _difference(a, b)
        share, other = _shares(less, error)
        return some * share, some * other


logaddexp: LogAddExp = LogAddExp()


def _difference(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """0 where both are −∞, else 1; d = a − b, rounded, 0 for equal infinities; the error, a constant.

    Source of the error: D. Knuth, The Art of Computer Programming, volume 2, 4.2.2, theorem B.
    """
    same = infinite(a) * infinite(b) * (1 - absolute(compare(a.detach(), b.detach())))
    some = 1 - same * step(-a.detach())
    a, b = where(same, 0.0, a), where(same, 0.0, b)
    less = a - b
    usual = step(MOST - absolute(less.detach()))
    x, y, rounded = (where(usual, each.detach(), 0.0) for each in (a, b, less))
    virtual = rounded - x
    return some, less, (x - (rounded - virtual)) - (y + virtual)


def _shares(less: Tensor, error: Tensor) -> tuple[Tensor, Tensor]:
    """σ(d + e) and σ(−d − e), for a constant e near 0."""
    share, other = sigmoid(less), sigmoid(-less)
    return share * (1 + error * other.detach()), other * (1 - error * share.detach())


MOST = 2048.0
"""Differences beyond it, of which some are infinite, have an error that no share shows."""
LOG_2 = log_of(2.0)


@op(REALS, REALS)
class LogAddExp2(BySlopes):
    """yᵢ = log₂(2^aᵢ + 2^bᵢ); shapes broadcast. The derivatives are σ((a − b) log 2) and σ((b − a) log 2)."""

    def compute(self, a: Array, b: Array) -> Array:
        larger, less = _ordered(a, b)
        return computed(larger + np.log1p(np.exp(less * LOG_2)) / LOG_2)

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """1 / (1 + p) and p / (1 + p), or the other way round, with p = 2^−|d + e|."""
        some, less, error = _difference(*(astype(x, node.dtype) for x in node.inputs))
        above = step(less.detach())
        power = exp2(where(above, -less, less)) * (1 + where(above, -error, error) * LOG_2)
        large, small = some / (1 + power), some * power / (1 + power)
        return where(above, large, small), where(above, small, large)


logaddexp2: LogAddExp2 = LogAddExp2()


@op(Domain(kinks=(0.0,), share=0.5), NONZERO, analytic=False)
class Copysign(Elementwise, Binary):
    """yᵢ = |aᵢ| with the sign of bᵢ (−0 has one); shapes broadcast. At aᵢ = 0 the derivative is 0.

    The derivative with respect to b is 0 everywhere. At bᵢ = 0 the sign is that of the zero, on which two
    right computations need not agree: no law asks there but the table of extremes.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.copysign(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad * self._turned(a, b), a), zeros_like(b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return in_tangents[0] * self._turned(a, b), zeros_like(node)

    def _turned(self, a: Tensor, b: Tensor) -> Tensor:
        """1 where a and b have one sign, −1 where they have two, 0 where aᵢ = 0."""
        return sign(a.detach()) * self(ones_like(a), b.detach())


copysign: Copysign = Copysign()
