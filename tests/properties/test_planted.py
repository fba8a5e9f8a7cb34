"""Each law finds the bug that is planted for it, and no earlier law does.

An op or an engine that is wrong in one way is held to every law, by as many cases as a default run draws.
Where another law must see the bug too, the table says which, and why.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings

from engine.errors import CatalogueError
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.judge import BUDGETS, PROFILE, Cell, Failure, judge, judge_by
from properties.law import PORTION
from properties.laws import LAWS
from properties.rows import PROGRAMS, Row, rows_for
from tests.properties.planted import (
    right_ops,
    wrong_algebra,
    wrong_engines,
    wrong_extremes,
    wrong_graphs,
    wrong_kinks,
    wrong_laziness,
    wrong_ops,
    wrong_orders,
    wrong_paths,
    wrong_rules,
    wrong_tails,
)
from tests.properties.planted.bug import Bug, alone, graphs_of, programs_of, visitors

SEEDS = (0, 1, 2)
SLOW, FEW = "depth_is_no_limit", 5

BUGS = [
    Bug("value_matches_reference", "constant_left_out", wrong_ops.log_cosh_off_by_log_2),
    Bug("inputs_are_not_mutated", "marks_normalised_in_place", wrong_ops.choice_that_tidies_its_marks),
    # What has another dtype is refused by the next derivative, which takes cotangents of the input's.
    Bug("gradient_has_type_of_input", "constant_promotes", wrong_ops.cube_of_which_the_adjoint_promotes,
        also=frozenset({
            "modes_agree_in_second_order", "inner_derivative_closes_over_outer",
            "pullback_of_pullback_is_pushforward", "laziness_is_unobservable",
        })),
    Bug("tangent_has_type_of_output", "constant_promotes", wrong_ops.square_of_which_the_tangent_promotes,
        also=frozenset({
            "modes_agree_in_second_order", "inner_derivative_closes_over_outer", "laziness_is_unobservable",
        })),
    Bug("tangent_matches_numeric", "unit_direction_off_by_one", wrong_rules.running_total_with_a_late_step),
    # In an engine of both modes a wrong adjoint is not that of a right tangent, and another law sees it as
    # well (LOST_SIGN). This engine has reverse mode only; the steps by which it goes wrong are right.
    Bug("gradient_matches_numeric", "shared_cotangent_added_to", programs_of("EWiseAdd"),
        wrong_engines.AddingInPlace,
        also=frozenset({
            "gradient_is_sum_over_paths", "gradient_of_several_outputs_is_sum",
            "laziness_is_unobservable", "unread_gradient_costs_nothing",
        })),
    Bug("gradient_is_adjoint_of_tangent", "tie_broken_and_shared", wrong_ops.maximum_of_two_minds_at_ties),
    Bug("gradient_is_linear_in_out_grad", "cotangent_clipped", wrong_rules.sine_that_clips),
    Bug("zero_cotangent_gives_zero", "cotangent_normalised", wrong_rules.softplus_that_normalises),
    Bug("product_rule_holds", "fused_with_another_convention", alone("ReLU"), wrong_algebra.FusingGates),
    Bug("place_is_unobservable", "loop_peeled", wrong_algebra.hinge_with_a_peeled_loop),
    Bug("gradient_of_broadcast_is_sum", "smaller_operand_loses", wrong_algebra.maximum_that_is_a_threshold),
    Bug("sum_over_partition_is_sum", "piece_put_in_front", alone("Summation"), wrong_algebra.FusingPieces),
    Bug("spelling_is_unobservable", "kernel_by_spelling", alone("LogSumExp"), wrong_algebra.KernelFromTheEnd),
    Bug("gradient_is_sum_over_paths", "twins_fused", programs_of("Maximum"), wrong_paths.FusingTwins),
    Bug("gradient_of_several_outputs_is_sum", "root_counted_once", alone("Sin"), wrong_paths.RootsOnce),
    # What is differentiated in one mode only is another number in the others.
    Bug("gradient_is_differentiable", "factor_detached", wrong_rules.sine_with_a_detached_factor,
        also=frozenset({"modes_agree_in_second_order"})),
    Bug("hessian_is_symmetric", "two_conventions_at_a_kink", wrong_ops.gate_of_two_minds_at_its_kink),
    Bug("modes_agree_in_second_order", "slip_in_double_backward",
        wrong_orders.sine_with_a_slip_in_its_double_backward),
    Bug("inner_derivative_closes_over_outer", "perturbation_confusion", alone("Sin"),
        wrong_orders.OneSlotForTwoLevels),
    Bug("pullback_of_pullback_is_pushforward", "cotangent_a_constant",
        wrong_orders.sine_that_takes_the_cotangent_as_a_constant),
    Bug("third_order_matches_numeric", "factor_of_the_factor_detached",
        wrong_orders.sine_that_bends_twice_only),
    Bug("subgradient_lies_between_sides", "both_sides_counted", wrong_kinks.leak_that_counts_both_sides),
    Bug("kink_convention_holds", "half_at_a_kink", wrong_kinks.ramp_that_shares_at_its_kink),
    Bug("extreme_values_are_as_declared", "mask_multiplied", alone("ReLU"),
        wrong_extremes.MultiplyingByAMask),
    Bug("unused_input_has_zero_gradient", "bare_zero", alone("Sin"), wrong_engines.BareZero),
    Bug("detached_value_stops_gradient", "detach_is_identity", alone("Sin"), wrong_graphs.DetachingNothing),
    Bug("second_call_is_identical", "adjoints_never_zeroed", alone("Sin"), wrong_engines.NeverZeroed),
    Bug("every_value_is_visited_once", "no_visited_set", programs_of("EWiseMul"), wrong_graphs.SortingTwice),
    Bug("inputs_come_before_users", "output_first", programs_of("EWiseAdd"), wrong_graphs.SortingForReverse),
    Bug("inputs_are_visited_left_to_right", "last_input_first", alone("EWiseMul"),
        wrong_graphs.SortingBackwards),
    Bug("order_is_reproducible", "marks_left_behind", alone("Sin"), wrong_graphs.SortingByMarks),
    Bug("each_rule_is_called_once", "path_by_path", alone("Sin"), wrong_engines.PathByPath),
    Bug("each_tangent_rule_is_called_once", "tangents_not_kept", alone("Sin"),
        wrong_graphs.TangentsPathByPath),
    Bug("depth_is_no_limit", "recursive_walk", programs_of("Sin"), wrong_engines.Recursive),
    Bug("any_graph_is_sorted", "root_by_root", graphs_of("EWiseAdd"), wrong_graphs.SortingRootByRoot),
    Bug("cycle_is_named", "way_to_it_named_too", graphs_of("EWiseAdd"), wrong_graphs.NamingTheWay),
    Bug("laziness_is_unobservable", "fused_in_float64", alone("Sin"), wrong_graphs.Fusing),
    Bug("each_value_computes_once", "nothing_kept", alone("Sin"), wrong_graphs.Forgetful),
    Bug("unread_gradient_costs_nothing", "rules_in_full", alone("EWiseMul"), wrong_laziness.RulesInFull),
    Bug("derivative_is_accurate", "one_plus_exp", wrong_tails.softplus_that_overflows),
]  # fmt: skip
"""For each law, in their order, a bug that no earlier law finds."""

LOST_SIGN = Bug(
    "gradient_matches_numeric",
    "sign_lost",
    wrong_rules.bell_with_a_lost_sign,
    also=frozenset({
        "gradient_is_adjoint_of_tangent", "gradient_is_differentiable", "modes_agree_in_second_order",
        "pullback_of_pullback_is_pushforward", "third_order_matches_numeric",
    }),
)  # fmt: skip
"""An adjoint that is wrong everywhere is wrong by every law that compares it."""

NOT_SUMMED = Bug(
    "gradient_has_type_of_input",
    "not_summed",
    wrong_rules.product_that_does_not_sum,
    also=frozenset({
        "gradient_matches_numeric", "gradient_is_adjoint_of_tangent", "gradient_is_linear_in_out_grad",
        "zero_cotangent_gives_zero", "product_rule_holds", "gradient_of_broadcast_is_sum",
        "gradient_is_sum_over_paths", "gradient_of_several_outputs_is_sum", "gradient_is_differentiable",
        "hessian_is_symmetric", "modes_agree_in_second_order", "inner_derivative_closes_over_outer",
        "pullback_of_pullback_is_pushforward", "laziness_is_unobservable",
    }),
)  # fmt: skip
"""An adjoint of another shape is no adjoint to any law that compares it."""

RECURSIVE_SORT = Bug(
    "any_graph_is_sorted",
    "recursive_sort",
    graphs_of("EWiseAdd"),
    wrong_graphs.SortingByRecursion,
    also=frozenset({"cycle_is_named"}),
)
"""What never comes back from a deep chain does not come back from a cycle either."""

SUM_SO_FAR = Bug(
    "gradient_matches_numeric",
    "sum_so_far",
    programs_of("EWiseAdd", "EWiseMul"),
    wrong_graphs.PassingOnTheSum,
    also=frozenset({"gradient_is_sum_over_paths"}),
)
"""Numbers show it, and the paths that are summed over. In programs: graphs have more than it can walk."""

ONE_PART = Bug(
    "gradient_matches_numeric",
    "one_part",
    graphs_of("EWiseAdd", "Negate"),
    wrong_graphs.PassingOnOnePart,
    also=frozenset({"gradient_is_sum_over_paths"}),
)
"""Paths are left out; it takes a value of two users, itself made of another."""

LAST_BIT = Bug(
    "gradient_is_adjoint_of_tangent",
    "last_bit",
    wrong_algebra.square_by_logarithms,
    also=frozenset({"gradient_is_linear_in_out_grad"}),
)
"""Where no step rounds, ``==`` shows it. Numbers that are off by so little are an engine's right."""

LAST_ROOT = Bug(
    "gradient_of_several_outputs_is_sum", "last_root_only", alone("Sin"), wrong_paths.LastRootOnly
)

SEEDS_AS_THEY_COME = Bug(
    "gradient_of_several_outputs_is_sum", "seed_in_place_of_sum", alone("Sin"), wrong_paths.SeedsAsTheyCome
)

ALL_AT_ONCE = Bug(
    "unread_gradient_costs_nothing", "all_at_once", alone("EWiseMul"), wrong_laziness.AllAdjointsAtOnce
)

Y_FIRST = Bug("unread_gradient_costs_nothing", "y_first", alone("EWiseMul"), wrong_laziness.OutputFirst)

MEMORY_ORDER = Bug(
    "tangent_matches_numeric",
    "memory_order",
    wrong_rules.running_total_in_memory_order,
    also=frozenset({"gradient_is_adjoint_of_tangent"}),
)

BY_FLOAT32 = Bug("tangent_matches_numeric", "by_float32", wrong_rules.quotient_by_way_of_float32,
                 also=frozenset({"gradient_matches_numeric"}))  # fmt: skip
"""Inputs are exact, and so are derivatives with respect to a float64 beside a float32."""

TAILS = [
    Bug("derivative_is_accurate", "rounded_difference", wrong_tails.log_add_exp_of_a_difference),
    Bug("derivative_is_accurate", "product_rule", wrong_tails.sigmoid_by_the_product_rule),
    Bug("derivative_is_accurate", "divided_late", wrong_tails.cube_root_that_divides_last),
    Bug("tangent_matches_numeric", "one_less_square", wrong_tails.tanh_that_subtracts,
        also=frozenset({
            "gradient_matches_numeric", "gradient_is_differentiable", "pullback_of_pullback_is_pushforward",
            "derivative_is_accurate",
        })),
    Bug("tangent_matches_numeric", "one_less_sigmoid", wrong_tails.sigmoid_that_subtracts,
        also=frozenset({
            "gradient_matches_numeric", "pullback_of_pullback_is_pushforward", "derivative_is_accurate",
        })),
]  # fmt: skip
"""What is right on paper and loses digits in the tails; at 8, where the other laws end, some show it."""

AT_THE_ENDS = [
    Bug("extreme_values_are_as_declared", "both_branches", alone("Elu"),
        wrong_extremes.DifferentiatingBothBranches, also=frozenset({"derivative_is_accurate"})),
    Bug("extreme_values_are_as_declared", "maximum_subtracted", alone("LogSumExp"),
        wrong_extremes.SubtractingTheMaximum),
    Bug("extreme_values_are_as_declared", "divided_by_norm", alone("Norm"), wrong_extremes.DividingByTheNorm),
    Bug("extreme_values_are_as_declared", "logarithm_taken", alone("Xlogy"),
        wrong_extremes.TakingTheLogarithm),
    Bug("extreme_values_are_as_declared", "divided_by_size", alone("Abs"), wrong_extremes.DividingBySize),
]  # fmt: skip
"""0 · ∞, ∞ − ∞ and ∞ / ∞, each as people write it."""

COMMON = [*TAILS, *AT_THE_ENDS, MEMORY_ORDER, BY_FLOAT32, LAST_BIT, LOST_SIGN, NOT_SUMMED,
          RECURSIVE_SORT, SUM_SO_FAR, ONE_PART, LAST_ROOT, SEEDS_AS_THEY_COME, ALL_AT_ONCE,
          Y_FIRST]  # fmt: skip
"""The bugs that are made most often, and those that a law finds beside its first."""

RIGHT = [right_ops.log_add_exp, right_ops.leaky_relu, right_ops.at_least, right_ops.weighted_hinge,
         right_ops.quotient]  # fmt: skip

SMALL = {"constant_left_out", "shared_cotangent_added_to", "tie_broken_and_shared", "both_sides_counted",
         "half_at_a_kink", "bare_zero", "no_visited_set", "output_first", "sign_lost",
         "not_summed", "one_part"}  # fmt: skip


def name_of(bug: Bug) -> str:
    return f"{bug.law}-{bug.name}"


def failure(law: str, row: Row, bug: Bug, start: int) -> Failure | None:
    """How the law fails, if it does, by as many cases as a default run draws; it is not made smaller."""
    return judge_by(drawn(BUDGETS["default"]), LAWS[law], row, bug.engine(), start).failure


def cell_where_it_holds(law: str, row: Row, engine: Subject) -> Cell:
    """One portion of cases, but for the law whose one case costs as much as ten of another."""
    return judge_by(drawn(FEW if law == SLOW else PORTION), LAWS[law], row, engine, SEEDS[0])


def drawn(cases: int) -> settings:
    return settings(PROFILE, max_examples=cases, phases=(Phase.generate,))


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
        others = [law for law in LAWS if law != bug.law and law not in bug.also]
        cells = [cell_where_it_holds(law, row, bug.engine()) for law in others]
        assert not [cell.law for cell in cells if cell.failure]
        assert all(any(failure(law, row, bug, start) for start in SEEDS) for law in bug.also)


@pytest.mark.parametrize("bug", [bug for bug in [*BUGS, *COMMON] if bug.name in SMALL], ids=name_of)
def test_what_is_found_is_small(bug: Bug) -> None:
    with visitors():
        examples = BUDGETS["default"]
        found = judge(LAWS[bug.law], bug.plant(), bug.engine(), examples=examples, start=SEEDS[0]).failure
    assert found
    assert sum(array.size for array in found.case.inputs) <= 4
    assert len(found.case.steps) <= 3


@pytest.mark.parametrize("start", SEEDS)
def test_what_other_laws_see_by_chance_the_law_of_accuracy_sees_always(start: int) -> None:
    bug = Bug("derivative_is_accurate", "one_more_value", wrong_tails.expm1_that_adds)
    with visitors():
        assert failure(bug.law, bug.plant(), bug, start)


def test_programs_are_needed() -> None:
    """Where each op stands alone, the engine is right."""
    (bug,) = (each for each in BUGS if each.name == "shared_cotangent_added_to")
    for entry in bug.plant().entries:
        assert failure(bug.law, Row(entry.name, (entry,)), bug, SEEDS[0]) is None


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("plant", RIGHT)
def test_a_right_op_obeys(plant: Callable[[], Row], law: str) -> None:
    with visitors():
        row = plant()
        cell = cell_where_it_holds(law, row, Reference())
        assert cell.lacking != LAWS[law].concerns(row.name, row.entries)
    assert cell.failure is None
    assert cell.lacking or cell.decided


def test_an_op_without_a_second_definition_is_named() -> None:
    with visitors():
        row = right_ops.without_a_second_definition()
        assert not row.has_second_definition()
        (programs,) = (each for each in rows_for(Reference()) if each.name == PROGRAMS)
        assert row.entries[0] not in programs.entries
        words = "Twice: .*no second definition.*properties/references/.*refer_entry"
        with pytest.raises(CatalogueError, match=words):
            judge(LAWS["value_matches_reference"], row, Reference(), examples=1, start=SEEDS[0])
