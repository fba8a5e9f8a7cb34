"""Bugs of second order: adjoints that are right and are not what they say they depend on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Shape, as_array
from engine.catalogue import op
from engine.domain import NONZERO, REALS
from engine.graph import Op
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.grid import Grid
from properties.number import Number
from properties.references import refer, refer_entry
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


class Projection(Binary):
    """y = −Σᵢ aᵢ bᵢ, by a kernel with rules written by hand."""

    __slots__ = ("wrong",)

    def __init__(self, *, wrong: bool) -> None:
        self.wrong: bool = wrong

    def compute(self, a: Array, b: Array) -> Array:
        return as_array(-np.sum(a * b))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return (out_grad if self.wrong else -out_grad) * b, -out_grad * a

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return self(da, b), self(a, db)

    def out_shape(self, *shapes: Shape) -> Shape:
        return ()


def group_norm_with_a_slip(wrong: bool) -> Row:
    """In reverse mode alone: the adjoint rule's tangent, which nobody writes by hand, is right."""

    @op(REALS, signature="(i*)->(j*)")
    class GroupNorm(Unary):
        """yᵢ = (aᵢ − m) / s, with m the mean of all entries and s² their variance + 1."""

        def compute(self, a: Array) -> Array:
            return as_array((a - np.mean(a)) / np.sqrt(np.var(a) + 1))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            centred = out_grad - out_grad.mean()
            projected = node * (Projection(wrong=wrong)(node, out_grad) / node.size)
            return (centred + projected) * self._inverse_deviation(node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            centred = in_tangent - in_tangent.mean()
            return (centred - node * (node * in_tangent).mean()) * self._inverse_deviation(node)

        def _inverse_deviation(self, node: Tensor) -> Tensor:
            (a,) = node.inputs
            return 1 / ops.sqrt(((a - a.mean()) ** 2).mean() + 1)

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            if prod(shapes[0]):
                yield cls()

    refer(GroupNorm, _normed_whole)
    return row_of(GroupNorm())


def layer_norm_with_saved_statistics(wrong: bool) -> Row:
    if not wrong:
        return alone("LayerNorm")()

    @instead_of(ops.LayerNorm)
    class LayerNormOfSavedStatistics(ops.LayerNorm):
        """To its rule the mean and the deviation are numbers."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            mean = a.mean(self.axes, keepdims=True).detach()
            scale = 1 / ops.sqrt(((a - mean).detach() ** 2).mean(self.axes, keepdims=True) + self.eps)
            y = (a - mean) * scale
            level = out_grad - out_grad.mean(self.axes, keepdims=True)
            return scale * (level - y * (y * out_grad).mean(self.axes, keepdims=True))

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            if prod(shapes[0]):  # there is no mean of nothing
                for known in ops.LayerNorm.instances(*shapes):
                    yield cls(known.axes, known.eps)

    return row_of(LayerNormOfSavedStatistics((0,)))


def _normed_whole(op: Op, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return Grid(a.shape, _normed(a, a.entries), a.arithmetic)


def _normed(a: Grid, entries: Sequence[Number]) -> list[Number]:
    mean = a.total(entries) / float(len(entries))
    centred = [entry - mean for entry in entries]
    deviation = (a.total([entry * entry for entry in centred]) / float(len(entries)) + 1.0).sqrt()
    return [entry / deviation for entry in centred]


def quotient_with_a_fresh_leaf(wrong: bool) -> Row:
    @op(REALS, NONZERO)
    class Quotient(Elementwise, Binary):
        """yᵢ = aᵢ / bᵢ; shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return a / b

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            b_bar = -out_grad * a / b**2
            if wrong:
                b_bar = Tensor(b_bar.realize_cached_data())
            return sum_to(out_grad / b, a), sum_to(b_bar, b)

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return da / b, -(a * db) / b**2

    refer_entry(Quotient, lambda op, x: x[0] / x[1])
    return row_of(Quotient())


def square_of_realised_constants(wrong: bool) -> Row:
    if not wrong:
        return alone("Square")()

    @instead_of(ops.Square)
    class SquareOfRealised(ops.Square):
        """Its adjoint is a fresh leaf."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            return Tensor(as_array(2 * out_grad.realize_cached_data() * a.realize_cached_data()))

    return row_of(SquareOfRealised())


def solve_with_saved_factors(wrong: bool) -> Row:
    if not wrong:
        return alone("Solve")()

    @instead_of(ops.Solve)
    class SolveByKeptInverse(ops.Solve):
        """Its rules multiply by A⁻¹, a number since the value was computed."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            x, x_bar = (columns(each, b) for each in (node, out_grad))
            b_bar = ops.transpose(inverse(a, node)) @ x_bar
            b_bar_there = ops.reshape(sum_to(b_bar, columns(b, b)), b.shape)
            return sum_to(-(b_bar @ ops.transpose(x)), a), b_bar_there

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            by_a = -(inverse(a, node) @ (da @ columns(node, b)))
            by_b = inverse(a, node) @ columns(db, b)
            return ops.reshape(by_a, node.shape), ops.reshape(by_b, node.shape)

    def inverse(a: Tensor, node: Tensor) -> Tensor:
        return ops.inv(ops.astype(a, node.dtype)).detach()

    def columns(x: Tensor, b: Tensor) -> Tensor:
        return ops.reshape(x, (*x.shape, 1)) if b.ndim == 1 else x

    return row_of(SolveByKeptInverse())


EXHIBITS = [
    Exhibit(
        "double-backward-sign-slip",
        "second-order",
        op="group_norm",
        subtlety=4,
        wrong="hand-written double backward of x -> -(x . g)*inv_std returns gx with the sign of the "
        "forward lost: +gx",
        trigger="second derivative with respect to the normalised input only; first order and the other "
        "second-order adjoint are right",
        source="chainer/chainer ad236614e3",
        laws=named("modes_agree_in_second_order"),
        plant=in_op(group_norm_with_a_slip),
    ),
    Exhibit(
        "div-grad-fresh-leaf",
        "second-order",
        op="div",
        subtlety=5,
        wrong="db = Tensor(-g.data*a.data/b.data**2): only the denominator adjoint is rebuilt as a leaf; "
        "the numerator path stays differentiable",
        trigger="second derivative involving b: d2(a/b)/db2 = 0 and the mixed derivative seen from b "
        "missing: Hessian not symmetric",
        source="homework chega8",
        laws=named(
            "tangent_matches_numeric gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(quotient_with_a_fresh_leaf),
    ),
    Exhibit(
        "grad-built-on-realised-constants",
        "second-order",
        op="backward",
        subtlety=5,
        wrong="gradient computes with realised arrays and wraps the result in a fresh leaf: first order "
        "right, but the adjoint has no graph; d2/dx2 of x**2 is None/0, not 2",
        trigger="second derivative",
        source="homework of dlsyscourse; pytorch #76185",
        laws=named(
            "gradient_is_differentiable modes_agree_in_second_order pullback_of_pullback_is_pushforward "
            "extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(square_of_realised_constants),
    ),
    Exhibit(
        "norm-layer-saved-stats-constant",
        "second-order",
        op="layer_norm",
        subtlety=5,
        wrong="the backward uses the saved mean and 1/std as constants, so differentiating the backward "
        "misses their dependence on x",
        trigger="second (in the framework: third) derivative; first order exact",
        source="pytorch #175754, #186256",
        laws=named(
            "gradient_is_differentiable hessian_is_symmetric modes_agree_in_second_order "
            "extreme_values_are_as_declared"
        ),
        plant=in_op(layer_norm_with_saved_statistics),
    ),
    Exhibit(
        "solve-second-order-constant-factor",
        "second-order",
        op="solve",
        subtlety=5,
        wrong="JVP/VJP of solve (det, slogdet) reuses the LU factors or inv(A) saved from the forward as "
        "constants; differentiating again misses d(A**-1) = -A**-1 dA A**-1, result about half",
        trigger="second derivative in A, forward-over-forward (or any nesting where the saved factor is "
        "not re-linked)",
        source="pytorch #192540, #196695, PR #192667",
        laws=named("gradient_is_differentiable hessian_is_symmetric third_order_matches_numeric"),
        plant=in_op(solve_with_saved_factors),
    ),
]
