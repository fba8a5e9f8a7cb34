"""How many units of the last place each elementwise op's derivatives are off, over the whole range of floats.

    python scripts/measure_accuracy.py [--points N] [--seed N] [--op NAME ...] [--check]

Run it in the checkout, with the test tools installed. It writes docs/accuracy.md, or with ``--op`` prints
these rows only. If a row is off by more than the law ``derivative_is_accurate`` allows, it writes nothing,
names the op and exits with 1: the page has no such row.
``--check`` measures nothing: it looks whether the page has a row for each elementwise op and dtype.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from engine.catalogue import CATALOGUE, Entry
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.graph import Op
from properties.adapters.reference import Reference
from properties.adapters.subject import Mix
from properties.case import Case, one_step, slot_domains
from properties.laws.accuracy import Off, measured
from properties.strategies.arrays import array_of
from properties.strategies.tails import tails
from properties.truths import TRUTHS

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
POINTS = 2000
DTYPES: tuple[DType, ...] = (FLOAT64, FLOAT32)
MIXES = (Mix.REVERSE_OVER_REVERSE, Mix.FORWARD_OVER_REVERSE)
SHAPE = (2,)
"""The shape of which an op's instances are asked for; elementwise ops have the same for all."""


@dataclass(frozen=True, slots=True)
class Row:
    """The worst that was seen of one op in one dtype, over all its instances, in every mode or mix."""

    op: str
    dtype: DType
    points: int
    firsts: tuple[Off, ...]
    second: Off | None

    @property
    def holds(self) -> bool:
        """Whether nothing is further off than the law allows."""
        worst = [*self.firsts, *([self.second] if self.second else [])]
        return all(off.by <= off.most for off in worst)

    def __str__(self) -> str:
        firsts = "; ".join(f"{off.by:.2f} at {_spelled(off)}" for off in self.firsts)
        eps = float(np.finfo(self.dtype).eps)
        second = f"{self.second.by * eps:.1e}" if self.second else ""
        return f"| `{self.op}` | {self.dtype} | {self.points} | {firsts} | {second} |"


def _spelled(off: Off) -> str:
    return ", ".join(f"{x:.6g}" for x in off.point)


def elementwise() -> list[Entry]:
    """The elementwise ops by name."""
    return sorted((entry for entry in CATALOGUE.values() if entry.elementwise), key=lambda entry: entry.name)


def measure(entry: Entry, dtype: DType, points: int, seed: int) -> Row:
    """So many points or a few more, an equal share for each instance and each of two mixes of modes."""
    instances = list(entry.op.instances(*[SHAPE] * len(entry.domains)))
    each = -(-points // len(instances) // len(MIXES))
    random = Random(f"{seed} {entry.name} {dtype}")
    firsts: dict[int, Off] = {}
    second: Off | None = None
    for op in instances:
        for mix in MIXES:
            case = drawn(op, entry, dtype, each, random)
            for off in measured(Reference(), case, mix):
                (at, *then) = off.inputs
                if then:
                    second = off if second is None or off.by > second.by else second
                elif at not in firsts or off.by > firsts[at].by:
                    firsts[at] = off
    return Row(
        entry.name,
        dtype,
        each * len(instances) * len(MIXES),
        tuple(firsts[at] for at in sorted(firsts)),
        second,
    )


def drawn(op: Op, entry: Entry, dtype: DType, count: int, random: Random) -> Case:
    """The op alone on as many points as that."""
    columns: list[list[float]] = []
    for domain in slot_domains(op, len(entry.domains)):
        numbers = [random.getrandbits(64) for _ in range(count)]
        before = [tuple(column[at] for column in columns) for at in range(count)]
        columns.append(tails(numbers, domain, dtype, before, TRUTHS[entry.op].near))
    inputs = [array_of(column, (count,), dtype) for column in columns]
    return one_step(op, *inputs).alone(0, inputs)


def page(rows: Sequence[Row]) -> str:
    """The page, with the measured rows and what is measured by the sizes of its terms."""
    names = {row.op for row in rows}
    cancelling = [
        f"- `{entry.name}`: {TRUTHS[entry.op].cancels}."
        for entry in elementwise()
        if entry.name in names and TRUTHS[entry.op].cancels
    ]
    return "\n".join([*HEAD, *map(str, rows), *MIDDLE, *cancelling, ""])


HEAD = [
    "# How accurate the derivatives are",
    "",
    "Written by `python scripts/measure_accuracy.py`. Each row is an elementwise op in one dtype: how many",
    "points, over the whole range of floats in every magnitude (subnormal numbers too), near the ends and",
    "poles of its domain and where something happens; for each input the worst error of the first derivative",
    "in either mode, in units of the last place (ulp) of the truth, with the point; and the worst relative",
    "error of the second derivatives, reverse over reverse and forward over reverse, where the truth is a",
    "normal number. The truth is in 80 digits ([0013](decisions/0013-accuracy-is-measured-in-ulp.md)).",
    "",
    "| op | dtype | points | first: worst ulp, at | second: worst, relative |",
    "|---|---|---|---|---|",
]
MIDDLE = [
    "",
    "First derivatives of these ops are measured in ulp of the largest of their terms, or of their sum:",
    "",
]


def missing(text: str) -> list[str]:
    """The rows that a page lacks."""
    wanted = [f"| `{entry.name}` | {dtype} |" for entry in elementwise() for dtype in DTYPES]
    return [row for row in wanted if row not in text]


def main(words: Sequence[str]) -> int:
    """Measure and write, print, or check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--op", nargs="*", default=[])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(words)
    if options.check:
        lacking = missing(PAGE.read_text(encoding="utf-8"))
        print("\n".join(lacking) or "every elementwise op is there")
        return int(bool(lacking))
    rows: list[Row] = []
    for entry in elementwise():
        if not options.op or entry.name in options.op:
            for dtype in DTYPES:
                rows.append(measure(entry, dtype, options.points, options.seed))
                print(rows[-1], flush=True)
    broken = [f"{row.op} in {row.dtype} is off by more than the law allows" for row in rows if not row.holds]
    if not options.op and not broken:
        PAGE.write_text(page(rows), encoding="utf-8")
    print("\n".join(broken), end="", file=sys.stderr)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
