"""Engines that sort, wait or cut wrongly: the reference engine, but for one answer about the graph."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from engine.array import Array, as_array
from engine.dtype import FLOAT64
from engine.mode import lazy
from engine.tensor import Tensor
from engine.topo import find_topo_sort, post_order
from properties.adapters.reference import Counting, Counts, Reference
from properties.adapters.subject import Subject
from properties.case import Case, Step


class Sorting(Reference):
    """The reference engine with another topological sort."""

    @abstractmethod
    def sort(self, output: Tensor) -> list[Tensor]:
        """The topological order of what the output is made of."""

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        values = self._values(case)
        number = {value: at for at, value in enumerate(values)}
        return [tuple(number[value] for value in self.sort(values[-1])) for _ in range(times)]


class SortingTwice(Sorting):
    """No visited set: a value stands in the order as often as paths lead to it."""

    def sort(self, output: Tensor) -> list[Tensor]:
        return [*(below for value in output.inputs for below in self.sort(value)), output]


class SortingForReverse(Sorting):
    """The order in which reverse mode walks, the output first, handed out as the topological order."""

    def sort(self, output: Tensor) -> list[Tensor]:
        return find_topo_sort([output])[::-1]


class SortingBackwards(Sorting):
    """Depth first, the last input first."""

    def sort(self, output: Tensor) -> list[Tensor]:
        return post_order([output], lambda value: value.inputs[::-1])


class SortingByMarks(Sorting):
    """Visited values are marked, and stay marked when the sort is done."""

    def __init__(self) -> None:
        self.marked: set[Tensor] = set()
        self.lazy_mode = False

    def sort(self, output: Tensor) -> list[Tensor]:
        order = post_order(
            [output], lambda value: [below for below in value.inputs if below not in self.marked]
        )
        self.marked.update(order)
        return order


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
        counts = [Counts() for _ in case.steps]
        pairs = zip(case.steps, counts, strict=True)
        steps = tuple(Step(Counting(step.op, each), step.args) for step, each in pairs)
        with lazy():
            output = self._values(Case(case.inputs, steps, case.constants))[-1]
        built = tuple(each.computed for each in counts)
        for _ in range(2):
            _read(output)
        return built, tuple(each.computed for each in counts)


def _read(value: Tensor) -> Array:
    if value.op is None:
        return value.realize_cached_data()
    inputs: Sequence[Array] = [_read(each) for each in value.inputs]
    return value.op.compute_from(inputs)
