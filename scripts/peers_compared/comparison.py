"""One op of a library beside the engine's: on random cases, away from kinks and ties and at them.

Away from them the library is judged as any engine is: by the laws ``value_matches_reference`` and
``gradient_matches_numeric``, whose bounds come from the second definitions. How far its numbers are from the
engine's is measured besides, in units of the last place of the largest entry. At kinks and ties no law can
say who is right: there the two conventions are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from zlib import crc32

import numpy as np
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from engine.array import Array
from engine.catalogue import Entry
from peers_compared.libraries import Library, Refusal
from properties.adapters.reference import Reference
from properties.case import Case
from properties.judge import PROFILE
from properties.law import Draw
from properties.laws.derivatives import gradient_matches_numeric
from properties.laws.values import value_matches_reference
from properties.strategies.arrays import cotangents
from properties.strategies.calls import calls, has_corners
from properties.verdict import Broken

REFUSALS = (
    Refusal, ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip
"""What a library may raise where it does not take a case."""

PATIENCE = 5
"""How often cases are drawn for a library that has taken none so far."""

ROUNDING = 64.0
"""Units of the last place that count as rounding where no oracle says how much is (0010 allows as many)."""


@dataclass(slots=True)
class Comparison:
    """What came of it.

    ``ulps``: the largest distance in the smooth cases that hold. ``refused``: how many cases the library did
    not take, and what it said of one. ``wrong``: smooth cases in which a law is broken, ``other``: those at
    kinks and ties in which the answers differ, each with what was seen.
    """

    smooth: int = 0
    rough: int = 0
    ulps: float = 0.0
    refused: int = 0
    refusal: str = ""
    wrong: list[str] = field(default_factory=list[str])
    other: list[str] = field(default_factory=list[str])

    @property
    def differs(self) -> bool:
        """Whether some answer is another."""
        return bool(self.wrong or self.other)


def compare(entry: Entry, library: Library, cases: int, start: int) -> Comparison:
    """So many cases of an op away from its kinks and ties, and, if it has any, as many at them.

    Where the library takes none of them, more are drawn.
    """
    found = Comparison()
    for more in range(PATIENCE):
        _run(found, entry, library, Draws(cases, start + more, rough=False))
        if found.smooth:
            break
    if has_corners(entry):
        _run(found, entry, library, Draws(cases, start, rough=True))
    return found


@dataclass(frozen=True, slots=True)
class Draws:
    """How many cases, of which seed, and whether at kinks and ties."""

    cases: int
    start: int
    rough: bool


def _run(found: Comparison, entry: Entry, library: Library, draws: Draws) -> None:
    def each(data: DataObject) -> None:
        case = data.draw(calls(entry, smooth=not draws.rough))
        if len({array.dtype for array in case.inputs}) == 1:
            _add(found, library, case, data.draw, rough=draws.rough)

    run = settings(PROFILE, max_examples=draws.cases, phases=[Phase.generate])
    seed(crc32(f"{draws.start} {entry.name} {draws.rough}".encode()))(run(given(st.data())(each)))()


def _add(found: Comparison, library: Library, case: Case, draw: Draw, *, rough: bool) -> None:
    """What one case says."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    try:
        theirs = (library.forward(case), *library.gradient(case, out_grad))
    except REFUSALS as refusal:
        found.refused += 1
        found.refusal = found.refusal or _first_line(refusal)
        return
    ours = (Reference().forward(case), *Reference().gradient(case, out_grad))
    distance = _distance(ours, theirs)
    if rough:
        found.rough += 1
        if distance > ROUNDING:
            found.other.append(_seen(case, ours, theirs))
        return
    found.smooth += 1
    try:
        value_matches_reference(library, case, draw)
        gradient_matches_numeric(library, case, draw)
    except Broken as broken:
        found.wrong.append(f"{case.steps[0].op!r}: {broken.what} is {broken.got}, not {broken.expected}")
    else:
        found.ulps = max(found.ulps, distance)


def _distance(ours: Sequence[Array], theirs: Sequence[Array]) -> float:
    """The largest of the values' and the adjoints'; infinite where shapes differ."""
    if [each.shape for each in ours] != [each.shape for each in theirs]:
        return inf
    return max(ulps(own, other) for own, other in zip(ours, theirs, strict=True))


def ulps(ours: Array, theirs: Array) -> float:
    """The largest distance of two entries, in units of the last place of the largest entry of either."""
    both = np.stack([ours, theirs])
    if not both.size or np.array_equal(ours, theirs, equal_nan=True):
        return 0.0
    if not np.isfinite(both).all():
        return inf
    largest = np.max(np.abs(both)).astype(ours.dtype)
    return float(np.max(np.abs(ours - theirs)) / np.spacing(largest))


def _seen(case: Case, ours: Sequence[Array], theirs: Sequence[Array]) -> str:
    """The first answer that differs."""
    for name, own, other in zip(("y", "x̄0", "x̄1", "x̄2"), ours, theirs, strict=False):
        if own.shape != other.shape or ulps(own, other) > ROUNDING:
            inputs = ", ".join(str(array.tolist()) for array in case.inputs)
            return f"{case.steps[0].op!r} of {inputs}: {name} is {own.tolist()}, theirs {other.tolist()}"
    return ""


def _first_line(refusal: Exception) -> str:
    return f"{type(refusal).__name__}: {str(refusal).splitlines()[0] if str(refusal) else ''}"[:110]
