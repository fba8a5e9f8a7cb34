"""Lines above 0 that bend into an exponential below it, and one that is smooth throughout.

The derivatives are computed in float64 also for float32: that of ``Mish`` is a sum that cancels near −1, and
that of ``Celu`` wants more digits of a / α than the result has.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import frexp, inf, ldexp
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.dtype import FLOAT64
from engine.errors import ParameterError
from engine.kinds import Elementwise, Unary
from engine.ops.conversion import astype
from engine.ops.exponential import exp
from engine.ops.piecewise import step, where
from engine.ops.rounding import round

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Celu", "Mish", "Selu", "celu", "mish", "selu"]

FAR = 800.0
"""exp(−FAR) is 0 in float64."""
SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717
"""With these, standardised inputs of a deep network stay so (G. Klambauer et al., Self-Normalizing Neural
Networks, NIPS 2017, section 2)."""


@op(Domain(kinks=(0.0,), share=0.0))
class Celu(Elementwise, Unary):
    """yᵢ = aᵢ for aᵢ > 0, else α (exp(aᵢ / α) − 1), for the number α = ``alpha`` > 0.

    The derivative is 1, or exp(a / α); at 0 it is 1 and has a kink.
    """

    alpha: float

    def __post_init__(self) -> None:
        if not 0 < self.alpha < inf:
            raise ParameterError("Celu", f"alpha {self.alpha}", "a finite number > 0", "the usual one is 1.0")

    def compute(self, a: Array) -> Array:
        below = np.maximum(select(a > 0, np.zeros_like(a), a), -FAR * self.alpha)
        return select(a > 0, a, self.alpha * np.expm1(below / self.alpha))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """exp(q) exp((a − α q) / α) below 0, for a q so short that α q is exact in two parts.

        a / α may be off by half a unit of its last place, which is hundreds of units of its exponential.
        """
        wide = astype(a, FLOAT64)
        above, far = step(wide.detach()), step(-wide.detach() - FAR * self.alpha)
        outside = above + far
        near = where(outside, 0.0, wide)
        short = round(near.detach() / self.alpha * 256) / 256
        fraction, exponent = frexp(self.alpha)
        first = ldexp(int(fraction * 2**24), exponent - 24)
        left = (near - short * first - short * (self.alpha - first)) / self.alpha
        return astype(where(outside, above, exp(short) * exp(left)), a.dtype)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 0.5, 2.0, 0.75))


def celu(a: Tensor, alpha: float = 1.0) -> Tensor:
    """a above 0, alpha · (exp(a / alpha) − 1) below. Raises ``ParameterError`` unless alpha > 0."""
    return Celu(real_number("celu", "alpha", alpha))(a)


@op(Domain(kinks=(0.0,), share=0.0))
class Selu(Elementwise, Unary):
    """yᵢ = s aᵢ for aᵢ > 0, else s α (exp(aᵢ) − 1), for s = 1.0507… and α = 1.6732….

    The derivative is s, or s α exp a; at 0 it is s α.
    """

    def compute(self, a: Array) -> Array:
        below = np.expm1(select(a > 0, np.zeros_like(a), a))
        return select(a > 0, SELU_SCALE * a, SELU_SCALE * SELU_ALPHA * below)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        above = step(a.detach())
        return where(above, SELU_SCALE, SELU_SCALE * SELU_ALPHA * exp(where(above, 0.0, a)))


selu: Selu = Selu()


@op(REALS)
class Mish(Elementwise, Unary):
    """yᵢ = aᵢ tanh(log(1 + exp aᵢ)) = aᵢ (w² + 2w) / (w² + 2w + 2), with w = exp aᵢ.

    The derivative is w (w³ + 4w² + 6w + 4 + 4a (w + 1)) / (w² + 2w + 2)², which with n = 1/w is
    1 + n² (4a − 2 + (4a − 4) n − 4n²) / (1 + 2n + 2n²)².
    """

    def compute(self, a: Array) -> Array:
        positive = a > 0
        negative = np.maximum(select(positive, np.zeros_like(a), a), -2 * FAR)  # not −∞ · 0
        half = np.exp(select(positive, -a, negative) / 2)
        small = half * half
        below = half * negative * half * (2 + small) / (2 + small * (2 + small))
        return select(positive, a * (1 + 2 * small) / (1 + 2 * small * (1 + small)), below)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """Where w + 1 rounds to 1 it is (1 + a) w, by halves: w alone may have lost digits there."""
        wide = astype(a, FLOAT64)
        at = wide.detach()
        above, tail = step(at), step(-40 - at)
        large = where(step(at) * step(FAR - at), wide, FAR)
        far = where(tail * step(2 * FAR + at), wide, -2 * FAR)
        half = exp(far / 2)
        below = where(tail, half * (1 + far) * half, _slope_below(where(above + tail, 0.0, wide)))
        return astype(where(above, _slope_above(large), below), a.dtype)


mish: Mish = Mish()


def _slope_above(a: Tensor) -> Tensor:
    n = exp(-a)
    size = 1 + 2 * n * (1 + n)
    return 1 + n * n * (4 * a - 2 + n * (4 * a - 4 - 4 * n)) / (size * size)


def _slope_below(a: Tensor) -> Tensor:
    w = exp(a)
    size = 2 + w * (2 + w)
    return w * (4 + w * (6 + w * (4 + w)) + 4 * a * (1 + w)) / (size * size)
