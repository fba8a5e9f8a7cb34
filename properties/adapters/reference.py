"""The adapter of the reference engine.

The engine is given the case's own arrays (``make_const`` does not copy), so that a law can see whether they
were written to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import cycle
from typing import TypeVar

from engine import ops
from engine.array import Array
from engine.catalogue import CATALOGUE
from engine.errors import CycleError
from engine.forward import pushforward
from engine.graph import Op
from engine.mode import eager, lazy
from engine.reverse import pullback
from engine.tensor import Tensor
from engine.topo import Node, find_topo_sort
from properties.adapters.counting import counted, metered
from properties.adapters.subject import Capability, Mix, Moves, Pullback, Subject, Work
from properties.case import Case, Digraph, Step, literal
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
        return Reference(lazy_mode=True)

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
            parts = [
                pair
                for step, each in zip(case.steps, rules, strict=True)
                for pair in zip(cycle(step.args), each.parts, strict=False)
            ]
            given = frozenset[Tensor]() if self.lazy_mode else frozenset(values)
            counts = metered([*values, *adjoints, *(part for _, part in parts)], given)
            graph = {value: () if value in given else value.inputs for value in counts}
            before = tuple(each.computed for each in counts.values())
            read.realize_cached_data()
            read.realize_cached_data()
        number = {value: at for at, value in enumerate(counts)}
        others = tuple(at for at in range(len(case.inputs)) if at != wanted or self.lazy_mode)
        passed = Case(case.inputs, case.steps, others).varying()
        return Work(
            [[number[below] for below in graph[value]] for value in counts],
            (number[read], *(number[part] for of, part in parts if of in passed)),
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
        classes = {type(step.op) for step in case.steps}
        others = sorted(
            f"from {cls.__module__} import {cls.__name__}"
            for cls in classes
            if not cls.__module__.startswith("engine.")
        )
        lines = ["from numpy import array, dtype", "from engine import *", *others, ""]
        for number, array in enumerate(case.inputs):
            facts = ", requires_grad=False" if number in case.constants else ""
            lines.append(f"v{number} = Tensor({literal(array)}{facts})")
        for number, step in enumerate(case.steps, start=len(case.inputs)):
            lines.append(f"v{number} = {written(step)}")
        output, variables = f"v{case.output}", ", ".join(f"v{number}" for number in case.variables)
        lines.append(f"print({output})")
        lines.extend(_asked(output, f"[{variables}]", given))
        return "\n".join(lines)

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


def _asked(output: str, variables: str, given: Given) -> Iterator[str]:
    """The lines that ask for every derivative that a law may have asked for with what it chose."""
    chosen = {name: f"Tensor.make_const({literal(array)})" for name, array in given.arrays.items()}
    outer, inner = (
        f"[{', '.join(text for name, text in chosen.items() if name.startswith(kind))}]"
        for kind in ("in_tangents", "along")
    )
    if "out_grad" in chosen:
        yield f"out_grad = Tensor.make_const({literal(given.arrays['out_grad'])}, requires_grad=True)"
        yield f"adjoints = pullback({output}, {variables}, out_grad)"
        yield "print(adjoints)"
    if outer != "[]":
        yield f"print(pushforward([{output}], {variables}, {outer}))"
    if outer != "[]" and "out_grad" in chosen:
        yield f"print(pushforward(adjoints, {variables}, {outer}))"
    if inner != "[]":
        yield f"(moved,) = pushforward([{output}], {variables}, {inner})"
        yield "print(moved)"
    if inner != "[]" and "out_grad" in chosen:
        yield f"print(pullback(adjoints, {variables}, {inner}))"
        yield f"print(pullback(adjoints, [out_grad], {inner}))"
        yield f"print(pullback(moved, {variables}, out_grad))"
        bend = f"pushforward([moved], {variables}, {inner if outer == '[]' else outer})"
        yield f"print(*{bend})"
        yield f"print(pullback({bend}, {variables}, [out_grad]))"


_REDUCTIONS = {ops.Summation: ops.summation, ops.Max: ops.max, ops.LogSumExp: ops.logsumexp}


def apply(step: Step, tensors: Sequence[Tensor]) -> Tensor:
    """The op of a step as a user would call it: by its function where the axes are spelled out."""
    op, axes = step.op, step.spelling
    if axes == "canonical":
        return op(*tensors)
    match op:
        case ops.Summation() | ops.Max() | ops.LogSumExp():
            return _REDUCTIONS[type(op)](tensors[0], axes, op.keepdims)
        case ops.Transpose() if isinstance(axes, tuple):
            return ops.transpose(tensors[0], axes)
        case ops.Permute() if isinstance(axes, tuple):
            return ops.permute(tensors[0], axes)
        case ops.Concatenate() if isinstance(axes, int):
            return ops.concatenate(tensors, axes)
        case ops.Stack() if isinstance(axes, int):
            return ops.stack(tensors, axes)
        case _:
            raise AssertionError(f"{op!r} has no axes to be written as {axes!r}")


def written(step: Step) -> str:
    """The call that ``apply`` makes, as source."""
    args = [f"v{arg}" for arg in step.args]
    op = step.op
    if step.spelling == "canonical":
        return f"{op!r}({', '.join(args)})"
    if isinstance(op, ops.Concatenate | ops.Stack):
        return f"{type(op).__name__.lower()}([{', '.join(args)}], {step.spelling!r})"
    keepdims = ", keepdims=True" if getattr(op, "keepdims", False) else ""
    return f"{type(op).__name__.lower()}({args[0]}, {step.spelling!r}{keepdims})"


def _constants(arrays: Sequence[Array]) -> list[Tensor]:
    return [Tensor.make_const(array) for array in arrays]


def _arrays(tensors: Sequence[Tensor]) -> tuple[Array, ...]:
    return tuple(tensor.realize_cached_data() for tensor in tensors)


def _nodes(graph: Digraph) -> list[Numbered]:
    nodes = [Numbered(number) for number in range(len(graph))]
    for node, below in zip(nodes, graph, strict=True):
        node.inputs = [nodes[number] for number in below]
    return nodes
