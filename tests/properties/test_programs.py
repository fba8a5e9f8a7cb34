"""Random programs: as diverse as promised, always legal, away from kinks where asked, and small once shrunk.

The statistics are of fixed seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from math import isfinite, prod
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import find, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import CATALOGUE
from engine.dtype import FLOAT32, FLOAT64
from programs_measured.traits import TRAITS, Program
from properties.adapters.reference import Reference
from properties.case import Case, Step, literal
from properties.judge import BUDGETS, PROFILE
from properties.law import PORTION
from properties.oracles.definition import evaluate
from properties.strategies import programs as drawing
from properties.strategies.arrays import MARGIN, array_of
from properties.strategies.corners import BENT
from properties.strategies.line import TALLEST, Line, Manner
from properties.strategies.programs import MOST_STEPS, programs
from properties.strategies.shapes import MOST_ENTRIES
from properties.verdict import Given
from tests.properties.samples import NAMES, POOL, corners, entries, sample, share


@cache
def lines(*, smooth: bool) -> list[Case]:
    return sample(programs(POOL, smooth=smooth), 20 * BUDGETS["default"], run=PORTION)


BOTH = pytest.mark.parametrize("smooth", [True, False], ids=["smooth", "rough"])


@BOTH
@pytest.mark.parametrize("trait", TRAITS)
def test_programs_have_what_is_promised(trait: str, smooth: bool) -> None:
    has, floor = TRAITS[trait]
    assert share(has(Program(case)) for case in lines(smooth=smooth)) >= floor


OTHERS: dict[str, tuple[Callable[[Case], bool], float]] = {
    "one step": (lambda case: len(case.steps) == 1, 0.05),
    "five steps or more": (lambda case: len(case.steps) > 4, 0.3),
    "an unused step": (lambda case: bool(set(range(len(case.inputs), case.output)) - case.needed()), 0.2),
    "no constant": (lambda case: not case.constants, 0.5),
    "several inputs": (lambda case: len(case.inputs) > 1, 0.5),
    "float32": (lambda case: case.inputs[0].dtype is FLOAT32, 0.1),
    "an empty value": (lambda case: any(0 in shape for shape, _ in case.specs()), 0.03),
    "a value in an odd layout": (
        lambda case: any(not a.flags.c_contiguous or not a.flags.writeable for a in case.inputs),
        0.2,
    ),
}


@BOTH
@pytest.mark.parametrize("kind", OTHERS)
def test_programs_are_of_every_kind(kind: str, smooth: bool) -> None:
    has, floor = OTHERS[kind]
    assert share(map(has, lines(smooth=smooth))) > floor


def test_programs_use_most_ops_of_the_pool_and_have_every_length() -> None:
    cases = (*lines(smooth=True), *lines(smooth=False))
    assert len({type(step.op) for case in cases for step in case.steps}) > 0.9 * len(POOL)
    assert {len(case.steps) for case in cases} == set(range(1, MOST_STEPS + 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_op_can_be_a_step(name: str) -> None:
    pool = [CATALOGUE["EWiseAdd"], CATALOGUE[name]]
    portions = (sample(programs(pool), PORTION, f"{name} {portion}") for portion in range(8))
    assert any(
        isinstance(step.op, CATALOGUE[name].op) for cases in portions for case in cases for step in case.steps
    )


def test_the_output_is_made_of_a_variable() -> None:
    for case in (*lines(smooth=True), *lines(smooth=False)):
        assert case.output in case.varying()


def test_smooth_programs_have_no_close_comparison_and_rough_ones_do() -> None:
    assert all(evaluate(case, unit=case.unit_roundoff()).close == 0 for case in lines(smooth=True))
    rough = [corners(case) for case in lines(smooth=False)]
    assert share(map(any, rough)) >= 0.9
    assert share(BENT in found for found in rough) > 0.4


@pytest.mark.parametrize("name", ["ReLU", "Max", "Maximum"])
def test_rough_programs_of_one_op_are_at_kinks_and_ties(name: str) -> None:
    cases = sample(programs([CATALOGUE["Negate"], CATALOGUE[name]], smooth=False), 60, name)
    assert share(any(corners(case)) for case in cases) >= 0.9


def test_programs_are_finite_in_both_dtypes() -> None:
    for case in (*lines(smooth=True), *lines(smooth=False)):
        single = Case(tuple(array_of(entries(a), a.shape, FLOAT32) for a in case.inputs), case.steps)
        for each in (case, single):
            assert all(map(isfinite, entries(Reference().forward(each)))), case


@BOTH
def test_every_op_is_given_values_of_its_domain_and_none_that_is_large(smooth: bool) -> None:
    for case in lines(smooth=smooth)[:200]:
        first = len(case.inputs)
        for step in case.steps:
            for arg, domain in zip(step.args, step.domains, strict=True):
                value = case.inputs[arg] if arg < first else Reference().forward(case.upto(arg))
                defined = domain.smooth_at if smooth else domain.contains
                # A value computed in float32 is near the one that was looked at, and MARGIN wider than that.
                assert all(abs(x) < TALLEST + MARGIN and defined(x, MARGIN / 2) for x in entries(value)), case


def test_nothing_that_is_drawn_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def rejected() -> None:
        raise AssertionError("thrown away")

    monkeypatch.setattr(drawing, "reject", rejected)
    for smooth in (True, False):
        assert len(sample(programs(POOL, smooth=smooth), 200, "kept")) == 200


def test_a_pool_with_nothing_for_any_input_draws_nothing() -> None:
    with pytest.raises(Unsatisfiable):
        sample(programs([]), 1)


def test_every_program_has_a_variable_and_values_of_checkable_size() -> None:
    for case in (*lines(smooth=True), *lines(smooth=False)):
        assert case.variables
        assert all(prod(shape) <= MOST_ENTRIES for shape, _ in case.specs())


@BOTH
def test_a_program_prints_as_one_that_runs(smooth: bool, capsys: pytest.CaptureFixture[str]) -> None:
    for case in lines(smooth=smooth)[:60]:
        exec(Reference().source(case, Given({"out_grad": Reference().forward(case)})), {})
        assert capsys.readouterr().out.count("Tensor(") > len(case.variables)


# The values so far, and what may be applied to them.


def line(*numbers: list[float], smooth: bool = True) -> Line:
    arrays: list[Array] = [as_array(np.array(each)) for each in numbers]
    return Line(arrays, smooth=smooth)


def args(known: Line, name: str, manner: Manner) -> list[tuple[int, ...]]:
    return [choice.args for choice in known.choices(CATALOGUE[name], manner)]


def test_values_are_taken_in_the_manner_that_is_asked_newest_first() -> None:
    known = line([1.0, 2.0], [3.0, 4.0])
    known.apply(ops.Sin(), (1,))  # v2, of v1 and not of v0
    assert args(known, "EWiseMul", Manner.ON) == [(2, 2), (2, 1), (2, 0), (1, 2), (0, 2)]
    assert args(known, "EWiseMul", Manner.BACK) == [(2, 1), (1, 2)]
    assert args(known, "EWiseMul", Manner.FRESH) == [(2, 0), (0, 2)]
    assert args(known, "EWiseMul", Manner.TWICE) == [(2, 2)]
    assert len(args(known, "EWiseMul", Manner.ANY)) == 9
    assert args(known, "Exp", Manner.ON) == [(2,)]
    assert args(known, "Exp", Manner.BACK) == []


def test_a_manner_is_allowed_only_where_a_value_may_stand_beside_the_newest() -> None:
    known = line([1.0])
    assert [manner for manner in Manner if not known.allows(manner)] == [Manner.BACK, Manner.FRESH]
    known.apply(ops.Sin(), (0,))
    assert [manner for manner in Manner if not known.allows(manner)] == [Manner.FRESH]


def test_no_op_is_applied_to_a_value_that_is_large() -> None:
    known = line([1.0], [2 * TALLEST])
    assert known.newest == 0
    assert args(known, "EWiseAdd", Manner.ANY) == [(0, 0)]
    assert line([2 * TALLEST]).newest is None


def test_a_value_stands_only_in_slots_whose_domain_it_fits_and_near_no_kink() -> None:
    known = line([1.0, 2.0], [0.0, 1.0], [-1.0, 3.0])
    assert args(known, "Log", Manner.ANY) == [(0,)]
    assert args(known, "EWiseDiv", Manner.ANY) == [(a, b) for a in (2, 1, 0) for b in (2, 0)]
    assert args(known, "ReLU", Manner.ANY) == [(2,), (0,)]
    assert args(line([0.0], smooth=False), "ReLU", Manner.ANY) == [(0,)]
    assert [arg for arg, _, _ in args(known, "Where", Manner.ANY)] == [1] * 9


def test_a_mark_that_rounding_may_have_made_is_none() -> None:
    known = line([-7.0, 2.0])
    known.apply(ops.Step(), (0,))  # v1: 0 and 1, exactly
    known.apply(ops.DivScalar(0.75), (1,))
    known.apply(ops.MulScalar(0.75), (2,))  # v3: 0 and 1, as luck would have it
    assert [x.value for x in known.grids[3].entries] == [0.0, 1.0]
    assert {marks for marks, _, _ in args(known, "Where", Manner.ANY)} == {1}


def test_parameters_that_a_value_does_not_fit_are_left_out() -> None:
    (choice,) = line([-1.0, 2.0]).choices(CATALOGUE["PowerScalar"], Manner.ANY)
    exponents = [op.scalar for op in choice.ops if isinstance(op, ops.PowerScalar)]
    assert exponents == [2.0, 1.0, 0.0, 3.0, -1.0, -2.0]


def test_entries_that_are_compared_are_apart_on_the_smooth_path() -> None:
    known = line([1.0, 2.0], [2.0, 3.0], [4.0, 5.0])
    assert args(known, "Maximum", Manner.ANY) == [(2, 1), (2, 0), (1, 2), (0, 2)]
    assert len(args(line([1.0, 2.0], [2.0, 3.0], smooth=False), "Maximum", Manner.ANY)) == 4


def test_an_op_is_at_a_corner_where_an_entry_is_at_a_kink_or_two_tie() -> None:
    known = line([0.0, 2.0], [2.0, 3.0], [0.0, 2.5], smooth=False)
    assert known.at_corner(ops.ReLU(), (0,))
    assert not known.at_corner(ops.ReLU(), (1,))
    assert known.at_corner(ops.Maximum(), (0, 2))
    assert not known.at_corner(ops.Maximum(), (0, 1))  # 2 is in both, at other places


# Shrinking.


def smallest(strategy: SearchStrategy[Case], wanted: Callable[[Case], bool]) -> Case:
    return find(strategy, wanted, settings=settings(PROFILE, max_examples=2_000), random=Random(0))


def test_a_program_with_exp_shrinks_to_exp_of_one_number() -> None:
    case = smallest(programs(POOL), lambda case: any(isinstance(step.op, ops.Exp) for step in case.steps))
    assert [literal(array) for array in case.inputs] == ["array(0.0, 'float64')"]
    assert case.steps == (Step(ops.Exp(), (0,)),)


def test_a_program_with_a_value_in_two_slots_shrinks_to_one_step() -> None:
    case = smallest(programs(POOL), lambda case: any(len(set(s.args)) < len(s.args) for s in case.steps))
    assert [literal(array) for array in case.inputs] == ["array(0.0, 'float64')"]
    assert [set(step.args) for step in case.steps] == [{0}]


def test_a_program_with_a_value_in_two_steps_shrinks_to_two_steps() -> None:
    case = smallest(programs(POOL), lambda case: Program(case).uses(slots=False) > 1)
    assert [literal(array) for array in case.inputs] == ["array(0.0, 'float64')"]
    assert len(case.steps) == 2


def test_a_long_program_shrinks_to_the_steps_that_matter() -> None:
    def has_both(case: Case) -> bool:
        names = [type(step.op).__name__ for step in case.steps]
        return "Sigmoid" in names and "Reshape" in names[names.index("Sigmoid") :]

    pool = [CATALOGUE[name] for name in ("EWiseMul", "Exp", "Reshape", "Sigmoid", "Sin", "Summation")]
    case = smallest(programs(pool), has_both)
    assert [type(step.op).__name__ for step in case.steps] == ["Sigmoid", "Reshape"]
    assert {a.dtype for a in case.inputs} == {FLOAT64}
