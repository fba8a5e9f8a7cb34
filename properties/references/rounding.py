"""Second definitions of rounding to whole numbers."""

from __future__ import annotations

from math import ceil, floor, trunc

from engine import ops
from properties.number import Number
from properties.references.table import refer_entry


def _steps_below(x: Number, period: float = 1.0, first: float = 0.0) -> int:
    """How many of the numbers first + k · period x has passed, counted from k = 0, by comparisons alone.

    The numbers on both sides of x are among those that it is compared with, so a jump at either is seen.
    """
    low, high = -1, 0
    while x > first + high * period:
        low, high = high, 2 * high + 1
    while x < first + low * period:
        low, high = 2 * low, low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if x > first + middle * period else (low, middle)
    return low


def _whole(x: Number, value: float, first: float = 0.0) -> Number:
    """The constant ``value``, for x between two jumps or at one of them."""
    _steps_below(x, first=first)
    return x.constant(value)


def _trunc(x: Number) -> Number:
    """0 is no jump, so x is compared with it only where it is far away."""
    inside = x > -1.0 and x < 1.0
    return x.constant(0.0) if inside and abs(x.value) < 1 else _whole(x, float(trunc(x.value)))


def _remainder(x: Number, divisor: float) -> Number:
    """At a jump the value is 0, whichever way x moves."""
    _steps_below(x, abs(divisor))
    return x - divisor * floor(x.value / divisor)


refer_entry(ops.Floor, lambda op, x: _whole(x[0], float(floor(x[0].value))))
refer_entry(ops.Ceil, lambda op, x: _whole(x[0], float(ceil(x[0].value))))
refer_entry(ops.Round, lambda op, x: _whole(x[0], float(round(x[0].value)), first=0.5))
refer_entry(ops.Trunc, lambda op, x: _trunc(x[0]))
refer_entry(ops.RemainderScalar, lambda op, x: _remainder(x[0], op.divisor))
refer_entry(ops.FloorDivide, lambda op, x: x[0].constant(float(x[0].value // x[1].value)))
refer_entry(ops.Remainder, lambda op, x: x[0] - x[1] * floor(x[0].value / x[1].value))
