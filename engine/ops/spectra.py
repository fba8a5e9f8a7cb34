"""Eigenvalues of symmetric matrices, and singular values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.catalogue import op
from engine.domain import DOMINANT
from engine.kinds import Unary
from engine.ops.matrices import (
    FINITE,
    answering,
    columns_times,
    diagonal_of,
    is_square,
    on_diagonal,
    one_over_differences,
    signs_of_largest,
    square,
    symmetric,
    symmetric_part,
)
from engine.ops.packing import Packing, TensorTuple
from engine.ops.shape import transpose

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Eigh", "Eigvalsh", "eigh", "eigvalsh"]


@op(DOMINANT, signature="(n,n)->(k)", analytic=False)
class Eigh(Unary):
    """(w, V) with S V = V diag(w), packed: S = (A + Aᵀ)/2, w ascending, Vᵀ V = 1; for distinct w.

    The symmetric part is taken of what is given, so that w and V are functions of all entries of A, and Ā is
    symmetric. A vector is determined up to its sign; that its component of largest magnitude is positive is
    a convention, and V jumps where two such are equal. With P = Vᵀ Ṡ V and Fᵢⱼ = 1/(wⱼ − wᵢ), Fᵢᵢ = 0:
    ẇ = diagonal of P, V̇ = V (F ⊙ P), S̄ = V (diag(w̄) + F ⊙ Vᵀ V̄) Vᵀ. Where eigenvalues are equal their
    vectors have no derivative, and F is infinite; ``Eigvalsh`` has w alone.
    """

    def compute(self, a: Array) -> Array:
        with answering(self, FINITE, a):
            w, v = np.linalg.eigh(symmetric_part(self, a))
        vectors = computed(v)
        packing = _eigen_packing(a.shape)
        return packing.pack(a.shape[:-2], computed(w), computed(vectors * signs_of_largest(vectors)))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        packing = _eigen_packing(node.inputs[0].shape)
        w, v = packing.unpack(node)
        w_bar, v_bar = packing.unpack(out_grad)
        inside = on_diagonal(w_bar) + one_over_differences(w) * (transpose(v) @ v_bar)
        return symmetric(v @ inside @ transpose(v))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        packing = _eigen_packing(in_tangent.shape)
        w, v = packing.unpack(node)
        p = transpose(v) @ symmetric(in_tangent) @ v
        return packing.join(diagonal_of(p), v @ (one_over_differences(w) * p))

    def out_shape(self, *shapes: Shape) -> Shape:
        shape = square(self, shapes[0])
        return (*shape[:-2], _eigen_packing(shape).total)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


def _eigen_packing(shape: Shape) -> Packing:
    size = shape[-1]
    return Packing(("eigenvalues", "eigenvectors"), ((size,), (size, size)))


def eigh(a: Tensor) -> TensorTuple:
    """``eigenvalues, eigenvectors = eigh(a)`` of (A + Aᵀ)/2, ascending, vector k in column k.

    Raises ``ShapeError``.
    """
    packed = Eigh()(a)
    return _eigen_packing(a.shape).unpack(packed)


@op(DOMINANT, signature="(n,n)->(n)", analytic=False)
class Eigvalsh(Unary):
    """The eigenvalues w of S = (A + Aᵀ)/2, ascending; ẇ = diagonal of Vᵀ Ṡ V, S̄ = V diag(w̄) Vᵀ.

    V holds the eigenvectors. Where eigenvalues are equal, one derivative of many, finite.
    """

    def compute(self, a: Array) -> Array:
        with answering(self, FINITE, a):
            return computed(np.linalg.eigvalsh(symmetric_part(self, a)))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        _, v = eigh(node.inputs[0])
        return symmetric(columns_times(v, out_grad) @ transpose(v))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        _, v = eigh(node.inputs[0])
        return diagonal_of(transpose(v) @ symmetric(in_tangent) @ v)

    def out_shape(self, *shapes: Shape) -> Shape:
        return square(self, shapes[0])[:-1]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


eigvalsh: Eigvalsh = Eigvalsh()
