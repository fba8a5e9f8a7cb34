"""Functions of a square matrix that are power series: powers and the exponential, and products of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import factorial
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed, matrix_product, select
from engine.axes import whole_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import OperandError, ParameterError, ShapeError
from engine.kinds import Unary
from engine.ops.broadcasting import summation
from engine.ops.conversion import zeros_like
from engine.ops.indexing import get_item
from engine.ops.joining import concatenate
from engine.ops.linalg import inv
from engine.ops.matrices import FINITE, answering, is_square, square
from engine.ops.piecewise import absolute
from engine.ops.product import matmul
from engine.ops.shape import transpose

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Expm", "MatrixPower", "expm", "matrix_power", "multi_dot"]


@op(REALS, signature="(n,n)->(n,n)")
class MatrixPower(Unary):
    """Y = Aᵏ for a whole k ≥ 0, A⁰ = 1; Ẏ = Σᵢ Aⁱ Ȧ Aᵏ⁻¹⁻ⁱ, and Ā is the same with Aᵀ and Ȳ."""

    exponent: int

    def __post_init__(self) -> None:
        if whole_number(type(self).__name__, "exponent", self.exponent) < 0:
            raise ParameterError(
                type(self).__name__,
                f"exponent {self.exponent}",
                "an exponent ≥ 0",
                "use matrix_power: it inverts",
            )

    def compute(self, a: Array) -> Array:
        square(self, a.shape)
        if self.exponent == 0:
            return computed(np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape))
        found = a
        for _ in range(self.exponent - 1):
            found = matrix_product(found, a)
        return found

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self._moved(transpose(node.inputs[0]), out_grad)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self._moved(node.inputs[0], in_tangent)

    def out_shape(self, *shapes: Shape) -> Shape:
        return square(self, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield from map(cls, (2, 1, 3, 0, 4))

    def _moved(self, a: Tensor, moved: Tensor) -> Tensor:
        """Σᵢ Aⁱ M Aᵏ⁻¹⁻ⁱ, by Horner: the sum for k + 1 is A times that for k, and M Aᵏ."""
        if self.exponent == 0:
            return zeros_like(moved)
        found = right = moved
        for _ in range(self.exponent - 1):
            right = right @ a
            found = a @ found + right
        return found


def matrix_power(a: Tensor, n: int) -> Tensor:
    """Aⁿ; for n < 0 the power of the inverse. Raises ``ShapeError``, ``ParameterError``, ``MatrixError``."""
    exponent = whole_number("matrix_power", "n", n)
    return MatrixPower(exponent)(a) if exponent >= 0 else MatrixPower(-exponent)(inv(a))


DEGREE = 13
"""Of numerator and denominator of the Padé approximant."""

RADIUS = 4.25
"""In a 1-norm up to this the approximant has the digits of float64."""


SMALL = Domain(-2.0, 2.0)
"""Where the laws ask about exp A."""


@op(SMALL, signature="(n,n)->(n,n)", analytic=False)
class Expm(Unary):
    """Y = exp A = Σₖ Aᵏ / k!; Ẏ = L(A, Ȧ) and Ā = L(Aᵀ, Ȳ).

    L(A, E) is the upper right block of exp [[A, E], [0, A]]. Computed as (p(B) / p(−B))ˢ, s = 2ᵏ, B = A / s
    with a 1-norm up to ``RADIUS``, p being Padé's polynomial of degree 13.

    It is defined for every matrix; the domain is where float32 has digits of second derivatives to spare: the
    relative rounding of Y grows with the norm of A, and with the number of squarings.

    Sources: N. J. Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J.
    Matrix Anal. Appl. 26, 2005; R. Mathias, A chain rule for matrix functions, the same 17, 1996.
    """

    def compute(self, a: Array) -> Array:
        norm = np.abs(a).sum(axis=-2).max(axis=-1, initial=0.0)
        if not np.isfinite(norm).all():
            return computed(a * np.nan)
        halvings = np.ceil(np.log2(np.maximum(norm / RADIUS, 1.0)))
        small = computed(a * (0.5**halvings)[..., np.newaxis, np.newaxis].astype(a.dtype))
        even, odd = _pade(small)
        with answering(self, FINITE, a):
            found = computed(np.linalg.solve(even - odd, even + odd))
        for done in range(int(halvings.max(initial=0.0))):
            more = np.less(done, halvings)[..., np.newaxis, np.newaxis]
            found = select(more, computed(found @ found), found)
        return found

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return _frechet(transpose(node.inputs[0]), out_grad)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return _frechet(node.inputs[0], in_tangent)

    def out_shape(self, *shapes: Shape) -> Shape:
        return square(self, shapes[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if is_square(shapes[0]):
            yield cls()


expm: Expm = Expm()


def _pade(a: Array) -> tuple[Array, Array]:
    """The even and the odd part of p(A), by Horner in A²."""
    squared, eye = computed(a @ a), np.eye(a.shape[-1], dtype=a.dtype)
    parts: list[Array] = []
    for first in (0, 1):
        found = np.zeros_like(a)
        for coefficient in _coefficients()[first::2][::-1]:
            found = computed(found @ squared + coefficient * eye)
        parts.append(found)
    return parts[0], computed(a @ parts[1])


@cache
def _coefficients() -> tuple[float, ...]:
    """Those of p, the constant one first, which is 1."""
    wholes = [factorial(2 * DEGREE - k) // (factorial(k) * factorial(DEGREE - k)) for k in range(DEGREE + 1)]
    return tuple(whole / wholes[0] for whole in wholes)


def _frechet(a: Tensor, e: Tensor) -> Tensor:
    """L(A, E), which is linear in E: E is made small first, so that it adds no halvings."""
    size = a.shape[-1]
    sizes = absolute(e.detach())
    scale = summation(sizes, (e.ndim - 2, e.ndim - 1), keepdims=True) + 1
    upper = concatenate([a, e / scale], axis=-1)
    lower = concatenate([zeros_like(a), a], axis=-1)
    whole = expm(concatenate([upper, lower], axis=-2))
    return get_item(whole, (..., slice(0, size), slice(size, 2 * size))) * scale


def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """A₁ A₂ … Aₙ of matrices, in the order that multiplies least. The first and the last may be vectors.

    Raises ``ShapeError``, ``OperandError``.
    """
    if len(tensors) < 2:
        raise OperandError("multi_dot", f"{len(tensors)} operands", "at least two", "pass a list: [a, b]")
    inner = [each.ndim for each in tensors[1:-1]]
    if any(ndim != 2 for ndim in inner) or not {tensors[0].ndim, tensors[-1].ndim} <= {1, 2}:
        raise ShapeError(
            "multi_dot",
            f"shapes {', '.join(str(each.shape) for each in tensors)}",
            "matrices, and a vector at either end at most",
            "use matmul for stacks of matrices",
        )
    rows = tensors[0].shape[0] if tensors[0].ndim == 2 else 1
    sizes = [rows, *(each.shape[0] for each in tensors[1:]), *tensors[-1].shape[1:], 1][: len(tensors) + 1]
    plan = _cheapest(sizes)

    def product(first: int, last: int) -> Tensor:
        if first == last:
            return tensors[first]
        cut = plan[first, last]
        return matmul(product(first, cut), product(cut + 1, last))

    return product(0, len(tensors) - 1)


def _cheapest(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to cut each run of matrices, number k having the shape (sizesₖ, sizesₖ₊₁)."""
    count = len(sizes) - 1
    cost = {(at, at): 0 for at in range(count)}
    cuts: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            choices = [
                (
                    cost[first, cut] + cost[cut + 1, last] + sizes[first] * sizes[cut + 1] * sizes[last + 1],
                    cut,
                )
                for cut in range(first, last)
            ]
            cost[first, last], cuts[first, last] = min(choices)
    return cuts
