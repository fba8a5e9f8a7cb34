"""Derivatives of a case, from its second definition: the judges of first and second order.

*First order* is a complex step through the second definition (``properties.number``): no difference is
taken, and the bound comes from the same evaluation.

*Second and third order* are Richardson extrapolations of the first (``properties.oracles.richardson``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from engine.array import Array
from properties.case import Case
from properties.grid import Grid
from properties.number import Arithmetic
from properties.oracles.estimate import Estimate
from properties.oracles.richardson import Curve, Sample, richardson
from properties.references import second_definition

DOUBLE = 2.0**-53
FIRST_STEP = 2.0**-6
ROWS = 12

Direction = Mapping[int, Sequence[float]]
"""A direction in the space of the inputs: for each input that moves its speed, entries in row-major order."""

STILL: Direction = {}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the second definition says of a case at a point."""

    output: Grid
    branches: tuple[bool, ...]
    close: int

    @property
    def values(self) -> list[float]:
        """The output's entries."""
        return [number.value for number in self.output.entries]

    @property
    def value_bounds(self) -> list[float]:
        """How far each may be off."""
        return [number.value_bound for number in self.output.entries]

    @property
    def tangents(self) -> list[float]:
        """The output's derivatives along the direction."""
        return [number.tangent for number in self.output.entries]

    @property
    def tangent_bounds(self) -> list[float]:
        """How far each may be off."""
        return [number.tangent_bound for number in self.output.entries]


def evaluate(
    case: Case, direction: Direction = STILL, unit: float = DOUBLE, offset: Direction = STILL, by: float = 0.0
) -> Evaluation:
    """The output at x + by·offset, moving along ``direction``, computed with the unit roundoff ``unit``."""
    arithmetic = Arithmetic(unit)
    grids = [
        _input_grid(array, direction.get(number), offset.get(number), by, arithmetic)
        for number, array in enumerate(case.inputs)
    ]
    for step in case.steps:
        grids.append(second_definition(step.op, [grids[arg] for arg in step.args]))
    return Evaluation(grids[-1], tuple(arithmetic.branches), arithmetic.close)


def _input_grid(
    array: Array,
    moves: Sequence[float] | None,
    offset: Sequence[float] | None,
    by: float,
    arithmetic: Arithmetic,
) -> Grid:
    entries = [float(entry) for entry in array.ravel().tolist()]
    speeds = [0.0] * len(entries) if moves is None else moves
    shifts = [0.0] * len(entries) if offset is None else offset
    numbers = [
        arithmetic.number(entry + by * shift, speed)
        for entry, speed, shift in zip(entries, speeds, shifts, strict=True)
    ]
    return Grid(array.shape, numbers, arithmetic)


def second_derivative(case: Case, weights: Sequence[float], along: Direction, offset: Direction) -> Estimate:
    """d/dt of Σᵢ ȳᵢ (J(x + t·offset) · along)ᵢ at t = 0, with ȳ = ``weights``."""
    return richardson(_gradient_curve(case, weights, along, offset), FIRST_STEP, ROWS)


def third_derivative(case: Case, weights: Sequence[float], along: Direction, offset: Direction) -> Estimate:
    """d²/dt² of Σᵢ ȳᵢ (J(x + t·offset) · along)ᵢ at t = 0, with ȳ = ``weights``.

    For g(t) = g₀ + g₁ t + g₂ t² + … the mean of g(√s) and g(−√s) is g₀ + g₂ s + …, of which the first
    derivative to the right at s = 0 is half of g″(0).
    """
    curve = _gradient_curve(case, weights, along, offset)

    def mean(s: float) -> Sample:
        ahead, behind = curve(sqrt(s)), curve(-sqrt(s))
        values, floors = (ahead.values + behind.values) / 2, (ahead.floors + behind.floors) / 2
        return Sample(values, floors, ahead.undecided or behind.undecided)

    half = richardson(mean, FIRST_STEP**2, ROWS, "right")
    return Estimate(2 * half.values, 2 * half.bounds, half.cause)


def _gradient_curve(case: Case, weights: Sequence[float], along: Direction, offset: Direction) -> Curve:
    """t ↦ Σᵢ ȳᵢ (J(x + t·offset) · along)ᵢ, wherever no comparison goes otherwise than at t = 0."""
    centre = evaluate(case, along)

    def sample(t: float) -> Sample:
        there = evaluate(case, along, offset=offset, by=t)
        undecided = "a kink or tie nearby" if there.branches != centre.branches or there.close else ""
        value, bound = paired(weights, there.tangents, there.tangent_bounds)
        return Sample(np.array([value]), np.array([bound]), undecided)

    return sample


def paired(
    weights: Sequence[float], numbers: Sequence[float], bounds: Sequence[float]
) -> tuple[float, float]:
    """Σ wᵢnᵢ and a bound on its error."""
    terms = [weight * number for weight, number in zip(weights, numbers, strict=True)]
    brought = sum(abs(weight) * bound for weight, bound in zip(weights, bounds, strict=True))
    return sum(terms, 0.0), brought + (len(terms) + 1) * DOUBLE * sum(map(abs, terms))
