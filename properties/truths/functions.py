"""The functions that closed forms are made of, for any float as argument."""

from __future__ import annotations

from properties.oracles.many_digits import Real, mpmath

FAR = 1e5
"""exp(±FAR) is beyond every float, also times any power of a float that a derivative has."""


def number(x: float) -> Real:
    """A float, exactly."""
    return mpmath().mpf(x)


def within(x: Real, far: float = FAR) -> Real:
    """x, or ±far for what is farther from 0."""
    return number(far) if x > far else number(-far) if x < -far else x


def exp(x: Real) -> Real:
    """exp x."""
    return mpmath().exp(within(x))


def log(x: Real) -> Real:
    """log x."""
    return mpmath().log(x)


def sqrt(x: Real) -> Real:
    """√x."""
    return mpmath().sqrt(x)


def sign(x: Real) -> float:
    """−1, 0 or 1."""
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0


def sigmoid(x: Real) -> Real:
    """1 / (1 + exp(−x))."""
    return 1.0 / (1.0 + exp(-x))


def bump(x: Real) -> Real:
    """σ′ = σ(x) σ(−x)."""
    return sigmoid(x) * sigmoid(-x)


def bump_slope(x: Real) -> Real:
    """σ″ = σ′ (σ(−x) − σ(x)), where the difference is −tanh(x/2)."""
    return -bump(x) * mpmath().tanh(within(x) / 2.0)


def bell(x: Real) -> Real:
    """exp(−x²)."""
    return exp(-x * x)


def normal_density(x: Real) -> Real:
    """φ(x) = exp(−x²/2) / √2π."""
    return exp(-x * x / 2.0) / sqrt(2.0 * mpmath().pi)


def normal_share(x: Real) -> Real:
    """Φ(x) = erfc(−x/√2) / 2."""
    return mpmath().erfc(-within(x, 1e4) / sqrt(number(2.0))) / 2.0
