"""Where second definitions are entered and looked up.

An elementwise op is a formula for one entry; any other op says which entries make the entry at a place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.errors import CatalogueError
from engine.graph import Op
from properties.grid import Grid, broadcast
from properties.number import Number

SomeOp = TypeVar("SomeOp", bound=Op)


@dataclass(frozen=True, slots=True)
class _Definition(Generic[SomeOp]):
    """A second definition and the class that it is for."""

    op: type[SomeOp]
    define: Callable[[SomeOp, Sequence[Grid]], Grid]

    def __call__(self, op: Op, grids: Sequence[Grid]) -> Grid:
        assert isinstance(op, self.op)  # looked up by class
        return self.define(op, grids)


REFERENCES: dict[type[Op], Callable[[Op, Sequence[Grid]], Grid]] = {}
"""The second definition of each op."""


def refer(op: type[SomeOp], define: Callable[[SomeOp, Sequence[Grid]], Grid]) -> None:
    """Enter the second definition of an op."""
    REFERENCES[op] = _Definition(op, define)


def refer_entry(op: type[SomeOp], formula: Callable[[SomeOp, Sequence[Number]], Number]) -> None:
    """Enter the second definition of an elementwise op: a formula for one entry of the result."""

    def define(instance: SomeOp, grids: Sequence[Grid]) -> Grid:
        shape = broadcast(*(grid.shape for grid in grids))
        return grids[0].filled(
            shape, lambda place: formula(instance, [grid.stretched(place) for grid in grids])
        )

    refer(op, define)


def second_definition(op: Op, grids: Sequence[Grid]) -> Grid:
    """The value of ``op`` by its second definition. Raises ``CatalogueError`` if it has none."""
    if type(op) not in REFERENCES:
        name = type(op).__name__
        raise CatalogueError(
            name,
            "no second definition",
            "one entry in properties/references/",
            f"add refer_entry({name}, …)",
        )
    return REFERENCES[type(op)](op, grids)
