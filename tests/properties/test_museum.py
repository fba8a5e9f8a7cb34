"""The museum: gradient bugs that people made, each planted here and found by as many cases as a run draws.

At one seed a law that is named beside the bug finds it, and holds for what the bug is planted in without it.
That each that is named does, at one of three seeds, is what ``scripts/museum.py`` measured; its page,
docs/museum.md, is of the exhibits of today. Three bugs live between calls, where no law looks: the state
machine finds them.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

import museum
from properties.judge import BUDGETS
from properties.machine import Session, run
from tests.properties.planted.museum.exhibits import EXHIBITS
from tests.properties.planted.museum.finding import found_by

START = 0

FAMILIES = {
    "elementwise": 8,
    "reduction": 8,
    "shape": 4,
    "indexing": 3,
    "linalg": 5,
    "nn": 5,
    "dtype": 4,
    "numerics": 9,
    "graph": 6,
    "accumulation": 4,
    "aliasing": 5,
    "broadcasting": 5,
    "second-order": 5,
    "forward-mode": 4,
    "laziness": 2,
}
"""How many bugs were found of each family."""

BY_LAWS = [exhibit.id for exhibit in EXHIBITS.values() if exhibit.laws]
BY_SESSION = [exhibit.id for exhibit in EXHIBITS.values() if exhibit.session]


def test_every_bug_that_was_found_is_shown() -> None:
    assert Counter(exhibit.family for exhibit in EXHIBITS.values()) == FAMILIES
    assert {*BY_LAWS, *BY_SESSION} == set(EXHIBITS)
    assert len(BY_LAWS) + len(BY_SESSION) == len(EXHIBITS)


@pytest.mark.parametrize("name", BY_LAWS)
def test_a_law_finds_it_and_holds_without_it(name: str) -> None:
    exhibit = EXHIBITS[name]
    law = next((law for law in exhibit.laws if found_by(law, exhibit, START)), None)
    assert law
    assert not found_by(law, exhibit, START, wrong=False)


@pytest.mark.parametrize("name", BY_SESSION)
def test_the_state_machine_finds_it(name: str) -> None:
    session = EXHIBITS[name].session
    assert session
    assert run(session, examples=BUDGETS["default"], start=START, shrink=False)


def test_without_the_bug_the_state_machine_finds_nothing() -> None:
    found = run(Session, examples=BUDGETS["default"], start=START)
    assert found is None, str(found)


def test_the_page_is_of_the_exhibits_of_today() -> None:
    assert not museum.check()
