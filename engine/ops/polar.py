"""Monomials of the coordinates of an arrow and its length: the derivatives of length and angle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import (
    Array,
    BoolArray,
    Shape,
    computed,
    is_float,
    mantissa_and_exponent,
    places,
    scaled,
    select,
)
from engine.axes import whole_number
from engine.catalogue import op
from engine.domain import NONZERO, REALS
from engine.dtype import FLOAT32, FLOAT64
from engine.errors import ParameterError
from engine.ops.conversion import zeros_like
from engine.ops.slopes import BySlopes

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["PolarMonomial", "polar_monomial"]


@op(NONZERO, REALS)
class PolarMonomial(BySlopes):
    """yᵢ = aᵢᵖ bᵢᵠ / rᵢᵏ, for r = √(a² + b²), aᵢ ≠ 0 or bᵢ ≠ 0, and whole p, q, k ≥ 0 with p + q ≥ 1.

    The derivatives of the length and the angle of an arrow are such, of any order, since
    ∂y/∂a = aᵖ⁻¹ bᵠ (p b² − (k − p) a²) / rᵏ⁺². At (0, 0) y is 0. Mantissas and exponents are multiplied
    apart: no power overflows where y does not. Where a or b is ±∞, y is its limit for k ≥ p + q; equal
    infinities count as equal numbers.
    """

    by_a: int
    by_b: int
    by_radius: int

    def __post_init__(self) -> None:
        exponents = {"by_a": self.by_a, "by_b": self.by_b, "by_radius": self.by_radius}
        least = min(whole_number("PolarMonomial", name, each) for name, each in exponents.items())
        if least < 0 or self.by_a + self.by_b < 1:
            raise ParameterError("PolarMonomial", repr(self), "exponents ≥ 0, of a or b ≥ 1", "choose others")

    def compute(self, a: Array, b: Array) -> Array:
        if not (is_float(a) and is_float(b)):
            return computed(a**self.by_a * b**self.by_b / (a * a + b * b) ** (self.by_radius / 2))
        dtype = np.result_type(a, b)
        endless: BoolArray = np.isinf(a) | np.isinf(b)
        a, b = _at_infinity(a, endless), _at_infinity(b, endless)
        a, b = computed(a.astype(FLOAT64)), computed(b.astype(FLOAT64))
        a_part, a_exponent = mantissa_and_exponent(a)
        b_part, b_exponent = mantissa_and_exponent(b)
        common = places(np.where(np.abs(a) > np.abs(b), a_exponent, b_exponent))
        square, rest = _sum_of_squares(scaled(a, -common), scaled(b, -common))
        square = select(square == 0, np.ones_like(square), square)
        radius = square ** (self.by_radius // 2) * (np.sqrt(square) if self.by_radius % 2 else 1)
        parts = a_part**self.by_a * b_part**self.by_b / radius
        parts = computed(parts - parts * (self.by_radius / 2 * rest / square))
        exponent = self.by_a * a_exponent + self.by_b * b_exponent - self.by_radius * common
        value = computed(scaled(parts, exponent).astype(dtype))
        return select(endless, value * 0, value) if self.by_radius > self.by_a + self.by_b else value

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        p, q, k = self.by_a, self.by_b, self.by_radius
        by_a = _sum((p - k, PolarMonomial(p + 1, q, k + 2)), (p, PolarMonomial(max(p - 1, 0), q + 2, k + 2)))
        by_b = _sum((q - k, PolarMonomial(p, q + 1, k + 2)), (q, PolarMonomial(p + 2, max(q - 1, 0), k + 2)))
        return by_a(a, b), by_b(a, b)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for exponents in ((1, 0, 1), (0, 1, 2), (0, 2, 3), (2, 1, 4)):
            yield cls(*exponents)


def _at_infinity(a: Array, endless: BoolArray) -> Array:
    """a; where ``endless``, ±1 for ±∞ and 0 for any other number."""
    return select(endless, np.where(np.isinf(a), np.sign(a), a * 0).astype(a.dtype), a)


def _sum_of_squares(a: Array, b: Array) -> tuple[Array, Array]:
    """a² + b² of float64, and what that is off: of numbers of 24 bits the squares are exact."""
    a_high, b_high = computed(a.astype(FLOAT32).astype(FLOAT64)), computed(b.astype(FLOAT32).astype(FLOAT64))
    low = (a - a_high) * (a + a_high) + (b - b_high) * (b + b_high)
    x, y = a_high * a_high, b_high * b_high
    total = x + y
    virtual = total - x
    rest = (x - (total - virtual)) + (y - virtual) + low
    return total + rest, rest - ((total + rest) - total)


def _sum(*terms: tuple[int, PolarMonomial]) -> Callable[[Tensor, Tensor], Tensor]:
    """The sum of the monomials times their factors, without those of factor 0; there is one that is not."""

    def of(a: Tensor, b: Tensor) -> Tensor:
        there = [factor * monomial(a, b) for factor, monomial in terms if factor]
        return sum(there[1:], start=there[0]) if there else zeros_like(a * b)

    return of


def polar_monomial(a: Tensor, b: Tensor, by_a: int, by_b: int, by_radius: int) -> Tensor:
    """aᵖ bᵠ / rᵏ, for r = √(a² + b²); shapes broadcast. Raises ``ParameterError``."""
    return PolarMonomial(by_a, by_b, by_radius)(a, b)
