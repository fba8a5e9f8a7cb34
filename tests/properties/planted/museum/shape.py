"""Bugs of entries that are moved: axes that are written in other ways, pieces that are put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Axes, Shape, as_array
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Linear
from engine.ops.conversion import zeros_like
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.reference_calls import apply
from properties.case import Case
from properties.grid import Grid
from properties.references import refer, second_definition
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_engine, in_op, named


class ReversingAll(Reference):
    """``transpose(a)`` is ``a.T``."""

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        for step in case.steps:
            tensors = [values[arg] for arg in step.args]
            plain = isinstance(step.op, ops.Transpose) and step.spelling is None
            values.append(
                ops.permute(tensors[0], range(tensors[0].ndim)[::-1]) if plain else apply(step, tensors)
            )
        return values


def _rolled(ndim: int, axis: int, start: int) -> Axes:
    """The order of the axes after one was put in front of another; the numbers count from either end."""
    moved, before = axis % ndim, start + ndim if start < 0 else start
    order = [other for other in range(ndim) if other != moved]
    order.insert(before - (moved < before), moved)
    return tuple(order)


def roll_of_negative_axes(wrong: bool) -> Row:
    @op(REALS, signature="(i*)->(j*)")
    class RollAxis(Linear):
        """y is a with its axis ``axis`` in front of the axis ``start``; either counts from the end if < 0."""

        axis: int
        start: int

        def compute(self, a: Array) -> Array:
            return as_array(np.rollaxis(a, self.axis, self.start))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            if wrong:
                return RollAxis(self.start, self.axis + 1)(out_grad)
            order = _rolled(node.ndim, self.axis, self.start)
            return ops.permute(out_grad, sorted(range(node.ndim), key=order.__getitem__))

        def out_shape(self, *shapes: Shape) -> Shape:
            (shape,) = shapes
            return tuple(shape[axis] for axis in _rolled(len(shape), self.axis, self.start))

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            ndim = len(shapes[0])
            for axis, start in product(range(-ndim, ndim), range(-ndim, ndim + 1)):
                yield cls(axis, start)

    def define(known: RollAxis, grids: Sequence[Grid]) -> Grid:
        return second_definition(ops.Permute(_rolled(len(grids[0].shape), known.axis, known.start)), grids)

    refer(RollAxis, define)
    return row_of(RollAxis(0, 0))


def chunks_of_one_cotangent(wrong: bool) -> Row:
    """All chunks stand in one value, the first axis counts them."""

    @op(REALS, signature="(n,i*)->(j*)")
    class Chunks(Linear):
        """y has a's ``count`` equal pieces along its first axis, one below the other."""

        count: int

        def compute(self, a: Array) -> Array:
            return as_array(np.stack(np.split(a, self.count)))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            pieces = [out_grad[0 if wrong else at] for at in range(self.count)]
            return ops.concatenate(pieces)

        def out_shape(self, *shapes: Shape) -> Shape:
            size, *rest = shapes[0]
            return (self.count, size // self.count, *rest)

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            for size in shapes[0][:1]:
                yield from (cls(count) for count in range(max(size, 2), 0, -1) if size % count == 0)

    def define(known: Chunks, grids: Sequence[Grid]) -> Grid:
        return second_definition(ops.Reshape(known.out_shape(grids[0].shape)), grids)

    refer(Chunks, define)
    return row_of(Chunks(1))


def concatenate_that_skips_constants(wrong: bool) -> Row:
    if not wrong:
        return alone("Concatenate")()

    @instead_of(ops.Concatenate)
    class ConcatenateOfTracked(ops.Concatenate):
        """Only inputs that need a gradient move the place where the next piece begins."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
            start = 0
            parts: list[Tensor] = []
            for x in node.inputs:
                if not x.requires_grad:
                    parts.append(zeros_like(x))
                    continue
                end = start + x.shape[self.axis]
                piece = out_grad[(*(slice(None),) * self.axis, slice(start, end))]
                parts.append(ops.astype(piece, x.dtype))
                start = end
            return tuple(parts)

    return row_of(ConcatenateOfTracked(0))


EXHIBITS = [
    Exhibit(
        "transpose-default-full-reversal",
        "shape",
        op="transpose",
        subtlety=3,
        wrong="compute without axes returns a.T, all axes reversed (gradient likewise), where the default "
        "swaps the last two",
        trigger="ndim >= 3 (equal for 2-D); cubes hide the shape, not the values",
        source="homework AryamanJaggi/hw1",
        laws=named(
            "value_matches_reference inputs_are_not_mutated tangent_matches_numeric "
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad "
            "zero_cotangent_gives_zero product_rule_holds spelling_is_unobservable "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward detached_value_stops_gradient second_call_is_identical "
            "laziness_is_unobservable"
        ),
        plant=in_engine(alone("Transpose"), ReversingAll),
    ),
    Exhibit(
        "moveaxis-grad-negative-axis",
        "shape",
        op="moveaxis",
        subtlety=4,
        wrong="adjoint of rollaxis(x, axis, start) computed as rollaxis(g, start, axis + 1) with the raw "
        "numbers, and start not moved back by one where axis < start",
        trigger="negative axis or start, or start > axis; a positive pair with start <= axis is right",
        source="HIPS/autograd #350; chainer/chainer #4836",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "gradient_is_differentiable hessian_is_symmetric modes_agree_in_second_order "
            "inner_derivative_closes_over_outer pullback_of_pullback_is_pushforward "
            "unused_input_has_zero_gradient second_call_is_identical each_rule_is_called_once "
            "laziness_is_unobservable unread_gradient_costs_nothing"
        ),
        plant=in_op(roll_of_negative_axes),
    ),
    Exhibit(
        "split-grad-reuses-one-cotangent",
        "shape",
        op="split",
        subtlety=4,
        wrong="the adjoint of a split into k chunks is rebuilt by concatenating the cotangent of one chunk k "
        "times",
        trigger="chunks with different cotangents (all ones hides it)",
        source="telexyz/kim d5977e8",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(chunks_of_one_cotangent),
    ),
    Exhibit(
        "concat-grad-offsets-skip-frozen-inputs",
        "shape",
        op="concat",
        subtlety=5,
        wrong="slices g for the inputs that require a gradient only, advancing the offset only for those",
        trigger="an untracked (constant) input precedes a tracked one; equal sizes make it silent",
        source="tracel-ai/burn #4069 (float_cat)",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent spelling_is_unobservable "
            "gradient_is_sum_over_paths pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(concatenate_that_skips_constants),
    ),
]
