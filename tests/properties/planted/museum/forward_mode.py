"""Bugs of forward mode: tangent rules that drop, keep or order what the adjoint rules do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import accumulate
from operator import sub
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, BoolArray, Shape, as_array, select
from engine.catalogue import op
from engine.domain import MASK, REALS, Domain
from engine.dtype import DType, promote
from engine.graph import Op
from engine.kinds import Binary, Elementwise, Ternary, Unary
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import zeros_like
from engine.tensor import Tensor
from properties.grid import Grid
from properties.number import Number
from properties.references import refer, refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op
from tests.properties.planted.museum.linear import (
    SMALL,
    Rows,
    by_columns,
    eliminated,
    inverse,
    lower,
    rows_of,
    solution,
)


def inverse_with_its_factors_in_disorder(wrong: bool) -> Row:
    @op(SMALL, signature="(n,n)->(n,n)")
    class Inv(Unary):
        """Y = (A + 8·1)⁻¹."""

        def compute(self, a: Array) -> Array:
            return inverse(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            across = ops.transpose(node)
            return -(across @ out_grad @ across)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return -(node @ node @ in_tangent if wrong else node @ in_tangent @ node)

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            if len(shapes[0]) == 2:
                yield cls()

    refer(Inv, _inverted)
    return row_of(Inv())


def _inverted(op: Op, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    units = a.filled(a.shape, lambda place: a.arithmetic.number(float(place[0] == place[1])))
    return by_columns(units, lambda unit: eliminated(rows_of(a), unit))


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
    """At the first zero k ẏᵢ is ȧₖ times the other factors from k on: what others do adds 0."""

    @op(Domain(low=-2.0, high=2.0), signature="(n)->(n)")
    class Cumprod(Unary):
        """yᵢ = Πⱼ aⱼ over j ≤ i."""

        def compute(self, a: Array) -> Array:
            return as_array(np.cumprod(a))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            parts = [ops.summation(out_grad * self._others(a, at)) for at in range(a.size)]
            return ops.stack(parts) if parts else zeros_like(a)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            zeros = np.flatnonzero(a.realize_cached_data() == 0) if wrong else ()
            terms = [in_tangent[at] * self._others(a, at) for at in range(a.size)]
            for zero in zeros[:1]:
                before = _marks(a, np.arange(a.size) < zero)
                terms = [term if at == zero else term * before for at, term in enumerate(terms)]
            return sum(terms, start=zeros_like(a))

        def _others(self, a: Tensor, at: int) -> Tensor:
            """∂yᵢ/∂aₖ: the product of the factors but k, from k on."""
            only = _marks(a, np.arange(a.size) == at)
            return self(a * (1 - only) + only) * _marks(a, np.arange(a.size) >= at)

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            return iter([cls()] if len(shapes[0]) == 1 else [])

    refer(Cumprod, _running)
    return row_of(Cumprod())


def _marks(a: Tensor, where: BoolArray) -> Tensor:
    """1 where it holds, 0 elsewhere, as a constant of a's dtype."""
    return Tensor.make_const(as_array(where.astype(a.dtype)))


def _running(op: Op, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return Grid(a.shape, list(accumulate(a.entries, Number.__mul__)), a.arithmetic)


def triangular_solve_that_reads_all_of_a_tangent(wrong: bool) -> Row:
    @op(SMALL, REALS, signature="(n,n),(n,m)->(n,m)")
    class SolveTriangular(Binary):
        """(L + 8·1) Y = B, with L the lower triangle of A."""

        def compute(self, a: Array, b: Array) -> Array:
            return solution(as_array(np.tril(a)), b)

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            b_bar = self(ops.transpose(a)[::-1, ::-1], out_grad[::-1])[::-1]
            return sum_to(-(b_bar @ ops.transpose(node)) * lower(a), a), sum_to(b_bar, b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, _ = node.inputs
            da, db = in_tangents
            return self(a, -((da if wrong else da * lower(a)) @ node)), self(a, db)

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[1]

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            if [len(shape) for shape in shapes] == [2, 2]:
                yield cls()

    refer(
        SolveTriangular, lambda op, grids: by_columns(grids[1], lambda b: _substituted(rows_of(grids[0]), b))
    )
    return row_of(SolveTriangular())


def _substituted(rows: Rows, right: Sequence[Number]) -> list[Number]:
    found: list[Number] = []
    for row, entry in zip(rows, right, strict=True):
        products = [x * y for x, y in zip(row, found, strict=False)]
        found.append(reduce(sub, products, entry) / row[len(found)])
    return found


EXHIBITS = [
    Exhibit(
        "inv-jvp-factor-order",
        "forward-mode",
        wrong="tK = -K @ K @ tA (or -tA @ K @ K): the three factors in an order that is right only if "
        "they commute",
        trigger="A (or tA) not diagonal/commuting; the sample inputs of the test suite were diagonal",
        source="pytorch #196682, #197010",
        laws=("tangent_matches_numeric", "gradient_is_adjoint_of_tangent"),
        plant=in_op(inverse_with_its_factors_in_disorder),
    ),
    Exhibit(
        "where-jvp-drops-tangent-constant-true",
        "forward-mode",
        wrong="tangent rule looks at the first branch to decide whether there is a tangent: with a "
        "constant true branch the result tangent is zero everywhere",
        trigger="true branch constant, false branch variable (the reverse arrangement passes)",
        source="ml-explore/mlx #3627",
        laws=("tangent_matches_numeric", "gradient_is_adjoint_of_tangent"),
        plant=in_op(where_that_asks_the_first_branch),
    ),
    Exhibit(
        "cumprod-nested-jvp-at-zero",
        "forward-mode",
        wrong="tangent at zeros obtained by masks on values (first zero: product of the others times tx "
        "there; after it 0): first order right, the derivative of the tangent (nested JVP) misses the pairs "
        "(zero, other)",
        trigger="second-order forward mode (or forward over reverse) with a zero factor",
        source="pytorch #196701",
        laws=("modes_agree_in_second_order",),
        plant=in_op(running_product_by_masks),
    ),
    Exhibit(
        "triangular-solve-tangent-not-masked",
        "forward-mode",
        wrong="tx = solve(L, tb - tL @ x) with the tangent tL unmasked: entries of tL in the unused "
        "triangle contribute, though the forward never reads them",
        trigger="tangent with non-zero entries in the unused triangle; triangular tangents hide it",
        source="jax-ml/jax #1458; e6b23dd2b7 (transpose_a)",
        laws=("tangent_matches_numeric", "gradient_is_adjoint_of_tangent"),
        plant=in_op(triangular_solve_that_reads_all_of_a_tangent),
    ),
]
