"""The catalogue as a page, docs/ops.md: every op with what is true of it, and every function made of ops.

    python scripts/list_ops.py [--check]

Nothing on the page is typed in: formulas, parameters and families are read from the code of the ops, domains
and conventions from the catalogue, sources from the files. With --check nothing is written, and the exit
status is 1 if the page is not what would be written.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from math import inf
from pathlib import Path
from types import FunctionType, ModuleType

sys.path.append(str(Path(__file__).parents[1]))  # the checkout's packages, where they are not installed

from engine.catalogue import CATALOGUE, Entry
from engine.domain import Domain
from engine.graph import Op
from properties.strategies.calls import legal

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ops.md"
REFERENCES = ROOT / "properties" / "references"
SMALL_SHAPES = [(2,) * rank for rank in range(2, 5)] + [(2,), ()]
"""In these the plainest instance of an op is looked for."""


@dataclass(frozen=True)
class Function:
    """A function that a family offers: its names, its call, the first line of what it says, what it calls."""

    names: tuple[str, ...]
    call: str
    says: str
    uses: frozenset[str]


def page() -> str:
    """The whole page."""
    entries = [entry for entry in CATALOGUE.values() if entry.op.__module__.startswith("engine.ops.")]
    entries.sort(key=lambda entry: entry.op.__module__)
    families = {name: list(found) for name, found in groupby(entries, lambda entry: entry.op.__module__)}
    names = (f"engine.ops.{path.stem}" for path in (ROOT / "engine" / "ops").glob("[a-z]*.py"))
    modules = map(import_module, sorted({*families, *names}))
    defined = sources()
    sections = [_section(module, families.get(module.__name__, []), defined) for module in modules]
    head = [
        "# The ops",
        "",
        f"The {len(entries)} ops of the catalogue by family, and the functions that are made of them.",
        "`python scripts/list_ops.py` writes this page from the code; a test holds that it is up to date.",
        "Entries of an input are where the op is defined, or in a part of it where it is smooth for sure.",
    ]
    return "\n".join([*head, *(line for section in sections for line in section)]) + "\n"


def _section(module: ModuleType, entries: Sequence[Entry], defined: Mapping[str, str]) -> Iterator[str]:
    """The lines about one family; none where it offers nothing."""
    functions = functions_of(module)
    classes = {entry.name for entry in entries}
    made = [each for each in functions if not each.uses & classes]
    if not entries and not made:
        return
    family = module.__name__.rpartition(".")[2]
    yield from ("", f"## {family.replace('_', ' ').capitalize()}", "", _first_paragraph(module.__doc__))
    for entry in entries:
        own = [each for each in functions if entry.name in each.uses]
        yield from ("", f"### {entry.name}", "", _escaped(_first_paragraph(entry.op.__doc__)), "")
        yield from (f"- {label}: {text}" for label, text in facts(entry, own, defined) if text)
    if made:
        yield from ("", "Made of ops:" if entries else "Functions made of ops:", "")
        yield from (f"- {_listed(each.names, each.call)}: {_escaped(each.says)}" for each in made)


def facts(entry: Entry, own: Sequence[Function], defined: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is said of an op, line by line."""
    yield "function", ", ".join(_listed(each.names, each.call) for each in own)
    yield "inputs", _inputs(entry)
    yield "parameters", ", ".join(f"`{name}: {kind}`" for name, kind in parameters(entry.op))
    yield "derivative at kinks and ties", convention(entry)
    ours = f"engine/ops/{entry.op.__module__.rpartition('.')[2]}.py"
    yield "source", ", ".join(f"[{path}](../{path})" for path in (ours, defined[entry.name]))


def parameters(op: type[Op]) -> Iterator[tuple[str, str]]:
    """The fields of an op, with their types."""
    _, *found = inspect.signature(op.__init__).parameters.values()
    return ((each.name, str(each.annotation)) for each in found)


def _inputs(entry: Entry) -> str:
    """Shapes and domains."""
    words = [in_words(domain) for domain in entry.domains]
    each = words[0] if len(set(words)) == 1 else "; ".join(words)
    return f"`{entry.signature.text}`, entries in {each}"


def in_words(domain: Domain) -> str:
    """Where the op is defined, in mathematics' signs."""
    if domain.values:
        return "{" + ", ".join(f"{value:g}" for value in domain.values) + "}"
    if domain.dominant:
        return "ℝ, matrices with a diagonal that dominates"
    whole = domain.low == -inf and domain.high == inf
    interval = "ℝ" if whole else f"({_number(domain.low)}, {_number(domain.high)})"
    return interval + (f" ∖ {{{', '.join(map(_number, domain.poles))}}}" if domain.poles else "")


def _number(number: float) -> str:
    return {inf: "∞", -inf: "−∞"}.get(number, f"{number:g}".replace("-", "−"))


def convention(entry: Entry) -> str:
    """The convention of the op, or that of its plainest instance that has one, with the instance."""
    general = _conventions(entry.domains)
    if general:
        return general
    for shape in SMALL_SHAPES:
        for op in legal(entry, [shape] * len(entry.domains)):
            found = _conventions(op.domains(entry.domains))
            if found:
                return f"of `{op!r}`, {found}"
    return ""


def _conventions(domains: Sequence[Domain]) -> str:
    return "; ".join({domain.convention: None for domain in domains if domain.convention})


def functions_of(module: ModuleType) -> list[Function]:
    """What the family offers beside the classes of ops; several names of one thing together."""
    offered: Mapping[str, object] = vars(module)
    listed: Sequence[str] = getattr(module, "__all__", ())  # a file of helpers has none
    named: dict[int, list[str]] = {}
    for name in listed:
        if not isinstance(offered[name], type):
            named.setdefault(id(offered[name]), []).append(name)
    return [_function(names, offered[names[0]]) for names in named.values()]


def _function(names: Sequence[str], found: object) -> Function:
    if isinstance(found, FunctionType):
        says = _first_paragraph(found.__doc__).partition(" Raises `")[0]
        return Function(tuple(names), _call(found), says, frozenset(_called(found)))
    made = type(found).__name__
    return Function(tuple(names), "", "", frozenset([made]))


def _call(function: FunctionType) -> str:
    """The parameters and their defaults, without types."""
    found = inspect.signature(function)
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in found.parameters.values()]
    return str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def _called(function: FunctionType) -> set[str]:
    """The names that the function calls, itself or by functions of its file that are not offered."""
    offered: Sequence[str] = function.__globals__["__all__"]
    found: set[str] = set()
    waiting = [function]
    while waiting:
        for node in ast.walk(ast.parse(inspect.getsource(waiting.pop()))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in found:
                found.add(node.func.id)
                helper: object = function.__globals__.get(node.func.id)
                own = isinstance(helper, FunctionType) and helper.__module__ == function.__module__
                if isinstance(helper, FunctionType) and own and node.func.id not in offered:
                    waiting.append(helper)
    return found


def _listed(names: Sequence[str], call: str) -> str:
    return " = ".join(f"`{name}{call if name == names[-1] else ''}`" for name in names)


def sources() -> dict[str, str]:
    """The file of each op's second definition: where it is entered in the table."""
    found: dict[str, str] = {}
    for path in sorted(REFERENCES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="refer" | "refer_entry"), args=[ast.Attribute(attr=name), *_]):
                    found[name] = path.relative_to(ROOT).as_posix()
                case _:
                    pass
    return found


def _first_paragraph(doc: str | None) -> str:
    return " ".join((doc or "").split("\n\n")[0].replace("``", "`").split())


def _escaped(text: str) -> str:
    """With signs that Markdown would take for its own kept as they are."""
    return text.replace("*", "\\*").replace("_", "\\_") if "`" not in text else text


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Write the catalogue of ops as a page, docs/ops.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if the page is not up to date")
    options = parser.parse_args(arguments)
    text = page()
    if options.check:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print(f"{PAGE.name} is {'up to date' if fresh else 'stale: run scripts/list_ops.py'}")
        return int(not fresh)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name}: {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
