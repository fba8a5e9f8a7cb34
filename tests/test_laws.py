"""Every law on every op and on programs: the one test that runs them, never edited to add either."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from properties.adapters.reference import Reference
from properties.judge import Cell, judge
from properties.laws import LAWS
from properties.pytest_plugin import examples, start
from properties.report import failure_text
from properties.rows import rows_for

SUBJECT = Reference()
ROWS = {row.name: row for row in rows_for(SUBJECT)}
CELLS = [
    (row, law) for row in sorted(ROWS) for law in sorted(LAWS) if LAWS[law].concerns(row, ROWS[row].entries)
]


@pytest.mark.parametrize(("row", "law"), CELLS)
def test_law_holds(row: str, law: str, record_cell: Callable[[Cell], None]) -> None:
    cell = judge(LAWS[law], ROWS[row], SUBJECT, examples=examples(), start=start())
    record_cell(cell)
    assert not cell.failure, failure_text(cell.failure, SUBJECT)
    assert cell.decided, f"{row}-{law} leaves too many cases open: {dict(cell.undecided)}"
