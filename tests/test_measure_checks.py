"""scripts/measure_checks.py measures what it says: a promise that is broken on purpose is not met."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

import measure_checks
from checks import alarms, bounds, sensitivity, speed
from checks.asked import ANSWERS, CONTRADICTION, PASS, REFUSAL, Answer
from checks.functions import SEVEN, SUBJECTS, Function, Point
from checks.pool import here
from checks.promise import Promise, at_most, broken

HONEST = 3
"""A seed of whose few points no oracle says too much."""


def deaf(_: Function, __: Point, ___: int, ____: int) -> Answer:
    """A checker that finds nothing."""
    return Answer(PASS)


def jumpy(_: Function, __: Point, ___: int, ____: int) -> Answer:
    """A checker that finds fault with everything."""
    return Answer(CONTRADICTION, "no two agree")


def nowhere(_: str) -> None:
    """What is said of a library that is not installed."""


def unmet(promises: Sequence[Promise]) -> list[str]:
    return [promise.text for promise in promises if promise.met is False]


def test_small_planted_errors_are_found_in_the_seven_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "ERRORS", (1e-16, 1e-11, 1e-3))
    promises, table = sensitivity.near(here, trials=1, seed=1)
    assert (len(promises), unmet(promises)) == (len(SEVEN), [])
    assert table.row_count == 2 * len(SEVEN)


def test_a_deaf_checker_breaks_every_promise_of_sensitivity() -> None:
    promises, _ = sensitivity.near(here, trials=1, seed=1, asked=deaf)
    assert unmet(promises) == [promise.text for promise in promises]
    promise, table = sensitivity.wide(here, trials=1, seed=1, asked=deaf)
    assert unmet([promise])
    assert table.row_count == len(SUBJECTS)


def test_an_error_that_is_found_but_for_one_size_counts_from_above_that_size() -> None:
    shares = [1.0] * len(sensitivity.ERRORS)
    assert sensitivity.smallest(shares) == 1e-16
    shares[sensitivity.ERRORS.index(1e-9)] = 0.9
    assert sensitivity.smallest(shares) == pytest.approx(1e-8)


@pytest.mark.parametrize("threshold", [1e-15, 1e-9, 1e-1, 2.0])
def test_bisection_finds_the_smallest_error(threshold: float) -> None:
    found = sensitivity.bisected(lambda error: float(error >= 0.99 * threshold))
    assert found == pytest.approx(threshold if threshold < 1 else float("inf"))


def test_a_checker_that_finds_nothing_in_correct_functions_raises_no_false_alarm() -> None:
    promises, table, alarmed = alarms.measure(here, len(SUBJECTS), [1], deaf)
    assert unmet(promises) == []
    assert alarmed == []
    assert table.row_count == len(SUBJECTS) + 1


def test_a_false_alarm_breaks_the_promise_and_can_be_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    promises, _, alarmed = alarms.measure(here, len(SUBJECTS), [1], jumpy)
    assert len(unmet(promises)) == 1
    assert len(alarmed) == len(SUBJECTS)
    assert alarmed[0].startswith("--again 'sin:1:0'")
    assert measure_checks.main(["--again", "sin:1:0"]) == 0
    assert PASS in capsys.readouterr().out


def test_every_correct_function_is_asked_and_answers() -> None:
    answers = [alarms.answer(alarms.Trial(subject.name, 1, 0)).verdict for subject in SUBJECTS]
    assert set(answers) <= set(ANSWERS)
    assert REFUSAL not in answers


def test_the_bounds_are_honest_at_a_few_points_and_not_when_they_claim_too_much() -> None:
    honest, _, beyond = bounds.measure(here, points=1, seed=HONEST)
    assert (unmet(honest), beyond) == ([], [])
    overclaiming, _, beyond = bounds.measure(here, points=1, seed=HONEST, overclaim=1e12)
    assert unmet(overclaiming) == [promise.text for promise in overclaiming]
    assert beyond


@pytest.mark.parametrize(
    ("factor", "slow"), [(0.1, []), (0.5, [speed.FIRST]), (2, [speed.FIRST, speed.SECOND])]
)
def test_a_slow_check_breaks_the_promise_of_speed(factor: float, slow: list[str]) -> None:
    contenders = [speed.FIRST, speed.SECOND, speed.AGAINST]
    seconds = {(who, name): [factor, 3 * factor] for who in contenders for name in SEVEN}
    seconds |= {(speed.AGAINST, name): [1.0, 3.0] for name in SEVEN}
    promises, _ = speed.judged(seconds, contenders)
    assert [text.partition(":")[0] for text in unmet(promises)] == slow


def test_without_torch_the_speed_is_measured_and_not_judged() -> None:
    promises, table = speed.measure([], rounds=1, seed=1)
    assert [promise.met for promise in promises] == [None, None]
    assert table.row_count == 3


def test_a_figure_that_is_no_number_meets_no_promise() -> None:
    assert broken([at_most("p", float("nan"), 1.0)])
    assert not broken([at_most("p", 1.0, 1.0), Promise("q", "", "", None)])


def test_what_is_not_installed_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_checks, "installed", nowhere)
    monkeypatch.setattr(measure_checks, "find_spec", nowhere)
    console = Console(file=StringIO(), width=200)
    (promise,) = measure_checks.measure(here, ["bounds"], measure_checks.QUICK, [1], console)
    assert promise.met is None
    assert isinstance(console.file, StringIO)
    for library in ("torch", "jax", "autograd", "mpmath"):
        assert f"{library} is not installed" in console.file.getvalue()


@pytest.mark.parametrize(("met", "status"), [(True, 0), (None, 0), (False, 1)])
def test_the_exit_status_says_whether_a_promise_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], met: bool | None, status: int
) -> None:
    def measured(*_: object) -> list[Promise]:
        return [Promise("the promise", "1", "2", met)]

    monkeypatch.setattr(measure_checks, "measure", measured)
    assert measure_checks.main(["--quick"]) == status
    assert "the promise" in capsys.readouterr().out
