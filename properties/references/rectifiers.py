"""Second definitions of lines that bend into an exponential."""

from __future__ import annotations

from engine import ops
from properties.number import Number
from properties.references.table import refer_entry


def _exponential(x: Number, rate: float, size: float) -> Number:
    return ((x / rate).exp() - 1.0) * size


refer_entry(ops.Celu, lambda op, x: x[0] if x[0] > 0.0 else _exponential(x[0], op.alpha, op.alpha))
refer_entry(
    ops.Selu,
    lambda op, x: (x[0] if x[0] > 0.0 else _exponential(x[0], 1.0, 1.6732632423543772)) * 1.0507009873554805,
)
refer_entry(ops.Mish, lambda op, x: x[0] * (x[0].exp() + 1.0).log().tanh())
