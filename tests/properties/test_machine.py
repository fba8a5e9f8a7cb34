"""The state machine: the engine passes it, and whatever is planted is found."""

from __future__ import annotations

import re

import pytest

from properties.judge import BUDGETS
from properties.machine import Session, run
from properties.pytest_plugin import examples, start
from tests.properties.planted import wrong_backward, wrong_modes, wrong_sessions, wrong_walks

RUNS = 2
"""Runs for each case that a law would get: steps of many kinds must meet."""

SEEDS = (0, 1, 2)

PLANTED = (wrong_backward, wrong_walks, wrong_sessions, wrong_modes)

BUGS: list[type[Session]] = [
    wrong_backward.NeverStored,
    wrong_backward.AddingToStale,
    wrong_backward.KeepingTheFirst,
    wrong_backward.LeavesOnly,
    wrong_backward.ConstantAdjoints,
    wrong_backward.RecordingAlways,
    wrong_backward.StoringOnTheWay,
    wrong_backward.FreedAfterUse,
    wrong_backward.TrainingInTheLoop,
    wrong_backward.FalsyZero,
    wrong_backward.AddingInPlace,
    wrong_backward.ComputingToWalk,
    wrong_walks.BufferOfThePullback,
    wrong_walks.DependentInputs,
    wrong_walks.AskingCutsOff,
    wrong_walks.LastTangentWins,
    wrong_walks.ForwardThroughTheDetached,
    wrong_walks.PullbackOfSeveralDetaches,
    wrong_walks.RepeatedOutputCountsOnce,
    wrong_walks.PushforwardOfSeveralDetaches,
    wrong_walks.RepeatedOutputStandsStill,
    wrong_walks.RememberingTangents,
    wrong_walks.ZerosForAnError,
    wrong_walks.LazyPullback,
    wrong_walks.RehearsedPushforward,
    wrong_sessions.HandingOutItsOwn,
    wrong_sessions.Borrowing,
    wrong_sessions.BorrowingAssigned,
    wrong_sessions.AssigningInPlace,
    wrong_sessions.MaskInTheInput,
    wrong_sessions.OpWithAMemory,
    wrong_sessions.Merging,
    wrong_sessions.CutWhenRead,
    wrong_sessions.Recomputing,
    wrong_sessions.Hasty,
    wrong_sessions.ComputingToDetach,
    wrong_sessions.DetachingNothing,
    wrong_sessions.Hoarding,
    wrong_sessions.SortingRightToLeft,
    wrong_sessions.MarkedForever,
    wrong_modes.OneSwitch,
    wrong_modes.LeftBehind,
    wrong_modes.Swallowing,
    wrong_modes.NotNested,
    wrong_modes.GlobalModes,
]

SMALL = [
    (wrong_backward.NeverStored, r"^v\d+\.grad: got None"),
    (wrong_sessions.HandingOutItsOwn, r"got .*77"),
    (wrong_sessions.CutWhenRead, r"^inputs of v\d+: got \(\)"),
    (wrong_modes.LeftBehind, r"^\(LAZY_MODE, GRAD_MODE\): got"),
]
"""Bugs that few steps show, and as what."""

FEW = 4


def test_the_engine_passes() -> None:
    found = run(Session, examples=RUNS * examples(), start=start())
    assert found is None, str(found)


def test_an_engine_that_makes_common_subexpressions_once_passes() -> None:
    found = run(wrong_sessions.Sharing, examples=BUDGETS["quick"], start=SEEDS[0])
    assert found is None, str(found)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(bug: type[Session], seed: int) -> None:
    assert run(bug, examples=RUNS * BUDGETS["default"], start=seed, shrink=False) is not None


def test_every_planted_bug_is_looked_for() -> None:
    every = [each for module in PLANTED for each in vars(module).values()]
    planted = {each for each in every if isinstance(each, type) and issubclass(each, Session)}
    assert planted - {Session, wrong_sessions.Sharing} == set(BUGS)


@pytest.mark.parametrize(("bug", "says"), SMALL)
def test_what_is_found_is_small_and_says_what_is_wrong(bug: type[Session], says: str) -> None:
    found = run(bug, examples=RUNS * BUDGETS["default"], start=SEEDS[0])
    assert found is not None
    assert found.steps.count("state.take(") <= FEW, str(found)
    assert re.search(says, found.broken), str(found)


def test_a_seed_repeats_a_failure() -> None:
    first, again, other = (
        run(wrong_backward.AddingToStale, examples=RUNS * BUDGETS["quick"], start=seed, shrink=False)
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
