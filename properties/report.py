"""What a run has to say: the matrix of ops and laws, what was broken with a program to paste, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

from properties.adapters.subject import Subject
from properties.judge import CEILING, Cell, Failure
from properties.law import Law
from properties.verdict import EXACT

LEGEND = f"""✓ holds bit for bit; a number: holds to so many digits (the median over the cases)
✗ broken; ? more than {CEILING:.0%} of the cases not decided; a lowered number: so many not decided
— not asked: the engine lacks it, or the law is about other ops"""

WIDER_THAN_ANY = 10_000
"""Columns of a console on which every matrix fits, to measure it."""

LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def matrix(cells: Sequence[Cell], laws: Sequence[Law], first: int = 1) -> Table:
    """Ops down, laws across; the laws are numbered from ``first`` and written out below."""
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column("op", no_wrap=True, min_width=11)
    for number in range(first, first + len(laws)):
        table.add_column(str(number), justify="right", no_wrap=True, min_width=2)
    found = {(cell.row, cell.law): cell for cell in cells}
    for row in dict.fromkeys(cell.row for cell in cells):
        table.add_row(row, *[_mark(found.get((row, law.name))) for law in laws])
    return table


def matrices(console: Console, cells: Sequence[Cell], laws: Sequence[Law], first: int = 1) -> Iterator[Table]:
    """The matrix, halved for as long as the console is too narrow for it, where rich leaves columns out."""
    whole = matrix(cells, laws, first)
    boundless = console.options.update_width(WIDER_THAN_ANY)
    if len(laws) == 1 or console.measure(whole, options=boundless).maximum <= console.width:
        yield whole
        return
    half = (len(laws) + 1) // 2
    yield from matrices(console, cells, laws[:half], first)
    yield from matrices(console, cells, laws[half:], first + half)


def _mark(cell: Cell | None) -> Text:
    if cell is None or cell.lacking:
        return Text("—", "dim")
    if cell.failure:
        return Text("✗", "bold red")
    mark = ("✓" if cell.strength == EXACT else f"{cell.strength:.0f}") if cell.decided else "?"
    left_open = cell.undecided.total()
    return Text(mark, "green" if cell.decided else "yellow").append(
        str(left_open).translate(LOWERED) if left_open else "", "yellow"
    )


def law_list(laws: Sequence[Law]) -> Table:
    """Number, claim and equation of each law."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for number, law in enumerate(laws, start=1):
        table.add_row(str(number), law.name, Text(law.equation, "dim"))
    return table


def law_names(laws: Sequence[Law]) -> Columns:
    """Number and claim of each law, for the columns of the matrix."""
    return Columns([f"{number:>2} {law.name}" for number, law in enumerate(laws, start=1)], column_first=True)


def print_failure(console: Console, failure: Failure, subject: Subject) -> None:
    """One broken law: what was claimed, got and expected, and a program that shows it.

    The program stands without a frame, its lines unbroken, so that it can be copied as it is.
    """
    broken = failure.broken
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    facts.add_row("law", Text(failure.law.equation))
    facts.add_row("what", Text(broken.what))
    facts.add_row("got", Text(broken.got, "bold red"))
    facts.add_row("expected", Text(broken.expected, "bold green"))
    console.print()
    console.rule(f"{failure.row}-{failure.law.name}", align="left", style="red")
    console.print(facts, "")
    console.print(Text(subject.source(failure.case, broken.given)), soft_wrap=True)


def failure_text(failure: Failure, subject: Subject) -> str:
    """The same in plain text, for a test's message."""
    broken = failure.broken
    return "\n".join(
        [
            f"{failure.row}-{failure.law.name}: {failure.law.equation}",
            f"  what      {broken.what}",
            f"  got       {broken.got}",
            f"  expected  {broken.expected}",
            "",
            subject.source(failure.case, broken.given),
        ]
    )


def print_report(console: Console, cells: Sequence[Cell], laws: Sequence[Law], subject: Subject) -> None:
    """The matrix, the laws, what was not decided, every failure, and a last line that sums up."""
    for table in matrices(console, cells, laws):
        console.print(table)
    console.print(LEGEND, style="dim", highlight=False)
    console.print(law_names(laws), highlight=False)
    undecided = [cell for cell in cells if cell.undecided]
    if undecided:
        console.print("\n[yellow]not decided[/yellow]")
        for cell in undecided:
            causes = ", ".join(f"{times} × {cause}" for cause, times in cell.undecided.items())
            console.print(Text(f"  {cell.row}-{cell.law}: {causes}, beside {cell.held} that hold"))
    for cell in cells:
        if cell.failure:
            print_failure(console, cell.failure, subject)
    console.print()
    console.print(summary(cells, subject), style="bold", highlight=False)


def summary(cells: Sequence[Cell], subject: Subject) -> str:
    """One line: cells that hold, are broken, undecided, not asked; and cases."""
    broken = sum(cell.failure is not None for cell in cells)
    lacking = sum(cell.lacking for cell in cells)
    blank = sum(not (cell.failure or cell.lacking or cell.decided) for cell in cells)
    cases = sum(cell.executed for cell in cells)
    return (
        f"{subject.name}: {len(cells) - broken - lacking - blank} cells hold, {broken} broken, "
        f"{blank} not decided, {lacking} not asked; {cases} cases"
    )


def as_json(cells: Sequence[Cell], subject: Subject, start: int) -> dict[str, object]:
    """The run as data: each cell with its counts, each failure with its case and program."""
    return {"engine": subject.name, "seed": start, "cells": [_cell_as_json(cell, subject) for cell in cells]}


def _cell_as_json(cell: Cell, subject: Subject) -> dict[str, object]:
    record: dict[str, object] = {
        "op": cell.row,
        "law": cell.law,
        "asked": not cell.lacking,
        "held": cell.held,
        "digits": round(cell.strength, 2) if cell.held else None,
        "undecided": dict(cell.undecided),
    }
    if cell.failure:
        broken = cell.failure.broken
        record["failure"] = {
            "what": broken.what,
            "got": broken.got,
            "expected": broken.expected,
            "case": repr(cell.failure.case),
            "program": subject.source(cell.failure.case, broken.given),
        }
    return record
