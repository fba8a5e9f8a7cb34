"""Bugs of layers and losses: a batch taken for one row, a Jacobian for a diagonal, an index for another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from string import ascii_letters
from typing import Self

from engine import ops
from engine.array import Array, Shape, as_array, total
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Binary
from engine.ops.broadcasting import sum_to
from engine.ops.probabilities import log_softmax_of
from engine.tensor import Tensor
from properties.grid import Grid
from properties.references import refer, second_definition
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def affine_of_flat_inputs(wrong: bool) -> Row:
    @op(REALS, REALS, signature="(n,i*),(i*,m)->(n,m)")
    class Affine(Binary):
        """y = A B, with the axes of a but the first made one, and those of b but the last."""

        def compute(self, a: Array, b: Array) -> Array:
            return as_array(a.reshape(len(a), prod(a.shape[1:])) @ b.reshape(prod(b.shape[:-1]), b.shape[-1]))

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            rows, columns = self._flat(a, b)
            a_bar = ops.astype(out_grad @ ops.transpose(columns), a.dtype)
            b_bar = ops.astype(ops.transpose(rows) @ out_grad, b.dtype)
            return (a_bar if wrong else ops.reshape(a_bar, a.shape)), ops.reshape(b_bar, b.shape)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return self(da, b), self(a, db)

        def _flat(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
            size = prod(a.shape[1:])
            return ops.reshape(a, (len(a), size)), ops.reshape(b, (size, b.shape[-1]))

        def out_shape(self, *shapes: Shape) -> Shape:
            a, b = shapes
            return (a[0], b[-1])

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            a, b = shapes
            if a and b and a[1:] == b[:-1]:
                yield cls()

    def define(_: Affine, grids: Sequence[Grid]) -> Grid:
        shared = ascii_letters[2 : 1 + len(grids[0].shape)]
        return second_definition(ops.Einsum(f"a{shared},{shared}b->ab"), grids)

    refer(Affine, define)
    return row_of(Affine())


def softmax_of_a_whole_batch(wrong: bool) -> Row:
    if not wrong:
        return alone("Softmax")()

    @instead_of(ops.Softmax)
    class SoftmaxOfAll(ops.Softmax):
        """exp a over the sum of all entries."""

        def compute(self, a: Array) -> Array:
            return ops.Softmax(tuple(range(a.ndim))).compute(a)

    return row_of(SoftmaxOfAll(()))


def softmax_with_a_diagonal(wrong: bool) -> Row:
    if not wrong:
        return alone("Softmax")()

    @instead_of(ops.Softmax)
    class SoftmaxEntryByEntry(ops.Softmax):
        """ā = ȳ y (1 − y)."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * node * (1 - node)

    return row_of(SoftmaxEntryByEntry(()))


def cross_entropy_of_many_logarithms(wrong: bool) -> Row:
    if not wrong:
        return alone("CrossEntropy")()

    @instead_of(ops.CrossEntropy)
    class CrossEntropyOfEachClass(ops.CrossEntropy):
        """y = Σᵢₖ (log Σ exp aᵢ − aᵢₖ tᵢₖ)."""

        def compute(self, a: Array, b: Array) -> Array:
            logits = as_array(a + 0 * b)
            totals = logits - log_softmax_of(logits, (a.ndim - 1,))
            rows = prod(a.shape[:-1]) if self.reduction == "mean" else 1
            return as_array(total(totals - a * b, tuple(range(a.ndim)), keepdims=False) / rows)

    return row_of(CrossEntropyOfEachClass())


def cross_entropy_of_one_probability(wrong: bool) -> Row:
    if not wrong:
        return alone("CrossEntropy")()

    @instead_of(ops.CrossEntropy)
    class CrossEntropyOfTheTrueClass(ops.CrossEntropy):
        """āⱼ = pᵢ − tⱼ for every j, with i the class that t says."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            _, weights_bar = ops.CrossEntropy.gradient(self, out_grad, node)
            logits, weights = (ops.astype(x, node.dtype) for x in node.inputs)
            rows = prod(logits.shape[:-1]) if self.reduction == "mean" else 1
            of_class = ops.summation(weights * ops.softmax(logits), -1, keepdims=True)
            return sum_to(out_grad / rows * (of_class - weights), node.inputs[0]), weights_bar

    return row_of(CrossEntropyOfTheTrueClass())


EXHIBITS = [
    Exhibit(
        "affine-input-grad-not-reshaped",
        "nn",
        op="matmul",
        subtlety=2,
        wrong="forward flattens x to (N, D); backward returns dx = g @ W.T with shape (N, D), not x.shape",
        trigger="x.ndim > 2",
        source="notes on a course's affine layer",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward laziness_is_unobservable"
        ),
        plant=in_op(affine_of_flat_inputs),
    ),
    Exhibit(
        "softmax-global-max-and-sum",
        "nn",
        op="softmax",
        subtlety=2,
        wrong="p = exp(z - z.max())/exp(z - z.max()).sum() over the whole batch",
        trigger="2-D (batched) input; one row hides it",
        source="a training script; also homework chega8",
        laws=named(
            "value_matches_reference tangent_matches_numeric gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order pullback_of_pullback_is_pushforward third_order_matches_numeric "
            "extreme_values_are_as_declared"
        ),
        plant=in_op(softmax_of_a_whole_batch),
    ),
    Exhibit(
        "softmax-jacobian-treated-as-diagonal",
        "nn",
        op="softmax",
        subtlety=2,
        wrong="dz = g * p*(1-p), the elementwise rule of the sigmoid",
        trigger="always for >= 2 classes",
        source="a step of a derivation, repaired further down in the same notes",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order pullback_of_pullback_is_pushforward "
            "third_order_matches_numeric extreme_values_are_as_declared"
        ),
        plant=in_op(softmax_with_a_diagonal),
    ),
    Exhibit(
        "softmax-loss-lse-counted-per-class",
        "nn",
        op="softmax_loss",
        subtlety=2,
        wrong="loss = sum_k (logsumexp(z) - z_k*y_k): the logsumexp is inside the class sum, so it is "
        "counted k times",
        trigger="k >= 2 classes",
        source="homework of dlsyscourse",
        laws=named("value_matches_reference extreme_values_are_as_declared"),
        plant=in_op(cross_entropy_of_many_logarithms),
    ),
    Exhibit(
        "softmax-loss-grad-index-slip",
        "nn",
        op="softmax_loss",
        subtlety=3,
        wrong="off-diagonal rule written with the wrong index: for j != i the derivative picks y_i for y_j "
        "(probability of the true class instead of that of class j)",
        trigger="any input, unless the probabilities are equal (a zero-initialised last layer gives such)",
        source="a training script",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order pullback_of_pullback_is_pushforward "
            "extreme_values_are_as_declared"
        ),
        plant=in_op(cross_entropy_of_one_probability),
    ),
]
