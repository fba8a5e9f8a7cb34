"""Elementwise functions with their derivatives, written apart for mpmath: the truth about an oracle's bound.

The magnitudes are 1e-4 to 1e4 but where value or derivative would leave the normal numbers of float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checks.functions import LARGEST, SMALLEST
from engine import Tensor, cos, exp, log, sigmoid, sin, sqrt, tanh
from properties.oracles.many_digits import Mp, Real

DIGITS = 60


@dataclass(frozen=True, slots=True)
class Curve:
    """A function of one number, its derivative in many digits, and the magnitudes for which it is meant."""

    name: str
    function: Callable[[Tensor], Tensor]
    slope: Callable[[Mp, Real], Real]
    positive: bool = False
    largest: float = LARGEST

    def points(self, random: np.random.Generator, count: int) -> list[float]:
        """Numbers of log-uniform magnitude."""
        sizes = 10 ** random.uniform(np.log10(SMALLEST), np.log10(self.largest), count)
        signs = np.ones(count) if self.positive else random.choice([-1.0, 1.0], count)
        found: list[float] = (sizes * signs).tolist()
        return found


def _bell(mp: Mp, x: Real) -> Real:
    """σ′(x) = 1 / (eˣ + 2 + e⁻ˣ)."""
    return 1 / (mp.exp(x) + 2 + mp.exp(-x))


def _sigmoid(mp: Mp, x: Real) -> Real:
    return 1 / (1 + mp.exp(-x))


CURVES: tuple[Curve, ...] = (
    Curve("sin", sin, lambda mp, x: mp.cos(x)),
    Curve("cos", cos, lambda mp, x: -mp.sin(x)),
    Curve("exp", exp, lambda mp, x: mp.exp(x), largest=700.0),
    Curve("log", log, lambda mp, x: 1 / x, positive=True),
    Curve("tanh", tanh, lambda mp, x: mp.sech(x) ** 2, largest=350.0),
    Curve("sigmoid", sigmoid, _bell, largest=700.0),
    Curve("√x", sqrt, lambda mp, x: 1 / (2 * mp.sqrt(x)), positive=True),
    Curve("x³", lambda x: x**3, lambda mp, x: 3 * x * x),
    Curve("x^1.5", lambda x: x**1.5, lambda mp, x: 1.5 * mp.sqrt(x), positive=True),
    Curve("1/x", lambda x: 1 / x, lambda mp, x: -(1 / (x * x))),
    Curve("x log x", lambda x: x * log(x), lambda mp, x: mp.log(x) + 1, positive=True),
    Curve("xˣ", lambda x: x**x, lambda mp, x: x**x * (mp.log(x) + 1), positive=True, largest=100.0),
    Curve("sin(exp x)", lambda x: sin(exp(x)), lambda mp, x: mp.cos(mp.exp(x)) * mp.exp(x), largest=10.0),
    Curve("exp(sin x)", lambda x: exp(sin(x)), lambda mp, x: mp.exp(mp.sin(x)) * mp.cos(x)),
    Curve("x tanh x", lambda x: x * tanh(x), lambda mp, x: mp.tanh(x) + x * mp.sech(x) ** 2),
    Curve("tanh(log x)", lambda x: tanh(log(x)), lambda mp, x: 4 * x / (x * x + 1) ** 2, positive=True),
    Curve(
        "x σ(x)", lambda x: x * sigmoid(x), lambda mp, x: _sigmoid(mp, x) + x * _bell(mp, x), largest=700.0
    ),
    Curve("sin x · cos x", lambda x: sin(x) * cos(x), lambda mp, x: mp.cos(2 * x)),
    Curve(
        "√x sin x",
        lambda x: sqrt(x) * sin(x),
        lambda mp, x: mp.sin(x) / (2 * mp.sqrt(x)) + mp.sqrt(x) * mp.cos(x),
        positive=True,
    ),
    Curve("log(1 + x²)", lambda x: log(1 + x * x), lambda mp, x: 2 * x / (1 + x * x)),
    Curve("1/(1 + x²)", lambda x: 1 / (1 + x * x), lambda mp, x: -(2 * x) / (1 + x * x) ** 2),
    Curve("√(1 + x²)", lambda x: sqrt(1 + x * x), lambda mp, x: x / mp.sqrt(1 + x * x)),
    Curve("exp(−x²)", lambda x: exp(-(x * x)), lambda mp, x: -(2 * x) * mp.exp(-(x * x)), largest=26.0),
    Curve("log(1 + exp x)", lambda x: log(1 + exp(x)), _sigmoid, largest=700.0),
)
"""24 functions."""
