"""The rungs check each other, and one takes over where another knows too little."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.array import Array, computed
from engine.catalogue import CATALOGUE
from engine.tensor import Tensor
from properties.case import Case
from properties.oracles.complex_step import ComplexStep, Point
from properties.oracles.estimate import DOUBLE, WIDE, Estimate
from properties.oracles.ladder import LADDER, Oracle, OracleError, Richardson, check_each_other, climb
from properties.recording import Recording
from properties.references import REFERENCES
from properties.strategies.calls import calls
from properties.strategies.programs import programs
from tests.properties.recorded import alone, recorded

REPEATABLE = settings(derandomize=True, database=None, deadline=None, max_examples=6)
NAMES = sorted(name for name in CATALOGUE if CATALOGUE[name].op in REFERENCES)


class Says:
    """An oracle that says one thing of every entry, and counts how often it is asked."""

    def __init__(self, name: str, value: float, bound: float) -> None:
        self.name = name
        self.value = value
        self.bound = bound
        self.asked = 0

    def derivative(self, recording: Recording, point: Point, direction: Array) -> Estimate:
        self.asked += 1
        shape = (recording.size,)
        return Estimate(np.full(shape, self.value), np.full(shape, self.bound))


def scaled_size(scale: float) -> Callable[[Tensor], Tensor]:
    return lambda x: scale * ops.absolute(x)


def check(case: Case, seed: int) -> None:
    recording, point = recorded(case)
    direction = computed(np.random.default_rng(seed).uniform(-1, 1, sum(array.size for array in point)) / 64)
    said = check_each_other(recording, point, direction)
    assert list(said) == [rung.name for rung in LADDER]
    if recording.analytic:
        assert np.isfinite(said["complex step"].bounds).all()
    best = climb(recording, point, direction)
    assert np.isfinite(best.bounds).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_rungs_agree_on_drawn_cases_of_each_op(name: str) -> None:
    REPEATABLE(given(calls(CATALOGUE[name]), st.integers(0, 2**32 - 1))(check))()


def test_the_rungs_agree_on_programs() -> None:
    pool = [CATALOGUE[name] for name in NAMES]
    REPEATABLE(given(programs(pool), st.integers(0, 2**32 - 1))(check))()


def test_the_sharpest_rung_stands_first_and_is_enough_where_it_knows() -> None:
    assert isinstance(LADDER[0], ComplexStep)
    later = Says("later", 0.0, 0.0)
    recording, point = alone(ops.sin, 0.75)
    found = climb(recording, point, np.ones(1), [ComplexStep(), later])
    assert abs(float(found.values[0]) - float(np.cos(0.75))) < 1e-15
    assert later.asked == 0


def test_a_rung_that_certifies_too_little_is_climbed_past() -> None:
    recording, point = alone(ops.sin, 0.75)
    weak = Says("weak", 0.7, 0.1)
    assert climb(recording, point, np.ones(1), [weak, ComplexStep()]).digits > 13
    assert climb(recording, point, np.ones(1), [weak, Says("weaker", 0.7, 0.5)]).bounds.tolist() == [0.1]


def test_a_rung_that_certifies_zero_is_not_climbed_past() -> None:
    recording, point = alone(ops.sin, [0.5, 0.75])
    assert climb(recording, point, np.ones(2), [Says("zero", 0.0, 1e-15)]).bounds.tolist() == [1e-15, 1e-15]


def test_an_entry_that_no_rung_knows_does_not_hide_those_that_one_knows() -> None:
    recording, point = alone(ops.absolute, [0.0, 0.5, -2.0])
    found = climb(recording, point, np.ones(3))
    assert np.isfinite(found.bounds).tolist() == [False, True, True]
    assert found.values[1:].tolist() == [1.0, -1.0]
    assert found.cause


def test_the_complex_step_is_not_asked_of_what_is_not_analytic() -> None:
    recording, point = alone(ops.absolute, 0.75)
    said = check_each_other(recording, point, np.ones(1))
    assert np.isinf(said["complex step"].bounds).all()
    assert "analytic" in said["complex step"].cause
    assert climb(recording, point, np.ones(1)).digits > 11


def test_a_sample_of_a_0d_input_is_an_array() -> None:
    """NumPy makes a scalar of x + tv, and no item of that can be set."""
    recording, point = alone(lambda x: ops.SetItem(())(x, ops.absolute(x)), -0.75)
    found = Richardson(DOUBLE).derivative(recording, point, np.ones(1))
    assert abs(float(found.values[0]) + 1) <= float(found.bounds[0]) < 1e-11


def test_nobody_knows_the_derivative_at_a_kink() -> None:
    for scale in (1.0, 1e-40):
        recording, point = alone(scaled_size(scale), 0.0)
        found = climb(recording, point, np.ones(1))
        assert np.isinf(found.bounds).all()
        assert found.cause


@pytest.mark.parametrize("off", [1e-3, 1e-6, 1e-9])
def test_an_oracle_that_is_off_and_sure_of_it_is_caught(off: float) -> None:
    recording, point = alone(ops.sin, 0.75)
    liar = Says("liar", float(np.cos(0.75)) * (1 + off), 1e-15)
    among: list[list[Oracle]] = [[ComplexStep(), liar], [liar, Richardson(DOUBLE)], [*LADDER, liar]]
    for rungs in among:
        with pytest.raises(OracleError, match=r"entry 0: .*liar.* fault of the suite, or one of Sin"):
            check_each_other(recording, point, np.ones(1), rungs)


def test_an_oracle_that_is_off_and_says_so_is_not() -> None:
    recording, point = alone(ops.sin, 0.75)
    check_each_other(recording, point, np.ones(1), [*LADDER, Says("modest", 0.0, 1.0)])
    check_each_other(recording, point, np.ones(1), [*LADDER, Says("silent", 9.0, np.inf)])


def test_there_is_a_rung_for_each_float_that_the_machine_has() -> None:
    names = [rung.name for rung in LADDER]
    assert names[:2] == ["complex step", "Richardson in float64"]
    assert sum(name.startswith("Richardson") for name in names) == 1 + WIDE


HARD: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "1/x squared": (lambda x: 1 / (x * x), 1e-30),
    "1/x": (lambda x: 1 / x, 1e-8),
    "sin at 1e22": (ops.sin, 1e22),
    "a square at 1e-300": (lambda x: x * x, 1e-300),
    "a square at 1e-30": (lambda x: x * x, 1e-30),
    "1/x at 1e150": (lambda x: 1 / x, 1e150),
    "log at 1e160": (ops.log, 1e160),
    "softplus": (lambda x: ops.log(1 + ops.exp(x)), -50.0),
    "tanh": (ops.tanh, 300.0),
    "the least number": (lambda x: 3 * x, 5e-324),
    "waves": (lambda x: ops.sin(1e8 * x), 1.3),
}


@pytest.mark.parametrize("name", HARD)
def test_the_rungs_do_not_contradict_each_other_at_hard_points(name: str) -> None:
    f, x = HARD[name]
    with np.errstate(all="ignore"):
        check_each_other(*alone(f, x), np.ones(1))


def test_an_oracle_is_what_has_a_name_and_a_derivative() -> None:
    rungs: list[Oracle] = [Says("one", 1.0, 0.0), *LADDER]
    assert len({rung.name for rung in rungs}) == len(rungs)
