"""Rounding to whole numbers, and what is left over.

Between its jumps a rounded number is constant, so the derivative is 0 everywhere: to the left of a jump, to
the right, and at it. The domains name the jumps from −16 to 16; there is one at every other whole (for
``Round``: half) number, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import ParameterError
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import broadcast_to, sum_to
from engine.ops.conversion import astype, zeros_like

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Ceil", "Floor", "FloorDivide", "Remainder", "RemainderScalar", "Round", "Trunc", "ceil", "floor",
    "floor_divide", "mod", "remainder", "remainder_scalar", "round", "trunc",
]  # fmt: skip

FARTHEST = 16
"""Jumps are named up to here."""


def _jumps(period: float = 1.0, first: float = 0.0) -> tuple[float, ...]:
    """The numbers first + k · period, for whole k, from −FARTHEST to FARTHEST."""
    most = int(FARTHEST / period)
    return tuple(first + k * period for k in range(-most, most + 1) if abs(first + k * period) <= FARTHEST)


@op(Domain(kinks=_jumps(), share=0.0), analytic=False)
class Floor(Elementwise, Unary):
    """yᵢ = ⌊aᵢ⌋, the largest whole number that is no larger than aᵢ. The derivative is 0, at jumps too."""

    def compute(self, a: Array) -> Array:
        return np.floor(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


floor: Floor = Floor()


@op(Domain(kinks=_jumps(), share=0.0), analytic=False)
class Ceil(Elementwise, Unary):
    """yᵢ = ⌈aᵢ⌉, the smallest whole number that is no smaller than aᵢ. The derivative is 0, at jumps too."""

    def compute(self, a: Array) -> Array:
        return np.ceil(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


ceil: Ceil = Ceil()


@op(Domain(kinks=_jumps(first=0.5), share=0.0))
class Round(Elementwise, Unary):
    """yᵢ = the whole number nearest to aᵢ, of two the even one. The derivative is 0, at jumps too."""

    def compute(self, a: Array) -> Array:
        return np.rint(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


round: Round = Round()


@op(Domain(kinks=tuple(jump for jump in _jumps() if jump), share=0.0), analytic=False)
class Trunc(Elementwise, Unary):
    """yᵢ = aᵢ without its fraction: ⌊aᵢ⌋ for aᵢ > 0, else ⌈aᵢ⌉. The derivative is 0, at jumps too."""

    def compute(self, a: Array) -> Array:
        return np.trunc(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


trunc: Trunc = Trunc()


@op(REALS, analytic=False)
class RemainderScalar(Elementwise, Unary):
    """yᵢ = aᵢ − c ⌊aᵢ / c⌋, for the number c = ``divisor`` ≠ 0; it has the sign of c.

    The derivative is 1, also at the jumps, where aᵢ / c is whole.
    """

    divisor: float

    def __post_init__(self) -> None:
        if not isfinite(self.divisor) or self.divisor == 0:
            raise ParameterError(
                type(self).__name__, f"divisor {self.divisor}", "a finite number other than 0", "choose one"
            )

    def compute(self, a: Array) -> Array:
        return np.remainder(a, self.divisor)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 2.0, -2.0, 0.75, 2.5))

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        return (Domain(kinks=_jumps(abs(self.divisor)), share=0.0),)


def remainder_scalar(a: Tensor, divisor: float) -> Tensor:
    """What is left of a when multiples of ``divisor`` are taken away. Raises ``ParameterError``."""
    return RemainderScalar(real_number("remainder_scalar", "divisor", divisor))(a)


DIVIDENDS, DIVISORS = Domain(low=5.0, high=6.0), Domain(low=-2.5, high=-2.0)
"""A window in which aᵢ / bᵢ is never whole: it lies between −3 and −2."""


@op(DIVIDENDS, DIVISORS, analytic=False)
class FloorDivide(Elementwise, Binary):
    """yᵢ = ⌊aᵢ / bᵢ⌋, for bᵢ ≠ 0; shapes broadcast. The derivative is 0, at jumps too.

    It jumps where aᵢ / bᵢ is whole. The domains are a window in which that does not happen.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.floor_divide(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return zeros_like(a), zeros_like(b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        return zeros_like(node), zeros_like(node)


floor_divide: FloorDivide = FloorDivide()


@op(DIVIDENDS, DIVISORS, analytic=False)
class Remainder(Elementwise, Binary):
    """yᵢ = aᵢ − bᵢ ⌊aᵢ / bᵢ⌋, for bᵢ ≠ 0; it has the sign of bᵢ; shapes broadcast.

    The derivatives are 1 and −⌊a / b⌋, also at the jumps, where aᵢ / bᵢ is whole. The domains are a window
    in which that does not happen.
    """

    def compute(self, a: Array, b: Array) -> Array:
        return np.remainder(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad, a), sum_to(-out_grad * self._times(a, b), b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return astype(broadcast_to(da, node.shape), node.dtype), -db * self._times(a, b)

    def _times(self, a: Tensor, b: Tensor) -> Tensor:
        """How often b is taken away."""
        return floor_divide(a.detach(), b.detach())


remainder: Remainder = Remainder()
mod: Remainder = remainder
"""NumPy's other name."""
