"""Rules that are right on paper, and wrong in floats where the other laws do not look: in the tails."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array
from engine.catalogue import op
from engine.domain import NONZERO, REALS
from engine.graph import Op
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.references import REFERENCES
from properties.rows import Row
from properties.truths import TRUTHS
from tests.properties.planted.bug import row_of


def _in_place_of(right: type[Op], wrong: Op) -> Row:
    """The row of an op that is defined as another one is."""
    define, truth = REFERENCES[right], TRUTHS[right]
    REFERENCES[type(wrong)] = lambda _, grids: define(right(), grids)
    TRUTHS[type(wrong)] = truth.spoken_for(right())
    return row_of(wrong)


def tanh_that_subtracts() -> Row:
    """tanh′ as 1 − tanh², which is 0 beyond 20."""

    @op(REALS)
    class CancellingTanh(Elementwise, Unary):
        """yᵢ = tanh aᵢ."""

        def compute(self, a: Array) -> Array:
            return np.tanh(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (1 - node * node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * (1 - node * node)

    return _in_place_of(ops.Tanh, CancellingTanh())


def sigmoid_that_subtracts() -> Row:
    """σ′ as σ (1 − σ), which is 0 beyond 37."""

    @op(REALS)
    class CancellingSigmoid(Elementwise, Unary):
        """yᵢ = σ(aᵢ)."""

        def compute(self, a: Array) -> Array:
            return ops.sigmoid.compute(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (node * (1 - node))

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * (node * (1 - node))

    return _in_place_of(ops.Sigmoid, CancellingSigmoid())


def sigmoid_by_the_product_rule() -> Row:
    """σ′ as σ(a) σ(−a), whose own derivative is a difference of nearly equal numbers near 0."""

    @op(REALS)
    class ProductSigmoid(Elementwise, Unary):
        """yᵢ = σ(aᵢ)."""

        def compute(self, a: Array) -> Array:
            return ops.sigmoid.compute(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (node * self(-node.inputs[0]))

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * (node * self(-node.inputs[0]))

    return _in_place_of(ops.Sigmoid, ProductSigmoid())


def softplus_that_overflows() -> Row:
    """The rule of log(1 + exp a) as it stands: exp a / (1 + exp a), which is ∞ / ∞ beyond 710."""

    @op(REALS)
    class OverflowingSoftplus(Elementwise, Unary):
        """yᵢ = log(1 + exp aᵢ)."""

        def compute(self, a: Array) -> Array:
            return ops.softplus.compute(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            power = ops.exp(node.inputs[0])
            return out_grad * (power / (1 + power))

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            power = ops.exp(node.inputs[0])
            return in_tangent * (power / (1 + power))

    return _in_place_of(ops.Softplus, OverflowingSoftplus())


def expm1_that_adds() -> Row:
    """The derivative of exp(a) − 1 as y + 1, which is 0 below −37."""

    @op(REALS)
    class AddingExpm1(Elementwise, Unary):
        """yᵢ = exp(aᵢ) − 1."""

        def compute(self, a: Array) -> Array:
            return np.expm1(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (node + 1)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * (node + 1)

    return _in_place_of(ops.Expm1, AddingExpm1())


def cube_root_that_divides_last() -> Row:
    """(1/y)² / 3, whose own derivative overflows before it is divided."""

    @op(NONZERO)
    class LateCbrt(Elementwise, Unary):
        """yᵢ = ∛aᵢ."""

        def compute(self, a: Array) -> Array:
            return ops.cbrt.compute(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            inverse = ops.reciprocal(node)
            return out_grad * (inverse * inverse / 3)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            inverse = ops.reciprocal(node)
            return in_tangent * (inverse * inverse / 3)

    return _in_place_of(ops.Cbrt, LateCbrt())


def log_add_exp_of_a_difference() -> Row:
    """σ(a − b) of the rounded difference, which is hundreds of units off in the tails."""

    @op(REALS, REALS)
    class RoundingLogAddExp(Elementwise, Binary):
        """yᵢ = log(exp aᵢ + exp bᵢ)."""

        def compute(self, a: Array, b: Array) -> Array:
            return ops.logaddexp.compute(a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return sum_to(out_grad * ops.sigmoid(a - b), a), sum_to(out_grad * ops.sigmoid(b - a), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            (a, b), (da, db) = node.inputs, in_tangents
            return da * ops.sigmoid(a - b), db * ops.sigmoid(b - a)

    return _in_place_of(ops.LogAddExp, RoundingLogAddExp())
