"""Sums with a bug: their axes as they were written, and their adjoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine import ops
from engine.array import Array, Axes, total
from engine.axes import canonical_axes
from engine.tensor import Tensor
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of


@dataclass(frozen=True, slots=True)
class SumAsWritten(ops.Summation):
    """A sum that keeps its axes as they were written, beside those that are meant."""

    written: int | tuple[int, ...] | Literal["canonical"] | None = "canonical"

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        kept = tuple(axes) if isinstance(axes, Sequence) else axes
        return type(self)(canonical_axes("sum", axes, a.ndim), self.keepdims, kept)(a)

    @property
    def listed(self) -> Axes:
        """The axes as they were written, one by one."""
        if self.written is None or self.written == "canonical":
            return self.axes
        return (self.written,) if isinstance(self.written, int) else self.written


def _put_back(out_grad: Tensor, a: Tensor, ones: Axes) -> Tensor:
    """ȳ with axes of size 1 at ``ones``, of all the axes of a, broadcast to a's shape."""
    sizes = [1 if axis in ones else size for axis, size in enumerate(a.shape)]
    return ops.broadcast_to(ops.reshape(out_grad, sizes), a.shape)


def sum_that_iterates_an_integer(wrong: bool) -> Row:
    if not wrong:
        return alone("Summation")()

    @instead_of(ops.Summation)
    class SumOverListedAxes(SumAsWritten):
        """Its rule says ``for axis in axes`` of the axes as they were written."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            if isinstance(self.written, int):
                raise TypeError("'int' object is not iterable")  # what Python says; no checker lets it pass
            return ops.Summation.gradient(self, out_grad, node)

    return row_of(SumOverListedAxes(()))


def sum_that_looks_for_negative_axes(wrong: bool) -> Row:
    if not wrong:
        return alone("Summation")()

    @instead_of(ops.Summation)
    class SumOfMembers(SumAsWritten):
        """Its rule asks of each axis whether it is among those that were written."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return _put_back(out_grad, node.inputs[0], self.listed)

    return row_of(SumOfMembers(()))


def sum_of_axis_0_over_all(wrong: bool) -> Row:
    if not wrong:
        return alone("Summation")()

    @instead_of(ops.Summation)
    class SumOfTrueAxes(SumAsWritten):
        """An axis that is written as 0 is taken for no axis, that is for all."""

        def compute(self, a: Array) -> Array:
            return total(a, self.axes if self.written else tuple(range(a.ndim)), self.keepdims)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            return _put_back(out_grad, a, self.axes if self.written else tuple(range(a.ndim)))

    return row_of(SumOfTrueAxes(()))


def sum_with_a_rule(rule: Callable[[Axes, Tensor, Tensor], Tensor]) -> Callable[[bool], Row]:
    """A sum with ``rule(axes, ȳ, a)`` for its adjoint."""

    def plant(wrong: bool) -> Row:
        if not wrong:
            return alone("Summation")()

        @instead_of(ops.Summation)
        class SumByRule(SumAsWritten):
            """Only its adjoint is wrong."""

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return rule(self.axes, out_grad, node.inputs[0])

        return row_of(SumByRule(()))

    return plant


def ones_for_any(axes: Axes, out_grad: Tensor, a: Tensor) -> Tensor:
    return ops.ones_like(a)


def guessed_by_size(axes: Axes, out_grad: Tensor, a: Tensor) -> Tensor:
    """An axis is kept if its size is the next one of ȳ."""
    if out_grad.ndim == a.ndim:
        return ops.broadcast_to(out_grad, a.shape)  # keepdims, which the engine in question had not
    waiting = list(out_grad.shape)
    summed: list[int] = []
    for axis, size in enumerate(a.shape):
        if waiting and waiting[0] == size:
            waiting.pop(0)
        else:
            summed.append(axis)
    return _put_back(out_grad, a, tuple(summed))


def sum_axis_after_axis(wrong: bool) -> Row:
    if not wrong:
        return alone("Summation")()

    @instead_of(ops.Summation)
    class SumAxisAfterAxis(SumAsWritten):
        """One axis after the other is summed, the last first, as they were written."""

        def compute(self, a: Array) -> Array:
            if self.keepdims or self.written in (None, "canonical"):
                return total(a, self.axes, self.keepdims)
            for axis in sorted(self.listed, reverse=True):
                a = total(a, (axis,), keepdims=False)
            return a

    return row_of(SumAxisAfterAxis(()))
