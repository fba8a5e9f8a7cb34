"""The command ``gradlaws``: hold an engine to the laws, or list ops and laws.

Exit status: 0 all laws hold, 1 a law is broken or was not decided, 2 wrong usage.
"""

from __future__ import annotations

import json
import secrets
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from itertools import dropwhile
from pathlib import Path
from traceback import FrameSummary, extract_tb
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from engine.catalogue import CATALOGUE
from engine.errors import EngineError
from properties.adapters.subject import Subject
from properties.engines import ENGINES
from properties.judge import BUDGETS, Cell, judge
from properties.law import Law
from properties.laws import LAWS
from properties.report import as_json, law_list, print_report
from properties.rows import Row, rows_for

T = TypeVar("T")

HOLDS, BROKEN, MISUSED, STOPPED = 0, 1, 2, 130

EXAMPLES = """examples:
  gradlaws verify                                   the reference engine, every op, every law
  gradlaws verify --engine autograd                 HIPS autograd through the same laws
  gradlaws verify --op MatMul --law gradient_matches_numeric --profile deep
  gradlaws verify --law 6                           a law by its number in the matrix
  gradlaws verify --import my_ops --op Cube         an op of your own module
"""


class Options(Namespace):
    """The words of the command line."""

    command: str
    engine: str
    op: list[str]
    law: list[str]
    modules: list[str]
    profile: str
    seed: int | None
    json: Path | None


class UsageError(Exception):
    """The command was called wrongly."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments, namespace=Options())
    console = Console()
    try:
        _import(options.modules)
        if options.command == "verify":
            return _verify(options, console)
        console.print(_op_table() if options.command == "ops" else law_list(_laws([])))
    except (UsageError, EngineError) as error:
        Console(stderr=True).print(f"gradlaws: {error}", style="red", markup=False, highlight=False)
        return MISUSED
    except KeyboardInterrupt:
        Console(stderr=True).print("gradlaws: stopped", style="red")
        return STOPPED
    return HOLDS


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="gradlaws", description=__doc__, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="hold an engine to the laws")
    verify.add_argument("--engine", default="reference", help=f"one of {', '.join(ENGINES)} (reference)")
    verify.add_argument("--op", nargs="+", action="extend", default=[], metavar="NAME", help="these ops only")
    verify.add_argument(
        "--law",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="these laws only, by name or number",
    )
    verify.add_argument(
        "--profile", choices=BUDGETS, default="default", help="how many cases a cell (default)"
    )
    verify.add_argument("--seed", type=int, help="repeat the run that printed this seed")
    verify.add_argument("--json", type=Path, metavar="FILE", help="write the outcome to FILE as well")
    ops = commands.add_parser("ops", help="list the ops of the catalogue")
    laws = commands.add_parser("laws", help="list the laws")
    for command in (verify, ops, laws):
        command.add_argument(
            "--import", dest="modules", nargs="+", action="extend", default=[], metavar="MODULE",
            help="import these first: they may add ops, laws and engines",
        )  # fmt: skip
    return parser


def _import(modules: Sequence[str]) -> None:
    if modules:
        sys.path.insert(0, str(Path.cwd()))
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            if module.endswith(".py"):
                raise UsageError(f"--import {module}: give the module's name, {module[:-3]}") from error
            if error.name != module:
                raise UsageError(
                    f"--import {module}: it imports {error.name}, which is not installed"
                ) from error
            raise UsageError(f"--import {module}: no {module}.py in this folder or on the path") from error
        except Exception as error:
            frames = dropwhile(lambda frame: frame.name != "<module>", extract_tb(error.__traceback__))
            raise UsageError(f"--import {module}: {_told(error, list(frames))}") from error


def _told(error: Exception, frames: Sequence[FrameSummary]) -> str:
    """What was raised, and where: the last of the frames in the file of the first or one beside it."""
    beside = [frame for frame in frames if Path(frame.filename).parent == Path(frames[0].filename).parent]
    place = f" ({Path(beside[-1].filename).name}, line {beside[-1].lineno})" if beside else ""
    return f"{type(error).__name__}: {error}{place}"


def _verify(options: Options, console: Console) -> int:
    subject = _made(options.engine)
    laws = _laws(options.law)
    with _asked_for_ops(subject):
        rows = _rows(subject, options.op)
    _check_second_definitions(rows)
    _check_writable(options.json)
    start = secrets.randbelow(2**32) if options.seed is None else options.seed
    title = f"gradlaws verify --engine {subject.name} --profile {options.profile} --seed {start}"
    console.print(title, style="bold", highlight=False)
    examples = BUDGETS[options.profile]
    work = [
        partial(judge, law, row, subject, examples=examples, start=start)
        for row in rows
        for law in laws.values()
    ]
    with _asked_for_ops(subject):
        cells = _all_done(work, console)
    print_report(console, cells, laws, subject)
    if options.json is not None:
        _write(options.json, json.dumps(as_json(cells, subject, start), indent=1, ensure_ascii=False))
    asked = [cell for cell in cells if not cell.lacking]
    if not asked:
        raise UsageError(f"nothing was judged: {subject.name} lacks it, or the law is about other rows")
    return HOLDS if all(cell.decided and not cell.failure for cell in asked) else BROKEN


def _made(name: str) -> Subject:
    """The engine of this name. Raises ``UsageError`` where its class is not whole."""
    maker = _named("engine", name, ENGINES)
    do = "properties/adapters/subject.py says what a class of yours must have"
    try:
        subject = maker()
    except EngineError:
        raise
    except Exception as error:
        got = _told(error, extract_tb(error.__traceback__)[1:])
        raise UsageError(f"engine {name}: got {got}; expected an engine; {do}") from error
    missing = [fact for fact in ("name", "capabilities") if not hasattr(subject, fact)]
    if missing:
        got = f"an engine without {' and '.join(missing)}"
        raise UsageError(f"engine {name}: got {got}; expected a name and capabilities; {do}")
    return subject


@contextmanager
def _asked_for_ops(subject: Subject) -> Generator[None]:
    """Where ``supports`` raises, say so: it is asked before there is a case that could break a law."""
    try:
        yield
    except Exception as error:
        frames = [frame for frame in extract_tb(error.__traceback__) if frame.name == "supports"]
        if not frames:
            raise
        raise UsageError(
            f"supports of engine {subject.name}: got {_told(error, frames[-1:])}; "
            "expected True or False; answer False for an op that the engine lacks"
        ) from error


def _laws(words: Sequence[str]) -> dict[int, Law]:
    """The laws of these names or numbers, or all, each under the number that ``gradlaws laws`` prints."""
    laws = dict(enumerate(LAWS.values(), start=1))
    numbers = {law.name: number for number, law in laws.items()}
    figures = {str(number): number for number in laws}
    asked = [figures.get(word) or _named("law", word, numbers) for word in words]
    return {number: laws[number] for number in asked} or laws


def _all_done(work: Sequence[partial[Cell]], console: Console) -> list[Cell]:
    """Every cell judged, with a progress bar."""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        return [judged() for judged in progress.track(work)]


def _rows(subject: Subject, names: Sequence[str]) -> list[Row]:
    rows = {row.name: row for row in rows_for(subject)}
    return [_named("op", name, rows) for name in dict.fromkeys(names)] or list(rows.values())


def _named(kind: str, name: str, known: Mapping[str, T]) -> T:
    if name in known:
        return known[name]
    spelled = {each.lower(): each for each in known}
    alike = [name.lower()] if name.lower() in spelled else get_close_matches(name.lower(), spelled)
    close = [spelled[each] for each in alike]
    meant = f" (do you mean {' or '.join(close)}?)" if close else ""
    hint = "`gradlaws laws` lists them" if kind == "law" else "one of your own needs --import MODULE"
    raise UsageError(f"no {kind} {name!r}{meant}; {hint}")


def _check_second_definitions(rows: Sequence[Row]) -> None:
    missing = [row.name for row in rows if not row.has_second_definition()]
    if missing:
        raise UsageError(
            f"no second definition of {', '.join(missing)}: the laws have nothing to compare with; "
            f"add refer_entry({missing[0]}, ...) in your module (the engine's: properties/references/)"
        )


def _check_writable(path: Path | None) -> None:
    """Refuse before the run what could not be written after it."""
    if path is None:
        return
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is no file")
        part = _part_of(path)
        part.touch()
        part.unlink()
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"--json {path}: no file can be written there ({why}); name another") from error


def _write(path: Path, text: str) -> None:
    """Write the whole file or none of it."""
    part = _part_of(path)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path.resolve())


def _part_of(path: Path) -> Path:
    return path.resolve().with_name(path.name + ".part")


def _op_table() -> Table:
    table = Table("op", "inputs", "shapes", "formula", box=None, padding=(0, 2, 0, 0))
    for entry in sorted(CATALOGUE.values(), key=lambda entry: entry.name):
        inputs = "…" if entry.signature.variadic else str(len(entry.domains))
        conventions = "; ".join({domain.convention: None for domain in entry.domains if domain.convention})
        note = (f" (Derivative {conventions}.)", "dim") if conventions else ""
        table.add_row(entry.name, inputs, entry.signature.text, Text.assemble(entry.formula, note))
    return table


if __name__ == "__main__":
    sys.exit(main())
