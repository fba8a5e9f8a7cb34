"""Ops that are wrong in a value or a type, in what they do to their inputs, and at ties and kinks."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array, as_array, select
from engine.catalogue import op
from engine.domain import KINK_AT_0, REALS, Domain
from engine.dtype import DType, promote
from engine.kinds import Binary, Elementwise, Ternary, Unary
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import zeros_like
from engine.tensor import Tensor
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of


def log_cosh_off_by_log_2() -> Row:
    @op(REALS)
    class LogCosh(Elementwise, Unary):
        """yᵢ = log cosh aᵢ."""

        def compute(self, a: Array) -> Array:
            far = np.abs(a)
            return as_array(far + np.log1p(np.exp(-2 * far)))  # wrong: − log 2

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * ops.tanh(node.inputs[0])

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.tanh(node.inputs[0])

    refer_entry(LogCosh, lambda op, x: ((x[0].exp() + (-x[0]).exp()) * 0.5).log())
    return row_of(LogCosh())


def choice_that_tidies_its_marks() -> Row:
    """No value changes by it: a mark that was 2 is 1 afterwards, which chooses the same."""

    @op(Domain(values=(0.0, 2.0)), REALS, REALS)
    class Choice(Elementwise, Ternary):
        """yᵢ = bᵢ where the mark aᵢ ≠ 0, else cᵢ."""

        def compute(self, a: Array, b: Array, c: Array) -> Array:
            if a.flags.writeable:
                np.sign(a, out=a)  # wrong: saves a temporary, and writes into what it was given
            return select(a != 0, b, c)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            mark, a, b = node.inputs
            nothing = zeros_like(out_grad)
            chosen, other = ops.where(mark, out_grad, nothing), ops.where(mark, nothing, out_grad)
            return zeros_like(mark), sum_to(chosen, a), sum_to(other, b)

        def tangent(
            self, in_tangents: tuple[Tensor, Tensor, Tensor], node: Tensor
        ) -> tuple[Tensor, Tensor, Tensor]:
            mark, (_, da, db), nothing = node.inputs[0], in_tangents, zeros_like(node)
            return nothing, ops.where(mark, da, nothing), ops.where(mark, nothing, db)

        def out_dtype(self, *dtypes: DType) -> DType:
            return promote(*dtypes[1:])

    refer_entry(Choice, lambda op, x: x[1] if x[0].value else x[2])
    return row_of(Choice())


def cube_of_which_the_adjoint_promotes() -> Row:
    @op(REALS)
    class Cube(Elementwise, Unary):
        """yᵢ = aᵢ³."""

        def compute(self, a: Array) -> Array:
            return a * a * a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            return Tensor.make_const(3.0) * out_grad * a * a  # wrong: a float64 constant, not the number 3

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            return 3 * in_tangent * a * a

    refer_entry(Cube, lambda op, x: x[0] * x[0] * x[0])
    return row_of(Cube())


def square_of_which_the_tangent_promotes() -> Row:
    @op(REALS)
    class PlantedSquare(Elementwise, Unary):
        """yᵢ = aᵢ²."""

        def compute(self, a: Array) -> Array:
            return a * a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return 2 * out_grad * node.inputs[0]

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return Tensor.make_const(2.0) * in_tangent * node.inputs[0]  # wrong: a float64 constant

    refer_entry(PlantedSquare, lambda op, x: x[0] * x[0])
    return row_of(PlantedSquare())


def maximum_of_two_minds_at_ties() -> Row:
    """It declares no convention, and each mode is right by one."""

    @op(Domain(ties=True), Domain(ties=True))
    class Larger(Elementwise, Binary):
        """yᵢ = max(aᵢ, bᵢ). At a tie each input gets half of the derivative."""

        def compute(self, a: Array, b: Array) -> Array:
            return np.maximum(a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            first = ops.step(ops.compare(a.detach(), b.detach()) + 0.5)  # wrong: a ≥ b, all to the first
            return sum_to(out_grad * first, a), sum_to(out_grad * (1 - first), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            share = (ops.compare(a.detach(), b.detach()) + 1) / 2
            return da * share, db * (1 - share)

    refer_entry(Larger, lambda op, x: x[0] if x[0] > x[1] else x[1])
    return row_of(Larger())


def gate_of_two_minds_at_its_kink() -> Row:
    """b̄ takes relu′(0) = 1, as the tangent does; the derivative of ā by b takes ReLU's own, 0."""

    @op(REALS, KINK_AT_0)
    class Gate(Elementwise, Binary):
        """yᵢ = aᵢ max(bᵢ, 0). At 0 the derivative of the second factor is 1."""

        def compute(self, a: Array, b: Array) -> Array:
            return a * np.maximum(b, 0)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return sum_to(out_grad * ops.relu(b), a), sum_to(out_grad * a * _open(b), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return da * ops.relu(b), a * _open(b) * db

    def _open(b: Tensor) -> Tensor:
        return 1 - ops.step(-b.detach())

    refer_entry(Gate, lambda op, x: x[0] * 0.0 if x[1] < 0.0 else x[0] * x[1])
    return row_of(Gate())
