"""Agreement: the reference engine against the numeric oracle, and against itself, on many programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from hypothesis.strategies import SearchStrategy
from rich.table import Table

from checks.pool import Run
from checks.promise import Promise, at_most
from programs_measured.drawn import Batch, usable
from properties.adapters.guarded import Guarded
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.case import Case
from properties.judge import Cell
from properties.law import Draw, Where
from properties.laws import LAWS
from properties.rows import PROGRAMS
from properties.strategies.programs import programs
from properties.verdict import Broken

JUDGES = ("tangent_matches_numeric", "gradient_matches_numeric", "gradient_is_sum_over_paths")
OPEN = 0.005
"""The share of the programs that may be left open."""


@dataclass(slots=True)
class Judged:
    """The outcome of one law: what it left open and why, and each program that it says is broken."""

    held: int = 0
    undecided: Counter[str] = field(default_factory=Counter[str])
    failures: list[str] = field(default_factory=list[str])

    def add(self, other: Judged) -> None:
        """Those of another run too."""
        self.held += other.held
        self.undecided.update(other.undecided)
        self.failures.extend(other.failures)

    @property
    def count(self) -> int:
        """How many programs were judged."""
        return self.held + self.undecided.total() + len(self.failures)


def cases_of(where: Where) -> SearchStrategy[Case]:
    """The programs that a law of this kind is asked about."""
    smooth, rough = programs(usable()), programs(usable(), smooth=False)
    return {Where.SMOOTH: smooth, Where.ANYWHERE: smooth | rough, Where.KINKS: rough}[where]


def judged(batch: Batch, law: str, engine: type[Subject]) -> Judged:
    """One run of programs, by one law."""
    cell, failures, subject = Cell(law, PROGRAMS), list[str](), Guarded(engine())

    def check(case: Case, draw: Draw) -> None:
        try:
            cell.add(LAWS[law].check(subject, case, draw))
        except Broken as broken:
            failures.append(f"{law}: {broken}: {case!r}")

    batch.hold(cases_of(LAWS[law].where), check)
    return Judged(cell.held, cell.undecided, failures)


def measure(
    run: Run, jobs: Sequence[Batch], engine: type[Subject] = Reference
) -> tuple[list[Promise], Table, list[str]]:
    """The promises, the outcome by law, and the failures."""
    table = Table("law", "programs", "failures", "undecided", "causes", title="the reference engine")
    promises: list[Promise] = []
    failures: list[str] = []
    for law in JUDGES:
        whole = Judged()
        for part in run(partial(judged, law=law, engine=engine), jobs, law):
            whole.add(part)
        share = whole.undecided.total() / max(whole.count, 1)
        causes = "; ".join(f"{cause}: {times}" for cause, times in whole.undecided.most_common())
        table.add_row(law, f"{whole.count:,}", str(len(whole.failures)), f"{share:.2%}", causes)
        promises.append(at_most(f"{law}: failures in {whole.count:,} programs", len(whole.failures), 0))
        promises.append(at_most(f"{law}: share of programs left open", share, OPEN))
        failures += whole.failures
    return promises, table, failures
