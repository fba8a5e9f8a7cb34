"""The museum: gradient bugs that people made, each planted here and found by as many cases as CI draws.

At each of three seeds a law that is named beside the bug finds it, and each that is named does at one of
them; what the bug is planted in obeys the same laws without it. Three bugs live between calls, where no law
looks: the state machine finds them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import Phase, settings

from engine.catalogue import CATALOGUE
from properties.adapters.subject import Subject
from properties.case import Case
from properties.judge import BUDGETS, PROFILE, judge_by
from properties.law import Draw
from properties.laws import LAWS
from properties.machine import Session, run
from properties.verdict import Broken, Verdict
from tests.properties.planted.bug import visitors
from tests.properties.planted.museum import (
    accumulation,
    aliasing,
    broadcasting,
    forward_mode,
    graph,
    laziness,
    second_order,
)
from tests.properties.planted.museum.exhibit import Exhibit

SEEDS = (0, 1, 2)

EXHIBITS: dict[str, Exhibit] = {
    exhibit.id: exhibit
    for family in (graph, accumulation, aliasing, broadcasting, second_order, forward_mode, laziness)
    for exhibit in family.EXHIBITS
}

FAMILIES = {
    "graph": 6,
    "accumulation": 4,
    "aliasing": 5,
    "broadcasting": 5,
    "second-order": 5,
    "forward-mode": 4,
    "laziness": 2,
}
"""How many bugs were found of each family."""

OPS_OF_THEIR_OWN = {
    "einsum-unit-label-not-expanded": "einsum",
    "double-backward-sign-slip": "groupnorm",
    "norm-layer-saved-stats-constant": "layernorm",
    "solve-second-order-constant-factor": "solve",
    "inv-jvp-factor-order": "inv",
    "cumprod-nested-jvp-at-zero": "cumprod",
    "triangular-solve-tangent-not-masked": "solvetriangular",
}
"""Bugs of ops that the catalogue lacks: each is planted in an op that the exhibit itself defines, smaller
than the real one, under the name that the catalogue would give it, in lower case here. Once the catalogue has
the op, the exhibit is to be planted in that."""

BY_LAWS = [exhibit.id for exhibit in EXHIBITS.values() if exhibit.laws]
BY_SESSION = [exhibit.id for exhibit in EXHIBITS.values() if exhibit.session]


@dataclass(slots=True)
class Found:
    """How a law found a bug: the number of the first case that showed it, and the size of the last one, which
    at the first seed is the smallest."""

    first: int
    steps: int
    entries: int

    def __str__(self) -> str:
        return f"case {self.first}, of {self.steps} steps and {self.entries} entries"


def found_by(law: str, exhibit: Exhibit, start: int, *, wrong: bool = True) -> Found | None:
    """How the law fails, if it does, by as many cases as CI draws."""
    outcomes: list[bool] = []

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        outcomes.append(False)
        try:
            return LAWS[law].check(subject, case, draw)
        except Broken:
            outcomes[-1] = True
            raise

    assert exhibit.plant
    with visitors():
        row, subject = exhibit.plant(wrong)
        counted = replace(LAWS[law], check=check)
        phases = PROFILE.phases if start == SEEDS[0] else (Phase.generate,)
        budget = settings(PROFILE, max_examples=BUDGETS["default"], phases=phases)
        cell = judge_by(budget, counted, row, subject, start)
    assert not cell.lacking
    if cell.failure is None:
        assert cell.decided
        return None
    case = cell.failure.case
    return Found(outcomes.index(True) + 1, len(case.steps), sum(array.size for array in case.inputs))


def test_every_bug_that_was_found_is_shown() -> None:
    assert Counter(exhibit.family for exhibit in EXHIBITS.values()) == FAMILIES
    assert all(bool(exhibit.laws) != bool(exhibit.session) for exhibit in EXHIBITS.values())


@pytest.mark.parametrize("name", BY_LAWS)
def test_its_laws_find(name: str) -> None:
    exhibit = EXHIBITS[name]
    found = {(law, start): found_by(law, exhibit, start) for law in exhibit.laws for start in SEEDS}
    for (law, start), each in found.items():
        print(f"{name}: {law} at seed {start}: {each or 'not found'}")  # noqa: T201 - shown by pytest -rP
    assert {start for (_, start), each in found.items() if each} == set(SEEDS)
    assert {law for (law, _), each in found.items() if each} == set(exhibit.laws)


@pytest.mark.parametrize("name", BY_LAWS)
def test_without_the_bug_its_laws_hold(name: str) -> None:
    exhibit = EXHIBITS[name]
    assert not [law for law in exhibit.laws if found_by(law, exhibit, SEEDS[0], wrong=False)]


@pytest.mark.parametrize("start", SEEDS)
@pytest.mark.parametrize("name", BY_SESSION)
def test_the_state_machine_finds(name: str, start: int) -> None:
    session = EXHIBITS[name].session
    assert session
    found = run(session, examples=BUDGETS["default"], start=start, shrink=False)
    assert found
    print(f"{name} at seed {start}: {found.broken}")  # noqa: T201 - shown by pytest -rP


def test_without_the_bug_the_state_machine_finds_nothing() -> None:
    found = run(Session, examples=BUDGETS["default"], start=SEEDS[0])
    assert found is None, str(found)


@pytest.mark.parametrize(("name", "op"), OPS_OF_THEIR_OWN.items())
def test_an_op_that_enters_the_catalogue_takes_its_exhibit_along(name: str, op: str) -> None:
    assert name in EXHIBITS
    assert op not in map(str.lower, CATALOGUE)
