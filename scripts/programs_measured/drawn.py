"""Random programs of the whole catalogue, in runs as short as those of CI, each of a seed of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from zlib import crc32

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from engine.catalogue import Entry
from properties.adapters.reference import Reference
from properties.case import Case
from properties.judge import BUDGETS, PROFILE
from properties.law import Draw
from properties.rows import PROGRAMS, rows_for

RUN = BUDGETS["default"]


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of Hypothesis, which these fields determine."""

    seed: int
    number: int

    def hold(self, cases: SearchStrategy[Case], check: Callable[[Case, Draw], None]) -> None:
        """Give each case of the run to ``check``, with what draws the rest."""

        def each(data: DataObject) -> None:
            check(data.draw(cases), data.draw)

        short = settings(PROFILE, max_examples=RUN, phases=[Phase.generate])
        seed(crc32(f"{self.seed} {self.number}".encode()))(short(given(st.data())(each)))()


def batches(seeds: Sequence[int], programs: int) -> list[Batch]:
    """Runs that together draw so many programs, by turns of all the seeds."""
    numbers = range(ceil(programs / len(seeds) / RUN))
    return [Batch(start, number) for number in numbers for start in seeds]


def usable() -> tuple[Entry, ...]:
    """The ops that programs are made of."""
    (row,) = (row for row in rows_for(Reference()) if row.name == PROGRAMS)
    return row.entries
