"""Bugs of reductions: which axes are meant, and what is put back where they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine import ops
from engine.array import Array, Axes, as_array, largest, total
from engine.axes import canonical_axes
from engine.tensor import Tensor
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


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


def cumsum_that_loses_an_axis(wrong: bool) -> Row:
    if not wrong:
        return alone("CumSum")()

    @instead_of(ops.CumSum)
    class CumSumOfOneRow(ops.CumSum):
        """Its rule sums all entries in one row."""

        def spelled(self, tensors: Sequence[Tensor], axis: int) -> Tensor:
            (a,) = tensors
            return CumSumOfOneRow(axis % a.ndim, self.reverse)(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            if self.reverse:
                return ops.cumsum(out_grad, self.axis)
            if self.axis:
                return ops.flip(ops.cumsum(ops.flip(out_grad, self.axis)), self.axis)
            row = ops.flip(ops.cumsum(ops.flip(out_grad, 0)), 0)
            return ops.reshape(row, out_grad.shape)

    return row_of(CumSumOfOneRow(0))


def sum_that_looks_for_negative_axes(wrong: bool) -> Row:
    if not wrong:
        return alone("Summation")()

    @instead_of(ops.Summation)
    class SumOfMembers(SumAsWritten):
        """Its rule asks of each axis whether it is among those that were written."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return _put_back(out_grad, node.inputs[0], self.listed)

    return row_of(SumOfMembers(()))


def logsumexp_that_squeezes_all(wrong: bool) -> Row:
    if not wrong:
        return alone("LogSumExp")()

    @instead_of(ops.LogSumExp)
    class LogSumExpSqueezed(ops.LogSumExp):
        """Every axis of size 1 is dropped from its value."""

        def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
            return LogSumExpSqueezed(canonical_axes("logsumexp", axes, a.ndim), self.keepdims)(a)

        def compute(self, a: Array) -> Array:
            top = largest(a, self.axes, keepdims=True)
            result = np.log(total(np.exp(a - top), self.axes, keepdims=True)) + top
            return as_array(result if self.keepdims else result.squeeze())

    return row_of(LogSumExpSqueezed((0,)))


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


def _ones(axes: Axes, out_grad: Tensor, a: Tensor) -> Tensor:
    return ops.ones_like(a)


def _guessed_by_size(axes: Axes, out_grad: Tensor, a: Tensor) -> Tensor:
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


EXHIBITS = [
    Exhibit(
        "sum-grad-iterates-int-axis",
        "reduction",
        op="sum",
        subtlety=1,
        wrong="gradient loops over self.axes, which the forward np.sum(a, self.axes) takes as a bare int: "
        "the loop raises TypeError",
        trigger="axis given as an int (forward passes, first backward raises)",
        source="homework of dlsyscourse",
        laws=named(""),
        plant=in_op(sum_that_iterates_an_integer),
    ),
    Exhibit(
        "cumsum-grad-inner-axis-dropped",
        "reduction",
        op="cumsum",
        subtlety=3,
        wrong="dx = flip(cumsum(flip(g, axis)), axis): the inner cumsum lost its axis and runs over the "
        "flattened array; `if axis:` also sends axis 0 to the flat branch",
        trigger="ndim >= 2 with a non-zero axis (1-D is right)",
        source="HIPS/autograd 747b48b (#244)",
        laws=named(""),
        plant=in_op(cumsum_that_loses_an_axis),
    ),
    Exhibit(
        "sum-grad-negative-axis-membership",
        "reduction",
        op="sum",
        subtlety=3,
        wrong="new_shape = [1 if i in axes else n for i, n in enumerate(in_shape)] with the axes as given: "
        "-1 is never among them, so nothing is set to 1",
        trigger="negative axis: the reshape of g raises; hidden when the reduced axis has size 1",
        source="homework Lamcoding/dlsys, MuteApo/dlsys_hw4",
        laws=named(""),
        plant=in_op(sum_that_looks_for_negative_axes),
    ),
    Exhibit(
        "logsumexp-forward-squeezes-everything",
        "reduction",
        op="logsumexp",
        subtlety=4,
        wrong="computes with keepdims and then calls .squeeze() without an axis: every other axis of size 1 "
        "is removed as well",
        trigger="a non-reduced axis has size 1, e.g. a batch of one: (1,5) over axis 1 gives () for (1,)",
        source="homework chega8/dl_systems_hw2",
        laws=named(""),
        plant=in_op(logsumexp_that_squeezes_all),
    ),
    Exhibit(
        "sum-axis-zero-falsy",
        "reduction",
        op="sum",
        subtlety=4,
        wrong="`if self.axes:` decides between a given axis and all axes; axis 0 is falsy, so everything is "
        "reduced (or un-reduced)",
        trigger="axis=0 as an int; a 1-D input hides it",
        source="telexyz/kim 2fc637e; the same slip in the cumsum gradient of HIPS/autograd, 747b48b",
        laws=named(""),
        plant=in_op(sum_of_axis_0_over_all),
    ),
    Exhibit(
        "sum-grad-returns-ones",
        "reduction",
        op="sum",
        subtlety=4,
        wrong="dx = ones(in_shape), ignoring g",
        trigger="any cotangent other than ones, e.g. 3*x.sum()",
        source="homework 22dimensions/hw1",
        laws=named(""),
        plant=in_op(sum_with_a_rule(_ones)),
    ),
    Exhibit(
        "sum-multi-axis-sequential-negative",
        "reduction",
        op="sum",
        subtlety=4,
        wrong="reduces one axis after another over sorted(axes, reverse=True) without normalising: (-1, -2) "
        "removes the last axis and then the last but one of what is already reduced",
        trigger="two or more negative axes on ndim >= 3 (raises on 2-D), or a negative axis left of a "
        "positive one, (1,-3)",
        source="homework MuteApo/dlsys_hw4",
        laws=named(""),
        plant=in_op(sum_axis_after_axis),
    ),
    Exhibit(
        "sum-grad-axes-guessed-by-size",
        "reduction",
        op="sum",
        subtlety=5,
        wrong="gradient ignores self.axes: walks in_shape left to right and keeps an axis when its size "
        "equals the next size of g.shape, sets the others to 1, then reshapes and broadcasts",
        trigger="a reduced axis as large as a kept axis further right and a non-constant cotangent, e.g. "
        "(3,3) over axis 0",
        source="homework of dlsyscourse",
        laws=named(""),
        plant=in_op(sum_with_a_rule(_guessed_by_size)),
    ),
]
