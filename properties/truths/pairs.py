"""Functions of two numbers: an arrow's angle and length, log-sums."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from properties.oracles.many_digits import Real
from properties.truths.functions import bump, log, number, sigmoid, sqrt
from properties.truths.table import Sum, tell


def _square(x: Sequence[Real]) -> Real:
    """r² = a² + b²."""
    return x[0] * x[0] + x[1] * x[1]


def _turns(x: Sequence[Real]) -> Sequence[Sum]:
    """The second derivatives of the angle: −2ab/r⁴, the terms of (a² − b²)/r⁴, 2ab/r⁴."""
    a, b = x
    fourth = _square(x) ** 2.0
    return -2.0 * a * b / fourth, (a * a / fourth, -b * b / fourth), 2.0 * a * b / fourth


tell(
    ops.Arctan2,
    lambda op, x: (x[1] / _square(x), -x[0] / _square(x)),
    lambda op, x: _turns(x),
)
tell(
    ops.Hypot,
    lambda op, x: (x[0] / sqrt(_square(x)), x[1] / sqrt(_square(x))),
    lambda op, x: tuple(
        product / sqrt(_square(x)) ** 3.0 for product in (x[1] * x[1], -x[0] * x[1], x[0] * x[0])
    ),
)
tell(
    ops.LogAddExp,
    lambda op, x: (sigmoid(x[0] - x[1]), sigmoid(x[1] - x[0])),
    lambda op, x: (bump(x[0] - x[1]), -bump(x[0] - x[1]), bump(x[0] - x[1])),
)


def _log_2() -> Real:
    return log(number(2.0))


def _bump_of_2(x: Sequence[Real]) -> Real:
    """The second derivative by a of log₂(2^a + 2^b)."""
    return _log_2() * bump((x[0] - x[1]) * _log_2())


tell(
    ops.LogAddExp2,
    lambda op, x: (sigmoid((x[0] - x[1]) * _log_2()), sigmoid((x[1] - x[0]) * _log_2())),
    lambda op, x: (_bump_of_2(x), -_bump_of_2(x), _bump_of_2(x)),
)
