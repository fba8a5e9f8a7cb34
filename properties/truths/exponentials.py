"""Exp and its kin: hyperbolic functions, their inverses, the sigmoid and what is made of it."""

from __future__ import annotations

from engine import ops
from properties.oracles.many_digits import Real, mpmath
from properties.truths.functions import bump, bump_slope, exp, log, number, sigmoid, sqrt, within
from properties.truths.table import tell


def _cosh(x: Real) -> Real:
    return (exp(x) + exp(-x)) / 2.0


def _sinh(x: Real) -> Real:
    """cosh x · tanh x, which cancels nothing near 0."""
    return _cosh(x) * _tanh(x)


def _tanh(x: Real) -> Real:
    return mpmath().tanh(within(x))


def _root_of_square(x: Real, plus: float) -> Real:
    """√(x² + 1) or √(x² − 1), as a product of two sums of floats for the latter."""
    return sqrt(1.0 + x * x) if plus > 0 else sqrt((x - 1.0) * (x + 1.0))


tell(ops.Exp, lambda op, x: (exp(x[0]),), lambda op, x: (exp(x[0]),))
tell(ops.Expm1, lambda op, x: (exp(x[0]),), lambda op, x: (exp(x[0]),))
tell(
    ops.Exp2,
    lambda op, x: (log(number(2.0)) * exp(x[0] * log(number(2.0))),),
    lambda op, x: (log(number(2.0)) ** 2.0 * exp(x[0] * log(number(2.0))),),
    near=(1024.25, 128.25),  # 2ᵃ overflows there, and its derivatives do not
)
tell(ops.Sinh, lambda op, x: (_cosh(x[0]),), lambda op, x: (_sinh(x[0]),))
tell(ops.Cosh, lambda op, x: (_sinh(x[0]),), lambda op, x: (_cosh(x[0]),))
tell(
    ops.Tanh,
    lambda op, x: (_cosh(x[0]) ** -2.0,),
    lambda op, x: (-2.0 * _tanh(x[0]) * _cosh(x[0]) ** -2.0,),
)
tell(
    ops.Tanhshrink,
    lambda op, x: (_tanh(x[0]) ** 2.0,),
    lambda op, x: (2.0 * _tanh(x[0]) * _cosh(x[0]) ** -2.0,),
)
tell(
    ops.Arcsinh,
    lambda op, x: (1.0 / _root_of_square(x[0], 1.0),),
    lambda op, x: (-x[0] / _root_of_square(x[0], 1.0) ** 3.0,),
)
tell(
    ops.Arccosh,
    lambda op, x: (1.0 / _root_of_square(x[0], -1.0),),
    lambda op, x: (-x[0] / _root_of_square(x[0], -1.0) ** 3.0,),
)
tell(
    ops.Arctanh,
    lambda op, x: (1.0 / ((1.0 - x[0]) * (1.0 + x[0])),),
    lambda op, x: (2.0 * x[0] / ((1.0 - x[0]) * (1.0 + x[0])) ** 2.0,),
)
tell(ops.Sigmoid, lambda op, x: (bump(x[0]),), lambda op, x: (bump_slope(x[0]),))
tell(
    ops.LogisticDensity,
    lambda op, x: (op.factor * bump_slope(x[0]),),
    lambda op, x: (
        (op.factor * bump(x[0]) * _tanh(x[0] / 2.0) ** 2.0, -2.0 * op.factor * bump(x[0]) ** 2.0),
    ),
    near=(1.3169578969248166,),
)
tell(ops.Softplus, lambda op, x: (sigmoid(x[0]),), lambda op, x: (bump(x[0]),))
tell(ops.LogSigmoid, lambda op, x: (sigmoid(-x[0]),), lambda op, x: (-bump(x[0]),))
