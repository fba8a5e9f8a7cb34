"""Programs: straight lines of ops whose values stay in every op's domain, by construction.

A program grows one step at a time. The numbers that each value holds are known (from the second
definitions), so a step is chosen among those that are defined, and smooth where that is asked, for the
values at hand; nothing is thrown away afterwards. Values are used again, in both slots of an op too, and
some are not used at all. Where smoothness is not asked, the inputs are those of a call at a kink or tie, and
more, and one step is chosen among those that are at one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import TypeVar

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.array import Array, Shape
from engine.catalogue import Entry
from engine.domain import KINK_AT_0, REALS
from engine.dtype import FLOAT64
from engine.errors import ShapeError
from engine.graph import Op
from properties.case import Case, Step, slot_domains
from properties.grid import Grid
from properties.number import Arithmetic
from properties.references import second_definition
from properties.strategies.arrays import MARGIN, array_of, draw_array, dtypes
from properties.strategies.calls import calls, draw_one, draw_spelling, has_corners, legal
from properties.strategies.corners import SMOOTH, corner_of
from properties.strategies.shapes import MOST_ENTRIES, draw_run, often, seldom

T = TypeVar("T")
Application = tuple[Op, tuple[int, ...]]
"""An op and the numbers of the values that it is applied to."""

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

    def takes(self, op: Op, args: Sequence[int]) -> bool:
        """Whether the op may be applied to these values."""
        each = slot_domains(op, len(args))
        entries = [[number.value for number in self.grids[arg].entries] for arg in args]
        for numbers, domain in zip(entries, each, strict=True):
            defined = domain.smooth_at if self.smooth else domain.contains
            if not all(abs(x) <= TALLEST and defined(x, MARGIN) for x in numbers):
                return False
        compared = sorted(
            x for numbers, domain in zip(entries, each, strict=True) if domain.ties for x in numbers
        )
        return not self.smooth or all(b - a > MARGIN for a, b in pairwise(compared))

    def at_corner(self, op: Op, args: Sequence[int]) -> bool:
        """Whether the op is at a kink or tie of these values, each in a slot of its own."""
        grids = [self.grids[arg] for arg in args]
        arrays = [array_of([x.value for x in grid.entries], grid.shape, FLOAT64) for grid in grids]
        return corner_of(op, arrays) > SMOOTH

    def candidates(self, entry: Entry) -> list[Application]:
        """The ops of an entry and the values that they may be applied to, newest values first."""
        newest = range(len(self.grids))[::-1]
        arity = len(entry.signature.inputs) + entry.signature.variadic
        found: list[Application] = []
        for args in product(newest, repeat=arity):
            shapes = [self.grids[arg].shape for arg in args]
            for op in legal(entry, shapes)[:TRIED_INSTANCES]:
                if _fits(op, shapes) and self.takes(op, args):
                    found.append((op, args))
        return found


def _fits(op: Op, shapes: Sequence[Shape]) -> bool:
    try:
        out = op.out_shape(*shapes)
    except ShapeError:
        return False
    return prod(out) <= MOST_ENTRIES


@st.composite
def programs(draw: DrawFn, pool: Sequence[Entry], *, smooth: bool = True) -> Case:
    """A program of one to six steps over the ops of ``pool``, each of which has a second definition."""
    rough = [] if smooth else [entry for entry in pool if has_corners(entry)]
    call = draw(calls(draw_one(draw, rough), smooth=False)) if rough else None
    inputs = _inputs_beside(draw, call) if call else _inputs(draw)
    arithmetic = Arithmetic(0.0)
    grids = [
        Grid(a.shape, [arithmetic.number(float(x)) for x in a.ravel().tolist()], arithmetic) for a in inputs
    ]
    line = _Line(grids, smooth)
    steps: list[Step] = []
    length = draw(_lengths)
    rough_step = draw_one(draw, range(length)) if call else -1
    for number in range(length):
        chosen = _rough_step(draw, line, rough) if number == rough_step else _step(draw, line, pool)
        if chosen is None and call and number == rough_step:
            chosen = call.steps[0].op, call.steps[0].args
        if chosen is None:
            break
        op, args = chosen
        steps.append(Step(op, args, draw_spelling(draw, op, grids[args[0]].shape)))
        grids.append(second_definition(op, [grids[arg] for arg in args]))
    if not steps:
        reject()  # a pool without Identity may have nothing for these inputs
    constants = (draw(_more_inputs) % len(inputs),) if len(inputs) > 1 and draw(seldom) else ()
    return Case(inputs, tuple(steps), constants)


def _inputs(draw: DrawFn) -> tuple[Array, ...]:
    dtype = draw(dtypes)
    shape = draw_run(draw, 2)
    shapes = [shape, *(draw_one(draw, _related(shape)) for _ in range(draw(_more_inputs)))]
    return tuple([draw_array(draw, each, dtype) for each in shapes])


def _inputs_beside(draw: DrawFn, call: Case) -> tuple[Array, ...]:
    """The inputs of a call at a kink or tie, and others, most of them of as few different numbers."""
    first = call.inputs[0]
    shapes = [draw_one(draw, [*_related(first.shape), draw_run(draw, 2)]) for _ in range(draw(_more_inputs))]
    domains = [KINK_AT_0 if draw(often) else REALS for _ in shapes]
    pairs = zip(shapes, domains, strict=True)
    return (
        *call.inputs,
        *[draw_array(draw, shape, first.dtype, each, smooth=False) for shape, each in pairs],
    )


def _related(shape: Shape) -> list[Shape]:
    """Shapes that broadcast with this one, itself first."""
    return [shape, shape[1:], (*shape[:-1], 1) if shape else shape]


def _step(draw: DrawFn, line: _Line, pool: Sequence[Entry]) -> Application | None:
    """A candidate of the wanted op, or of the next in the pool that has any; nothing if none has."""
    for entry in _rotated(draw, pool):
        found = line.candidates(entry)
        if found:
            return draw_one(draw, found)
    return None


def _rough_step(draw: DrawFn, line: _Line, rough: Sequence[Entry]) -> Application | None:
    """A candidate that is at a kink or tie, of a drawn op or the next that has any; nothing if none has."""
    for entry in _rotated(draw, rough):
        for op, args in _rotated(draw, line.candidates(entry)):
            if line.at_corner(op, args):
                return op, args
    return None


def _rotated(draw: DrawFn, choices: Sequence[T]) -> list[T]:
    """The choices from a drawn one on, and then those before it."""
    first = draw_one(draw, range(len(choices))) if choices else 0
    return [*choices[first:], *choices[:first]]
