"""Whether the oracles' bounds are honest: each rung of the ladder against derivatives in 60 digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
from rich.table import Table

from checks.exact import CURVES, DIGITS
from checks.pool import Run
from checks.promise import Promise, at_most
from engine.tensor import Tensor
from properties.oracles.ladder import LADDER
from properties.oracles.many_digits import mpmath
from properties.recording import record

BEYOND = 5e-4
WORST = 10.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one rung said at one point. ``ratio``: its true error as a multiple of its bound."""

    curve: str
    rung: str
    x: float
    decided: bool
    ratio: float = 0.0
    error: float = 0.0
    digits: float = 0.0


def sightings(number: int, seed: int, count: int, overclaim: float = 1.0) -> list[Sighting]:
    """One function at many points, by every rung, whose bounds are divided by ``overclaim``."""
    mp, curve = mpmath(), CURVES[number]
    found: list[Sighting] = []
    for x in curve.points(np.random.default_rng([seed, number]), count):
        with mp.workdps(DIGITS):
            truth = curve.slope(mp, mp.mpf(x))
        variable = Tensor(x)
        recording = record([curve.function(variable)], [variable])
        for rung in LADDER:
            with np.errstate(all="ignore"):
                said = rung.derivative(recording, [np.array(x)], np.ones(1))
            bound = float(said.bounds[0]) / overclaim
            if bound == inf:
                found.append(Sighting(curve.name, rung.name, x, decided=False))
                continue
            near = float(said.values[0])
            rest = float(said.values[0] - near)  # what a longdouble has beyond a float
            with mp.workdps(DIGITS):
                error = float(abs(mp.mpf(near) + mp.mpf(rest) - truth))
            ratio = error / bound if bound else inf if error else 0.0
            found.append(
                Sighting(curve.name, rung.name, x, True, ratio, error / abs(float(truth)), said.digits)
            )
    return found


def measure(
    run: Run, points: int, seed: int, overclaim: float = 1.0
) -> tuple[list[Promise], Table, list[str]]:
    """The promises for each rung, its figures, and the points beyond a bound."""
    work = partial(sightings, seed=seed, count=points, overclaim=overclaim)
    found = [each for several in run(work, range(len(CURVES)), "bounds") for each in several]
    table = Table(
        "oracle", "points", "undecided", "beyond", "worst ratio", "median error", "digits", title="bounds"
    )
    promises: list[Promise] = []
    for rung in dict.fromkeys(each.rung for each in found):
        of_rung = [each for each in found if each.rung == rung]
        decided = [each for each in of_rung if each.decided]
        beyond = sum(each.ratio > 1 for each in decided)
        worst = max((each.ratio for each in decided), default=inf)
        share = beyond / max(len(decided), 1)
        promises.append(at_most(f"{rung}: share of points beyond the bound", share, BEYOND))
        promises.append(at_most(f"{rung}: worst error as multiple of the bound", worst, WORST))
        table.add_row(
            rung,
            str(len(of_rung)),
            str(len(of_rung) - len(decided)),
            str(beyond),
            f"{worst:.2g}",
            f"{np.median([each.error for each in decided]):.1e}",
            f"{np.median([each.digits for each in decided]):.1f}",
        )
    return promises, table, _by_function([each for each in found if each.ratio > 1])


def _by_function(beyond: Sequence[Sighting]) -> list[str]:
    """The worst point of each rung and function that has one beyond the bound."""
    groups: dict[tuple[str, str], list[Sighting]] = {}
    for each in beyond:
        groups.setdefault((each.rung, each.curve), []).append(each)
    return [
        f"{rung}, {curve}: {len(group)} points beyond, worst {worst.ratio:.2g} times at x = {worst.x!r}"
        for (rung, curve), group in groups.items()
        for worst in [max(group, key=lambda each: each.ratio)]
    ]
