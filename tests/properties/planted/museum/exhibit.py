"""An exhibit of the museum: a gradient bug that people made, planted, and what finds it.

The facts (``op``, ``wrong``, ``trigger``, ``source``) are those of the place where it was found; ``subtlety``
is how hard it is to see, from 1 to 5. A plant builds the row and the engine with the bug or, given False, the
same without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.machine import Session
from properties.rows import Row

Plant = Callable[[bool], tuple[Row, Subject]]
"""Whether the bug is in it to the row that shows it and the engine that is asked."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A bug, and every law that finds it by as many cases as CI draws; or the session in which the state
    machine does."""

    id: str
    family: str
    op: str
    subtlety: int
    wrong: str
    trigger: str
    source: str
    laws: tuple[str, ...] = ()
    plant: Plant | None = None
    session: type[Session] | None = None


def named(laws: str) -> tuple[str, ...]:
    """The laws that a text names."""
    return tuple(laws.split())


def in_op(row: Callable[[bool], Row]) -> Plant:
    """The bug is an op's: the row enters the op, with the bug or without."""
    return lambda wrong: (row(wrong), Reference())


def in_engine(
    row: Callable[[], Row], wrong: Callable[[], Subject], right: Callable[[], Subject] = Reference
) -> Plant:
    """The bug is an engine's."""
    return lambda planted: (row(), wrong() if planted else right())
