"""Programs for higher derivatives: of ops that curve, of several variables, and few of derivative 0."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import prod

import pytest

from engine.catalogue import CATALOGUE
from properties.case import Case
from properties.judge import BUDGETS
from properties.law import PORTION
from properties.oracles.definition import second_derivative
from properties.strategies.calls import has_corners
from properties.strategies.orders import curved_programs, curves, is_flat
from properties.strategies.programs import joins
from tests.properties.samples import NAMES, POOL, corners, sample, share

CURVING = {name for name in NAMES if curves(CATALOGUE[name])}
FLAT = {name for name in NAMES if is_flat(CATALOGUE[name])}


@cache
def drawn(*, smooth: bool) -> list[Case]:
    return sample(curved_programs(POOL, smooth=smooth), 10 * BUDGETS["default"], run=PORTION)


def test_ops_that_curve_and_those_that_are_flat_are_known() -> None:
    """The others are linear between their kinks and ties."""
    assert {
        "Sin",
        "EWiseMul",
        "EWiseDiv",
        "PowerScalar",
        "MatMul",
        "LogSumExp",
        "LogAddExp",
        "Conv2d",
        "Inv",
    } <= CURVING
    assert not CURVING & {
        "Abs",
        "Max",
        "Sort",
        "Summation",
        "EWiseAdd",
        "AddScalar",
        "Reshape",
        "Stack",
        "Where",
    }
    assert {"Ceil", "Compare", "Floor", "Round", "Sign", "Step", "Trunc"} <= FLAT
    assert not FLAT & CURVING


@pytest.mark.parametrize("smooth", [True, False])
def test_programs_are_of_ops_that_curve_or_join_and_at_kinks_of_ops_that_bend(smooth: bool) -> None:
    entries = [CATALOGUE[name] for case in drawn(smooth=smooth) for name in names(case)]
    others = [entry for entry in entries if not curves(entry)]
    assert not any(map(is_flat, entries))
    assert all(joins(entry) or has_corners(entry) for entry in others)
    assert any(map(joins, others))
    assert any(map(has_corners, others)) is not smooth


def names(case: Case) -> list[str]:
    return [type(step.op).__name__ for step in case.steps]


@pytest.mark.parametrize("smooth", [True, False])
def test_the_last_step_curves_and_two_inputs_are_variables(smooth: bool) -> None:
    assert all(len(case.variables) > 1 for case in drawn(smooth=smooth))
    assert share(names(case)[-1] in CURVING for case in drawn(smooth=smooth)) > 0.9
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
