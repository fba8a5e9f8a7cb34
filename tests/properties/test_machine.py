"""The state machine: the engine passes it, and whatever is planted is found."""

from __future__ import annotations

import re

import pytest

from properties.judge import BUDGETS
from properties.machine import Session, run
from properties.pytest_plugin import examples, start
from tests.properties.planted import wrong_modes
from tests.properties.planted import wrong_sessions as wrong

RUNS = 2
"""Runs for each case that a law would get: steps of many kinds must meet."""

SEEDS = (0, 1, 2)

BUGS: list[type[Session]] = [
    wrong.NeverStored,
    wrong.AddingToStale,
    wrong.KeepingTheFirst,
    wrong.LeavesOnly,
    wrong.ConstantAdjoints,
    wrong.RecordingAlways,
    wrong.FreedAfterUse,
    wrong.TrainingInTheLoop,
    wrong.FalsyZero,
    wrong.AddingInPlace,
    wrong.BufferOfThePullback,
    wrong.DependentInputs,
    wrong.AskingCutsOff,
    wrong.LastTangentWins,
    wrong.HandingOutItsOwn,
    wrong.Borrowing,
    wrong.BorrowingAssigned,
    wrong.AssigningInPlace,
    wrong.MaskInTheInput,
    wrong.OpWithAMemory,
    wrong.Merging,
    wrong.CutWhenRead,
    wrong.Recomputing,
    wrong.Hasty,
    wrong.ComputingToDetach,
    wrong.ComputingToWalk,
    wrong.DetachingNothing,
    wrong.Hoarding,
    wrong.SortingRightToLeft,
    wrong.MarkedForever,
    wrong_modes.OneSwitch,
    wrong_modes.LeftBehind,
    wrong_modes.Swallowing,
    wrong_modes.NotNested,
    wrong_modes.GlobalModes,
]

SMALL = [
    (wrong.NeverStored, r"^v\d+\.grad: got None"),
    (wrong.HandingOutItsOwn, r"got .*77"),
    (wrong.CutWhenRead, r"^inputs of v\d+: got \(\)"),
    (wrong_modes.LeftBehind, r"^\(LAZY_MODE, GRAD_MODE\): got"),
]
"""Bugs that few steps show, and as what."""

FEW = 4


def test_the_engine_passes() -> None:
    assert run(Session, examples=RUNS * examples(), start=start()) is None


def test_an_engine_that_makes_common_subexpressions_once_passes() -> None:
    assert run(wrong.Sharing, examples=BUDGETS["quick"], start=SEEDS[0]) is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(bug: type[Session], seed: int) -> None:
    assert run(bug, examples=RUNS * BUDGETS["default"], start=seed, shrink=False) is not None


def test_every_planted_bug_is_looked_for() -> None:
    every = [*vars(wrong).values(), *vars(wrong_modes).values()]
    planted = {each for each in every if isinstance(each, type) and issubclass(each, Session)}
    assert planted - {Session, wrong.Sharing} == set(BUGS)


@pytest.mark.parametrize(("bug", "says"), SMALL)
def test_what_is_found_is_small_and_says_what_is_wrong(bug: type[Session], says: str) -> None:
    found = run(bug, examples=RUNS * BUDGETS["default"], start=SEEDS[0])
    assert found is not None
    assert found.steps.count("state.take(") <= FEW, str(found)
    assert re.search(says, found.broken), str(found)


def test_a_seed_repeats_a_failure() -> None:
    first, again, other = (
        run(wrong.AddingToStale, examples=RUNS * BUDGETS["quick"], start=seed, shrink=False)
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
