"""Functions of two numbers: angle and length of an arrow, log-sums, a copied sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log as log_of
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import (
    Array,
    Shape,
    computed,
    is_float,
    mantissa_and_exponent,
    places,
    scaled,
    select,
)
from engine.catalogue import op
from engine.domain import NONZERO, REALS, Domain
from engine.errors import ParameterError
from engine.kinds import Binary, Elementwise
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import astype, ones_like, zeros_like
from engine.ops.exponential import exp2, sigmoid
from engine.ops.piecewise import absolute, sign, step, where

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Arctan2", "Copysign", "Hypot", "LogAddExp", "LogAddExp2", "PolarMonomial", "arctan2",
    "copysign", "hypot", "logaddexp", "logaddexp2", "polar_monomial",
]  # fmt: skip


@op(NONZERO, REALS, analytic=False)
class Arctan2(Elementwise, Binary):
    """yᵢ = the angle, from −π to π, of the point with ordinate aᵢ ≠ 0 and abscissa bᵢ; shapes broadcast.

    Where aᵢ = 0, values follow NumPy. There the angle is smooth for bᵢ > 0 and jumps for bᵢ < 0, and the
    derivatives are those of the arc, b/r² and −a/r²; at the origin there is none, and both are 0.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.arctan2(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a, by_b = self._slopes(node)
        return sum_to(out_grad * by_a, a), sum_to(out_grad * by_b, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = in_tangents
        by_a, by_b = self._slopes(node)
        return da * by_a, db * by_b

    def _slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """b/r² and −a/r²."""
        a, b = node.inputs
        return PolarMonomial(0, 1, 2)(a, b), -PolarMonomial(1, 0, 2)(a, b)


arctan2: Arctan2 = Arctan2()


@op(NONZERO, REALS, analytic=False)
class Hypot(Elementwise, Binary):
    """yᵢ = √(aᵢ² + bᵢ²), for aᵢ ≠ 0 or bᵢ ≠ 0; shapes broadcast. At (0, 0): value 0, derivatives 0."""

    def compute(self, a: Array, b: Array) -> Array:
        return np.hypot(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a, by_b = self._slopes(node)
        return sum_to(out_grad * by_a, a), sum_to(out_grad * by_b, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = in_tangents
        by_a, by_b = self._slopes(node)
        return da * by_a, db * by_b

    def _slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """a/r and b/r."""
        a, b = node.inputs
        return PolarMonomial(1, 0, 1)(a, b), PolarMonomial(0, 1, 1)(a, b)


hypot: Hypot = Hypot()


@op(NONZERO, REALS)
class PolarMonomial(Elementwise, Binary):
    """yᵢ = aᵢᵖ bᵢᵠ / rᵢᵏ, for r = √(a² + b²), aᵢ ≠ 0 or bᵢ ≠ 0, and whole p, q, k ≥ 0 with p + q ≥ 1.

    The derivatives of the length and the angle of an arrow are such, of any order, since
    ∂y/∂a = aᵖ⁻¹ bᵠ (p b² − (k − p) a²) / rᵏ⁺². At (0, 0) y is 0. Mantissas and exponents are multiplied
    apart: no power overflows where y does not.
    """

    by_a: int
    by_b: int
    by_radius: int

    def __post_init__(self) -> None:
        if min(self.by_a, self.by_b, self.by_radius) < 0 or self.by_a + self.by_b < 1:
            raise ParameterError("PolarMonomial", repr(self), "exponents ≥ 0, of a or b ≥ 1", "choose others")

    def compute(self, a: Array, b: Array) -> Array:
        if not (is_float(a) and is_float(b)):
            return computed(a**self.by_a * b**self.by_b / (a * a + b * b) ** (self.by_radius / 2))
        wide = np.result_type(a, b)
        a, b = computed(a.astype(wide)), computed(b.astype(wide))
        a_part, a_exponent = mantissa_and_exponent(a)
        b_part, b_exponent = mantissa_and_exponent(b)
        common = places(np.where(np.abs(a) > np.abs(b), a_exponent, b_exponent))
        radius = np.hypot(scaled(a, -common), scaled(b, -common))
        radius = select(radius == 0, np.ones_like(radius), radius)
        parts = a_part**self.by_a * b_part**self.by_b / radius**self.by_radius
        exponent = self.by_a * a_exponent + self.by_b * b_exponent - self.by_radius * common
        return scaled(computed(parts), exponent)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a, by_b = self._slopes(a, b)
        return sum_to(out_grad * by_a, a), sum_to(out_grad * by_b, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = in_tangents
        by_a, by_b = self._slopes(*node.inputs)
        return da * by_a, db * by_b

    def _slopes(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        p, q, k = self.by_a, self.by_b, self.by_radius
        by_a = _sum((p - k, PolarMonomial(p + 1, q, k + 2)), (p, PolarMonomial(max(p - 1, 0), q + 2, k + 2)))
        by_b = _sum((q - k, PolarMonomial(p, q + 1, k + 2)), (q, PolarMonomial(p + 2, max(q - 1, 0), k + 2)))
        return by_a(a, b), by_b(a, b)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for exponents in ((1, 0, 1), (0, 1, 2), (0, 2, 3), (2, 1, 4)):
            yield cls(*exponents)


def _sum(*terms: tuple[int, PolarMonomial]) -> Callable[[Tensor, Tensor], Tensor]:
    """The sum of the monomials times their factors, without those of factor 0; there is one that is not."""

    def of(a: Tensor, b: Tensor) -> Tensor:
        there = [factor * monomial(a, b) for factor, monomial in terms if factor]
        return sum(there[1:], start=there[0]) if there else zeros_like(a * b)

    return of


def polar_monomial(a: Tensor, b: Tensor, by_a: int, by_b: int, by_radius: int) -> Tensor:
    """aᵖ bᵠ / rᵏ, for r = √(a² + b²); shapes broadcast. Raises ``ParameterError``."""
    return PolarMonomial(by_a, by_b, by_radius)(a, b)


def _ordered(a: Array, b: Array) -> tuple[Array, Array]:
    """The larger of each two, and how much less the other is: 0 where both are the same infinity."""
    larger, smaller = select(a > b, a, b), select(a > b, b, a)
    same = larger == smaller
    return larger, select(same, np.zeros_like(larger), smaller - select(same, np.zeros_like(larger), larger))


@op(REALS, REALS)
class LogAddExp(Elementwise, Binary):
    """yᵢ = log(exp aᵢ + exp bᵢ); shapes broadcast. The derivatives are σ(a − b) and σ(b − a).

    The rounding of a − b would cost hundreds of units in the tails, so that it is made up for:
    σ(d + e) is σ(d) (1 + e σ(−d)) for the error e of the difference d.
    """

    def compute(self, a: Array, b: Array) -> Array:
        larger, less = _ordered(a, b)
        return larger + np.log1p(np.exp(less))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a, by_b = self._slopes(node)
        return sum_to(out_grad * by_a, a), sum_to(out_grad * by_b, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = in_tangents
        by_a, by_b = self._slopes(node)
        return da * by_a, db * by_b

    def _slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = (astype(x, node.dtype) for x in node.inputs)
        return _shares(*_difference(a, b))


logaddexp: LogAddExp = LogAddExp()


def _difference(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """d = a − b, rounded, and the error a − b − d, a constant (D. Knuth, TAOCP vol. 2, 4.2.2, theorem B)."""
    less = a - b
    x, y, rounded = a.detach(), b.detach(), less.detach()
    virtual = rounded - x
    error = (x - (rounded - virtual)) - (y + virtual)
    return less, where(step(MOST - absolute(rounded)), error, 0.0)


def _shares(less: Tensor, error: Tensor) -> tuple[Tensor, Tensor]:
    """σ(d + e) and σ(−d − e), for a constant e near 0."""
    share, other = sigmoid(less), sigmoid(-less)
    return share * (1 + error * other.detach()), other * (1 - error * share.detach())


MOST = 2048.0
"""Differences beyond it, of which some are infinite, have an error that no share shows."""
LOG_2 = log_of(2.0)


@op(REALS, REALS)
class LogAddExp2(Elementwise, Binary):
    """yᵢ = log₂(2^aᵢ + 2^bᵢ); shapes broadcast. The derivatives are σ((a − b) log 2) and σ((b − a) log 2)."""

    def compute(self, a: Array, b: Array) -> Array:
        larger, less = _ordered(a, b)
        return computed(larger + np.log1p(np.exp(less * LOG_2)) / LOG_2)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a, by_b = self._slopes(node)
        return sum_to(out_grad * by_a, a), sum_to(out_grad * by_b, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = in_tangents
        by_a, by_b = self._slopes(node)
        return da * by_a, db * by_b

    def _slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """1 / (1 + p) and p / (1 + p), or the other way round, with p = 2^−|d + e|."""
        less, error = _difference(*(astype(x, node.dtype) for x in node.inputs))
        above = step(less.detach())
        power = exp2(where(above, -less, less)) * (1 + where(above, -error, error) * LOG_2)
        large, small = 1 / (1 + power), power / (1 + power)
        return where(above, large, small), where(above, small, large)


logaddexp2: LogAddExp2 = LogAddExp2()


@op(Domain(kinks=(0.0,), share=0.5), Domain(kinks=(0.0,), share=0.0), analytic=False)
class Copysign(Elementwise, Binary):
    """yᵢ = |aᵢ| with the sign of bᵢ (−0 has one); shapes broadcast. At aᵢ = 0 the derivative is 0.

    The derivative with respect to b is 0 everywhere.
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
