"""What ``check_grads`` found: a report, an error for a wrong derivative, a warning for an open question."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from math import log10
from typing import Self

import numpy as np

from engine.array import BoolArray
from properties.grads.jacobian import Contraction, Form
from properties.verdict import EXACT, FEWEST_DIGITS


class NotDecided(UserWarning):
    """Some entries could be neither confirmed nor refuted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which derivative: ``argument`` and ``index`` of the input entry, ``out_index`` of the output's.

    An index is None where only a sum over the entries is known to be wrong. ``mode``: "fwd over rev" is the
    tangent of an adjoint. ``nearby``: not at the point that was given, but next to it, where the derivative
    must be right as well if one of higher order is to be.
    """

    argument: int
    index: tuple[int, ...] | None
    out_index: tuple[int, ...] | None
    mode: str
    order: int
    nearby: bool = False

    def __str__(self) -> str:
        entry = "a sum of its entries" if self.index is None else f"entry {self.index}"
        of = "a sum of the outputs" if self.out_index is None else f"output entry {self.out_index}"
        at = ", at a point 1/128 away" if self.nearby else ""
        return f"argument {self.argument}, {entry}, of {of}, order {self.order}, mode {self.mode}{at}"


class GradientError(AssertionError):
    """A derivative is wrong: where, the engine's number, the oracle's and how far the two may differ."""

    def __init__(self, place: Place, got: float, expected: float, bound: float, seed: int) -> None:
        super().__init__(
            f"{place}: the engine says {got!r}, the oracle {expected!r} ± {bound:.1e} (seed={seed})"
        )
        self.place = place
        self.got = got
        self.expected = expected
        self.bound = bound
        self.seed = seed


@dataclass(frozen=True, eq=False)
class Checked:
    """The derivatives of one order, in one mix of modes, with respect to one argument: nothing was wrong."""

    argument: int
    order: int
    mode: str
    form: Form
    contraction: Contraction
    cause: str

    @cached_property
    def decided(self) -> BoolArray:
        """For each entry whether it is certified: enough digits, or a 0 as far as the dtype can tell."""
        size, allowed = self.contraction.magnitude, self.contraction.allowed
        certified = (size * 10**-FEWEST_DIGITS >= allowed) | (size + allowed <= 10 * self.contraction.floor)
        strong: BoolArray = self.contraction.known & certified
        return strong

    @property
    def held(self) -> int:
        """How many entries are certified."""
        return int(np.count_nonzero(self.decided))

    @property
    def undecided(self) -> int:
        """How many entries are neither right nor wrong by what is known."""
        return self.decided.size - self.held

    @property
    def digits(self) -> float:
        """The decimal digits certified for the weakest of the entries that hold."""
        entries = self.decided & (self.contraction.magnitude > 10 * self.contraction.floor)
        if not entries.any():
            return EXACT if self.held else 0.0
        shares = self.contraction.allowed[entries] / self.contraction.magnitude[entries]
        return min(EXACT, -log10(float(shares.max())))

    @property
    def sensitivity(self) -> float:
        """The relative error in one entry that would have been found, for the median entry; 0: any error."""
        entries = self.decided & (np.abs(self.contraction.expected) > 10 * self.contraction.floor)
        shares = self.contraction.allowed[entries] / np.abs(self.contraction.expected[entries])
        return float(np.median(shares)) if shares.size else 0.0

    def __str__(self) -> str:
        cause = self.cause or "rounding leaves no digit"
        counted = "sums" if self.form is Form.DIRECTIONS and self.mode.startswith("rev") else "entries"
        head = f"order {self.order}  {self.mode:<12}  argument {self.argument}: "
        open_ones = f", {self.undecided} undecided ({cause})" if self.undecided else ""
        if not self.held:
            return f"{head}no {counted} hold{open_ones}; {self.form.value}"
        of_sum = " of the sum" if counted == "sums" else ""
        shows = f"errors of {self.sensitivity:.0e}{of_sum} show"
        held = f"{self.held} {counted} hold to {self.digits:.1f} digits"
        return f"{head}{held}, {shows}{open_ones}; {self.form.value}"


@dataclass(frozen=True, slots=True)
class Report:
    """Every comparison of one ``check_grads``; nothing in it was wrong."""

    checked: tuple[Checked, ...]
    seed: int

    @property
    def verdict(self) -> str:
        """PASS, or INCONCLUSIVE if an entry is undecided."""
        return "INCONCLUSIVE" if any(line.undecided for line in self.checked) else "PASS"

    def digits(self, argument: int, order: int = 1) -> float:
        """The digits certified for every entry that holds, of one argument at one order, in all modes."""
        found = [x.digits for x in self.checked if x.argument == argument and x.order == order]
        return min(found, default=0.0)

    def warned(self) -> Self:
        """The report, after a ``NotDecided`` warning if an entry is undecided."""
        if self.verdict != "PASS":
            open_ones = [line for line in self.checked if line.undecided]
            warnings.warn(f"check_grads: {open_ones[0]}", NotDecided, stacklevel=3)
        return self

    def __str__(self) -> str:
        return "\n".join([*map(str, self.checked), f"{self.verdict} (seed={self.seed})"])
