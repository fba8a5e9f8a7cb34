"""Programs: straight lines of ops whose values stay in every op's domain, by construction.

A program grows one step at a time (``properties.strategies.line``); nothing is thrown away afterwards. Most
steps build on the newest value, many beside a value that it is made of, so that paths of several lengths
meet; some take one value in two slots, and some leave the newest value unused. Where smoothness is not asked
the inputs are moved until an op is at a kink or tie of some of them, and a step is chosen that is at one.

The steps are decoded from drawn bytes, so many for each, whatever there is to choose from: a step is gone
where its first byte is small, and those behind it stay what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeVar

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.array import Array, Shape
from engine.catalogue import Entry
from engine.domain import DOMINANT, KINK_AT_0, REALS
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.graph import Op
from properties.case import Case, Step
from properties.strategies.arrays import BLOCK, draw_array
from properties.strategies.calls import calls, has_corners, spellings
from properties.strategies.corners import SMOOTH, corner_of, onto_corner
from properties.strategies.line import Args, Line, Manner
from properties.strategies.shapes import MOST_ENTRIES, SIZES, fitted

T = TypeVar("T")

MOST_INPUTS = 3
MOST_STEPS = 8
LARGEST_SQUARE = 4
"""One input in four or so is of square matrices whose diagonal dominates, for ops that take no others."""

GONE = 102
"""A step is gone if its first byte is less, which is so in two of five."""

SUMS = frozenset({"EWiseAdd", "EWiseMul"})
JOINTS = frozenset({"Concatenate", "MatMul", "Stack"})

RANKS = (0, 1, 2, 2, 3, 2, 1, 4)
DTYPES: tuple[DType, ...] = (FLOAT64, FLOAT64, FLOAT32)

_bytes: SearchStrategy[bytes] = st.binary(min_size=2 * BLOCK, max_size=2 * BLOCK)
"""As many as an array is drawn from: Hypothesis makes new cases by putting one draw in place of another."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A step before it is known what there is to choose from."""

    manner: int
    args: int
    spelling: int
    op: int


@dataclass(frozen=True, slots=True)
class Taste:
    """What programs are like. The last step has manners of its own.

    ``variables``: so many inputs at least are no constants. ``closing``: the last step's ops, if not all.
    """

    manners: Sequence[Manner]
    last_manners: Sequence[Manner]
    variables: int = 1
    sizes: Sequence[int] = SIZES
    closing: Sequence[Entry] = ()
    dtypes: Sequence[DType] = DTYPES


SHARING = Taste(
    (Manner.ON, Manner.BACK, Manner.FRESH, Manner.ANY, Manner.BACK, Manner.TWICE, Manner.BACK, Manner.ON),
    (Manner.ON, *[Manner.BACK] * 9),
)
"""Most values are used, and most programs use a value again."""


def joins(entry: Entry) -> bool:
    """Whether the op takes several values."""
    return len(entry.signature.inputs) > 1 or entry.signature.variadic


@st.composite
def programs(draw: DrawFn, pool: Sequence[Entry], *, smooth: bool = True, taste: Taste = SHARING) -> Case:
    """A program of one to eight steps over the ops of ``pool``, each of which has a second definition."""
    rough = [] if smooth else [entry for entry in pool if has_corners(entry)]
    plans = _plans(draw(_bytes), 2 if rough and taste.closing else 1)  # of a few cases only this is random
    rough_at, held, *head = draw(_bytes)
    inputs = _draw_inputs(draw, head, taste, few=bool(rough))
    rough_at %= max(1, len(plans) - 1)
    bent: tuple[Op, Args] | None = None
    if rough:
        inputs, bent = _bent(inputs, plans[rough_at], rough)
    if rough and not bent:
        call = draw(calls(rough[plans[rough_at].op % len(rough)], smooth=False))
        inputs, bent = (*call.inputs, *inputs[1:]), (call.steps[0].op, call.steps[0].args)
    line, closing = Line(inputs, smooth=smooth), taste.closing or pool
    steps: list[Step] = []
    for number, plan in enumerate(plans):
        if bent and number == rough_at:
            chosen: tuple[Op, Args] | None = _rough_step(plan, line, rough) or bent
        else:
            last = number == len(plans) - 1
            manners = taste.last_manners if last and number else taste.manners
            chosen = _step(plan, line, closing if last else pool, manners)
        if chosen is None:
            break
        op, args = chosen
        written = spellings(op, line.grids[args[0]].shape)
        steps.append(Step(op, args, written[plan.spelling % len(written)]))
        line.apply(op, args)
    if not steps:
        reject()  # a pool without Identity may have nothing for these inputs
    return Case(inputs, tuple(steps), _constants(held, line, len(inputs), taste.variables))


def _plans(drawn: bytes, least: int) -> list[Plan]:
    """The steps that are not gone, and plain ones until there are so many."""
    width = len(drawn) // MOST_STEPS
    found: list[Plan] = []
    for first in range(0, len(drawn), width):
        there, manner, args, spelling, *op = drawn[first : first + width]
        if there >= GONE:
            found.append(Plan(manner, args, spelling, int.from_bytes(op)))
    return [*found, *[Plan(0, 0, 0, 0)] * (least - len(found))]


def _draw_inputs(draw: DrawFn, head: Sequence[int], taste: Taste, *, few: bool) -> tuple[Array, ...]:
    """Three arrays at most, of ``few`` different numbers or of many.

    Three are drawn in any case, so that what is drawn behind them stays where it is as their number changes.
    """
    count, rank, mixed, *each = head
    sizes = [taste.sizes[size % len(taste.sizes)] for size in each[: RANKS[rank % len(RANKS)]]]
    shape = fitted(tuple(sizes))
    drawn: list[Array] = []
    for at in range(MOST_INPUTS):
        related, own, many = each[3 * at + 3 : 3 * at + 6]
        dtype = taste.dtypes[(own if mixed % 3 == 2 else each[5]) % len(taste.dtypes)]
        beside = _related(shape)[related % 4 if at else 0]
        if many % 4 == 1 and beside:
            drawn.append(draw_array(draw, _square(beside), dtype, DOMINANT))
        else:
            domain = KINK_AT_0 if few and many % 4 == 0 else REALS
            drawn.append(draw_array(draw, beside, dtype, domain, smooth=not few))
    return tuple(drawn[: taste.variables + count % (MOST_INPUTS + 1 - taste.variables)])


def _related(shape: Shape) -> list[Shape]:
    """Shapes that broadcast with this one, itself first, or that a matrix product takes beside it."""
    return [shape, shape[1:], (*shape[:-1], 1) if shape else shape, shape[::-1]]


def _square(shape: Shape) -> Shape:
    """A shape of square matrices beside this one: they can be solved with it as the right side."""
    size = min(shape[-2:][0], LARGEST_SQUARE)
    lead = shape[:-2] if prod(shape[:-2]) * size**2 <= MOST_ENTRIES else ()
    return (*lead, size, size)


def _bent(
    inputs: tuple[Array, ...], plan: Plan, rough: Sequence[Entry]
) -> tuple[tuple[Array, ...], tuple[Op, Args] | None]:
    """The inputs moved until an op is at a kink or tie of some of them, and this op; or as they are."""
    line = Line(inputs, smooth=False)
    for entry in _rotated(plan.op, rough):
        for choice in _rotated(plan.args, line.choices(entry, Manner.ANY)):
            for op in choice.ops:
                moved = onto_corner(op, [inputs[arg] for arg in choice.args], plan.spelling)
                if corner_of(op, moved) > SMOOTH:
                    placed = dict(zip(choice.args, moved, strict=True))
                    return tuple(placed.get(at, each) for at, each in enumerate(inputs)), (op, choice.args)
    return inputs, None


def _constants(held: int, line: Line, count: int, variables: int) -> Args:
    """The inputs that are constants: none, or some. One that the output is made of is a variable."""
    if count <= variables or held % 2 == 0:
        return ()
    needed = [number for number in line.below[-1] if number < count]
    kept = needed[held // 2 % len(needed)]
    others = [number for number in range(count) if number != kept][: count - variables]
    bits = 1 + held // 8 % (2 ** len(others) - 1)
    return tuple(number for at, number in enumerate(others) if bits >> at & 1)


def _step(plan: Plan, line: Line, pool: Sequence[Entry], manners: Sequence[Manner]) -> tuple[Op, Args] | None:
    """The drawn op, or the next that has any values in this manner; any step at all if none has."""
    manner = manners[plan.manner % len(manners)]
    for each in dict.fromkeys((manner, Manner.ON, Manner.ANY)):
        if line.allows(each):
            alone = each in (Manner.ON, Manner.ANY)
            for entry in _rotated(plan.op, pool if alone else _joining(pool)):
                found = line.choices(entry, each)
                if found:
                    choice = found[plan.args % len(found)]
                    return choice.ops[plan.spelling % len(choice.ops)], choice.args
    return None


def _joining(pool: Sequence[Entry]) -> list[Entry]:
    """The ops of several values, and those again that programs are mostly made of, which lose few digits."""
    found = [entry for entry in pool if joins(entry)]
    more = len(found) // 4
    return [
        *found,
        *(entry for entry in found for _ in range(more if entry.name in SUMS else entry.name in JOINTS)),
    ]


def _rough_step(plan: Plan, line: Line, rough: Sequence[Entry]) -> tuple[Op, Args] | None:
    """A step that is at a kink or tie, of the drawn op or the next that has any; nothing if none has."""
    for entry in _rotated(plan.op, rough):
        for choice in _rotated(plan.args, line.choices(entry, Manner.ANY)):
            for op in choice.ops:
                if line.at_corner(op, choice.args):
                    return op, choice.args
    return None


def _rotated(first: int, choices: Sequence[T]) -> list[T]:
    """The choices from one on, and then those before it."""
    start = first % len(choices) if choices else 0
    return [*choices[start:], *choices[:start]]
