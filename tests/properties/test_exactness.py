"""Exactness against exact truth: Fractions, in whatever order floats are added up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from math import isqrt
from operator import mul

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import CATALOGUE
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.graph import Op
from properties.adapters.reference import Reference
from properties.case import Case, Step, one_step
from properties.exactness import bits, is_exact
from properties.grid import Grid
from properties.judge import PROFILE
from properties.laws.measures import draw_pair, flat
from properties.number import Arithmetic, Number
from properties.references import second_definition
from properties.rows import PROGRAMS, Row, rows_for
from properties.strategies.arrays import array_of, arrays

ENGINE = Reference()
ROWS = {row.name: row for row in rows_for(ENGINE)}
POLYNOMIAL = ("EWiseAdd", "EWiseMul", "MatMul", "MulScalar", "Summation")
Asked = tuple[Case, Array, tuple[Array, ...]]


class Rational(Number):
    """A number beside the fractions that its value and its tangent are."""

    __slots__ = ("speed", "truth")

    truth: Fraction
    speed: Fraction

    def __init__(self, number: Number, truth: Fraction, speed: Fraction) -> None:
        Number.__init__(self, number.z, 0.0, 0.0, number.arithmetic)
        self.truth = truth
        self.speed = speed

    def __add__(self, other: Number | float) -> Number:
        b = self._rational(other)
        return Rational(Number.__add__(self, b), self.truth + b.truth, self.speed + b.speed)

    def __neg__(self) -> Number:
        return Rational(Number.__neg__(self), -self.truth, -self.speed)

    def __mul__(self, other: Number | float) -> Number:
        b = self._rational(other)
        speed = self.truth * b.speed + self.speed * b.truth
        return Rational(Number.__mul__(self, b), self.truth * b.truth, speed)

    def _reciprocal(self) -> Number:
        assert not self.speed  # where something moves a quotient is not exact
        return Rational(Number._reciprocal(self), 1 / self.truth, Fraction(0))

    def sqrt(self) -> Number:
        assert not self.speed  # where something moves a root is not exact
        root = Fraction(isqrt(self.truth.numerator), isqrt(self.truth.denominator))
        assert root * root == self.truth
        return Rational(Number.sqrt(self), root, Fraction(0))

    def _rational(self, other: Number | float) -> Rational:
        found = self._other(other)
        assert isinstance(found, Rational)
        return found


class Fractions(Arithmetic):
    """The arithmetic of these numbers."""

    def number(self, value: float, tangent: float = 0.0) -> Number:
        return Rational(Arithmetic.number(self, value, tangent), Fraction(value), Fraction(tangent))


def truth_of(case: Case, tangents: Sequence[Array]) -> list[tuple[Fraction, Fraction]]:
    """Each entry of y with that of ẏ, by the second definitions in fractions."""
    arithmetic = Fractions(0.0)
    moves = dict(zip(case.variables, map(flat, tangents), strict=True))
    grids: list[Grid] = []
    for number, array in enumerate(case.inputs):
        speeds = moves.get(number, [0.0] * array.size)
        numbers = [arithmetic.number(x, speed) for x, speed in zip(flat(array), speeds, strict=True)]
        grids.append(Grid(array.shape, numbers, arithmetic))
    for step in case.steps:
        grids.append(second_definition(step.op, [grids[arg] for arg in step.args]))
    found: list[tuple[Fraction, Fraction]] = []
    for entry in grids[-1].entries:
        assert isinstance(entry, Rational)
        found.append((entry.truth, entry.speed))
    return found


def fractions(array: Array) -> list[Fraction]:
    return list(map(Fraction, flat(array)))


def sample(row: Row, count: int) -> list[Asked]:
    """So many cases away from kinks and ties, with a cotangent and a direction, as laws draw them."""
    found: list[Asked] = []

    def keep(data: DataObject) -> None:
        case = data.draw(row.cases(ENGINE, smooth=True))
        found.append((case, *draw_pair(case, data.draw)))

    seed(0)(settings(PROFILE, max_examples=count)(given(st.data())(keep)))()
    return found


@pytest.mark.parametrize("row", sorted(ROWS))
def test_where_it_says_exact_the_engine_computes_fractions(row: str) -> None:
    for case, out_grad, tangents in sample(ROWS[row], 25):
        if is_exact(case, [out_grad], tangents):
            truth = truth_of(case, tangents)
            assert fractions(ENGINE.forward(case)) == [value for value, _ in truth]
            assert fractions(ENGINE.tangent(case, tangents)) == [slope for _, slope in truth]
            adjoints = ENGINE.gradient(case, out_grad)
            assert [fractions(each) for each in adjoints] == true_adjoints(case, out_grad)


def true_adjoints(case: Case, out_grad: Array) -> list[list[Fraction]]:
    """x̄ⱼ = Σᵢ ȳᵢ Jᵢⱼ, by the second definitions in fractions, one column of J at a time."""
    found: list[list[Fraction]] = []
    likes = case.variable_arrays()
    for number, x in enumerate(likes):
        found.append([])
        for at in range(x.size):
            moves = [[0.0] * like.size for like in likes]
            moves[number][at] = 1.0
            along = [
                array_of(speeds, each.shape, each.dtype) for speeds, each in zip(moves, likes, strict=True)
            ]
            slopes = [slope for _, slope in truth_of(case, along)]
            found[-1].append(sum(map(mul, fractions(out_grad), slopes), Fraction(0)))
    return found


def one_by_one(terms: Array) -> Array:
    """The sum from the first term on, rounded to the terms' dtype after each."""
    return reduce(lambda so_far, term: as_array(so_far + term), terms, as_array(np.zeros((), terms.dtype)))


def in_pairs(terms: Array) -> Array:
    """The sum of sums of two, and so on."""
    while terms.size > 1:
        whole = as_array(np.append(terms, np.zeros(terms.size % 2, terms.dtype)))
        terms = as_array(whole[::2] + whole[1::2])
    return as_array(terms[0])


SUMS: dict[str, Callable[[Array], Array]] = {
    "one by one": one_by_one,
    "backwards": lambda terms: one_by_one(terms[::-1]),
    "smallest first": lambda terms: one_by_one(terms[np.argsort(np.abs(terms))]),
    "largest first": lambda terms: one_by_one(terms[np.argsort(-np.abs(terms))]),
    "in pairs": in_pairs,
}


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64], ids=str)
def test_where_it_says_exact_no_order_of_summation_rounds_and_elsewhere_some_does(dtype: DType) -> None:
    found = {True: 0, False: 0}

    @seed(0)
    @settings(PROFILE, max_examples=200)
    @given(*[arrays((24,), dtype)] * 2, st.sampled_from([1.0, 2.0**-9, 2.0**-20, 2.0**-35]))
    def add_up(a: Array, b: Array, fine: float) -> None:
        a = as_array(a * dtype.type(1 + fine))
        case, weight = one_step(ops.MatMul(), a, b), as_array(np.ones((), dtype))
        terms = as_array(a * b)
        truth = sum(map(mul, fractions(a), fractions(b)), Fraction(0))
        right = {Fraction(float(add_up(terms))) == truth for add_up in SUMS.values()}
        exact = is_exact(case, [weight], (weight * 0 + a * 0 + 1, b * 0 + 1))
        assert right == {True} or not exact
        found[exact] += exact or False in right

    add_up()
    assert min(found.values()) >= 20


def ones(*arrays: Array) -> tuple[Array, ...]:
    return tuple(as_array(np.ones_like(array)) for array in arrays)


def exactly(op: Op, *inputs: Array) -> bool:
    """Whether the op alone is exact where everything moves at speed 1."""
    case = one_step(op, *inputs)
    shape, dtype = case.specs()[-1]
    return is_exact(case, [as_array(np.ones(shape, dtype))], ones(*inputs))


def vector(*entries: float, dtype: DType = FLOAT64) -> Array:
    return array_of(entries, (len(entries),), dtype)


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        (ops.Exp(), [0.0]),
        (ops.Sin(), [1.0]),
        (ops.Sqrt(), [2.0]),
        (ops.Sigmoid(), [0.0]),
        (ops.PowerScalar(3.0), [2.0]),
        (ops.PowerScalar(-1.0), [2.0]),
        (ops.PowerScalar(0.5), [4.0]),
        (ops.EWisePow(), [2.0, 2.0]),
        (ops.EWiseDiv(), [1.0, 2.0]),
        (ops.DivScalar(-0.75), [1.0]),
        (ops.MulScalar(0.1), [3.0]),
        (ops.LogSumExp((0,)), [0.0]),
        (ops.ReLU(), [0.0]),
        (ops.Maximum(), [1.0, 1.0]),
    ],
    ids=repr,
)
def test_an_op_that_may_round_or_is_at_a_kink_is_not_exact(op: Op, inputs: list[float]) -> None:
    assert not exactly(op, *map(vector, inputs))


@pytest.mark.parametrize(
    ("op", "inputs"),
    [
        (ops.PowerScalar(2.0), [3.0]),
        (ops.DivScalar(2.0), [3.0]),
        (ops.MulScalar(-0.75), [3.0]),
        (ops.ReLU(), [0.5]),
        (ops.Maximum(), [1.0, 2.0]),
        (ops.EWiseMul(), [0.5, 3.0]),
    ],
    ids=repr,
)
def test_sums_products_and_branches_are_exact(op: Op, inputs: list[float]) -> None:
    assert exactly(op, *map(vector, inputs))


@pytest.mark.parametrize(
    ("op", "constant", "exact"),
    [
        (ops.PowerScalar(-1.0), 2.0, True),
        (ops.PowerScalar(-1.0), -0.25, True),
        (ops.PowerScalar(-1.0), 3.0, False),
        (ops.Sqrt(), 4.0, True),
        (ops.Sqrt(), 2.0, False),
        (ops.Tanh(), 32.0, False),
    ],
    ids=repr,
)
def test_a_function_of_a_constant_is_exact_for_quotients_and_roots_of_powers_of_two(
    op: Op, constant: float, exact: bool
) -> None:
    weight = vector(1.0)
    steps = (Step(op, (1,)), Step(ops.EWiseMul(), (0, 2)))
    case = Case((weight, vector(constant)), steps, constants=(1,))
    assert is_exact(case, [weight], [weight]) == exact


@pytest.mark.parametrize(("dtype", "places"), [(FLOAT32, 24), (FLOAT64, 53)], ids=str)
def test_a_significand_holds_so_many_bits(dtype: DType, places: int) -> None:
    most = 2.0 ** (places - 1)
    assert exactly(ops.EWiseAdd(), vector(most, dtype=dtype), vector(most - 2, dtype=dtype))
    assert not exactly(ops.EWiseAdd(), vector(most, dtype=dtype), vector(most + 2, dtype=dtype))


def test_one_float32_on_the_way_makes_24_bits_of_53() -> None:
    wide = vector(2.0**20 + 1)
    assert exactly(ops.EWiseMul(), wide, vector(2.0**20 + 1))
    assert not exactly(ops.EWiseMul(), wide, vector(2.0**20 + 1, dtype=FLOAT32))


def test_a_speed_of_zero_counts_as_one() -> None:
    """The adjoint beside it may be anything: of a b with ȧ = 0 it is b."""
    a, b = vector(1.0), vector(1.0)
    still = as_array(np.zeros(1))
    case = one_step(ops.EWiseMul(), a, b)
    assert bits(case, [vector(1.0)], [still, still]) == bits(case, [vector(1.0)], ones(a, b))


@pytest.mark.parametrize("row", [*POLYNOMIAL, PROGRAMS])
def test_a_third_of_the_cases_of_polynomial_ops_is_exact(row: str) -> None:
    pool = tuple(CATALOGUE[name] for name in POLYNOMIAL)
    cases = sample(Row(PROGRAMS, pool) if row == PROGRAMS else ROWS[row], 60)
    exact = [is_exact(case, [out_grad], tangents) for case, out_grad, tangents in cases]
    assert 3 * exact.count(True) >= len(exact)
