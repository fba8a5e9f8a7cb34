"""An evaluation trace as a table in the terminal, as a lecture draws it on the board."""

from __future__ import annotations

from typing import SupportsFloat

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from engine.array import Array
from examples.trace import Row, Trace, barred, dotted

DIGITS = 10
ARRAY_DIGITS = 4
MOST_ENTRIES = 12


def trace_table(trace: Trace, title: str) -> Table:
    """One row a value: v = formula, v, v̇, v̄, and what each use of v contributes to v̄."""
    arrays = any(row.value.ndim for row in trace.rows)
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, show_lines=arrays)
    table.add_column("program")
    for column in ("value v", f"tangent {dotted('v')}", f"adjoint {barred('v')}"):
        table.add_column(column, justify="left" if arrays else "right")
    table.add_column(f"partial adjoints {barred('v')}ᵢ→ⱼ, summing to {barred('v')}ᵢ", overflow="fold")
    for row in trace.rows:
        adjoint = Text("—" if row.adjoint is None else shown(row.adjoint))
        table.add_row(
            Text(f"{row.name} = {row.formula}"),
            Text(shown(row.value)),
            Text(shown(row.tangent)),
            adjoint,
            _partials(row),
        )
    return table


def shown(array: Array) -> str:
    """A number with ten digits; an array as its entries, or as some of them where there are many."""
    if not array.ndim:
        return f"{array.item():.{DIGITS}g}"
    with np.printoptions(formatter={"float": _entry}, threshold=MOST_ENTRIES, edgeitems=2):
        return f"{array.shape}\n{array}"


def _entry(number: SupportsFloat) -> str:
    return f"{float(number):.{ARRAY_DIGITS}g}"


def _partials(row: Row) -> Text:
    """v̄2→v4 = v̄4 * v1 = 2, a line for each use."""
    joint = "\n" if row.value.ndim else " "
    return Text(
        "\n".join(f"{part.name} = {part.formula} ={joint}{shown(part.value)}" for part in row.partials)
    )
