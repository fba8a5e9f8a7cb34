"""Norms: the entries of a slice as one vector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from engine.array import Array, Shape, largest, select, total
from engine.axes import canonical_axes, real_number, reduced_shape
from engine.catalogue import op
from engine.domain import Domain
from engine.errors import ParameterError
from engine.kinds import Associative, Reduction, Unary
from engine.ops.broadcasting import summation
from engine.ops.clipping import clip
from engine.ops.grids import broadcast_arrays
from engine.ops.piecewise import absolute, compare, sign, step, tame
from engine.ops.reduction import kept, max, shares

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Norm", "cosine_similarity", "norm"]

ORDERS = (2.0, 1.0, inf)


@op(Domain(kinks=(0.0,), share=0.5), signature="(i*)->(j*)", analytic=False)
class Norm(Associative, Unary):
    """yⱼ = (Σᵢ |aᵢⱼ|ᵖ)^(1/p) over the axes ``axes``, for p = ``order`` = 2 or 1; maxᵢ |aᵢⱼ| for p = ∞.

    Order 2 over two axes is the Frobenius norm. At aᵢⱼ = 0 (order 1), and where the norm is 0, the derivative
    is 0. In order ∞ the entries that reach the maximum share the derivative equally. Equal infinities count
    as equal numbers: in order 2 the derivative at each of k entries ±∞ is ±√(1/k), and 0 at the others.
    """

    order: float = 2.0

    def __post_init__(self) -> None:
        Reduction.__post_init__(self)
        if self.order not in ORDERS:
            raise ParameterError(
                type(self).__name__, f"order={self.order!r}", "1, 2 or inf", "choose one, or write the sum"
            )

    def compute(self, a: Array) -> Array:
        size = np.abs(a)
        if self.order == 1:
            return total(size, self.axes, self.keepdims)
        if not a.size:
            return np.zeros(self.out_shape(a.shape), a.dtype)
        top = largest(size, self.axes, keepdims=True)
        if self.order == inf:
            return np.reshape(top, reduced_shape(a.shape, self.axes, self.keepdims))
        scale = select((top > 0) & (top < inf), top, np.ones_like(top))
        scaled = a / scale
        root = scale * np.sqrt(total(scaled * scaled, self.axes, keepdims=True))
        return np.reshape(root, reduced_shape(a.shape, self.axes, self.keepdims))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return kept(out_grad, node.inputs[0].shape, self.axes) * self._slope(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._slope(node), self.axes, self.keepdims)

    def _slope(self, node: Tensor) -> Tensor:
        """sign aᵢⱼ, its even shares, or aᵢⱼ / yⱼ; 0 where yⱼ is 0."""
        (a,) = node.inputs
        y = kept(node, a.shape, self.axes)
        if self.order == 1:
            return sign(a.detach())
        if self.order == inf:
            reaches = compare(absolute(a.detach()), y.detach()) + 1
            return sign(a.detach()) * shares(reaches, self.axes)
        if not a.size:
            return a
        some = step(y.detach())
        tamed = tame(a, max(absolute(a.detach()), self.axes, keepdims=True))
        return tamed / (Norm(self.axes, keepdims=True)(tamed) + (1 - some)) * some

    @property
    def fewest(self) -> int:
        return 1 if self.order == inf else 0

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for each in super(Norm, cls).instances(*shapes):  # noqa: UP008 - @op makes the class anew
            for order in ORDERS:
                found = cls(each.axes, each.keepdims, order)
                if found.takes(shapes[0]):
                    yield found

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        """In order ∞ sizes are compared."""
        return (Domain(kinks=(0.0,), share=0.5, ties=True, even=True),) if self.order == inf else general

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return norm(a, axes, self.keepdims, self.order)


def norm(
    a: Tensor,
    axes: int | Sequence[int] | None = None,
    keepdims: bool = False,
    order: float | Literal["fro"] = 2.0,
) -> Tensor:
    """The norm over all axes (None), one axis or several, taken as one vector; "fro" is order 2.

    Raises ``AxisError``, ``ShapeError``, ``ParameterError``.
    """
    number = 2.0 if order == "fro" else real_number("norm", "order", order)
    return Norm(canonical_axes("norm", axes, a.ndim), keepdims, number)(a)


def cosine_similarity(
    a: Tensor, b: Tensor, axes: int | Sequence[int] | None = -1, keepdims: bool = False, eps: float = 1e-8
) -> Tensor:
    """Σ a b / (|a| |b|) over one axis, the last by default, several or all (None); the inputs broadcast.

    A length of less than ``eps`` counts as ``eps`` ≥ 0. Raises ``AxisError``, ``ShapeError``,
    ``ParameterError``.
    """
    least = real_number("cosine_similarity", "eps", eps)
    if not 0 <= least < inf:
        raise ParameterError(
            "cosine_similarity",
            f"eps {eps}",
            "a finite number ≥ 0",
            "choose a small one",
        )
    a, b = broadcast_arrays(a, b)
    a, b = (each / clip(norm(each, axes, keepdims=True), least) for each in (a, b))
    return summation(a * b, axes, keepdims)
