"""scripts/measure_programs.py measures what it says: a promise that is broken on purpose is not met."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from rich.console import Console

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

import measure_programs
from checks.pool import here
from checks.promise import Promise
from engine import ops
from engine.array import Array, as_array
from engine.dtype import FLOAT32
from programs_measured import agreement, diversity, plants, shrinking
from programs_measured.drawn import RUN, Batch, batches, usable
from programs_measured.plants import ALL, ONE, Place, Planted
from programs_measured.traits import TRAITS, Program, Trait
from properties.adapters.reference import Reference
from properties.case import Case, Step
from properties.law import Draw
from properties.laws import LAWS
from properties.strategies.orders import curves
from properties.strategies.programs import programs
from tests.properties.planted.wrong_engines import NeverZeroed

FEW = [Batch(7, 0)]


def unmet(promises: Sequence[Promise]) -> list[str]:
    return [promise.text for promise in promises if promise.met is False]


def array(*numbers: float) -> Array:
    return as_array(np.array(numbers))


def test_runs_are_of_all_the_seeds_and_draw_no_fewer_programs_than_asked() -> None:
    jobs = batches([3, 5], 100)
    assert len(jobs) * RUN >= 100
    assert {job.seed for job in jobs} == {3, 5}
    assert len(set(jobs)) == len(jobs)


def test_a_run_is_the_same_again_and_another_seed_another() -> None:
    def drawn(batch: Batch) -> list[str]:
        found: list[str] = []

        def keep(case: Case, _: Draw) -> None:
            found.append(repr(case))

        batch.hold(programs(usable()), keep)
        return found

    assert len(drawn(Batch(1, 2))) == RUN
    assert drawn(Batch(1, 2)) == drawn(Batch(1, 2)) != drawn(Batch(2, 2))


# Traits, of programs written by hand.

CHAIN = Case((array(1.0, 2.0),), (Step(ops.Sin(), (0,)), Step(ops.Exp(), (1,))))
"""sin, then exp."""
DIAMOND = Case(
    (array(1.0, 2.0), array(3.0)),
    (
        Step(ops.Sin(), (1,)),  # v2
        Step(ops.EWiseMul(), (1, 2)),  # v3
        Step(ops.Summation((0,)), (0,)),  # v4, which nothing uses
        Step(ops.EWiseAdd(), (3, 3)),  # v5
        Step(ops.EWiseAdd(), (5, 0)),  # v6
    ),
    constants=(0,),
)


def traits(case: Case) -> set[str]:
    return {name for name, (has, _) in TRAITS.items() if has(Program(case))}


def test_a_chain_shares_nothing() -> None:
    assert traits(CHAIN) == {"rank 1"}


def test_a_program_has_the_traits_that_can_be_seen_in_it() -> None:
    assert traits(DIAMOND) == {
        "a value in two slots or more",
        "a value in two steps or more",
        "one value in two slots of a step",
        "a longer and a shorter path",
        "an unused value",
        "a constant",
        "a constant before a variable",
        "the older value first",
        "the newer value first",
        "a broadcast",
        "rank 0",
        "rank 1",
    }


def test_what_is_not_needed_or_does_not_vary_is_no_trait() -> None:
    """Of the diamond, with the other input constant: v1 is used twice, and does not vary."""
    other = Case(DIAMOND.inputs, DIAMOND.steps, constants=(1,))
    assert "a value in two steps or more" not in traits(other)
    assert "a longer and a shorter path" not in traits(other)
    assert "a reduction" not in traits(DIAMOND)


def test_two_slots_of_one_step_are_not_two_steps() -> None:
    square = Case((array(2.0),), (Step(ops.EWiseMul(), (0, 0)),))
    assert traits(square) >= {"a value in two slots or more", "one value in two slots of a step"}
    assert traits(square).isdisjoint({"a value in two steps or more", "a longer and a shorter path"})


def test_the_families_are_told_apart() -> None:
    a = as_array(np.ones((2, 2, 1)))
    b = as_array(np.ones((2, 1, 2), FLOAT32))
    steps = [ops.MatMul(), ops.Max((0,)), ops.Transpose((0, 1)), ops.GetItem((0,)), ops.Stack(0)]
    chosen = [Step(steps[0], (0, 1)), *(Step(op, (at,)) for at, op in enumerate(steps[1:], start=2))]
    assert traits(Case((a, b), tuple(chosen))) >= {
        "a matrix product", "a reduction", "entries in another arrangement", "indexing", "joining",
        "rank 1", "rank 2", "rank 3", "inputs of both dtypes",
    }  # fmt: skip


# The parts.


def test_diversity_is_measured_and_a_trait_that_is_too_rare_breaks_its_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known: dict[str, tuple[Trait, float]] = {"all": (lambda p: True, 1.0), "none": (lambda p: False, 0.1)}
    monkeypatch.setattr(diversity, "TRAITS", known)
    promises, table = diversity.measure(here, FEW)
    assert [text for text in unmet(promises) if "not met in" not in text] == [
        "smooth programs with none",
        "rough programs with none",
    ]
    assert table.row_count == 3


def test_ops_that_are_not_met_are_named() -> None:
    promises, _ = diversity.measure(here, FEW)
    (few, _) = (promise for promise in promises if "not met in" in promise.text)
    assert few.met is False
    assert few.figure.split(maxsplit=1)[1]


def test_the_reference_engine_agrees_with_the_oracle() -> None:
    _, table, failures = agreement.measure(here, FEW)
    assert failures == []
    assert table.row_count == len(agreement.JUDGES)


def test_a_wrong_engine_breaks_the_promise_and_its_failures_can_be_repeated() -> None:
    promises, _, failures = agreement.measure(here, FEW, engine=Halved)
    assert "gradient_matches_numeric: failures in 30 programs" in unmet(promises)
    assert all("Case((array(" in failure for failure in failures)


class Halved(Planted):
    """Every adjoint rule of the first step is off by half."""

    def __init__(self) -> None:
        super().__init__(Place(frozenset([0]), None), -0.5)


def test_a_law_that_is_left_open_breaks_the_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "OPEN", -1.0)
    promises, _, _ = agreement.measure(here, FEW)
    assert len(unmet(promises)) == len(agreement.JUDGES)


def test_in_programs_that_lose_no_digits_small_errors_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the whole catalogue a few are below the rounding of what is computed: the script says how many."""
    straight = [entry for entry in usable() if not curves(entry)]
    monkeypatch.setattr(plants, "usable", lambda: straight)
    promises, table, missed = plants.measure(here, batches([7], 3 * RUN))
    assert (unmet(promises), missed) == ([], [])
    assert table.row_count > 10


def test_smaller_errors_are_missed_and_named() -> None:
    promises, _, missed = plants.measure(here, batches([7], 3 * RUN), error=2.0**-52)
    assert len(unmet(promises)) == 2
    assert any(ONE in each for each in missed)
    assert any(ALL in each for each in missed)


def test_a_plant_is_wrong_where_it_says() -> None:
    case = Case((array(1.0, 2.0), array(3.0, 4.0)), (Step(ops.EWiseMul(), (0, 1)),))
    out_grad = array(1.0, 1.0)

    def adjoints(place: Place) -> list[list[float]]:
        return [each.tolist() for each in Planted(place, 1.0).gradient(case, out_grad)]

    assert adjoints(Place(frozenset(), None)) == [[3.0, 4.0], [1.0, 2.0]]
    assert adjoints(Place(frozenset([0]), None)) == [[6.0, 8.0], [2.0, 4.0]]
    assert adjoints(Place(frozenset([0]), (1, 0))) == [[3.0, 4.0], [2.0, 2.0]]
    assert Planted(Place(frozenset([0]), None), 1.0).forward(case).tolist() == [3.0, 8.0]


SMALL = ("product that does not sum", "log cosh off by log 2", "NeverZeroed", "BareZero")
"""The bugs that are soonest found."""


def test_failing_programs_shrink_to_few_steps() -> None:
    names = [bug.name for bug in shrinking.BUGS]
    numbers = [names.index(name) for name in SMALL]
    left = [shrinking.steps_left((number, start)) for number in numbers for start in (0, 1, 2)]
    known = [steps for steps in left if steps is not None]
    assert len(known) > len(left) / 2
    assert median(known) <= shrinking.MOST


def test_a_bug_that_is_never_found_breaks_the_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_left(_: tuple[int, int]) -> None:
        """The law holds."""

    monkeypatch.setattr(shrinking, "steps_left", nothing_left)
    promises, table = shrinking.measure(here, [1])
    assert len(unmet(promises)) == 1
    assert table.row_count == len(shrinking.BUGS)


def test_every_bug_breaks_a_law_that_there_is() -> None:
    assert {bug.law for bug in shrinking.BUGS} <= set(LAWS)
    assert NeverZeroed in [bug.engine for bug in shrinking.BUGS]
    assert all(bug.engine is not Reference or bug.plant for bug in shrinking.BUGS)


@pytest.mark.parametrize(("met", "status"), [(True, 0), (None, 0), (False, 1)])
def test_the_exit_status_says_whether_a_promise_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], met: bool | None, status: int
) -> None:
    def measured(*_: object) -> list[Promise]:
        return [Promise("the promise", "1", "2", met)]

    monkeypatch.setattr(measure_programs, "measure", measured)
    assert measure_programs.main(["--quick"]) == status
    assert "the promise" in capsys.readouterr().out


def test_only_the_parts_that_are_asked_for_are_measured() -> None:
    console = Console(file=StringIO(), width=200)
    found = measure_programs.measure(here, ["agreement"], RUN, [1], console)
    assert len(found) == 2 * len(agreement.JUDGES)
    assert isinstance(console.file, StringIO)
    assert "the reference engine" in console.file.getvalue()
    assert "what programs have" not in console.file.getvalue()
