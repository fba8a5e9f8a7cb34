"""Cases: values by number, the variations that laws ask for, and source that rebuilds them."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis.strategies import SearchStrategy

from engine import ops
from engine.array import Array, Shape, as_array
from engine.catalogue import CATALOGUE, Entry
from engine.domain import MASK, REALS
from engine.dtype import FLOAT32, FLOAT64, DType
from properties.adapters.reference import Reference
from properties.case import Case, Step, literal, one_step, slot_domains
from properties.judge import PROFILE
from properties.references import REFERENCES
from properties.strategies.calls import calls
from properties.strategies.programs import programs

REPEATABLE = settings(derandomize=True, database=None, deadline=None)
POOL = [CATALOGUE[name] for name in sorted(CATALOGUE) if CATALOGUE[name].op in REFERENCES]
EITHER = programs(POOL) | programs(POOL, smooth=False)


def sample(strategy: SearchStrategy[Case], count: int) -> list[Case]:
    cases: list[Case] = []

    def keep(case: Case) -> None:
        cases.append(case)

    seed(0)(settings(PROFILE, max_examples=count)(given(strategy)(keep)))()
    return cases


X, Y = as_array(np.array([1.0, 2.0])), as_array(np.array([3.0, 4.0]))

DIAMOND = Case(
    (X, Y),
    (
        Step(ops.EWiseMul(), (0, 1)),  # v2
        Step(ops.Exp(), (2,)),  # v3
        Step(ops.Negate(), (1,)),  # v4, which nothing uses
        Step(ops.EWiseAdd(), (3, 2)),  # v5
    ),
)


PASTED = """
from numpy import array, dtype, inf, nan
from engine import *
from engine import ops
from properties.case import Case, Step
"""


def rebuilt(source: str) -> object:
    """What Python makes of the source."""
    names: dict[str, object] = {}
    exec(f"{PASTED}\nrebuilt = {source}", names)
    return names["rebuilt"]


def same_bits(a: Array, b: Array) -> bool:
    return (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())


def check_rebuilt(case: Case) -> None:
    again = rebuilt(repr(case))
    assert isinstance(again, Case)
    assert all(same_bits(a, b) for a, b in zip(again.inputs, case.inputs, strict=True))
    assert again.constants == case.constants
    assert again.steps == case.steps
    assert repr(again) == repr(case)


@REPEATABLE
@given(EITHER)
def test_the_repr_of_a_program_rebuilds_it(case: Case) -> None:
    check_rebuilt(case)


@pytest.mark.parametrize("entry", POOL, ids=lambda entry: entry.name)
def test_the_repr_of_a_call_rebuilds_it(entry: Entry) -> None:
    for case in sample(calls(entry), 5):
        check_rebuilt(case)


def test_a_repr_is_short() -> None:
    step = Step(ops.Summation((0,), keepdims=True), (0,), -1)
    assert repr(step).endswith("Summation(axes=(0,), keepdims=True), (0,), -1)")
    assert repr(Step(ops.Exp(), (0,))).endswith("Exp(), (0,))")
    assert repr(Case((X,), (step,))) == f"Case((array([1.0, 2.0], 'float64'),), ({step!r},))"
    assert repr(Case((X, Y), (), (1,))) == (
        "Case((array([1.0, 2.0], 'float64'), array([3.0, 4.0], 'float64'),), (), constants=(1,))"
    )


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize(
    "entries", [0.5, [], [[1.0], [2.0]], [nan, inf, -inf, -0.0], [0.1, 1e-38, 3e38], [[[7.0]]]], ids=str
)
def test_a_literal_rebuilds_shape_dtype_and_bits(entries: object, dtype: DType) -> None:
    array = as_array(np.array(entries, dtype))
    assert same_bits(as_array(rebuilt(literal(array))), array)


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3, 1)], ids=str)
def test_a_literal_of_an_empty_array_keeps_its_shape(shape: Shape) -> None:
    array = as_array(np.zeros(shape, np.float32))
    assert same_bits(as_array(rebuilt(literal(array))), array)


def test_a_literal_reads_an_array_in_its_logical_order() -> None:
    turned = as_array(np.array([[1.0, 2.0], [3.0, 4.0]]).T)
    assert literal(turned) == "array([[1.0, 3.0], [2.0, 4.0]], 'float64')"


def test_values_are_numbered_inputs_first() -> None:
    assert DIAMOND.output == 5
    assert DIAMOND.variables == (0, 1)
    held = Case(DIAMOND.inputs, DIAMOND.steps, (0,))
    assert held.variables == (1,)
    assert [array is Y for array in held.variable_arrays()] == [True]


def test_one_step_uses_each_input_once() -> None:
    case = one_step(ops.EWiseMul(), X, Y)
    assert case.steps == (Step(ops.EWiseMul(), (0, 1)),)
    assert case.inputs == (X, Y)


def test_the_output_needs_what_it_is_made_of() -> None:
    assert DIAMOND.needed() == {0, 1, 2, 3, 5}
    assert DIAMOND.needed({5, 3}) == {2, 3, 5}
    assert DIAMOND.needed(set()) == {5}


def test_what_depends_on_a_variable_varies() -> None:
    assert DIAMOND.varying() == {0, 1, 2, 3, 4, 5}
    without_y = Case(DIAMOND.inputs, DIAMOND.steps, (1,))
    assert without_y.varying() == {0, 2, 3, 5}
    assert Case(DIAMOND.inputs, DIAMOND.steps, (0, 1)).varying() == set()


def test_a_spare_input_stands_behind_the_others_and_no_step_uses_it() -> None:
    spare = as_array(np.zeros((2, 3), np.float32))
    case = DIAMOND.with_spare_input(spare)
    assert case.inputs == (X, Y, spare)
    assert [step.args for step in case.steps] == [(0, 1), (3,), (1,), (4, 3)]
    assert [step.op for step in case.steps] == [step.op for step in DIAMOND.steps]
    assert case.variables == (0, 1, 2)
    assert 2 not in case.needed()
    np.testing.assert_array_equal(Reference().forward(case), Reference().forward(DIAMOND))


@pytest.mark.parametrize(
    ("value", "args"),
    [
        (0, [(2, 1), (3,), (1,), (4, 3)]),
        (1, [(0, 2), (3,), (2,), (4, 3)]),
        (2, [(0, 1), (2,), (1,), (4, 2)]),
        (3, [(0, 1), (3,), (1,), (2, 3)]),
        (4, [(0, 1), (3,), (1,), (4, 3)]),
    ],
)
def test_a_constant_takes_a_values_place_wherever_it_is_used(value: int, args: list[tuple[int, ...]]) -> None:
    held = as_array(np.array([5.0, 7.0]))
    case = DIAMOND.with_constant(value, held)
    assert case.inputs == (X, Y, held)
    assert case.constants == (2,)
    assert case.variables == DIAMOND.variables
    assert [step.args for step in case.steps] == args


def test_steps_keep_their_spelling_when_inputs_are_added() -> None:
    case = one_step(ops.Summation((0,)), X)
    spelled = Case(case.inputs, (Step(ops.Summation((0,)), (0,), -1),))
    assert spelled.with_spare_input(Y).steps[0].spelling == -1
    assert spelled.with_constant(0, Y).steps[0].spelling == -1


def test_a_case_followed_by_an_op_has_the_output_in_each_slot() -> None:
    case = DIAMOND.followed_by(ops.EWiseAdd(), 3)
    assert case.steps[:4] == DIAMOND.steps
    assert [step.args for step in case.steps[4:]] == [(5, 5), (6, 6), (7, 7)]
    np.testing.assert_array_equal(Reference().forward(case), 8 * Reference().forward(DIAMOND))
    assert [step.args for step in DIAMOND.followed_by(ops.Negate(), 2).steps[4:]] == [(5,), (6,)]
    assert DIAMOND.followed_by(ops.Negate(), 0).steps == DIAMOND.steps


def test_a_case_with_a_step_has_its_result_as_output() -> None:
    case = DIAMOND.with_spare_input(Y).with_step(ops.EWiseMul(), 2, 6)
    assert case.steps[4:] == (Step(ops.EWiseMul(), (2, 6)),)
    assert (case.output, case.variables) == (7, (0, 1, 2))
    np.testing.assert_array_equal(Reference().forward(case), Y * Reference().forward(DIAMOND))


@REPEATABLE
@given(EITHER)
def test_shapes_and_dtypes_are_those_of_the_values(case: Case) -> None:
    output = Reference().forward(case)
    specs = case.specs()
    assert len(specs) == case.output + 1
    assert specs[-1] == (output.shape, output.dtype)
    assert specs[: len(case.inputs)] == [(array.shape, array.dtype) for array in case.inputs]


def test_one_value_in_float32_makes_the_rounding_coarse() -> None:
    assert DIAMOND.unit_roundoff() == 2.0**-53
    there_and_back = Case(
        (X,), (Step(ops.AsType(FLOAT32), (0,)), Step(ops.AsType(FLOAT64), (1,)), Step(ops.Exp(), (2,)))
    )
    assert there_and_back.unit_roundoff() == 2.0**-24
    assert one_step(ops.EWiseMul(), X, as_array(Y.astype(np.float32))).unit_roundoff() == 2.0**-24


def test_a_step_alone_stands_on_inputs_of_its_own() -> None:
    case = Case((X, Y), (Step(ops.Summation((0,)), (0,), -1), Step(ops.Maximum(), (1, 1))), (1,))
    alone = case.alone(1, [Y, X])
    assert [array is each for array, each in zip(alone.inputs, (Y, X), strict=True)] == [True, True]
    assert (alone.steps, alone.constants) == ((Step(ops.Maximum(), (0, 1)),), ())
    assert case.alone(0, [X]).steps == (Step(ops.Summation((0,)), (0,), -1),)


def test_marks_of_a_step_alone_are_constants() -> None:
    marks = as_array(np.array([0.0, 1.0]))
    assert Case((marks, X), (Step(ops.Where(), (0, 1, 1)),)).alone(0, [marks, X, Y]).constants == (0,)


def test_a_case_up_to_a_value_has_that_value_as_its_output() -> None:
    assert [DIAMOND.upto(number).output for number in (2, 3, 4, 5)] == [2, 3, 4, 5]
    assert DIAMOND.upto(3).steps == DIAMOND.steps[:2]
    assert DIAMOND.upto(5).steps == DIAMOND.steps


def test_each_slot_has_a_domain_and_the_last_is_that_of_all_behind_it() -> None:
    assert Step(ops.Where(), (0, 1, 2)).domains == [MASK, REALS, REALS]
    assert slot_domains(ops.Stack(0), 3) == [REALS] * 3
    assert [domain.kinks for domain in slot_domains(ops.ReLU(), 1)] == [(0.0,)]
