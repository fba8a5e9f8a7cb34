"""Second definitions of activations that are lines and parabolas."""

from __future__ import annotations

from engine import ops
from properties.number import Number
from properties.references.table import refer_entry


def _between_0_and_1(x: Number) -> Number:
    """x / 6 + 1/2, no less than 0 and no more than 1; compared with the ends as x is."""
    if x > 3.0:
        return x.constant(1.0)
    return x.constant(0.0) if x < -3.0 else (x + 3.0) / 6.0


def _softshrink(x: Number, width: float) -> Number:
    if x > width:
        return x - width
    return x + width if x < -width else x.constant(0.0)


def _hardshrink(x: Number, width: float) -> Number:
    """At a jump the value is 0, whichever way x moves."""
    if x > width or x < -width:
        return x if abs(x.value) > width else x - x.value
    return x.constant(0.0)


refer_entry(ops.Hardsigmoid, lambda op, x: _between_0_and_1(x[0]))
refer_entry(ops.Hardswish, lambda op, x: x[0] * _between_0_and_1(x[0]))
refer_entry(ops.Softshrink, lambda op, x: _softshrink(x[0], op.width))
refer_entry(ops.Hardshrink, lambda op, x: _hardshrink(x[0], op.width))
