"""Sensitivity: an error of 1e-8 in the adjoint rule of one op is seen wherever it changes an adjoint.

A program's op is chosen at random, and its rule is wrong in one of two ways: in one entry of one adjoint of
one step, or in every entry wherever the op stands. Each plant is held to the law beside the oracle, by the
same cotangent.

Whether a plant changes an adjoint *in exact terms* is decided with an error of 1, that is with the entry
counted twice: the change of an adjoint is linear in the error of one entry (of every entry to first order),
so there is one of 1e-8 if there is one of 1. That counts where it is beyond the oracle's bounds, so that it
is no rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from random import Random
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from rich.table import Table

from checks.pool import Run
from checks.promise import Promise
from engine.array import Array, Shape
from engine.dtype import FLOAT64, DType
from engine.graph import Op
from engine.kinds import TensorOp
from engine.tensor import Tensor
from programs_measured.drawn import Batch, usable
from properties.adapters.reference import Reference
from properties.adapters.subject import Pullback
from properties.case import Case, Step
from properties.law import Draw
from properties.laws import LAWS
from properties.strategies.arrays import cotangents
from properties.strategies.programs import programs
from properties.verdict import Broken

T = TypeVar("T")

ERROR, TWICE = 1e-8, 1.0
ENOUGH = 0.99
LAW = "gradient_matches_numeric"
ONE, ALL = "one entry", "every entry"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is wrong: at these steps; in every entry, or in entry ``at[1]`` of adjoint ``at[0]``."""

    steps: frozenset[int]
    at: tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class Skewed(TensorOp):
    """An op of which the adjoints, or one entry of one, are 1 + ``error`` times the right ones."""

    op: Op
    error: float
    at: tuple[int, int] | None

    @property
    def arity(self) -> int | None:
        return self.op.arity

    def out_shape(self, *shapes: Shape) -> Shape:
        return self.op.out_shape(*shapes)

    def out_dtype(self, *dtypes: DType) -> DType:
        return self.op.out_dtype(*dtypes)

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        return self.op.compute_from(arrays)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        parts = self.op.gradient_as_tuple(out_grad, node)
        return tuple(self._skewed(slot, part) for slot, part in enumerate(parts))

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        return self.op.tangent_as_sum(in_tangents, moves, node)

    def _skewed(self, slot: int, part: Tensor) -> Tensor:
        factors = np.ones(part.shape, part.dtype)
        if self.at is None:
            factors += self.error
        elif self.at[0] == slot:
            factors.reshape(-1)[self.at[1]] += self.error
        return part * Tensor.make_const(factors)


class Planted(Reference):
    """The reference engine, but for one rule in one place."""

    def __init__(self, place: Place, error: float) -> None:
        super().__init__()
        self.place: Place = place
        self.error: float = error

    def pullback(self, case: Case) -> Pullback:
        steps = [
            Step(Skewed(step.op, self.error, self.place.at), step.args) if at in self.place.steps else step
            for at, step in enumerate(case.steps)
        ]
        return super().pullback(Case(case.inputs, tuple(steps), case.constants))


class Same:
    """Draws the same values for every check of a case."""

    def __init__(self, draw: Draw) -> None:
        self.draw: Draw = draw
        self.drawn: int = 0

    def __call__(self, strategy: SearchStrategy[T], /) -> T:
        self.drawn += 1
        return self.draw(st.shared(strategy, key=f"draw {self.drawn}"))


@dataclass(slots=True)
class Caught:
    """What became of the plants of one op and kind.

    ``idle``: an error of 1 changes no bit of an adjoint. ``hidden``: it changes some, within the oracle's
    bounds, as where two paths cancel. ``missed``: it goes beyond them, and the small error was not seen.
    """

    caught: int = 0
    idle: int = 0
    hidden: int = 0
    missed: list[str] = field(default_factory=list[str])

    def add(self, other: Caught) -> None:
        """Those of another run too."""
        self.caught += other.caught
        self.idle += other.idle
        self.hidden += other.hidden
        self.missed.extend(other.missed)

    @property
    def count(self) -> int:
        """The plants that change an adjoint."""
        return self.caught + len(self.missed)


Tally = dict[tuple[str, str], Caught]
"""By op and kind."""


def is_caught(case: Case, draw: Draw, place: Place, error: float) -> bool:
    """Whether the law says that the engine with this plant is broken."""
    try:
        LAWS[LAW].check(Planted(place, error), case, Same(draw))
    except Broken:
        return True
    return False


def changes(case: Case, draw: Draw, place: Place) -> bool:
    """Whether an error of 1 changes a bit of an adjoint."""
    out_grad = Same(draw)(cotangents(*case.specs()[-1]))
    right, wrong = (subject.gradient(case, out_grad) for subject in (Reference(), Planted(place, TWICE)))
    return any(a.tobytes() != b.tobytes() for a, b in zip(right, wrong, strict=True))


def places(case: Case, random: Random) -> dict[str, Place]:
    """One plant of each kind in the rule of one op of the program, all of them chosen at random."""
    names = sorted({type(step.op).__name__ for step in case.steps})
    name = random.choice(names)
    steps = [at for at, step in enumerate(case.steps) if type(step.op).__name__ == name]
    found = {ALL: Place(frozenset(steps), None)}
    specs, one = case.specs(), random.choice(steps)
    sizes = [prod(specs[arg][0]) for arg in case.steps[one].args]
    entries = [(slot, entry) for slot, size in enumerate(sizes) for entry in range(size)]
    if entries:
        found[ONE] = Place(frozenset([one]), random.choice(entries))
    return found


def tried(batch: Batch, error: float) -> Tally:
    """One run of programs, each with a plant of each kind."""
    found: Tally = {}
    random = Random(f"{batch.seed} {batch.number}")

    def check(case: Case, draw: Draw) -> None:
        chosen = places(case, random)
        if any(dtype is not FLOAT64 for _, dtype in case.specs()):
            return
        for kind, place in chosen.items():
            name = type(case.steps[min(place.steps)].op).__name__
            tally = found.setdefault((name, kind), Caught())
            if not changes(case, draw, place):
                tally.idle += 1
            elif not is_caught(case, draw, place, TWICE):
                tally.hidden += 1
            elif is_caught(case, draw, place, error):
                tally.caught += 1
            else:
                tally.missed.append(f"{name}, {kind}, {place}: {case!r}")

    batch.hold(programs(usable()), check)
    return found


def measure(run: Run, jobs: Sequence[Batch], error: float = ERROR) -> tuple[list[Promise], Table, list[str]]:
    """The promises for both kinds, the share caught by op, and the plants that were missed."""
    whole: Tally = {}
    for part in run(partial(tried, error=error), jobs, "planted errors"):
        for key, tally in part.items():
            whole.setdefault(key, Caught()).add(tally)
    columns = [f"{kind}: {what}" for kind in (ONE, ALL) for what in ("plants", "idle", "hidden", "caught")]
    table = Table("op", *columns, title=f"an error of {error:g} in one rule")
    for name in sorted({name for name, _ in whole}):
        cells = [whole.get((name, kind), Caught()) for kind in (ONE, ALL)]
        table.add_row(name, *(text for cell in cells for text in _row(cell)))
    promises: list[Promise] = []
    for kind in (ONE, ALL):
        total = Caught()
        for (_, each), tally in whole.items():
            if each == kind:
                total.add(tally)
        share = total.caught / max(total.count, 1)
        text = (
            f"an error of {error:g} in {kind} of a rule: caught in {total.count:,} programs that it changes"
        )
        promises.append(Promise(text, f"{share:.2%}", f"≥ {ENOUGH:.0%}", share >= ENOUGH))
    return promises, table, [each for tally in whole.values() for each in tally.missed]


def _row(tally: Caught) -> list[str]:
    share = f"{tally.caught / tally.count:.1%}" if tally.count else ""
    return [str(tally.count), str(tally.idle), str(tally.hidden), share]
