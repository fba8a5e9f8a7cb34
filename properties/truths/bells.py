"""The Gaussian, its integrals, and the activations that are made of them."""

from __future__ import annotations

from engine import ops
from properties.oracles.many_digits import Real, mpmath
from properties.truths.functions import (
    bell,
    bump,
    bump_slope,
    exp,
    normal_density,
    normal_share,
    number,
    sigmoid,
    sqrt,
    within,
)
from properties.truths.table import Sum, tell

tell(
    ops.Gaussian,
    lambda op, x: (-2.0 * op.rate * x[0] * exp(-op.rate * x[0] * x[0]),),
    lambda op, x: (
        (
            -2.0 * op.rate * exp(-op.rate * x[0] * x[0]),
            (2.0 * op.rate * x[0]) ** 2.0 * exp(-op.rate * x[0] * x[0]),
        ),
    ),
    near=(0.7071067811865476, 1.0, 1.4142135623730951),
)


def _scale() -> Real:
    """2/√π."""
    return 2.0 / sqrt(mpmath().pi)


tell(
    ops.Erf,
    lambda op, x: (_scale() * bell(x[0]),),
    lambda op, x: (-2.0 * x[0] * _scale() * bell(x[0]),),
)
tell(
    ops.Erfc,
    lambda op, x: (-_scale() * bell(x[0]),),
    lambda op, x: (2.0 * x[0] * _scale() * bell(x[0]),),
)
tell(
    ops.Ndtr,
    lambda op, x: (normal_density(x[0]),),
    lambda op, x: (-x[0] * normal_density(x[0]),),
)


def _inner(x: Real) -> tuple[Real, Real, Real]:
    """u(x) = 2 √(2/π) (x + 0.044715 x³), u′ and u″."""
    slope = 2.0 * sqrt(2.0 / mpmath().pi)
    cube = mpmath().mpf("0.044715") * slope
    return slope * x + cube * x**3.0, slope + 3.0 * cube * x * x, 6.0 * cube * x


def _share_bends(x: Real) -> tuple[Real, Real]:
    """The terms of d²σ(u(x))/dx²: σ″ u′² and σ′ u″."""
    u, du, ddu = _inner(x)
    return bump_slope(u) * du * du, bump(u) * ddu


def _share_slope(x: Real) -> Real:
    u, du, _ = _inner(x)
    return bump(u) * du


tell(
    ops.TanhNdtr,
    lambda op, x: (_share_slope(x[0]),),
    lambda op, x: (_share_bends(x[0]),),
    near=(1.0, 21.7, 10.2),
)


def _gelu_slope(op: ops.Gelu, x: Real) -> Sum:
    """The terms Φ and x Φ′, for either Φ."""
    if op.approximate == "none":
        return normal_share(x), x * normal_density(x)
    return sigmoid(_inner(within(x))[0]), x * _share_slope(x)


def _gelu_bend(op: ops.Gelu, x: Real) -> Sum:
    """The terms of 2 Φ′ + x Φ″."""
    if op.approximate == "none":
        return 2.0 * normal_density(x), -x * x * normal_density(x)
    steep, bent = _share_bends(x)
    return 2.0 * _share_slope(x), x * steep, x * bent


tell(
    ops.Gelu,
    lambda op, x: (_gelu_slope(op, x[0]),),
    lambda op, x: (_gelu_bend(op, x[0]),),
    near=(-0.7517915246935645, -0.7524614220710162, 1.4142135623730951, -21.7, -38.2),
    cancels="Φ(a) + a Φ′(a) is 0 near −0.75, at no float, and each term has no more digits than a float",
)


def _silu_slope(x: Real) -> Sum:
    return sigmoid(x), x * bump(x)


tell(
    ops.Silu,
    lambda op, x: (_silu_slope(x[0]),),
    lambda op, x: ((2.0 * bump(x[0]), x[0] * bump_slope(x[0])),),
    near=(-1.2784645427610738, 2.3993572805154676),
    cancels="σ(a) + a σ′(a) is 0 near −1.28, at no float, and each term has no more digits than a float",
)
tell(
    ops.BCEWithLogits,
    lambda op, x: (((1.0 - x[1]) * sigmoid(x[0]), -x[1] * sigmoid(-x[0])), -x[0]),
    lambda op, x: (bump(x[0]), -1.0, number(0.0)),
    cancels="σ(a) − t is 0 where the target is the probability, and σ(a) has no more digits than a float",
)
