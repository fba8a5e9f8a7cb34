"""Every op of the catalogue beside its counterparts in PyTorch and JAX, as a page, docs/peers.md.

    python scripts/compare_peers.py [--cases N] [--seed N] [--only OP ...] [--no-page]

Values and gradients are compared on random cases. The exit status is 1 if a library's answers differ and no
convention in ``peers_compared.differences`` says why. Needs the extra ``peers``, and the checkout.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is loaded, which happens below
# Read when JAX is loaded: it compiles each case, which takes longer by far than to run it.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
sys.path.append(str(Path(__file__).parents[1]))  # the checkout's packages, where they are not installed

from engine.catalogue import CATALOGUE, Entry
from peers_compared.calls import CALLS
from peers_compared.comparison import Comparison, compare
from peers_compared.differences import DIFFERENCES
from peers_compared.libraries import LIBRARIES, WORDS, Library

PAGE = Path(__file__).parents[1] / "docs" / "peers.md"
CASES, SEED = 6, 1

Found = Mapping[tuple[str, str], Comparison]
"""What came of each op and library; nothing where there is no counterpart."""


def unexplained(found: Found) -> list[str]:
    """The differences that no convention explains, and the counterparts that took no case."""
    lines: list[str] = []
    for (name, library), comparison in found.items():
        if comparison.differs and (name, library) not in DIFFERENCES:
            lines.append(f"{name}, {library}: {(comparison.wrong + comparison.other)[0]}")
        elif not comparison.smooth + comparison.rough:
            lines.append(f"{name}, {library}: took no case: {comparison.refusal}")
    return lines


def page(entries: Sequence[Entry], found: Found, run: str) -> str:
    """The whole page."""
    lines = [
        "# Beside PyTorch and JAX",
        "",
        f"Written by `python scripts/compare_peers.py`: {run}. JAX computes",
        "in 64 bits where the case does, each case compiled without optimisation.",
        "",
        "*Agrees to n ulp*: away from kinks and ties every value and gradient is as the laws want it, within",
        "the bounds of the second definitions, and at most n units of the last place of an array's largest",
        "entry from the engine's. *At kinks and ties*: whether the library takes the same derivative there.",
        "*Refuses*: cases that the library's function does not take.",
        "",
        *_rows(entries, lambda entry, name: _cell(entry, name, found)),
        "",
        "## Where they differ",
        "",
        *_table(["op", "library", "what differs", "the engine's convention", "seen"], _differences(found)),
        "",
        "## The calls",
        "",
        *_rows(entries, _call),
    ]
    for name in LIBRARIES:
        lines += ["", f"In the calls of {name}:", ""]
        lines += [f"- `{word}`: `{meaning}`" for word, meaning in WORDS[name].items()]
    return "\n".join(lines) + "\n"


def _rows(entries: Sequence[Entry], cell: Callable[[Entry, str], str]) -> list[str]:
    """A table with a row for each op and a column for each library."""
    names = list(LIBRARIES)
    return _table(
        ["op", *names], [[f"`{each.name}`", *(cell(each, name) for name in names)] for each in entries]
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _cell(entry: Entry, library: str, found: Found) -> str:
    """What came of an op in a library, in words."""
    if (entry.name, library) not in found:
        return f"no counterpart: {CALLS[entry.op].reason(library)}"
    comparison = found[entry.name, library]
    parts: list[str] = []
    if comparison.wrong:
        parts.append(f"**differs** in {len(comparison.wrong)} of {comparison.smooth} cases")
    elif comparison.smooth:
        parts.append(f"agrees to {comparison.ulps:.3g} ulp in {comparison.smooth} cases")
    if comparison.rough:
        some = (
            f"**differs** in {len(comparison.other)} of {comparison.rough}" if comparison.other else "agrees"
        )
        parts.append(f"at kinks and ties {some}{'' if comparison.other else f' in {comparison.rough}'}")
    if comparison.refused:
        parts.append(f"refuses {comparison.refused}")
    if comparison.differs and (entry.name, library) not in DIFFERENCES:
        parts.append("UNEXPLAINED")
    return "; ".join(parts)


def _differences(found: Found) -> list[list[str]]:
    """One row for each op and library that differ."""
    rows: list[list[str]] = []
    for (name, library), comparison in found.items():
        if comparison.differs:
            said = DIFFERENCES.get((name, library))
            what = [said.what, f"{said.convention}: {said.where}"] if said else ["UNEXPLAINED", ""]
            rows.append([f"`{name}`", library, *what, _code((comparison.wrong + comparison.other)[0])])
    return rows


def _call(entry: Entry, library: str) -> str:
    call = CALLS[entry.op].of(library)
    return f"`{call}`" if call else f"no counterpart: {CALLS[entry.op].reason(library)}"


def _code(text: str) -> str:
    shown = text if len(text) <= 160 else f"{text[:159]}…"
    return f"`{shown.replace('|', '¦')}`"


def run_all(entries: Sequence[Entry], libraries: Sequence[Library], cases: int, start: int) -> Found:
    """Every op that has a counterpart, in every library."""
    found: dict[tuple[str, str], Comparison] = {}
    for entry in entries:
        for library in libraries:
            if CALLS[entry.op].of(library.name):
                found[entry.name, library.name] = compare(entry, library, cases, start)
                print(f"{entry.name}, {library.name}: {_cell(entry, library.name, found)}", flush=True)
    return found


def run_line(versions: Sequence[tuple[str, str]], cases: int, start: int) -> str:
    """What the page says of the run that it shows."""
    named = ", ".join(" ".join(each) for each in versions)
    return f"{named}, numpy {version('numpy')}; up to {cases} cases of each kind, seed {start}"


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Compare every op with its counterparts in torch and JAX.")
    parser.add_argument("--cases", type=int, default=CASES, metavar="N", help="for each op, and at its kinks")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    parser.add_argument("--only", nargs="+", choices=list(CATALOGUE), default=list(CATALOGUE), metavar="OP")
    parser.add_argument("--no-page", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    entries = [CATALOGUE[name] for name in sorted(options.only)]
    libraries = [make() for make in LIBRARIES.values()]
    found = run_all(entries, libraries, options.cases, options.seed)
    versions = ", ".join(f"{each.name} {each.version}" for each in libraries)
    run = (
        f"{versions}, numpy {version('numpy')}; up to {options.cases} cases of each kind, seed {options.seed}"
    )
    if not options.no_page:
        PAGE.write_text(page(entries, found, run), encoding="utf-8")
    open_ones = unexplained(found)
    print(*(f"UNEXPLAINED {line}" for line in open_ones), sep="\n")
    return int(bool(open_ones))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
