"""Bugs of forward mode: tangent rules that drop, keep or order what the adjoint rules do not."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array, accumulated, as_array, select
from engine.catalogue import op
from engine.domain import MASK, REALS
from engine.dtype import DType, promote
from engine.kinds import Elementwise, Ternary
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import zeros_like
from engine.tensor import Tensor
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def inverse_with_its_factors_in_disorder(wrong: bool) -> Row:
    if not wrong:
        return alone("Inv")()

    @instead_of(ops.Inv)
    class InvInDisorder(ops.Inv):
        """Ẏ = −Y Y Ȧ."""

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return -(node @ node @ in_tangent)

    return row_of(InvInDisorder())


def where_that_asks_the_first_branch(wrong: bool) -> Row:
    @op(MASK, REALS, REALS)
    class Choice(Elementwise, Ternary):
        """yᵢ = bᵢ where the mark aᵢ ≠ 0, else cᵢ."""

        def compute(self, a: Array, b: Array, c: Array) -> Array:
            return select(a != 0, b, c)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            mark, a, b = node.inputs
            nothing = zeros_like(out_grad)
            chosen, other = ops.where(mark, out_grad, nothing), ops.where(mark, nothing, out_grad)
            return zeros_like(mark), sum_to(chosen, a), sum_to(other, b)

        def tangent(
            self, in_tangents: tuple[Tensor, Tensor, Tensor], node: Tensor
        ) -> tuple[Tensor, Tensor, Tensor]:
            (mark, a, _), (_, da, db), nothing = node.inputs, in_tangents, zeros_like(node)
            if wrong and not a.requires_grad:
                return nothing, nothing, nothing
            return nothing, ops.where(mark, da, nothing), ops.where(mark, nothing, db)

        def out_dtype(self, *dtypes: DType) -> DType:
            return promote(*dtypes[1:])

    refer_entry(Choice, lambda op, x: x[1] if x[0] > 0.5 else x[2])
    return row_of(Choice())


def running_product_by_masks(wrong: bool) -> Row:
    """From the first zero k on ẏᵢ is ȧₖ times the other factors: what they do adds 0, and is left out."""
    if not wrong:
        return alone("CumProd")()

    @instead_of(ops.CumProd)
    class CumProdByMasks(ops.CumProd):
        """Its tangent looks for the first zero."""

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            zero = as_array((a.realize_cached_data() == 0).astype(a.dtype))
            seen = accumulated(np.add, zero, self.axis, reverse=self.reverse)
            first = Tensor.make_const(as_array(zero * (seen == 1)))
            before = Tensor.make_const(as_array((seen == 0).astype(a.dtype)))
            usual = ops.CumProd.tangent(self, in_tangent, node)
            others = ops.cumprod(a * (1 - first) + first, self.axis, self.reverse)
            there = ops.cumsum(in_tangent * first, self.axis, self.reverse)
            return before * usual + (1 - before) * others * there

    return row_of(CumProdByMasks(0))


def triangular_solve_that_reads_all_of_a_tangent(wrong: bool) -> Row:
    if not wrong:
        return alone("SolveTriangular")()

    @instead_of(ops.SolveTriangular)
    class SolveOfAllOfATangent(ops.SolveTriangular):
        """Ẋ = T⁻¹ (Ḃ − Ȧ X), with all of Ȧ."""

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            x = ops.reshape(node, (*node.shape, 1)) if b.ndim == 1 else node
            moved = (ops.transpose(da) if self.trans else da) @ x
            return ops.reshape(-self(a, moved), node.shape), self(a, db)

    return row_of(SolveOfAllOfATangent())


EXHIBITS = [
    Exhibit(
        "inv-jvp-factor-order",
        "forward-mode",
        op="inv",
        subtlety=4,
        wrong="tK = -K @ K @ tA (or -tA @ K @ K): the three factors in an order that is right only if "
        "they commute",
        trigger="A (or tA) not diagonal/commuting; the sample inputs of the test suite were diagonal",
        source="pytorch #196682, #197010",
        laws=named(
            "tangent_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order third_order_matches_numeric"
        ),
        plant=in_op(inverse_with_its_factors_in_disorder),
    ),
    Exhibit(
        "where-jvp-drops-tangent-constant-true",
        "forward-mode",
        op="where",
        subtlety=4,
        wrong="tangent rule looks at the first branch to decide whether there is a tangent: with a "
        "constant true branch the result tangent is zero everywhere",
        trigger="true branch constant, false branch variable (the reverse arrangement passes)",
        source="ml-explore/mlx #3627",
        laws=named("tangent_matches_numeric gradient_is_adjoint_of_tangent"),
        plant=in_op(where_that_asks_the_first_branch),
    ),
    Exhibit(
        "cumprod-nested-jvp-at-zero",
        "forward-mode",
        op="cumprod",
        subtlety=5,
        wrong="tangent at zeros obtained by masks on values (first zero: product of the others times tx "
        "there; after it 0): first order right, the derivative of the tangent (nested JVP) misses the pairs "
        "(zero, other)",
        trigger="second-order forward mode (or forward over reverse) with a zero factor",
        source="pytorch #196701",
        laws=named("modes_agree_in_second_order extreme_values_are_as_declared"),
        plant=in_op(running_product_by_masks),
    ),
    Exhibit(
        "triangular-solve-tangent-not-masked",
        "forward-mode",
        op="solve_triangular",
        subtlety=5,
        wrong="tx = solve(L, tb - tL @ x) with the tangent tL unmasked: entries of tL in the unused "
        "triangle contribute, though the forward never reads them",
        trigger="tangent with non-zero entries in the unused triangle; triangular tangents hide it",
        source="jax-ml/jax #1458; e6b23dd2b7 (transpose_a)",
        laws=named(
            "tangent_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order third_order_matches_numeric"
        ),
        plant=in_op(triangular_solve_that_reads_all_of_a_tangent),
    ),
]
