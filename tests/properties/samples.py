"""Samples of what strategies draw, and what is read off them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from zlib import crc32

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from engine.array import Array
from engine.catalogue import CATALOGUE
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.case import Case
from properties.judge import PROFILE
from properties.laws import LAWS
from properties.references import REFERENCES
from properties.strategies.corners import corner_of
from properties.verdict import Verdict

T = TypeVar("T")

NAMES = sorted(name for name, entry in CATALOGUE.items() if entry.op in REFERENCES)
POOL = [CATALOGUE[name] for name in NAMES]
RUN = 20


def sample(strategy: SearchStrategy[T], count: int, name: str = "", *, run: int = RUN) -> list[T]:
    """What ``count`` examples are, in runs as short as those of a cell, of seeds fixed by the name."""
    drawn: list[T] = []

    def keep(value: T) -> None:
        drawn.append(value)

    for first in range(0, count, run):
        short = settings(PROFILE, max_examples=min(run, count - first), phases=[Phase.generate])
        seed(crc32(f"{name} {first}".encode()))(short(given(strategy)(keep)))()
    return drawn


def verdicts(law: str, case: Case, subject: Subject | None = None) -> list[Verdict]:
    """What the law says of the case, whatever it draws. Raises ``Broken``."""
    found: list[Verdict] = []

    def hold(data: DataObject) -> None:
        found.append(LAWS[law].check(subject or Reference(), case, data.draw))

    seed(0)(settings(PROFILE, max_examples=30)(given(st.data())(hold)))()
    return found


def share(cases: Iterable[bool]) -> float:
    """Of how many it is true."""
    found = list(cases)
    return sum(found) / len(found)


def entries(array: Array) -> list[float]:
    """In row-major order."""
    return [float(entry) for entry in array.ravel().tolist()]


def corners(case: Case) -> list[int]:
    """How each step of a case stands at kinks and ties, each of its arguments in a slot of its own."""
    found: list[int] = []
    for step in case.steps:
        values = [
            case.inputs[arg] if arg < len(case.inputs) else Reference().forward(case.upto(arg))
            for arg in step.args
        ]
        found.append(corner_of(step.op, values))
    return found
