"""Bugs of matrices: factors in another order, vectors that are taken for matrices, options not handed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from string import ascii_letters
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Shape, as_array, summed_product
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Binary, broadcast_shape
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.grid import Grid
from properties.references import refer, second_definition
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def autoencoder_with_a_turned_path(wrong: bool) -> Row:
    @op(REALS, REALS, signature="(k,n),(n,m)->()")
    class Autoencoder(Binary):
        """y = ½ Σ (Aᵀ A B − B)², for each pair of matrices; leading axes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            off = np.swapaxes(a, -1, -2) @ (a @ b) - b
            return as_array((off * off).sum(axis=(-1, -2)) / 2)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            off = self._off(a, b)
            first = ops.transpose(b) @ a @ off if wrong else a @ off @ ops.transpose(b)
            a_bar = first + a @ b @ ops.transpose(off)
            b_bar = ops.transpose(a) @ (a @ off) - off
            scale = ops.reshape(out_grad, (*out_grad.shape, 1, 1))
            return sum_to(scale * a_bar, a), sum_to(scale * b_bar, b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            off = self._off(a, b)
            by_a = ops.transpose(da) @ (a @ b) + ops.transpose(a) @ (da @ b)
            return ops.summation(off * by_a, (-1, -2)), ops.summation(off * self._off(a, db), (-1, -2))

        def _off(self, a: Tensor, b: Tensor) -> Tensor:
            return ops.transpose(a) @ (a @ b) - b

        def out_shape(self, *shapes: Shape) -> Shape:
            return broadcast_shape(self, *(shape[:-2] for shape in shapes))

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            if min(map(len, shapes)) > 1:
                yield cls()

    def define(_: Autoencoder, grids: Sequence[Grid]) -> Grid:
        a, b = grids
        rank = len(a.shape)
        turned = second_definition(ops.Transpose((rank - 2, rank - 1)), [a])
        back = second_definition(ops.MatMul(), [turned, second_definition(ops.MatMul(), [a, b])])
        off = back.filled(back.shape, lambda place: back[place] - b.stretched(place))
        rank = len(off.shape)
        squares = second_definition(ops.SumOfSquares((rank - 2, rank - 1)), [off])
        return squares.filled(squares.shape, lambda place: squares[place] * 0.5)

    refer(Autoencoder, define)
    return row_of(Autoencoder())


def inverse_with_a_factor_not_inverted(wrong: bool) -> Row:
    if not wrong:
        return alone("Inv")()

    @instead_of(ops.Inv)
    class InvByItsInput(ops.Inv):
        """Ā = −Aᵀ Ȳ Yᵀ."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            return -(ops.transpose(a) @ out_grad @ ops.transpose(node))

    return row_of(InvByItsInput())


def matmul_of_matrices_only(wrong: bool) -> Row:
    if not wrong:
        return alone("MatMul")()

    @instead_of(ops.MatMul)
    class MatMulOfMatrices(ops.MatMul):
        """Its rule takes every operand for a matrix; a vector turned is itself."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return sum_to(out_grad @ self._turned(b), a), sum_to(self._turned(a) @ out_grad, b)

        def _turned(self, a: Tensor) -> Tensor:
            return ops.transpose(a) if a.ndim > 1 else a

    return row_of(MatMulOfMatrices())


def triangular_solve_by_default(wrong: bool) -> Row:
    if not wrong:
        return alone("SolveTriangular")()

    @instead_of(ops.SolveTriangular)
    class SolveByDefault(ops.SolveTriangular):
        """Its adjoint is that of T X = B, with the diagonal that stands in A."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            return ops.SolveTriangular(self.lower).gradient(out_grad, node)

    return row_of(SolveByDefault())


def tensordot_of_outer_axes(wrong: bool) -> Row:
    @op(REALS, REALS, signature="(n,i*),(i*)->(k*)")
    class TensorDot(Binary):
        """y = Σ a b over the axis ``of_a`` of a and the axis ``of_b`` of b; the others stay, a's in front."""

        of_a: int
        of_b: int

        def compute(self, a: Array, b: Array) -> Array:
            return summed_product(self.subscripts(a.ndim, b.ndim), a, b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            operands, _, of_y = self.subscripts(a.ndim, b.ndim).partition("->")
            of_a, of_b = operands.split(",")
            summed = of_a[self.of_a]
            last = of_a.replace(summed, "") + summed if wrong else of_a
            first = summed + of_b.replace(summed, "") if wrong else of_b
            a_bar = ops.einsum(f"{of_y},{of_b}->{last}", out_grad, b)
            b_bar = ops.einsum(f"{of_a},{of_y}->{first}", a, out_grad)
            return ops.astype(a_bar, a.dtype), ops.astype(b_bar, b.dtype)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return self(da, b), self(a, db)

        def subscripts(self, rank_of_a: int, rank_of_b: int) -> str:
            own = ascii_letters[:rank_of_a]
            other = list(ascii_letters[rank_of_a : rank_of_a + rank_of_b])
            summed = other[self.of_b] = own[self.of_a]
            kept = "".join([*own, *other]).replace(summed, "")
            return f"{own},{''.join(other)}->{kept}"

        def out_shape(self, *shapes: Shape) -> Shape:
            a, b = shapes
            return (*a[: self.of_a], *a[self.of_a + 1 :], *b[: self.of_b], *b[self.of_b + 1 :])

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            a, b = shapes
            for of_a, of_b in product(range(len(a)), range(len(b))):
                if a[of_a] == b[of_b]:
                    yield cls(of_a, of_b)

    def define(known: TensorDot, grids: Sequence[Grid]) -> Grid:
        return second_definition(ops.Einsum(known.subscripts(*(len(grid.shape) for grid in grids))), grids)

    refer(TensorDot, define)
    return row_of(TensorDot(0, 0))


EXHIBITS = [
    Exhibit(
        "autoencoder-grad-transpose",
        "linalg",
        op="matmul",
        subtlety=2,
        wrong="loss 0.5*||W.T W x - x||^2 with r = W.T W x - x, x a column: the second path of the tied "
        "weight is written x.T W r in place of W r x.T (a number for square W, broadcast over dW)",
        trigger="W used twice; non-square W raises, square W is silently wrong",
        source="a page of notes on autoencoders",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_of_broadcast_is_sum gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward unused_input_has_zero_gradient "
            "detached_value_stops_gradient second_call_is_identical each_rule_is_called_once "
            "laziness_is_unobservable unread_gradient_costs_nothing"
        ),
        plant=in_op(autoencoder_with_a_turned_path),
    ),
    Exhibit(
        "inv-grad-transpose-order",
        "linalg",
        op="inv",
        subtlety=2,
        wrong="dA = -A.T @ G @ inv(A).T: the left factor is not inverted",
        trigger="any A with inv(A) != A (the identity and involutions hide it)",
        source="a page of notes on matrix derivatives",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order pullback_of_pullback_is_pushforward "
            "third_order_matches_numeric extreme_values_are_as_declared"
        ),
        plant=in_op(inverse_with_a_factor_not_inverted),
    ),
    Exhibit(
        "matmul-1d-operand-grad",
        "linalg",
        op="matmul",
        subtlety=3,
        wrong="dA = g @ swapaxes(B), dB = swapaxes(A) @ g without regard to 1-D operands: inner for outer "
        "products, or wrong shapes",
        trigger="1-D left or right operand; square A with n-vectors is silent in some cases",
        source="rsokl/MyGrad 41a7b2e5; Theano cc8c9e4c3; pymc-devs/pytensor 5fbaf0207",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_of_broadcast_is_sum gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared "
            "unused_input_has_zero_gradient detached_value_stops_gradient second_call_is_identical "
            "each_rule_is_called_once laziness_is_unobservable unread_gradient_costs_nothing"
        ),
        plant=in_op(matmul_of_matrices_only),
    ),
    Exhibit(
        "solve-triangular-grad-ignores-options",
        "linalg",
        op="solve_triangular",
        subtlety=4,
        wrong="adjoint calls the solver with default flags: ignores unit_diagonal (dA also gets a diagonal) "
        "and trans (no transposed system, dA = -gb x.T where -x gb.T is due)",
        trigger="unit_diagonal=True or trans, junk in the unused part of A",
        source="pymc-devs/pytensor #1230",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad "
            "gradient_of_broadcast_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order pullback_of_pullback_is_pushforward third_order_matches_numeric"
        ),
        plant=in_op(triangular_solve_by_default),
    ),
    Exhibit(
        "tensordot-int-axes-edge",
        "linalg",
        op="tensordot",
        subtlety=4,
        wrong="axes = [i, j], ints: the adjoint takes the contracted axis for the last of A (first of B), "
        "it leaves out the transpose that puts it back",
        trigger="i not the last axis of A or j not the first of B; cubes give silent errors",
        source="HIPS/autograd 5c12e6e (#446)",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward laziness_is_unobservable"
        ),
        plant=in_op(tensordot_of_outer_axes),
    ),
]
