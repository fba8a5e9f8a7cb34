"""Powers, roots and their reciprocals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.catalogue import op
from engine.domain import NONZERO, POSITIVE, REALS, Domain
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.ops.clipping import Clip
from engine.ops.conversion import astype, ones_like, zeros_like
from engine.ops.exponential import exp, log
from engine.ops.piecewise import absolute, infinite, sign, step, where

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Cbrt", "EWisePow", "PowerScalar", "Reciprocal", "Rsqrt", "Sqrt", "Square", "cbrt", "power",
    "power_scalar", "reciprocal", "rsqrt", "sqrt", "square",
]  # fmt: skip


@op(POSITIVE, REALS)
class EWisePow(Elementwise, Binary):
    """yᵢ = aᵢ ^ bᵢ, for aᵢ > 0; shapes broadcast.

    Values outside (aᵢ ≤ 0) follow NumPy. The adjoint of a is right there too, wherever aᵢ ^ bᵢ has one;
    that of b is 0 at aᵢ = 0 ≤ bᵢ, −∞ at aᵢ = 0 > bᵢ, and NaN for aᵢ < 0, where the power is defined for whole
    bᵢ only. At ±∞ both are their limits: 0 where aᵢ ^ bᵢ is 0.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return a**b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_base, by_exponent = self._slopes(a, b, node)
        return sum_to(out_grad * by_base, a), sum_to(out_grad * by_exponent, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        by_base, by_exponent = self._slopes(a, b, node)
        return da * by_base, db * by_exponent

    def _slopes(self, a: Tensor, b: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        """b aᵇ⁻¹ and aᵇ log a, in y's dtype, where 0 · ∞ is kept from arising.

        A power that overflows or has lost digits is taken by halves.
        """
        a, b = astype(a, node.dtype), astype(b, node.dtype)
        ends = _at_the_ends(a, b)
        inner = tuple(where(ends, 1.0, each) for each in (a, b, node))
        outer = tuple(where(ends, each, 1.0) for each in (a, b, node))
        pairs = zip(self._outer_slopes(*outer), self._inner_slopes(*inner), strict=True)
        by_base, by_exponent = (where(ends, far, near) for far, near in pairs)
        return by_base, by_exponent

    def _outer_slopes(self, a: Tensor, b: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        """Both at 0 and ±∞, and where aᵇ is constant: what multiplies an ∞ there is left out."""
        size, sure = absolute(a.detach()), b.detach()
        gone = infinite(sure) * step((1 - size) * sure)
        left_out = _constant(a, b) + gone
        power = where(left_out, 1.0, a) ** where(left_out, 1.0, b - 1)
        by_base = where(gone, 0.0, b) * power
        flat = _zero(size) * (1 - step(-sure)) + infinite(size) * step(a.detach()) * step(-sure)
        return by_base, node * log(where(flat, 1.0, a))

    def _inner_slopes(self, a: Tensor, b: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        """Both at finite numbers that are not 0."""
        far = _far(a, node)
        half = where(far, a, 1.0) ** (_bounded(b) / 2)
        by_halves = half * log(where(half.detach(), a, 1.0)) * half
        return self._slope(a, b, node), where(far, by_halves, where(far, 0.0, node) * log(a))

    def _slope(self, a: Tensor, b: Tensor, node: Tensor) -> Tensor:
        """b aᵇ⁻¹, the rounding of b − 1 made up for; for −1 < b < ½, where aᵇ⁻¹ is largest, (b/a) aᵇ."""
        somewhere = (absolute(a) + absolute(b)).detach()
        exponent = where(somewhere, b - 1, ones_like(b))
        low = step(b.detach() + 1) * step(0.5 - b.detach()) * step(a.detach())
        plain = a ** where(low, 0.0, exponent)
        far = _far(a, plain)
        bounded = _bounded(exponent)
        half = where(far, a, 1.0) ** (bounded / 2)
        power = where(far, _bounded(b) * half * half, where(far, 0.0, b) * where(far, 1.0, plain))
        return where(low, b / where(low, a, 1.0) * where(low, node, 1.0), power * self._rest(a, b))

    def _rest(self, a: Tensor, b: Tensor) -> Tensor:
        """What aᵇ⁻¹ is of the power to b − 1 as it is rounded, as a constant: aᵉ for its error e.

        Where e log a is not small, every power is 0 or ∞.
        """
        a, b = a.detach(), b.detach()
        error = -1 - ((b - 1) - b)
        large = step(absolute(b) - 1) * step(MOST - absolute(b)) * step(absolute(a))
        return exp(Clip(-1.0, 1.0)(where(large, error, 0.0) * log(where(large, absolute(a), 1.0))))


power: EWisePow = EWisePow()

MOST = 1e30
"""A larger exponent has no power but 0, 1 and ∞ of any float but 1 itself."""


def _bounded(exponent: Tensor) -> Tensor:
    """The exponent, or one with which what is 0 or ∞ is so, too, and of which the square is finite."""
    most = 1e4 / float(np.finfo(exponent.dtype).eps)
    return Clip(-most, most)(exponent)


def _far(a: Tensor, power: Tensor) -> Tensor:
    """1 where a power of a > 0 is so small that it has lost digits, or infinite; 0 elsewhere."""
    size = power.detach()
    least = float(np.sqrt(np.finfo(size.dtype).tiny)) ** 1.5
    return step(a.detach()) * (step(least - size) + step(size - float(np.finfo(size.dtype).max)))


def _constant(a: Tensor, b: Tensor) -> Tensor:
    """1 where b is 0 and 1/a overflows, or is NaN: aᵇ is constant, whatever a is."""
    return _zero(b.detach()) * (1 - step(absolute(a.detach()) - 1 / float(np.finfo(a.dtype).max)))


def _at_the_ends(a: Tensor, b: Tensor) -> Tensor:
    """1 where a is 0, a or b is ±∞, or aᵇ is constant; 0 elsewhere."""
    some = _zero(a.detach()) + infinite(a) + infinite(b) + _constant(a, b)
    return step(some)


def _zero(a: Tensor) -> Tensor:
    """1 where a is 0, 0 elsewhere, at NaN too."""
    return step(1 - absolute(sign(a)))


@op(REALS)
class PowerScalar(Elementwise, Unary):
    """yᵢ = aᵢ ^ n, for the number n = ``scalar``; for n < 0, aᵢ ≠ 0; for a fraction n, aᵢ > 0."""

    scalar: float

    def compute(self, a: Array) -> Array:
        return a**self.scalar

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """n aⁿ⁻¹; a⁰ is constant, at 0 as well."""
        return zeros_like(a) if self.scalar == 0 else self.scalar * a ** (self.scalar - 1)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (2.0, 1.0, 0.0, 3.0, -1.0, -2.0, 0.5, -1.5))

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        if not float(self.scalar).is_integer():
            return (POSITIVE,)
        return general if self.scalar >= 0 else (NONZERO,)


def power_scalar(a: Tensor, scalar: float) -> Tensor:
    """a ^ n; a keeps its dtype."""
    return PowerScalar(scalar)(a)


@op(POSITIVE)
class Sqrt(Elementwise, Unary):
    """yᵢ = √aᵢ, for aᵢ > 0; at 0 the value is 0 and the derivative ∞."""

    def compute(self, a: Array) -> Array:
        return np.sqrt(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad / (2 * node + 0.0)  # −0 + 0 is 0

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent / (2 * node + 0.0)


sqrt: Sqrt = Sqrt()


@op(REALS)
class Square(Elementwise, Unary):
    """yᵢ = aᵢ²."""

    def compute(self, a: Array) -> Array:
        return a * a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * (2 * node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * (2 * node.inputs[0])


square: Square = Square()


@op(NONZERO)
class Reciprocal(Elementwise, Unary):
    """yᵢ = 1 / aᵢ, for aᵢ ≠ 0, with y′ = −y²."""

    def compute(self, a: Array) -> Array:
        return 1 / a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad * node * node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent * node * node)


reciprocal: Reciprocal = Reciprocal()


@op(POSITIVE)
class Rsqrt(Elementwise, Unary):
    """yᵢ = 1 / √aᵢ, for aᵢ > 0, with y′ = −y / 2a; at 0 the value is ∞ and the derivative −∞."""

    def compute(self, a: Array) -> Array:
        return 1 / np.sqrt(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -0.5 * out_grad * node / node.inputs[0]

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -0.5 * in_tangent * node / node.inputs[0]


rsqrt: Rsqrt = Rsqrt()


@op(NONZERO, analytic=False)
class Cbrt(Elementwise, Unary):
    """yᵢ = ∛aᵢ, the real cube root, with y′ = 1 / 3y²; at 0 the value is 0 and the derivative ∞."""

    def compute(self, a: Array) -> Array:
        wide = np.result_type(a.dtype, np.float64)  # in float32 np.cbrt is off by nearly two units
        return computed(computed(np.cbrt(a.astype(wide))).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node)

    def _slope(self, node: Tensor) -> Tensor:
        """(1/y)² / 3, of which the derivative is no ∞ / ∞ where y is ±∞."""
        inverse = reciprocal(node)
        return inverse * inverse / 3


cbrt: Cbrt = Cbrt()


def one_minus_square(a: Tensor) -> Tensor:
    """1 − a². Near ±1 it is (1 − a)(1 + a), which cancels nothing; near 0 the derivative of that would."""
    middle = step(0.5 - absolute(a.detach()))
    return where(middle, 1 - a * a, (1 - a) * (1 + a))
