"""An evaluation trace as a table in the terminal, as a lecture draws it on the board."""

from __future__ import annotations

from typing import SupportsFloat

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from engine.array import Array
from examples.trace import Trace, barred, dotted

DIGITS = 10
ARRAY_DIGITS = 4
MOST_ENTRIES = 12


def trace_table(trace: Trace, title: str) -> Table:
    """One row a value: v = formula, v, v̇, v̄; below it one a use, with the partial adjoint that it adds to v̄.

    Where the terminal is narrow, lines are folded: no digit is lost.
    """
    arrays = any(row.value.ndim for row in trace.rows)
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("program, with the uses of v", overflow="fold")
    for column in ("value v", f"tangent {dotted('v')}", f"adjoint {barred('v')}"):
        table.add_column(column, justify="left" if arrays else "right", overflow="fold")
    for row in trace.rows:
        adjoint = "—" if row.adjoint is None else shown(row.adjoint)
        cells = (f"{row.name} = {row.formula}", shown(row.value), shown(row.tangent), adjoint)
        table.add_row(*map(Text, cells))
        for part in row.partials:
            table.add_row(Text(f"  {part.name} = {part.formula}"), "", "", Text(f"{shown(part.value)}"))
        if arrays:
            table.add_section()
    return table


def shown(array: Array) -> str:
    """A number with ten digits; an array as its entries, or as some of them where there are many."""
    if not array.ndim:
        return f"{array.item():.{DIGITS}g}"
    with np.printoptions(formatter={"float": _entry}, threshold=MOST_ENTRIES, edgeitems=2):
        return f"{array.shape}\n{array}"


def _entry(number: SupportsFloat) -> str:
    return f"{float(number):.{ARRAY_DIGITS}g}"
