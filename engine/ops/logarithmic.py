"""Logarithms other than the natural one, and functions made of them."""

from __future__ import annotations

from math import inf
from math import log as log_of
from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array, BoolArray, computed, real_part, select
from engine.catalogue import op
from engine.domain import POSITIVE, REALS, Domain
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import astype
from engine.ops.exponential import log
from engine.ops.piecewise import absolute, sign, step, where

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Log1p", "Log2", "Log10", "Logit", "Xlogy", "log1p", "log2", "log10", "logit", "xlogy"]


@op(POSITIVE)
class Log2(Elementwise, Unary):
    """yᵢ = log₂ aᵢ, for aᵢ > 0, with y′ = (1 / log 2) / a."""

    def compute(self, a: Array) -> Array:
        return np.log2(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return (1 / log_of(2.0)) * out_grad / node.inputs[0]

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return (1 / log_of(2.0)) * in_tangent / node.inputs[0]


log2: Log2 = Log2()


@op(POSITIVE)
class Log10(Elementwise, Unary):
    """yᵢ = log₁₀ aᵢ, for aᵢ > 0, with y′ = (1 / log 10) / a."""

    def compute(self, a: Array) -> Array:
        return np.log10(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return (1 / log_of(10.0)) * out_grad / node.inputs[0]

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return (1 / log_of(10.0)) * in_tangent / node.inputs[0]


log10: Log10 = Log10()


@op(Domain(low=-1.0))
class Log1p(Elementwise, Unary):
    """yᵢ = log(1 + aᵢ), for aᵢ > −1, with y′ = 1 / (1 + a)."""

    def compute(self, a: Array) -> Array:
        return np.log1p(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad / (1 + node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent / (1 + node.inputs[0])


log1p: Log1p = Log1p()


@op(REALS, POSITIVE)
class Xlogy(Elementwise, Binary):
    """yᵢ = aᵢ log bᵢ, for bᵢ > 0, and 0 where aᵢ = 0; shapes broadcast.

    Where a = 0 and b ≤ 0 both derivatives are 0. For other b < 0 value and derivatives follow NumPy.
    """

    def compute(self, a: Array, b: Array) -> Array:
        nothing: BoolArray = (a == 0) & ((real_part(b) <= 0) | (real_part(b) == inf))
        wide = computed(b.astype(np.result_type(a, b)))  # the logarithm of a float32 has its digits only
        return a * np.log(select(nothing, np.ones_like(wide), wide))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = self._inputs(node)
        return sum_to(out_grad * log(b), node.inputs[0]), sum_to(out_grad * (a / b), node.inputs[1])

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = self._inputs(node)
        da, db = in_tangents
        return da * log(b), db * (a / b)

    def _inputs(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """a and b in y's dtype, with b = 1 where a = 0 and b ≤ 0, so that 0 · ∞ and 0 / 0 cannot arise."""
        a, b = (astype(each, node.dtype) for each in node.inputs)
        unusual = (1 - step(absolute(a.detach()))) * step(1 - sign(b.detach()))
        return a, where(unusual, 1.0, b)


xlogy: Xlogy = Xlogy()


@op(Domain(low=0.0, high=1.0))
class Logit(Elementwise, Unary):
    """yᵢ = log(aᵢ / (1 − aᵢ)), for 0 < aᵢ < 1, with y′ = 1 / a (1 − a); at 0 it is −∞, at 1 ∞."""

    def compute(self, a: Array) -> Array:
        middle: BoolArray = np.abs(real_part(a) - 0.5) < 0.25
        half = np.full_like(a, 0.5)
        centred = 2 * np.arctanh(2 * select(middle, a, half) - 1)
        outer = select(middle, half, a)
        return select(middle, centred, np.log(outer) - np.log1p(-outer))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """1/a + 1/(1 − a); near ½, where the derivative of that cancels, it is 4 / (1 − (2a − 1)²)."""
        middle = step(0.25 - absolute(a.detach() - 0.5))
        centred, outer = 2 * where(middle, a, 0.5) - 1, where(middle, 0.5, a)
        return where(middle, 4 / (1 - centred * centred), 1 / outer + 1 / (1 - outer))


logit: Logit = Logit()
