"""What linear algebra is written with: NumPy's calls, the shapes of matrices, masks, symmetric parts.

All ops on matrices are batched: the last two axes are the matrix, those in front of them are many of it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array, Shape, computed, select
from engine.errors import MatrixError, ShapeError
from engine.graph import Op
from engine.ops.broadcasting import summation
from engine.ops.diagonals import Diagonal, PutDiagonal
from engine.ops.shape import reshape, transpose
from engine.ops.triangles import tril

if TYPE_CHECKING:
    from engine.tensor import Tensor

FINITE = "finite matrices"
"""What an algorithm takes that ends for all numbers."""


@contextmanager
def answering(op: Op, expected: str, *arrays: Array) -> Generator[None, None, None]:
    """Inside, NumPy's refusal is a ``ShapeError`` of the op, or a ``MatrixError`` that says what it takes.

    An algorithm for ``FINITE`` matrices is not asked about others: of them LAPACK may make any numbers.
    """
    if expected == FINITE and not all(np.isfinite(array).all() for array in arrays):
        raise MatrixError(repr(op), "∞ or NaN", expected, "check the matrix")
    try:
        yield
    except np.linalg.LinAlgError as error:
        op.checked_shape(*(array.shape for array in arrays))
        raise MatrixError(
            repr(op), str(error).lower(), expected, "check the matrix, or add a multiple of the identity"
        ) from error


def square(op: Op, shape: Shape) -> Shape:
    """The shape, if its last two axes are square matrices. Raises ``ShapeError``."""
    if not is_square(shape):
        raise ShapeError(
            repr(op), f"shape {shape}", "square matrices (…, n, n)", "reshape, or choose other axes"
        )
    return shape


def is_square(shape: Shape) -> bool:
    """Whether the last two axes are square matrices."""
    return len(shape) > 1 and shape[-1] == shape[-2]


def tall(op: Op, shape: Shape) -> Shape:
    """The shape, if its matrices have at least as many rows as columns. Raises ``ShapeError``."""
    if not is_tall(shape):
        raise ShapeError(
            repr(op), f"shape {shape}", "matrices (…, m, n) with m ≥ n", "transpose the last two axes"
        )
    return shape


def is_tall(shape: Shape) -> bool:
    """Whether the last two axes are matrices with at least as many rows as columns."""
    return len(shape) > 1 and shape[-2] >= shape[-1]


def matrices(op: Op, shape: Shape) -> Shape:
    """The shape, if it has two axes or more. Raises ``ShapeError``."""
    if not is_matrix(shape):
        raise ShapeError(repr(op), f"shape {shape}", "matrices (…, m, n)", "reshape the operand to a matrix")
    return shape


def is_matrix(shape: Shape) -> bool:
    """Whether there are two axes or more."""
    return len(shape) > 1


def symmetric(a: Tensor) -> Tensor:
    """(A + Aᵀ) / 2, which is its own adjoint."""
    return (a + transpose(a)) * 0.5


def symmetric_part(op: Op, a: Array) -> Array:
    """(A + Aᵀ) / 2 of an array. Raises ``ShapeError``: the sum would broadcast (1, n)."""
    square(op, a.shape)
    turned = np.swapaxes(a, -1, -2)
    with np.errstate(over="ignore"):
        mean = computed((a + turned) * 0.5)
    return select(np.isfinite(mean), mean, computed(a * 0.5 + turned * 0.5))  # a sum may overflow


def eye_like(a: Tensor, size: int) -> Tensor:
    """The identity matrix, in the dtype of a."""
    return a.make_const(np.eye(size, dtype=a.dtype))


def half_below(a: Tensor) -> Tensor:
    """Φ(A): A below the diagonal, half of it on the diagonal, 0 above."""
    return (tril(a) + tril(a, -1)) * 0.5


def diagonal_of(a: Tensor) -> Tensor:
    """The diagonals of the matrices, as vectors."""
    return Diagonal(0, (a.ndim - 2, a.ndim - 1))(a)


def on_diagonal(v: Tensor) -> Tensor:
    """The square matrices with these vectors on their diagonals, 0 elsewhere."""
    return PutDiagonal(0, (v.ndim - 1, v.ndim), (*v.shape, v.shape[-1]))(v)


def rows_times(a: Tensor, v: Tensor) -> Tensor:
    """diag(v) A: row i by vᵢ."""
    return a * reshape(v, (*v.shape, 1))


def columns_times(a: Tensor, v: Tensor) -> Tensor:
    """A diag(v): column j by vⱼ."""
    return a * reshape(v, (*v.shape[:-1], 1, v.shape[-1]))


def one_over_differences(w: Tensor) -> Tensor:
    """Fᵢⱼ = 1/(wⱼ − wᵢ) beside the diagonal, and 0 on it."""
    size = w.shape[-1]
    eye = eye_like(w, size)
    apart = reshape(w, (*w.shape[:-1], 1, size)) - reshape(w, (*w.shape, 1))
    return (1 - eye) / (apart + eye)


def inner(a: Tensor, b: Tensor) -> Tensor:
    """Σᵢⱼ aᵢⱼ bᵢⱼ of each pair of matrices."""
    product = a * b
    return summation(product, (product.ndim - 2, product.ndim - 1))


def signs_of_largest(columns: Array) -> Array:
    """The sign of the entry of each column that is largest in magnitude, of shape (…, 1, n)."""
    if not columns.size:
        return computed(np.ones((*columns.shape[:-2], 1, columns.shape[-1]), columns.dtype))
    at = np.argmax(np.abs(columns), axis=-2, keepdims=True)
    return signs(computed(np.take_along_axis(columns, at, axis=-2)))


def signs(a: Array) -> Array:
    """−1 where a is negative, 1 elsewhere."""
    one = computed(np.ones_like(a))
    return select(np.less(a.real, 0), computed(-one), one)
