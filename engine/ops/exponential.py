"""Exp, log and the functions made of them.

The derivatives of tanh and sigmoid are written as products of sigmoids. The usual 1 − tanh² and s(1 − s)
subtract two nearly equal numbers in the tails and lose every digit there; a product loses none.
"""

from __future__ import annotations

from math import log as log_of
from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array, select
from engine.catalogue import op
from engine.domain import POSITIVE, REALS
from engine.kinds import Elementwise, Unary

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Exp", "Exp2", "Expm1", "Log", "Sigmoid", "Tanh", "exp", "exp2", "expm1", "log", "sigmoid", "tanh",
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
        return out_grad * (node * sigmoid(-node.inputs[0]))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * (node * sigmoid(-node.inputs[0]))


sigmoid: Sigmoid = Sigmoid()


@op(REALS)
class Tanh(Elementwise, Unary):
    """yᵢ = tanh aᵢ, with tanh′(a) = 4 σ(2a) σ(−2a)."""

    def compute(self, a: Array) -> Array:
        return np.tanh(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        twice = 2 * node.inputs[0]
        return out_grad * (4 * sigmoid(twice) * sigmoid(-twice))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        twice = 2 * node.inputs[0]
        return in_tangent * (4 * sigmoid(twice) * sigmoid(-twice))


tanh: Tanh = Tanh()


@op(REALS)
class Exp2(Elementwise, Unary):
    """yᵢ = 2 ^ aᵢ, with y′ = y log 2."""

    def compute(self, a: Array) -> Array:
        return np.exp2(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * (log_of(2.0) * node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * (log_of(2.0) * node)


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
