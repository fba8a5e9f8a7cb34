"""The time of an epoch: a pair of figures for each round, and what is refused."""

from __future__ import annotations

import pytest

from bench_epoch import main, measure, noise
from examples.state import Settings


def test_each_round_times_both_sides() -> None:
    settings = Settings((4, 3, 2), batch=3)
    times = measure(settings, noise(settings, 7, 2), 5)
    assert len(times.ratios()) == 5
    pairs = zip(times.engine, times.by_hand, times.ratios(), strict=True)
    assert all(ratio == engine / by_hand > 0 for engine, by_hand, ratio in pairs)


@pytest.mark.parametrize("rounds", ["0", "-1", "many", "1.5"])
def test_rounds_that_are_no_number_are_refused(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([f"--rounds={rounds}"])
    assert f"got {rounds!r}; expected a whole number > 0" in capsys.readouterr().err
