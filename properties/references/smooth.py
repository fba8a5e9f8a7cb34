"""Second definitions of smooth functions, entry by entry."""

from __future__ import annotations

from math import comb, factorial, log, pi, sqrt

from engine import ops
from properties.number import Number
from properties.references.table import refer_entry

TURN = 1.9
"""Where erf turns from its series to a continued fraction."""


def _cube_root(x: Number) -> Number:
    """∛x = sign(x) exp(log|x| / 3)."""
    return (x.log() / 3.0).exp() if x > 0.0 else -((-x).log() / 3.0).exp()


def _sinc(x: Number, order: int) -> Number:
    """The derivative of sin(πx) · 1/(πx) of an order, by Leibniz' rule; within ±0.9 by Taylor's series."""
    if not (x > 0.9 or x < -0.9):
        return _sinc_series(x, order)
    whole = round(x.value)
    turned = (x - whole) * pi
    sine, cosine = turned.sin() * (-1.0) ** whole, turned.cos() * (-1.0) ** whole
    derivatives = (sine, cosine, -sine, -cosine)
    total = x.constant(0.0)
    for k in range(order + 1):
        factor = comb(order, k) * factorial(k) * (-1.0) ** k * pi ** (order - k - 1)
        total = total + derivatives[(order - k) % 4] * factor / x.power(k + 1)
    return total


def _sinc_series(x: Number, order: int) -> Number:
    """Σ (−1)ᵏ (πx)²ᵏ / (2k + 1)!, differentiated term by term."""
    total = x.constant(0.0)
    for k in range((order + 1) // 2, 20):
        factor = (-1.0) ** k * pi ** (2 * k) / (factorial(2 * k - order) * (2 * k + 1))
        total = total + x.power(2 * k - order) * factor
    return total


def _erf(x: Number) -> Number:
    """(2/√π) exp(−x²) Σ 2ᵏ x²ᵏ⁺¹ / (2k + 1)!! within ±2; beyond, by erfc."""
    if x > TURN:
        return 1.0 - _erfc(x)
    if x < -TURN:
        return _erfc(-x) - 1.0
    return (-(x * x)).exp() * x.through(_rising) * (2 / sqrt(pi))


def _erfc(x: Number) -> Number:
    """exp(−x²) / √π (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + …)))) beyond 2; else by erf."""
    if x > TURN:
        return (-(x * x)).exp() * x.through(_fraction)
    return 1.0 - _erf(x)


def _rising(z: complex) -> complex:
    total = term = z
    for k in range(1, 60):
        term = term * (2 * z * z / (2 * k + 1))
        total += term
    return total


def _fraction(z: complex) -> complex:
    below = z
    for k in range(120, 0, -1):
        below = z + k / 2 / below
    return 1 / (sqrt(pi) * below)


def _softplus(x: Number) -> Number:
    return (x.exp() + 1.0).log()


def _tanh_normal(x: Number) -> Number:
    """(1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, by exp."""
    return 1.0 / ((-2 * sqrt(2 / pi) * (x + x.power(3) * 0.044715)).exp() + 1.0)


def _normal(x: Number) -> Number:
    """Φ(x) = ½ erfc(−x / √2)."""
    return _erfc(x * -sqrt(0.5)) * 0.5


refer_entry(ops.Square, lambda op, x: x[0].power(2))
refer_entry(ops.Reciprocal, lambda op, x: 1.0 / x[0])
refer_entry(ops.Rsqrt, lambda op, x: (x[0].log() * -0.5).exp())
refer_entry(ops.Cbrt, lambda op, x: _cube_root(x[0]))
refer_entry(ops.Exp2, lambda op, x: (x[0] * log(2.0)).exp())
refer_entry(ops.Expm1, lambda op, x: x[0].exp() - 1.0)
refer_entry(ops.Log2, lambda op, x: x[0].log() / log(2.0))
refer_entry(ops.Log10, lambda op, x: x[0].log() / log(10.0))
refer_entry(ops.Log1p, lambda op, x: (x[0] + 1.0).log())
refer_entry(ops.Tan, lambda op, x: x[0].sin() / x[0].cos())
refer_entry(ops.Arcsin, lambda op, x: x[0].arcsin())
refer_entry(ops.Arccos, lambda op, x: x[0].arccos())
refer_entry(ops.Arctan, lambda op, x: x[0].arctan())
refer_entry(ops.Sinh, lambda op, x: (x[0].exp() - (-x[0]).exp()) / 2.0)
refer_entry(ops.Cosh, lambda op, x: (x[0].exp() + (-x[0]).exp()) / 2.0)
refer_entry(ops.Arcsinh, lambda op, x: x[0].arcsinh())
refer_entry(ops.Arccosh, lambda op, x: x[0].arccosh())
refer_entry(ops.Arctanh, lambda op, x: x[0].arctanh())
refer_entry(ops.Sinc, lambda op, x: _sinc(x[0], op.order))
refer_entry(ops.Gaussian, lambda op, x: (x[0] * x[0] * -op.rate).exp())
refer_entry(ops.Erf, lambda op, x: _erf(x[0]))
refer_entry(ops.Erfc, lambda op, x: _erfc(x[0]))
refer_entry(ops.Ndtr, lambda op, x: _normal(x[0]))
refer_entry(ops.LogSigmoid, lambda op, x: -_softplus(-x[0]))
refer_entry(ops.Softplus, lambda op, x: _softplus(x[0]))
refer_entry(ops.Silu, lambda op, x: x[0] / ((-x[0]).exp() + 1.0))
refer_entry(ops.Softsign, lambda op, x: x[0] / (1.0 + (x[0] if x[0] > 0.0 else -x[0])))
refer_entry(ops.TanhNdtr, lambda op, x: _tanh_normal(x[0]))
refer_entry(ops.Gelu, lambda op, x: x[0] * (_normal if op.approximate == "none" else _tanh_normal)(x[0]))
refer_entry(ops.Elu, lambda op, x: x[0] if x[0] > 0.0 else (x[0].exp() - 1.0) * op.alpha)
refer_entry(ops.Xlogy, lambda op, x: x[0] * x[1].log())
refer_entry(ops.Logit, lambda op, x: (x[0] / (1.0 - x[0])).log())
refer_entry(ops.Tanhshrink, lambda op, x: x[0] - x[0].tanh())
