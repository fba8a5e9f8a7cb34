"""How a check can end: it holds (and how strongly), it is broken, or it could not be decided (and why)."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.array import Array
from properties.case import Case

EXACT = 17.0
"""The digits of a comparison bit for bit, beyond what float64 holds."""

FEWEST_DIGITS = 1.0
"""A verdict with fewer is no evidence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``digits``: how many the check certifies. ``undecided``: why it certifies none, or nothing."""

    digits: float = EXACT
    undecided: str = ""


HOLDS = Verdict()


@dataclass(frozen=True, slots=True)
class Given:
    """What a law chose beside the case: cotangents, directions and so on, by the names of ``Subject.source``.

    ``case``: the one that the engine was asked about, where it is another than the one that was drawn.
    """

    arrays: dict[str, Array] = field(default_factory=dict[str, Array])
    case: Case | None = None


class Broken(AssertionError):
    """A law does not hold. The parts are what a report prints."""

    def __init__(self, what: str, got: str, expected: str, given: Given) -> None:
        super().__init__(f"{what}: got {got}, expected {expected}")
        self.what = what
        self.got = got
        self.expected = expected
        self.given = given


def weakest(*verdicts: Verdict) -> Verdict:
    """The verdict on several checks together: undecided if one is, else with the fewest digits."""
    for verdict in verdicts:
        if verdict.undecided:
            return verdict
    return min(verdicts, key=lambda verdict: verdict.digits, default=HOLDS)
