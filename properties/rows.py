"""What is judged: each op of the catalogue alone, and programs of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis.strategies import SearchStrategy

from engine.catalogue import CATALOGUE, Entry, check_has_instances
from properties.adapters.subject import Subject
from properties.case import Case
from properties.references import REFERENCES
from properties.strategies.calls import calls
from properties.strategies.graphs import graph_programs
from properties.strategies.orders import curved_programs
from properties.strategies.programs import programs

PROGRAMS = "programs"
ORDERS = "orders"
GRAPHS = "graphs"

PROGRAM_ROWS: dict[str, Callable[[Sequence[Entry], bool], SearchStrategy[Case]]] = {
    PROGRAMS: lambda pool, smooth: programs(pool, smooth=smooth),
    ORDERS: lambda pool, smooth: curved_programs(pool, smooth=smooth),
    GRAPHS: lambda pool, smooth: graph_programs(pool, smooth=smooth),
}
"""The rows that stand for no op: how cases are drawn from a pool of ops, away from kinks and ties or not."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the matrix: the cases of one op, or of programs over several."""

    name: str
    entries: tuple[Entry, ...]

    def cases(self, subject: Subject, *, smooth: bool) -> SearchStrategy[Case]:
        """Cases of this row whose every op the engine has."""
        many = PROGRAM_ROWS.get(self.name)
        drawn = many(self.entries, smooth) if many else calls(self.entries[0], smooth=smooth)
        return drawn.filter(lambda case: all(subject.supports(step.op) for step in case.steps))

    def has_second_definition(self) -> bool:
        """Whether the oracles can say anything about this row."""
        return all(entry.op in REFERENCES for entry in self.entries)


def rows_for(subject: Subject) -> list[Row]:
    """One row for each op of the catalogue, by name, and programs of the ops that the engine has.

    Raises ``CatalogueError`` for an op with parameters of which none are listed.
    """
    known = sorted(CATALOGUE.values(), key=lambda entry: entry.name)
    for entry in known:
        check_has_instances(entry)
    usable = tuple(entry for entry in known if entry.op in REFERENCES and has_op(subject, entry))
    alone = [Row(entry.name, (entry,)) for entry in known]
    return [*alone, *(Row(name, usable) for name in PROGRAM_ROWS if usable)]


def has_op(subject: Subject, entry: Entry) -> bool:
    """Whether the engine has the op with some parameters."""
    arity = len(entry.signature.inputs)
    shapes = [(2,) * rank for rank in (2, 1, 0, 3, 4)]
    return any(subject.supports(op) for shape in shapes for op in entry.op.instances(*[shape] * arity))
