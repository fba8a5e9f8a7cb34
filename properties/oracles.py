"""Derivatives from values alone: the judges of first and second order.

*First order* is a complex step through the second definition (``properties.number``): no difference is
taken, and the bound comes from the same evaluation.

*Second order* is a Richardson extrapolation of the first: central differences at steps that halve, each
row eliminating one more term of the error, h², h⁴, … The error of an entry of the tableau is taken to be its
distance from its neighbours *plus* the rounding of the samples carried through the same weights. Without
that floor the rule picks coincidences: quotients that are equal because both were quantised alike.
(L. F. Richardson and J. A. Gaunt, The deferred approach to the limit, Phil. Trans. R. Soc. A 226, 1927,
p. 299; C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng. Software 4, 1982, p. 75.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.array import Array
from properties.case import Case
from properties.grid import Grid
from properties.number import Arithmetic
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


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, how far it may be off, and why it could not be found (or nothing)."""

    value: float
    bound: float
    undecided: str = ""


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
    centre = evaluate(case, along)

    def sample(t: float) -> Estimate:
        there = evaluate(case, along, offset=offset, by=t)
        if there.branches != centre.branches or there.close:
            return Estimate(0.0, 0.0, "a kink or tie nearby")
        value, bound = paired(weights, there.tangents, there.tangent_bounds)
        return Estimate(value, bound)

    return richardson(sample)


def paired(
    weights: Sequence[float], numbers: Sequence[float], bounds: Sequence[float]
) -> tuple[float, float]:
    """Σ wᵢnᵢ and a bound on its error."""
    terms = [weight * number for weight, number in zip(weights, numbers, strict=True)]
    brought = sum(abs(weight) * bound for weight, bound in zip(weights, bounds, strict=True))
    return sum(terms), brought + (len(terms) + 1) * DOUBLE * sum(map(abs, terms))


def richardson(sample: Callable[[float], Estimate]) -> Estimate:
    """The derivative at 0 of the function that ``sample`` gives with bounds, extrapolated to step 0.

    Steps whose samples are undecided are left out, with all larger ones. Undecided if too few are left.
    """
    best = Estimate(0.0, float("inf"), "no step is free of kinks")
    values: list[float] = []
    floors: list[float] = []
    for row in range(ROWS):
        step = FIRST_STEP * 2.0**-row
        right, left = sample(step), sample(-step)
        if right.undecided or left.undecided:
            values, floors = [], []
            best = Estimate(0.0, float("inf"), right.undecided or left.undecided)
            continue
        new_values = [(right.value - left.value) / (2 * step)]
        new_floors = [(right.bound + left.bound) / (2 * step)]
        for column, (value, floor) in enumerate(zip(values, floors, strict=True), start=1):
            share = 1 / (4.0**column - 1)
            new_values.append(new_values[-1] + share * (new_values[-1] - value))
            new_floors.append((1 + share) * new_floors[-1] + share * floor)
            distance = max(abs(new_values[-1] - new_values[-2]), abs(new_values[-1] - value))
            error = distance + new_floors[-1]
            if error < best.bound:
                best = Estimate(new_values[-1], error)
        values, floors = new_values, new_floors
    return best
