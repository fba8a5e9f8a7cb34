"""Arrays of dyadic rationals, decoded from drawn bytes, inside an op's domain.

Bytes are cheap to draw, nearly all entries differ, and a failing array shrinks to zeros with one entry left.
Sums and products of small dyadics are exact, so that many identities can be checked with ``==``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.array import Array, Shape, as_array
from engine.domain import REALS, Domain
from engine.dtype import FLOAT32, FLOAT64, DType
from properties.strategies.matrices import dominated

MARGIN = 2.0**-6
"""How far entries stay away from poles, kinks, ties and ends of the domain."""

LIMIT = 8.0
"""Entries lie between −LIMIT and LIMIT."""

dtypes: SearchStrategy[DType] = st.sampled_from([FLOAT64, FLOAT64, FLOAT32])
layouts: SearchStrategy[str] = st.sampled_from(
    ["contiguous", "transposed", "strided", "reversed", "read-only", "transposed", "reversed"]
)
FRACTION_BITS: SearchStrategy[int] = st.sampled_from([0, 12, 4, 12])


BLOCK = 24
"""Numbers are drawn so many at a time. Hypothesis makes new cases of old ones by changing a choice, the size
of an axis, say; bytes of another length would then be of no use to it, and it would put zeros there."""

_block: SearchStrategy[bytes] = st.binary(min_size=2 * BLOCK, max_size=2 * BLOCK)


def draw_numbers(draw: DrawFn, size: int) -> list[float]:
    """``size`` dyadic rationals between −8 and 8: all whole, all sixteenths, or down to 2⁻¹²."""
    bits = draw(FRACTION_BITS)
    raw = b"".join([draw(_block) for _ in range(0, max(size, 1), BLOCK)])
    whole = (int.from_bytes(raw[2 * at : 2 * at + 2], "big", signed=True) for at in range(size))
    return [
        (number >> (12 - bits)) / 2**bits if number >= 0 else -(-number >> (12 - bits)) / 2**bits
        for number in whole
    ]


def into_domain(entries: Sequence[float], domain: Domain, *, smooth: bool) -> list[float]:
    """The entries moved to where the op is defined; with ``smooth`` away from kinks too."""
    if domain.values:
        return [domain.values[int(abs(entry) * 4) % len(domain.values)] for entry in entries]
    if not smooth and (domain.kinks or domain.ties):
        return [_onto_corners(entry, domain) for entry in entries]
    return [_away(entry, domain) for entry in entries]


def _onto_corners(entry: float, domain: Domain) -> float:
    """Few different numbers of the domain, the kinks among them, so that kinks and ties are hit often."""
    corners = [corner for corner in (*domain.kinks, -1.0, 2.0, 0.5) if domain.contains(corner, MARGIN)]
    return corners[int(abs(entry) * 4) % len(corners)] if corners else _away(entry, domain)


def _away(entry: float, domain: Domain) -> float:
    """The entry, or another place outside the margins of the domain's ends, poles and kinks."""
    edge = 2 * MARGIN
    if domain.low > -inf and domain.high < inf:
        share = (entry + LIMIT) / (2 * LIMIT)
        entry = domain.low + edge + share * (domain.high - domain.low - 2 * edge)
    elif domain.low > -inf:
        entry = domain.low + max(abs(entry - domain.low), edge)
    elif domain.high < inf:
        entry = domain.high - max(abs(domain.high - entry), edge)
    for corner in (*domain.poles, *domain.kinks):
        if abs(entry - corner) < edge:
            entry = corner + (edge if entry >= corner else -edge)
    return entry


def apart(entries: Sequence[float]) -> list[float]:
    """The entries moved up, where they must, until any two differ by a margin."""
    taken: set[int] = set()
    moved: list[float] = []
    for entry in entries:
        place = round(entry / (2 * MARGIN))
        while place in taken:
            place += 1
        taken.add(place)
        moved.append(place * 2 * MARGIN)
    return moved


def draw_array(
    draw: DrawFn, shape: Shape, dtype: DType, domain: Domain = REALS, *, smooth: bool = True
) -> Array:
    """An array inside the domain, in some memory layout."""
    entries = draw_numbers(draw, prod(shape))
    return laid_out(array_in(entries, shape, dtype, domain, smooth=smooth), draw(layouts))


def array_in(
    entries: Sequence[float], shape: Shape, dtype: DType, domain: Domain, *, smooth: bool = True
) -> Array:
    """The entries moved into the domain, as an array."""
    moved = dominated(entries, shape) if domain.dominant else into_domain(entries, domain, smooth=smooth)
    return array_of(moved, shape, dtype)


@st.composite
def arrays(draw: DrawFn, shape: Shape, dtype: DType) -> Array:
    """An array of any numbers, in some memory layout."""
    return draw_array(draw, shape, dtype)


def array_of(entries: Sequence[float], shape: Shape, dtype: DType) -> Array:
    """The entries in row-major order as an array."""
    return as_array(np.array(entries, dtype).reshape(shape))


def laid_out(array: Array, layout: str) -> Array:
    """An equal array with another layout in memory."""
    if layout == "read-only":
        locked = array.copy()
        locked.flags.writeable = False
        return locked
    if not array.ndim or layout == "contiguous":
        return array
    if layout == "transposed":
        return as_array(np.asfortranarray(array))
    if layout == "reversed":
        return as_array(np.ascontiguousarray(array[::-1])[::-1])
    roomy = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    roomy[..., ::2] = array
    return as_array(roomy[..., ::2])


@st.composite
def cotangents(draw: DrawFn, shape: Shape, dtype: DType) -> Array:
    """A random signed cotangent, not zero everywhere, in some memory layout."""
    entries = draw_numbers(draw, prod(shape))
    array = array_of(entries if any(entries) else [1.0] * len(entries), shape, dtype)
    return laid_out(array, draw(layouts))


@st.composite
def directions(draw: DrawFn, likes: Sequence[Array]) -> tuple[Array, ...]:
    """A random direction for each array, of its shape and dtype, not zero everywhere, in some layouts."""
    entries = draw_numbers(draw, sum(like.size for like in likes))
    if not any(entries):
        entries = [1.0] * len(entries)
    parts: list[Array] = []
    for like in likes:
        parts.append(laid_out(array_of(entries[: like.size], like.shape, like.dtype), draw(layouts)))
        entries = entries[like.size :]
    return tuple(parts)
