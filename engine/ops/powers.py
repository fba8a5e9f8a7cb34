"""Powers, roots and their reciprocals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import NONZERO, POSITIVE, REALS, Domain
from engine.dtype import FLOAT64
from engine.kinds import Elementwise, Unary
from engine.ops.conversion import astype, zeros_like
from engine.ops.piecewise import absolute, step, where
from engine.ops.power_log import PowerLog
from engine.ops.slopes import BySlopes

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Cbrt", "EWisePow", "PowerScalar", "Reciprocal", "Rsqrt", "Sqrt", "Square", "cbrt", "power",
    "power_scalar", "reciprocal", "rsqrt", "sqrt", "square",
]  # fmt: skip


@op(POSITIVE, REALS)
class EWisePow(BySlopes):
    """yᵢ = aᵢ ^ bᵢ, for aᵢ > 0; shapes broadcast.

    Values outside (aᵢ ≤ 0) follow NumPy. The adjoint of a is right there too, wherever aᵢ ^ bᵢ has one;
    that of b is 0 at aᵢ = 0 ≤ bᵢ, −∞ at aᵢ = 0 > bᵢ, and NaN for aᵢ < 0, where the power is defined for whole
    bᵢ only. At ±∞ both are their limits: 0 where aᵢ ^ bᵢ is 0.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return a**b

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """b aᵇ⁻¹ and aᵇ log a."""
        a, b = node.inputs
        return PowerLog(((1, 1, 0),), 1)(a, b), PowerLog(((1, 0, 1),), 0)(a, b)


power: EWisePow = EWisePow()


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
        """n aⁿ⁻¹; a⁰ is constant, at 0 as well. Where |n| < 1, aⁿ⁻¹ may overflow where n aⁿ⁻¹ does not."""
        n = self.scalar
        if n == 0:
            return zeros_like(a)
        if abs(n) >= 1:
            return n * a ** (n - 1)
        return astype(PowerLog(((1, 1, 0),), 1)(astype(a, FLOAT64), a.make_const(n)), a.dtype)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (2.0, 1.0, 0.0, 3.0, -1.0, -2.0, 0.5, -1.5))

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        if not float(self.scalar).is_integer():
            return (POSITIVE,)
        return general if self.scalar >= 0 else (NONZERO,)


def power_scalar(a: Tensor, scalar: float) -> Tensor:
    """a ^ n; a keeps its dtype."""
    return PowerScalar(real_number("power_scalar", "scalar", scalar))(a)


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
        """(1/y) (1/3y): the derivative of (1/y)² / 3 may overflow before the 3, that of 1/y² is ∞ / ∞."""
        inverse = reciprocal(node)
        return inverse / 3 * inverse


cbrt: Cbrt = Cbrt()


def one_minus_square(a: Tensor) -> Tensor:
    """1 − a². Near ±1 it is (1 − a)(1 + a), which cancels nothing; near 0 the derivative of that would."""
    middle = step(0.5 - absolute(a.detach()))
    return where(middle, 1 - a * a, (1 - a) * (1 + a))
