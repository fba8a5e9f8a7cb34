"""Engines that sort, walk, wait or cut wrongly: the reference engine, but for one answer about the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from engine.array import Array, as_array
from engine.dtype import FLOAT64
from engine.errors import CycleError
from engine.mode import lazy
from engine.ops.conversion import zeros_like
from engine.reverse import depending_on
from engine.tensor import Tensor
from engine.topo import Node, find_topo_sort, post_order
from properties.adapters.counting import counted
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Subject
from properties.case import Case

N = TypeVar("N", bound=Node)


class SortingTwice(Reference):
    """No visited set: a value stands in the order as often as paths lead to it."""

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        return [step for root in roots for step in (*self.ordered(root.inputs), root)]


class SortingForReverse(Reference):
    """The order in which reverse mode walks, the output first, handed out as the topological order."""

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        return find_topo_sort(roots)[::-1]


class SortingBackwards(Reference):
    """Depth first, the last input first."""

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        return post_order(roots, lambda value: value.inputs[::-1])


class SortingByMarks(Reference):
    """Visited values are marked, and stay marked when the sort is done."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: set[Node] = set()

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        order = post_order(roots, lambda value: [below for below in value.inputs if below not in self.marked])
        self.marked.update(order)
        return order


class SortingRootByRoot(Reference):
    """Each root is sorted by itself: what two of them share stands in the order twice."""

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        return [step for root in roots for step in find_topo_sort([root])]


class SortingByRecursion(Reference):
    """The textbook's recursion, which Python ends at a depth of about a thousand."""

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        order: dict[N, None] = {}

        def visit(node: N) -> None:
            if node not in order:
                for below in node.inputs:
                    visit(below)
                order[node] = None

        for root in roots:
            visit(root)
        return list(order)


class NamingTheWay(Reference):
    """The cycle is named together with the way from a root to it."""

    def ordered(self, roots: Sequence[N]) -> Sequence[N]:
        order: dict[N, None] = {}
        path: dict[N, None] = {}
        waiting = [list(roots)[::-1]]
        while waiting:
            if not waiting[-1]:
                waiting.pop()
                order.update([path.popitem()] if path else [])
                continue
            node = waiting[-1].pop()
            if node in path:
                raise CycleError(
                    "sort", "a cycle", "none", "build values from older ones only", (*path, node)
                )
            if node not in order:
                path[node] = None
                waiting.append(list(node.inputs)[::-1])
        return list(order)


class TangentsPathByPath(Reference):
    """A tangent is asked of its op by everyone who needs it, and kept for no one."""

    def pushed(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], in_tangents: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        passes = set(depending_on(set(variables), outputs))
        given = dict(zip(variables, in_tangents, strict=True))
        return [_tangent(output, passes, given) for output in outputs]


def _tangent(output: Tensor, passes: set[Tensor], given: Mapping[Tensor, Tensor]) -> Tensor:
    """Not recursive: what is under way stands on a stack, what is done on another."""
    waiting: list[tuple[Tensor, bool]] = [(output, False)]
    done: list[Tensor] = []
    while waiting:
        node, ready = waiting.pop()
        if node in given or node not in passes or node.op is None:
            done.append(given[node] if node in given else zeros_like(node))
        elif not ready:
            waiting += [(node, True), *((value, False) for value in reversed(node.inputs))]
        else:
            count = len(node.inputs)
            moves = [value in passes for value in node.inputs]
            done[-count:] = [node.op.tangent_as_sum(done[-count:], moves, node)]
    return done[0]


class Textbook(Reference):
    """An engine with reverse mode and nothing else, as most small ones are."""

    capabilities = Capability.FORWARD | Capability.GRADIENT


class PassingOnTheSum(Textbook):
    """A value adds up what reaches it, and passes the sum so far on each time that something does."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        passes = set(depending_on(set(variables), outputs))
        sums = dict(zip(outputs, out_grads, strict=True))
        waiting = [value for value in outputs if value in passes]
        while waiting:
            node = waiting.pop()
            if node.op is not None:
                parts = node.op.gradient_as_tuple(sums[node], node)
                for value, part in zip(node.inputs, parts, strict=True):
                    sums[value] = sums[value] + part if value in sums else part
                waiting += [value for value in node.inputs if value in passes]
        return [sums[value] if value in passes else zeros_like(value) for value in variables]


class PassingOnOnePart(Textbook):
    """The parts of an adjoint are added up and stored, and the first of them is what the rule is given."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        parts = {output: [seed] for output, seed in zip(outputs, out_grads, strict=True)}
        for node in reversed(depending_on(set(variables), outputs)):
            if node.op is not None:
                adjoints = node.op.gradient_as_tuple(parts[node][0], node)
                for value, part in zip(node.inputs, adjoints, strict=True):
                    parts.setdefault(value, []).append(part)
        return [
            sum(rest, start=first) for first, *rest in (parts.get(x) or [zeros_like(x)] for x in variables)
        ]


class DetachingNothing(Reference):
    """``detach`` returns the value itself."""

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        return self.gradient(case, out_grad)


class Fused(Reference):
    """A chain of ops is one kernel, which computes in float64 and returns what it has."""

    def forward(self, case: Case) -> Array:
        wide = tuple(as_array(array.astype(FLOAT64)) for array in case.inputs)
        return Reference.forward(self, Case(wide, case.steps, case.constants))


class Fusing(Reference):
    """An engine that fuses when it is lazy."""

    def lazily(self) -> Subject:
        return Fused(lazy_mode=True)


class Forgetful(Reference):
    """In lazy mode a value is computed for everyone who reads it, and kept for no one."""

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        counting, counts = counted(case)
        with lazy():
            output = self._values(counting)[-1]
        built = tuple(each.computed for each in counts)
        for _ in range(2):
            _read(output)
        return built, tuple(each.computed for each in counts)


def _read(value: Tensor) -> Array:
    if value.op is None:
        return value.realize_cached_data()
    inputs: Sequence[Array] = [_read(each) for each in value.inputs]
    return value.op.compute_from(inputs)
