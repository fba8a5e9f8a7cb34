"""Ops that are wrong at a kink alone, and there in both modes alike."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array, select
from engine.catalogue import op
from engine.domain import KINK_AT_0, Domain
from engine.kinds import Elementwise, Unary
from engine.tensor import Tensor
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of


def leak_that_counts_both_sides() -> Row:
    """At 0 the slopes 1/2 and 1 are added up, where a mask of ≤ meets one of ≥; no convention is declared."""

    @op(KINK_AT_0)
    class Leak(Elementwise, Unary):
        """yᵢ = aᵢ for aᵢ > 0, else aᵢ/2."""

        def compute(self, a: Array) -> Array:
            return select(a > 0, a, a / 2)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * _slope(node.inputs[0].detach())

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * _slope(node.inputs[0].detach())

    def _slope(a: Tensor) -> Tensor:
        at_least, at_most = 1 - ops.step(-a), 1 - ops.step(a)  # wrong: one of them is strict
        return at_least + at_most / 2

    refer_entry(Leak, lambda op, x: x[0] if x[0] > 0.0 else x[0] * 0.5)
    return row_of(Leak())


def ramp_that_shares_at_its_kink() -> Row:
    """At 0 the derivative is that of (a + |a|)/2: 1/2 lies between the sides, and is not what is declared."""

    @op(Domain(kinks=(0.0,), share=0.0))
    class Ramp(Elementwise, Unary):
        """yᵢ = max(aᵢ, 0). At 0 the derivative is 0."""

        def compute(self, a: Array) -> Array:
            return np.maximum(a, 0)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * _half_open(node.inputs[0].detach())

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * _half_open(node.inputs[0].detach())

    def _half_open(a: Tensor) -> Tensor:
        return (1 + ops.sign(a)) / 2  # wrong: step(a)

    refer_entry(Ramp, lambda op, x: x[0] if x[0] > 0.0 else x[0].constant(0.0))
    return row_of(Ramp())
