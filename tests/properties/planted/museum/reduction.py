"""Bugs of reductions: which axes are meant, and what is put back where they were."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
from engine.array import Array, as_array, largest, total
from engine.axes import canonical_axes
from engine.tensor import Tensor
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum import sums
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


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
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds sum_over_partition_is_sum spelling_is_unobservable "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward unused_input_has_zero_gradient second_call_is_identical "
            "laziness_is_unobservable"
        ),
        plant=in_op(sums.sum_that_iterates_an_integer),
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
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds spelling_is_unobservable gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared "
            "unused_input_has_zero_gradient second_call_is_identical each_rule_is_called_once "
            "laziness_is_unobservable unread_gradient_costs_nothing"
        ),
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
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds sum_over_partition_is_sum spelling_is_unobservable "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward unused_input_has_zero_gradient second_call_is_identical "
            "laziness_is_unobservable"
        ),
        plant=in_op(sums.sum_that_looks_for_negative_axes),
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
        laws=named(
            "value_matches_reference inputs_are_not_mutated gradient_has_type_of_input "
            "tangent_has_type_of_output gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "sum_over_partition_is_sum spelling_is_unobservable gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared "
            "unused_input_has_zero_gradient detached_value_stops_gradient second_call_is_identical "
            "each_rule_is_called_once each_tangent_rule_is_called_once laziness_is_unobservable "
            "unread_gradient_costs_nothing"
        ),
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
        laws=named(
            "value_matches_reference inputs_are_not_mutated gradient_has_type_of_input "
            "tangent_matches_numeric gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "sum_over_partition_is_sum spelling_is_unobservable gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward third_order_matches_numeric "
            "unused_input_has_zero_gradient detached_value_stops_gradient second_call_is_identical "
            "laziness_is_unobservable"
        ),
        plant=in_op(sums.sum_of_axis_0_over_all),
    ),
    Exhibit(
        "sum-grad-returns-ones",
        "reduction",
        op="sum",
        subtlety=4,
        wrong="dx = ones(in_shape), ignoring g",
        trigger="any cotangent other than ones, e.g. 3*x.sum()",
        source="homework 22dimensions/hw1",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad "
            "zero_cotangent_gives_zero gradient_of_several_outputs_is_sum "
            "pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(sums.sum_with_a_rule(sums.ones_for_any)),
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
        laws=named(
            "value_matches_reference inputs_are_not_mutated gradient_has_type_of_input "
            "tangent_has_type_of_output tangent_matches_numeric gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds sum_over_partition_is_sum spelling_is_unobservable "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward third_order_matches_numeric "
            "unused_input_has_zero_gradient detached_value_stops_gradient second_call_is_identical "
            "every_value_is_visited_once inputs_come_before_users inputs_are_visited_left_to_right "
            "order_is_reproducible laziness_is_unobservable"
        ),
        plant=in_op(sums.sum_axis_after_axis),
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
        laws=named("gradient_matches_numeric gradient_is_adjoint_of_tangent sum_over_partition_is_sum"),
        plant=in_op(sums.sum_with_a_rule(sums.guessed_by_size)),
    ),
]
