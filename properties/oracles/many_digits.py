"""The last word: differences of values that are computed with a thousand digits, where mpmath is installed.

A recording is replayed on arrays of objects. NumPy's ufuncs call a method of each entry (``np.exp`` calls
``exp``), so an op's own ``compute`` works with as many digits as its entries do. mpmath is a development
dependency: without it the ladder is one rung shorter. It serves elementwise functions and sums of them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import inf, isfinite
from typing import Protocol, Self

import numpy as np

from engine.array import Array, computed
from properties.oracles.complex_step import TINY, Point, reach, split
from properties.oracles.estimate import LONG, Estimate, unit_of
from properties.recording import Recording

INSTALLED: bool = find_spec("mpmath") is not None
DIGITS = 1000
"""Enough for the tail of tanh at 800 to be seen beside 1."""

STEP_DIGITS = 60
MOST_ENTRIES = 128


class Real(Protocol):
    """A number of many digits."""

    def __add__(self, other: Self | float, /) -> Self: ...
    def __radd__(self, other: float, /) -> Self: ...
    def __sub__(self, other: Self | float, /) -> Self: ...
    def __rsub__(self, other: float, /) -> Self: ...
    def __mul__(self, other: Self | float, /) -> Self: ...
    def __rmul__(self, other: float, /) -> Self: ...
    def __truediv__(self, other: Self | float, /) -> Self: ...
    def __rtruediv__(self, other: float, /) -> Self: ...
    def __pow__(self, other: Self | float, /) -> Self: ...
    def __mod__(self, other: Self | float, /) -> Self: ...
    def __neg__(self) -> Self: ...
    def __abs__(self) -> Self: ...
    def __lt__(self, other: Self | float, /) -> bool: ...
    def __gt__(self, other: Self | float, /) -> bool: ...
    def __float__(self) -> float: ...


class Mp(Protocol):
    """What is used of mpmath's context ``mp``."""

    pi: Real

    def mpf(self, value: float | str) -> Real: ...
    def exp(self, x: Real) -> Real: ...
    def expm1(self, x: Real) -> Real: ...
    def log(self, x: Real, base: int = ...) -> Real: ...
    def log1p(self, x: Real) -> Real: ...
    def sin(self, x: Real) -> Real: ...
    def cos(self, x: Real) -> Real: ...
    def tan(self, x: Real) -> Real: ...
    def asin(self, x: Real) -> Real: ...
    def acos(self, x: Real) -> Real: ...
    def atan(self, x: Real) -> Real: ...
    def atan2(self, y: Real, x: Real) -> Real: ...
    def sinh(self, x: Real) -> Real: ...
    def cosh(self, x: Real) -> Real: ...
    def tanh(self, x: Real) -> Real: ...
    def sech(self, x: Real) -> Real: ...
    def asinh(self, x: Real) -> Real: ...
    def acosh(self, x: Real) -> Real: ...
    def atanh(self, x: Real) -> Real: ...
    def cospi(self, x: Real) -> Real: ...
    def sinpi(self, x: Real) -> Real: ...
    def erfc(self, x: Real) -> Real: ...
    def sqrt(self, x: Real) -> Real: ...
    def cbrt(self, x: Real) -> Real: ...
    def hypot(self, x: Real, y: Real) -> Real: ...
    def floor(self, x: Real) -> Real: ...
    def ceil(self, x: Real) -> Real: ...
    def nint(self, x: Real) -> Real: ...
    def nstr(self, x: Real, n: int) -> str: ...
    def workdps(self, n: int) -> AbstractContextManager[object]: ...


@cache
def mpmath() -> Mp:
    """The context. Raises ``ModuleNotFoundError`` where mpmath is not installed."""
    mp: Mp = import_module("mpmath").mp
    return mp


class Number:
    """An entry of an array: mpmath's number with the methods that NumPy calls."""

    __slots__ = ("real",)

    real: Real

    def __init__(self, real: Real) -> None:
        self.real = real

    def __add__(self, other: Number | float) -> Number:
        return Number(self.real + _of(other))

    def __radd__(self, other: float) -> Number:
        return self + other

    def __sub__(self, other: Number | float) -> Number:
        return Number(self.real - _of(other))

    def __rsub__(self, other: float) -> Number:
        return Number(_of(other) - self.real)

    def __mul__(self, other: Number | float) -> Number:
        return Number(self.real * _of(other))

    def __rmul__(self, other: float) -> Number:
        return self * other

    def __truediv__(self, other: Number | float) -> Number:
        return Number(self.real / _of(other))

    def __rtruediv__(self, other: float) -> Number:
        return Number(_of(other) / self.real)

    def __pow__(self, other: Number | float) -> Number:
        return Number(self.real ** _of(other))

    def __mod__(self, other: Number | float) -> Number:
        return Number(self.real % _of(other))

    def fmod(self, other: Number | float) -> Number:
        return self - (self / other).__trunc__() * other

    def __neg__(self) -> Number:
        return Number(-self.real)

    def __abs__(self) -> Number:
        return -self if self < 0.0 else self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number | float | int) and self.real == _of(other)

    def __hash__(self) -> int:
        return hash(self.real)

    def __lt__(self, other: Number | float) -> bool:
        return self.real < _of(other)

    def __gt__(self, other: Number | float) -> bool:
        return _of(other) < self.real

    def __le__(self, other: Number | float) -> bool:
        return not self > other

    def __ge__(self, other: Number | float) -> bool:
        return not self < other

    def exp(self) -> Number:
        return Number(mpmath().exp(self.real))

    def expm1(self) -> Number:
        return Number(mpmath().expm1(self.real))

    def exp2(self) -> Number:
        return Number(mpmath().mpf(2.0) ** self.real)

    def log(self) -> Number:
        return Number(mpmath().log(self.real))

    def log1p(self) -> Number:
        return Number(mpmath().log1p(self.real))

    def log2(self) -> Number:
        return Number(mpmath().log(self.real, 2))

    def log10(self) -> Number:
        return Number(mpmath().log(self.real, 10))

    def sin(self) -> Number:
        return Number(mpmath().sin(self.real))

    def cos(self) -> Number:
        return Number(mpmath().cos(self.real))

    def tan(self) -> Number:
        return Number(mpmath().tan(self.real))

    def arcsin(self) -> Number:
        return Number(mpmath().asin(self.real))

    def arccos(self) -> Number:
        return Number(mpmath().acos(self.real))

    def arctan(self) -> Number:
        return Number(mpmath().atan(self.real))

    def arctan2(self, other: Number | float) -> Number:
        return Number(mpmath().atan2(self.real, _of(other)))

    def sinh(self) -> Number:
        return Number(mpmath().sinh(self.real))

    def cosh(self) -> Number:
        return Number(mpmath().cosh(self.real))

    def tanh(self) -> Number:
        return Number(mpmath().tanh(self.real))

    def arcsinh(self) -> Number:
        return Number(mpmath().asinh(self.real))

    def arccosh(self) -> Number:
        return Number(mpmath().acosh(self.real))

    def arctanh(self) -> Number:
        return Number(mpmath().atanh(self.real))

    def sqrt(self) -> Number:
        return Number(mpmath().sqrt(self.real))

    def cbrt(self) -> Number:
        return -(-self).cbrt() if self < 0.0 else Number(mpmath().cbrt(self.real))

    def hypot(self, other: Number | float) -> Number:
        return Number(mpmath().hypot(self.real, _of(other)))

    def rint(self) -> Number:
        return Number(mpmath().nint(self.real))

    def __floor__(self) -> Number:
        return Number(mpmath().floor(self.real))

    def __ceil__(self) -> Number:
        return Number(mpmath().ceil(self.real))

    def __trunc__(self) -> Number:
        return self.__ceil__() if self < 0.0 else self.__floor__()


def _of(x: Number | float) -> Real:
    return x.real if isinstance(x, Number) else mpmath().mpf(float(x))


class ManyDigits:
    """The oracle. It says nothing where the one-sided differences keep their distance: at a kink or jump."""

    name: str = "mpmath"

    def derivative(self, recording: Recording, point: Point, direction: Array) -> Estimate:
        """J v, right to the last bits of the widest float, by differences at two steps."""
        if direction.size > MOST_ENTRIES:
            return Estimate(
                np.zeros(recording.size), np.full(recording.size, inf), "too many entries for mpmath"
            )
        moves = split(direction, [array.shape for array in point])

        def values(by: Real) -> list[Real]:
            there = [_moved(array, move, by) for array, move in zip(point, moves, strict=True)]
            return [_of(entry) for entry in recording.replay(there).tolist()]

        with mpmath().workdps(DIGITS):
            step = mpmath().mpf(reach(point, direction, 0)) * mpmath().mpf(f"1e-{STEP_DIGITS}")
            half = step / mpmath().mpf(2.0)
            sampled = [values(by) for by in (-step, -half, mpmath().mpf(0.0), half, step)]
            found = [_slope(each, step) for each in zip(*sampled, strict=True)]
        derivatives = np.array([np.longdouble(slope) for slope, _ in found], LONG.type)
        bounds = np.array([bound for _, bound in found])
        cause = "left and right differ: a kink, or no float holds it" if np.isinf(bounds).any() else ""
        return Estimate(computed(derivatives), computed(bounds), cause)


def _moved(array: Array, move: Array, by: Real) -> Array:
    """x + tv as an array of numbers with all digits."""
    entries = [
        Number(mpmath().mpf(float(x)) + by * mpmath().mpf(float(v)))
        for x, v in zip(array.reshape(-1).tolist(), move.reshape(-1).tolist(), strict=True)
    ]
    result = np.empty(array.size, object)
    result[:] = entries
    return computed(result.reshape(array.shape))


def _slope(values: tuple[Real, ...], step: Real) -> tuple[str, float]:
    """The central difference over the half step as text, and its bound; infinite at a kink.

    The sides of a smooth function approach each other as the step does; at a kink they keep their distance.
    """
    behind, half_behind, here, half_ahead, ahead = values
    half = step / mpmath().mpf(2.0)
    wide, narrow = (ahead - behind) / (step + step), (half_ahead - half_behind) / step
    apart = abs(float((ahead - here - here + behind) / step))
    nearer = abs(float((half_ahead - here - here + half_behind) / half))
    size = max(abs(float(wide)), abs(float(narrow)))
    if not isfinite(size) or (nearer > 0.75 * apart and nearer > 1e-30 * size):
        return "0", inf
    if size == 0:
        return "0", TINY
    return mpmath().nstr(narrow, 30), 4 * abs(float(wide - narrow)) + 8 * unit_of(LONG) * size + TINY
