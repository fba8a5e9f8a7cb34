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


def _monomial_slopes(
    exponents: tuple[int, int, int], x: Sequence[Real], factor: float = 1.0
) -> list[list[Real]]:
    """The terms p aᵖ⁻¹ bᵠ⁺² / rᵏ⁺² and (p − k) aᵖ⁺¹ bᵠ / rᵏ⁺² of ∂/∂a of aᵖ bᵠ / rᵏ, then those of ∂/∂b."""
    return [[f * _monomial(e, x) for f, e in _monomial_terms(exponents, by, factor)] for by in range(len(x))]


def _monomial_terms(
    exponents: tuple[int, int, int], by: int, factor: float
) -> list[tuple[float, tuple[int, int, int]]]:
    p, q, k = exponents
    if by == 0:
        found = [(factor * p, (p - 1, q + 2, k + 2)), (factor * (p - k), (p + 1, q, k + 2))]
    else:
        found = [(factor * q, (p + 2, q - 1, k + 2)), (factor * (q - k), (p, q + 1, k + 2))]
    return [(each, left) for each, left in found if each]


def _monomial(exponents: tuple[int, int, int], x: Sequence[Real]) -> Real:
    p, q, k = exponents
    return x[0] ** float(p) * x[1] ** float(q) / sqrt(_square(x)) ** float(k)


def _monomial_bends(exponents: tuple[int, int, int], x: Sequence[Real]) -> list[Sum]:
    """The terms of each second derivative."""
    return [
        tuple(
            f * _monomial(e, x)
            for factor, inner in _monomial_terms(exponents, by, 1.0)
            for f, e in _monomial_terms(inner, then, factor)
        )
        for by, then in ((0, 0), (0, 1), (1, 1))
    ]


tell(
    ops.PolarMonomial,
    lambda op, x: [tuple(terms) for terms in _monomial_slopes((op.by_a, op.by_b, op.by_radius), x)],
    lambda op, x: _monomial_bends((op.by_a, op.by_b, op.by_radius), x),
    cancels="p b² − (k − p) a² is 0 at no float, where p (k − p) is no square, and two terms are summed",
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
