"""Programs whose point is the shape of their graph: diamonds, fans, paths of unequal length, idle values.

A program grows by figures. A figure starts at a value, takes others where it needs them, and ends in a value
at which the next one starts. All values have one shape, and the ops are plain ones: sums of two and of many,
products, signs, halves. So every figure fits everywhere, and what a law finds is the walk's, not an op's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from math import prod

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine import ops
from engine.array import Array, Shape
from engine.catalogue import Entry
from engine.domain import KINK_AT_0, REALS
from engine.dtype import DType
from engine.graph import Op
from properties.case import Case, Step
from properties.strategies.arrays import LIMIT, draw_array, dtypes, laid_out, layouts
from properties.strategies.calls import draw_one, has_corners
from properties.strategies.programs import programs
from properties.strategies.shapes import often, seldom

MOST_STEPS = 24
"""No figure is begun beyond half of this, and none is longer than the other half."""

TALLEST = 2.0**10
"""No sum or product is made that may be larger than this, so that float32 keeps digits where terms cancel."""

HIGHEST_DEGREE = 4
"""Nor one that is a polynomial of higher degree: its derivatives would outgrow its values."""

_shapes: SearchStrategy[Shape] = st.sampled_from([(), (2,), (1,), (3,), (2, 2), (1, 3)])
_counts: SearchStrategy[int] = st.sampled_from([1, 2, 3, 4])


@dataclass(frozen=True, slots=True)
class Tools:
    """What a pool of ops offers to values of one shape."""

    links: Sequence[Op]
    """Of one value, no larger than it."""
    joins: Sequence[Op]
    """Of two values."""
    sums: Sequence[tuple[Op, Op]]
    """Of many: an op that puts them side by side, and one that adds them up."""
    bends: Sequence[Op]
    """With a kink where its one or both inputs are 0."""


@cache
def tools_of(classes: frozenset[type[Op]], shape: Shape) -> Tools:
    """The tools that are made of these classes of ops."""
    links = (ops.Identity(), ops.Negate(), ops.MulScalar(0.5), ops.MulScalar(-1.0))
    last = len(shape)
    sums: list[tuple[Op, Op]] = [
        (ops.Stack(0), ops.Summation((0,))),
        (ops.Stack(last), ops.Summation((last,))),
    ]
    if shape[:1] == (1,):
        sums.append((ops.Concatenate(0), ops.Summation((0,), keepdims=True)))
    return Tools(
        [op for op in links if type(op) in classes],
        [op for op in (ops.EWiseAdd(), ops.EWiseMul()) if type(op) in classes],
        [pair for pair in sums if classes.issuperset(map(type, pair))],
        [op for op in (ops.ReLU(), ops.Abs(), ops.Maximum()) if type(op) in classes],
    )


@dataclass(frozen=True, slots=True)
class Size:
    """How large the entries of a value may be, and of which degree it is as a polynomial."""

    height: float = LIMIT
    degree: int = 1

    def fits(self) -> bool:
        """Whether a program may hold such a value."""
        return self.height <= TALLEST and self.degree <= HIGHEST_DEGREE


@dataclass(slots=True)
class Growth:
    """A program that grows; ``sizes``: how large the values that figures may use can be."""

    draw: DrawFn
    tools: Tools
    inputs: int
    sizes: dict[int, Size]
    steps: list[Step] = field(default_factory=list[Step])

    def any(self) -> int:
        """A value, the newest first."""
        return draw_one(self.draw, [*self.sizes][::-1])

    def times(self) -> range:
        """Once or a few times over."""
        return range(self.draw(_counts))

    def link(self, v: int) -> int:
        """f(v); v itself where there is no f."""
        if not self.tools.links:
            return v
        return self._made(draw_one(self.draw, self.tools.links), (v,), self.sizes[v])

    def join(self, a: int, b: int) -> int:
        """a ∘ b or b ∘ a; where either would be too large, f(b)."""
        args = (a, b) if self.draw(often) else (b, a)
        sizes = [(op, _size_of(op, [self.sizes[a], self.sizes[b]])) for op in self.tools.joins]
        found = [(op, size) for op, size in sizes if size.fits()]
        if not found:
            return self.link(b)
        op, size = draw_one(self.draw, found)
        return self._made(op, args, size)

    def gather(self, values: Sequence[int]) -> int:
        """The sum of many values at once; where there is no such op, of one after the other."""
        size = _size_of(None, [self.sizes[v] for v in values])
        if self.tools.sums and size.fits():
            pile, add = draw_one(self.draw, self.tools.sums)
            self.steps.append(Step(pile, tuple(values)))
            return self._made(add, (self._newest(),), size)
        return reduce(self.join, values)

    def bend(self, v: int) -> int:
        """An op with a kink at v = 0, which v takes once or in both slots."""
        op = draw_one(self.draw, self.tools.bends)
        args = (v, self.link(v)) if isinstance(op, ops.Maximum) else (v,)
        return self._made(op, args, self.sizes[v])

    def _made(self, op: Op, args: tuple[int, ...], size: Size) -> int:
        self.steps.append(Step(op, args))
        self.sizes[self._newest()] = size
        return self._newest()

    def _newest(self) -> int:
        return self.inputs + len(self.steps) - 1


def _size_of(op: Op | None, sizes: Sequence[Size]) -> Size:
    """Of a product, or of a sum."""
    heights, degrees = [size.height for size in sizes], [size.degree for size in sizes]
    if isinstance(op, ops.EWiseMul):
        return Size(prod(heights), sum(degrees))
    return Size(sum(heights), max(degrees))


def _chain(made: Growth, v: int) -> int:
    """… f(f(v))."""
    for _ in made.times():
        v = made.link(v)
    return v


def _doubles(made: Growth, v: int) -> int:
    """v ↦ v ∘ v, again and again: one value in both slots."""
    for _ in made.times():
        v = made.join(v, v)
    return v


def _diamonds(made: Growth, v: int) -> int:
    """v ↦ f(v) ∘ g(v), again and again."""
    for _ in made.times():
        v = made.join(made.link(v), made.link(v))
    return v


def _ladder(made: Growth, v: int) -> int:
    """… f(f(v)) ∘ v: a long path and a short one meet."""
    return made.join(_chain(made, v), v)


def _meeting(made: Growth, v: int) -> int:
    """v ∘ w for any w."""
    return made.join(made.any(), v)


def _fan(made: Growth, v: int) -> int:
    """f(v) + g(v) + h(v) + …: v has many users, the sum has many inputs."""
    return made.gather([made.link(v), *(made.link(v) for _ in made.times())])


def _crowd(made: Growth, v: int) -> int:
    """v + w + …, of any values, of one more than once too."""
    return made.gather([v, *(made.any() for _ in made.times())])


def _idle(made: Growth, v: int) -> int:
    """f(w) that nobody reads, and then v ∘ v."""
    made.link(made.any())
    return made.join(v, v)


FIGURES: Sequence[Callable[[Growth, int], int]] = (
    _chain, _doubles, _diamonds, _ladder, _meeting, _fan, _crowd, _idle
)  # fmt: skip


@st.composite
def graph_programs(draw: DrawFn, pool: Sequence[Entry], *, smooth: bool = True) -> Case:
    """A program of one to four figures. Without ``smooth`` an op is at a kink, behind links at most.

    Of a pool that lacks what the figures are made of, or the kink, any program.
    """
    shape, dtype = draw(_shapes), draw(dtypes)
    tools = tools_of(frozenset(entry.op for entry in pool), shape)
    rough = not smooth and any(map(has_corners, pool))
    if not (tools.links or tools.joins or tools.sums) or (rough and not tools.bends):
        return draw(programs(pool, smooth=smooth))
    inputs = tuple(_input(draw, shape, dtype, rough=rough) for _ in range(draw(_counts)))
    made = Growth(draw, tools, len(inputs), {number: Size() for number in range(len(inputs))})
    v = made.any()
    if rough:
        v = made.bend(_chain(made, v) if draw(seldom) else v)
    for _ in range(draw(_counts)):
        if 2 * len(made.steps) > MOST_STEPS:
            break
        v = draw_one(draw, FIGURES)(made, v if draw(often) else made.any())
    if not made.steps:
        made.gather([v, v])
    held = Case(inputs, tuple(made.steps), _constants(draw, len(inputs)))
    return held if held.output in held.varying() else Case(inputs, held.steps)


def _constants(draw: DrawFn, inputs: int) -> tuple[int, ...]:
    """None; or some inputs, before the variables or among them."""
    if inputs == 1 or not draw(seldom):
        return ()
    if draw(often):
        return tuple(range(draw_one(draw, range(1, inputs))))
    return (draw_one(draw, range(inputs)),)


def _input(draw: DrawFn, shape: Shape, dtype: DType, *, rough: bool) -> Array:
    """An array; a rough one has a 0."""
    drawn = draw_array(draw, shape, dtype, KINK_AT_0 if rough else REALS, smooth=not rough)
    if not rough:
        return drawn
    pinned = drawn.copy()
    pinned.flat[0] = 0
    return laid_out(pinned, draw(layouts))
