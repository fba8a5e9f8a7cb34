"""Activations that bend at 0."""

from __future__ import annotations

from engine import ops
from properties.truths.functions import exp, sign
from properties.truths.table import tell

tell(
    ops.Softsign,
    lambda op, x: (1.0 / (1.0 + abs(x[0])) ** 2.0,),
    lambda op, x: (-2.0 * sign(x[0]) / (1.0 + abs(x[0])) ** 3.0,),
)
tell(
    ops.Elu,
    lambda op, x: (1.0 if x[0] > 0 else op.alpha * exp(x[0]),),
    lambda op, x: (0.0 if x[0] > 0 else op.alpha * exp(x[0]),),
)
