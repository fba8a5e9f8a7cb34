"""The time of an epoch: a pair of figures for each round, and what is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from bench_epoch import Times, main, measure, noise
from examples import by_hand, solver
from examples.state import Dataset, Settings, State


def test_each_round_times_both_sides() -> None:
    settings = Settings((4, 3, 2), batch=3)
    times = measure(settings, noise(settings, 7, 2), 5)
    assert len(times.ratios()) == 5
    pairs = zip(times.engine, times.by_hand, times.ratios(), strict=True)
    assert all(ratio == engine / by_hand > 0 for engine, by_hand, ratio in pairs)


def test_a_ratio_is_the_engines_time_over_that_by_hand() -> None:
    assert Times(by_hand=[2.0, 4.0], engine=[3.0, 5.0]).ratios() == [1.5, 1.25]


@pytest.fixture
def _made_up_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """An epoch by hand takes 2 seconds, one on the engine 5, 6, 7, … seconds."""
    clock, lengths = [0.0], iter(range(5, 100))

    def ours(settings: Settings, data: Dataset, state: State, on_batch: Callable[[float], None]) -> State:
        clock[0] += next(lengths)
        return state

    def theirs(settings: Settings, data: Dataset, state: State) -> State:
        clock[0] += 2
        return state

    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(solver, "one_epoch", ours)
    monkeypatch.setattr(by_hand, "one_epoch", theirs)


@pytest.mark.usefixtures("_made_up_times")
def test_each_side_is_timed_by_its_own_epochs() -> None:
    settings = Settings((4, 3, 2), batch=3)
    times = measure(settings, noise(settings, 7, 2), 3)
    assert (times.by_hand, times.engine) == ([2, 2, 2], [6, 7, 8])  # the first epoch warms up


@pytest.mark.usefixtures("_made_up_times")
def test_the_table_has_the_medians_and_the_spread(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    main(["--rounds=3"])
    rows = [re.split(r"\s*│\s*", line)[4:8] for line in capsys.readouterr().out.splitlines() if "ms" in line]
    assert rows[0] == ["2000 ms", "7000 ms", "3.50", "3.00–4.00"]
    assert len(rows) == 3


@pytest.mark.parametrize("rounds", ["0", "-1", "many", "1.5"])
def test_rounds_that_are_no_number_are_refused(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([f"--rounds={rounds}"])
    assert f"got {rounds!r}; expected a whole number > 0" in capsys.readouterr().err
