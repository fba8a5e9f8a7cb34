"""What the laws measure with: how much rounding is an engine's right, and the sums that they compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.array import Array
from engine.dtype import FLOAT32
from properties.case import Case
from properties.oracles.definition import Direction, Evaluation, evaluate
from properties.verdict import Given

SLACK = 8.0
"""An engine may round this many times where the second definition rounds once; it may use another formula."""

CURVATURE = 64.0
"""Cases stay 1/64 away from singularities, so by Cauchy's estimate each further derivative, and its rounding,
grows by at most this factor."""


def given(**arrays: Array | Sequence[Array]) -> Given:
    """What a law chose, by name."""
    named: dict[str, Array] = {}
    for name, value in arrays.items():
        if isinstance(value, np.ndarray):
            named[name] = value
        else:
            named.update({f"{name}{number}": each for number, each in enumerate(value)})
    return Given(named)


def floor_of(case: Case) -> float:
    """Below this a number of the case's dtype is subnormal and has fewer digits."""
    coarse = any(dtype is FLOAT32 for _, dtype in case.specs())
    return float(np.finfo(np.float32 if coarse else np.float64).tiny)


def direction_of(case: Case, tangents: Sequence[Array]) -> Direction:
    """One tangent for each variable, as the oracles take it."""
    return {number: flat(tangent) for number, tangent in zip(case.variables, tangents, strict=True)}


def flat(array: Array) -> list[float]:
    """The entries in row-major order."""
    return [float(entry) for entry in array.ravel().tolist()]


def rounded(case: Case, direction: Direction) -> Evaluation:
    """The oracle's tangent along a direction, with bounds for the coarsest rounding in the case."""
    return evaluate(case, direction, case.unit_roundoff())
