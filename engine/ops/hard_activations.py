"""Activations made of straight lines and parabolas. Ends count as outside, as those of ``Hardtanh`` do."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import ParameterError
from engine.kinds import Elementwise, Unary
from engine.ops.piecewise import absolute, step, where

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Hardshrink", "Hardsigmoid", "Hardswish", "Softshrink", "hardshrink", "hardsigmoid", "hardswish",
    "softshrink",
]  # fmt: skip

END = 3.0
"""``Hardsigmoid`` and ``Hardswish`` bend at ±END."""


def _inside(a: Tensor) -> Tensor:
    """1 where −3 < aᵢ < 3, 0 elsewhere."""
    return step(END - absolute(a.detach()))


@op(Domain(kinks=(-END, END), share=(0.0, 1.0)))
class Hardsigmoid(Elementwise, Unary):
    """yᵢ = min(max(aᵢ + 3, 0), 6) / 6. The derivative is 1/6 where −3 < aᵢ < 3, and 0 elsewhere."""

    def compute(self, a: Array) -> Array:
        return computed(np.minimum(np.maximum(a + END, 0), 2 * END) / (2 * END))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * _inside(node.inputs[0]) / (2 * END)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * _inside(node.inputs[0]) / (2 * END)


hardsigmoid: Hardsigmoid = Hardsigmoid()


@op(Domain(kinks=(-END, END), share=(0.0, 1.0)))
class Hardswish(Elementwise, Unary):
    """yᵢ = aᵢ min(max(aᵢ + 3, 0), 6) / 6, with y′ = (2a + 3) / 6 where −3 < aᵢ < 3.

    At −3 and below the derivative is 0, at 3 and above 1.
    """

    def compute(self, a: Array) -> Array:
        near = select(a <= -END, np.zeros_like(a), a)  # not −∞ · 0
        return computed(near * (np.minimum(near + END, 2 * END) / (2 * END)))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        inside = _inside(a)
        return where(inside, (2 * where(inside, a, 0.0) + END) / (2 * END), step(a.detach()))


hardswish: Hardswish = Hardswish()


def _check_width(what: str, width: float) -> None:
    """Raise ``ParameterError`` unless 0 < width < ∞."""
    if not 0 < width < inf:
        raise ParameterError(what, f"width {width}", "a finite number > 0", "the usual one is 0.5")


@op(REALS)
class Softshrink(Elementwise, Unary):
    """yᵢ = aᵢ − w for aᵢ > w, aᵢ + w for aᵢ < −w, else 0, for the number w = ``width`` > 0.

    The derivative is 1 where |aᵢ| > w, and 0 elsewhere, at ±w too.
    """

    width: float

    def __post_init__(self) -> None:
        _check_width("Softshrink", self.width)

    def compute(self, a: Array) -> Array:
        return computed(np.maximum(a - self.width, 0) + np.minimum(a + self.width, 0))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * _outside(node.inputs[0], self.width)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * _outside(node.inputs[0], self.width)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (0.5, 1.0, 2.25))

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        return (_bent_at(self.width),)


def softshrink(a: Tensor, width: float = 0.5) -> Tensor:
    """a moved towards 0 by ``width``, no farther than 0. Raises ``ParameterError``."""
    return Softshrink(real_number("softshrink", "width", width))(a)


@op(REALS)
class Hardshrink(Elementwise, Unary):
    """yᵢ = aᵢ where |aᵢ| > w, else 0, for the number w = ``width`` > 0.

    The derivative is 1 where |aᵢ| > w, and 0 elsewhere, at the jumps ±w too.
    """

    width: float

    def __post_init__(self) -> None:
        _check_width("Hardshrink", self.width)

    def compute(self, a: Array) -> Array:
        return select((a >= -self.width) & (a <= self.width), np.zeros_like(a), a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * _outside(node.inputs[0], self.width)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * _outside(node.inputs[0], self.width)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (0.5, 1.0, 2.25))

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        return (_bent_at(self.width),)


def hardshrink(a: Tensor, width: float = 0.5) -> Tensor:
    """a, and 0 where it lies between ±``width``. Raises ``ParameterError``."""
    return Hardshrink(real_number("hardshrink", "width", width))(a)


def _outside(a: Tensor, width: float) -> Tensor:
    """1 where |aᵢ| > w, 0 elsewhere."""
    return step(absolute(a.detach()) - width)


def _bent_at(width: float) -> Domain:
    """The derivative at both ends is that of the inside."""
    return Domain(kinks=(-width, width), share=(1.0, 0.0))
