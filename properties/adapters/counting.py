"""Ops that count what they are asked, and refuse when a walk asks more often than a graph has edges."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from engine.array import Array, Shape
from engine.dtype import DType
from engine.graph import Op
from engine.kinds import TensorOp
from engine.tensor import Tensor
from engine.topo import post_order
from properties.case import Case, Step


class RunawayError(RuntimeError):
    """A walk called more rules than its graph has edges: one that follows paths would not come back."""


@dataclass(slots=True)
class Counts:
    """How often an op was asked for its value, its adjoint and its tangent; the adjoints it took and gave."""

    computed: int = 0
    differentiated: int = 0
    moved: int = 0
    taken: list[Tensor] = field(default_factory=list[Tensor])
    parts: list[Tensor] = field(default_factory=list[Tensor])
    made_of: dict[Tensor, tuple[Tensor, ...]] = field(default_factory=dict[Tensor, tuple[Tensor, ...]])


@dataclass(slots=True)
class Edges:
    """The edges of a graph, and how many calls of rules they leave."""

    number: int
    left: int

    def spend(self) -> None:
        """Take one call. Raises ``RunawayError`` for one more than there are edges."""
        self.left -= 1
        if self.left < 0:
            raise RunawayError(f"{self.number + 1} calls of rules in a graph of {self.number} edges")


@dataclass(frozen=True, slots=True, eq=False)
class Counting(TensorOp):
    """An op that counts what it is asked and hands everything on."""

    op: Op
    counts: Counts
    edges: Edges | None = None

    @property
    def arity(self) -> int | None:
        return self.op.arity

    def out_shape(self, *shapes: Shape) -> Shape:
        return self.op.out_shape(*shapes)

    def out_dtype(self, *dtypes: DType) -> DType:
        return self.op.out_dtype(*dtypes)

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        self.counts.computed += 1
        return self.op.compute_from(arrays)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        self._asked()
        self.counts.differentiated += 1
        self.counts.taken.append(out_grad)
        parts = self.op.gradient_as_tuple(out_grad, node)
        self.counts.parts.extend(parts)
        known = {out_grad, node, *node.inputs}  # the rule made what lies between these and its parts
        made = post_order(parts, lambda each: () if each in known else each.inputs)
        self.counts.made_of.update((each, each.inputs) for each in made)
        return parts

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        self._asked()
        self.counts.moved += 1
        return self.op.tangent_as_sum(in_tangents, moves, node)

    def _asked(self) -> None:
        if self.edges is not None:
            self.edges.spend()


def counted(case: Case) -> tuple[Case, list[Counts]]:
    """The case with each step's op in a counting wrapper, for one walk over its graph."""
    number = sum(len(step.args) for step in case.steps)
    counts, edges = [Counts() for _ in case.steps], Edges(number, left=number)
    steps = [
        Step(Counting(step.op, each, edges), step.args) for step, each in zip(case.steps, counts, strict=True)
    ]
    return Case(case.inputs, tuple(steps), case.constants), counts


def adjoints_said(case: Case, rules: Sequence[Counts]) -> Iterator[tuple[int, Tensor]]:
    """The adjoints that the rules of the steps took, and the parts that they gave; of which value each is."""
    for result, (step, each) in enumerate(zip(case.steps, rules, strict=True), len(case.inputs)):
        yield from ((result, taken) for taken in each.taken)
        yield from zip(cycle(step.args), each.parts, strict=False)  # a rule may be called several times


def metered(roots: Sequence[Tensor], given: Collection[Tensor]) -> dict[Tensor, Counts]:
    """The values that the roots are made of, down to those given, each with counts, kept from now on."""
    order = post_order(roots, lambda value: () if value in given else value.inputs)
    return {value: Counts() if value in given else _meter(value) for value in order}


def _meter(value: Tensor) -> Counts:
    """A value that holds its array has been computed once."""
    if isinstance(value.op, Counting):
        return value.op.counts
    counts = Counts()
    if value.op is not None:
        counts.computed = int(value.cached_data is not None)
        value.op = Counting(value.op, counts)
    return counts
