"""Sensitivity: the smallest error, planted in one entry of a gradient, that is nearly always found.

The entry is chosen among those whose derivative is not 0, for of a 0 no share can be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from statistics import median

import numpy as np
from rich.table import Table

from checks.asked import ALARM, Ask, ask
from checks.functions import BY_NAME, SEVEN, SUBJECTS, Function, Point
from checks.peers import PEERS, Peer
from checks.plants import Skewed, in_catalogue, planted
from checks.pool import Run
from checks.promise import Promise, at_most
from engine.array import Array, computed
from engine.reverse import pullback
from engine.tensor import Tensor
from properties.grads.look import Mode

ERRORS: tuple[float, ...] = tuple(10.0**power for power in range(-16, 0))
ENOUGH = 0.95
NEAR, WIDE = 1e-11, 1e-9
MODES: tuple[Mode, ...] = ("rev", "fwd")


@dataclass(frozen=True, slots=True, eq=False)
class Plant:
    """Where an error is planted: entry ``at`` of argument ``number``, at a point; ``seed`` is the check's."""

    point: list[Array]
    number: int
    at: int
    seed: int


def plant(name: str, key: Sequence[int], *, wide: bool) -> Plant:
    """A random entry with a derivative: at a point near 1, or one of any magnitude."""
    random = np.random.default_rng([*key, *name.encode()])
    subject, chosen = BY_NAME[name], int(random.integers(2**32))
    while True:
        if wide:
            point = subject.draw(random, "float64", mixed=False)
        else:
            point = [computed(random.uniform(0.5, 2, slot.shape)) for slot in subject.slots]
        places = [
            (number, at)
            for number, adjoint in enumerate(_adjoints(subject.function, point, random))
            for at in range(adjoint.size)
            if adjoint.reshape(-1)[at]
        ]
        if places:
            number, at = places[int(random.random() * len(places))]
            return Plant(point, number, at, chosen)


def _adjoints(f: Function, point: Point, random: np.random.Generator) -> list[Array]:
    """The engine's adjoints for a random cotangent."""
    with np.errstate(all="ignore"):
        variables = [Tensor(array) for array in point]
        output = f(*variables)
        adjoints = pullback(output, variables, Tensor.make_const(random.uniform(0.5, 1.5, output.shape)))
        return [adjoint.numpy() for adjoint in adjoints]


@dataclass(frozen=True, slots=True)
class Job:
    """So many plants of one size in one function; in both modes by turns without ``mode``."""

    name: str
    mode: Mode | None
    error: float
    trials: int
    seed: int
    wide: bool = False


def share_found(job: Job, asked: Ask = ask) -> float:
    """The share of the plants that are flagged."""
    flagged = 0
    with in_catalogue():
        for number in range(job.trials):
            where = plant(job.name, (job.seed, number), wide=job.wide)
            op = Skewed(job.mode or MODES[number % 2], where.at, job.error)
            wrong = planted(BY_NAME[job.name].function, where.number, op)
            flagged += asked(wrong, where.point, 1, where.seed).verdict == ALARM
    return flagged / job.trials


def peer_share(peer: Peer, job: Job) -> float:
    """The share that another checker flags, of the same plants."""
    places = [plant(job.name, (job.seed, number), wide=job.wide) for number in range(job.trials)]
    flags = [peer.flags(job.name, where.point, where.number, where.at, job.error) for where in places]
    return sum(flags) / job.trials


def smallest(shares: Sequence[float]) -> float:
    """The smallest of ``ERRORS`` that is found often enough, as every larger one is."""
    found = inf
    for error, share in zip(reversed(ERRORS), reversed(shares), strict=True):
        if share < ENOUGH:
            break
        found = error
    return found


def bisected(share_of: Callable[[float], float]) -> float:
    """The same where larger errors are found more often: a few decades are tried."""
    low, high = 0, len(ERRORS)
    while low < high:
        middle = (low + high) // 2
        if share_of(ERRORS[middle]) >= ENOUGH:
            high = middle
        else:
            low = middle + 1
    return ERRORS[high] if high < len(ERRORS) else inf


def smallest_wide(name: str, trials: int, seed: int, asked: Ask = ask) -> float:
    """The smallest error found in one function at points of all magnitudes."""
    return bisected(lambda error: share_found(Job(name, None, error, trials, seed, wide=True), asked))


def smallest_of_peer(which: tuple[str, str], trials: int, seed: int) -> float:
    """The smallest error that another checker finds in one function, near 1."""
    peer, (_, name) = PEERS[which[0]](), which
    return bisected(lambda error: peer_share(peer, Job(name, None, error, trials, seed)))


def compare(run: Run, peers: Sequence[str], trials: int, seed: int) -> Table:
    """The other checkers on the same plants: the smallest error that each finds."""
    jobs = [(peer, name) for peer in peers for name in SEVEN]
    found = run(partial(smallest_of_peer, trials=trials, seed=seed), jobs, "other checkers")
    table = Table("smallest error found", *peers)
    for at, name in enumerate(SEVEN):
        table.add_row(name, *(f"{error:.0e}" for error in found[at :: len(SEVEN)]))
    return table


def near(run: Run, trials: int, seed: int, asked: Ask = ask) -> tuple[list[Promise], Table]:
    """The promises for inputs from U(1/2, 2), with the share found of each size of error."""
    lines: list[tuple[str, Mode]] = [(name, mode) for name in SEVEN for mode in MODES]
    jobs = [Job(name, mode, error, trials, seed) for name, mode in lines for error in ERRORS]
    shares = run(partial(share_found, asked=asked), jobs, "sensitivity near 1")
    rows = [shares[at : at + len(ERRORS)] for at in range(0, len(shares), len(ERRORS))]
    table = Table("function", "mode", *(f"{error:.0e}" for error in ERRORS), title="errors found, in %")
    for (name, mode), row in zip(lines, rows, strict=True):
        table.add_row(name, mode, *(f"{100 * share:.0f}" for share in row))
    worst = [max(smallest(one), smallest(other)) for one, other in zip(rows[::2], rows[1::2], strict=True)]
    promises = [
        at_most(f"smallest error found: {name}", error, NEAR)
        for name, error in zip(SEVEN, worst, strict=True)
    ]
    return promises, table


def wide(run: Run, trials: int, seed: int, asked: Ask = ask) -> tuple[Promise, Table]:
    """The promise for inputs from 1e-4 to 1e4: the median over all functions."""
    names = [subject.name for subject in SUBJECTS]
    work = partial(smallest_wide, trials=trials, seed=seed, asked=asked)
    found = run(work, names, "sensitivity at all scales")
    table = Table("function", "smallest error found", title="inputs from 1e-4 to 1e4")
    for name, error in sorted(zip(names, found, strict=True), key=lambda pair: pair[1]):
        table.add_row(name, f"{error:.0e}")
    return at_most(
        "smallest error found: median function, inputs from 1e-4 to 1e4", median(found), WIDE
    ), table
