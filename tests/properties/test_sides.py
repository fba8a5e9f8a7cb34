"""One-sided derivatives against exact truth, at kinks, ties and jumps and where there is none."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pytest

from engine import ops
from engine.array import Array, as_array
from engine.graph import Op
from properties.case import Case, Step, one_step
from properties.oracles.definition import evaluate
from properties.references import refer_entry
from properties.sides import Sides, entry_sides, sides, unit_vector
from tests.properties.planted.bug import visitors


def array(*entries: float) -> Array:
    return as_array(np.array(entries))


def ends(found: Sides) -> list[tuple[float, float]]:
    """(left, right) of each output entry."""
    return list(zip(found.left, found.right, strict=True))


@pytest.mark.parametrize(
    ("op", "x", "left", "right", "branching"),
    [
        (ops.Abs(), 0.0, -1.0, 1.0, True),
        (ops.Abs(), -2.0, -1.0, -1.0, False),
        (ops.ReLU(), 0.0, 0.0, 1.0, True),
        (ops.ReLU(), -0.0, 0.0, 1.0, True),
        (ops.ReLU(), 3.0, 1.0, 1.0, False),
        (ops.Step(), 0.0, 0.0, 0.0, True),
        (ops.Sign(), 0.0, 0.0, 0.0, True),
        (ops.Sign(), 0.5, 0.0, 0.0, False),
        (ops.Exp(), 0.0, 1.0, 1.0, False),
        (ops.PowerScalar(2.0), 0.0, 0.0, 0.0, False),
    ],
    ids=str,
)
def test_sides_of_one_number(op: Op, x: float, left: float, right: float, branching: bool) -> None:
    found = entry_sides(one_step(op, array(x)), 0, 0)
    assert found.branching == branching
    assert found.differ(0) == (left != right)
    for got, expected in zip((found.left[0], found.right[0]), (left, right), strict=True):
        assert abs(got - expected) <= found.bounds[0]


@pytest.mark.parametrize(
    ("op", "a", "b", "by_a", "by_b"),
    [
        (ops.Maximum(), 2.0, 2.0, (0.0, 1.0), (0.0, 1.0)),
        (ops.Minimum(), 2.0, 2.0, (1.0, 0.0), (1.0, 0.0)),
        (ops.Compare(), 2.0, 2.0, (0.0, 0.0), (0.0, 0.0)),
        (ops.Maximum(), 2.0, 1.0, (1.0, 1.0), (0.0, 0.0)),
        (ops.Minimum(), 2.0, 1.0, (0.0, 0.0), (1.0, 1.0)),
    ],
    ids=str,
)
def test_sides_of_two_numbers(
    op: Op, a: float, b: float, by_a: tuple[float, float], by_b: tuple[float, float]
) -> None:
    case = one_step(op, array(a), array(b))
    assert [ends(entry_sides(case, number, 0)) for number in (0, 1)] == [[by_a], [by_b]]
    assert entry_sides(case, 0, 0).branching == (a == b)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((5.0, 5.0), [(0.0, 1.0), (0.0, 1.0)]),
        ((5.0, 5.0, 5.0), [(0.0, 1.0)] * 3),
        ((5.0, 1.0, 5.0), [(0.0, 1.0), (0.0, 0.0), (0.0, 1.0)]),
        ((1.0, 1.0, 5.0), [(0.0, 0.0), (0.0, 0.0), (1.0, 1.0)]),
    ],
)
def test_sides_of_a_maximum(entries: tuple[float, ...], expected: list[tuple[float, float]]) -> None:
    case = one_step(ops.Max((0,)), array(*entries))
    assert [ends(entry_sides(case, 0, at))[0] for at in range(len(entries))] == expected


def test_only_the_slice_that_ties_has_two_sides() -> None:
    case = one_step(ops.Max((1,)), as_array(np.array([[1.0, 2.0], [2.0, 2.0]])))
    assert ends(entry_sides(case, 0, 1)) == [(1.0, 1.0), (0.0, 0.0)]
    assert ends(entry_sides(case, 0, 3)) == [(0.0, 0.0), (0.0, 1.0)]


def test_sides_along_a_direction_are_not_linear_in_it() -> None:
    case = one_step(ops.Maximum(), array(2.0), array(2.0))
    assert ends(sides(case, {0: [3.0], 1: [5.0]})) == [(3.0, 5.0)]
    assert ends(sides(case, {0: [3.0], 1: [3.0]})) == [(3.0, 3.0)]
    assert not sides(case, {0: [3.0], 1: [3.0]}).branching


NESTED = (Step(ops.ReLU(), (0,)), Step(ops.Abs(), (1,)))
TIMES_ABS = (Step(ops.Abs(), (0,)), Step(ops.EWiseMul(), (0, 1)))
DIFFERENCE = (
    Step(ops.ReLU(), (0,)),
    Step(ops.Negate(), (0,)),
    Step(ops.ReLU(), (2,)),
    Step(ops.Negate(), (3,)),
    Step(ops.EWiseAdd(), (1, 4)),
)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(NESTED, (0.0, 1.0)), (TIMES_ABS, (0.0, 0.0)), (DIFFERENCE, (1.0, 1.0))],
    ids=["abs(relu x)", "x |x|", "relu x - relu(-x)"],
)
def test_sides_of_a_composition_at_0(steps: tuple[Step, ...], expected: tuple[float, float]) -> None:
    found = entry_sides(Case((array(0.0),), steps), 0, 0)
    assert ends(found) == [expected]
    assert found.differ(0) == (expected[0] != expected[1])


@pytest.mark.parametrize("op", [ops.Step(), ops.Sign(), ops.ReLU(), ops.Abs()], ids=str)
@pytest.mark.parametrize("speed", [-1.0, 0.0, 1.0])
def test_the_value_at_a_kink_or_jump_is_the_same_whichever_way_the_input_moves(op: Op, speed: float) -> None:
    assert evaluate(one_step(op, array(0.0)), {0: [speed]}).values == [0.0]


def test_a_tie_of_values_and_speeds_is_decided_as_if_nothing_moved() -> None:
    case = one_step(ops.Compare(), array(1.0), array(1.0))
    still, together = evaluate(case), evaluate(case, {0: [2.0], 1: [2.0]})
    assert still.branches == together.branches == (False, False)
    assert still.close == together.close == len(still.branches)


def test_what_is_not_known_at_a_pole_is_no_difference() -> None:
    found = entry_sides(one_step(ops.PowerScalar(-1.0), array(0.0)), 0, 0)
    assert not isfinite(found.bounds[0])
    assert not found.differ(0)


def test_rounding_alone_is_no_difference() -> None:
    with visitors():
        refer_entry(ops.ReLU, lambda op, x: x[0] * (1 + 2.0**-52) if x[0] > 0.0 else x[0] * 1.0)
        found = entry_sides(one_step(ops.ReLU(), array(0.0)), 0, 0)
    assert found.branching
    assert found.left != found.right
    assert not found.differ(0)


def test_a_unit_vector_has_one_entry() -> None:
    assert unit_vector(3, 1) == [0.0, 1.0, 0.0]
    assert unit_vector(0, 0) == []
