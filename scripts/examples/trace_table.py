"""An evaluation trace as a table in the terminal, as a lecture draws it on the board."""

from __future__ import annotations

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
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, show_lines=_has_arrays(trace))
    table.add_column("program")
    table.add_column("value v", justify="right")
    table.add_column(f"tangent {dotted('v')}", justify="right")
    table.add_column(f"adjoint {barred('v')}", justify="right")
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
    entries = np.array2string(array, precision=ARRAY_DIGITS, threshold=MOST_ENTRIES, edgeitems=2)
    return f"{array.shape}\n{entries}"


def _partials(row: Row) -> Text:
    """v̄2→v4 = v̄4 * v1 = 2, a line for each use."""
    joint = "\n" if row.value.ndim else " "
    return Text(
        "\n".join(f"{part.name} = {part.formula} ={joint}{shown(part.value)}" for part in row.partials)
    )


def _has_arrays(trace: Trace) -> bool:
    return any(row.value.ndim for row in trace.rows)
