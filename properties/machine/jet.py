"""Whole numbers with infinitesimal parts: n + m ε₁ + k ε₁ε₂ + …, where each εᵢ² = 0.

The coefficient of εᵢ is a derivative, that of εᵢεⱼ a second one, so that computing with jets differentiates
without any walk over a graph. Whole numbers are exact, and so is the engine's float64 as long as nothing on
its way to a result is too large: beside each coefficient stands a bound on that, its *size*, the sum of the
absolute values of all the products that were added up to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Coefficient: TypeAlias = tuple[int, int]
"""A number and its size."""


class Jet:
    """A number with infinitesimal parts. A product of infinitesimals is a set of bits; the empty one is 1."""

    __slots__ = ("parts",)

    def __init__(self, parts: Mapping[int, Coefficient]) -> None:
        self.parts: Mapping[int, Coefficient] = parts

    @property
    def real(self) -> int:
        """The number without its infinitesimal parts."""
        return self.parts.get(0, (0, 0))[0]

    @property
    def size(self) -> int:
        """The size of the real part."""
        return self.parts.get(0, (0, 0))[1]

    def __add__(self, other: Jet) -> Jet:
        parts = dict(self.parts)
        for bits, (number, size) in other.parts.items():
            known, known_size = parts.get(bits, (0, 0))
            parts[bits] = (known + number, known_size + size)
        return Jet(parts)

    def __mul__(self, other: Jet) -> Jet:
        parts: dict[int, Coefficient] = {}
        for mine, (a, a_size) in self.parts.items():
            for its, (b, b_size) in other.parts.items():
                if not mine & its:
                    known, known_size = parts.get(mine | its, (0, 0))
                    parts[mine | its] = (known + a * b, known_size + a_size * b_size)
        return Jet(parts)

    def moving_with(self, bit: int) -> Jet:
        """The parts with this infinitesimal."""
        return Jet({bits: part for bits, part in self.parts.items() if bits & bit})

    def coefficient(self, bit: int) -> Jet:
        """The derivative along this infinitesimal."""
        return Jet({bits ^ bit: part for bits, part in self.parts.items() if bits & bit})


def whole(number: int) -> Jet:
    """The number, which does not move."""
    return Jet({0: (number, abs(number))})


def epsilon(bit: int) -> Jet:
    """The infinitesimal alone."""
    return Jet({bit: (1, 1)})
