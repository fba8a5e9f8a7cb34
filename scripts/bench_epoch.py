"""How long an epoch of training takes: the ratio of the engine's time to that of hand-written NumPy.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python scripts/bench_epoch.py [--rounds N]

Run it where gradlaws is installed. Both sides do the same work, from the shuffle to the accuracies, and are
taken in turn in one process, so that a noisy machine disturbs both alike; the figure is the median of the
rounds' ratios, beside the least and the largest. The images are noise: an epoch takes as long on any others.
That both sides compute the same is held by tests/examples/test_digits.py.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from examples import by_hand, solver
from examples.state import Dataset, Settings, Split, State

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each round."""

    by_hand: list[float]
    engine: list[float]

    def ratios(self) -> list[float]:
        """Of each round."""
        return [ours / theirs for ours, theirs in zip(self.engine, self.by_hand, strict=True)]


def noise(settings: Settings, train: int, test: int) -> Dataset:
    """As many images and labels, drawn at random."""
    rng = np.random.default_rng(0)
    pixels, classes = settings.sizes[0], settings.sizes[-1]
    both = [Split(rng.random((rows, pixels)), rng.integers(classes, size=rows)) for rows in (train, test)]
    return Dataset("noise", both[0], both[1], (1, pixels), tuple(map(str, range(classes))))


def measure(settings: Settings, data: Dataset, rounds: int) -> Times:
    """The times of the first epoch on both sides, after one that warms up."""
    state = solver.start(settings, data)

    def ours() -> State:
        return solver.one_epoch(settings, data, state, lambda loss: None)

    def theirs() -> State:
        return by_hand.one_epoch(settings, data, state)

    theirs()
    ours()
    times = Times([], [])
    for _ in range(rounds):
        times.by_hand.append(_seconds(theirs))
        times.engine.append(_seconds(ours))
    return times


def _seconds(run: Callable[[], State]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _count(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise ArgumentTypeError(f"got {given!r}; expected a whole number > 0")
    return int(given)


def main(arguments: Sequence[str]) -> None:
    """Measure and print the table."""
    parser = ArgumentParser(
        description="The time of an epoch on the engine, beside that of hand-written NumPy."
    )
    parser.add_argument("--rounds", type=_count, default=ROUNDS, help="how often each side is timed")
    rounds: int = parser.parse_args(arguments).rounds
    tasks = [
        (solver.DIGITS, 1_437, 360),
        (solver.MNIST, 8_000, 2_000),
        (solver.FASHION, 8_000, 2_000),
    ]
    table = Table("sizes", "batch", "images", "by hand", "engine", "ratio", "spread")
    for settings, train, test in tasks:
        times = measure(settings, noise(settings, train, test), rounds)
        ratios = times.ratios()
        table.add_row(
            "-".join(map(str, settings.sizes)),
            str(settings.batch),
            f"{train:,}",
            f"{median(times.by_hand) * 1e3:.0f} ms",
            f"{median(times.engine) * 1e3:.0f} ms",
            f"{median(ratios):.2f}",
            f"{min(ratios):.2f}–{max(ratios):.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
