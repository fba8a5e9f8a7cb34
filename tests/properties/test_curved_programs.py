"""Programs for higher derivatives: of ops that curve, of several variables, and few of derivative 0."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import prod

import pytest

from engine.catalogue import CATALOGUE
from properties.case import Case
from properties.judge import BUDGETS
from properties.oracles.definition import second_derivative
from properties.strategies.orders import curved_programs, curves, is_flat
from tests.properties.samples import NAMES, POOL, corners, sample, share

CURVING = {"Cos", "EWiseDiv", "EWiseMul", "EWisePow", "Exp", "Log", "LogSumExp", "MatMul", "PowerScalar",
           "Sigmoid", "Sin", "Sqrt", "Tanh"}  # fmt: skip
JOINING = {"Concatenate", "EWiseAdd", "Stack", "Where"}
BENDING = {"Abs", "Max", "Maximum", "Minimum", "ReLU"}


@cache
def drawn(*, smooth: bool) -> list[Case]:
    return sample(curved_programs(POOL, smooth=smooth), 10 * BUDGETS["default"], run=BUDGETS["default"])


def test_the_ops_that_curve_and_those_that_are_flat_are_these() -> None:
    assert {name for name in NAMES if curves(CATALOGUE[name])} == CURVING
    assert {name for name in NAMES if is_flat(CATALOGUE[name])} == {"Compare", "Sign", "Step"}


@pytest.mark.parametrize("smooth", [True, False])
def test_programs_are_of_ops_that_curve_or_join_and_at_kinks_of_ops_that_bend(smooth: bool) -> None:
    found = {type(step.op).__name__ for case in drawn(smooth=smooth) for step in case.steps}
    assert found == CURVING | JOINING | (set() if smooth else BENDING)


@pytest.mark.parametrize("smooth", [True, False])
def test_the_last_step_curves_and_two_inputs_are_variables(smooth: bool) -> None:
    assert all(len(case.variables) > 1 for case in drawn(smooth=smooth))
    assert share(type(case.steps[-1].op).__name__ in CURVING for case in drawn(smooth=smooth)) > 0.9
    assert share(bool(case.constants) for case in drawn(smooth=smooth)) > 0.1


def test_rough_ones_are_at_kinks_and_ties() -> None:
    assert share(any(corners(case)) for case in drawn(smooth=False)) >= 0.9


def bends(case: Case, inner: int, outer: int) -> bool:
    """Whether the oracle sees a second derivative, with the two variables moved in dense directions."""
    numbers = [0.5 + 0.25 * at * (-1) ** at for at in range(30)]
    weights = numbers[: prod(case.specs()[-1][0])]
    along = {inner: numbers[: case.inputs[inner].size]}
    offset = {outer: [x / 8 for x in reversed(numbers[1 : case.inputs[outer].size + 1])]}
    found = second_derivative(case, weights, along, offset)
    (value,), (bound,) = found.values.tolist(), found.bounds.tolist()
    return not found.cause and abs(value) > bound


def test_most_second_derivatives_are_not_0_and_most_mixed_ones() -> None:
    known = drawn(smooth=True)[: 4 * BUDGETS["default"]]
    mixed = [any(bends(case, *pair) for pair in combinations(case.variables, 2)) for case in known]
    assert share(mixed) >= 0.5
    rest = [case for case, bent in zip(known, mixed, strict=True) if not bent]
    alone = [any(bends(case, each, each) for each in case.variables) for case in rest]
    assert sum(mixed) + sum(alone) >= 0.7 * len(known)


def test_a_pool_in_which_nothing_curves_is_used_as_it_is() -> None:
    cases = sample(curved_programs([CATALOGUE["Negate"], CATALOGUE["EWiseAdd"]]), 20)
    assert {type(step.op).__name__ for case in cases for step in case.steps} == {"Negate", "EWiseAdd"}
