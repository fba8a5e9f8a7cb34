"""Functions of angles in radians, their inverses, and sinc.

1 − a² and 1 + a², of which the derivatives of the inverses are made, are written so that neither they nor
their own derivatives cancel or overflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import factorial, inf, pi
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, BoolArray, Shape, computed, real_part, select
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import ParameterError
from engine.kinds import Elementwise, Unary
from engine.ops.piecewise import absolute, step, where
from engine.ops.powers import one_minus_square, reciprocal, sqrt

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Arccos", "Arcsin", "Arctan", "Cos", "Sin", "Sinc", "Tan", "arccos", "arcsin", "arctan", "cos",
    "sin", "sinc", "tan",
]  # fmt: skip


@op(REALS)
class Sin(Elementwise, Unary):
    """yᵢ = sin aᵢ, aᵢ in radians."""

    def compute(self, a: Array) -> Array:
        return np.sin(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * cos(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * cos(node.inputs[0])


sin: Sin = Sin()


@op(REALS)
class Cos(Elementwise, Unary):
    """yᵢ = cos aᵢ, aᵢ in radians."""

    def compute(self, a: Array) -> Array:
        return np.cos(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad * sin(node.inputs[0]))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent * sin(node.inputs[0]))


cos: Cos = Cos()


@op(Domain(low=-pi / 2, high=pi / 2))
class Tan(Elementwise, Unary):
    """yᵢ = tan aᵢ, with y′ = 1 + y², for −π/2 < aᵢ < π/2.

    The same rules hold between any two neighbouring poles; this branch stands for all.
    """

    def compute(self, a: Array) -> Array:
        wide = np.result_type(a.dtype, np.float64)  # in float32 np.tan is off by more than a unit
        return computed(computed(np.tan(a.astype(wide))).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * (1 + node * node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * (1 + node * node)


tan: Tan = Tan()


@op(Domain(low=-1.0, high=1.0))
class Arcsin(Elementwise, Unary):
    """yᵢ = arcsin aᵢ, for −1 < aᵢ < 1, with y′ = 1 / √(1 − a²); at ±1 the derivative is ∞."""

    def compute(self, a: Array) -> Array:
        return np.arcsin(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad / sqrt(one_minus_square(node.inputs[0]))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent / sqrt(one_minus_square(node.inputs[0]))


arcsin: Arcsin = Arcsin()


@op(Domain(low=-1.0, high=1.0))
class Arccos(Elementwise, Unary):
    """yᵢ = arccos aᵢ, for −1 < aᵢ < 1, with y′ = −1 / √(1 − a²); at ±1 the derivative is −∞."""

    def compute(self, a: Array) -> Array:
        return np.arccos(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad / sqrt(one_minus_square(node.inputs[0])))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent / sqrt(one_minus_square(node.inputs[0])))


arccos: Arccos = Arccos()


@op(REALS)
class Arctan(Elementwise, Unary):
    """yᵢ = arctan aᵢ, with y′ = 1 / (1 + a²)."""

    def compute(self, a: Array) -> Array:
        return np.arctan(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """1 / (1 + a²); beyond ±1 it is (1/a) / (a + 1/a), in which nothing overflows."""
        far = step(absolute(a.detach()) - 1)
        large, small = where(far, a, 1.0), where(far, 0.0, a)
        inverse = reciprocal(large)
        return where(far, inverse / (large + inverse), 1 / (1 + small * small))


arctan: Arctan = Arctan()


FAR = 1e6
"""A whole number that stands for ±∞ where nothing is made of it."""
_TERMS = 24
"""Terms of the series of sinc: as many as the widest float wants where the series is used."""


@op(REALS)
class Sinc(Elementwise, Unary):
    """yᵢ = dⁿs/daⁿ at aᵢ, for s(a) = sin(πa) / πa, s(0) = 1, and the number n = ``order`` ≥ 0.

    Each derivative is of the next order. From a s = sin(πa) / π follows a sₙ + n sₙ₋₁ = πⁿ⁻¹ sin(πa + nπ/2),
    which gives one order after the other away from 0; near 0, where that cancels, stands the power series. At
    ±∞ it is 0.
    """

    order: int

    def __post_init__(self) -> None:
        if self.order < 0:
            raise ParameterError("Sinc", f"order {self.order}", "an order ≥ 0", "count derivatives from 0")

    def compute(self, a: Array) -> Array:
        wide = computed(a.astype(np.result_type(a.dtype, np.float64)))  # differences need more than float32
        endless: BoolArray = np.abs(real_part(wide)) == inf
        wide = select(endless, np.full_like(wide, FAR), wide)
        near: BoolArray = np.abs(real_part(wide)) < (self.order + 1) / 4
        series = self._series(select(near, wide, np.zeros_like(wide)))
        recurrence = self._recurrence(select(near, np.ones_like(wide), wide))
        value = select(endless, np.zeros_like(wide), select(near, series, recurrence))
        return computed(value.astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * Sinc(self.order + 1)(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * Sinc(self.order + 1)(node.inputs[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (0, 1, 2))

    def _series(self, a: Array) -> Array:
        """Σₖ (−1)ᵏ π²ᵏ a²ᵏ⁻ⁿ (2k)! / (2k − n)! (2k + 1)!, over 2k ≥ n."""
        first = (self.order + 1) // 2
        total = np.zeros_like(a)
        for k in reversed(range(first, first + _TERMS)):
            sign = -1 if k % 2 else 1
            total = total * a * a + sign * pi ** (2 * k) / (factorial(2 * k - self.order) * (2 * k + 1))
        return total * a if self.order % 2 else total

    def _recurrence(self, a: Array) -> Array:
        value = _sine_of_half_turns(a, 0) / (pi * a)
        for n in range(1, self.order + 1):
            value = (pi ** (n - 1) * _sine_of_half_turns(a, n) - n * value) / a
        return value


def _sine_of_half_turns(a: Array, quarters: int) -> Array:
    """sin(πa + nπ/2), n = ``quarters``: of what a is off a whole number, which subtraction gives exactly."""
    whole = np.rint(real_part(a))
    odd: BoolArray = 2 * np.rint(whole / 2) != whole
    rest = a - whole
    if quarters % 2:
        rest = 0.5 - select(real_part(rest) < 0, -rest, rest)
    value = np.sin(pi * rest)
    return -select(odd, -value, value) if quarters % 4 > 1 else select(odd, -value, value)


def sinc(a: Tensor) -> Tensor:
    """sin(πa) / πa, and 1 at 0."""
    return Sinc(0)(a)
