"""What a run has to say: the matrix of ops and laws, what was broken with a program to paste, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

from properties.adapters.subject import Subject
from properties.judge import CEILING, Cell, Failure
from properties.law import Law
from properties.rows import GRAPHS
from properties.verdict import EXACT, Broken

LEGEND = f"""✓ bit for bit; a number: digits certified (median of the cases)
✗ broken: a wrong answer
! broken: an exception in place of an answer, or an answer of another type
? not decided in more than {CEILING:.0%} of the cases; ₂ after a mark: not decided in 2
— not asked: lacking, or about other rows, or not told of the op"""

WIDER_THAN_ANY = 10_000
"""Columns of a console on which every matrix fits, to measure it."""

LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def matrix(cells: Sequence[Cell], laws: Mapping[int, Law]) -> Table:
    """Ops down, laws across, each under its number; the numbers are written out below."""
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column("op", no_wrap=True, min_width=11)
    for number in laws:
        table.add_column(str(number), justify="right", no_wrap=True, min_width=2)
    found = {(cell.row, cell.law): cell for cell in cells}
    for row in dict.fromkeys(cell.row for cell in cells):
        table.add_row(row, *[_mark(found.get((row, law.name))) for law in laws.values()])
    return table


def matrices(console: Console, cells: Sequence[Cell], laws: Mapping[int, Law]) -> Iterator[Table]:
    """The matrix, halved for as long as the console is too narrow for it, where rich leaves columns out."""
    whole = matrix(cells, laws)
    boundless = console.options.update_width(WIDER_THAN_ANY)
    if len(laws) == 1 or console.measure(whole, options=boundless).maximum <= console.width:
        yield whole
        return
    half = (len(laws) + 1) // 2
    yield from matrices(console, cells, dict(list(laws.items())[:half]))
    yield from matrices(console, cells, dict(list(laws.items())[half:]))


def _mark(cell: Cell | None) -> Text:
    if cell is None or cell.lacking:
        return Text("—", "dim")
    if cell.failure:
        return Text("!" if _without_answer(cell.failure.broken) else "✗", "bold red")
    mark = ("✓" if cell.strength == EXACT else f"{cell.strength:.0f}") if cell.decided else "?"
    left_open = cell.undecided.total()
    return Text(mark, "green" if cell.decided else "yellow").append(
        str(left_open).translate(LOWERED) if left_open else "", "yellow"
    )


def _without_answer(broken: Broken) -> bool:
    """Whether it is an exception that broke the law; one law tells a ``Broken`` again, in its own words."""
    return not isinstance(broken.__cause__, Broken | None)


def law_list(laws: Mapping[int, Law]) -> Table:
    """Number, claim and equation of each law, and below its claim the capabilities that it needs."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for number, law in laws.items():
        needs = f"needs {', '.join(str(need.name) for need in law.needs)}"
        table.add_row(str(number), Text.assemble(law.name, "\n", (needs, "dim")), Text(law.equation, "dim"))
    return table


def law_names(laws: Mapping[int, Law]) -> Columns:
    """Number and claim of each law, for the columns of the matrix."""
    return Columns([f"{number:>2} {law.name}" for number, law in laws.items()], column_first=True)


def print_failure(console: Console, failure: Failure, subject: Subject, also: Sequence[str] = ()) -> None:
    """One broken law: what was claimed, got and expected, and a program that shows it.

    ``also``: laws that the same answer breaks.
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
    console.print(facts)
    if also:
        console.print(Text(f"also broken, by the same answer: {', '.join(also)}"))
    console.print()
    console.print(Text(program_of(failure, subject)), soft_wrap=True)


def program_of(failure: Failure, subject: Subject) -> str:
    """A program in the subject's language that shows the failure; nothing of a law that is about no case.

    The case itself where the subject cannot write one: its exception does not cost the report.
    """
    if failure.law.row == GRAPHS:
        return ""
    try:
        return _text(subject.source(failure.asked, failure.broken.given))
    except Exception as error:  # noqa: BLE001 - an adapter on trial may raise anything
        why = f"{subject.name} has no program of this case; source raised {type(error).__name__}: {error}"
        return "\n".join([*(f"# {line}" for line in why.splitlines()), repr(failure.asked)])


def _text(program: str) -> str:
    """The program, which is text only if the subject keeps its promise."""
    if program.__class__ is not str:
        raise TypeError(f"{type(program).__name__} in place of text")
    return program


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
            program_of(failure, subject),
        ]
    )


def print_report(console: Console, cells: Sequence[Cell], laws: Mapping[int, Law], subject: Subject) -> None:
    """The matrix, the laws, what was not decided, every failure, and a last line that sums up."""
    _print_matrix(console, cells, laws)
    open_cells = [cell for cell in cells if cell.undecided and not cell.failure]
    if open_cells:
        console.print("\n[yellow]not decided[/yellow]")
        for cell in open_cells:
            causes = ", ".join(f"{times} × {cause}" for cause, times in cell.undecided.items())
            console.print(Text(f"  {cell.row}-{cell.law}: {causes}, beside {cell.held} that hold"))
    for failure, *alike in _by_answer(cells):
        print_failure(console, failure, subject, [other.law.name for other in alike])
    console.print()
    console.print(summary(cells, subject), style="bold", highlight=False)


def _print_matrix(console: Console, cells: Sequence[Cell], laws: Mapping[int, Law]) -> None:
    """The rows of which something was asked, what the marks and numbers mean, and the other rows by name."""
    asked = {cell.row for cell in cells if not cell.lacking}
    if asked:
        for table in matrices(console, [cell for cell in cells if cell.row in asked], laws):
            console.print(table)
    others = dict.fromkeys(cell.row for cell in cells if cell.row not in asked)
    if others:
        console.print(f"not asked at all: {', '.join(others)}\n", style="dim", highlight=False)
    if asked:
        console.print(LEGEND, style="dim", highlight=False)
    console.print(law_names(laws), highlight=False)


def _by_answer(cells: Sequence[Cell]) -> list[list[Failure]]:
    """The failures; those of one row that one and the same answer tells stand together."""
    alike: dict[tuple[str, str, str, str], list[Failure]] = {}
    for failure in (cell.failure for cell in cells if cell.failure):
        broken = failure.broken
        alike.setdefault((failure.row, broken.what, broken.got, broken.expected), []).append(failure)
    return list(alike.values())


def summary(cells: Sequence[Cell], subject: Subject) -> str:
    """One line: cells that hold, are broken, undecided, not asked; and cases.

    The cases of a broken cell are not counted: most of them were tried to make the failing one smaller.
    """
    broken = sum(cell.failure is not None for cell in cells)
    lacking = sum(cell.lacking for cell in cells)
    blank = sum(not (cell.failure or cell.lacking or cell.decided) for cell in cells)
    cases = sum(cell.executed for cell in cells if not cell.failure)
    return (
        f"{subject.name}: {len(cells) - broken - lacking - blank} cells hold, {broken} broken, "
        f"{blank} not decided, {lacking} not asked; {cases} cases"
    )


def as_json(cells: Sequence[Cell], subject: Subject, start: int) -> dict[str, object]:
    """The run as data: each cell with its counts, each failure with its case and program."""
    return {"engine": subject.name, "seed": start, "cells": [_cell_as_json(cell, subject) for cell in cells]}


def _cell_as_json(cell: Cell, subject: Subject) -> dict[str, object]:
    """A broken cell has no counts: they would be those of the search for a smaller case."""
    record: dict[str, object] = {"op": cell.row, "law": cell.law, "asked": not cell.lacking}
    if cell.failure:
        broken = cell.failure.broken
        record["failure"] = {
            "what": broken.what,
            "got": broken.got,
            "expected": broken.expected,
            "case": repr(cell.failure.asked),
            "program": program_of(cell.failure, subject),
        }
    else:
        record["held"] = cell.held
        record["digits"] = round(cell.strength, 2) if cell.held else None
        record["undecided"] = dict(cell.undecided)
    return record
