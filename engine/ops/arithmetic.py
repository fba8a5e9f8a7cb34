"""Sums, products and quotients, of two Tensors and of a Tensor and a number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, computed, is_float, mantissa_and_exponent, scaled
from engine.axes import real_number, whole_number
from engine.catalogue import op
from engine.domain import NONZERO, REALS
from engine.errors import ParameterError
from engine.kinds import Binary, Elementwise, Linear, Unary
from engine.ops.broadcasting import broadcast_to, sum_to
from engine.ops.conversion import astype

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "AddScalar", "DivPower", "DivScalar", "EWiseAdd", "EWiseDiv", "EWiseMul", "MulScalar", "Negate",
    "add", "add_scalar", "divide", "divide_by_power", "divide_scalar", "mul_scalar", "multiply", "negate",
    "subtract",
]  # fmt: skip


@op(REALS, REALS)
class EWiseAdd(Elementwise, Binary):
    """yᵢ = aᵢ + bᵢ; shapes broadcast."""

    def compute(self, a: Array, b: Array) -> Array:
        return a + b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad, a), sum_to(out_grad, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = (astype(broadcast_to(moved, node.shape), node.dtype) for moved in in_tangents)
        return da, db


add: EWiseAdd = EWiseAdd()


@op(REALS)
class AddScalar(Elementwise, Unary):
    """yᵢ = aᵢ + c, for the number c = ``scalar``."""

    scalar: float

    def compute(self, a: Array) -> Array:
        return a + self.scalar

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 0.0, -2.5))


_add_scalar = lru_cache(maxsize=256)(AddScalar)  # not for 0: 0 and −0 are one key and two numbers


def add_scalar(a: Tensor, scalar: float) -> Tensor:
    """a + c; a keeps its dtype."""
    scalar = real_number("add_scalar", "scalar", scalar)
    return (_add_scalar(scalar) if scalar else AddScalar(scalar))(a)


@op(REALS, REALS)
class EWiseMul(Elementwise, Binary):
    """yᵢ = aᵢ bᵢ; shapes broadcast."""

    def compute(self, a: Array, b: Array) -> Array:
        return a * b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad * b, a), sum_to(out_grad * a, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da * b, a * db


multiply: EWiseMul = EWiseMul()


@op(REALS)
class MulScalar(Elementwise, Linear):
    """yᵢ = c aᵢ, for the number c = ``scalar``."""

    scalar: float

    def compute(self, a: Array) -> Array:
        return a * self.scalar

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (2.0, 1.0, 0.0, -0.75))


_mul_scalar = lru_cache(maxsize=256)(MulScalar)  # not for 0: 0 and −0 are one key and two numbers


def mul_scalar(a: Tensor, scalar: float) -> Tensor:
    """c a; a keeps its dtype."""
    scalar = real_number("mul_scalar", "scalar", scalar)
    return (_mul_scalar(scalar) if scalar else MulScalar(scalar))(a)


@op(REALS, NONZERO)
class EWiseDiv(Elementwise, Binary):
    """yᵢ = aᵢ / bᵢ, for bᵢ ≠ 0; shapes broadcast."""

    def compute(self, a: Array, b: Array) -> Array:
        return a / b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad / b, a), sum_to(-(out_grad * _SQUARE(a, b)), b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da / b, -(db * _SQUARE(a, b))


divide: EWiseDiv = EWiseDiv()


@op(REALS, NONZERO)
class DivPower(Elementwise, Binary):
    """yᵢ = aᵢ / bᵢⁿ, for bᵢ ≠ 0 and the number n = ``power`` ≥ 1; shapes broadcast.

    Of mantissas and exponents apart: bⁿ may overflow, and a / b have lost digits, where y does neither.
    """

    power: int

    def __post_init__(self) -> None:
        if whole_number("DivPower", "power", self.power) < 1:
            raise ParameterError("DivPower", f"power {self.power}", "a power ≥ 1", "multiply instead")

    def compute(self, a: Array, b: Array) -> Array:
        if not (is_float(a) and is_float(b)):
            return computed(a / b**self.power)  # a replay's wider numbers
        dtype = np.result_type(a, b)
        a_mantissa, a_exponent = mantissa_and_exponent(computed(a.astype(dtype)))
        b_mantissa, b_exponent = mantissa_and_exponent(computed(b.astype(dtype)))
        return scaled(a_mantissa / b_mantissa**self.power, a_exponent - self.power * b_exponent)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(self(out_grad, b), a), sum_to(-self.power * (out_grad * self._next(a, b)), b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return self(da, b), -self.power * (db * self._next(a, b))

    def _next(self, a: Tensor, b: Tensor) -> Tensor:
        return DivPower(self.power + 1)(a, b)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (2, 1, 3))


_SQUARE: DivPower = DivPower(2)


def divide_by_power(a: Tensor, b: Tensor, power: int) -> Tensor:
    """a / bⁿ; shapes broadcast. Raises ``ParameterError``."""
    return DivPower(power)(a, b)


@op(REALS)
class DivScalar(Elementwise, Linear):
    """yᵢ = aᵢ / c, for the number c = ``scalar`` ≠ 0."""

    scalar: float

    def compute(self, a: Array) -> Array:
        return computed(np.divide(a, self.scalar))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (2.0, 1.0, -0.75))


def divide_scalar(a: Tensor, scalar: float) -> Tensor:
    """a / c; a keeps its dtype. Division by 0 follows NumPy: ±inf or NaN, with its warning."""
    return DivScalar(real_number("divide_scalar", "scalar", scalar))(a)


@op(REALS)
class Negate(Elementwise, Linear):
    """yᵢ = −aᵢ."""

    def compute(self, a: Array) -> Array:
        return -a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)


negate: Negate = Negate()


def subtract(a: Tensor, b: Tensor) -> Tensor:
    """a − b, which is a + (−b); shapes broadcast."""
    return add(a, negate(b))
