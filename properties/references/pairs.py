"""Second definitions of functions of two numbers."""

from __future__ import annotations

from math import copysign, log, pi

from engine import ops
from properties.number import Number
from properties.references.table import refer_entry


def _angle(a: Number, b: Number) -> Number:
    """A right angle of a's sign, less the angle of the point that is turned by it."""
    quarter = a.constant(pi / 2 if a > 0.0 else -pi / 2)
    return quarter - (b / a).arctan()


def _log_of_sum(a: Number, b: Number, base: float = 1.0) -> Number:
    """log(exp a + exp b), of exponents and a logarithm that are scaled."""
    top = max(a.value, b.value)
    return (((a - top) * base).exp() + ((b - top) * base).exp()).log() / base + top


def _copysign(a: Number, b: Number) -> Number:
    """At b = 0 a comparison goes by the way that b moves; the sign is that of the 0 all the same."""
    size = a if a > 0.0 else -a
    positive = b > 0.0
    return size if (positive if b.value else copysign(1.0, b.value) > 0) else -size


refer_entry(ops.Arctan2, lambda op, x: _angle(x[0], x[1]))
refer_entry(
    ops.PolarMonomial,
    lambda op, x: (
        x[0].power(op.by_a) * x[1].power(op.by_b) / (x[0] * x[0] + x[1] * x[1]).sqrt().power(op.by_radius)
    ),
)
refer_entry(ops.Hypot, lambda op, x: (x[0] * x[0] + x[1] * x[1]).sqrt())
refer_entry(ops.LogAddExp, lambda op, x: _log_of_sum(x[0], x[1]))
refer_entry(ops.LogAddExp2, lambda op, x: _log_of_sum(x[0], x[1], log(2.0)))
refer_entry(ops.Copysign, lambda op, x: _copysign(x[0], x[1]))
refer_entry(ops.RelEntr, lambda op, x: x[0] * (x[0].log() - x[1].log()))
