"""Overdetermined systems: the pseudo-inverse, and least squares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.catalogue import op
from engine.domain import DOMINANT
from engine.kinds import Unary
from engine.ops.factorisations import qr
from engine.ops.linalg import solve_triangular
from engine.ops.matrices import FINITE, answering, is_tall, tall
from engine.ops.shape import reshape, transpose

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Pinv", "lstsq", "pinv"]


@op(DOMINANT, signature="(m,n)->(n,m)", analytic=False)
class Pinv(Unary):
    """Y = A⁺ = (Aᵀ A)⁻¹ Aᵀ, for m ≥ n and independent columns; Y A = 1.

    Ẏ = −Y Ȧ Y + Y Yᵀ Ȧᵀ (1 − A Y), Ā = −Yᵀ Ȳ Yᵀ + (1 − A Y) Ȳᵀ Y Yᵀ. Where columns depend on each other the
    pseudo-inverse jumps, and has no derivative.

    Source: G. H. Golub and V. Pereyra, The differentiation of pseudo-inverses, SIAM J. Numer. Anal. 10, 1973.
    """

    def compute(self, a: Array) -> Array:
        tall(self, a.shape)
        with answering(self, FINITE, a):
            return computed(np.linalg.pinv(a))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        turned, out = transpose(node), transpose(out_grad)
        seen = out @ node
        return (seen - a @ (node @ seen)) @ turned - turned @ out_grad @ turned

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        turned = transpose(in_tangent)
        outside = turned - (turned @ a) @ node
        return node @ (transpose(node) @ outside) - node @ in_tangent @ node

    def out_shape(self, *shapes: Shape) -> Shape:
        shape = tall(self, shapes[0])
        return (*shape[:-2], shape[-1], shape[-2])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_tall(shapes[0]):
            yield cls()


def pinv(a: Tensor) -> Tensor:
    """A⁺, for independent columns, or rows where there are more columns. Raises ``ShapeError``."""
    if a.ndim > 1 and a.shape[-2] < a.shape[-1]:
        return transpose(Pinv()(transpose(a)))
    return Pinv()(a)


def lstsq(a: Tensor, b: Tensor) -> Tensor:
    """The X with the least |A X − B|, by QR: for m ≥ n and independent columns. b is (m) or (…, m, k).

    Raises ``ShapeError``.
    """
    q, r = qr(a)
    columns = reshape(b, (*b.shape, 1)) if b.ndim == 1 else b
    found = solve_triangular(r, transpose(q) @ columns, lower=False)
    return reshape(found, found.shape[:-1]) if b.ndim == 1 else found
