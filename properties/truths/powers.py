"""Powers, roots and logarithms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import ops
from properties.oracles.many_digits import Real
from properties.truths.functions import exp, log, number, sign, sqrt
from properties.truths.table import Sum, tell


def _term(factor: float, x: Real, exponent: float) -> Real:
    """factor · x ^ exponent; of a polynomial, so that 0 times anything is 0."""
    return factor * x**exponent if factor else number(0.0)


def _power(a: Real, b: Real) -> Real:
    """a ^ b for a > 0."""
    return exp(b * log(a))


tell(
    ops.EWisePow,
    lambda op, x: (x[1] * _power(x[0], x[1] - 1.0), _power(x[0], x[1]) * log(x[0])),
    lambda op, x: (
        x[1] * (x[1] - 1.0) * _power(x[0], x[1] - 2.0),
        (_power(x[0], x[1] - 1.0), x[1] * log(x[0]) * _power(x[0], x[1] - 1.0)),
        _power(x[0], x[1]) * log(x[0]) ** 2.0,
    ),
)

Term = tuple[int, int, int, int]
"""c, n, s, k of c bⁿ a^(b − s) (log a)ᵏ."""


def _by_a(terms: Iterable[Term]) -> list[Term]:
    found: list[Term] = []
    for c, n, s, k in terms:
        found += [(c, n + 1, s + 1, k), (-s * c, n, s + 1, k), (k * c, n, s + 1, k - 1)]
    return [term for term in found if term[0]]


def _by_b(terms: Iterable[Term]) -> list[Term]:
    found = [each for c, n, s, k in terms for each in ((n * c, n - 1, s, k), (c, n, s, k + 1))]
    return [term for term in found if term[0]]


def _known(op: ops.PowerLog) -> list[Term]:
    return [(c, n, op.shift, k) for c, n, k in op.terms]


def _values(terms: Iterable[Term], x: Sequence[Real]) -> Sum:
    a, b = x
    return tuple(
        float(c) * b ** float(n) * _power(a, b - float(s)) * log(a) ** float(k) for c, n, s, k in terms
    )


tell(
    ops.PowerLog,
    lambda op, x: (_values(_by_a(_known(op)), x), _values(_by_b(_known(op)), x)),
    lambda op, x: (
        _values(_by_a(_by_a(_known(op))), x),
        _values(_by_a(_by_b(_known(op))), x),
        _values(_by_b(_by_b(_known(op))), x),
    ),
    cancels="its terms are sums, of which the zeros are no floats",
)
tell(
    ops.PowerScalar,
    lambda op, x: (_term(op.scalar, x[0], op.scalar - 1.0),),
    lambda op, x: (_term(op.scalar * (op.scalar - 1.0), x[0], op.scalar - 2.0),),
    near=(1.55e-206, 1e-26),  # a^−1.5 overflows there, and a quarter of it does not
)
tell(
    ops.Sqrt,
    lambda op, x: (0.5 / sqrt(x[0]),),
    lambda op, x: (-0.25 / (x[0] * sqrt(x[0])),),
    near=(1.55e-206, 1e-26),
)
tell(ops.Square, lambda op, x: (2.0 * x[0],), lambda op, x: (2.0,))
tell(ops.Reciprocal, lambda op, x: (-1.0 / x[0] ** 2.0,), lambda op, x: (2.0 / x[0] ** 3.0,))
tell(
    ops.Rsqrt, lambda op, x: (-0.5 / (x[0] * sqrt(x[0])),), lambda op, x: (0.75 / (x[0] ** 2.0 * sqrt(x[0])),)
)
tell(
    ops.Cbrt,
    lambda op, x: (_cube_root(abs(x[0])) ** -2.0 / 3.0,),
    lambda op, x: (-2.0 * sign(x[0]) * _cube_root(abs(x[0])) ** -5.0 / 9.0,),
    near=(8.05e-186, 3.65e-24),  # the second derivative is half of the largest number, of either dtype
)


def _cube_root(x: Real) -> Real:
    return x ** (number(1.0) / 3.0)


tell(ops.Log, lambda op, x: (1.0 / x[0],), lambda op, x: (-1.0 / x[0] ** 2.0,))
tell(
    ops.Log2,
    lambda op, x: (1.0 / (x[0] * log(number(2.0))),),
    lambda op, x: (-1.0 / (x[0] ** 2.0 * log(number(2.0))),),
)
tell(
    ops.Log10,
    lambda op, x: (1.0 / (x[0] * log(number(10.0))),),
    lambda op, x: (-1.0 / (x[0] ** 2.0 * log(number(10.0))),),
)
tell(ops.Log1p, lambda op, x: (1.0 / (1.0 + x[0]),), lambda op, x: (-1.0 / (1.0 + x[0]) ** 2.0,))
tell(
    ops.Logit,
    lambda op, x: (1.0 / (x[0] * (1.0 - x[0])),),
    lambda op, x: ((2.0 * x[0] - 1.0) / (x[0] * (1.0 - x[0])) ** 2.0,),
    near=(0.5,),
)
tell(
    ops.Xlogy,
    lambda op, x: (log(x[1]), x[0] / x[1]),
    lambda op, x: (0.0, 1.0 / x[1], -x[0] / x[1] ** 2.0),
)
tell(
    ops.RelEntr,
    lambda op, x: ((log(x[0]) - log(x[1]), 1.0), -x[0] / x[1]),
    lambda op, x: (1.0 / x[0], -1.0 / x[1], x[0] / x[1] ** 2.0),
    near=(0.36787944117144233,),
    cancels="log(a / b) + 1 is 0 at a / b = 1/e, which is no float, and log has no more digits than a float",
)
