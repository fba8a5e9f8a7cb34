"""The mean, the variance and the standard deviation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape, is_float, largest, square_factor, total
from engine.axes import canonical_axes, reduced_shape, whole_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import ParameterError
from engine.kinds import Linear, Reduction, Unary
from engine.ops.broadcasting import broadcast_to, summation
from engine.ops.piecewise import step
from engine.ops.reduction import kept, max

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Mean", "Std", "Var", "average", "mean", "std", "var"]


def count(shape: Shape, axes: Axes) -> int:
    """How many entries a slice has."""
    return math.prod(shape[axis] for axis in axes)


@op(REALS, signature="(i*)->(j*)")
class Mean(Reduction, Linear):
    """yⱼ = Σᵢ aᵢⱼ / n over the axes ``axes``, n > 0 entries a slice; ``keepdims`` keeps them with size 1."""

    def compute(self, a: Array) -> Array:
        self.out_shape(a.shape)  # NumPy divides 0 by 0 where there is no entry
        return total(a, self.axes, self.keepdims) / count(a.shape, self.axes)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        shape = node.inputs[0].shape
        return broadcast_to(kept(out_grad, shape, self.axes) / count(shape, self.axes), shape)

    @property
    def fewest(self) -> int:
        return 1

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return mean(a, axes, self.keepdims)


def mean(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The mean over all axes (None), one axis or several. Raises ``AxisError``, ``ShapeError``."""
    return Mean(canonical_axes("mean", axes, a.ndim), keepdims)(a)


def average(
    a: Tensor,
    axes: int | Sequence[int] | None = None,
    weights: Tensor | None = None,
    keepdims: bool = False,
) -> Tensor:
    """Σ w a / Σ w over all axes (None), one axis or several; without weights the mean.

    The weights broadcast to a, and Σ w ≠ 0. Raises ``AxisError``, ``ShapeError``.
    """
    if weights is None:
        return mean(a, axes, keepdims)
    full = broadcast_to(weights, a.shape)
    return summation(full * a, axes, keepdims) / summation(full, axes, keepdims)


@dataclass(frozen=True, slots=True)
class Spread(Reduction, Unary):
    """A reduction of the squared deviations from the mean, divided by n − ``ddof``."""

    ddof: int = 0

    def __post_init__(self) -> None:
        Reduction.__post_init__(self)
        if whole_number(type(self).__name__, "ddof", self.ddof) < 0:
            raise ParameterError(
                type(self).__name__, f"ddof={self.ddof}", "a whole number ≥ 0", "take 1 for a sample, else 0"
            )

    @property
    def fewest(self) -> int:
        return self.ddof + 1

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for each in super(Spread, cls).instances(*shapes):
            for ddof in (0, 1, 2):
                found = cls(each.axes, each.keepdims, ddof)
                if found.takes(shapes[0]):
                    yield found

    def squares(self, a: Array) -> Array:
        """Σ of the squared deviations over n − ddof.

        They are taken of what is left of a less a constant: exactly 0 where all entries of a slice agree.
        """
        deviations = self.deviations_of(a)
        return total(deviations * deviations, self.axes, self.keepdims) / self.freedom(a.shape)

    def deviations_of(self, a: Array) -> Array:
        """``deviations`` of an array."""
        self.out_shape(a.shape)  # NumPy divides by 0 where there are too few entries
        small = a - largest(a, self.axes, keepdims=True)
        return small - total(small, self.axes, keepdims=True) / count(a.shape, self.axes)

    def deviations(self, a: Tensor) -> Tensor:
        """a less the mean of its slice."""
        small = a - max(a.detach(), self.axes, keepdims=True)
        return small - mean(small, self.axes, keepdims=True)

    def freedom(self, shape: Shape) -> int:
        """n − ddof."""
        return count(shape, self.axes) - self.ddof


@op(REALS, signature="(i*)->(j*)")
class Var(Spread):
    """yⱼ = Σᵢ (aᵢⱼ − meanⱼ)² / (n − d) over the axes ``axes``, n > d entries a slice, d = ``ddof``."""

    def compute(self, a: Array) -> Array:
        return self.squares(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return kept(out_grad, node.inputs[0].shape, self.axes) * self._slope(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._slope(node), self.axes, self.keepdims)

    def _slope(self, node: Tensor) -> Tensor:
        (a,) = node.inputs
        return self.deviations(a) * 2 / self.freedom(a.shape)

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return var(a, axes, self.keepdims, self.ddof)


def var(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False, ddof: int = 0) -> Tensor:
    """The variance over all axes (None), one axis or several, of n − ddof degrees of freedom.

    Raises ``AxisError``, ``ShapeError``, ``ParameterError``.
    """
    return Var(canonical_axes("var", axes, a.ndim), keepdims, whole_number("var", "ddof", ddof))(a)


@op(Domain(ties=True, share=0.5), signature="(i*)->(j*)")
class Std(Spread):
    """yⱼ = √(Σᵢ (aᵢⱼ − meanⱼ)² / (n − d)) over the axes ``axes``, n > d entries a slice, d = ``ddof``.

    Where all entries of a slice agree the value is 0 and so are all derivatives.
    """

    def compute(self, a: Array) -> Array:
        if not is_float(a):
            return np.sqrt(self.squares(a))
        deviations = self.deviations_of(a)
        factor = square_factor(deviations, self.axes)
        scaled = deviations * factor  # it has squares, where the deviations may have none
        squares = total(scaled * scaled, self.axes, keepdims=True) / self.freedom(a.shape)
        return np.reshape(np.sqrt(squares) / factor, reduced_shape(a.shape, self.axes, self.keepdims))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return kept(out_grad, node.inputs[0].shape, self.axes) * self._slope(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return summation(in_tangent * self._slope(node), self.axes, self.keepdims)

    def _slope(self, node: Tensor) -> Tensor:
        (a,) = node.inputs
        y = kept(node, a.shape, self.axes)
        spreads = step(y.detach())
        return self.deviations(a) / (y + (1 - spreads)) * (spreads / self.freedom(a.shape))

    def spelled(self, a: Tensor, axes: int | Sequence[int] | None) -> Tensor:
        return std(a, axes, self.keepdims, self.ddof)


def std(a: Tensor, axes: int | Sequence[int] | None = None, keepdims: bool = False, ddof: int = 0) -> Tensor:
    """The standard deviation over all axes (None), one axis or several, of n − ddof degrees of freedom.

    Raises ``AxisError``, ``ShapeError``, ``ParameterError``.
    """
    return Std(canonical_axes("std", axes, a.ndim), keepdims, whole_number("std", "ddof", ddof))(a)
