"""Smooth activations of neural networks, with derivatives that keep their digits in the tails.

The derivatives of silu and gelu are sums that cancel near −1. They are computed in float64 also for float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, BoolArray, Shape, real_part, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.dtype import FLOAT64
from engine.errors import ParameterError
from engine.kinds import Elementwise, Unary
from engine.ops.clipping import Clip
from engine.ops.conversion import astype
from engine.ops.error_function import DENSITY_AT_0, gaussian, ndtr, tanh_ndtr
from engine.ops.exponential import exp, sigmoid, tanh
from engine.ops.piecewise import absolute, brought_in, step, where

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Elu", "Gelu", "LogSigmoid", "Silu", "Softplus", "Softsign", "Tanhshrink", "elu", "gelu",
    "log_sigmoid", "silu", "softplus", "softsign", "swish", "tanhshrink",
]  # fmt: skip

_SERIES_TERMS = 12
"""Terms of the series of tanhshrink: as many as the widest float wants within ±1."""


@op(REALS)
class LogSigmoid(Elementwise, Unary):
    """yᵢ = log σ(aᵢ) = min(aᵢ, 0) − log(1 + exp(−|aᵢ|)), with y′ = σ(−a)."""

    def compute(self, a: Array) -> Array:
        return -softplus.compute(-a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * sigmoid(-node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * sigmoid(-node.inputs[0])


log_sigmoid: LogSigmoid = LogSigmoid()


@op(REALS)
class Softplus(Elementwise, Unary):
    """yᵢ = log(1 + exp aᵢ) = max(aᵢ, 0) + log(1 + exp(−|aᵢ|)), with y′ = σ(a)."""

    def compute(self, a: Array) -> Array:
        small = np.log1p(np.exp(select(a >= 0, -a, a)))
        return select(a >= 0, a + small, small)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * sigmoid(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * sigmoid(node.inputs[0])


softplus: Softplus = Softplus()


def _gated(a: Array, gate: Array) -> Array:
    """a times the gate; −0 where it is shut, which is at −∞ too."""
    return select(gate == 0, np.full_like(a, -1.0), a) * gate


@op(REALS)
class Silu(Elementwise, Unary):
    """yᵢ = aᵢ σ(aᵢ), 0 at −∞, with y′ = σ(a) (1 + a σ(−a))."""

    def compute(self, a: Array) -> Array:
        return _gated(a, sigmoid.compute(a))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """Where σ(−a) rounds to 1 it is (1 + a) exp a, by halves: exp a alone may have lost digits there."""
        wide = brought_in(astype(a, FLOAT64))
        tail = step(-40 - wide.detach())
        body, far = where(tail, 0.0, wide), where(tail, wide, 0.0)
        half = exp(far / 2)
        slope = where(tail, half * (1 + far) * half, sigmoid(body) * (1 + body * sigmoid(-body)))
        return astype(slope, a.dtype)


silu: Silu = Silu()
swish: Silu = silu


@op(Domain(kinks=(0.0,), share=0.0))
class Softsign(Elementwise, Unary):
    """yᵢ = aᵢ / (1 + |aᵢ|), with y′ = 1 / (1 + |a|)²; at 0 y′ is 1 and has a kink."""

    def compute(self, a: Array) -> Array:
        size = select(a >= 0, a, -a)
        endless: BoolArray = size == inf
        return select(endless, np.sign(a), a) / select(endless, np.ones_like(size), 1 + size)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        size = 1 + absolute(node.inputs[0])
        return out_grad / size / size

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        size = 1 + absolute(node.inputs[0])
        return in_tangent / size / size


softsign: Softsign = Softsign()


@op(REALS)
class Gelu(Elementwise, Unary):
    """yᵢ = aᵢ Φ(aᵢ), Φ the normal distribution function, with y′ = Φ(a) + a φ(a), φ = Φ′.

    ``approximate``: ``"none"``, or ``"tanh"`` for the Φ of ``TanhNdtr``.
    """

    approximate: str

    def __post_init__(self) -> None:
        if self.approximate not in {"none", "tanh"}:
            raise ParameterError(
                "Gelu", f"approximate={self.approximate!r}", "'none' or 'tanh'", "choose one of the two"
            )

    def compute(self, a: Array) -> Array:
        return _gated(a, (ndtr if self.approximate == "none" else tanh_ndtr).compute(a))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        wide = brought_in(astype(a, FLOAT64))
        return astype((_slope_by_erf if self.approximate == "none" else _slope_by_tanh)(wide), a.dtype)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, ("none", "tanh"))


def _slope_by_erf(a: Tensor) -> Tensor:
    """Φ(a) + a φ(a); far below 0 with φ by halves: φ may have lost digits where a φ has not."""
    tail = step(-36 - a.detach())
    body, far = where(tail, 0.0, a), where(tail, a, 0.0)
    half = gaussian(far, 0.25)
    product = where(tail, half * far * half, body * gaussian(body, 0.5))
    return ndtr(a) + DENSITY_AT_0 * product


def _slope_by_tanh(a: Tensor) -> Tensor:
    """Φ(a) + a Φ′(a) for that Φ; far below 0, where Φ′ = Φ u′, Φ (1 + a u′) by halves, with √Φ."""
    near, far = Clip(-50.0, 50.0)(a), step(-21 - a.detach())
    half = tanh_ndtr.exp(where(far, near, 0.0), 0.5)
    body = where(far, 0.0, near)
    return where(
        far, half * (1 + near * tanh_ndtr.speed(near)) * half, tanh_ndtr(body) + body * tanh_ndtr.slope(body)
    )


def gelu(a: Tensor, approximate: str = "none") -> Tensor:
    """a Φ(a), or its approximation by tanh."""
    return Gelu(approximate)(a)


@op(Domain(kinks=(0.0,), share=0.0))
class Elu(Elementwise, Unary):
    """yᵢ = aᵢ for aᵢ > 0, else α (exp(aᵢ) − 1), for the number α = ``alpha``. At 0 the derivative is α."""

    alpha: float

    def __post_init__(self) -> None:
        if not -inf < self.alpha < inf:
            raise ParameterError("Elu", f"alpha {self.alpha}", "a finite number", "the usual one is 1.0")

    def compute(self, a: Array) -> Array:
        return select(a > 0, a, self.alpha * np.expm1(select(a > 0, np.zeros_like(a), a)))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        above = step(a.detach())
        return where(above, 1.0, self.alpha * exp(where(above, 0.0, a)))

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 0.5, 2.0))


def elu(a: Tensor, alpha: float = 1.0) -> Tensor:
    """a above 0, alpha · (exp a − 1) below."""
    return Elu(real_number("elu", "alpha", alpha))(a)


@op(REALS)
class Tanhshrink(Elementwise, Unary):
    """yᵢ = aᵢ − tanh aᵢ, with y′ = tanh² a."""

    def compute(self, a: Array) -> Array:
        near: BoolArray = np.abs(real_part(a)) < 1
        small, large = select(near, a, np.zeros_like(a)), select(near, np.ones_like(a), a)
        return select(near, self._series(small), large - np.tanh(large))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        root = tanh(node.inputs[0])
        return out_grad * (root * root)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        root = tanh(node.inputs[0])
        return in_tangent * (root * root)

    def _series(self, a: Array) -> Array:
        """(a cosh a − sinh a) / cosh a, the difference by its series Σ 2k a²ᵏ⁺¹ / (2k + 1)!."""
        square, total = a * a, np.zeros_like(a)
        for k in range(_SERIES_TERMS, 1, -1):
            total = (total + 1) * square / (2 * (k - 1) * (2 * k + 1))
        return (total + 1) * square * a / 3 / np.cosh(a)


tanhshrink: Tanhshrink = Tanhshrink()
