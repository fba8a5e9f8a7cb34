"""Numbers against exact truth: the same formulas in Decimals of 60 digits, and in NumPy's float32."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import isfinite
from random import Random

import numpy as np
import pytest

from engine.array import Array, as_array
from properties.number import STEP, Arithmetic, Number

DOUBLE, SINGLE = 2.0**-53, 2.0**-24
TINY = Decimal(10) ** -60


@pytest.fixture(autouse=True)
def sixty_digits() -> Generator[None, None, None]:
    with localcontext() as context:
        context.prec = 60
        yield


@dataclass(frozen=True)
class Truth:
    """A value and its derivative, right to 60 digits."""

    value: Decimal
    tangent: Decimal

    def __add__(self, other: Truth) -> Truth:
        return Truth(self.value + other.value, self.tangent + other.tangent)

    def __sub__(self, other: Truth) -> Truth:
        return Truth(self.value - other.value, self.tangent - other.tangent)

    def __mul__(self, other: Truth) -> Truth:
        return Truth(self.value * other.value, self.value * other.tangent + self.tangent * other.value)

    def __truediv__(self, other: Truth) -> Truth:
        quotient = self.value / other.value
        return Truth(quotient, (self.tangent - quotient * other.tangent) / other.value)

    def __neg__(self) -> Truth:
        return Truth(-self.value, -self.tangent)

    def through(self, value: Decimal, slope: Decimal) -> Truth:
        return Truth(value, slope * self.tangent)


def sine(x: Decimal) -> Decimal:
    """By its power series."""
    term = total = x
    power = 1
    while abs(term) > TINY:
        term = -term * x * x / ((power + 1) * (power + 2))
        total += term
        power += 2
    return total


def cosine(x: Decimal) -> Decimal:
    return 1 - 2 * sine(x / 2) ** 2


def exponential(x: Truth) -> Truth:
    return x.through(x.value.exp(), x.value.exp())


def hyperbolic_tangent(x: Truth) -> Truth:
    twice = (2 * x.value).exp()
    return x.through((twice - 1) / (twice + 1), 4 * twice / (twice + 1) ** 2)


@dataclass(frozen=True)
class Function:
    """A function in three arithmetics, and where it is asked."""

    name: str
    of_number: Callable[[Number], Number]
    of_truth: Callable[[Truth], Truth]
    of_single: Callable[[Array], Array]
    low: float
    high: float


FUNCTIONS = [
    Function("neg", lambda x: -x, lambda x: -x, lambda x: -x, -64, 64),
    Function("exp", Number.exp, exponential, lambda x: as_array(np.exp(x)), -6, 6),
    Function(
        "log",
        Number.log,
        lambda x: x.through(x.value.ln(), 1 / x.value),
        lambda x: as_array(np.log(x)),
        2**-6,
        1e6,
    ),
    Function(
        "sin",
        Number.sin,
        lambda x: x.through(sine(x.value), cosine(x.value)),
        lambda x: as_array(np.sin(x)),
        -16,
        16,
    ),
    Function(
        "cos",
        Number.cos,
        lambda x: x.through(cosine(x.value), -sine(x.value)),
        lambda x: as_array(np.cos(x)),
        -16,
        16,
    ),
    Function(
        "sqrt",
        Number.sqrt,
        lambda x: x.through(x.value.sqrt(), 1 / (2 * x.value.sqrt())),
        lambda x: as_array(np.sqrt(x)),
        2**-6,
        1e6,
    ),
    Function("tanh", Number.tanh, hyperbolic_tangent, lambda x: as_array(np.tanh(x)), -16, 16),
    Function(
        "reciprocal",
        lambda x: 1.0 / x,
        lambda x: Truth(Decimal(1), Decimal(0)) / x,
        lambda x: as_array(1 / x),
        2**-6,
        1e6,
    ),
]


@dataclass(frozen=True)
class Pair:
    """An operation of two operands in three arithmetics."""

    name: str
    of_numbers: Callable[[Number, Number], Number]
    of_truths: Callable[[Truth, Truth], Truth]
    of_singles: Callable[[Array, Array], Array]


RING = [
    Pair("add", lambda a, b: a + b, lambda a, b: a + b, lambda a, b: a + b),
    Pair("sub", lambda a, b: a - b, lambda a, b: a - b, lambda a, b: a - b),
    Pair("mul", lambda a, b: a * b, lambda a, b: a * b, lambda a, b: a * b),
]
PAIRS = [*RING, Pair("div", lambda a, b: a / b, lambda a, b: a / b, lambda a, b: as_array(a / b))]


@dataclass(frozen=True)
class Value:
    """One value of an expression in three arithmetics."""

    number: Number
    truth: Truth
    single: Array

    def value_is_within_bound(self) -> bool:
        return abs(Decimal(self.number.value) - self.truth.value) <= Decimal(self.number.value_bound)

    def tangent_is_within_bound(self) -> bool:
        got = Decimal(self.number.z.imag) / Decimal(STEP)
        return abs(got - self.truth.tangent) <= Decimal(self.number.imag_error) / Decimal(STEP)

    def single_is_within_bound(self) -> bool:
        return abs(Decimal(float(self.single.item())) - self.truth.value) <= Decimal(self.number.value_bound)


def dyadic(random: Random) -> float:
    """A number between −8 and 8 with 12 binary places."""
    return random.randrange(-(2**15), 2**15) / 2**12


def start(value: float, tangent: float, arithmetic: Arithmetic) -> Value:
    return Value(
        arithmetic.number(value, tangent),
        Truth(Decimal(value), Decimal(tangent)),
        as_array(np.array(value, np.float32)),
    )


def apply(function: Function, x: Value) -> Value:
    return Value(function.of_number(x.number), function.of_truth(x.truth), function.of_single(x.single))


def combine(pair: Pair, a: Value, b: Value) -> Value:
    return Value(
        pair.of_numbers(a.number, b.number),
        pair.of_truths(a.truth, b.truth),
        pair.of_singles(a.single, b.single),
    )


def expression(random: Random, unit: float) -> Value:
    """A straight line of one to eight operations on two dyadic numbers; values are used again and again."""
    arithmetic = Arithmetic(unit)
    values = [start(dyadic(random), dyadic(random), arithmetic) for _ in range(2)]
    todo = random.randint(1, 8)
    while todo:
        a, b = random.choice(values), random.choice(values)
        if random.random() < 0.5:
            pair = random.choice(PAIRS)
            largest = max(abs(a.number.value), abs(b.number.value))
            if largest > 1e6 or (pair.name == "div" and abs(b.number.value) < 2**-6):
                continue
            values.append(combine(pair, a, b))
        else:
            function = random.choice(FUNCTIONS)
            if not function.low <= a.number.value <= function.high:
                continue
            values.append(apply(function, a))
        todo -= 1
    return values[-1]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_is_right_within_its_bounds_at_random_dyadic_points(function: Function) -> None:
    random = Random(function.name)
    done = 0
    while done < 300:
        x = start(dyadic(random), dyadic(random), Arithmetic(DOUBLE))
        if not function.low <= x.number.value <= function.high:
            continue
        done += 1
        y = apply(function, x)
        assert y.value_is_within_bound(), x.number.value
        assert y.tangent_is_within_bound(), x.number.value
        assert y.number.value_bound <= 16 * DOUBLE * abs(y.number.value)
        assert y.number.tangent_bound <= 16 * DOUBLE * abs(y.number.tangent)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_an_operation_is_right_within_its_bounds_at_random_dyadic_points(pair: Pair) -> None:
    random = Random(pair.name)
    for _ in range(300):
        a, b = (start(dyadic(random) or 1.0, dyadic(random), Arithmetic(DOUBLE)) for _ in range(2))
        y = combine(pair, a, b)
        assert y.value_is_within_bound(), (a, b)
        assert y.tangent_is_within_bound(), (a, b)
        assert y.number.value_bound <= 32 * DOUBLE * abs(y.number.value)


def test_the_bounds_hold_in_every_one_of_thousands_of_composed_expressions() -> None:
    random = Random(0)
    for _ in range(3_000):
        y = expression(random, DOUBLE)
        assert y.value_is_within_bound(), (y.number.value, y.number.value_bound, y.truth.value)
        assert y.tangent_is_within_bound(), (y.number.tangent, y.number.tangent_bound, y.truth.tangent)


def test_bounds_of_a_finer_rounding_than_the_true_one_are_caught_by_the_same_check() -> None:
    random = Random(0)
    wrong = [expression(random, DOUBLE / 64) for _ in range(500)]
    assert sum(not y.value_is_within_bound() for y in wrong) > 50
    assert sum(not y.tangent_is_within_bound() for y in wrong) > 50


def test_the_bounds_hold_where_cancellation_loses_most_digits() -> None:
    random = Random(1)
    lost = 0
    for _ in range(500):
        arithmetic = Arithmetic(DOUBLE)
        x, y = (start(dyadic(random), dyadic(random), arithmetic) for _ in range(2))
        spike = start(2.0 ** -random.randrange(10, 50), 1.0, arithmetic)
        big = combine(PAIRS[2], apply(FUNCTIONS[3], x), apply(FUNCTIONS[6], y))
        left = combine(PAIRS[1], combine(PAIRS[0], big, spike), big)
        assert left.value_is_within_bound()
        assert left.tangent_is_within_bound()
        lost += left.number.value_bound > 1e-6 * abs(left.number.value)
    assert lost > 150


@pytest.mark.parametrize("pair", [PAIRS[0], PAIRS[2]], ids=lambda pair: pair.name)
@pytest.mark.parametrize("length", [2, 5, 12])
def test_the_bound_of_a_sum_or_product_is_at_most_a_hundred_times_the_worst_rounding(
    pair: Pair, length: int
) -> None:
    random = Random(length)
    shares: list[Decimal] = []
    for _ in range(200):
        arithmetic = Arithmetic(DOUBLE)
        factors = [start(random.uniform(1, 2), random.uniform(1, 2), arithmetic) for _ in range(length)]
        y = factors[0]
        for factor in factors[1:]:
            y = combine(pair, y, factor)
        assert y.value_is_within_bound()
        shares.append(abs(Decimal(y.number.value) - y.truth.value) / Decimal(y.number.value_bound))
    assert Decimal("0.01") < max(shares) <= 1


def test_the_bounds_at_single_precision_cover_what_numpy_computes_in_float32() -> None:
    random = Random(2)
    for _ in range(1_000):
        y = expression(random, SINGLE)
        assert y.single.dtype == np.float32
        assert y.single_is_within_bound(), (y.single, y.number.value_bound, y.truth.value)


def test_the_bounds_at_double_precision_do_not_cover_float32() -> None:
    random = Random(2)
    values = [expression(random, DOUBLE) for _ in range(500)]
    assert sum(not y.single_is_within_bound() for y in values) > 100


def test_the_tangent_bounds_at_single_precision_cover_the_product_rule_in_float32() -> None:
    random = Random(3)
    for _ in range(500):
        arithmetic = Arithmetic(SINGLE)
        points = [(dyadic(random), dyadic(random)) for _ in range(6)]
        exact = [start(value, tangent, arithmetic) for value, tangent in points]
        product, value, tangent = exact[0], np.float32(points[0][0]), np.float32(points[0][1])
        for factor, point in zip(exact[1:], points[1:], strict=True):
            product = combine(PAIRS[2], product, factor)
            x, moved = np.float32(point[0]), np.float32(point[1])
            value, tangent = value * x, value * moved + tangent * x
        error = abs(Decimal(float(tangent)) - product.truth.tangent)
        assert error <= Decimal(product.number.tangent_bound)


def test_a_number_that_is_drawn_is_exact_and_moves_at_its_speed() -> None:
    x = Arithmetic(DOUBLE).number(0.75, -3.5)
    assert (x.value, x.tangent, x.value_bound, x.tangent_bound) == (0.75, -3.5, 0.0, 0.0)
    still = x.constant(0.1)
    assert (still.value, still.tangent, still.value_bound, still.tangent_bound) == (0.1, 0.0, 0.0, 0.0)
    assert still.arithmetic is x.arithmetic


def test_plain_numbers_stand_on_either_side_of_an_operator() -> None:
    x = Arithmetic(DOUBLE).number(0.5, 2.0)
    found = [(y.value, y.tangent) for y in (1.0 + x, x + 1.0, 1.0 - x, x - 1.0, 3.0 * x, 2.0 / x, x / 2.0)]
    assert found == [(1.5, 2), (1.5, 2), (0.5, -2), (-0.5, 2), (1.5, 6), (4, -16), (0.25, 1)]


def test_every_comparison_is_recorded_in_order_with_its_outcome() -> None:
    arithmetic = Arithmetic(DOUBLE)
    small, large = arithmetic.number(1.0), arithmetic.number(2.0)
    outcomes = [small > large, large > small, small < large, large > 0.0, small < 0.5]
    assert outcomes == [False, True, True, True, False]
    assert arithmetic.branches == outcomes
    assert arithmetic.close == 0


@pytest.mark.parametrize(
    ("distance", "close"), [(0.0, 1), (1e-16, 1), (-1e-16, 1), (1e-14, 0), (-1e-14, 0), (1.0, 0)]
)
def test_a_comparison_is_close_when_rounding_could_change_its_outcome(distance: float, close: int) -> None:
    arithmetic = Arithmetic(DOUBLE)
    rounded = arithmetic.number(0.5).exp().log()
    assert rounded.value_bound > 2e-16
    assert (rounded > arithmetic.number(0.5 + distance)) == (rounded.value > 0.5 + distance)
    assert arithmetic.close == close


def test_a_number_at_a_pole_has_no_finite_bound() -> None:
    zero = Arithmetic(DOUBLE).number(0.0)
    for y in (1.0 / zero, zero.log(), Arithmetic(DOUBLE).number(800.0).exp()):
        after = y * 2.0 - y
        assert not any(
            map(isfinite, (y.value_bound, y.tangent_bound, after.value_bound, after.tangent_bound))
        )


def test_the_side_of_a_pole_is_recorded_and_never_close() -> None:
    arithmetic = Arithmetic(DOUBLE)
    for x in (-2.0, 0.5):
        assert (1.0 / arithmetic.number(x)).value == 1 / x
    assert arithmetic.number(0.25).log().value < 0 < arithmetic.number(0.25).sqrt().value
    assert arithmetic.branches == [False, True, True, True]
    assert arithmetic.close == 0


def test_exact_numbers_are_close_only_when_they_are_equal() -> None:
    def closeness(pairs: Sequence[tuple[float, float]]) -> list[int]:
        found: list[int] = []
        for a, b in pairs:
            arithmetic = Arithmetic(DOUBLE)
            assert (arithmetic.number(a) > arithmetic.number(b)) == (a > b)
            found.append(arithmetic.close)
        return found

    assert closeness([(1.0, 1.0), (0.0, -0.0), (1.0, 1.0 + 2**-52), (1.0, 2.0)]) == [1, 1, 0, 0]


def test_equal_values_compare_by_the_way_they_move() -> None:
    arithmetic = Arithmetic(DOUBLE)
    slow, alike, fast, back = (arithmetic.number(1.0, speed) for speed in (1.0, 1.0, 2.0, -1.0))
    outcomes = [fast > slow, slow > fast, slow < fast, slow > 1.0, back < 1.0, back > 1.0, slow > alike]
    assert outcomes == [True, False, True, True, True, False, False]
    assert arithmetic.branches == outcomes
    assert arithmetic.close == len(outcomes)


def test_a_greater_value_is_greater_however_it_moves() -> None:
    arithmetic = Arithmetic(DOUBLE)
    assert arithmetic.number(1.0 + 2**-52, -1e9) > arithmetic.number(1.0, 1e9)
    assert not arithmetic.number(1.0, 1e9) > arithmetic.number(1.0 + 2**-52, -1e9)
    assert arithmetic.close == 0
