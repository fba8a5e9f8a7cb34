"""The Gaussian, its integrals, and what is computed with them, as far out as a float can tell.

erfc is the sum of the trapezoidal rule for (2z exp(−z²) / π) ∫ exp(−t²) / (z² + t²) dt over t > 0, whose
error falls so fast with the step that a dozen terms give every digit, and of the pole that the step jumps
over (C. Chiarella and A. Reichel, On the evaluation of integrals related to the error function, Math. Comp.
22, 1968, p. 137). Every term is positive, so nothing cancels. Near 0 erf is its power series.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, frexp, ldexp, log, sqrt
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, BoolArray, Shape, computed, real_part, select
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS
from engine.dtype import FLOAT64
from engine.errors import DTypeError, ParameterError
from engine.kinds import Elementwise, Unary
from engine.ops.clipping import Clip
from engine.ops.conversion import astype
from engine.ops.exponential import exp, expm1, logistic_density
from engine.ops.piecewise import absolute, brought_in, step, where
from engine.ops.rounding import round as to_whole

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Erf", "Erfc", "Gaussian", "Ndtr", "TanhNdtr", "erf", "erfc", "gaussian", "ndtr", "tanh_ndtr"]

PI = np.longdouble("3.14159265358979323846264338327950288")
FAR = 160.0
"""Beyond it exp(−a²) is 0 in every float, and exp(−a² / 2) too."""
DENSITY_AT_0 = float(1 / np.sqrt(2 * PI))
"""Φ′(0)."""
S = 2 * float(np.sqrt(2 / PI))
Q = S * 0.044715
S_SHORT, Q_SHORT = round(S * 2**20) / 2**20, round(Q * 2**23) / 2**23
S_REST = float(2 * np.sqrt(2 / PI) - S_SHORT)
Q_REST = float(2 * np.sqrt(2 / PI) * np.longdouble("0.044715") - Q_SHORT)
"""u(a) = S a + Q a³; products of the short parts with h and h³ are exact."""
_SERIES = 0.477
"""erf is ½ there: neither 1 − erf below nor 1 − erfc above has fewer digits than what is subtracted."""
_SERIES_TERMS = 16


@op(REALS)
class Gaussian(Elementwise, Unary):
    """yᵢ = exp(−c aᵢ²), for the number c = ``rate`` > 0.

    c a² may be off by half a unit of its last place, hundreds of units of exp(−c a²) far out. So both
    are split, into parts so short that their product is exact, and small rests.
    """

    rate: float

    def __post_init__(self) -> None:
        if not 0 < self.rate < np.inf:
            raise ParameterError(
                "Gaussian", f"rate {self.rate}", "a finite number > 0", "the usual ones are 1.0 and 0.5"
            )

    def compute(self, a: Array) -> Array:
        return computed(_gaussian(_within(_wide(a), FAR / sqrt(self.rate)), self.rate).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._slope(node.inputs[0])

    def _slope(self, a: Tensor) -> Tensor:
        """−2c a exp(−c a²); far out by halves: exp(−c a²) may have lost digits where the product has not."""
        wide = brought_in(astype(a, FLOAT64))
        tail = step(absolute(wide.detach()) - 26 / sqrt(self.rate))
        body, far = where(tail, 0.0, wide), where(tail, wide, 0.0)
        half = Gaussian(self.rate / 2)(far)
        slope = -2 * self.rate * where(tail, half * far * half, body * self(body))
        return astype(slope, a.dtype)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 0.5, 0.3))


def gaussian(a: Tensor, rate: float = 1.0) -> Tensor:
    """exp(−rate · a²)."""
    return Gaussian(real_number("gaussian", "rate", rate))(a)


@op(REALS)
class Erf(Elementwise, Unary):
    """yᵢ = erf aᵢ = (2/√π) ∫ exp(−t²) dt over [0, aᵢ], with y′ = (2/√π) exp(−a²)."""

    def compute(self, a: Array) -> Array:
        z = _within(_wide(a), FAR)
        middle, negative, size = _split(z)
        far = 1 - _tail(size, _gaussian(size, 1.0))
        near = select(z == 0, z, _series(select(middle, z, np.zeros_like(z))))  # −0 is its own
        return computed(select(middle, near, select(negative, -far, far)).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * (float(2 / np.sqrt(PI)) * gaussian(node.inputs[0]))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * (float(2 / np.sqrt(PI)) * gaussian(node.inputs[0]))


erf: Erf = Erf()


@op(REALS)
class Erfc(Elementwise, Unary):
    """yᵢ = erfc aᵢ = 1 − erf aᵢ, with all digits where that is small; y′ = −(2/√π) exp(−a²)."""

    def compute(self, a: Array) -> Array:
        z = _within(_wide(a), FAR)
        middle, negative, size = _split(z)
        far = _tail(size, _gaussian(size, 1.0))
        near = 1 - _series(select(middle, z, np.zeros_like(z)))
        return computed(select(middle, near, select(negative, 2 - far, far)).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad * (float(2 / np.sqrt(PI)) * gaussian(node.inputs[0])))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent * (float(2 / np.sqrt(PI)) * gaussian(node.inputs[0])))


erfc: Erfc = Erfc()


@op(REALS)
class Ndtr(Elementwise, Unary):
    """yᵢ = Φ(aᵢ) = ½ erfc(−aᵢ / √2), the normal distribution function, with Φ′(a) = exp(−a²/2) / √(2π)."""

    def compute(self, a: Array) -> Array:
        b = _within(_wide(a), FAR)
        z = b * 0.5**0.5
        middle, negative, size = _split(z)
        far = _tail(size, _gaussian(b, 0.5)) / 2
        near = (1 + _series(select(middle, z, np.zeros_like(z)))) / 2
        return computed(select(middle, near, select(negative, far, 1 - far)).astype(a.dtype))

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * (DENSITY_AT_0 * gaussian(node.inputs[0], 0.5))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * (DENSITY_AT_0 * gaussian(node.inputs[0], 0.5))


ndtr: Ndtr = Ndtr()


@op(REALS)
class TanhNdtr(Elementwise, Unary):
    """yᵢ = σ(u(aᵢ)) for u(a) = 2 √(2/π) (a + 0.044715 a³), close to Φ(aᵢ); y′ = y(a) y(−a) u′(a).

    It is (1 + tanh(u / 2)) / 2, the Φ of the usual approximation of gelu. The rounding of u would cost
    hundreds of units in the tail. So a is split as in ``Gaussian``: a = h + l, with u(h) all but exact.
    """

    def compute(self, a: Array) -> Array:
        near = _within(_wide(a), 25.0)
        below = select(real_part(near) > 0, -near, near)
        high = np.rint(real_part(below) * 64) / 64
        low, cube = below - high, high * high * high
        rest = S_REST * high + Q_REST * cube + low * (S + Q * (3 * high * below + low * low))
        main = np.exp(S_SHORT * high + Q_SHORT * cube)
        small = main + main * np.expm1(rest)
        return computed(
            (select(real_part(near) > 0, np.ones_like(near), small) / (1 + small)).astype(a.dtype)
        )

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self.slope(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self.slope(node.inputs[0])

    def slope(self, a: Tensor) -> Tensor:
        """(y − y²) u′ at −|a|; near 0, where σ(u) is as good, σ′(u) u′; far out by halves, in the end 0."""
        wide = astype(a, FLOAT64)
        size = absolute(wide.detach())
        near, below = Clip(-50.0, 50.0)(wide), -absolute(wide)
        inner, far = step(0.25 - size), step(size - 21)
        middle = where(inner, wide, 0.0)
        density = logistic_density(middle * (S + Q * (middle * middle)))
        small = self.exp(where(inner + far, 0.0, below), 1.0)
        y = small / (1 + small)
        body = where(inner, density, y - y * y) * self.speed(near)
        half = self.exp(where(far, Clip(-50.0, 0.0)(below), 0.0), 0.5)
        return astype(where(far, half * self.speed(near) * half, body), a.dtype)

    def exp(self, a: Tensor, share: float) -> Tensor:
        """exp(u · share), for a ≤ 0 in float64: y, far below, and with the share ½ its root."""
        high = to_whole(64 * a.detach()) / 64
        low, cube = a - high, high * high * high
        rest = S_REST * high + Q_REST * cube + low * (S + Q * (3 * high * a + low * low))
        main = exp((S_SHORT * high + Q_SHORT * cube) * share)
        return main + main * expm1(rest * share)

    def speed(self, a: Tensor) -> Tensor:
        """u′(a) = S + 3Q a², of which the first sum is exact."""
        high = to_whole(64 * a.detach()) / 64
        rest = S_REST + 3 * Q_REST * (high * high) + 3 * Q * ((a - high) * (a + high))
        return S_SHORT + 3 * Q_SHORT * (high * high) + rest


tanh_ndtr: TanhNdtr = TanhNdtr()


def _wide(a: Array) -> Array:
    """a in float64 where it is float32, which has too few digits for what is split or cancels."""
    return computed(a.astype(np.result_type(a.dtype, np.float64)))


def _within(a: Array, far: float) -> Array:
    """a, and ±far for what is farther from 0."""
    return select(
        real_part(a) > far, np.full_like(a, far), select(real_part(a) < -far, np.full_like(a, -far), a)
    )


def _split(z: Array) -> tuple[BoolArray, BoolArray, Array]:
    """Where z is near 0, where it is negative, and |z|, or 1 where z is near 0."""
    negative: BoolArray = real_part(z) < 0
    size = select(negative, -z, z)
    middle: BoolArray = real_part(size) < _SERIES
    return middle, negative, select(middle, np.ones_like(z), size)


def _gaussian(a: Array, rate: float) -> Array:
    """exp(−rate · a²): a = h + l and the rate = r + s, with h and r so short that r h² is exact."""
    mantissa, exponent = frexp(rate)
    short = ldexp(round(ldexp(mantissa, 20)), exponent - 20)
    grid = ldexp(128.0, exponent // 2)
    high = np.rint(real_part(a) * grid) / grid
    square, low = high * high, (a - high) * (a + high)
    main = np.exp(-short * square)
    return computed(main + main * np.expm1(-(rate * low + (rate - short) * square)))


def _series(z: Array) -> Array:
    """erf z = (2/√π) Σ (−1)ᵏ z²ᵏ⁺¹ / k! (2k + 1), for |z| ≤ ½."""
    total, term = z, z
    for k in range(1, _SERIES_TERMS):
        term = term * (z * z) / -k
        total = total + term / (2 * k + 1)
    return total * _constant(2 / np.sqrt(PI), z)


def _tail(z: Array, gaussian: Array) -> Array:
    """erfc z for z ≥ 0.4, given exp(−z²). Raises ``DTypeError`` for numbers of no fixed precision."""
    if z.dtype.kind == "O":
        raise DTypeError("erfc", "object", "floats, whose digits fix the step", "convert the array")
    digits = 3 - log(float(np.finfo(real_part(z).dtype).eps))
    step = floor(64 * float(PI) / sqrt(digits)) / 64
    square = z * z
    total = np.zeros_like(z)
    for n in range(int(sqrt(digits) / step), 0, -1):
        weight = _constant(np.exp(-np.square(np.longdouble(n * step))), z)
        total = total + weight / (square + (n * step) ** 2)
    turn = _constant(PI / step, z)
    near: BoolArray = real_part(z) < turn
    pole = 2 / np.expm1(2 * turn * select(near, z, np.ones_like(z)))
    integral = (0.5 / z + z * total) / _constant(PI / (2 * step), z)
    return gaussian * integral - select(near, pole, np.zeros_like(z))


def _constant(value: np.longdouble, like: Array) -> Array:
    """The number in the precision of an array."""
    return computed(value.astype(real_part(like).dtype))
