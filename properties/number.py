"""A number that knows how far it may be off, and how it changes.

The second definitions in ``properties.references`` are written in these numbers, so one evaluation of a
definition gives four things: a value and a bound on its rounding error, a derivative and a bound on its
rounding error.

*The derivative* is a complex step: the imaginary part carries h·ẋ with h = 2⁻⁵⁴⁰, and for an analytic
function Im f(x + ihẋ) / h = f′(x)ẋ up to h², which underflows. No difference is taken, so no digit is lost.
(W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40,
1998, p. 110.)

*Branches* are analytic, and a comparison decides between them by the values. Where these are equal the
tangents decide: greater is the number that is about to be. So at a kink or tie a definition takes the branch
that it moves into, and its derivative is the one-sided f′(x; ẋ), to the right along ẋ. Where the tangents are
equal too, or nothing moves, neither is greater. (Yu. Nesterov, Lexicographic differentiation of nonsmooth
functions, Math. Program. 104, 2005, p. 669; K. A. Khan and P. I. Barton, Evaluating an element of the Clarke
generalized Jacobian of a composite piecewise differentiable function, ACM Trans. Math. Softw. 39, 2013, 23.)

*The bounds* are a running error analysis: each operation adds its own rounding to what its operands bring
along. (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 2002, section 3.3.)
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from math import inf, nan

STEP: float = 2.0**-540
"""h: so small that h² is 0 in float64, and a power of two, so that scaling by it is exact."""

FUNCTION_ULPS = 8.0
"""What an elementary function and its derivative may be off, in units of roundoff.

NumPy promises less than 4 ulp, which are 8 units; the tail of tanh's derivative takes more than 4 units.
"""

PROBE = 2.0**-12
"""The relative distance over which the slope of a function is measured, for the bounds only."""


@dataclass(slots=True)
class Arithmetic:
    """The rounding of one evaluation, and the record of its decisions.

    ``unit`` is the unit roundoff. ``branches`` lists the outcome of every comparison, and the side of every
    pole, in order. ``close`` counts the comparisons whose outcome rounding could change: at a kink or tie,
    or next to one.
    """

    unit: float
    branches: list[bool] = field(default_factory=list[bool])
    close: int = 0

    def number(self, value: float, tangent: float = 0.0) -> Number:
        """An exact number that moves with the speed ``tangent``."""
        return Number(complex(value, tangent * STEP), 0.0, 0.0, self)


class Number:
    """``z`` = value + i h tangent, with bounds on the errors of the two parts."""

    __slots__ = ("arithmetic", "imag_error", "real_error", "z")

    z: complex
    real_error: float
    imag_error: float
    arithmetic: Arithmetic

    def __init__(self, z: complex, real_error: float, imag_error: float, arithmetic: Arithmetic) -> None:
        self.z = z
        self.real_error = real_error
        self.imag_error = imag_error
        self.arithmetic = arithmetic

    @property
    def value(self) -> float:
        """f(x)."""
        return self.z.real

    @property
    def tangent(self) -> float:
        """f′(x) ẋ."""
        return self.z.imag / STEP

    @property
    def value_bound(self) -> float:
        """How far the value may be off."""
        return self.real_error

    @property
    def tangent_bound(self) -> float:
        """How far the tangent may be off."""
        return self.imag_error / STEP

    def __add__(self, other: Number | float) -> Number:
        b = self._other(other)
        z = self.z + b.z
        unit = self.arithmetic.unit
        return Number(
            z,
            self.real_error + b.real_error + unit * abs(z.real),
            self.imag_error + b.imag_error + unit * abs(z.imag),
            self.arithmetic,
        )

    def __radd__(self, other: float) -> Number:
        return self + other

    def __neg__(self) -> Number:
        return Number(-self.z, self.real_error, self.imag_error, self.arithmetic)

    def __sub__(self, other: Number | float) -> Number:
        return self + -self._other(other)

    def __rsub__(self, other: float) -> Number:
        return -self + other

    def __mul__(self, other: Number | float) -> Number:
        a, b = self, self._other(other)
        x, y, unit = a.z, b.z, a.arithmetic.unit
        left, right = abs(x.real), abs(y.real)
        return Number(
            complex(x.real * y.real, x.real * y.imag + x.imag * y.real),
            left * b.real_error + right * a.real_error + a.real_error * b.real_error + unit * left * right,
            left * b.imag_error + right * a.imag_error
            + abs(x.imag) * b.real_error + abs(y.imag) * a.real_error
            + 2 * unit * (left * abs(y.imag) + right * abs(x.imag)),
            a.arithmetic,
        )  # fmt: skip

    def __rmul__(self, other: float) -> Number:
        return self * other

    def __truediv__(self, other: Number | float) -> Number:
        return self * self._other(other)._reciprocal()

    def __rtruediv__(self, other: float) -> Number:
        return self._reciprocal() * other

    def _reciprocal(self) -> Number:
        self._note_side()
        return self.through(lambda z: 1 / z)

    def _other(self, other: Number | float) -> Number:
        return other if isinstance(other, Number) else self.arithmetic.number(other)

    def _note_side(self) -> None:
        """Record on which side of 0 this is, where a function ends or has a pole."""
        self.arithmetic.branches.append(self.z.real > 0)

    def through(self, f: Callable[[complex], complex]) -> Number:
        """f of this number, for an analytic f."""
        z, unit = self.z, self.arithmetic.unit
        try:
            w = f(z)
        except (ArithmeticError, ValueError):  # at a pole, or beyond what a float holds
            return Number(complex(nan, nan), inf, inf, self.arithmetic)
        real_error = FUNCTION_ULPS * unit * abs(w.real)
        imag_error = FUNCTION_ULPS * unit * abs(w.imag)
        if self.real_error or self.imag_error:
            distance = PROBE * max(abs(z.real), PROBE)
            try:
                change = f(z + distance) - w
            except (ArithmeticError, ValueError):
                return Number(w, inf, inf, self.arithmetic)
            slope = 2 * abs(change.real) / distance
            real_error += slope * self.real_error
            imag_error += slope * self.imag_error + 2 * abs(change.imag) / distance * self.real_error
        return Number(w, real_error, imag_error, self.arithmetic)

    def power(self, exponent: int) -> Number:
        """xⁿ for a whole n, by multiplication."""
        if exponent < 0:
            return 1.0 / self.power(-exponent)
        return reduce(lambda done, _: done * self, range(exponent), self.constant(1.0))

    def exp(self) -> Number:
        """exp x."""
        return self.through(cmath.exp)

    def log(self) -> Number:
        """log x, for x > 0."""
        self._note_side()
        return self.through(cmath.log)

    def sin(self) -> Number:
        """sin x."""
        return self.through(cmath.sin)

    def cos(self) -> Number:
        """cos x."""
        return self.through(cmath.cos)

    def sqrt(self) -> Number:
        """√x, for x > 0."""
        self._note_side()
        return self.through(cmath.sqrt)

    def tanh(self) -> Number:
        """tanh x."""
        return self.through(cmath.tanh)

    def sinh(self) -> Number:
        """sinh x."""
        return self.through(cmath.sinh)

    def cosh(self) -> Number:
        """cosh x."""
        return self.through(cmath.cosh)

    def tan(self) -> Number:
        """tan x."""
        return self.through(cmath.tan)

    def arcsin(self) -> Number:
        """arcsin x, for −1 < x < 1."""
        return self.through(cmath.asin)

    def arccos(self) -> Number:
        """arccos x, for −1 < x < 1."""
        return self.through(cmath.acos)

    def arctan(self) -> Number:
        """arctan x."""
        return self.through(cmath.atan)

    def arcsinh(self) -> Number:
        """arsinh x."""
        return self.through(cmath.asinh)

    def arccosh(self) -> Number:
        """arcosh x, for x > 1."""
        return self.through(cmath.acosh)

    def arctanh(self) -> Number:
        """artanh x, for −1 < x < 1."""
        return self.through(cmath.atanh)

    def __gt__(self, other: Number | float) -> bool:
        """Whether the value is greater, or equal and about to be; recorded, and counted as close if it is."""
        b = self._other(other)
        greater = (self.z.real, self.z.imag) > (b.z.real, b.z.imag)
        self.arithmetic.branches.append(greater)
        if abs(self.z.real - b.z.real) <= self.real_error + b.real_error:
            self.arithmetic.close += 1
        return greater

    def __lt__(self, other: Number | float) -> bool:
        return self._other(other) > self

    def constant(self, value: float) -> Number:
        """An exact number that does not move, in the same arithmetic."""
        return self.arithmetic.number(value)


def larger(a: Number, b: Number) -> Number:
    """The larger of the two, by the branch that they move into where they tie."""
    return a if a > b else b


def smaller(a: Number, b: Number) -> Number:
    """The smaller of the two, by the branch that they move into where they tie."""
    return b if a > b else a
