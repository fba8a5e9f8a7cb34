"""Ops as a user would add them, right in all that they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Shape, select
from engine.catalogue import op
from engine.domain import NONZERO, REALS, Domain
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of


def log_add_exp() -> Row:
    @op(REALS, REALS)
    class SoftMaximum(Elementwise, Binary):
        """yᵢ = log(exp aᵢ + exp bᵢ); shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return np.logaddexp(a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return sum_to(out_grad * ops.sigmoid(a - b), a), sum_to(out_grad * ops.sigmoid(b - a), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return da * ops.sigmoid(a - b), db * ops.sigmoid(b - a)

    refer_entry(SoftMaximum, lambda op, x: (x[0].exp() + x[1].exp()).log())
    return row_of(SoftMaximum())


def leaky_relu() -> Row:
    @op(Domain(kinks=(0.0,), share=0.0))
    class Slanted(Elementwise, Unary):
        """yᵢ = aᵢ for aᵢ > 0, else c aᵢ, for the number c = ``slope``. At 0 the derivative is c."""

        slope: float

        def compute(self, a: Array) -> Array:
            return select(a > 0, a, self.slope * a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * self._factor(node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * self._factor(node)

        def _factor(self, node: Tensor) -> Tensor:
            return self.slope + (1 - self.slope) * ops.step(node.inputs[0].detach())

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            yield from map(cls, (0.25, 0.0, 1.0))

    refer_entry(Slanted, lambda op, x: x[0] if x[0] > 0.0 else x[0] * op.slope)
    return row_of(Slanted(0.25))


def at_least() -> Row:
    @op(REALS)
    class NoLessThan(Elementwise, Unary):
        """yᵢ = max(aᵢ, c), for the number c = ``least``. At c the derivative is 0."""

        least: float

        def compute(self, a: Array) -> Array:
            return np.maximum(a, self.least)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * self._above(node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * self._above(node)

        def _above(self, node: Tensor) -> Tensor:
            return ops.step(node.inputs[0].detach() - self.least)

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            yield from map(cls, (0.0, 1.5, -2.0))

        def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
            return (Domain(kinks=(self.least,), share=0.0),)

    refer_entry(NoLessThan, lambda op, x: x[0] if x[0] > op.least else x[0].constant(op.least))
    return row_of(NoLessThan(0.0))


def weighted_hinge() -> Row:
    """A value that a rule computes for its mask is not computed in vain."""

    @op(REALS, REALS)
    class WeightedHinge(Elementwise, Binary):
        """yᵢ = bᵢ max(aᵢ − c, 0), for the number c = ``margin``; shapes broadcast. At c ∂y/∂a is 0."""

        margin: float

        def compute(self, a: Array, b: Array) -> Array:
            beyond: Array = np.maximum(a - self.margin, 0)
            return b * beyond

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            beyond = a - self.margin
            mask = ops.step(beyond.detach())
            return sum_to(out_grad * b * mask, a), sum_to(out_grad * ops.relu(beyond), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            beyond = a - self.margin
            return da * b * ops.step(beyond.detach()), db * ops.relu(beyond)

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            yield from map(cls, (0.0, 1.5))

        def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
            return Domain(kinks=(self.margin,)), REALS

    refer_entry(WeightedHinge, lambda op, x: x[1] * (x[0] - op.margin if x[0] > op.margin else 0.0 * x[0]))
    return row_of(WeightedHinge(0.0))


def quotient() -> Row:
    """The rule as it stands in textbooks; of x / x its terms leave an ulp where others cancel exactly."""

    @op(REALS, NONZERO)
    class Quotient(Elementwise, Binary):
        """yᵢ = aᵢ / bᵢ, for bᵢ ≠ 0; shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return a / b

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return sum_to(out_grad / b, a), sum_to(-(out_grad * a) / (b * b), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return da / b, -(db * a) / (b * b)

    refer_entry(Quotient, lambda op, x: x[0] / x[1])
    return row_of(Quotient())


def without_a_second_definition() -> Row:
    @op(REALS)
    class Twice(Elementwise, Unary):
        """yᵢ = 2 aᵢ."""

        def compute(self, a: Array) -> Array:
            return a + a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad + out_grad

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent + in_tangent

    return row_of(Twice())
