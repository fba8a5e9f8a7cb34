"""What random programs promise, measured: diversity, agreement, sensitivity, shrinking.

    python scripts/measure_programs.py [--quick] [--programs N] [--only PART ...] [--seeds N ...]

Run it in the checkout, with the test tools installed. It prints the figures behind each promise, then one
table of the promises, and exits with 1 if one is not met.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is loaded, which happens below
sys.path.append(str(Path(__file__).parents[1]))  # the planted bugs are those of the tests

from rich.console import Console

from checks.pool import Run, on_processes
from checks.promise import Promise, broken, table_of
from programs_measured import agreement, diversity, plants, shrinking
from programs_measured.drawn import batches

PARTS = ("diversity", "agreement", "plants", "shrinking")
SEEDS = (20_551, 33_113, 58_027, 86_269)
"""Of the draws; no test and no other measurement starts from these."""
WHOLE, QUICK = 10_000, 600
SHOWN = 20
"""So many failures are printed, and so many plants that were missed."""


def measure(
    run: Run, parts: Sequence[str], programs: int, seeds: Sequence[int], console: Console
) -> list[Promise]:
    """The promises of these parts; their figures are printed."""
    found: list[Promise] = []
    jobs = batches(seeds, programs)
    if "diversity" in parts:
        promises, table = diversity.measure(run, jobs)
        found += promises
        console.print(table)
    if "agreement" in parts:
        promises, table, failures = agreement.measure(run, jobs)
        found += promises
        console.print(table, *_first(failures), sep="\n", markup=False)
    if "plants" in parts:
        promises, table, missed = plants.measure(run, jobs)
        found += promises
        console.print(table, *_first(missed), sep="\n", markup=False)
    if "shrinking" in parts:
        promises, table = shrinking.measure(run, seeds)
        found += promises
        console.print(table)
    return found


def _first(lines: Sequence[str]) -> list[str]:
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [*lines[:SHOWN], *more]


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Measure what random programs promise.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} programs in place of {WHOLE}")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N")
    parser.add_argument("--programs", type=int, metavar="N", help="so many for each figure")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 200)
    programs = options.programs or (QUICK if options.quick else WHOLE)
    with on_processes(options.workers) as run:
        promises = measure(run, options.only, programs, options.seeds, console)
    console.print(table_of(promises, "random programs"))
    return int(broken(promises))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
