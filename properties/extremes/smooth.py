"""Smooth functions of one number, and those with poles and ends, at the nine extremes.

Where the limit at ±∞ exists it is the value, and so for the derivatives: gelu(−∞) is 0, sinc(∞) is 0. Outside
of the domain the value is NaN, and the derivative is what its formula says there (that of log is 1/a) or NaN.
At −0 a pole is approached from the left: 1/a is −∞, as IEEE 754 has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import cbrt, cos, inf, log, nan, pi, sin, sqrt, tan

from engine import ops
from properties.extremes.point import Float, Line, across, at

LOG_2 = log(2.0)
ERF = 2 / sqrt(pi)
"""erf′(0)."""
PHI = 1 / sqrt(2 * pi)
"""Φ′(0)."""
i: float = inf
n: float = nan


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _exponentials(f)
    yield from _bells(f)
    yield from _activations(f)
    yield from _logarithms(f)
    yield from _powers(f)
    yield from _roots(f)
    yield from _hyperbolics(f)
    yield from _angles(f)


# Columns: −∞, −b, −s, −0, 0, s, b, ∞, NaN. Rows: the value, the first derivative, the second.


def _exponentials(f: Float) -> Iterator[Line]:
    s, u = f.smallest, LOG_2
    growth = (0, 0, 1, 1, 1, 1, i, i, n)
    yield from across(f, ops.Exp(), growth, growth, growth)
    yield from across(
        f, ops.Exp2(), growth, (0, 0, u, u, u, u, i, i, n), (0, 0, u * u, u * u, u * u, u * u, i, i, n)
    )
    yield from across(f, ops.Expm1(), (-1, -1, -s, -0.0, 0, s, i, i, n), growth, growth)
    flat = (0, 0, 0, 0, 0, 0, 0, 0, n)
    yield from across(
        f, ops.Sigmoid(), (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, n), (0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, n), flat
    )
    yield from across(f, ops.Tanh(), (-1, -1, -s, -0.0, 0, s, 1, 1, n), (0, 0, 1, 1, 1, 1, 0, 0, n))


def _bells(f: Float) -> Iterator[Line]:
    s, e, p = f.smallest, ERF, PHI
    bell = (0, 0, 1, 1, 1, 1, 0, 0, n)
    yield from across(
        f, ops.Gaussian(1.0), bell, (0, 0, 2 * s, 0, 0, -2 * s, 0, 0, n), (0, 0, -2, -2, -2, -2, 0, 0, n)
    )
    yield from across(
        f, ops.Gaussian(0.5), bell, (0, 0, s, 0, 0, -s, 0, 0, n), (0, 0, -1, -1, -1, -1, 0, 0, n)
    )
    yield from across(
        f,
        ops.Erf(),
        (-1, -1, -s, -0.0, 0, s, 1, 1, n),
        (0, 0, e, e, e, e, 0, 0, n),
        (0, 0, 2 * e * s, 0, 0, -2 * e * s, 0, 0, n),
    )
    yield from across(
        f,
        ops.Erfc(),
        (2, 2, 1, 1, 1, 1, 0, 0, n),
        (0, 0, -e, -e, -e, -e, 0, 0, n),
        (0, 0, -2 * e * s, 0, 0, 2 * e * s, 0, 0, n),
    )
    half, slope = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, n), (0, 0, p, p, p, p, 0, 0, n)
    flat = (0, 0, 0, 0, 0, 0, 0, 0, n)
    yield from across(f, ops.Ndtr(), half, slope, flat)
    yield from across(f, ops.TanhNdtr(), half, slope, flat)


def _activations(f: Float) -> Iterator[Line]:
    s, b, u, p = f.smallest, f.largest, LOG_2, PHI
    bump = (0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, n)
    yield from across(
        f, ops.LogSigmoid(), (-i, -b, -u, -u, -u, -u, -0.0, -0.0, n), (1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0, n),
        (0, 0, -0.25, -0.25, -0.25, -0.25, 0, 0, n),
    )  # fmt: skip
    rise = (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, n)
    yield from across(f, ops.Softplus(), (0, 0, u, u, u, u, b, i, n), rise, bump)
    gated = (-0.0, -0.0, -0.0, -0.0, 0, 0, b, i, n)
    yield from across(f, ops.Silu(), gated, rise, (0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0, n))
    for approximate in ("none", "tanh"):
        bend = (0, 0, 2 * p, 2 * p, 2 * p, 2 * p, 0, 0, n)
        yield from across(f, ops.Gelu(approximate), gated, rise, bend)
    for alpha in (1.0, 2.0):
        c = alpha
        yield from across(
            f, ops.Elu(alpha), (-c, -c, -c * s, -0.0, 0, s, b, i, n), (0, 0, c, c, c, 1, 1, 1, n),
            (0, 0, c, c, c, 0, 0, 0, n),
        )  # fmt: skip
    yield from across(
        f, ops.Softsign(), (-1, -1, -s, -0.0, 0, s, 1, 1, n), (0, 0, 1, 1, 1, 1, 0, 0, n),
        (0, 0, 2, 0, 0, -2, 0, 0, n),
    )  # fmt: skip
    yield from across(
        f, ops.Tanhshrink(), (-i, -b, -0.0, -0.0, 0, 0, b, i, n), (1, 1, 0, 0, 0, 0, 1, 1, n),
        (0, 0, -2 * s, 0, 0, 2 * s, 0, 0, n),
    )  # fmt: skip


def _logarithms(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    bend = (0, 0, -i, -i, -i, -i, 0, 0, n)
    for op, scale in ((ops.Log(), 1.0), (ops.Log2(), LOG_2), (ops.Log10(), log(10.0))):
        value = (n, n, n, -i, -i, log(s) / scale, log(b) / scale, i, n)
        yield from across(f, op, value, (0, -1 / b / scale, -i, -i, i, i, 1 / b / scale, 0, n), bend)
        yield at(op, (1.0,), 0.0, 1 / scale)
    yield from across(
        f, ops.Log1p(), (n, n, -s, -0.0, 0, s, log(b), i, n), (0, -1 / b, 1, 1, 1, 1, 1 / b, 0, n),
        (0, 0, -1, -1, -1, -1, 0, 0, n),
    )  # fmt: skip
    yield at(ops.Log1p(), (-1.0,), -i, i)
    yield from across(f, ops.Logit(), (n, n, n, -i, -i, log(s), n, n, n), (0, 0, -i, -i, i, i, 0, 0, n))
    yield at(ops.Logit(), (1.0,), i, i)


def _powers(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    ones, two = (1, 1, 1, 1, 1, 1, 1, 1), (2, 2, 2, 2, 2, 2, 2, 2)
    parabola, line = (i, i, 0, 0, 0, 0, i, i, n), (-i, -i, -2 * s, 0, 0, 2 * s, i, i, n)
    yield from across(f, ops.Square(), parabola, line, (*two, 2))
    yield from across(f, ops.PowerScalar(2.0), parabola, line, (*two, 2))
    yield from across(f, ops.PowerScalar(1.0), (-i, -b, -s, -0.0, 0, s, b, i, n), (*ones, 1))
    yield from across(f, ops.PowerScalar(0.0), (*ones, 1), (0, 0, 0, 0, 0, 0, 0, 0, 0))  # of NaN too: C99
    yield from across(
        f, ops.PowerScalar(3.0), (-i, -i, -0.0, -0.0, 0, 0, i, i, n), (i, i, 0, 0, 0, 0, i, i, n),
        (-i, -i, -6 * s, 0, 0, 6 * s, i, i, n),
    )  # fmt: skip
    hyperbola, slope = (-0.0, -1 / b, -i, -i, i, i, 1 / b, 0, n), (0, 0, -i, -i, -i, -i, 0, 0, n)
    bend = (0, 0, -i, -i, i, i, 0, 0, n)
    yield from across(f, ops.Reciprocal(), hyperbola, slope, bend)
    yield from across(f, ops.PowerScalar(-1.0), hyperbola, slope, bend)
    yield from across(
        f, ops.PowerScalar(-2.0), (0, 0, i, i, i, i, 0, 0, n), (0, 0, i, i, -i, -i, 0, 0, n),
        (0, 0, i, i, i, i, 0, 0, n),
    )  # fmt: skip


def _roots(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    r, q = sqrt(s), sqrt(b)
    yield from across(
        f, ops.Sqrt(), (n, n, n, -0.0, 0, r, q, i, n), (n, n, n, i, i, 0.5 / r, 0.5 / q, 0, n),
        (n, n, n, -i, -i, -i, 0, 0, n),
    )  # fmt: skip
    yield from across(f, ops.Rsqrt(), (n, n, n, -i, i, 1 / r, 1 / q, 0, n), (n, n, n, -i, -i, -i, 0, 0, n))
    r, q = cbrt(s), cbrt(b)
    steep, slight = 1 / (3 * r * r), 1 / (3 * q * q)
    yield from across(
        f, ops.Cbrt(), (-i, -q, -r, -0.0, 0, r, q, i, n), (0, slight, steep, i, i, steep, slight, 0, n),
        (0, 0, i, i, -i, -i, 0, 0, n),
    )  # fmt: skip
    yield at(ops.PowerScalar(0.5), (0.0,), 0.0, i)
    yield at(ops.PowerScalar(0.5), (i,), i, 0.0)


def _hyperbolics(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    sinh, cosh = (-i, -i, -s, -0.0, 0, s, i, i, n), (i, i, 1, 1, 1, 1, i, i, n)
    yield from across(f, ops.Sinh(), sinh, cosh, sinh)
    yield from across(f, ops.Cosh(), cosh, sinh, cosh)
    far = log(b) + LOG_2
    yield from across(
        f, ops.Arcsinh(), (-i, -far, -s, -0.0, 0, s, far, i, n), (0, 1 / b, 1, 1, 1, 1, 1 / b, 0, n)
    )
    yield from across(f, ops.Arccosh(), (n, n, n, n, n, n, far, i, n), (n, n, n, n, n, n, 1 / b, 0, n))
    yield at(ops.Arccosh(), (1.0,), 0.0, i)
    yield from across(f, ops.Arctanh(), (n, n, -s, -0.0, 0, s, n, n, n), (0, 0, 1, 1, 1, 1, 0, 0, n))
    yield at(ops.Arctanh(), (1.0,), i, i)
    yield at(ops.Arctanh(), (-1.0,), -i, i)


def _angles(f: Float) -> Iterator[Line]:
    s, b, h = f.smallest, f.largest, pi / 2
    x, y, z = sin(b), cos(b), tan(b)
    yield from across(f, ops.Sin(), (n, -x, -s, -0.0, 0, s, x, n, n), (n, y, 1, 1, 1, 1, y, n, n))
    yield from across(f, ops.Cos(), (n, y, 1, 1, 1, 1, y, n, n), (n, x, s, 0, 0, -s, -x, n, n))
    steep = 1 + z * z
    yield from across(f, ops.Tan(), (n, -z, -s, -0.0, 0, s, z, n, n), (n, steep, 1, 1, 1, 1, steep, n, n))
    inside = (n, n, 1, 1, 1, 1, n, n, n)
    yield from across(f, ops.Arcsin(), (n, n, -s, -0.0, 0, s, n, n, n), inside)
    yield from across(f, ops.Arccos(), (n, n, h, h, h, h, n, n, n), (n, n, -1, -1, -1, -1, n, n, n))
    for end in (-1.0, 1.0):
        yield at(ops.Arcsin(), (end,), end * h, i)
        yield at(ops.Arccos(), (end,), h - end * h, -i)
    yield from across(
        f, ops.Arctan(), (-h, -h, -s, -0.0, 0, s, h, h, n), (0, 0, 1, 1, 1, 1, 0, 0, n),
        (0, 0, 2 * s, 0, 0, -2 * s, 0, 0, n),
    )  # fmt: skip
    c = pi * pi / 3
    yield from across(  # b is a whole number
        f, ops.Sinc(0), (0, -0.0, 1, 1, 1, 1, 0, 0, n), (0, -1 / b, c * s, 0, 0, -c * s, 1 / b, 0, n),
        (0, 0, -c, -c, -c, -c, 0, 0, n),
    )  # fmt: skip
