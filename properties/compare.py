"""Shape, then dtype, then value. Broadcasting forgives what a test must not."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log10

import numpy as np

from engine.array import Array
from properties.verdict import EXACT, HOLDS, Broken, Given, Verdict


def same_type(what: str, got: Array, like: Array, given: Given) -> Verdict:
    """``got`` has the shape and the dtype of ``like``."""
    if got.shape != like.shape:
        raise Broken(f"shape of {what}", str(got.shape), str(like.shape), given)
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


def zero(what: str, got: Array, like: Array, given: Given) -> Verdict:
    """``got`` is zero everywhere, with the shape and dtype of ``like``."""
    same_type(what, got, like, given)
    for place in np.ndindex(like.shape):
        if got[place].item() != 0:
            raise Broken(_entry(what, place), repr(got[place].item()), "0", given)
    return HOLDS


def within(
    what: str, got: Array, expected: Sequence[float], bounds: Sequence[float], given: Given
) -> Verdict:
    """Each entry of ``got``, in row-major order, is as near to what is expected as its bound says.

    The verdict counts the digits that the bounds certify, relative to the largest expected entry.
    """
    if got.size != len(expected):
        raise Broken(f"size of {what}", str(got.size), str(len(expected)), given)
    for place, right, bound in zip(np.ndindex(got.shape), expected, bounds, strict=True):
        if not (isfinite(right) and isfinite(bound)):
            return Verdict(0.0, "the oracle's value is not finite")
        found = float(got[place].item())
        if not abs(found - right) <= bound:
            raise Broken(_entry(what, place), repr(found), f"{right!r} ± {bound:.1e}", given)
    return Verdict(certified_digits(expected, bounds))


def near(what: str, got: float, expected: float, bound: float, given: Given) -> Verdict:
    """Two numbers that should be equal differ by no more than the bound."""
    if not abs(got - expected) <= bound:
        raise Broken(what, repr(got), f"{expected!r} ± {bound:.1e}", given)
    return Verdict(certified_digits([expected], [bound]))


def certified_digits(expected: Sequence[float], bounds: Sequence[float]) -> float:
    """Decimal digits that the largest bound leaves of the largest expected entry (of 1, if that is 0)."""
    scale = max(map(abs, expected), default=0.0) or 1.0
    bound = max(bounds, default=0.0)
    return EXACT if bound == 0 else max(0.0, min(EXACT, log10(scale / bound)))


def _entry(what: str, place: tuple[int, ...]) -> str:
    return f"{what}[{', '.join(map(str, place))}]" if place else what
