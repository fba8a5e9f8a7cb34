"""Whether a case is exact: no step of it rounds, in whatever order an engine sums.

A number that is a multiple of 2⁻ᵏ, made by sums and products whose terms have no more than the size M
together, is exact in p bits if M 2ᵏ ≤ 2ᵖ: so are all partial sums, in any order. Both k and M are followed
through the second definitions, for values and for tangents. Where that holds of ⟨ȳ, J ẋ⟩ as well, it holds
of all that either mode computes on the way, and two ways to one number must agree with ``==``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import frexp, inf

from engine.array import Array
from properties.case import Case
from properties.grid import Grid
from properties.number import Arithmetic, Number
from properties.references import second_definition

BITS = {2.0**-24: 24, 2.0**-53: 53}
"""The bits of a significand, by unit roundoff."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Multiples of 2⁻ᵏ, k = ``fine``, whose sizes are no more than ``units`` of them together."""

    fine: int
    units: int

    @property
    def bits(self) -> int:
        """How many bits hold every such number."""
        return max(0, self.units - 1).bit_length()

    def __add__(self, other: Extent) -> Extent:
        fine = max(self.fine, other.fine)
        return Extent(fine, (self.units << fine - self.fine) + (other.units << fine - other.fine))

    def __mul__(self, other: Extent) -> Extent:
        units = self.units * other.units
        return Extent(self.fine + other.fine, units) if units else NOTHING


NOTHING = Extent(0, 0)


def extent(number: float) -> Extent:
    """That of one number."""
    units, denominator = abs(number).as_integer_ratio()
    return Extent(denominator.bit_length() - 1, units)


def _moving(speed: float) -> Extent:
    """That of a speed; where it is 0 the adjoint beside it need not be, and it counts as 1."""
    return extent(speed or 1.0)


class RoundsError(Exception):
    """Some step is exact in no float, or needs more bits than there are."""


@dataclass(slots=True)
class Measuring(Arithmetic):
    """An arithmetic that records the most bits of any number.

    It stops at once, by ``RoundsError``, where that is settled.
    """

    limit: float = inf
    most: int = 0

    def number(self, value: float, tangent: float = 0.0) -> Number:
        return self.measured(Arithmetic.number(self, value, tangent), extent(value), extent(tangent))

    def moving(self, value: float, speed: float) -> Number:
        """A number that moves, or might."""
        return self.measured(Arithmetic.number(self, value, speed), extent(value), _moving(speed))

    def measured(self, number: Number, value: Extent, tangent: Extent) -> Measured:
        """The number with its extents, which are recorded."""
        self.most = max(self.most, value.bits, tangent.bits)
        if self.most > self.limit:
            raise RoundsError
        return Measured(number, value, tangent, self)


class Measured(Number):
    """A number with the extents of its value and of its tangent."""

    __slots__ = ("measuring", "span", "speed")

    span: Extent
    speed: Extent
    measuring: Measuring

    def __init__(self, number: Number, span: Extent, speed: Extent, measuring: Measuring) -> None:
        Number.__init__(self, number.z, number.real_error, number.imag_error, measuring)
        self.span = span
        self.speed = speed
        self.measuring = measuring

    def __add__(self, other: Number | float) -> Number:
        b = self._measured(other)
        return self.measuring.measured(Number.__add__(self, b), self.span + b.span, self.speed + b.speed)

    def __neg__(self) -> Number:
        return self.measuring.measured(Number.__neg__(self), self.span, self.speed)

    def __mul__(self, other: Number | float) -> Number:
        b = self._measured(other)
        speed = self.span * b.speed + self.speed * b.span
        return self.measuring.measured(Number.__mul__(self, b), self.span * b.span, speed)

    def power(self, exponent: int) -> Number:
        if exponent > 2:
            raise RoundsError  # an engine may take it from a library's pow
        return Number.power(self, exponent)

    def through(self, f: Callable[[complex], complex]) -> Number:
        w = Number.through(self, f)
        power_of_two = abs(frexp(self.value)[0]) == 1 / 2
        quotient_or_root = w.value * self.value == 1 or w.value**2 == self.value
        if self.speed.units or not power_of_two or not quotient_or_root:
            raise RoundsError
        return self.measuring.measured(w, extent(w.value), NOTHING)

    def _measured(self, other: Number | float) -> Measured:
        found = self._other(other)
        assert isinstance(found, Measured)  # all numbers of this arithmetic are
        return found


def is_exact(case: Case, out_grads: Sequence[Array], tangents: Sequence[Array]) -> bool:
    """Whether y, J ẋ, Jᵀ Σ ȳ and ⟨Σ ȳ, J ẋ⟩ round nowhere, for several cotangents of the output together."""
    limit = BITS[case.unit_roundoff()]
    try:
        return bits(case, out_grads, tangents, limit) <= limit
    except RoundsError:
        return False


def bits(case: Case, out_grads: Sequence[Array], tangents: Sequence[Array], limit: float = inf) -> float:
    """How many bits hold every number on the way to these.

    Raises ``RoundsError`` where some step rounds in any float, or in one of so many bits.
    """
    measuring = Measuring(0.0, limit=limit)
    moves = dict(zip(case.variables, tangents, strict=True))
    grids = [_grid(array, moves.get(number), measuring) for number, array in enumerate(case.inputs)]
    for step in case.steps:
        grids.append(second_definition(step.op, [grids[arg] for arg in step.args]))
        if measuring.close:
            raise RoundsError
    total = NOTHING
    for place, number in enumerate(grids[-1].entries):
        assert isinstance(number, Measured)  # all numbers of this arithmetic are
        weights = [_moving(float(out_grad.flat[place])) for out_grad in out_grads]
        total += reduce(Extent.__add__, weights) * (number.speed + number.span)
    return max(measuring.most, total.bits)


def _grid(array: Array, tangent: Array | None, measuring: Measuring) -> Grid:
    entries = [float(entry) for entry in array.ravel().tolist()]
    if tangent is None:
        return Grid(array.shape, [measuring.number(entry) for entry in entries], measuring)
    speeds = [float(speed) for speed in tangent.ravel().tolist()]
    pairs = zip(entries, speeds, strict=True)
    return Grid(array.shape, [measuring.moving(entry, speed) for entry, speed in pairs], measuring)
