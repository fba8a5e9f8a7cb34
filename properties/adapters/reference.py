"""The adapter of the reference engine.

The engine is given the case's own arrays (``make_const`` does not copy), so that a law can see whether they
were written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, field
from typing import TypeVar

from engine.array import Array
from engine.catalogue import CATALOGUE
from engine.errors import CycleError
from engine.forward import pushforward
from engine.graph import Op
from engine.mode import eager, lazy
from engine.reverse import pullback
from engine.tensor import Tensor
from engine.topo import Node, find_topo_sort
from properties.adapters.counting import adjoints_said, counted, metered
from properties.adapters.reference_calls import apply, program
from properties.adapters.subject import Capability, Mix, Moves, Pullback, Subject, Work
from properties.case import Case, Digraph
from properties.verdict import Given

N = TypeVar("N", bound=Node)


@dataclass(eq=False, slots=True)
class Numbered:
    """A node that knows its number, and nothing but what it is made of."""

    number: int
    inputs: Sequence[Numbered] = field(default=(), repr=False)


class Reference(Subject):
    """The engine of this distribution."""

    name: str = "reference"
    capabilities: Capability = ~Capability(0)

    mixes: tuple[Mix, ...] = tuple(Mix)

    def __init__(self, *, lazy_mode: bool = False) -> None:
        self.lazy_mode = lazy_mode

    def supports(self, op: Op) -> bool:
        return type(op).__name__ in CATALOGUE

    def forward(self, case: Case) -> Array:
        with self._mode():
            return self._values(case)[-1].realize_cached_data()

    def pullback(self, case: Case) -> Pullback:
        with self._mode():
            values = self._values(case)
        variables = [values[number] for number in case.variables]

        def pull(out_grad: Array) -> tuple[Array, ...]:
            with self._mode():
                return _arrays(self.pulled([values[-1]], variables, _constants([out_grad])))

        return pull

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        """The adjoints of the variables. All reverse mode of this adapter comes by here."""
        return pullback(outputs, variables, out_grads)

    def pushed(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], in_tangents: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        """The tangents of the outputs. All forward mode of this adapter comes by here."""
        return pushforward(outputs, variables, in_tangents)

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        """The topological order. All sorting of this adapter comes by here."""
        return find_topo_sort(roots)

    def joint_gradient(
        self, case: Case, outputs: Sequence[int], out_grads: Sequence[Array]
    ) -> tuple[Array, ...]:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            roots = [values[number] for number in outputs]
            return _arrays(self.pulled(roots, variables, _constants(out_grads)))

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            (moved,) = self.pushed([values[-1]], variables, _constants(in_tangents))
            return moved.realize_cached_data()

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        with self._mode():
            values = self._values(case)
            inside, outside = [values[number] for number in inner], [values[number] for number in outer]
            along, then = _constants(list(inner.values())), _constants(list(outer.values()))
            seed = _constants([out_grad])
            if mix in (Mix.FORWARD_OVER_REVERSE, Mix.REVERSE_OVER_REVERSE):
                first, weights = self.pulled([values[-1]], inside, seed), along
            else:
                first, weights = self.pushed([values[-1]], inside, along), seed
            if mix in (Mix.FORWARD_OVER_REVERSE, Mix.FORWARD_OVER_FORWARD):
                return _arrays(self.pushed(first, outside, then))
            return _arrays(self.pulled(first, outside, weights))

    def second_pullback(self, case: Case, out_grad: Array, in_cotangents: Sequence[Array]) -> Array:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            seed = Tensor.make_const(out_grad, requires_grad=True)
            adjoints = self.pulled([values[-1]], variables, [seed])
            return _arrays(self.pulled(adjoints, [seed], _constants(in_cotangents)))[0]

    def third(self, case: Case, out_grad: Array, along: Sequence[Array]) -> tuple[Array, ...]:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            moved: Sequence[Tensor] = [values[-1]]
            for _ in range(2):
                moved = self.pushed(moved, variables, _constants(along))
            return _arrays(self.pulled(moved, variables, _constants([out_grad])))

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        with self._mode():
            inputs = self._inputs(case)
            values = [each.detach() if number == value else each for number, each in enumerate(inputs)]
            for step in case.steps:
                made = apply(step, [values[arg] for arg in step.args])
                values.append(made.detach() if len(values) == value else made)
            variables = [inputs[number] for number in case.variables]
            return _arrays(self.pulled([values[-1]], variables, _constants([out_grad])))

    def lazily(self) -> Subject:
        twin = copy(self)
        twin.lazy_mode = True
        return twin

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        counting, counts = counted(case)
        with lazy():
            output = self._values(counting)[-1]
            built = tuple(each.computed for each in counts)
            output.realize_cached_data()
            output.realize_cached_data()
        return built, tuple(each.computed for each in counts)

    def gradient_work(self, case: Case, out_grad: Array, wanted: int) -> Work:
        counting, rules = counted(case)
        with self._mode():
            values = self._values(counting)
            asked = case.variables if self.lazy_mode else (wanted,)
            seed = Tensor.make_const(out_grad, requires_grad=True)  # lest adjoints forget what made them
            adjoints = self.pulled([values[-1]], [values[number] for number in asked], [seed])
            read = adjoints[asked.index(wanted)]
            said = list(adjoints_said(case, rules))
            given = frozenset[Tensor]() if self.lazy_mode else frozenset(values)
            made_of = {value: below for each in rules for value, below in each.made_of.items()}
            counts = metered([*values, *adjoints, *made_of, *(each for _, each in said)], given)
            graph = {value: () if value in given else made_of.get(value, value.inputs) for value in counts}
            for value, each in counts.items():  # a constant forgets its inputs once it is computed
                if value.op is None and graph[value]:
                    each.computed = 1
            before = tuple(each.computed for each in counts.values())
            read.realize_cached_data()
            read.realize_cached_data()
        number = {value: at for at, value in enumerate(counts)}
        others = tuple(at for at in range(len(case.inputs)) if at != wanted or self.lazy_mode)
        passed = Case(case.inputs, case.steps, others).varying()
        return Work(
            [[number[below] for below in graph[value]] for value in counts],
            (number[read], *(number[each] for of, each in said if of in passed)),
            before,
            tuple(each.computed for each in counts.values()),
        )

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        values = self._values(case)
        number = {value: at for at, value in enumerate(values)}
        return [tuple(number[value] for value in self.ordered([values[-1]])) for _ in range(times)]

    def sort(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        nodes = _nodes(graph)
        return tuple(node.number for node in self.ordered([nodes[root] for root in roots]))

    def cycle(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        nodes = _nodes(graph)
        try:
            self.ordered([nodes[root] for root in roots])
        except CycleError as error:
            return tuple(node.number for node in error.cycle if isinstance(node, Numbered))
        return ()

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        counting, counts = counted(case)
        self.pullback(counting)(out_grad)
        return tuple(each.differentiated for each in counts)

    def tangent_rule_counts(self, case: Case, in_tangents: Sequence[Array]) -> tuple[int, ...]:
        counting, counts = counted(case)
        self.tangent(counting, in_tangents)
        return tuple(each.moved for each in counts)

    def source(self, case: Case, given: Given) -> str:
        return program(case, given)

    def _mode(self) -> AbstractContextManager[None]:
        return lazy() if self.lazy_mode else eager()

    def _inputs(self, case: Case) -> list[Tensor]:
        variables = set(case.variables)
        return [
            Tensor.make_const(array, requires_grad=number in variables)
            for number, array in enumerate(case.inputs)
        ]

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        for step in case.steps:
            values.append(apply(step, [values[arg] for arg in step.args]))
        return values


def _constants(arrays: Sequence[Array]) -> list[Tensor]:
    return [Tensor.make_const(array) for array in arrays]


def _arrays(tensors: Sequence[Tensor]) -> tuple[Array, ...]:
    return tuple(tensor.realize_cached_data() for tensor in tensors)


def _nodes(graph: Digraph) -> list[Numbered]:
    nodes = [Numbered(number) for number in range(len(graph))]
    for node, below in zip(nodes, graph, strict=True):
        node.inputs = [nodes[number] for number in below]
    return nodes
