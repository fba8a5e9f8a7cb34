"""False alarms: correct functions, checked many times at many magnitudes.

Half of the checks are of order 2; half give each entry a scale of its own; a quarter are in float32.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil

import numpy as np
from rich.table import Table

from checks.asked import ALARM, ANSWERS, CONTRADICTION, INCONCLUSIVE, REFUSAL, Answer, Ask, ask
from checks.functions import BY_NAME, SUBJECTS
from checks.pool import Run
from checks.promise import Promise
from engine.array import Array

ALARMS = (ALARM, CONTRADICTION, REFUSAL)
"""What a correct function must never meet."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A point, how it was drawn, and the seed of its check."""

    point: list[Array]
    dtype: str
    mixed: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One check of one function, which these fields determine; ``name:seed:number`` repeats it."""

    name: str
    seed: int
    number: int

    @property
    def order(self) -> int:
        """1 or 2."""
        return 1 + self.number % 2

    def drawn(self) -> Drawn:
        """What is checked."""
        random = np.random.default_rng([self.seed, self.number, *self.name.encode()])
        dtype = "float32" if random.random() < 1 / 4 else "float64"
        mixed = random.random() < 1 / 2
        point = BY_NAME[self.name].draw(random, dtype, mixed=mixed)
        return Drawn(point, dtype, mixed, int(random.integers(2**32)))

    def __str__(self) -> str:
        drawn = self.drawn()
        scale = "mixed scales" if drawn.mixed else "one scale"
        return f"--again '{self.name}:{self.seed}:{self.number}' ({drawn.dtype}, order {self.order}, {scale})"


def answer(trial: Trial, asked: Ask = ask) -> Answer:
    """What a checker says of the trial."""
    drawn = trial.drawn()
    return asked(BY_NAME[trial.name].function, drawn.point, trial.order, drawn.seed)


def again(text: str) -> str:
    """One trial by its name, its point and the answer."""
    name, seed, number = text.rsplit(":", 2)
    trial = Trial(name, int(seed), int(number))
    drawn, got = trial.drawn(), answer(trial)
    return f"{trial}\n{drawn.point!r}\nseed={drawn.seed}\n{got.verdict} {got.said}{'; '.join(got.causes)}"


@dataclass(slots=True)
class Tally:
    """The answers for one function, or for all."""

    answers: Counter[str] = field(default_factory=Counter[str])
    causes: Counter[str] = field(default_factory=Counter[str])
    undecided: float = 0.0

    def add(self, got: Answer) -> None:
        """One more."""
        self.answers[got.verdict] += 1
        self.causes.update(got.causes)
        self.undecided += got.undecided

    def row(self) -> list[str]:
        """The cells of a table."""
        count = max(self.answers.total(), 1)
        share = self.answers[INCONCLUSIVE] / count
        causes = "; ".join(f"{cause}: {times}" for cause, times in self.causes.most_common())
        counts = [str(self.answers[verdict]) for verdict in ANSWERS]
        return [*counts, f"{share:.1%}", f"{self.undecided / count:.1%}", causes]


def measure(
    run: Run, checks: int, seeds: Sequence[int], asked: Ask = ask
) -> tuple[list[Promise], Table, list[str]]:
    """The promise, the answers by function, and what was said in each alarm."""
    each = ceil(checks / len(SUBJECTS) / len(seeds))
    trials = [
        Trial(subject.name, seed, number) for seed in seeds for number in range(each) for subject in SUBJECTS
    ]
    answers = run(partial(answer, asked=asked), trials, "false alarms")
    by_name = {subject.name: Tally() for subject in SUBJECTS}
    whole = Tally()
    for trial, got in zip(trials, answers, strict=True):
        by_name[trial.name].add(got)
        whole.add(got)
    table = Table("function", *ANSWERS, "inconclusive", "entries", "causes", title="correct functions")
    for name, tally in by_name.items():
        table.add_row(name, *tally.row())
    table.add_row("all", *whole.row())
    alarms = sum(whole.answers[verdict] for verdict in ALARMS)
    said = ", ".join(f"{whole.answers[verdict]} {verdict}" for verdict in ALARMS if whole.answers[verdict])
    promise = Promise(
        f"false alarms in {len(trials)} checks of {len(SUBJECTS)} correct functions",
        f"{alarms}{f' ({said})' if said else ''}",
        "0",
        alarms == 0,
    )
    wrong = [
        f"{trial}: {got.verdict}: {got.said}"
        for trial, got in zip(trials, answers, strict=True)
        if got.verdict in ALARMS
    ]
    return [promise], table, wrong
