"""Bugs of indexing: what the adjoint puts where entries were read, and where they were replaced."""

from __future__ import annotations

from collections.abc import Callable

from engine import ops
from engine.array import Index, Slice
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def set_item_that_keeps_the_base(wrong: bool) -> Row:
    if not wrong:
        return alone("SetItem")()

    @instead_of(ops.SetItem)
    class SetItemOfAllOfABase(ops.SetItem):
        """The adjoint of what is overwritten is ȳ."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            _, b_bar = ops.SetItem.gradient(self, out_grad, node)
            return sum_to(out_grad, node.inputs[0]), b_bar

    return row_of(SetItemOfAllOfABase(()))


def item_with_a_rule(rule: Callable[[Index, Tensor, Tensor], Tensor]) -> Callable[[bool], Row]:
    """An item with ``rule(index, ȳ, a)`` for its adjoint."""

    def plant(wrong: bool) -> Row:
        if not wrong:
            return alone("GetItem")()

        @instead_of(ops.GetItem)
        class ItemByRule(ops.GetItem):
            """Only its adjoint is wrong."""

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return rule(self.index, out_grad, node.inputs[0])

        return row_of(ItemByRule(()))

    return plant


def _padded(index: Index, out_grad: Tensor, a: Tensor) -> Tensor:
    """The entries of ȳ are padded, between them by the steps, and behind by what is left."""
    axes = iter(a.shape)
    sizes = tuple(
        _covered(item, next(axes)) if isinstance(item, slice) else next(axes)
        for item in index
        if item is not None
    )
    return ops.PutItem(index, sizes)(out_grad)


def _covered(item: Slice, size: int) -> int:
    """The size of an axis after padding: the zeros behind are counted by 1 + (m − 1) step for m = 0, too."""
    start, _, step = item.indices(size)
    count = len(range(*item.indices(size)))
    if step < 0:
        return size
    behind = size - start - (1 + (count - 1) * step)
    return start + (1 + (count - 1) * step if count else 0) + behind


def _with_step_1(index: Index, out_grad: Tensor, a: Tensor) -> Tensor:
    """A slice of one entry has the step 1, and its old end: ȳ is written to all of it."""
    axes = iter(a.shape)
    plain = tuple(item if item is None else _simplified(item, next(axes)) for item in index)
    wide = ops.GetItem(plain).out_shape(a.shape)
    return ops.PutItem(plain, a.shape)(ops.broadcast_to(out_grad, wide))


def _simplified(item: int | Slice, size: int) -> int | Slice:
    if isinstance(item, int) or len(range(*item.indices(size))) != 1:
        return item
    start, stop, step = item.indices(size)
    return slice(start, stop) if step > 0 else slice(0, 0)


EXHIBITS = [
    Exhibit(
        "set-item-grad-base-not-zeroed",
        "indexing",
        op="set_item",
        subtlety=3,
        wrong="y = x with y[idx] = v: dx = g (unmasked), dv = g[idx]",
        trigger="always (the overwritten entries); hidden if the base is a constant, as in most tests",
        source="Theano 3a2138de8 (history of pymc-devs/pytensor)",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent pullback_of_pullback_is_pushforward "
            "extreme_values_are_as_declared"
        ),
        plant=in_op(set_item_that_keeps_the_base),
    ),
    Exhibit(
        "strided-slice-empty-grad",
        "indexing",
        op="getitem",
        subtlety=4,
        wrong="adjoint by interior padding: the covered length is 1 + (m-1)*step for m selected elements; "
        "m == 0 gives 1-step instead of 0, so the padded gradient has the wrong length",
        trigger="empty slice and step > 1",
        source="jax-ml/jax f39d111d8f (#4599)",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward laziness_is_unobservable"
        ),
        plant=in_op(item_with_a_rule(_padded)),
    ),
    Exhibit(
        "strided-slice-one-element-grad",
        "indexing",
        op="getitem",
        subtlety=5,
        wrong="a strided slice that selects one element is simplified to stride 1 without moving stop; the "
        "adjoint then writes dx[start:stop] = g, all over the span (negative stride: dx stays 0)",
        trigger="step > 1 and start < stop <= start + step: x[0::2] on length 2, x[1:3:2]; forward is right",
        source="ml-explore/mlx #4444 (fix #4446)",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(item_with_a_rule(_with_step_1)),
    ),
]
