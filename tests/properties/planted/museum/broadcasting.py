"""Bugs of broadcasting: which axes are summed, and which shape comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from string import ascii_letters
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Shape, as_array, matrix_product, summed_product
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Binary, Elementwise, Linear
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.grid import Grid
from properties.references import REFERENCES, refer, refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def _spread(adjoint: Callable[[Tensor, Tensor], Tensor]) -> Row:
    """Broadcasting with ``adjoint(ȳ, a)`` as its rule."""

    @op(REALS, signature="(i*)->(j*)")
    class Spread(Linear):
        """y has the shape ``shape``; it repeats a."""

        shape: Shape

        def compute(self, a: Array) -> Array:
            return as_array(np.broadcast_to(a, self.shape))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return adjoint(out_grad, node.inputs[0])

        def out_shape(self, *shapes: Shape) -> Shape:
            return self.shape

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            return (cls(known.shape) for known in ops.BroadcastTo.instances(*shapes))

    refer(Spread, lambda op, grids: grids[0].filled(op.shape, grids[0].stretched))
    return row_of(Spread((2,)))


def broadcast_of_padded_rank(wrong: bool) -> Row:
    def adjoint(out_grad: Tensor, a: Tensor) -> Tensor:
        padded = (1,) * (out_grad.ndim - a.ndim) + a.shape
        stretched = [axis for axis, size in enumerate(padded) if size == 1]
        return ops.summation(out_grad, stretched, keepdims=True)

    return _spread(adjoint if wrong else sum_to)


def broadcast_matched_by_size(wrong: bool) -> Row:
    def adjoint(out_grad: Tensor, a: Tensor) -> Tensor:
        waiting = [size for size in a.shape if size != 1]
        summed: list[int] = []
        for axis, size in enumerate(out_grad.shape):
            if waiting and waiting[0] == size:
                waiting.pop(0)
            else:
                summed.append(axis)
        return ops.reshape(ops.summation(out_grad, summed), a.shape)

    return _spread(adjoint if wrong else sum_to)


def sum_of_the_larger_sizes(wrong: bool) -> Row:
    @op(REALS, REALS)
    class Plus(Elementwise, Binary):
        """yᵢ = aᵢ + bᵢ; shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            shape = (_larger_sizes if wrong else self.out_shape)(a.shape, b.shape)
            return as_array(np.broadcast_to(a, shape) + np.broadcast_to(b, shape))

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return sum_to(out_grad, a), sum_to(out_grad, b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            da, db = (ops.broadcast_to(moved, node.shape) for moved in in_tangents)
            return ops.astype(da, node.dtype), ops.astype(db, node.dtype)

    refer_entry(Plus, lambda op, x: x[0] + x[1])
    return row_of(Plus())


def _larger_sizes(*shapes: Shape) -> Shape:
    """The larger of the sizes of each axis, the shapes padded with 1 in front: 1 of 0 and 1, too."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(map(max, *padded))


def einsum_of_a_unit_label(wrong: bool) -> Row:
    """The op refuses sizes that differ. Here it stretches those of 1, as NumPy does."""

    @op(REALS, REALS, signature="(n,i*),(i*)->(k*)")
    class StretchingEinsum(ops.Einsum):
        """y = Σ a b over the axes whose letter the result lacks; of the sizes of a letter one may be 1."""

        def compute(self, a: Array, b: Array) -> Array:
            return summed_product(self.subscripts, a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            of_a, of_b, of_y = self._parts()
            a_bar = StretchingEinsum(f"{of_y},{of_b}->{of_a}")(out_grad, b)
            b_bar = StretchingEinsum(f"{of_y},{of_a}->{of_b}")(out_grad, a)
            if wrong:
                return ops.astype(a_bar, a.dtype), ops.astype(b_bar, b.dtype)
            sizes = _sizes_of_letters(self.subscripts, a.shape, b.shape)
            a_bar, b_bar = (
                ops.broadcast_to(part, tuple(sizes[letter] for letter in letters))
                for part, letters in ((a_bar, of_a), (b_bar, of_b))
            )
            return sum_to(a_bar, a), sum_to(b_bar, b)

        def out_shape(self, *shapes: Shape) -> Shape:
            sizes = _sizes_of_letters(self.subscripts, *shapes)
            return tuple(sizes[letter] for letter in self._parts()[2])

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            yield from map(cls, _subscripts_with_a_unit(*shapes))

    refer(StretchingEinsum, _einsum_of_stretched)
    return row_of(StretchingEinsum("a,a->"))


def _sizes_of_letters(subscripts: str, *shapes: Shape) -> dict[str, int]:
    """Of two sizes the one that is not 1."""
    sizes: dict[str, int] = {}
    for letters, shape in zip(subscripts.partition("->")[0].split(","), shapes, strict=True):
        for letter, size in zip(letters, shape, strict=True):
            sizes[letter] = size if sizes.get(letter, 1) == 1 else sizes[letter]
    return sizes


def _subscripts_with_a_unit(a: Shape, b: Shape) -> Iterator[str]:
    """An axis of b has the letter of the first of a, if one of the two sizes is 1; else all sizes agree."""
    own = ascii_letters[: len(a)]
    unit = [at for at, size in enumerate(b) if a[0] != size and 1 in (a[0], size)]
    for of_b in [own[1 : at + 1] + own[0] + own[at + 2 :] for at in unit] or [own[1:]]:
        yield f"{own},{of_b}->{''.join(letter for letter in own if letter not in of_b)}"


def _einsum_of_stretched(op: ops.Einsum, grids: Sequence[Grid]) -> Grid:
    sizes = _sizes_of_letters(op.subscripts, *(grid.shape for grid in grids))
    full = [tuple(map(sizes.__getitem__, of)) for of in op.subscripts.partition("->")[0].split(",")]
    wide = [grid.filled(shape, grid.stretched) for grid, shape in zip(grids, full, strict=True)]
    return REFERENCES[ops.Einsum](ops.Einsum(op.subscripts), wide)


def matmul_that_sums_extra_axes_only(wrong: bool) -> Row:
    @op(REALS, REALS, signature="(n,k),(k,m)->(n,m)")
    class Product(Binary):
        """Y = A B; leading axes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return matrix_product(a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            a_bar, b_bar = out_grad @ ops.transpose(b), ops.transpose(a) @ out_grad
            if not wrong:
                return sum_to(a_bar, a), sum_to(b_bar, b)
            a_bar = ops.summation(a_bar, range(a_bar.ndim - a.ndim))
            b_bar = ops.summation(b_bar, range(b_bar.ndim - b.ndim))
            return ops.astype(a_bar, a.dtype), ops.astype(b_bar, b.dtype)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return da @ b, a @ db

        def out_shape(self, *shapes: Shape) -> Shape:
            return ops.MatMul().out_shape(*shapes)

    define = REFERENCES[ops.MatMul]
    refer(Product, lambda op, grids: define(ops.MatMul(), grids))
    return row_of(Product())


EXHIBITS = [
    Exhibit(
        "broadcast-grad-padded-rank",
        "broadcasting",
        op="broadcast_to",
        subtlety=3,
        wrong="left-pads in_shape with ones, sums with keepdims=True and returns the padded shape, (1,3) "
        "instead of (3,)",
        trigger="rank-raising broadcast, incl. from a 0-d scalar; values right, shape not, so allclose "
        "(which broadcasts) accepts it",
        source="homework Salehbigdeli/hw2",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward laziness_is_unobservable"
        ),
        plant=in_op(broadcast_of_padded_rank),
    ),
    Exhibit(
        "broadcast-grad-greedy-size-match",
        "broadcasting",
        op="broadcast_to",
        subtlety=4,
        wrong="walk out_shape left to right with a pointer into in_shape; keep an axis as soon as the "
        "sizes are equal, sum it otherwise",
        trigger="equal sizes, e.g. (3,) -> (3,2,3) or (2,1) -> (2,2,2): the first matching axis is kept "
        "instead of the last",
        source="homework SylarWu/dlsys_hw4; telexyz/kim 77886f4",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(broadcast_matched_by_size),
    ),
    Exhibit(
        "broadcast-shape-zero-size-max",
        "broadcasting",
        op="broadcast_to",
        subtlety=4,
        wrong="result shape = elementwise max of the two padded shapes; max(0, 1) = 1",
        trigger="an operand with a size-0 dim against a size-1 dim, e.g. (0,3)+(1,3)",
        source="tinygrad/tinygrad f3a50b4e40 (#3097)",
        laws=named(
            "value_matches_reference inputs_are_not_mutated gradient_has_type_of_input "
            "tangent_has_type_of_output tangent_matches_numeric gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_of_broadcast_is_sum gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward third_order_matches_numeric "
            "unused_input_has_zero_gradient detached_value_stops_gradient second_call_is_identical "
            "every_value_is_visited_once inputs_come_before_users inputs_are_visited_left_to_right "
            "order_is_reproducible each_rule_is_called_once each_tangent_rule_is_called_once "
            "laziness_is_unobservable each_value_computes_once unread_gradient_costs_nothing"
        ),
        plant=in_op(sum_of_the_larger_sizes),
    ),
    Exhibit(
        "einsum-unit-label-not-expanded",
        "broadcasting",
        op="einsum",
        subtlety=4,
        wrong="a label has size 1 in x and n in y ('ij,ij->i' with x (2,3), y (2,1)): the adjoint of x is "
        "einsum(g, y) over the same labels, of shape (2,1), and is not expanded back to (2,3) (nor is y's "
        "summed)",
        trigger="implicit size-1 broadcasting of a labelled axis",
        source="HIPS/autograd #376; rsokl/MyGrad b32452be",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward laziness_is_unobservable"
        ),
        plant=in_op(einsum_of_a_unit_label),
    ),
    Exhibit(
        "matmul-grad-keeps-unit-batch-dims",
        "broadcasting",
        op="matmul",
        subtlety=4,
        wrong="dA = g @ swapaxes(B); sum only the leading extra dims: dA.sum(axis=range(dA.ndim - "
        "A.ndim)); a batch dim that was 1 in A and n in B stays n",
        trigger="a size-1 batch dim of equal rank, e.g. (1,2,3)@(4,3,5); 2-D and rank-raising cases are "
        "right",
        source="at least eight public homework solutions, e.g. SylarWu, CirnoTox, wplf, MuteApo",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_of_broadcast_is_sum gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "gradient_is_differentiable hessian_is_symmetric modes_agree_in_second_order "
            "inner_derivative_closes_over_outer pullback_of_pullback_is_pushforward "
            "laziness_is_unobservable"
        ),
        plant=in_op(matmul_that_sums_extra_axes_only),
    ),
]
