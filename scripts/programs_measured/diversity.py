"""Diversity: which share of the programs has each trait, and how soon every op is reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import process_time

from rich.table import Table

from checks.pool import Run
from checks.promise import Promise, at_most
from programs_measured.drawn import RUN, Batch, usable
from programs_measured.traits import TRAITS, Program
from properties.case import Case
from properties.law import Draw
from properties.strategies.programs import programs

SOON = 2_000
"""Within so many programs every op is reached."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The programs of one run: how many, how many have each trait, and use each op, and seconds of each."""

    count: int
    traits: Counter[str]
    ops: Counter[str]
    seconds: float


def seen(batch: Batch, *, smooth: bool) -> Seen:
    """What is drawn in one run."""
    found: list[Case] = []

    def keep(case: Case, _: Draw) -> None:
        found.append(case)

    start = process_time()
    batch.hold(programs(usable(), smooth=smooth), keep)
    seconds = process_time() - start
    known = [Program(case) for case in found]
    traits = Counter(name for name, (has, _) in TRAITS.items() for program in known if has(program))
    names = Counter(type(step.op).__name__ for case in found for step in case.steps)
    return Seen(len(found), traits, names, seconds)


def measure(run: Run, jobs: Sequence[Batch]) -> tuple[list[Promise], Table]:
    """The promises, and the share of each trait, away from kinks and ties and at them."""
    promises: list[Promise] = []
    table = Table("program", "at least", "smooth", "at kinks and ties", title="what programs have")
    shares: dict[str, list[float]] = {name: [] for name in TRAITS}
    costs: list[str] = []
    for smooth, where in ((True, "smooth"), (False, "rough")):
        parts = run(partial(seen, smooth=smooth), jobs, f"{where} programs")
        total = sum(part.count for part in parts)
        for name, (_, floor) in TRAITS.items():
            shares[name].append(sum(part.traits[name] for part in parts) / total)
            promises.append(_at_least(f"{where} programs with {name}", shares[name][-1], floor))
        first = Counter[str]()
        for part in parts[: SOON // RUN]:
            first.update(part.ops)
        missing = [entry.name for entry in usable() if entry.name not in first]
        few = f"ops not met in {min(SOON, total):,} {where} programs"
        promises.append(at_most(few, len(missing), 0, f" {', '.join(missing)}" if missing else ""))
        costs.append(f"{1e3 * sum(part.seconds for part in parts) / total:.1f} ms")
    for name, (_, floor) in TRAITS.items():
        table.add_row(name, f"{floor:.1%}", *(f"{share:.1%}" for share in shares[name]))
    table.add_row("drawn in", "", *costs)
    return promises, table


def _at_least(text: str, value: float, bar: float) -> Promise:
    return Promise(text, f"{value:.1%}", f"≥ {bar:.1%}", value >= bar)
