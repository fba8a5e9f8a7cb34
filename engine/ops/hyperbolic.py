"""Hyperbolic functions and their inverses; tanh stands with the sigmoid, in ``exponential``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.kinds import Elementwise, Unary
from engine.ops.piecewise import absolute, step, where
from engine.ops.powers import one_minus_square, reciprocal, rsqrt, sqrt

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Arccosh", "Arcsinh", "Arctanh", "Cosh", "Sinh", "arccosh", "arcsinh", "arctanh", "cosh", "sinh"]


@op(REALS)
class Sinh(Elementwise, Unary):
    """yᵢ = sinh aᵢ."""

    def compute(self, a: Array) -> Array:
        return np.sinh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * cosh(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * cosh(node.inputs[0])


sinh: Sinh = Sinh()


@op(REALS)
class Cosh(Elementwise, Unary):
    """yᵢ = cosh aᵢ."""

    def compute(self, a: Array) -> Array:
        return np.cosh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * sinh(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * sinh(node.inputs[0])


cosh: Cosh = Cosh()


@op(REALS)
class Arcsinh(Elementwise, Unary):
    """yᵢ = arsinh aᵢ, with y′ = 1 / √(1 + a²)."""

    def compute(self, a: Array) -> Array:
        return np.arcsinh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """1 / √(1 + a²); beyond ±1 it is |1/a| / √(1 + 1/a²), in which nothing overflows."""
        far = step(absolute(a.detach()) - 1)
        large, small = where(far, a, 1.0), where(far, 0.0, a)
        inverse = reciprocal(large)
        return where(far, absolute(inverse) / sqrt(1 + inverse * inverse), 1 / sqrt(1 + small * small))


arcsinh: Arcsinh = Arcsinh()


@op(Domain(low=1.0))
class Arccosh(Elementwise, Unary):
    """yᵢ = arcosh aᵢ, for aᵢ > 1, with y′ = 1 / √(a² − 1); at 1 the value is 0 and the derivative ∞."""

    def compute(self, a: Array) -> Array:
        return np.arccosh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """1 / √(a² − 1), as a product in which nothing cancels or overflows."""
        return rsqrt(a - 1) * rsqrt(a + 1)


arccosh: Arccosh = Arccosh()


@op(Domain(low=-1.0, high=1.0))
class Arctanh(Elementwise, Unary):
    """yᵢ = artanh aᵢ, for −1 < aᵢ < 1, with y′ = 1 / (1 − a²)."""

    def compute(self, a: Array) -> Array:
        return np.arctanh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad / one_minus_square(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent / one_minus_square(node.inputs[0])


arctanh: Arctanh = Arctanh()
