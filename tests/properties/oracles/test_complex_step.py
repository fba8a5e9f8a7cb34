"""The complex step against the second definitions and closed forms; ops that only say they are analytic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.array import Array, computed
from engine.catalogue import CATALOGUE, visiting
from engine.tensor import Tensor
from properties.case import Case
from properties.oracles.complex_step import IN_LONG, ComplexStep, along, split
from properties.oracles.definition import evaluate
from properties.oracles.ladder import OracleError, check_each_other
from properties.strategies.calls import calls
from tests.properties.grads.planted import sine_like
from tests.properties.recorded import alone, recorded
from tests.properties.samples import NAMES, sample

REPEATABLE = settings(derandomize=True, database=None, deadline=None, max_examples=15)
ANALYTIC = [name for name in NAMES if CATALOGUE[name].analytic]


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_compute_of_an_op_that_says_so_is_analytic(name: str) -> None:
    @REPEATABLE
    @given(calls(CATALOGUE[name]), st.integers(0, 2**32 - 1))
    def check(case: Case, seed: int) -> None:
        recording, point = recorded(case)
        sizes = [array.size for array in point]
        direction = computed(np.random.default_rng(seed).uniform(-1, 1, sum(sizes)))
        moves = split(direction, [(size,) for size in sizes])
        for number in case.constants:  # marks do not move
            moves[number][...] = 0
        truth = evaluate(case, dict(enumerate(move.tolist() for move in moves)))
        found = ComplexStep().derivative(recording, point, direction)
        allowed = found.bounds + np.array(truth.tangent_bounds).reshape(found.bounds.shape)
        assert np.isfinite(found.bounds).all()
        assert (np.abs(found.values - np.array(truth.tangents)) <= allowed).all()

    check()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ANALYTIC])
def test_an_op_that_says_that_it_is_not_refuses_wide_complex_numbers_or_is_not(name: str) -> None:
    assert any(not steps_rightly(case) for case in sample(calls(CATALOGUE[name]), 20, name))


def steps_rightly(case: Case) -> bool:
    """Whether a complex step through the case gives its derivative, to half the digits of float64."""
    recording, point = recorded(case)
    direction = computed(np.ones(sum(array.size for array in point)))
    truth = evaluate(case, {number: [1.0] * array.size for number, array in enumerate(point)})
    try:
        found = along(recording, point, direction, IN_LONG)
    except TypeError:
        return False
    return np.allclose(found, np.array(truth.tangents), rtol=1e-8, atol=1e-8)


REPEATED: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "solve": (lambda x: ops.solve_triangular(ops.reshape(x, (1, 1)), ops.reshape(x, (1, 1))), 0.0),
    "rms_norm": (lambda x: ops.rms_norm(x, ()), 1e-5),
    "rms_norm, eps 1e-9": (lambda x: ops.rms_norm(x, (), eps=1e-9), 1e-9),
}


@pytest.mark.parametrize("name", REPEATED)
def test_the_bound_sees_what_cancels_inside_one_op(name: str) -> None:
    """x / √(x² + ε) has the derivative ε / (x² + ε)^1.5, of which the terms inside the op are 10⁶ times."""
    f, eps = REPEATED[name]
    with localcontext() as context:
        context.prec = 60
        for x in np.random.default_rng(6).uniform(1, 8, 60).tolist():
            found = ComplexStep().derivative(*alone(f, x), np.ones(1))
            root = (Decimal(x) ** 2 + Decimal(eps)).sqrt()
            assert abs(exact(found.values) - Decimal(eps) / root**3) <= exact(found.bounds)


LIES: dict[str, Callable[[Array], Array]] = {
    "abs": np.abs,
    "abs cubed": lambda a: np.abs(a) ** 3,
    "real": lambda a: computed(np.real(a)) ** 2,
    "conjugate": np.conj,
}


@pytest.mark.parametrize("x", [0.75, -0.5, 3.0])
@pytest.mark.parametrize("lie", LIES)
def test_an_op_that_is_not_analytic_and_says_so_is_named(lie: str, x: float) -> None:
    with visiting():
        recording, point = alone(sine_like(value=LIES[lie]), x)
        with pytest.raises(OracleError, match="Planted says analytic=True"):
            check_each_other(recording, point, np.ones(1))


CLOSED: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Decimal], Decimal]]] = {
    "exp": (ops.exp, lambda x: x.exp()),
    "log": (ops.log, lambda x: 1 / x),
    "sqrt": (ops.sqrt, lambda x: 1 / (2 * x.sqrt())),
    "tanh": (ops.tanh, lambda x: 4 * (2 * x).exp() / ((2 * x).exp() + 1) ** 2),
    "sigmoid": (ops.sigmoid, lambda x: x.exp() / (x.exp() + 1) ** 2),
    "power": (lambda x: x**2.5, lambda x: Decimal("2.5") * x * x.sqrt()),
    "quotient": (lambda x: x / (1 + x * x), lambda x: (1 - x * x) / (1 + x * x) ** 2),
    "cancelling": (lambda x: ops.exp(x) - 1 - x, lambda x: x.exp() - 1),
}


@pytest.mark.parametrize("name", CLOSED)
def test_it_is_within_its_bound_of_the_closed_form(name: str) -> None:
    f, slope = CLOSED[name]
    random = np.random.default_rng(2)
    with localcontext() as context:
        context.prec = 60
        for x in [*random.uniform(2**-5, 8, 60).tolist(), *(2.0**-5 * random.uniform(1, 2, 10)).tolist()]:
            found = ComplexStep().derivative(*alone(f, x), np.ones(1))
            truth = slope(Decimal(x))
            assert abs(exact(found.values) - truth) <= exact(found.bounds), (x, found, truth)
            assert found.digits > 13


def exact(numbers: Array) -> Decimal:
    """The only entry, of a type as wide as longdouble, with all its digits."""
    entry = numbers[0]
    high = float(entry)
    return Decimal(high) + Decimal(float(entry - high))


def test_at_tiny_and_huge_points_the_step_vanishes_still() -> None:
    for x in (1e-140, 1e-100, 1e100, 1e150):
        found = ComplexStep().derivative(*alone(lambda a: a * a, x), np.ones(1))
        assert abs(float(found.values[0]) / (2 * x) - 1) < 1e-15
        assert found.digits > 13


def test_what_overflows_has_an_infinite_bound_and_a_cause() -> None:
    with np.errstate(all="ignore"):
        found = ComplexStep().derivative(*alone(lambda a: 1 / a, 0.0), np.ones(1))
    assert np.isinf(found.bounds).all()
    assert found.cause
