"""How far a float is from the truth, in units of its last place."""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp, inf, isnan

from engine.dtype import FLOAT32, FLOAT64, DType
from properties.oracles.many_digits import Real, mpmath
from properties.truths.table import Told

ULPS = 4.0
"""How many units of the last place a first derivative may be off."""

SECOND = 1e-12 * 2.0**52
"""How many times the distance of 1 to the next float a second derivative may be off, relative to its size."""


@dataclass(frozen=True, slots=True)
class Format:
    """The floats of a dtype: significant bits, and the exponents of the smallest one and behind the last."""

    bits: int
    least: int
    top: int

    def spacing(self, size: Real) -> Real:
        """The distance of two floats at this size; below the smallest normal number, that of subnormals."""
        mantissa, exponent = frexp(float(size))
        exponent = self.top if mantissa == inf else exponent
        inside = self.least if mantissa == 0 else max(self.least, exponent - self.bits)
        return mpmath().mpf(2.0) ** float(min(inside, self.top - self.bits))

    def clipped(self, x: Real) -> Real:
        """x, or ±the number that would come after the largest: as such an infinity is read."""
        end = mpmath().mpf(2.0) ** float(self.top)
        return end if x > end else -end if x < -end else x

    def normal(self, x: Real) -> bool:
        """Whether x lies among the normal numbers."""
        two = mpmath().mpf(2.0)
        return not abs(x) < two ** float(self.least + self.bits - 1) and abs(x) < two ** float(self.top)


FORMATS: dict[DType, Format] = {FLOAT64: Format(53, -1074, 1024), FLOAT32: Format(24, -149, 128)}


def ulps_off(got: float, told: Told, dtype: DType) -> float:
    """|got − truth| in units of the last place of the largest term; an overflowing truth is ∞ of its sign.

    Where one of terms that cancel overflows, nothing is asked.
    """
    form = FORMATS[dtype]
    if told.cancels and form.clipped(told.size) < told.size:
        return 0.0
    if isnan(got):
        return inf
    read = form.clipped(mpmath().mpf(got))
    return float(abs(read - form.clipped(told.total)) / form.spacing(form.clipped(told.size)))


def relatively_off(got: float, told: Told, dtype: DType) -> float:
    """|got − truth| / (the largest term) in units of the distance of 1 to the next float.

    That is asked where the truth is a normal number; where it is nearer to 0, ``got`` is to be finite. Where
    it overflows, or one of its terms does, nothing is asked.
    """
    form = FORMATS[dtype]
    if not told.size < mpmath().mpf(2.0) ** float(form.top):
        return 0.0
    if isnan(got):
        return inf
    if form.normal(told.total):
        return float(abs(form.clipped(mpmath().mpf(got)) - told.total) / told.size) * 2.0 ** (form.bits - 1)
    return 0.0 if abs(got) < inf else inf
