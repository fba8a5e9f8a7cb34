"""A law is a sentence: its name is the claim, its docstring the equation, its body the check.

``@law(needs)`` enters a function in ``LAWS``. A law speaks to a ``Subject`` in plain arrays and is stated
once, for one op and for a program alike. It returns a ``Verdict`` or raises ``Broken``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hypothesis.strategies import SearchStrategy

from engine.catalogue import Entry
from engine.domain import Domain
from engine.errors import CatalogueError
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.strategies.calls import possible_domains
from properties.verdict import Verdict

T = TypeVar("T")


class Draw(Protocol):
    """Draws a value from a strategy."""

    def __call__(self, strategy: SearchStrategy[T], /) -> T: ...


Check = Callable[[Subject, Case, Draw], Verdict]

Fact = Callable[[Domain], bool]
"""What may be true of a domain."""


@dataclass(frozen=True, slots=True)
class Law:
    """A claim, what an engine must be able to do to be asked, and the check.

    ``at_kinks``: the law needs no oracle, so its cases lie on kinks and ties too. ``about``: the law speaks
    of nothing but kinks and ties of such domains, so its cases lie there and no other op is asked.
    """

    name: str
    equation: str
    needs: Capability
    at_kinks: bool
    check: Check
    about: Fact | None = None

    def concerns(self, entries: Sequence[Entry]) -> bool:
        """Whether the law has something to say of one of the ops."""
        about = self.about
        return about is None or any(about(domain) for entry in entries for domain in possible_domains(entry))


LAWS: dict[str, Law] = {}
"""Every law by name, in the order in which they are stated."""


def law(needs: Capability, *, at_kinks: bool = True, about: Fact | None = None) -> Callable[[Check], Check]:
    """Enter the function below. Raises ``CatalogueError`` for a name that is taken or no docstring."""

    def enter(check: Check) -> Check:
        name = getattr(check, "__name__", "")
        equation = (check.__doc__ or "").strip()
        if not equation or name in LAWS:
            wrong = "no docstring" if not equation else "a second law of this name"
            raise CatalogueError(
                name, wrong, "an equation and a new name", "write the equation as the docstring"
            )
        LAWS[name] = Law(name, " ".join(equation.split()), needs, at_kinks, check, about)
        return check

    return enter
