"""Every law on every op and on programs: the one test that runs them, never edited to add either."""

from __future__ import annotations

import pytest

from properties.adapters.reference import Reference
from properties.judge import judge
from properties.laws import LAWS
from properties.pytest_plugin import examples, start
from properties.report import failure_text
from properties.rows import rows_for

SUBJECT = Reference()
ROWS = {row.name: row for row in rows_for(SUBJECT)}


@pytest.mark.parametrize("law", sorted(LAWS))
@pytest.mark.parametrize("row", sorted(ROWS))
def test_law_holds(row: str, law: str) -> None:
    cell = judge(LAWS[law], ROWS[row], SUBJECT, examples=examples(), start=start())
    assert not cell.failure, failure_text(cell.failure, SUBJECT)
    assert cell.decided, f"{row}-{law} decides too few cases: {dict(cell.undecided)}"
