"""Ops whose three sayings a test gives, so that it can plant a bug in one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from engine import ops
from engine.array import Array, Shape, matrix_product
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Binary, Elementwise, Unary
from engine.tensor import Tensor
from engine.transforms import Differentiable

Function: TypeAlias = "Differentiable[[Tensor, Tensor, Tensor, Tensor]]"
"""A function of one to four Tensors."""

Rule: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""What ``gradient`` and ``tangent`` of one input say of a cotangent or tangent, and of the node."""


def cosine(moved: Tensor, node: Tensor) -> Tensor:
    """The right rule of sin, for both modes."""
    return moved * ops.cos(node.inputs[0])


def sine_like(
    back: Rule = cosine,
    forth: Rule = cosine,
    value: Callable[[Array], Array] = np.sin,
    *,
    analytic: bool = True,
) -> Unary:
    """An elementwise op of the catalogue; a second one of a test takes the place of the first."""

    @op(REALS, analytic=analytic)
    class Planted(Elementwise, Unary):
        """yᵢ = f(aᵢ)."""

        value: Callable[[Array], Array]
        back: Rule
        forth: Rule

        def compute(self, a: Array) -> Array:
            return self.value(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return self.back(out_grad, node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return self.forth(in_tangent, node)

    return Planted(value, back, forth)


class Mixing(Unary):
    """y = sin a, by an op that says nothing: no ``@op`` line, not elementwise, any rules."""

    def __init__(self, back: Rule = cosine, forth: Rule = cosine) -> None:
        self.back = back
        self.forth = forth

    def compute(self, a: Array) -> Array:
        return np.sin(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self.back(out_grad, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self.forth(in_tangent, node)

    def out_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]


class Product(Elementwise, Binary):
    """yᵢ = aᵢ bᵢ, with the adjoint of b off by a share; no ``@op`` line."""

    def __init__(self, off: float = 0.0) -> None:
        self.off = off

    def compute(self, a: Array, b: Array) -> Array:
        return a * b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return out_grad * b, out_grad * a * (1 + self.off)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da * b, a * db


class Square(Binary):
    """Y = A B of square matrices; ``transposed``: the adjoint of A is its transpose. No ``@op`` line."""

    def __init__(self, *, transposed: bool = False) -> None:
        self.transposed = transposed

    def compute(self, a: Array, b: Array) -> Array:
        return matrix_product(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a = out_grad @ ops.transpose(b)
        return ops.transpose(by_a) if self.transposed else by_a, ops.transpose(a) @ out_grad

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da @ b, a @ db

    def out_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]
