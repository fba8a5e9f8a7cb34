"""What finds the bugs of the museum: every law is held against every exhibit, and a page says the outcome.

    python scripts/museum.py [--only ID-OR-FAMILY ...] [--seeds N ...] [--check | --declare]

Run it in the checkout, with the test tools installed. It writes docs/museum.json, the figures, and of these
and the exhibits docs/museum.md; with ``--only`` the figures of the others stay. ``--check`` measures nothing:
it says whether the page is of today's exhibits. ``--declare`` measures nothing either: it writes the laws of
the figures into the exhibits. The exit status is 1 where an exhibit declares other laws
than those that were seen to find it, and where a seed found it by none.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypedDict

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is loaded, which happens below
sys.path.append(str(Path(__file__).parents[1]))  # the exhibits are those of the tests

from checks.pool import on_processes
from properties.judge import BUDGETS
from properties.laws import LAWS
from properties.machine import run as run_machine
from tests.properties.planted.museum.exhibit import Exhibit
from tests.properties.planted.museum.exhibits import EXHIBITS
from tests.properties.planted.museum.finding import found_by

SEEDS = (0, 1, 2)
FIGURES = Path(__file__).parents[1] / "docs" / "museum.json"
PAGE = FIGURES.with_suffix(".md")
EXHIBITED = FIGURES.parents[1] / "tests" / "properties" / "planted" / "museum"
MACHINE = "the state machine"


class Figures(TypedDict):
    """What was seen of a bug.

    For each law that found it the number of the first case that showed it, at each of the seeds, null where
    none did; and how many steps and entries the case has that the first of them shrank.
    """

    seeds: list[int]
    laws: dict[str, list[int | None]]
    steps: int
    entries: int


def measure(name: str, seeds: Sequence[int] = SEEDS) -> Figures:
    """Every law against the exhibit of this name, at every seed."""
    exhibit = EXHIBITS[name]
    if exhibit.session:
        return _by_machine(exhibit, seeds)
    found = {law: [found_by(law, exhibit, seed) for seed in seeds] for law in LAWS}
    cases = {
        law: [each.first if each else None for each in several]
        for law, several in found.items()
        if any(several)
    }
    pairs = (
        (law, seed)
        for law, firsts in cases.items()
        for seed, first in zip(seeds, firsts, strict=True)
        if first
    )
    seen = next(pairs, None)
    smallest = seen and found_by(seen[0], exhibit, seen[1], shrink=True)
    return {
        "seeds": list(seeds),
        "laws": cases,
        "steps": smallest.steps if smallest else 0,
        "entries": smallest.entries if smallest else 0,
    }


def _by_machine(exhibit: Exhibit, seeds: Sequence[int]) -> Figures:
    assert exhibit.session
    budget = BUDGETS["default"]
    found = [run_machine(exhibit.session, examples=budget, start=seed, shrink=False) for seed in seeds]
    cases = [1 if each else None for each in found]
    return {"seeds": list(seeds), "laws": {MACHINE: cases}, "steps": 0, "entries": 0}


def page(known: Mapping[str, Figures]) -> str:
    """The page: the laws with their numbers, then a table for each family."""
    counts = Counter(law for figures in known.values() for law in figures["laws"])
    lines = [
        "# The museum",
        "",
        f"{len(EXHIBITS)} gradient bugs that people made, each planted in the reference engine or one of its",
        "ops (`tests/properties/planted/museum/`), and what finds them by as many cases as a default run",
        f"draws, {BUDGETS['default']} for each law at a seed. Written by `scripts/museum.py`.",
        "",
        "| no. | law | bugs that it finds |",
        "|---|---|---|",
        *(f"| {at} | `{law}` | {counts[law]} |" for at, law in enumerate(LAWS, start=1)),
        f"| M | {MACHINE} | {counts[MACHINE]} |",
        "",
        "*Laws*: how many find it, and which; one in brackets does not at every seed. *Case*: the first that",
        "shows it, the median over laws and seeds. *Shrunk*: the steps and entries of the smallest case",
        "of the first of these laws. *Seeds*: how many all laws were held at. *Subtlety*: how hard it is to",
        "see, from 1 to 5.",
    ]
    for family in dict.fromkeys(exhibit.family for exhibit in EXHIBITS.values()):
        lines += ["", f"## {family}", "", "| bug | op | subtlety | seeds | laws | case | shrunk | source |"]
        lines.append("|---|---|---|---|---|---|---|---|")
        for name, exhibit in EXHIBITS.items():
            if exhibit.family == family and name in known:
                lines.append(_line(exhibit, known[name]))
    return "\n".join([*lines, ""])


def _line(exhibit: Exhibit, figures: Figures) -> str:
    numbers = {MACHINE: "M", **{law: str(at) for at, law in enumerate(LAWS, start=1)}}
    laws = [numbers[law] if all(firsts) else f"({numbers[law]})" for law, firsts in figures["laws"].items()]
    by_machine = MACHINE in figures["laws"]
    firsts = [first for several in figures["laws"].values() for first in several if first]
    cells = [
        f"`{exhibit.id}`: {exhibit.wrong}",
        exhibit.op,
        str(exhibit.subtlety),
        str(len(figures["seeds"])),
        f"{len(laws)}: {' '.join(laws)}",
        "" if by_machine else f"{median(firsts):g}" if firsts else "none",
        "" if by_machine else f"{figures['steps']}, {figures['entries']}",
        exhibit.source,
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def differences(known: Mapping[str, Figures]) -> Iterator[str]:
    """What the figures say that the exhibits do not, and what no law found."""
    for name, exhibit in EXHIBITS.items():
        if name not in known:
            yield f"{name}: not measured"
            continue
        seen = known[name]["laws"]
        declared = exhibit.laws or (MACHINE,) * bool(exhibit.session)
        if set(seen) != set(declared):
            yield f"{name}: found by {' '.join(seen)}; declared are {' '.join(declared)}"
        for at, seed in enumerate(known[name]["seeds"]):
            if not any(firsts[at] for firsts in seen.values()):
                yield f"{name}: found by nothing at seed {seed}"
    yield from (f"{name}: no such exhibit" for name in known if name not in EXHIBITS)


def read() -> dict[str, Figures]:
    """The figures as they were last written."""
    known: dict[str, Figures] = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    return known


def write(known: Mapping[str, Figures]) -> None:
    """The figures, a line for each bug, and the page that is made of them."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(figures)}" for name, figures in known.items())
    FIGURES.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    PAGE.write_text(page(known), "utf-8")


def check() -> list[str]:
    """What is not of today: the figures, or the page that is written of them."""
    known = read()
    stale = (
        [] if PAGE.exists() and PAGE.read_text("utf-8") == page(known) else ["the page is of other figures"]
    )
    return [*differences(known), *stale]


def declare(known: Mapping[str, Figures]) -> None:
    """Write the laws that found each bug beside it."""
    for file in EXHIBITED.glob("*.py"):
        text = file.read_text("utf-8")
        for name in known.keys() & EXHIBITS.keys():
            *rows, last = textwrap.wrap(" ".join(known[name]["laws"]), 92) or [""]
            quoted = "\n".join(f'            "{row}"' for row in [*(f"{row} " for row in rows), last])
            beside = re.compile(rf'(        "{name}",\n(?:(?!    Exhibit).*\n)*?        laws=)\w*\([^)]*\)')
            if not EXHIBITS[name].session:
                text = beside.sub(rf"\g<1>named(\n{quoted}\n        )", text)
        file.write_text(text, "utf-8")


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Say what finds the bugs of the museum.")
    parser.add_argument("--only", nargs="+", metavar="ID-OR-FAMILY", help="measure these, keep the others")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N")
    parser.add_argument("--check", action="store_true", help="measure nothing")
    parser.add_argument("--declare", action="store_true", help="write the laws into the exhibits")
    options = parser.parse_args(arguments)
    if options.declare:
        declare(read())
        return 0
    if not options.check:
        chosen = options.only or [exhibit.family for exhibit in EXHIBITS.values()]
        names = [name for name, each in EXHIBITS.items() if name in chosen or each.family in chosen]
        with on_processes(options.workers) as run:
            new = dict(zip(names, run(partial(measure, seeds=options.seeds), names, "bugs"), strict=True))
        both = {**read(), **new}
        known = {name: both[name] for name in EXHIBITS if name in both}
        write(known)
    wrong = check()
    print("\n".join(wrong) or "the page is of today's exhibits")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
