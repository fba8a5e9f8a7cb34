"""Ops and engines that are right in first order and wrong in the derivative of a derivative."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.subject import Mix, Moves
from properties.case import Case
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of


class WaveKernel(Elementwise, Binary):
    """āᵢ = ȳᵢ cos aᵢ, by one kernel with rules written by hand."""

    __slots__ = ()

    def compute(self, a: Array, b: Array) -> Array:
        return a * np.cos(b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        y_bar, a = node.inputs
        return sum_to(out_grad * ops.cos(a), y_bar), out_grad * y_bar * ops.sin(a)  # wrong: −

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        y_bar, a = node.inputs
        dy_bar, da = in_tangents
        return dy_bar * ops.cos(a), -(y_bar * ops.sin(a) * da)


def sine_with_a_slip_in_its_double_backward() -> Row:
    """Only reverse over reverse asks for the adjoint rule of an adjoint rule."""

    @op(REALS)
    class KernelWave(Elementwise, Unary):
        """yᵢ = sin aᵢ."""

        def compute(self, a: Array) -> Array:
            return np.sin(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return WaveKernel()(out_grad, node.inputs[0])

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.cos(node.inputs[0])

    refer_entry(KernelWave, lambda op, x: x[0].sin())
    return row_of(KernelWave())


class OneSlotForTwoLevels(Reference):
    """A tangent stands in a slot of its value: a level writes those of its variables and clears no others.

    Perturbation confusion: where both levels move the same variables, each writes all that it reads.
    """

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        if mix is Mix.FORWARD_OVER_FORWARD:
            inner, outer = {**outer, **inner}, {**inner, **outer}
        return super().second(case, mix, out_grad, inner, outer)


def sine_that_takes_the_cotangent_as_a_constant() -> Row:
    """x̄ depends on x as it should, and no longer on ȳ."""

    @op(REALS)
    class DeafWave(Elementwise, Unary):
        """yᵢ = sin aᵢ."""

        def compute(self, a: Array) -> Array:
            return np.sin(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            known = Tensor.make_const(out_grad.realize_cached_data())  # wrong: out_grad itself
            return known * ops.cos(node.inputs[0])

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.cos(node.inputs[0])

    refer_entry(DeafWave, lambda op, x: x[0].sin())
    return row_of(DeafWave())


class WaveSlope(Elementwise, Unary):
    """yᵢ = cos aᵢ."""

    __slots__ = ()

    def compute(self, a: Array) -> Array:
        return np.cos(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad * ops.sin(node.inputs[0].detach()))  # wrong: detached

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent * ops.sin(node.inputs[0].detach()))  # wrong: detached


def sine_that_bends_twice_only() -> Row:
    """Its slope has a right value and a right derivative, which is a constant."""

    @op(REALS)
    class StiffWave(Elementwise, Unary):
        """yᵢ = sin aᵢ."""

        def compute(self, a: Array) -> Array:
            return np.sin(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * WaveSlope()(node.inputs[0])

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * WaveSlope()(node.inputs[0])

    refer_entry(StiffWave, lambda op, x: x[0].sin())
    return row_of(StiffWave())
