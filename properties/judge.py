"""One cell of the matrix: a law held against a row of an engine, by as many cases as the budget says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from zlib import crc32

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.strategies import DataObject

from properties.adapters.guarded import Guarded
from properties.adapters.subject import Subject
from properties.case import Case
from properties.law import PORTION, Law, Where
from properties.rows import Row, has_op
from properties.verdict import EXACT, FEWEST_DIGITS, Broken, Given, Verdict

PROFILE = settings(
    database=None,
    deadline=None,
    derandomize=False,
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
)
"""How Hypothesis runs a cell: by our seeds, in no hurry, and silently, because the report speaks."""

BUDGETS = {"smoke": 3, "quick": 10, "brisk": 15, "default": 30, "deep": 400}
"""Cases for each cell, by profile; fewer of an op by itself for a law that says so."""

CEILING = 0.1
"""The share of a cell's cases that may be left open: of ten, one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A law broken by a case that could not be made smaller."""

    law: Law
    row: str
    case: Case
    broken: Broken

    @property
    def asked(self) -> Case:
        """What the engine was asked about: the case, or what the law made of it."""
        return self.broken.given.case or self.case


@dataclass(slots=True)
class Cell:
    """The outcome of one law on one row. ``lacking``: the engine was not asked."""

    law: str
    row: str
    lacking: bool = False
    digits: list[float] = field(default_factory=list[float])
    undecided: Counter[str] = field(default_factory=Counter[str])
    failure: Failure | None = None

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        if verdict.undecided:
            self.undecided[verdict.undecided] += 1
        elif verdict.digits < FEWEST_DIGITS:
            self.undecided["the bound leaves no digit"] += 1
        else:
            self.digits.append(verdict.digits)

    @property
    def held(self) -> int:
        """How many cases the law held for."""
        return len(self.digits)

    @property
    def executed(self) -> int:
        """How many cases were checked to the end, with either outcome."""
        return self.held + self.undecided.total()

    @property
    def decided(self) -> bool:
        """Whether the law held for a case and at most ``CEILING`` of the cases were left open.

        What is asked and not decided does not hold.
        """
        return self.held > 0 and self.undecided.total() <= CEILING * self.executed

    @property
    def strength(self) -> float:
        """EXACT if every case was compared bit for bit, else the median digits of the others."""
        return median([digits for digits in self.digits if digits < EXACT] or [EXACT])


def judge(law: Law, row: Row, subject: Subject, *, examples: int, start: int) -> Cell:
    """Hold ``law`` against ``row``. The seed ``start``, the law and the row together fix the cases.

    The ceiling is on a share. Where fewer cases than a default run has leave more open, that many are drawn
    in their place.
    """
    cases = law.cases(row.name, row.entries, examples)
    enough = law.cases(row.name, row.entries, BUDGETS["default"])
    cell = judge_by(settings(PROFILE, max_examples=cases), law, row, subject, start)
    if cell.held and not cell.decided and not cell.failure and cases < enough:
        cell = judge_by(settings(PROFILE, max_examples=enough), law, row, subject, start)
    return cell


def judge_by(budget: settings, law: Law, row: Row, subject: Subject, start: int) -> Cell:
    """As ``judge``, by a budget that says how many cases are drawn and whether what is found is shrunk."""
    cell = Cell(law.name, row.name)
    usable = [entry for entry in row.entries if has_op(subject, entry)]
    able = not law.needs & ~subject.capabilities and all(map(subject.supports, law.uses))
    if not able or not usable or not law.concerns(row.name, usable):
        cell.lacking = True
        return cell
    guarded = Guarded(subject, lends=law.lends)
    smooth, rough = row.cases(subject, smooth=True), row.cases(subject, smooth=False)
    cases = {Where.SMOOTH: smooth, Where.ANYWHERE: smooth | rough, Where.KINKS: rough}[law.where]
    seen: list[Case] = []

    def hold(data: DataObject) -> None:
        case = data.draw(cases)
        seen[:] = [case]
        cell.add(law.check(guarded, case, data.draw))

    try:
        for first in range(0, budget.max_examples, PORTION):
            portion = settings(budget, max_examples=min(PORTION, budget.max_examples - first))
            seed(crc32(f"{start} {law.name} {row.name} {first}".encode()))(portion(given(st.data())(hold)))()
    except Broken as broken:
        cell.failure = Failure(law, row.name, seen[0], broken)
    except Flaky:
        unsteady = Broken("the engine", "another answer when asked again", "the same answer", Given())
        cell.failure = Failure(law, row.name, seen[0], unsteady)
    except Unsatisfiable:
        cell.undecided["no case drawn that the engine has"] += 1
    return cell
