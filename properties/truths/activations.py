"""Activations that bend or jump, or follow one that does."""

from __future__ import annotations

from engine import ops
from properties.oracles.many_digits import Real, mpmath
from properties.truths.functions import exp, number, sign
from properties.truths.table import Sum, tell

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
tell(ops.Hardsigmoid, lambda op, x: (number(1.0) / 6.0 if abs(x[0]) < 3.0 else 0.0,), lambda op, x: (0.0,))
tell(
    ops.Hardswish,
    lambda op, x: ((2.0 * x[0] + 3.0) / 6.0 if abs(x[0]) < 3.0 else 1.0 if x[0] > 0 else 0.0,),
    lambda op, x: (number(1.0) / 3.0 if abs(x[0]) < 3.0 else 0.0,),
    near=(-1.5,),
)
tell(ops.Softshrink, lambda op, x: (1.0 if abs(x[0]) > op.width else 0.0,), lambda op, x: (0.0,))
tell(ops.Hardshrink, lambda op, x: (1.0 if abs(x[0]) > op.width else 0.0,), lambda op, x: (0.0,))
tell(
    ops.Celu,
    lambda op, x: (1.0 if x[0] > 0 else exp(x[0] / op.alpha),),
    lambda op, x: (0.0 if x[0] > 0 else exp(x[0] / op.alpha) / op.alpha,),
)


def _selu(x: Real) -> tuple[Real, Real]:
    """The derivatives: s and 0 above 0, s α exp x below (G. Klambauer et al., arXiv:1706.02515)."""
    scale = mpmath().mpf("1.0507009873554804934193349852946")
    alpha = mpmath().mpf("1.6732632423543772848170429916717")
    below = scale * alpha * exp(x)
    return (scale, number(0.0)) if x > 0 else (below, below)


tell(ops.Selu, lambda op, x: (_selu(x[0])[0],), lambda op, x: (_selu(x[0])[1],))


def _mish(x: Real) -> tuple[Sum, Sum]:
    """The terms of both derivatives of x t, with w = exp x, d = w² + 2w + 2, t = 1 − 2/d."""
    w = exp(x)
    d = w * w + 2.0 * w + 2.0
    slope = 4.0 * w * (w + 1.0) / d**2.0
    bend = 4.0 * w * (2.0 * w + 1.0) / d**2.0
    return (
        ((w * w + 2.0 * w) / d, x * slope),
        (2.0 * slope, x * bend, -4.0 * x * slope * w * (w + 1.0) / d),
    )


tell(
    ops.Mish,
    lambda op, x: (_mish(x[0])[0],),
    lambda op, x: (_mish(x[0])[1],),
    near=(-1.1924312145154,),
    cancels="t + a t′ is 0 near −1.19, at no float, and each term has no more digits than a float",
)
