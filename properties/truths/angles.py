"""Functions of angles, their inverses, and sinc."""

from __future__ import annotations

from math import comb

from engine import ops
from properties.oracles.many_digits import Real, mpmath
from properties.truths.functions import number, sqrt
from properties.truths.table import tell

tell(
    ops.Sin,
    lambda op, x: (mpmath().cos(x[0]),),
    lambda op, x: (-mpmath().sin(x[0]),),
    near=(1.5707963267948966, 4.71238898038469, 3.141592653589793),
)
tell(
    ops.Cos,
    lambda op, x: (-mpmath().sin(x[0]),),
    lambda op, x: (-mpmath().cos(x[0]),),
    near=(3.141592653589793, 6.283185307179586, 1.5707963267948966),
)
tell(
    ops.Tan,
    lambda op, x: (mpmath().cos(x[0]) ** -2.0,),
    lambda op, x: (2.0 * mpmath().tan(x[0]) * mpmath().cos(x[0]) ** -2.0,),
)


def _rest(x: Real) -> Real:
    """1 − x²."""
    return (1.0 - x) * (1.0 + x)


tell(
    ops.Arcsin,
    lambda op, x: (1.0 / sqrt(_rest(x[0])),),
    lambda op, x: (x[0] / sqrt(_rest(x[0])) ** 3.0,),
)
tell(
    ops.Arccos,
    lambda op, x: (-1.0 / sqrt(_rest(x[0])),),
    lambda op, x: (-x[0] / sqrt(_rest(x[0])) ** 3.0,),
)
tell(
    ops.Arctan,
    lambda op, x: (1.0 / (1.0 + x[0] * x[0]),),
    lambda op, x: (-2.0 * x[0] / (1.0 + x[0] * x[0]) ** 2.0,),
)


NEAR = 1e-2
"""Where sinc's derivatives are told by the power series: the other sum cancels there."""

TERMS = 24
"""Of the series: (π NEAR)² ^ TERMS is below 1e−70."""


def _sinc(x: Real, order: int) -> tuple[Real, ...]:
    """The terms of dⁿ/dxⁿ of sin(πx) · (1/πx) by Leibniz' rule, or the whole of it near 0."""
    if abs(x) < NEAR:
        return (_sinc_series(x, order),)
    pi = mpmath().pi
    terms: list[Real] = []
    waves = (mpmath().sinpi(x), mpmath().cospi(x), -mpmath().sinpi(x), -mpmath().cospi(x))
    inverse = 1.0 / (pi * x)
    for k in range(order + 1):  # the k-th derivative of 1/πx, the (n − k)-th of the sine
        wave = pi ** float(order - k) * waves[(order - k) % 4]
        terms.append(float(comb(order, k)) * wave * inverse)
        inverse = inverse * -float(k + 1) / x
    return tuple(terms)


def _sinc_series(x: Real, order: int) -> Real:
    """Σₖ (−1)ᵏ π²ᵏ x²ᵏ⁻ⁿ / (2k − n)! (2k + 1), over 2k ≥ n."""
    total, pi = number(0.0), mpmath().pi
    for k in range((order + 1) // 2, order + TERMS):
        term = (-1.0) ** k * pi ** float(2 * k) * x ** float(2 * k - order) / float(2 * k + 1)
        for factor in range(2, 2 * k - order + 1):
            term = term / float(factor)
        total = total + term
    return total


tell(
    ops.Sinc,
    lambda op, x: (_sinc(x[0], op.order + 1),),
    lambda op, x: (_sinc(x[0], op.order + 2),),
    near=(0.25, 0.5, 1.0, 1.4302966531242027, 2.5, 3.0),
    cancels="a sum of waves of half turns, whose zeros are no floats",
)
