"""Programs for higher derivatives: ops that curve, and ops that join values, so that few derivatives are 0.

Of most ops of a program drawn at random the second derivative is 0, and so it is of most such programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import cycle, islice
from math import prod
from operator import add

from hypothesis.strategies import SearchStrategy

from engine.array import Array, Shape
from engine.catalogue import Entry, entry_of
from engine.dtype import FLOAT64
from engine.graph import Op
from properties.case import Case, one_step, slot_domains
from properties.oracles.definition import Evaluation, evaluate
from properties.strategies.arrays import array_in
from properties.strategies.calls import has_corners, legal
from properties.strategies.line import Manner
from properties.strategies.programs import Taste, joins, programs
from properties.strategies.shapes import SIZES

MANNERS = (Manner.FRESH, Manner.BACK, Manner.FRESH, Manner.ON)
LAST_MANNERS = (Manner.FRESH, Manner.FRESH, Manner.BACK)

SIDE = 2
"""The size of every axis of the plain operands."""

NUMBERS = (0.75, 1.75, -1.25, 2.5, -0.5, 1.25, -2.0, 0.25)
SPEEDS = (1.0, -2.0, 3.0, 0.5, -1.5)
NEARBY = 2.0**-7
"""No two of the numbers change places over such a step."""


def curved_programs(pool: Sequence[Entry], *, smooth: bool = True) -> SearchStrategy[Case]:
    """Programs of the ops of ``pool`` that curve or join values, of two variables at least.

    Ops that bend are among them only off the smooth path. Without an op that curves the whole pool is used.
    Inputs are of float64: where ops curve again and again, float32 leaves few digits of a derivative.
    """
    curving = [entry for entry in pool if curves(entry)]
    others = [entry for entry in pool if entry not in curving and not is_flat(entry)]
    beside = [entry for entry in others if (not smooth if has_corners(entry) else joins(entry))]
    taste = Taste(MANNERS, LAST_MANNERS, variables=2, sizes=SIZES[:-1], closing=curving, dtypes=(FLOAT64,))
    return programs([*curving, *beside] if curving else pool, smooth=smooth, taste=taste)


@cache
def curves(entry: Entry) -> bool:
    """Whether some instance of the op has another derivative a little further along a direction."""
    for op in _plain(entry):
        here, there = _moved(op, 0.0), _moved(op, NEARBY)
        bounds = map(add, here.tangent_bounds, there.tangent_bounds)
        changes = zip(here.tangents, there.tangents, bounds, strict=True)
        if any(abs(before - after) > bound for before, after, bound in changes):
            return True
    return False


@cache
def is_flat(entry: Entry) -> bool:
    """Whether the derivative of every instance of the op is 0."""
    return not any(any(_moved(op, 0.0).tangents) for op in _plain(entry))


def _plain(entry: Entry) -> list[Op]:
    """The op's instances for matrices, or arrays of the rank that it takes."""
    return list(legal(entry, _shapes(entry)))


def _shapes(entry: Entry) -> list[Shape]:
    operands = [*entry.signature.inputs, *entry.signature.inputs[-1:] * entry.signature.variadic]
    return [(SIDE,) * max(2, len(operand)) for operand in operands]


def _moved(op: Op, by: float) -> Evaluation:
    """The op at plain numbers, so far along a direction, and its derivative along it."""
    shapes = _shapes(entry_of(op))
    domains = slot_domains(op, len(shapes))
    inputs: list[Array] = []
    along: dict[int, list[float]] = {}
    for slot, (shape, domain) in enumerate(zip(shapes, domains, strict=True)):
        size = prod(shape)
        inputs.append(array_in([x + slot / 8 for x in _taken(NUMBERS, size)], shape, FLOAT64, domain))
        along[slot] = _taken(SPEEDS, size + slot)[slot:]
    return evaluate(one_step(op, *inputs), along, offset=along, by=by)


def _taken(numbers: Sequence[float], count: int) -> list[float]:
    """So many of the numbers, over and over."""
    return list(islice(cycle(numbers), count))
