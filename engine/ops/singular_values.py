"""Singular values, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.catalogue import op
from engine.domain import DOMINANT
from engine.errors import ParameterError
from engine.kinds import Unary
from engine.ops.broadcasting import summation
from engine.ops.indexing import get_item
from engine.ops.matrices import (
    FINITE,
    answering,
    columns_times,
    diagonal_of,
    is_matrix,
    matrices,
    on_diagonal,
    one_over_differences,
    rows_times,
    signs_of_largest,
)
from engine.ops.norms import norm
from engine.ops.packing import Packing, TensorTuple
from engine.ops.shape import transpose

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["SVD", "Svdvals", "matrix_norm", "svd", "svdvals"]


@op(DOMINANT, signature="(m,n)->(k)", analytic=False)
class SVD(Unary):
    """(U, s, Vᵀ) with U diag(s) Vᵀ = A, packed and reduced: s descending; for distinct positive s.

    U has the shape (m, k), Vᵀ (k, n), with k = min(m, n) and Uᵀ U = Vᵀ V = 1. A pair of vectors is determined
    up to one sign; that the component of largest magnitude of the *left* one is positive is a convention,
    and both jump where two such are equal. With P = Uᵀ Ȧ V, S = diag(s), Fᵢⱼ = 1/(sⱼ² − sᵢ²), Fᵢᵢ = 0:
    ṡ = diagonal of P, U̇ = U (F ⊙ (P S + S Pᵀ)) + (1 − U Uᵀ) Ȧ V S⁻¹,
    V̇ = V (F ⊙ (S P + Pᵀ S)) + (1 − V Vᵀ) Ȧᵀ U S⁻¹. Where singular values are equal their vectors have no
    derivative, and F is infinite; ``Svdvals`` has s alone.

    Source: J. Townsend, Differentiating the singular value decomposition, 2016.
    """

    def compute(self, a: Array) -> Array:
        with answering(self, FINITE, a):
            u, s, vh = np.linalg.svd(a, full_matrices=False)
        left, right = computed(u), computed(vh)
        flips = signs_of_largest(left)
        return _packing(a.shape).pack(
            a.shape[:-2], computed(left * flips), computed(s), computed(np.swapaxes(flips, -1, -2) * right)
        )

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        packing = _packing(node.inputs[0].shape)
        u, s, vh = packing.unpack(node)
        u_bar, s_bar, vh_bar = packing.unpack(out_grad)
        v, v_bar, f = transpose(vh), transpose(vh_bar), one_over_differences(s * s)
        by_u, by_v = transpose(u) @ u_bar, vh @ v_bar
        inside = (
            columns_times(f * (by_u - transpose(by_u)), s)
            + rows_times(f * (by_v - transpose(by_v)), s)
            + on_diagonal(s_bar)
        )
        outside_u = columns_times(u_bar - u @ by_u, 1 / s) @ vh
        outside_v = u @ transpose(columns_times(v_bar - v @ by_v, 1 / s))
        return u @ inside @ vh + outside_u + outside_v

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        packing = _packing(in_tangent.shape)
        u, s, vh = packing.unpack(node)
        v, f = transpose(vh), one_over_differences(s * s)
        moved_v, moved_u = in_tangent @ v, transpose(in_tangent) @ u
        p = transpose(u) @ moved_v
        turned_u = f * (columns_times(p, s) + rows_times(transpose(p), s))
        turned_v = f * (rows_times(p, s) + columns_times(transpose(p), s))
        du = u @ turned_u + columns_times(moved_v - u @ p, 1 / s)
        dv = v @ turned_v + columns_times(moved_u - v @ transpose(p), 1 / s)
        return packing.join(du, diagonal_of(p), transpose(dv))

    def out_shape(self, *shapes: Shape) -> Shape:
        shape = matrices(self, shapes[0])
        return (*shape[:-2], _packing(shape).total)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_matrix(shapes[0]):
            yield cls()


def _packing(shape: Shape) -> Packing:
    rows, columns = shape[-2:]
    count = min(rows, columns)
    return Packing(("u", "s", "vh"), ((rows, count), (count,), (count, columns)))


def svd(a: Tensor) -> TensorTuple:
    """``u, s, vh = svd(a)``: A = U diag(s) Vᵀ, reduced, s descending. Raises ``ShapeError``."""
    packed = SVD()(a)
    return _packing(a.shape).unpack(packed)


@op(DOMINANT, signature="(m,n)->(k)", analytic=False)
class Svdvals(Unary):
    """The singular values s of A, descending; ṡ = diagonal of Uᵀ Ȧ V, Ā = U diag(s̄) Vᵀ.

    U and V hold the singular vectors. Where singular values are equal or 0, one derivative of many, finite.
    """

    def compute(self, a: Array) -> Array:
        with answering(self, FINITE, a):
            return computed(np.linalg.svd(a, compute_uv=False))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        u, _, vh = svd(node.inputs[0])
        return columns_times(u, out_grad) @ vh

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        u, _, vh = svd(node.inputs[0])
        return diagonal_of(transpose(u) @ in_tangent @ transpose(vh))

    def out_shape(self, *shapes: Shape) -> Shape:
        shape = matrices(self, shapes[0])
        return (*shape[:-2], min(shape[-2:]))

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_matrix(shapes[0]):
            yield cls()


svdvals: Svdvals = Svdvals()


def matrix_norm(a: Tensor, order: Literal["fro", "nuc", 2, -2] = "fro") -> Tensor:
    """Of the matrices on the last two axes: √Σ aᵢⱼ², Σ s, the largest s or the least. s: singular values.

    Raises ``ShapeError``, ``ParameterError``.
    """
    matrices(SVD(), a.shape)
    if order == "fro":
        return norm(a, (-2, -1))
    s = svdvals(a)
    if order == "nuc":
        return summation(s, -1)
    if order in (2, -2):
        return get_item(s, (..., 0 if order == 2 else -1))
    raise ParameterError("matrix_norm", f"order {order!r}", '"fro", "nuc", 2 or -2', "choose one of them")
