"""Powers beside powers of the logarithm: the derivatives of aᵇ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import (
    Array,
    BoolArray,
    IntArray,
    Shape,
    computed,
    is_float,
    mantissa_and_exponent,
    places,
    scaled,
    select,
)
from engine.axes import whole_number
from engine.catalogue import op
from engine.domain import POSITIVE, REALS
from engine.dtype import FLOAT64
from engine.errors import ParameterError
from engine.ops.slopes import BySlopes

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["PowerLog", "power_log"]

Term = tuple[int, int, int]
"""c, n, k of c bⁿ (log a)ᵏ."""

LEAST = -(2**20)
"""An exponent below that of any term."""


@op(POSITIVE, REALS)
class PowerLog(BySlopes):
    """yᵢ = aᵢ^(bᵢ − s) Σ c bᵢⁿ (log aᵢ)ᵏ, for aᵢ > 0, over terms (c, n, k); shapes broadcast.

    c, n, k, s are whole, and none but c negative. The derivatives of aᵇ are such, of any order, since those
    of y are: by a with s + 1, and the terms (c, n + 1, k), (−c s, n, k), (c k, n, k − 1); by b with s, and
    (c n, n − 1, k), (c, n, k + 1).

    Outside the domain y is what its formula says, where it says something; a factor 0 wins over one that is
    ∞ or NaN, and log 0 beside 0⁰ counts as 0. Mantissas and exponents are multiplied apart, and the power is
    taken by halves, and these by quarters, where they overflow and y might not.
    """

    terms: tuple[Term, ...]
    shift: int

    def __post_init__(self) -> None:
        for number in (self.shift, *chain.from_iterable(self.terms)):
            whole_number("PowerLog", "a number", number)
        if not self.terms or self.shift < 0 or any(n < 0 or k < 0 for _, n, k in self.terms):
            raise ParameterError("PowerLog", repr(self), "a term, and n, k, s ≥ 0", "choose others")

    def compute(self, a: Array, b: Array) -> Array:
        if not (is_float(a) and is_float(b)):
            log = np.log(a)
            return computed(a ** (b - self.shift) * sum(c * b**n * log**k for c, n, k in self.terms))
        dtype = np.result_type(a, b)
        a, b = np.broadcast_arrays(a.astype(FLOAT64), b.astype(FLOAT64))
        with np.errstate(all="ignore"):
            return computed(self._value(computed(a), computed(b)).astype(dtype))

    def _value(self, a: Array, b: Array) -> Array:
        """y in float64. The error of b − s is made up for."""
        exponent = b - self.shift
        virtual = exponent - b
        error = (b - (exponent - virtual)) - (self.shift + virtual)
        power, size = a**exponent, np.log(np.abs(a))
        whole: BoolArray = (np.abs(power) > 2.0**-960) & (np.abs(power) < 2.0**960)
        root = np.abs(a) ** (exponent / 4)
        usual: BoolArray = (root > 0) & (root < np.inf) & (a != 0) & np.isfinite(size)
        rest = np.exp(select(usual, error * select(usual, size, np.zeros_like(a)), np.zeros_like(a)))
        factor, more = self._factor(a, b, power)
        part, exponent_of = mantissa_and_exponent(factor)
        own, exponent_of_own = mantissa_and_exponent(np.abs(power))
        half, exponent_of_half = _square(root, np.abs(a) ** (exponent / 2))
        of_power = places(np.where(whole, exponent_of_own, 2 * exponent_of_half))
        value = scaled(part * select(whole, own, half * half), exponent_of + of_power + more)
        value = value * np.copysign(rest, power)
        gone: BoolArray = (factor == 0) | (power == 0) & ~usual & ~np.isnan(factor)
        value = select(gone, np.zeros_like(a), select(np.isnan(power), power, value))
        return select(np.isnan(b), b, value)

    def _factor(self, a: Array, b: Array, power: Array) -> tuple[Array, IntArray]:
        """Σ c bⁿ (log a)ᵏ, in which log 0 beside 0⁰ counts as 0, and 0 wins, as f and e of f 2ᵉ."""
        flat: BoolArray = (a == 0) & (power == 1)
        log = np.log(select(flat, np.ones_like(a), a))
        b, exponent = mantissa_and_exponent(b)
        parts = [(c, b**n, log**k, n * exponent) for c, n, k in self.terms]
        shown = [(by_b != 0) & (by_log != 0) for _, by_b, by_log, _ in parts]
        largest = np.maximum.reduce(
            [np.where(there, each, LEAST) for there, (*_, each) in zip(shown, parts, strict=True)]
        )
        found = np.zeros_like(a)
        for there, (c, by_b, by_log, each) in zip(shown, parts, strict=True):
            product = select(there, by_b * by_log, np.zeros_like(a))
            found = found + c * scaled(product, places(np.where(there, each - largest, 0)))
        return found, places(largest)

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        s = self.shift
        by_a = (each for c, n, k in self.terms for each in ((c, n + 1, k), (-c * s, n, k), (c * k, n, k - 1)))
        by_b = (each for c, n, k in self.terms for each in ((c * n, n - 1, k), (c, n, k + 1)))
        return PowerLog(_collected(by_a), s + 1)(a, b), PowerLog(_collected(by_b), s)(a, b)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield cls(((1, 0, 0),), 0)
        yield cls(((1, 1, 0),), 1)
        yield cls(((1, 0, 1),), 0)
        yield cls(((-1, 1, 0), (1, 2, 0)), 2)
        yield cls(((2, 0, 1), (1, 1, 0)), 1)


def _square(root: Array, plain: Array) -> tuple[Array, IntArray]:
    """f and e of ``plain`` = f 2ᵉ, or of the square of its root where it overflows or is too small."""
    part, exponent = mantissa_and_exponent(plain)
    of_root, exponent_of_root = mantissa_and_exponent(root)
    ends: BoolArray = (plain == 0) | np.isinf(plain)
    squared = select(ends, of_root * of_root, part)
    return squared, places(np.where(ends, 2 * exponent_of_root, exponent))


def _collected(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms without those of factor 0, each pair of exponents once."""
    factors: Counter[tuple[int, int]] = Counter()
    for c, n, k in terms:
        factors[n, k] += c
    return tuple((c, n, k) for (n, k), c in sorted(factors.items()) if c) or ((0, 0, 0),)


def power_log(a: Tensor, b: Tensor, terms: tuple[Term, ...], shift: int) -> Tensor:
    """a^(b − s) Σ c bⁿ (log a)ᵏ over terms (c, n, k); shapes broadcast. Raises ``ParameterError``."""
    return PowerLog(terms, shift)(a, b)
