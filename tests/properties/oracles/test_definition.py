"""The oracles against closed forms, against each other, and with their floor taken out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isfinite
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import CATALOGUE
from engine.graph import Op
from properties.case import Case, Step, one_step
from properties.oracles.definition import (
    DOUBLE,
    FIRST_STEP,
    ROWS,
    Direction,
    evaluate,
    paired,
    second_derivative,
)
from properties.oracles.estimate import Estimate
from properties.oracles.richardson import Sample, richardson
from properties.references import REFERENCES
from properties.strategies.calls import calls
from properties.strategies.programs import programs

TINY = Decimal(10) ** -60
POINTS = 150
REPEATABLE = settings(derandomize=True, database=None, deadline=None)


@pytest.fixture(autouse=True)
def sixty_digits() -> Generator[None, None, None]:
    with localcontext() as context:
        context.prec = 60
        yield


def sine(x: Decimal) -> Decimal:
    """By its power series."""
    term = total = x
    power = 1
    while abs(term) > TINY:
        term = -term * x * x / ((power + 1) * (power + 2))
        total += term
        power += 2
    return total


def tanh(x: Decimal) -> Decimal:
    twice = (2 * x).exp()
    return (twice - 1) / (twice + 1)


def tanh_slope(x: Decimal) -> Decimal:
    twice = (2 * x).exp()
    return 4 * twice / (twice + 1) ** 2


@dataclass(frozen=True)
class Closed:
    """An op with its first and second derivative in closed form, and where it is asked."""

    op: Op
    first: Callable[[Decimal], Decimal]
    second: Callable[[Decimal], Decimal]
    low: float = -8.0


CLOSED = [
    Closed(ops.Exp(), lambda x: x.exp(), lambda x: x.exp()),
    Closed(ops.Sin(), lambda x: 1 - 2 * sine(x / 2) ** 2, lambda x: -sine(x)),
    Closed(ops.PowerScalar(-1.0), lambda x: -1 / x**2, lambda x: 2 / x**3, 2**-5),
    Closed(ops.Log(), lambda x: 1 / x, lambda x: -1 / x**2, 2**-5),
    Closed(ops.PowerScalar(3.0), lambda x: 3 * x**2, lambda x: 6 * x),
    Closed(ops.Tanh(), tanh_slope, lambda x: -2 * tanh(x) * tanh_slope(x)),
    Closed(ops.Sqrt(), lambda x: 1 / (2 * x.sqrt()), lambda x: -1 / (4 * x * x.sqrt()), 2**-5),
]


def points(closed: Closed, count: int) -> list[float]:
    """Dyadic points between ``low`` and 8."""
    random = Random(repr(closed.op))
    return [random.randrange(int(closed.low * 2**12), 2**15) / 2**12 for _ in range(count)]


@dataclass(frozen=True)
class Found:
    """An estimate of one number."""

    value: float
    bound: float
    undecided: str


def only(estimate: Estimate) -> Found:
    (value,), (bound,) = estimate.values.tolist(), estimate.bounds.tolist()
    return Found(value, bound, estimate.cause)


def single(value: float, floor: float, undecided: str = "") -> Sample:
    return Sample(as_array(np.array([value])), as_array(np.array([floor])), undecided)


def extrapolated(sample: Callable[[float], Sample]) -> Found:
    return only(richardson(sample, FIRST_STEP, ROWS))


def second(case: Case, weights: Sequence[float], along: Direction, offset: Direction) -> Found:
    return only(second_derivative(case, weights, along, offset))


def at(op: Op, *points: float) -> Case:
    return one_step(op, *(as_array(np.array(point)) for point in points))


@pytest.mark.parametrize("closed", CLOSED, ids=lambda closed: repr(closed.op))
def test_a_complex_step_is_never_further_off_than_its_bound_and_certifies_fourteen_digits(
    closed: Closed,
) -> None:
    for x in points(closed, POINTS):
        found = evaluate(at(closed.op, x), {0: [1.0]})
        truth = closed.first(Decimal(x))
        (got,), (bound,) = found.tangents, found.tangent_bounds
        assert abs(Decimal(got) - truth) <= Decimal(bound), (x, got, bound, truth)
        assert bound <= 1e-14 * abs(got)


def test_richardson_is_honest_at_a_thousand_points_and_certifies_eight_digits() -> None:
    shares: list[Decimal] = []
    digits: list[float] = []
    for closed in CLOSED:
        for x in points(closed, POINTS):
            found = second(at(closed.op, x), [1.0], {0: [1.0]}, {0: [1.0]})
            truth = closed.second(Decimal(x))
            assert not found.undecided
            shares.append(abs(Decimal(found.value) - truth) / Decimal(found.bound))
            digits.append(found.bound / max(abs(found.value), 2**-6))
    assert len(shares) > 1_000
    assert sum(share > 1 for share in shares) <= len(shares) / 1_000
    assert max(shares) <= 10
    assert max(digits) < 1e-8
    assert sorted(digits)[len(digits) // 2] < 1e-10


def coarse_exponential(x: float, *, floor: float) -> Callable[[float], Sample]:
    """exp(x + t) rounded to float32, said to be right to ``floor`` units in the last place."""

    def sample(t: float) -> Sample:
        value = float(np.float32(np.exp(x + t)))
        return single(value, floor * 2.0**-24 * value)

    return sample


def overclaims(floor: float) -> int:
    """At how many of 100 points the extrapolated derivative of the above is further off than it says."""
    count = 0
    for step in range(100):
        x = step / 32
        found = extrapolated(coarse_exponential(x, floor=floor))
        count += abs(Decimal(found.value) - Decimal(x).exp()) > Decimal(found.bound)
    return count


def test_the_round_off_floor_makes_richardson_honest_where_it_would_overclaim_without() -> None:
    assert overclaims(floor=1.0) == 0
    assert overclaims(floor=0.0) > 50


def test_without_the_floor_equal_quantised_quotients_pass_for_certainty() -> None:
    def staircase(t: float) -> float:
        return round((1 + t) * 2**4) / 2**4

    blind = extrapolated(lambda t: single(staircase(t), 0.0))
    seeing = extrapolated(lambda t: single(staircase(t), 2.0**-5))
    assert (blind.value, blind.bound) == (0.0, 0.0)
    assert abs(seeing.value - 1) <= seeing.bound


def scaled_cubic(case_at: float) -> Case:
    """x² relu(x)."""
    x = as_array(np.array(case_at))
    return Case(
        (x,), (Step(ops.PowerScalar(2.0), (0,)), Step(ops.ReLU(), (0,)), Step(ops.EWiseMul(), (1, 2)))
    )


SMALLEST = FIRST_STEP * 2.0 ** (1 - ROWS)


@pytest.mark.parametrize("x", [0.0, SMALLEST / 2, -SMALLEST / 2, SMALLEST, -SMALLEST])
def test_a_kink_at_or_next_to_the_point_is_undecided(x: float) -> None:
    found = second(scaled_cubic(x), [1.0], {0: [1.0]}, {0: [1.0]})
    assert found.undecided == "a kink or tie nearby"
    assert not isfinite(found.bound)


@pytest.mark.parametrize("x", [2**-9, -(2**-9), 2**-7 + 2**-12])
def test_steps_that_cross_a_kink_are_left_out_and_the_others_decide(x: float) -> None:
    found = second(scaled_cubic(x), [1.0], {0: [1.0]}, {0: [1.0]})
    assert not found.undecided
    assert abs(found.value - (6 * x if x > 0 else 0)) <= found.bound < 1e-8


@pytest.mark.parametrize("op", [ops.Maximum(), ops.Minimum(), ops.Compare()], ids=repr)
def test_a_tie_is_undecided_and_a_clear_order_is_not(op: Op) -> None:
    moves: Direction = {0: [1.0], 1: [0.0]}
    assert second(at(op, 0.5, 0.5), [1.0], moves, moves).undecided
    assert not second(at(op, 0.5, 0.75), [1.0], moves, moves).undecided
    assert evaluate(at(op, 0.5, 0.5)).close
    assert not evaluate(at(op, 0.5, 0.75)).close


AT_POLES = [
    Closed(ops.Log(), lambda y: 1 / y, lambda y: -1 / y**2),
    Closed(ops.PowerScalar(-1.0), lambda y: -1 / y**2, lambda y: 2 / y**3),
    Closed(ops.Sqrt(), lambda y: 1 / (2 * y.sqrt()), lambda y: -1 / (4 * y * y.sqrt())),
]


@pytest.mark.parametrize("moves", [0.0, 1.0])
@pytest.mark.parametrize("x", [1.25 + 2**-6, 1.25 + 2**-7, 1.25 + 3 * 2**-9])
@pytest.mark.parametrize("closed", AT_POLES, ids=lambda closed: repr(closed.op))
def test_steps_onto_a_pole_or_beyond_the_end_of_a_domain_are_left_out(
    closed: Closed, x: float, moves: float
) -> None:
    steps = Step(ops.MulScalar(2.0), (0,)), Step(ops.AddScalar(-2.5), (1,)), Step(closed.op, (2,))
    case = Case((as_array(np.array(x)),), steps)
    found = second(case, [1.0], {0: [moves]}, {0: [1.0]})
    truth = 4 * Decimal(moves) * closed.second(2 * Decimal(x) - Decimal("2.5"))
    assert not found.undecided
    assert abs(Decimal(found.value) - truth) <= Decimal(found.bound)
    assert found.bound <= 1e-6 * (1 + abs(found.value))


def test_what_overflows_is_not_finite_and_no_crash() -> None:
    found = evaluate(at(ops.Exp(), 800.0), {0: [1.0]})
    assert not isfinite(found.values[0])
    assert not isfinite(found.value_bounds[0])
    assert not isfinite(found.tangent_bounds[0])
    assert not isfinite(second(at(ops.Exp(), 800.0), [1.0], {0: [1.0]}, {0: [1.0]}).bound)


def test_one_undecided_side_is_enough_to_leave_a_step_out() -> None:
    def right_of(x: float) -> Callable[[float], Sample]:
        return lambda t: single(t, 0.0, "left" if t < x else "")

    assert extrapolated(right_of(-(2**-10))).undecided == ""
    assert extrapolated(right_of(0.0)).undecided == "left"


POOL = [CATALOGUE[name] for name in sorted(CATALOGUE) if CATALOGUE[name].op in REFERENCES]
EITHER = st.sampled_from(POOL).flatmap(calls) | programs(POOL)


def small_directions(case: Case, random: Random) -> Direction:
    """Entries between −1/64 and 1/64, so that no step leaves a domain."""
    return {
        number: [random.uniform(-1, 1) / 64 for _ in range(case.inputs[number].size)]
        for number in case.variables
    }


@REPEATABLE
@given(EITHER, st.randoms(use_true_random=False))
def test_richardson_of_values_and_a_complex_step_give_the_same_first_derivative(
    case: Case, random: Random
) -> None:
    along = small_directions(case, random)
    stepped = evaluate(case, along)
    weights = [random.uniform(-1, 1) for _ in stepped.values]
    value, bound = paired(weights, stepped.tangents, stepped.tangent_bounds)

    def sample(t: float) -> Sample:
        there = evaluate(case, offset=along, by=t)
        return single(*paired(weights, there.values, there.value_bounds))

    found = extrapolated(sample)
    assert not found.undecided
    assert abs(found.value - value) <= found.bound + bound
    assert found.bound <= 1e-6 * (1 + sum(map(abs, stepped.values)) + abs(value))


@given(st.lists(st.tuples(*[st.integers(-(2**60), 2**60)] * 2), max_size=8))
@REPEATABLE
def test_the_bound_of_a_weighted_sum_covers_its_rounding(terms: list[tuple[int, int]]) -> None:
    weights, numbers = [weight * 2.0**-50 for weight, _ in terms], [number * 2.0**-40 for _, number in terms]
    value, bound = paired(weights, numbers, [0.0] * len(terms))
    truth = sum((Fraction(a) * Fraction(b) for a, b in zip(weights, numbers, strict=True)), Fraction())
    assert abs(Fraction(value) - truth) <= Fraction(bound)
    assert bound <= 10 * DOUBLE * sum(abs(a * b) for a, b in zip(weights, numbers, strict=True))


def test_a_weighted_sum_brings_along_the_bounds_of_its_numbers() -> None:
    value, bound = paired([2.0, -4.0], [1.0, 1.0], [0.25, 0.5])
    assert value == -2.0
    assert 2.5 <= bound <= 2.5 + 1e-14


def test_an_evaluation_moves_the_inputs_that_it_is_told_to_and_no_other() -> None:
    case = at(ops.EWiseMul(), 3.0, 5.0)
    assert evaluate(case).values == [15.0]
    assert evaluate(case).tangents == [0.0]
    assert evaluate(case, {0: [1.0]}).tangents == [5.0]
    assert evaluate(case, {0: [1.0], 1: [2.0]}).tangents == [11.0]
    assert evaluate(case, offset={1: [2.0]}, by=0.5).values == [18.0]
    assert evaluate(case, {0: [1.0]}, offset={1: [2.0]}, by=0.5).tangents == [6.0]


def test_a_direction_has_its_entries_in_row_major_order() -> None:
    rows: Array = as_array(np.asfortranarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    moves: Sequence[float] = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    found = evaluate(one_step(ops.Transpose((0, 1)), rows), {0: moves})
    assert found.values == [1, 4, 2, 5, 3, 6]
    assert found.tangents == [10, 40, 20, 50, 30, 60]
