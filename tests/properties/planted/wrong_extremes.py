"""Engines that are right but at the ends of the numbers: each has one op made of others, as many write it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine import ops
from engine.array import Array, Shape, computed
from engine.dtype import DType
from engine.forward import pushforward
from engine.graph import Op
from engine.kinds import Binary, Elementwise, Nary
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import astype, zeros_like
from engine.ops.reduction import kept
from engine.reverse import pullback
from engine.tensor import Tensor
from properties.adapters.reference_calls import apply
from properties.case import Step
from tests.properties.planted.wrong_algebra import Substituting


class Composing(Substituting):
    """The reference engine, in which a function of Tensors is the kernel of some ops."""

    @abstractmethod
    def composed(self, op: Op, args: Sequence[Tensor]) -> Tensor | None:
        """The value of an op by way of others, or None for one that is as it should be."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if self.composed(step.op, [arg.detach() for arg in args]) is None:
            return apply(step, args)
        return Kernel(self, step.op)(*args)


@dataclass(frozen=True, slots=True)
class Kernel(Nary):
    """One node of the graph that computes, and differentiates, a function made of ops."""

    engine: Composing
    op: Op

    def compute(self, arrays: Sequence[Array]) -> Array:
        return self._made([Tensor.make_const(array) for array in arrays]).realize_cached_data()

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        inputs = [ops.Identity()(value) for value in node.inputs]
        moving = [value for value in inputs if value.requires_grad]
        found = dict(zip(moving, pullback(self._made(inputs), moving, out_grad), strict=True))
        return tuple(found.get(value, zeros_like(value)) for value in inputs)

    def tangent(self, in_tangents: Sequence[Tensor], node: Tensor) -> Tensor:
        inputs = [ops.Identity()(value) for value in node.inputs]
        moving = [at for at, value in enumerate(inputs) if value.requires_grad]
        variables, moves = [inputs[at] for at in moving], [in_tangents[at] for at in moving]
        (moved,) = pushforward([self._made(inputs)], variables, moves)
        return moved

    def out_shape(self, *shapes: Shape) -> Shape:
        return self.op.out_shape(*shapes)

    def out_dtype(self, *dtypes: DType) -> DType:
        return self.op.out_dtype(*dtypes)

    def _made(self, args: Sequence[Tensor]) -> Tensor:
        made = self.engine.composed(self.op, args)
        assert made is not None  # a kernel stands for such ops only
        return made


class MultiplyingByAMask(Composing):
    """relu(x) = x · (x > 0): 0 · ∞ at −∞."""

    def composed(self, op: Op, args: Sequence[Tensor]) -> Tensor | None:
        if isinstance(op, ops.ReLU):
            return args[0] * ops.step(args[0].detach())
        return None


class DifferentiatingBothBranches(Composing):
    """elu(x) = where(x > 0, x, α (exp x − 1)): far above 0 the adjoint of the other branch is 0 · ∞."""

    def composed(self, op: Op, args: Sequence[Tensor]) -> Tensor | None:
        if isinstance(op, ops.Elu):
            return ops.where(ops.step(args[0].detach()), args[0], op.alpha * ops.expm1(args[0]))
        return None


class SubtractingTheMaximum(Composing):
    """logsumexp(x) = log Σ exp(x − m) + m, whatever m is: ∞ − ∞ where it is −∞ or ∞."""

    def composed(self, op: Op, args: Sequence[Tensor]) -> Tensor | None:
        if isinstance(op, ops.LogSumExp):
            (a,) = args
            top = ops.amax(a.detach(), op.axes, keepdims=True)
            found = ops.log(ops.summation(ops.exp(a - top), op.axes, keepdims=True)) + top
            return ops.reshape(found, op.out_shape(a.shape))
        return None


class QuotientNorm(ops.Norm):
    """The derivative is x / ‖x‖."""

    __slots__ = ()

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return kept(out_grad, node.inputs[0].shape, self.axes) * self._quotient(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return ops.summation(in_tangent * self._quotient(node), self.axes, self.keepdims)

    def _quotient(self, node: Tensor) -> Tensor:
        (a,) = node.inputs
        y = kept(node, a.shape, self.axes)
        some = ops.step(y.detach())
        return a / (y + (1 - some)) * some


class DividingByTheNorm(Substituting):
    """‖x‖′ = x / ‖x‖, with the zero vector kept apart: ∞ / ∞, and no digits where ‖x‖ has none."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.Norm) and step.op.order == 2:
            return QuotientNorm(step.op.axes, step.op.keepdims)(*args)
        return apply(step, args)


class PlainXlogy(Elementwise, Binary):
    """yᵢ = aᵢ log bᵢ."""

    __slots__ = ()

    def compute(self, a: Array, b: Array) -> Array:
        return computed(a * np.log(b.astype(np.result_type(a, b))))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = (astype(each, node.dtype) for each in node.inputs)
        return sum_to(out_grad * ops.log(b), node.inputs[0]), sum_to(out_grad * (a / b), node.inputs[1])

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = (astype(each, node.dtype) for each in node.inputs)
        da, db = in_tangents
        return da * ops.log(b), db * (a / b)


class TakingTheLogarithm(Substituting):
    """xlogy(x, y) = x · log y: 0 · ∞ at (0, 0)."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        return PlainXlogy()(*args) if isinstance(step.op, ops.Xlogy) else apply(step, args)


class DividingBySize(Composing):
    """|x| = x · (x / |x|), with 0 kept apart: ∞ / ∞ at ±∞."""

    def composed(self, op: Op, args: Sequence[Tensor]) -> Tensor | None:
        if isinstance(op, ops.Abs):
            size = ops.absolute(args[0].detach())
            return args[0] * (args[0].detach() / (size + (1 - ops.step(size))))
        return None
