"""Second definitions of lines that bend at a number."""

from __future__ import annotations

from engine import ops
from properties.number import Number, larger, smaller
from properties.references.table import refer_entry


def _clipped(x: Number, low: float | None, high: float | None) -> Number:
    raised = x if low is None else larger(x, x.constant(low))
    return raised if high is None else smaller(raised, x.constant(high))


refer_entry(ops.LeakyReLU, lambda op, x: x[0] if x[0] > 0.0 else x[0] * op.slope)
refer_entry(ops.Hardtanh, lambda op, x: _clipped(x[0], op.low, op.high))
refer_entry(ops.Clip, lambda op, x: _clipped(x[0], op.low, op.high))
