"""Whether a law finds a bug of the museum, by as many cases as CI draws, and in which of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import Phase, settings

from properties.adapters.subject import Subject
from properties.case import Case
from properties.judge import BUDGETS, PROFILE, judge_by
from properties.law import Draw
from properties.laws import LAWS
from properties.verdict import Broken, Verdict
from tests.properties.planted.bug import visitors
from tests.properties.planted.museum.exhibit import Exhibit


@dataclass(frozen=True, slots=True)
class Found:
    """How a law found a bug: the number of the first case that showed it, and the size of the last one,
    which is the smallest if it was shrunk."""

    first: int
    steps: int
    entries: int


def found_by(
    law: str, exhibit: Exhibit, start: int, *, wrong: bool = True, shrink: bool = False
) -> Found | None:
    """How the law fails, if it does and is asked, by as many cases as a default run draws from a seed.

    Without the bug (``wrong``) the law is one that decides: it holds by what it certifies.
    """
    outcomes: list[bool] = []

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        outcomes.append(False)
        try:
            return LAWS[law].check(subject, case, draw)
        except Broken:
            outcomes[-1] = True
            raise

    assert exhibit.plant
    with visitors(), np.errstate(all="ignore"):
        row, subject = exhibit.plant(wrong)
        phases = PROFILE.phases if shrink else (Phase.generate,)
        budget = settings(PROFILE, max_examples=BUDGETS["default"], phases=phases)
        cell = judge_by(budget, replace(LAWS[law], check=check), row, subject, start)
    if cell.failure is None:
        assert wrong or cell.decided
        return None
    case = cell.failure.case
    return Found(outcomes.index(True) + 1, len(case.steps), sum(array.size for array in case.inputs))
