"""Sums, products, and what is straight between corners and jumps, at which no point lies."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.graph import Op
from properties.oracles.many_digits import Real, mpmath
from properties.truths.functions import number, sign
from properties.truths.table import tell

FLAT: Sequence[float] = (0.0,)
FLAT_IN_TWO: Sequence[float] = (0.0, 0.0, 0.0)


def _one(op: Op, x: Sequence[Real]) -> Sequence[float]:
    return (1.0,)


def _none(op: Op, x: Sequence[Real]) -> Sequence[float]:
    return FLAT


def _clipped(x: Real, low: float | None, high: float | None) -> float:
    """1 between the bounds, 0 outside."""
    return 0.0 if (low is not None and x < low) or (high is not None and x > high) else 1.0


def _straight(op: Op, x: Sequence[Real]) -> Sequence[float]:
    return FLAT_IN_TWO


tell(ops.Identity, _one, _none)
tell(ops.AsType, _one, _none)
tell(ops.AddScalar, _one, _none)
tell(ops.RemainderScalar, _one, _none)
tell(ops.Negate, lambda op, x: (-1.0,), _none)
tell(ops.MulScalar, lambda op, x: (op.scalar,), _none)
tell(ops.DivScalar, lambda op, x: (1.0 / number(op.scalar),), _none)
for _steps in (
    ops.Step, ops.Sign, ops.Floor, ops.Ceil, ops.Round, ops.Trunc, ops.IsNan, ops.IsFinite,
):  # fmt: skip
    tell(_steps, _none, _none)
tell(ops.ReLU, lambda op, x: (1.0 if x[0] > 0 else 0.0,), _none)
tell(ops.Abs, lambda op, x: (sign(x[0]),), _none)
tell(ops.LeakyReLU, lambda op, x: (1.0 if x[0] > 0 else op.slope,), _none)
tell(ops.Hardtanh, lambda op, x: (_clipped(x[0], op.low, op.high),), _none)
tell(ops.Clip, lambda op, x: (_clipped(x[0], op.low, op.high),), _none)
tell(
    ops.Huber,
    lambda op, x: (x[0] if abs(x[0]) < op.delta else op.delta * sign(x[0]),),
    lambda op, x: (1.0 if abs(x[0]) < op.delta else 0.0,),
)

tell(ops.EWiseAdd, lambda op, x: (1.0, 1.0), _straight)
tell(ops.EWiseMul, lambda op, x: (x[1], x[0]), lambda op, x: (0.0, 1.0, 0.0))
tell(
    ops.EWiseDiv,
    lambda op, x: (1.0 / x[1], -x[0] / x[1] ** 2.0),
    lambda op, x: (0.0, -1.0 / x[1] ** 2.0, 2.0 * x[0] / x[1] ** 3.0),
)
tell(
    ops.DivPower,
    lambda op, x: (x[1] ** float(-op.power), -op.power * x[0] * x[1] ** float(-op.power - 1)),
    lambda op, x: (
        0.0,
        -op.power * x[1] ** float(-op.power - 1),
        op.power * (op.power + 1) * x[0] * x[1] ** float(-op.power - 2),
    ),
)
tell(ops.NanToNum, _one, _none)
tell(ops.FloorDivide, lambda op, x: (0.0, 0.0), _straight)
tell(ops.Remainder, lambda op, x: (1.0, -mpmath().floor(x[0] / x[1])), _straight)
tell(ops.Fmax, lambda op, x: (1.0, 0.0) if x[0] > x[1] else (0.0, 1.0), _straight)
tell(ops.Fmin, lambda op, x: (1.0, 0.0) if x[0] < x[1] else (0.0, 1.0), _straight)
tell(ops.Compare, lambda op, x: (0.0, 0.0), _straight)
tell(ops.Maximum, lambda op, x: (1.0, 0.0) if x[0] > x[1] else (0.0, 1.0), _straight)
tell(ops.Minimum, lambda op, x: (1.0, 0.0) if x[0] < x[1] else (0.0, 1.0), _straight)
tell(ops.Copysign, lambda op, x: (sign(x[0]) * sign(x[1]), 0.0), _straight)
tell(
    ops.Where,
    lambda op, x: (0.0, 1.0, 0.0) if x[0] > 0.5 else (0.0, 0.0, 1.0),
    lambda op, x: (0.0,) * 6,
)
