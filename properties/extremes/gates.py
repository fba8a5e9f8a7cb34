"""Rectifiers, hard activations and marks of one number at the nine extremes."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan

from engine import ops
from properties.extremes.point import Float, Line, Nine, across

i: float = inf
n: float = nan
NONE: Nine = (0, 0, 0, 0, 0, 0, 0, 0, 0)
SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""The two numbers of selu (G. Klambauer and others, Self-normalizing neural networks, 2017)."""


def lines(f: Float) -> Iterator[Line]:
    """Every op of this file. In its rows s, b are the smallest subnormal and the largest number."""
    s, b = f.smallest, f.largest
    # Columns: −∞, −b, −s, −0, 0, s, b, ∞, NaN. Rows: the value, the derivative.
    yield from across(
        f, ops.LogisticDensity(1.0), (0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, n), (0, 0, 0, 0, 0, 0, 0, 0, n)
    )
    sixth = 1 / 6
    yield from across(
        f, ops.Hardsigmoid(), (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, n),
        (0, 0, sixth, sixth, sixth, sixth, 0, 0, 0),
    )  # fmt: skip
    yield from across(
        f, ops.Hardswish(), (0, 0, -0.0, -0.0, 0, 0, b, i, n), (0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 0)
    )
    for op in (ops.Softshrink(0.5), ops.Hardshrink(0.5)):
        yield from across(f, op, (-i, -b, 0, 0, 0, 0, b, i, n), (1, 1, 0, 0, 0, 0, 1, 1, 0))
    yield from across(f, ops.IsNan(), (0, 0, 0, 0, 0, 0, 0, 0, 1), NONE)
    yield from across(f, ops.IsFinite(), (0, 1, 1, 1, 1, 1, 1, 0, 0), NONE)
    yield from across(
        f, ops.NanToNum(-1.5, 2.0, 3.0), (3, -b, -s, -0.0, 0, s, b, 2, -1.5), (0, 1, 1, 1, 1, 1, 1, 0, 0)
    )
    yield from across(f, ops.Celu(1.0), (-1, -1, -s, -0.0, 0, s, b, i, n), (0, 0, 1, 1, 1, 1, 1, 1, n))
    low = SCALE * ALPHA
    yield from across(
        f, ops.Selu(), (-low, -low, -2 * s, -0.0, 0, s, i, i, n),
        (0, 0, low, low, low, SCALE, SCALE, SCALE, n),
    )  # fmt: skip
    yield from across(  # 0.6 s rounds to s
        f, ops.Mish(), (-0.0, -0.0, -s, -0.0, 0, s, b, i, n), (0, 0, 0.6, 0.6, 0.6, 0.6, 1, 1, n)
    )
