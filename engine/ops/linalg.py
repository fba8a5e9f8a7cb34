"""Inverses, linear systems and determinants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed
from engine.catalogue import op
from engine.domain import DOMINANT, REALS
from engine.errors import ShapeError
from engine.kinds import Binary, Unary, broadcast_shape
from engine.ops.broadcasting import sum_to
from engine.ops.exponential import log
from engine.ops.indexing import get_item, put_item
from engine.ops.matrices import answering, inner, is_square, square
from engine.ops.packing import Packing, TensorTuple
from engine.ops.shape import reshape, transpose
from engine.ops.triangles import tril, triu

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Det", "Inv", "SlogDet", "Solve", "SolveTriangular", "det", "inv", "logdet", "slogdet", "solve",
    "solve_triangular",
]  # fmt: skip

REGULAR = "regular matrices"


@op(DOMINANT, signature="(n,n)->(n,n)", analytic=False)
class Inv(Unary):
    """Y = A⁻¹, for regular A; Ẏ = −Y Ȧ Y, Ā = −Yᵀ Ȳ Yᵀ."""

    def compute(self, a: Array) -> Array:
        with answering(self, REGULAR, a):
            return computed(np.linalg.inv(a))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        turned = transpose(node)
        return -(turned @ out_grad @ turned)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(node @ in_tangent @ node)

    def out_shape(self, *shapes: Shape) -> Shape:
        return square(self, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


inv: Inv = Inv()


@op(DOMINANT, REALS, signature="(n,n),(n,k?)->(n,k?)", analytic=False)
class Solve(Binary):
    """X = A⁻¹ B, for regular A; Ẋ = A⁻¹ (Ḃ − Ȧ X), B̄ = A⁻ᵀ X̄, Ā = −B̄ Xᵀ.

    Shapes (…, n, n) and (…, n, k) give (…, n, k), leading axes broadcast; a 1-d b is one column, and its
    axis of size 1 is left out of the result, as in NumPy.
    """

    def compute(self, a: Array, b: Array) -> Array:
        with answering(self, REGULAR, a, b):
            return computed(np.linalg.solve(a, b))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        columns = _as_columns(b)
        b_bar = solve(transpose(a), _columns_of(out_grad, b))
        a_bar = sum_to(-(b_bar @ transpose(_columns_of(node, b))), a)
        return a_bar, reshape(sum_to(b_bar, columns), b.shape)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        by_a = -solve(a, da @ _columns_of(node, b))
        return reshape(by_a, node.shape), solve(a, db)

    def out_shape(self, *shapes: Shape) -> Shape:
        return system_shape(self, *shapes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_system(*shapes):
            yield cls()


solve: Solve = Solve()


def is_system(a: Shape, b: Shape) -> bool:
    """Whether a holds square matrices and b right sides of their size."""
    return is_square(a) and bool(b) and b[-2:][0] == a[-1]


def system_shape(op: Binary, a: Shape, b: Shape) -> Shape:
    """The shape of X in A X = B. Raises ``ShapeError``."""
    if not is_system(a, b):
        raise ShapeError(
            repr(op), f"shapes {a} and {b}", "(…, n, n) and (n) or (…, n, k)", "reshape or transpose one"
        )
    if len(b) == 1:
        return (*a[:-2], *b)
    return (*broadcast_shape(op, a[:-2], b[:-2]), *b[-2:])


def _as_columns(b: Tensor) -> Tensor:
    return reshape(b, (*b.shape, 1)) if b.ndim == 1 else b


def _columns_of(x: Tensor, b: Tensor) -> Tensor:
    """A value of the result's shape, as matrices if b was one vector."""
    return reshape(x, (*x.shape, 1)) if b.ndim == 1 else x


@op(DOMINANT, REALS, signature="(n,n),(n,k?)->(n,k?)")
class SolveTriangular(Binary):
    """X with T X = B, for the triangle T of A, its diagonal not 0; Ẋ = T⁻¹ (Ḃ − Ṫ X), B̄ = T⁻ᵀ X̄, T̄ = −B̄ Xᵀ.

    T is the lower triangle, or the upper where ``lower`` is false; the other is not read and its adjoint is
    0. ``trans``: Tᵀ X = B instead. ``unit_diagonal``: the diagonal of T is taken to be 1, and not read.
    Shapes as ``Solve``.
    """

    lower: bool = True
    trans: bool = False
    unit_diagonal: bool = False

    def compute(self, a: Array, b: Array) -> Array:
        system_shape(self, a.shape, b.shape)
        columns = b[:, np.newaxis] if b.ndim == 1 else b
        t = np.swapaxes(a, -1, -2) if self.trans else a
        batch = np.broadcast_shapes(a.shape[:-2], columns.shape[:-2])
        x = np.zeros((*batch, *columns.shape[-2:]), np.result_type(a, b))
        size = a.shape[-1]
        forward = self.lower is not self.trans
        for i in range(size) if forward else range(size)[::-1]:
            known = slice(0, i) if forward else slice(i + 1, size)
            rest = columns[..., i, :] - (t[..., i, known, np.newaxis] * x[..., known, :]).sum(axis=-2)
            x[..., i, :] = rest if self.unit_diagonal else rest / t[..., i, i, np.newaxis]
        return computed(x[..., 0] if b.ndim == 1 else x)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        turned = SolveTriangular(self.lower, not self.trans, self.unit_diagonal)
        b_bar = turned(a, _columns_of(out_grad, b))
        x = _columns_of(node, b)
        t_bar = -(x @ transpose(b_bar)) if self.trans else -(b_bar @ transpose(x))
        return sum_to(self._triangle(t_bar), a), reshape(sum_to(b_bar, _as_columns(b)), b.shape)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        dt = self._triangle(da)
        moved = (transpose(dt) if self.trans else dt) @ _columns_of(node, b)
        return reshape(-self(a, moved), node.shape), self(a, db)

    def out_shape(self, *shapes: Shape) -> Shape:
        return system_shape(self, *shapes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_system(*shapes):
            for unit_diagonal in (False, True):
                for trans in (False, True):
                    yield cls(True, trans, unit_diagonal)
                    yield cls(False, trans, unit_diagonal)

    def _triangle(self, a: Tensor) -> Tensor:
        """What the op reads of a matrix, 0 elsewhere."""
        inside = int(self.unit_diagonal)
        return tril(a, -inside) if self.lower else triu(a, inside)


def solve_triangular(
    a: Tensor, b: Tensor, *, lower: bool = True, trans: bool = False, unit_diagonal: bool = False
) -> Tensor:
    """X with T X = B, or Tᵀ X = B, for a triangle T of A. Raises ``ShapeError``."""
    return SolveTriangular(bool(lower), bool(trans), bool(unit_diagonal))(a, b)


@op(DOMINANT, signature="(n,n)->()", analytic=False)
class Det(Unary):
    """y = det A; ẏ = y tr(A⁻¹ Ȧ), Ā = ȳ y A⁻ᵀ, for regular A."""

    def compute(self, a: Array) -> Array:
        return computed(np.linalg.det(a))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return reshape(out_grad * node, (*node.shape, 1, 1)) * transpose(inv(a))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return node * inner(transpose(inv(a)), in_tangent)

    def out_shape(self, *shapes: Shape) -> Shape:
        return square(self, shapes[0])[:-2]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


det: Det = Det()

_SIGN_AND_LOG = Packing(("sign", "logabsdet"), ((), ()))


@op(DOMINANT, signature="(n,n)->(k)", analytic=False)
class SlogDet(Unary):
    """y = (sign det A, log |det A|), packed; the sign does not move, and log |det A|' = tr(A⁻¹ Ȧ).

    For regular A. Of a singular one the value is (0, −∞), and there is no derivative.
    """

    def compute(self, a: Array) -> Array:
        sign, logabsdet = np.linalg.slogdet(a)
        return _SIGN_AND_LOG.pack(a.shape[:-2], computed(sign), computed(logabsdet))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        moved = get_item(out_grad, (..., 1))
        return reshape(moved, (*moved.shape, 1, 1)) * transpose(inv(a))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return put_item(inner(transpose(inv(a)), in_tangent), (..., 1), node.shape)

    def out_shape(self, *shapes: Shape) -> Shape:
        return (*square(self, shapes[0])[:-2], 2)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


def slogdet(a: Tensor) -> TensorTuple:
    """``sign, logabsdet = slogdet(a)``: det A = sign · exp(logabsdet). Raises ``ShapeError``."""
    return _SIGN_AND_LOG.unpack(SlogDet()(a))


def logdet(a: Tensor) -> Tensor:
    """log det A: NaN where det A < 0, −∞ where it is 0. No product that overflows is made."""
    sign, logabsdet = slogdet(a)
    return logabsdet + log(sign)
