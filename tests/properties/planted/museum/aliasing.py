"""Bugs of sharing: arrays that have two owners, and memories that are one for several nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Shape, as_array
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.kinds import Elementwise, Unary
from engine.tensor import Tensor
from properties.grid import Grid
from properties.number import Number
from properties.references import refer, refer_entry
from properties.rows import PROGRAMS, Row
from tests.properties.planted import wrong_engines, wrong_sessions
from tests.properties.planted.bug import programs_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_engine, in_op, named
from tests.properties.planted.museum.walks import Homework


def relu_that_masks_its_input(wrong: bool) -> Row:
    @op(Domain(kinks=(0.0,), share=0.0))
    class Ramp(Elementwise, Unary):
        """yᵢ = max(aᵢ, 0)."""

        def compute(self, a: Array) -> Array:
            return np.maximum(a, 0)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            mask = a.realize_cached_data()
            if not wrong:
                return out_grad * ops.step(a.detach())
            mask[mask > 0] = 1
            mask[mask < 0] = 0
            return out_grad * Tensor.make_const(mask)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.step(node.inputs[0].detach())

    refer_entry(Ramp, lambda op, x: x[0] if x[0] > 0.0 else x[0].constant(0.0))
    return row_of(Ramp())


def logsumexp_with_a_memory(wrong: bool) -> Row:
    """The op has no parameters, so all nodes share the one that there is, and its memory."""
    memory: list[Array] = []

    @op(REALS, signature="(i*)->(j*)")
    class SoftTotal(Unary):
        """y = log Σᵢ exp aᵢ."""

        def compute(self, a: Array) -> Array:
            top = np.max(a)
            weights = as_array(np.exp(a - top))
            total = np.sum(weights)
            memory[:] = [as_array(weights / total)]
            return as_array(np.log(total) + top)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * self._softmax(node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return ops.summation(in_tangent * self._softmax(node))

        def _softmax(self, node: Tensor) -> Tensor:
            return Tensor.make_const(memory[0]) if wrong else ops.exp(node.inputs[0] - node)

        def out_shape(self, *shapes: Shape) -> Shape:
            return ()

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            if prod(shapes[0]):
                yield cls()

    refer(
        SoftTotal,
        lambda op, grids: grids[0].filled((), lambda _: grids[0].total(_exponentials(grids[0])).log()),
    )
    multiply = programs_of("EWiseMul")()
    return Row(PROGRAMS, (*row_of(SoftTotal()).entries, *multiply.entries))


def _exponentials(a: Grid) -> list[Number]:
    return [entry.exp() for entry in a.entries]


class TrainingInTheLoop(Homework):
    """A weight takes its step as soon as its adjoint is there; what goes on down is made with the new one."""

    def parts(self, node: Tensor, adjoint: Tensor, order: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        before = super().parts(node, adjoint, order)
        for value, part in before:
            if value.is_leaf():
                weight = value.realize_cached_data()
                weight -= as_array(0.125 * part.realize_cached_data())
        after = super().parts(node, adjoint, order)
        pairs = zip(before, after, strict=True)
        return [old if old[0].is_leaf() else new for old, new in pairs]


EXHIBITS = [
    Exhibit(
        "numpy-returns-internal-buffer",
        "aliasing",
        op="detach",
        subtlety=4,
        wrong="numpy() (or detach()) returns the cached array itself; the caller mutates it and changes "
        "the saved value that a later backward reads",
        trigger="caller writes into the result between forward and backward",
        source="dlsyscourse/hw1 6bc4389",
        session=wrong_sessions.HandingOutItsOwn,
    ),
    Exhibit(
        "relu-grad-mutates-input-cache",
        "aliasing",
        op="relu",
        subtlety=4,
        wrong="m = x.cached_data (no copy); m[m > 0] = 1; m[m < 0] = 0; dx = g*m: the value of the input "
        "node is overwritten with 0/1",
        trigger="the input is read afterwards: by another consumer, by a later adjoint (x*relu(x)), by a "
        "second backward, by the caller; the returned dx is right",
        source="homework of dlsyscourse",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "gradient_is_differentiable hessian_is_symmetric modes_agree_in_second_order "
            "inner_derivative_closes_over_outer pullback_of_pullback_is_pushforward "
            "subgradient_lies_between_sides kink_convention_holds unused_input_has_zero_gradient "
            "second_call_is_identical each_rule_is_called_once laziness_is_unobservable "
            "unread_gradient_costs_nothing"
        ),
        plant=in_op(relu_that_masks_its_input),
    ),
    Exhibit(
        "inplace-accumulation-into-borrowed-adjoint",
        "aliasing",
        op="accumulate",
        subtlety=5,
        wrong="first contribution stored by reference, further ones added with +=; the stored array is "
        "still owned by someone else (another node's adjoint, or the cotangent of the caller)",
        trigger="the borrowed array arrives first and a second contribution follows: z = x+y, p = x/z, "
        "where dx and dy share the array dz; x*c + (x+y)",
        source="Oneflow-Inc/oneflow #8248",
        laws=named(
            "gradient_matches_numeric gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "laziness_is_unobservable unread_gradient_costs_nothing"
        ),
        plant=in_engine(programs_of("EWiseAdd"), wrong_engines.AddingInPlace),
    ),
    Exhibit(
        "op-instance-caches-forward-intermediates",
        "aliasing",
        op="logsumexp",
        subtlety=5,
        wrong="compute stores exp(x-m) and its sum on self; gradient reads them from self; the op "
        "instance is used for a second input before the backward of the first",
        trigger="one op instance applied to two inputs, or recomputation; a single use passes every check",
        source="homework chega8/dl_systems_hw2",
        laws=named(
            "gradient_has_type_of_input tangent_matches_numeric gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "gradient_is_differentiable hessian_is_symmetric modes_agree_in_second_order "
            "inner_derivative_closes_over_outer pullback_of_pullback_is_pushforward "
            "third_order_matches_numeric depth_is_no_limit laziness_is_unobservable "
            "unread_gradient_costs_nothing"
        ),
        plant=in_op(logsumexp_with_a_memory),
    ),
    Exhibit(
        "weights-updated-inside-backward-loop",
        "aliasing",
        op="backward",
        subtlety=5,
        wrong="layer loop from the last layer: computes dW_i, updates W_i in place, and then uses W_i "
        "(already updated) to propagate delta to layer i-1",
        trigger="two or more layers and lr > 0; the error is O(lr), and the first computed layer is exact",
        source="a training script",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths unused_input_has_zero_gradient second_call_is_identical "
            "depth_is_no_limit"
        ),
        plant=in_engine(programs_of("MatMul", "EWiseMul"), TrainingInTheLoop, Homework),
    ),
]
