"""The matrix product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.array import Array, Shape, matrix_product
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ShapeError
from engine.kinds import Binary, broadcast_shape
from engine.ops.broadcasting import sum_to
from engine.ops.shape import reshape, transpose

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["MatMul", "matmul"]


@op(REALS, REALS, signature="(n?,k),(k,m?)->(n?,m?)")
class MatMul(Binary):
    """yᵢⱼ = Σₖ aᵢₖ bₖⱼ; Z̄ = Ȳ gives ā = ȳ bᵀ and b̄ = aᵀ ȳ.

    Shapes (…, n, k) and (…, k, m) give (…, n, m), leading axes broadcast; a 1-d operand is a row in front
    and a column behind, and its axis is left out of the result, as in NumPy.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return matrix_product(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        rows, columns = _as_rows(a), _as_columns(b)
        z_bar = reshape(out_grad, _matrix_shape(a.shape, b.shape, node.shape))
        a_bar = sum_to(z_bar @ transpose(columns), rows)
        b_bar = sum_to(transpose(rows) @ z_bar, columns)
        return reshape(a_bar, a.shape), reshape(b_bar, b.shape)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da @ b, a @ db

    def out_shape(self, *shapes: Shape) -> Shape:
        a, b = shapes
        if not a or not b or a[-1] != b[-2 if len(b) > 1 else 0]:
            raise ShapeError(
                repr(self),
                f"shapes {a} and {b}",
                "(…, n, k) and (…, k, m), 1-d operands (k)",
                "transpose or reshape one operand so that the inner sizes agree",
            )
        batch = broadcast_shape(self, a[:-2], b[:-2])
        return (*batch, *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


matmul: MatMul = MatMul()


def _as_rows(a: Tensor) -> Tensor:
    return reshape(a, (1, *a.shape)) if a.ndim == 1 else a


def _as_columns(b: Tensor) -> Tensor:
    return reshape(b, (*b.shape, 1)) if b.ndim == 1 else b


def _matrix_shape(a: Shape, b: Shape, y: Shape) -> Shape:
    """The shape of the product if 1-d operands had been matrices."""
    columns = y[-1:] if len(b) > 1 else (1,)
    batch_and_rows = y[: len(y) - (len(b) > 1)]
    return (*batch_and_rows, *columns) if len(a) > 1 else (*batch_and_rows, 1, *columns)
