"""Programs: straight lines of ops whose values stay in every op's domain, by construction.

A program grows one step at a time. The numbers that each value holds are known (from the second
definitions), so a step is chosen among those that are defined, and smooth where that is asked, for the
values at hand; nothing is thrown away afterwards. Values are used again, in both slots of an op too, and
some are not used at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.catalogue import Entry
from engine.domain import Domain
from engine.errors import ShapeError
from engine.graph import Op
from properties.case import Case, Step
from properties.grid import Grid
from properties.number import Arithmetic
from properties.references import second_definition
from properties.strategies.arrays import MARGIN, draw_array, dtypes
from properties.strategies.calls import draw_one, draw_spelling, legal
from properties.strategies.shapes import MOST_ENTRIES, draw_run, seldom

MOST_STEPS = 6
TALLEST = 16.0
"""No op is applied to an entry beyond ±TALLEST, so that nothing overflows, in float32 either."""

TRIED_INSTANCES = 12

_more_inputs: SearchStrategy[int] = st.integers(0, 2)
_lengths: SearchStrategy[int] = st.integers(1, MOST_STEPS)


@dataclass(frozen=True, slots=True)
class _Line:
    """The values of a program so far."""

    grids: list[Grid]
    smooth: bool

    def takes(self, domains: Sequence[Domain], args: Sequence[int]) -> bool:
        """Whether an op with these domains may be applied to these values."""
        each = [domains[min(at, len(domains) - 1)] for at in range(len(args))]
        entries = [[number.value for number in self.grids[arg].entries] for arg in args]
        for numbers, domain in zip(entries, each, strict=True):
            defined = domain.smooth_at if self.smooth else domain.contains
            if not all(abs(x) <= TALLEST and defined(x, MARGIN) for x in numbers):
                return False
        compared = sorted(
            x for numbers, domain in zip(entries, each, strict=True) if domain.ties for x in numbers
        )
        return not self.smooth or all(b - a > MARGIN for a, b in pairwise(compared))

    def candidates(self, entry: Entry) -> list[tuple[Op, tuple[int, ...]]]:
        """The ops of an entry and the values that they may be applied to, newest values first."""
        newest = range(len(self.grids))[::-1]
        arity = len(entry.signature.inputs) + entry.signature.variadic
        found: list[tuple[Op, tuple[int, ...]]] = []
        for args in product(newest, repeat=arity):
            shapes = [self.grids[arg].shape for arg in args]
            for op in legal(entry, shapes)[:TRIED_INSTANCES]:
                if _fits(op, shapes) and self.takes(op.domains(entry.domains), args):
                    found.append((op, args))
        return found


def _fits(op: Op, shapes: Sequence[tuple[int, ...]]) -> bool:
    try:
        out = op.out_shape(*shapes)
    except ShapeError:
        return False
    size = 1
    for extent in out:
        size *= extent
    return size <= MOST_ENTRIES


@st.composite
def programs(draw: DrawFn, pool: Sequence[Entry], *, smooth: bool = True) -> Case:
    """A program of one to six steps over the ops of ``pool``, each of which has a second definition."""
    dtype = draw(dtypes)
    shape = draw_run(draw, 2)
    related = [shape, shape[1:], (*shape[:-1], 1) if shape else shape]
    shapes = [shape, *(draw_one(draw, related) for _ in range(draw(_more_inputs)))]
    inputs = tuple([draw_array(draw, each, dtype) for each in shapes])
    arithmetic = Arithmetic(0.0)
    grids = [
        Grid(a.shape, [arithmetic.number(float(x)) for x in a.ravel().tolist()], arithmetic) for a in inputs
    ]
    line = _Line(grids, smooth)
    steps: list[Step] = []
    for _ in range(draw(_lengths)):
        choices = _choices(line, draw_one(draw, pool), pool)
        if not choices:
            break
        op, args = draw_one(draw, choices)
        steps.append(Step(op, args, draw_spelling(draw, op, grids[args[0]].shape)))
        grids.append(second_definition(op, [grids[arg] for arg in args]))
    if not steps:
        reject()  # a pool without Identity may have nothing for these inputs
    constants = (draw(_more_inputs) % len(inputs),) if len(inputs) > 1 and draw(seldom) else ()
    return Case(inputs, tuple(steps), constants)


def _choices(line: _Line, wanted: Entry, pool: Sequence[Entry]) -> list[tuple[Op, tuple[int, ...]]]:
    """The candidates of the wanted op, or of the next in the pool that has any; none if none has."""
    start = pool.index(wanted)
    for entry in (*pool[start:], *pool[:start]):
        found = line.candidates(entry)
        if found:
            return found
    return []
