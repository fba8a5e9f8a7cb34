"""A law is a sentence: its name is the claim, its docstring the equation, its body the check.

``@law(needs)`` enters a function in ``LAWS``. A law speaks to a ``Subject`` in plain arrays and is stated
once, for one op and for a program alike. It returns a ``Verdict`` or raises ``Broken``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from hypothesis.strategies import SearchStrategy

from engine.catalogue import Entry
from engine.errors import CatalogueError
from engine.graph import Op
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.verdict import Verdict

T = TypeVar("T")


class Draw(Protocol):
    """Draws a value from a strategy."""

    def __call__(self, strategy: SearchStrategy[T], /) -> T: ...


Check = Callable[[Subject, Case, Draw], Verdict]

Fact = Callable[[Entry], bool]
"""What may be true of an op."""


class Where(Enum):
    """Where the cases of a law lie."""

    SMOOTH = "away from kinks and ties"
    ANYWHERE = "anywhere"
    KINKS = "at kinks and ties"


PORTION = 10
"""Cases that are drawn by one seed. Hypothesis draws so many that have nothing in common, and after that
it mostly varies what it has: five of six later ones are mutations, which find less than new ones do."""

ALONE = "an op by itself"
"""Every row but those of programs."""


@dataclass(frozen=True, slots=True)
class Law:
    """A claim, what an engine must be able to do to be asked, and the check.

    ``where``: its cases lie away from kinks and ties, on them too, or nowhere else. ``about``: the law speaks
    of such ops, and no other is asked. ``row``: it speaks of this row of the matrix, or (``ALONE``) of
    every op by itself, and no other is asked. ``uses``: ops that it puts beside those of a case; an engine
    that lacks one is not asked. ``lends``: the engine is given the law's own arrays, and not copies: the law
    looks whether they are written to. ``few``: few cases of an op by itself are enough, since it speaks of
    what engines do between ops, which rows of programs show, or of orders, which have a row of their own.
    """

    name: str
    equation: str
    needs: Capability
    where: Where
    check: Check
    about: Fact | None = None
    row: str = ""
    uses: tuple[Op, ...] = ()
    lends: bool = False
    few: bool = False

    def concerns(self, row: str, entries: Sequence[Entry]) -> bool:
        """Whether the law has something to say of a row, and of one of its ops."""
        if self.row and not (_is_alone(row, entries) if self.row == ALONE else row == self.row):
            return False
        return self.about is None or any(map(self.about, entries))

    def cases(self, row: str, entries: Sequence[Entry], budget: int) -> int:
        """On how many cases it is asked of a row, if others are on so many."""
        return min(budget, PORTION) if self.few and _is_alone(row, entries) else budget


def _is_alone(row: str, entries: Sequence[Entry]) -> bool:
    return [entry.name for entry in entries] == [row]


LAWS: dict[str, Law] = {}
"""Every law by name, in the order in which they are stated."""


def law(  # noqa: PLR0913 - each is a fact of a law, given by its name
    needs: Capability,
    *,
    where: Where = Where.ANYWHERE,
    about: Fact | None = None,
    row: str = "",
    uses: tuple[Op, ...] = (),
    lends: bool = False,
    few: bool = False,
) -> Callable[[Check], Check]:
    """Enter the function below. Raises ``CatalogueError`` for a name that is taken or no docstring."""

    def enter(check: Check) -> Check:
        name = getattr(check, "__name__", "")
        equation = (check.__doc__ or "").strip()
        if not equation or name in LAWS:
            wrong = "no docstring" if not equation else "a second law of this name"
            raise CatalogueError(
                name, wrong, "an equation and a new name", "write the equation as the docstring"
            )
        LAWS[name] = Law(name, " ".join(equation.split()), needs, where, check, about, row, uses, lends, few)
        return check

    return enter
