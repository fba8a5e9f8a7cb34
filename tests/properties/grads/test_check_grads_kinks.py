"""At kinks and ties, and where a function branches, nothing is claimed; other entries are certified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine import ops
from engine.errors import OperandError
from engine.tensor import Tensor
from engine.transforms import Argument
from properties import NotDecided, Report, check_grads
from tests.properties.grads.planted import Function

SEEDS = range(6)


def undecided(f: Function, *args: Argument, seed: int = 0) -> Report:
    with pytest.warns(NotDecided, match="undecided"):
        report = check_grads(f, args, seed=seed)
    assert report.verdict == "INCONCLUSIVE"
    assert str(report).endswith(f"INCONCLUSIVE (seed={seed})")
    return report


def held(report: Report, mode: str) -> list[int]:
    return [line.held for line in report.checked if line.mode == mode]


KINKS: dict[str, tuple[Function, Sequence[Argument]]] = {
    "relu": (ops.relu, (0.0,)),
    "abs": (ops.absolute, (0.0,)),
    "a small abs": (lambda x: 1e-40 * ops.absolute(x), (0.0,)),
    "sign": (ops.sign, (0.0,)),
    "step": (ops.step, (0.0,)),
    "maximum": (ops.maximum, (1.0, 1.0)),
    "minimum": (ops.minimum, (1.0, 1.0)),
    "max": (lambda x: ops.max(x, (0,)), ([1.0, 1.0, 0.0],)),
    "relu, a kink for one direction of two": (lambda x, y: ops.relu(x + y), (1.0, -1.0)),
    "a branch": (lambda x: 2 * x if x.item() > 0 else x, (0.0,)),
    "a branch that counts the point": (lambda x: 2 * x if x.item() >= 0 else x, (0.0,)),
    "a mask": (lambda x: x * Tensor.make_const((x.numpy() > 0) * 1.0), (0.0,)),
    "a mask that counts the point": (lambda x: x * Tensor.make_const((x.numpy() >= 0) * 1.0), (0.0,)),
    "a branch at 1": (lambda x: 2 * x - 1 if x.item() > 1 else x, (1.0,)),
    "float32": (ops.relu, (np.zeros(1, np.float32),)),
}


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_undecided_with_its_cause(name: str) -> None:
    f, args = KINKS[name]
    for seed in SEEDS:
        report = undecided(f, *args, seed=seed)
        assert all(line.cause for line in report.checked if line.undecided)


@pytest.mark.parametrize("op", [ops.relu, ops.absolute, ops.sign], ids=["relu", "abs", "sign"])
def test_the_entries_beside_a_kink_are_certified(op: Function) -> None:
    report = undecided(op, np.array([-1.0, 0.0, 2.0]))
    assert held(report, "fwd") == [2]
    assert held(report, "rev") == [2]


def test_the_entries_beside_a_tie_are_certified() -> None:
    report = undecided(ops.maximum, np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    assert held(report, "fwd") == held(report, "rev") == [1, 1]
    report = undecided(lambda x: ops.max(x, (1,)), np.array([[1.0, 1.0, 0.0], [1.0, 2.0, 0.0]]))
    assert held(report, "fwd") == [1]


@pytest.mark.parametrize("x", [1e-9, -1e-9, 1e-6])
@pytest.mark.parametrize("op", [ops.relu, ops.absolute], ids=["relu", "abs"])
def test_next_to_a_kink_the_derivative_is_that_of_the_side(op: Function, x: float) -> None:
    for seed in SEEDS:
        assert check_grads(op, (x,), seed=seed).verdict == "PASS"


@pytest.mark.parametrize("away", [1e-2, 1e-4])
def test_a_function_that_branches_next_to_the_point_is_right_on_its_side(away: float) -> None:
    for seed in SEEDS:
        assert (
            check_grads(lambda x: x * x if x.item() < 1 + away else 5 * x, (1.0,), seed=seed).verdict
            == "PASS"
        )


def test_a_function_of_another_value_at_each_call_is_refused() -> None:
    random = np.random.default_rng(0)
    calls = 0

    def counting(x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return x * calls

    def dropout(x: Tensor) -> Tensor:
        return x * Tensor.make_const((random.uniform(size=20) > 0.5) * 2.0)

    def noise(x: Tensor) -> Tensor:
        return x + float(random.uniform())

    for f in (dropout, counting, noise):
        with pytest.raises(OperandError, match="random seed"):
            check_grads(f, (np.arange(1.0, 21.0),))


def test_a_function_that_draws_the_same_numbers_each_time_passes() -> None:
    def dropout(x: Tensor) -> Tensor:
        return x * x * Tensor.make_const((np.random.default_rng(0).uniform(size=20) > 0.5) * 2.0)

    assert check_grads(dropout, (np.arange(1.0, 21.0),), 2).verdict == "PASS"


@pytest.mark.parametrize("size", [300, 1000])
@pytest.mark.parametrize("seed", range(6))
def test_one_entry_at_a_kink_among_many_is_neither_wrong_nor_certified(size: int, seed: int) -> None:
    x = np.random.default_rng(5).normal(size=size)
    x[0] = 0.0
    with pytest.warns(NotDecided):
        report = check_grads(lambda x: ops.relu(x).sum(), (x,), seed=seed)
    assert report.verdict == "INCONCLUSIVE"
    assert check_grads(lambda x: ops.relu(x).sum(), (x[1:],), seed=seed).verdict == "PASS"
