"""A planted bug: an op or an engine that is wrong in one way, and the law that is to find it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from engine.catalogue import CATALOGUE, entry_of, op, visiting
from engine.graph import Op
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.references import REFERENCES
from properties.rows import GRAPHS, PROGRAMS, Row
from properties.truths import TRUTHS

SomeOp = TypeVar("SomeOp", bound=Op)


@dataclass(frozen=True, slots=True)
class Bug:
    """What is wrong, and how it is found.

    ``plant`` returns the row that shows it, and enters the wrong op if it is one, for as long as ``visitors``
    lasts. ``also``: the laws after ``law`` that must see the bug too; beside the bug it is said why.
    """

    law: str
    name: str
    plant: Callable[[], Row]
    engine: Callable[[], Subject] = Reference
    also: frozenset[str] = frozenset()


@contextmanager
def visitors() -> Generator[None, None, None]:
    """Inside, ops and what is told of them stay only until the end of the block."""
    references, truths = dict(REFERENCES), dict(TRUTHS)
    try:
        with visiting():
            yield
    finally:
        REFERENCES.clear()
        REFERENCES.update(references)
        TRUTHS.clear()
        TRUTHS.update(truths)


def instead_of(real: type[Op]) -> Callable[[type[SomeOp]], type[SomeOp]]:
    """Enter the class below, an op of the catalogue said anew, with its facts and all that is told of it."""
    facts = CATALOGUE[real.__name__]

    def enter(cls: type[SomeOp]) -> type[SomeOp]:
        made = op(*facts.domains, signature=facts.signature.text, analytic=facts.analytic)(cls)
        REFERENCES[made] = REFERENCES[real]
        if real in TRUTHS:
            TRUTHS[made] = TRUTHS[real]
        return made

    return enter


def row_of(instance: Op) -> Row:
    """The row of an op just entered."""
    entry = entry_of(instance)
    return Row(entry.name, (entry,))


def alone(name: str) -> Callable[[], Row]:
    """The row of an op of the catalogue: the bug is the engine's."""
    return lambda: Row(name, (CATALOGUE[name],))


def programs_of(*names: str) -> Callable[[], Row]:
    """The row of programs of these ops: the bug is the engine's, and shows where values meet."""
    return lambda: Row(PROGRAMS, tuple(CATALOGUE[name] for name in names))


def graphs_of(*names: str) -> Callable[[], Row]:
    """The row of graphs of these ops: the bug is the engine's, and shows in a graph of some shape."""
    return lambda: Row(GRAPHS, tuple(CATALOGUE[name] for name in names))
