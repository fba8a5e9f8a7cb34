"""Ops that bend at one number or two and are straight between: leaky and clipped lines.

What an end belongs to is a convention. ``Hardtanh`` counts its ends as outside (derivative 0), as ``ReLU``
does; ``Clip`` counts its bounds as inside (derivative 1), so that a value at a bound can still be moved.
Masks are taken of detached values.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import ParameterError
from engine.graph import Value
from engine.kinds import Elementwise, Unary
from engine.ops.conversion import ones_like
from engine.ops.piecewise import maximum, minimum, step, where

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Clip", "Hardtanh", "LeakyReLU", "clip", "hardtanh", "leaky_relu", "relu6"]


@op(Domain(kinks=(0.0,), share=0.0))
class LeakyReLU(Elementwise, Unary):
    """yᵢ = aᵢ for aᵢ > 0, else s aᵢ, for the number s = ``slope``. At 0 the derivative is s."""

    slope: float

    def __post_init__(self) -> None:
        if not isfinite(self.slope):
            raise ParameterError(
                type(self).__name__, f"slope {self.slope}", "a finite number", "take relu for the limit 0"
            )

    def compute(self, a: Array) -> Array:
        if not self.slope:
            return select(a <= 0, np.zeros_like(a), a)  # not 0 · −∞
        return select(a > 0, a, a * self.slope)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self._bent(out_grad, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self._bent(in_tangent, node)

    def _bent(self, moved: Tensor, node: Tensor) -> Tensor:
        """What moves, where aᵢ > 0, and s times what moves elsewhere."""
        return where(step(node.inputs[0].detach()), moved, self.slope * moved)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (0.25, 0.01, 0.0, 1.0, -0.5, 2.0))


def leaky_relu(a: Tensor, slope: float = 0.01) -> Tensor:
    """a where a > 0, ``slope`` times a elsewhere. Raises ``ParameterError``."""
    return LeakyReLU(real_number("leaky_relu", "slope", slope))(a)


def _check_bounds(what: str, low: float | None, high: float | None) -> None:
    """Raise ``ParameterError`` unless low < high, where both are there."""
    if any(bound is not None and isnan(bound) for bound in (low, high)) or (
        low is not None and high is not None and low >= high
    ):
        raise ParameterError(what, f"low {low} and high {high}", "low < high", "give the smaller bound first")


@op(REALS)
class Hardtanh(Elementwise, Unary):
    """yᵢ = min(max(aᵢ, l), h), for the numbers l = ``low`` < h = ``high``. At both the derivative is 0."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_bounds(type(self).__name__, self.low, self.high)

    def compute(self, a: Array) -> Array:
        return np.minimum(np.maximum(a, self.low), self.high)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._inside(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._inside(node)

    def _inside(self, node: Tensor) -> Tensor:
        """1 where l < aᵢ < h, 0 elsewhere."""
        a = node.inputs[0].detach()
        return step(a - self.low) * step(self.high - a)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield cls(-1.0, 1.0)
        yield cls(0.0, 6.0)
        yield cls(-2.5, -0.5)

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        return (Domain(kinks=(self.low, self.high), share=(0.0, 1.0)),)


def hardtanh(a: Tensor, low: float = -1.0, high: float = 1.0) -> Tensor:
    """a between ``low`` and ``high``. Raises ``ParameterError`` unless low < high."""
    return Hardtanh(real_number("hardtanh", "low", low), real_number("hardtanh", "high", high))(a)


relu6: Hardtanh = Hardtanh(0.0, 6.0)


@op(REALS)
class Clip(Elementwise, Unary):
    """yᵢ = min(max(aᵢ, l), h), for l = ``low`` < h = ``high``, each of which may be missing (None).

    At a bound the derivative is 1, that of the inside.
    """

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        _check_bounds(type(self).__name__, self.low, self.high)

    def compute(self, a: Array) -> Array:
        raised = a if self.low is None else np.maximum(a, self.low)
        return raised if self.high is None else np.minimum(raised, self.high)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._inside(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._inside(node)

    def _inside(self, node: Tensor) -> Tensor:
        """1 where l ≤ aᵢ ≤ h, 0 elsewhere."""
        a = node.inputs[0].detach()
        inside = ones_like(a)
        if self.low is not None:
            inside = inside - step(self.low - a)
        return inside if self.high is None else inside - step(a - self.high)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for bounds in ((-1.0, 1.0), (0.0, None), (None, 0.5), (-2.5, 3.0), (None, None)):
            yield cls(*bounds)

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        bounds = [(self.low, 1.0), (self.high, 0.0)]
        there = [(bound, share) for bound, share in bounds if bound is not None]
        if not there:
            return general
        kinks, shares = zip(*there, strict=True)
        return (Domain(kinks=kinks, share=shares),)


def clip(a: Tensor, low: Tensor | float | None = None, high: Tensor | float | None = None) -> Tensor:
    """a between two bounds, either of which may be missing; numbers, or Tensors that broadcast.

    A bound that is a Tensor has a derivative, and shares it evenly with a where they tie, as ``maximum`` and
    ``minimum`` do. Raises ``ParameterError`` for numbers unless low < high.
    """
    lowest, highest = (
        None if bound is None or isinstance(bound, Value) else real_number("clip", name, bound)
        for name, bound in (("low", low), ("high", high))
    )
    if lowest is not None or highest is not None:
        a = Clip(lowest, highest)(a)
    if isinstance(low, Value):
        a = maximum(a, low)
    return minimum(a, high) if isinstance(high, Value) else a
