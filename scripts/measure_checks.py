"""What ``check_grads`` promises, measured: sensitivity, false alarms, honest bounds, speed.

    python scripts/measure_checks.py [--quick] [--only PART ...] [--seeds N ...] [--again NAME:SEED:NUMBER]

Run it where gradlaws is installed; ``pip install '.[peers]'`` brings mpmath and the other checkers, and what
is missing is left out. It prints the figures behind each promise, then one table of the promises, and exits
with 1 if one is not met. ``--again`` repeats one check of a correct function.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy and torch are loaded, which happens below
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from rich.console import Console

from checks import alarms, bounds, sensitivity, speed
from checks.peers import PEERS, installed
from checks.pool import Run, on_processes
from checks.promise import Promise, broken, table_of

PARTS = ("sensitivity", "alarms", "bounds", "speed")
SEEDS = (40_961, 52_289, 77_617, 91_127)
"""Of the draws; no test and no other measurement starts from these."""
SHOWN = 40
"""So many alarms are printed."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    trials: int
    checks: int
    points: int
    rounds: int


WHOLE = Effort(trials=40, checks=10_000, points=400, rounds=15)
QUICK = Effort(trials=8, checks=800, points=40, rounds=3)


def measure(
    run: Run, parts: Sequence[str], effort: Effort, seeds: Sequence[int], console: Console
) -> list[Promise]:
    """The promises of these parts; their figures are printed."""
    found: list[Promise] = []
    peers = [name for name in PEERS if installed(name)]
    missing = sorted({name.split(maxsplit=1)[0] for name in PEERS if name not in peers})
    for library in missing:
        console.print(f"{library} is not installed: left out")
    if "sensitivity" in parts:
        promises, table = sensitivity.near(run, effort.trials, seeds[0])
        promise, scales = sensitivity.wide(run, effort.trials, seeds[0])
        found.extend([*promises, promise])
        console.print(table, scales, sensitivity.compare(run, peers, effort.trials, seeds[0]))
    if "alarms" in parts:
        promises, table, alarmed = alarms.measure(run, effort.checks, seeds)
        found.extend(promises)
        more = [f"… and {len(alarmed) - SHOWN} more"] if len(alarmed) > SHOWN else []
        console.print(table, *alarmed[:SHOWN], *more, sep="\n", markup=False)
    if "bounds" in parts and find_spec("mpmath") is None:
        console.print("mpmath is not installed: the bounds are not measured")
        found.append(Promise("honest bounds", "mpmath is not installed", "", None))
    elif "bounds" in parts:
        promises, table, beyond = bounds.measure(run, effort.points, seeds[0])
        found.extend(promises)
        console.print(table, *beyond, sep="\n", markup=False)
    if "speed" in parts:
        promises, table = speed.measure(peers, effort.rounds, seeds[0])
        found.extend(promises)
        console.print(table)
    return found


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Measure what check_grads promises.")
    parser.add_argument("--quick", action="store_true", help="fewer trials, checks, points and rounds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N")
    parser.add_argument("--again", metavar="NAME:SEED:NUMBER", help="repeat one check of a correct function")
    parser.add_argument("--workers", type=int, default=2, help="processes, but for speed")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 200)
    if options.again:
        console.print(alarms.again(options.again), markup=False)
        return 0
    with on_processes(options.workers) as run:
        promises = measure(run, options.only, QUICK if options.quick else WHOLE, options.seeds, console)
    console.print(table_of(promises))
    return int(broken(promises))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
