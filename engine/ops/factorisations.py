"""A matrix as a product of triangles, or of orthogonal columns and a triangle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.catalogue import op
from engine.domain import DOMINANT
from engine.kinds import Unary
from engine.ops.linalg import solve_triangular
from engine.ops.matrices import (
    FINITE,
    answering,
    half_below,
    is_square,
    is_tall,
    signs,
    square,
    symmetric,
    symmetric_part,
    tall,
)
from engine.ops.packing import Packing, TensorTuple
from engine.ops.shape import transpose
from engine.ops.triangles import tril, triu

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["QR", "Cholesky", "cholesky", "qr"]


@op(DOMINANT, signature="(n,n)->(n,n)", analytic=False)
class Cholesky(Unary):
    """L Lᵀ = S, L a lower triangle with a positive diagonal, S = (A + Aᵀ)/2 positive definite.

    The symmetric part is taken of what is given, so that L is a smooth function of all entries of A, and Ā
    is symmetric. L̇ = L Φ(L⁻¹ Ṡ L⁻ᵀ), S̄ = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, where Φ takes the lower triangle and half of the
    diagonal, and L̄ is read on and below the diagonal only.
    """

    def compute(self, a: Array) -> Array:
        with answering(self, "positive definite matrices", a):
            return computed(np.linalg.cholesky(symmetric_part(self, a)))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        inside = half_below(transpose(node) @ tril(out_grad))
        left = solve_triangular(node, inside, trans=True)
        return symmetric(transpose(solve_triangular(node, transpose(left), trans=True)))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        left = solve_triangular(node, symmetric(in_tangent))
        return node @ half_below(solve_triangular(node, transpose(left)))

    def out_shape(self, *shapes: Shape) -> Shape:
        return square(self, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


cholesky: Cholesky = Cholesky()


@op(DOMINANT, signature="(m,n)->(k)", analytic=False)
class QR(Unary):
    """(Q, R) with Q R = A, packed: Qᵀ Q = 1, R an upper triangle; for m ≥ n and independent columns.

    Q has the shape of A. That the diagonal of R is positive is a convention; it makes Q and R functions of A.
    With C = Qᵀ Ȧ R⁻¹ and Ω = C₋ − C₋ᵀ, C₋ being C below the diagonal: Ṙ = (C − Ω) R, Q̇ = (Ȧ − Q Ṙ) R⁻¹.
    With M = R R̄ᵀ − Q̄ᵀ Q: Ā = (Q̄ + Q (M₋ + M₋ᵀ + diagonal of M)) R⁻ᵀ; R̄ is read in its triangle only.
    """

    def compute(self, a: Array) -> Array:
        with answering(self, FINITE, a):
            q, r = np.linalg.qr(a)
        flips = signs(computed(np.diagonal(r, axis1=-2, axis2=-1)))
        return _packing(a.shape).pack(
            a.shape[:-2], computed(q * flips[..., np.newaxis, :]), computed(r * flips[..., :, np.newaxis])
        )

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        packing = _packing(a.shape)
        q, r = packing.unpack(node)
        q_bar, r_bar = packing.unpack(out_grad)
        m = r @ transpose(triu(r_bar)) - transpose(q_bar) @ q
        mirrored = tril(m) + transpose(tril(m, -1))
        return transpose(solve_triangular(r, transpose(q_bar + q @ mirrored), lower=False))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        packing = _packing(in_tangent.shape)
        q, r = packing.unpack(node)
        c = transpose(q) @ _over(in_tangent, r)
        turning = tril(c, -1) - transpose(tril(c, -1))
        dr = triu(c - turning) @ r
        return packing.join(_over(in_tangent - q @ dr, r), dr)

    def out_shape(self, *shapes: Shape) -> Shape:
        shape = tall(self, shapes[0])
        return (*shape[:-2], _packing(shape).total)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_tall(shapes[0]):
            yield cls()


def _packing(shape: Shape) -> Packing:
    rows, columns = shape[-2:]
    return Packing(("q", "r"), ((rows, columns), (columns, columns)))


def _over(a: Tensor, r: Tensor) -> Tensor:
    """A R⁻¹."""
    return transpose(solve_triangular(r, transpose(a), lower=False, trans=True))


def qr(a: Tensor) -> TensorTuple:
    """``q, r = qr(a)``: A = Q R with orthonormal columns and a triangle, reduced. Raises ``ShapeError``."""
    packed = QR()(a)
    return _packing(a.shape).unpack(packed)
