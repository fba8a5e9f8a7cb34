"""The ceiling: of the cases of a cell, at most a tenth may be left open; else the cell does not hold."""

from __future__ import annotations

from collections import Counter
from itertools import cycle

import pytest

from properties import __main__ as command
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.judge import BUDGETS, CEILING, Cell, judge
from properties.law import Draw, Law, Where
from properties.laws import LAWS
from properties.laws.measures import given
from properties.report import summary
from properties.rows import rows_for
from properties.verdict import EXACT, FEWEST_DIGITS, HOLDS, Broken, Verdict

ROWS = {row.name: row for row in rows_for(Reference())}
BLIND = Verdict(0.0, "blind")


def cell_of(held: int, **undecided: int) -> Cell:
    """A cell with so many cases that hold, and so many that were left open by each cause."""
    return Cell("a_law", "Exp", digits=[EXACT] * held, undecided=Counter(undecided))


@pytest.mark.parametrize("cases", BUDGETS.values())
def test_of_each_budget_a_tenth_may_be_open_and_no_case_more(cases: int) -> None:
    most = cases // 10
    assert cell_of(cases - most, blind=most).decided
    assert not cell_of(cases - most - 1, blind=most + 1).decided


def test_of_ten_cases_one_may_be_open() -> None:
    assert CEILING == 0.1
    assert [cell_of(10 - blind, blind=blind).decided for blind in range(4)] == [True, True, False, False]


def test_causes_are_counted_together() -> None:
    assert cell_of(28, blind=1, blunt=1).decided
    assert not cell_of(26, blind=2, blunt=2).decided
    assert cell_of(26, blind=2, blunt=2).executed == 30


def test_a_cell_in_which_nothing_holds_is_not_decided() -> None:
    assert not cell_of(0).decided
    assert not cell_of(0, blind=1).decided
    assert (cell_of(0).executed, cell_of(0, blind=1).executed) == (0, 1)


def law_that_leaves_open(open_cases: int, verdict: Verdict = BLIND) -> Law:
    """A law that of every ten cases cannot tell of the first few, and holds for the others."""
    ten = cycle([verdict] * open_cases + [HOLDS] * (10 - open_cases))

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        return next(ten)

    return Law("a_law", "y = y", Capability.FORWARD, Where.ANYWHERE, check)


@pytest.mark.parametrize(
    "verdict", [BLIND, Verdict(FEWEST_DIGITS - 0.1)], ids=["without a verdict", "without a digit"]
)
@pytest.mark.parametrize(("open_cases", "decided"), [(0, True), (1, True), (2, False), (10, False)])
@pytest.mark.parametrize("cases", BUDGETS.values())
def test_the_judge_counts_every_case_and_the_cell_keeps_the_ceiling(
    cases: int, open_cases: int, decided: bool, verdict: Verdict
) -> None:
    law = law_that_leaves_open(open_cases, verdict)
    cell = judge(law, ROWS["Exp"], Reference(), examples=cases, start=1)
    assert cell.executed in {cases, BUDGETS["default"]}
    assert cell.executed >= cases
    assert cell.decided == decided


@pytest.mark.parametrize(
    ("cases", "open_cases", "executed"),
    [
        (3, 0, 3),
        (3, 1, 30),
        (3, 2, 30),
        (3, 10, 3),
        (10, 1, 10),
        (10, 2, 30),
        (15, 0, 15),
        (15, 1, 30),
        (30, 2, 30),
    ],
)
def test_few_cases_that_leave_too_many_open_give_way_to_as_many_as_a_default_run_has(
    cases: int, open_cases: int, executed: int
) -> None:
    cell = judge(law_that_leaves_open(open_cases), ROWS["Exp"], Reference(), examples=cases, start=1)
    assert cell.executed == executed
    if executed > cases:
        assert cell.undecided.total() == open_cases * executed // 10


def test_a_failure_stands_however_many_cases_were_left_open() -> None:
    left = [BLIND, BLIND, HOLDS]

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        if left:
            return left.pop()
        raise Broken("y", "1", "2", given())

    law = Law("a_law", "y = y", Capability.FORWARD, Where.ANYWHERE, check)
    cell = judge(law, ROWS["Exp"], Reference(), examples=10, start=1)
    assert cell.failure
    assert cell.failure.broken.got == "1"


@pytest.mark.parametrize(("open_cases", "status", "blank"), [(1, command.HOLDS, 0), (2, command.BROKEN, 1)])
def test_the_command_ends_as_the_ceiling_says(
    open_cases: int,
    status: int,
    blank: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(LAWS, "a_law", law_that_leaves_open(open_cases))
    asked = ["verify", "--op", "Exp", "--law", "a_law", "--profile", "quick", "--seed", "1"]
    assert command.main(asked) == status
    marks = f"{1 - blank} cells hold, 0 broken, {blank} not decided, 0 not asked"
    said = f"reference: {marks}; {30 if blank else 10} cases"
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_the_last_line_counts_cells_by_the_same_ceiling() -> None:
    cells = [cell_of(9, blind=1), cell_of(8, blind=2), cell_of(0)]
    assert summary(cells, Reference()).startswith("reference: 1 cells hold, 0 broken, 2 not decided")
