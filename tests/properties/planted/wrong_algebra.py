"""Ops and engines that every oracle finds right: wrong in the last bit, at a kink or tie, or once fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine import ops
from engine.array import Array, Index, Shape, as_array, item_of, total
from engine.axes import reduced_shape
from engine.catalogue import op
from engine.domain import KINK_AT_0, POSITIVE, Domain
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.reference_calls import apply
from properties.case import Case, Step
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of


class Substituting(Reference):
    """The reference engine, with another kernel here and there."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        """The value of a step."""
        return apply(step, args)

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        for step in case.steps:
            values.append(self.made(step, [values[arg] for arg in step.args]))
        return values


class Gate(Elementwise, Binary):
    """yᵢ = max(aᵢ, 0) bᵢ. At aᵢ = 0 the derivative of the first factor is 1."""

    __slots__ = ()

    def compute(self, a: Array, b: Array) -> Array:
        return np.maximum(a, 0) * b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return out_grad * b * _open(a), out_grad * ops.relu(a)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da * b * _open(a), ops.relu(a) * db


def _open(a: Tensor) -> Tensor:
    return 1 - ops.step(-a.detach())  # wrong: 0 at 0, as relu says


class FusingGates(Substituting):
    """A product with relu is fused into one kernel, which has another convention at 0 than relu has."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.EWiseMul):
            for arg, other in (args, args[::-1]):
                if isinstance(arg.op, ops.ReLU) and arg.shape == other.shape:
                    return Gate()(arg.inputs[0], other)
        return apply(step, args)


def square_by_logarithms() -> Row:
    """The adjoint has the slope that any power has, 2 exp(log a), where the tangent has 2 a."""

    @op(POSITIVE)
    class PositiveSquare(Elementwise, Unary):
        """yᵢ = aᵢ², for aᵢ > 0."""

        def compute(self, a: Array) -> Array:
            return a * a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return 2 * out_grad * ops.exp(ops.log(node.inputs[0]))  # wrong in the last bits

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return 2 * in_tangent * node.inputs[0]

    refer_entry(PositiveSquare, lambda op, x: x[0] * x[0])
    return row_of(PositiveSquare())


def hinge_with_a_peeled_loop() -> Row:
    """The first entry is taken by itself, so that the others are aligned, and by another comparison."""

    @op(KINK_AT_0)
    class Hinge(Elementwise, Unary):
        """yᵢ = max(aᵢ, 0)."""

        def compute(self, a: Array) -> Array:
            return np.maximum(a, 0)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * _slope(node.inputs[0].detach())

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * _slope(node.inputs[0].detach())

    def _slope(a: Tensor) -> Tensor:
        peeled = np.zeros(a.shape, a.dtype)
        peeled.flat[:1] = 1
        return ops.where(Tensor.make_const(peeled), ops.step(a), 1 - ops.step(-a))  # wrong: > here, ≥ there

    refer_entry(Hinge, lambda op, x: x[0] if x[0] > 0.0 else x[0].constant(0.0))
    return row_of(Hinge())


def maximum_that_is_a_threshold() -> Row:
    """At a tie two operands of one size share, and a smaller one is a threshold, which the other reaches."""

    @op(Domain(ties=True), Domain(ties=True))
    class Upper(Elementwise, Binary):
        """yᵢ = max(aᵢ, bᵢ); shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return np.maximum(a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            first = _share(a.detach(), b.detach())
            return sum_to(out_grad * first, a), sum_to(out_grad * (1 - first), b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            first = _share(a.detach(), b.detach())
            return da * first, db * (1 - first)

    def _share(a: Tensor, b: Tensor) -> Tensor:
        tied = 0.5 + 0.5 * (a.size > b.size) - 0.5 * (a.size < b.size)  # wrong: 0.5
        order = ops.compare(a, b)
        return ops.step(order) + tied * (1 - order * order)

    refer_entry(Upper, lambda op, x: x[0] if x[0] > x[1] else x[1])
    return row_of(Upper())


@dataclass(frozen=True, slots=True)
class SumOfPiece(Unary):
    """yⱼ = Σᵢ a[index]ᵢⱼ."""

    index: Index
    sum: ops.Summation

    def compute(self, a: Array) -> Array:
        return self.sum.compute(item_of(a, self.index))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        piece = ops.GetItem(self.index).out_shape(a.shape)
        copies = ops.broadcast_to(ops.reshape(out_grad, reduced_shape(piece, self.sum.axes, True)), piece)
        start = tuple(slice(size) for size in piece)  # wrong: self.index
        return ops.PutItem(start, a.shape)(copies)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self.sum(ops.GetItem(self.index)(in_tangent))

    def out_shape(self, *shapes: Shape) -> Shape:
        return self.sum.out_shape(ops.GetItem(self.index).out_shape(*shapes))


class FusingPieces(Substituting):
    """A sum of a piece is fused into one kernel, whose adjoint forgets where the piece begins."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        (arg, *_) = args
        if isinstance(step.op, ops.Summation) and isinstance(arg.op, ops.GetItem):
            return SumOfPiece(arg.op.index, step.op)(*arg.inputs)
        return apply(step, args)


@dataclass(frozen=True, slots=True)
class PlainLogSumExp(Unary):
    """yⱼ = log Σᵢ exp aᵢⱼ, as it stands there; its rules are those of LogSumExp."""

    same: ops.LogSumExp

    def compute(self, a: Array) -> Array:
        return as_array(np.log(total(np.exp(a), self.same.axes, self.same.keepdims)))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self.same.gradient(out_grad, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self.same.tangent(in_tangent, node)

    def out_shape(self, *shapes: Shape) -> Shape:
        return self.same.out_shape(*shapes)


class KernelFromTheEnd(Substituting):
    """Where all axes are counted from the end log Σ exp has another kernel, which rounds otherwise."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        spelled = (step.spelling,) if isinstance(step.spelling, int) else step.spelling
        from_the_end = isinstance(spelled, tuple) and spelled and max(spelled) < 0
        if isinstance(step.op, ops.LogSumExp) and from_the_end:
            return PlainLogSumExp(step.op)(*args)
        return apply(step, args)
