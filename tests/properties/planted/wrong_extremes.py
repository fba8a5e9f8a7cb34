"""Engines that are right but at the ends of the numbers: each has one op made of others, as many write it."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.dtype import promote
from engine.ops.conversion import astype
from engine.ops.reduction import kept
from engine.tensor import Tensor
from properties.adapters.reference_calls import apply
from properties.case import Step
from tests.properties.planted.wrong_algebra import Substituting


class MultiplyingByAMask(Substituting):
    """relu(x) = x · (x > 0): 0 · ∞ at −∞."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.ReLU):
            return args[0] * ops.step(args[0].detach())
        return apply(step, args)


class DifferentiatingBothBranches(Substituting):
    """elu(x) = where(x > 0, x, α (exp x − 1)): far above 0 the adjoint of the other branch is 0 · ∞."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.Elu):
            return ops.where(ops.step(args[0].detach()), args[0], step.op.alpha * ops.expm1(args[0]))
        return apply(step, args)


class SubtractingTheMaximum(Substituting):
    """logsumexp(x) = log Σ exp(x − m) + m, whatever m is: ∞ − ∞ where it is −∞ or ∞."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.LogSumExp):
            (a,) = args
            top = ops.amax(a.detach(), step.op.axes, keepdims=True)
            found = ops.log(ops.summation(ops.exp(a - top), step.op.axes, keepdims=True)) + top
            return ops.reshape(found, step.op.out_shape(a.shape))
        return apply(step, args)


class AddingSquares(Substituting):
    """‖x‖ = √Σ x², with the zero vector kept apart: squares overflow and underflow."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.Norm) and step.op.order == 2:
            (a,) = args
            none = 1 - ops.step(kept(ops.sumofsquares(a.detach(), step.op.axes), a.shape, step.op.axes))
            squares = ops.sumofsquares(a + none, step.op.axes, step.op.keepdims)
            return ops.sqrt(squares) * (1 - ops.reshape(none, step.op.out_shape(a.shape)))
        return apply(step, args)


class TakingTheLogarithm(Substituting):
    """xlogy(x, y) = x · log y: 0 · ∞ at (0, 0)."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.Xlogy):
            a, b = (astype(x, promote(*(each.dtype for each in args))) for x in args)
            return a * ops.log(b)
        return apply(step, args)


class DividingBySize(Substituting):
    """|x| = x · (x / |x|), with 0 kept apart: ∞ / ∞ at ±∞."""

    def made(self, step: Step, args: Sequence[Tensor]) -> Tensor:
        if isinstance(step.op, ops.Abs):
            size = ops.absolute(args[0].detach())
            return args[0] * (args[0].detach() / (size + (1 - ops.step(size))))
        return apply(step, args)
