"""Speed, side by side: the time of each checker divided by that of torch's slow gradcheck, in one process.

In each round every checker has its turn on every function, so that a busy machine disturbs all alike; of the
ratios within a round the median is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np
from rich.progress import track
from rich.table import Table

from checks.functions import BY_NAME, SEVEN, Point
from checks.peers import PEERS
from checks.promise import Promise, at_most
from engine.array import computed
from properties.grads.check import check_grads

AGAINST = "torch gradcheck, slow"
CALLS = 3
FIRST, SECOND = "check_grads, order 1", "check_grads, order 2"
REVERSE = "check_grads, order 1, reverse mode"
BARS = {FIRST: 0.14, SECOND: 0.7}

Contenders = dict[str, dict[str, Callable[[], object]]]
"""A checker's call on each function, by the names of both."""


def ours(points: dict[str, Point]) -> Contenders:
    """``check_grads`` at its defaults, with reverse mode alone, and to order 2."""
    calls: Contenders = {FIRST: {}, REVERSE: {}, SECOND: {}}
    for name, point in points.items():
        f = BY_NAME[name].function
        calls[FIRST][name] = partial(check_grads, f, point)
        calls[REVERSE][name] = partial(check_grads, f, point, modes=("rev",))
        calls[SECOND][name] = partial(check_grads, f, point, 2)
    return calls


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = perf_counter()
    for _ in range(CALLS):
        call()
    return (perf_counter() - start) / CALLS


def measure(peers: Sequence[str], rounds: int, seed: int) -> tuple[list[Promise], Table]:
    """The promises and every ratio; without torch there is nothing to divide by."""
    random = np.random.default_rng(seed)
    points: dict[str, Point] = {
        name: [computed(random.uniform(0.5, 2, slot.shape)) for slot in BY_NAME[name].slots] for name in SEVEN
    }
    contenders = ours(points)
    for peer in peers:
        made = PEERS[peer]()
        contenders[peer] = {name: made.prepared(name, point) for name, point in points.items()}
    for by_name in contenders.values():
        for call in by_name.values():
            call()
    turns = [(who, name) for name in SEVEN for who in contenders]
    seconds: dict[tuple[str, str], list[float]] = {turn: [] for turn in turns}
    for _ in track(range(rounds), "speed"):
        for who, name in turns:
            seconds[who, name].append(timed(contenders[who][name]))
    return judged(seconds, list(contenders))


def judged(
    seconds: dict[tuple[str, str], list[float]], contenders: Sequence[str]
) -> tuple[list[Promise], Table]:
    """The promises and the table of the ratios, by the seconds of each checker on each function."""
    table = Table("checker", *SEVEN, "median", title=f"time, of that of {AGAINST} (milliseconds without it)")
    promises: list[Promise] = []
    for who in contenders:
        if AGAINST in contenders:
            found = [_ratio(seconds[who, name], seconds[AGAINST, name]) for name in SEVEN]
        else:
            found = [1e3 * median(seconds[who, name]) for name in SEVEN]
        table.add_row(who, *(f"{figure:.2f}" for figure in found), f"{median(found):.2f}")
        if who in BARS:
            text = f"{who}: time, of torch's slow gradcheck (median function)"
            promises.append(
                at_most(text, median(found), BARS[who], f" (slowest {max(found):.2g})")
                if AGAINST in contenders
                else Promise(text, "torch is not installed", f"≤ {BARS[who]:g}", None)
            )
    return promises, table


def _ratio(times: Sequence[float], by: Sequence[float]) -> float:
    """The median over the rounds."""
    return median(mine / other for mine, other in zip(times, by, strict=True))
