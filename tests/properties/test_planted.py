"""Each law finds the bug that is planted for it, and no other law does.

An op or an engine that is wrong in one way is held to every law, by as many cases as CI draws. Where another
law must see the bug too, the table says which, and why.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import CatalogueError
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.judge import BUDGETS, Cell, Failure, judge
from properties.laws import LAWS
from properties.rows import PROGRAMS, Row, rows_for
from tests.properties.planted import (
    right_ops,
    wrong_engines,
    wrong_graphs,
    wrong_kinks,
    wrong_ops,
    wrong_rules,
)
from tests.properties.planted.bug import Bug, alone, programs_of, visitors

SEEDS = (0, 1, 2)
SLOW, FEW = "depth_is_no_limit", 5

BUGS = [
    Bug("value_matches_reference", "constant_left_out", wrong_ops.log_cosh_off_by_log_2),
    Bug("inputs_are_not_mutated", "marks_normalised_in_place", wrong_ops.choice_that_tidies_its_marks),
    Bug("gradient_has_type_of_input", "constant_promotes", wrong_ops.cube_of_which_the_adjoint_promotes),
    Bug("tangent_has_type_of_output", "constant_promotes", wrong_ops.square_of_which_the_tangent_promotes),
    Bug("tangent_matches_numeric", "unit_direction_off_by_one", wrong_rules.running_total_with_a_late_step),
    # In an engine of both modes a wrong adjoint is not that of a right tangent, and another law sees it as
    # well (LOST_SIGN). This engine has reverse mode only.
    Bug("gradient_matches_numeric", "shared_cotangent_added_to", programs_of("EWiseAdd"),
        wrong_engines.AddingInPlace),
    Bug("gradient_is_adjoint_of_tangent", "tie_broken_and_shared", wrong_ops.maximum_of_two_minds_at_ties),
    Bug("gradient_is_linear_in_out_grad", "cotangent_clipped", wrong_rules.sine_that_clips),
    Bug("zero_cotangent_gives_zero", "cotangent_normalised", wrong_rules.softplus_that_normalises),
    Bug("gradient_is_differentiable", "factor_detached", wrong_rules.sine_with_a_detached_factor),
    Bug("hessian_is_symmetric", "two_conventions_at_a_kink", wrong_ops.gate_of_two_minds_at_its_kink),
    Bug("subgradient_lies_between_sides", "both_sides_counted", wrong_kinks.leak_that_counts_both_sides),
    Bug("kink_convention_holds", "half_at_a_kink", wrong_kinks.ramp_that_shares_at_its_kink),
    Bug("unused_input_has_zero_gradient", "bare_zero", alone("Sin"), wrong_engines.BareZero),
    Bug("detached_value_stops_gradient", "detach_is_identity", alone("Sin"), wrong_graphs.DetachingNothing),
    Bug("second_call_is_identical", "adjoints_never_zeroed", alone("Sin"), wrong_engines.NeverZeroed),
    Bug("every_value_is_visited_once", "no_visited_set", programs_of("EWiseMul"), wrong_graphs.SortingTwice),
    Bug("inputs_come_before_users", "output_first", programs_of("EWiseAdd"), wrong_graphs.SortingForReverse),
    Bug("inputs_are_visited_left_to_right", "last_input_first", alone("EWiseMul"),
        wrong_graphs.SortingBackwards),
    Bug("order_is_reproducible", "marks_left_behind", alone("Sin"), wrong_graphs.SortingByMarks),
    Bug("each_rule_is_called_once", "path_by_path", alone("Sin"), wrong_engines.PathByPath),
    Bug("depth_is_no_limit", "recursive_walk", alone("Sin"), wrong_engines.Recursive),
    Bug("laziness_is_unobservable", "fused_in_float64", alone("Sin"), wrong_graphs.Fusing),
    Bug("each_value_computes_once", "nothing_kept", alone("Sin"), wrong_graphs.Forgetful),
]  # fmt: skip
"""For each law, in their order, a bug that no earlier law finds."""

LOST_SIGN = Bug(
    "gradient_matches_numeric",
    "sign_lost",
    wrong_rules.bell_with_a_lost_sign,
    also=frozenset({"gradient_is_adjoint_of_tangent", "gradient_is_differentiable"}),
)
"""An adjoint that is wrong everywhere is wrong by every law that compares it."""

NOT_SUMMED = Bug(
    "gradient_has_type_of_input",
    "not_summed",
    wrong_rules.product_that_does_not_sum,
    also=frozenset({
        "gradient_matches_numeric", "gradient_is_adjoint_of_tangent", "gradient_is_linear_in_out_grad",
        "zero_cotangent_gives_zero", "gradient_is_differentiable", "hessian_is_symmetric",
    }),
)  # fmt: skip
"""An adjoint of another shape is no adjoint to any law that compares it."""

COMMON = [LOST_SIGN, NOT_SUMMED]
"""The bugs that are made most often, and that several laws see."""

SMALL = {"constant_left_out", "shared_cotangent_added_to", "tie_broken_and_shared", "both_sides_counted",
         "half_at_a_kink", "bare_zero", "no_visited_set", "output_first", "sign_lost",
         "not_summed"}  # fmt: skip


def name_of(bug: Bug) -> str:
    return f"{bug.law}-{bug.name}"


def failure(law: str, row: Row, bug: Bug, start: int) -> Failure | None:
    """How the law fails, if it does, by as many cases as CI draws."""
    return judge(LAWS[law], row, bug.engine(), examples=BUDGETS["default"], start=start).failure


def cell_where_it_holds(law: str, row: Row, engine: Subject) -> Cell:
    """As many cases as CI draws, but for the law whose one case costs as much as ten of another."""
    examples = FEW if law == SLOW else BUDGETS["default"]
    return judge(LAWS[law], row, engine, examples=examples, start=SEEDS[0])


def test_every_law_has_a_bug() -> None:
    assert [bug.law for bug in BUGS] == list(LAWS)


@pytest.mark.parametrize("bug", [*BUGS, *COMMON], ids=name_of)
def test_it_is_the_first_law_to_find(bug: Bug) -> None:
    assert not bug.also & set(list(LAWS)[: list(LAWS).index(bug.law)])


@pytest.mark.parametrize("start", SEEDS)
@pytest.mark.parametrize("bug", [*BUGS, *COMMON], ids=name_of)
def test_its_law_finds(bug: Bug, start: int) -> None:
    with visitors():
        assert failure(bug.law, bug.plant(), bug, start)


@pytest.mark.parametrize("bug", [*BUGS, *COMMON], ids=name_of)
def test_no_other_law_finds(bug: Bug) -> None:
    with visitors():
        row = bug.plant()
        cells = [cell_where_it_holds(law, row, bug.engine()) for law in LAWS if law != bug.law]
        assert {cell.law for cell in cells if cell.failure} == bug.also


@pytest.mark.parametrize("bug", [bug for bug in [*BUGS, *COMMON] if bug.name in SMALL], ids=name_of)
def test_what_is_found_is_small(bug: Bug) -> None:
    with visitors():
        found = failure(bug.law, bug.plant(), bug, SEEDS[0])
    assert found
    assert sum(array.size for array in found.case.inputs) <= 4
    assert len(found.case.steps) <= 3


def test_programs_are_needed() -> None:
    """Where each op stands alone, the engine is right."""
    (bug,) = (each for each in BUGS if each.name == "shared_cotangent_added_to")
    for entry in bug.plant().entries:
        assert failure(bug.law, Row(entry.name, (entry,)), bug, SEEDS[0]) is None


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("plant", [right_ops.log_add_exp, right_ops.leaky_relu, right_ops.at_least])
def test_a_right_op_obeys(plant: Callable[[], Row], law: str) -> None:
    with visitors():
        row = plant()
        cell = cell_where_it_holds(law, row, Reference())
        assert cell.lacking != LAWS[law].concerns(row.entries)
    assert cell.failure is None
    assert cell.lacking or cell.decided


def test_an_op_without_a_second_definition_is_named() -> None:
    with visitors():
        row = right_ops.without_a_second_definition()
        assert not row.has_second_definition()
        (programs,) = (each for each in rows_for(Reference()) if each.name == PROGRAMS)
        assert row.entries[0] not in programs.entries
        words = "Twice: .*no second definition.*properties/references.py.*refer_entry"
        with pytest.raises(CatalogueError, match=words):
            judge(LAWS["value_matches_reference"], row, Reference(), examples=1, start=SEEDS[0])
