"""Shape, then dtype, then value. Broadcasting forgives what a test must not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10

import numpy as np

from engine.array import Array, Shape
from properties.verdict import EXACT, FEWEST_DIGITS, HOLDS, Broken, Given, Verdict


def same_type(what: str, got: Array, like: Array, given: Given) -> Verdict:
    """``got`` has the shape and the dtype of ``like``."""
    same_shape(what, got, like.shape, given)
    if got.dtype != like.dtype:
        raise Broken(f"dtype of {what}", str(got.dtype), str(like.dtype), given)
    return HOLDS


def identical(what: str, got: Array, expected: Array, given: Given) -> Verdict:
    """The same shape, dtype and bits (so that a NaN equals itself and 0 differs from −0)."""
    same_type(what, got, expected, given)
    if got.tobytes() != expected.tobytes():
        place = next(at for at in np.ndindex(expected.shape) if got[at].tobytes() != expected[at].tobytes())
        raise Broken(
            _entry(what, place), repr(got[place].item()), f"exactly {expected[place].item()!r}", given
        )
    return HOLDS


def equal(what: str, got: Array, expected: Array, given: Given) -> Verdict:
    """The same shape and numbers; 0 equals −0."""
    exactly = Target([float(entry) for entry in expected.flat], [0.0] * expected.size, expected.shape)
    return within(what, got, exactly, given)


def same_shape(what: str, got: Array, shape: Shape, given: Given) -> Verdict:
    """``got`` has the shape ``shape``."""
    if got.shape != shape:
        raise Broken(f"shape of {what}", str(got.shape), str(shape), given)
    return HOLDS


def zero(what: str, got: Array, like: Array, given: Given) -> Verdict:
    """``got`` is zero everywhere, with the shape of ``like``."""
    same_shape(what, got, like.shape, given)
    for place in np.ndindex(like.shape):
        if got[place].item() != 0:
            raise Broken(_entry(what, place), repr(got[place].item()), "0", given)
    return HOLDS


@dataclass(frozen=True, slots=True)
class Target:
    """What an oracle expects: entries in row-major order, how far each may be off, and their shape."""

    entries: Sequence[float]
    bounds: Sequence[float]
    shape: Shape


def within(what: str, got: Array, target: Target, given: Given) -> Verdict:
    """Each entry of ``got`` is as near to what is expected as its bound says.

    The verdict counts the digits that the bounds certify, relative to the largest expected entry.
    """
    same_shape(what, got, target.shape, given)
    expected, bounds = target.entries, target.bounds
    for place, right, bound in zip(np.ndindex(got.shape), expected, bounds, strict=True):
        if not (isfinite(right) and isfinite(bound)):
            return Verdict(0.0, "the oracle's value is not finite")
        found = float(got[place].item())
        if not abs(found - right) <= bound:
            raise Broken(_entry(what, place), repr(found), f"{right!r} ± {bound:.1e}", given)
    return Verdict(certified_digits(expected, bounds))


def near(what: str, got: float, expected: float, bound: float, given: Given) -> Verdict:
    """Two numbers that should be equal differ by no more than the bound."""
    if not isfinite(bound):
        return Verdict(0.0, "the oracle's value is not finite")
    if not abs(got - expected) <= bound:
        raise Broken(what, repr(got), f"{expected!r} ± {bound:.1e}", given)
    if got == expected == 0:
        return HOLDS  # two exact zeros, as of a linear op at second order: digits of 0 mean nothing
    return Verdict(certified_digits([expected], [bound]))


def at_scale(verdict: Verdict, scale: float, bound: float) -> Verdict:
    """The verdict on a sum whose terms are of this size: where they cancel, digits of the sum mean little.

    So it is with x / x, say, whose derivative is nothing but terms that cancel. Where the sum's own digits
    are evidence, they are what the verdict counts.
    """
    if verdict.undecided or verdict.digits >= FEWEST_DIGITS:
        return verdict
    return Verdict(max(verdict.digits, certified_digits([scale], [bound])))


def certified_digits(expected: Sequence[float], bounds: Sequence[float]) -> float:
    """Decimal digits that the largest bound leaves of the largest expected entry (of 1, if that is 0)."""
    scale = max(map(abs, expected), default=0.0) or 1.0
    bound = max(bounds, default=0.0)
    return EXACT if bound == 0 else max(0.0, min(EXACT, log10(scale / bound)))


def _entry(what: str, place: tuple[int, ...]) -> str:
    return f"{what}[{', '.join(map(str, place))}]" if place else what
