"""Exp, log and the functions made of them.

The derivatives of tanh and sigmoid are written as products of sigmoids. The usual 1 − tanh² and s(1 − s)
subtract two nearly equal numbers in the tails and lose every digit there; a product loses none. That product
is an op of its own, ``LogisticDensity``: by the product rule its derivative would cancel near 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from math import log as log_of
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import POSITIVE, REALS
from engine.errors import ParameterError
from engine.kinds import Elementwise, Unary
from engine.ops.piecewise import step

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Exp", "Exp2", "Expm1", "Log", "LogisticDensity", "Sigmoid", "Tanh", "exp", "exp2", "expm1", "log",
    "logistic_density", "sigmoid", "tanh",
]  # fmt: skip


@op(REALS)
class Exp(Elementwise, Unary):
    """yᵢ = exp aᵢ."""

    def compute(self, a: Array) -> Array:
        return np.exp(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * node

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * node


exp: Exp = Exp()


@op(POSITIVE)
class Log(Elementwise, Unary):
    """yᵢ = log aᵢ (natural), for aᵢ > 0."""

    def compute(self, a: Array) -> Array:
        return np.log(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad / node.inputs[0]

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent / node.inputs[0]


log: Log = Log()


@op(REALS)
class Sigmoid(Elementwise, Unary):
    """yᵢ = σ(aᵢ) = 1 / (1 + exp(−aᵢ)), with σ′(a) = σ(a) σ(−a)."""

    def compute(self, a: Array) -> Array:
        small = np.exp(select(a >= 0, -a, a))
        return select(a >= 0, 1 / (1 + small), small / (1 + small))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * _DENSITY(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * _DENSITY(node.inputs[0])


sigmoid: Sigmoid = Sigmoid()


@op(REALS)
class LogisticDensity(Elementwise, Unary):
    """yᵢ = c σ(aᵢ) σ(−aᵢ), for the number c = ``factor``; with c = 1 it is σ′. y′ = −y tanh(a/2).

    It is computed as c (s − s²) with s = σ(−|a|) ≤ ½, in which nothing cancels.
    """

    factor: float

    def __post_init__(self) -> None:
        if not isfinite(self.factor):
            raise ParameterError(
                "LogisticDensity", f"factor {self.factor}", "a finite number", "the usual one is 1.0"
            )

    def compute(self, a: Array) -> Array:
        wide = np.result_type(a.dtype, np.float64)
        y = sigmoid.compute(computed(select(a >= 0, -a, a).astype(wide)))
        return computed(computed(self.factor * (y - y * y)).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad * node * tanh(node.inputs[0] / 2))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent * node * tanh(node.inputs[0] / 2))

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 4.0))


_DENSITY: LogisticDensity = LogisticDensity(1.0)
_FOUR_DENSITIES: LogisticDensity = LogisticDensity(4.0)


def logistic_density(a: Tensor, factor: float = 1.0) -> Tensor:
    """factor · σ(a) σ(−a). Raises ``ParameterError``."""
    return LogisticDensity(real_number("logistic_density", "factor", factor))(a)


@op(REALS)
class Tanh(Elementwise, Unary):
    """yᵢ = tanh aᵢ, with tanh′(a) = 4 σ(2a) σ(−2a)."""

    def compute(self, a: Array) -> Array:
        return np.tanh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * _FOUR_DENSITIES(2 * node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * _FOUR_DENSITIES(2 * node.inputs[0])


tanh: Tanh = Tanh()


@op(REALS)
class Exp2(Elementwise, Unary):
    """yᵢ = 2 ^ aᵢ, with y′ = y log 2."""

    def compute(self, a: Array) -> Array:
        return np.exp2(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """2ᵃ log 2; for a ≥ 1 as 2ᵃ⁻¹ log 4, which is finite wherever the slope is. a − 1 is exact there."""
        above = step(a.detach() - 1)
        return log_of(2.0) * (1 + above) * self(a - above)


exp2: Exp2 = Exp2()


@op(REALS)
class Expm1(Elementwise, Unary):
    """yᵢ = exp(aᵢ) − 1. The derivative is exp a: y + 1 would lose it for a far below 0."""

    def compute(self, a: Array) -> Array:
        return np.expm1(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * exp(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * exp(node.inputs[0])


expm1: Expm1 = Expm1()
