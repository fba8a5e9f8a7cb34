"""Numbers of every magnitude that a float has, and near the places where functions lose their digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp2, frexp, inf, log

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine.array import Array
from engine.domain import Domain
from engine.dtype import FLOAT32, DType
from properties.strategies.arrays import array_of

POINTS = 8
"""Entries of each input."""

_BYTES = 8
_fine: SearchStrategy[bytes] = st.binary(min_size=_BYTES * POINTS, max_size=_BYTES * POINTS)


def draw_tails(
    draw: Callable[[SearchStrategy[bytes]], bytes],
    domains: Sequence[Domain],
    dtypes: Sequence[DType],
    near: Sequence[float],
) -> list[Array]:
    """Points of an elementwise op: one array for each input, none of whose entries is at a kink or tie."""
    drawn: list[list[float]] = []
    for domain, dtype in zip(domains, dtypes, strict=True):
        raw = draw(_fine)
        numbers = [int.from_bytes(raw[at : at + _BYTES], "big") for at in range(0, len(raw), _BYTES)]
        drawn.append(tails(numbers, domain, dtype, [*zip(*drawn, strict=True)] or [()] * POINTS, near))
    return [array_of(entries, (POINTS,), dtype) for entries, dtype in zip(drawn, dtypes, strict=True)]


def tails(
    numbers: Sequence[int],
    domain: Domain,
    dtype: DType,
    before: Sequence[Sequence[float]],
    near: Sequence[float],
) -> list[float]:
    """One float of the domain for each number below 2⁶⁴, given those of the inputs before it."""
    places = [
        each for each in (*domain.poles, *domain.kinks, domain.low, domain.high, *near) if abs(each) < inf
    ]
    result: list[float] = []
    for number, others in zip(numbers, before, strict=True):
        x = _tail(number, dtype, [*places, *others, *(-other for other in others)])
        result.append(_inside(x, domain, dtype, others))
    return result


def _tail(number: int, dtype: DType, places: Sequence[float]) -> float:
    """A number of any magnitude, of a usual one, near a place, or where exp overflows and underflows."""
    kind, sign, up = number >> 61, 1.0 - 2.0 * (number >> 60 & 1), number >> 59 & 1
    rest = number & (1 << 59) - 1
    share = rest / 2.0**59
    bits, low, high = (23, -149, 128) if dtype is FLOAT32 else (52, -1074, 1024)
    if kind < 3:
        return sign * _scaled(share * high if up else share * low)
    if kind == 3:
        return sign * exp2(41 * share - 30)
    if kind == 4:
        return sign * share * 1.1 * high * log(2.0)
    if not places:
        return sign * exp2(8 * share - 4)
    place = places[rest % len(places)]
    apart = exp2(-(bits + 2) * share)
    return place + sign * apart * (place or 1.0)


def _scaled(exponent: float) -> float:
    """2 ^ exponent, 0 < it < ∞."""
    return max(5e-324, exp2(exponent)) if exponent < 1024 else 1.0


def _inside(x: float, domain: Domain, dtype: DType, others: Sequence[float]) -> float:
    """x rounded to the dtype, or a number made of it that lies in the domain and off its kinks and ties."""
    if domain.values:
        return domain.values[int(x > 0) % len(domain.values)]
    inverse = 1.0 / x if frexp(x)[1] > -120 and x else 1.0
    for candidate in (x, -x, inverse, -inverse, *_between(x, domain), 0.5, 2.0, -2.0):
        with np.errstate(all="ignore"):
            rounded = float(dtype.type(candidate))
        tied = domain.ties and rounded in others
        if abs(rounded) < inf and domain.smooth_at(rounded) and not tied:
            return rounded
    raise AssertionError(f"no number in {domain}")


def _between(x: float, domain: Domain) -> tuple[float, ...]:
    """A place in a bounded interval, as far along as the mantissa of x is, and its middle."""
    if domain.high - domain.low == inf:
        return ()
    share = 2 * abs(frexp(x)[0]) - 1
    return domain.low + share * (domain.high - domain.low), (domain.low + domain.high) / 2
