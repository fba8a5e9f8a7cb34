"""The numeric Jacobian of a recording at a point, and how far each entry may be from an engine's.

*Full*: one derivative for each entry of the inputs. *Diagonal*: where entry i of the outputs is made of
entries i of the inputs alone, all entries of an input move at once. *Directions*: where the inputs have too
many entries, a few random directions, each within one input and scaled to its entries.

An engine computes in its own dtype, and rounding inside the function carries over into the derivative. How
far is measured, not assumed: complex steps in the engine's dtype and in a wider one differ by just that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import accumulate, pairwise

import numpy as np

from engine.array import Array, BoolArray
from properties.oracles.complex_step import Point
from properties.recording import Recording

MOST_ENTRIES = 128
"""Inputs that have more entries than this together are seen along random directions."""

DIRECTIONS = 3
"""So many for each input."""


class Form(Enum):
    """How a Jacobian is seen."""

    FULL = "every entry"
    DIAGONAL = "every entry of a diagonal"
    DIRECTIONS = "random directions"


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """The directions along which the oracles look, one a row; ``rows``: those that move each input."""

    form: Form
    directions: Array
    rows: tuple[slice[int, int, None], ...]
    parts: tuple[slice[int, int, None], ...]
    outputs: int

    def tangent(self, of: int, weights: Array) -> Array:
        """The direction within input ``of`` that the weights make of its probes (of its entries)."""
        if self.form is Form.DIRECTIONS:
            return weights @ self.directions[self.rows[of], self.parts[of]]
        return weights

    def count(self, of: int) -> int:
        """How many weights a tangent of input ``of`` is made of."""
        chosen = self.rows[of] if self.form is Form.DIRECTIONS else self.parts[of]
        return chosen.stop - chosen.start


def probes_for(recording: Recording, point: Point, chance: Chance) -> Probes:
    """The fewest directions that show every entry, or some random ones where there are too many."""
    sizes = [array.size for array in point]
    parts = _runs(sizes)
    total, outputs = sum(sizes), len(recording.outputs)
    if recording.diagonal:
        directions = np.zeros((len(sizes), total))
        for number, part in enumerate(parts):
            directions[number, part] = 1
        return Probes(Form.DIAGONAL, directions, _runs([1] * len(sizes)), parts, outputs)
    if total <= MOST_ENTRIES:
        return Probes(Form.FULL, np.eye(total), parts, parts, outputs)
    directions = np.zeros((DIRECTIONS * len(sizes), total))
    rows = _runs([DIRECTIONS] * len(sizes))
    for array, row, part in zip(point, rows, parts, strict=True):
        scale = np.maximum(np.abs(array.reshape(-1)), 1 / 8)
        directions[row, part] = chance.signed((DIRECTIONS, array.size)) * scale
    return Probes(Form.DIRECTIONS, directions, rows, parts, outputs)


class Chance:
    """Random weights that a seed repeats."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random: np.random.Generator = np.random.default_rng(seed)

    def signed(self, shape: int | tuple[int, ...]) -> Array:
        """Numbers of sizes from 1/2 to 3/2, the first negative and the last of several positive."""
        numbers = self._random.uniform(-1, 1, shape)
        row = numbers.reshape(-1)
        row[1:][-1:] = np.abs(row[1:][-1:])
        row[:1] = -np.abs(row[:1])
        return numbers + np.copysign(0.5, numbers)


def _runs(sizes: Sequence[int]) -> tuple[slice[int, int, None], ...]:
    """Slices of these sizes, one behind the other."""
    ends = list(accumulate(sizes, initial=0))
    return tuple(slice(start, end) for start, end in pairwise(ends))


@dataclass(frozen=True, slots=True, eq=False)
class Contraction:
    """Sums of entries of J: what is expected, how far an engine may be off, and the sums of their sizes.

    Below the ``floor`` numbers of the engine's dtype have fewer digits; an engine may be off by that too.
    Near the ``ceiling`` they end.
    """

    expected: Array
    allowed: Array
    magnitude: Array
    floor: float
    ceiling: float

    def loosened(self, more: Array | float) -> Contraction:
        """The same, where an engine may be so much further off."""
        return replace(self, allowed=self.allowed + more)

    @property
    def known(self) -> BoolArray:
        """Where something is expected that is a number of the engine's dtype, and well so."""
        known: BoolArray = np.isfinite(self.allowed) & (self.magnitude < self.ceiling / 64)
        return known

    def is_wrong(self, got: Array) -> BoolArray:
        """Where a number is further off than it may be, NaN included."""
        near = np.abs(got - self.expected) <= self.allowed + self.floor
        wrong: BoolArray = self.known & np.logical_not(near)
        return wrong

    def first_wrong(self, got: Array) -> int | None:
        """The place of the first number that is wrong."""
        wrong = np.flatnonzero(self.is_wrong(got))
        return int(wrong[0]) if wrong.size else None


@dataclass(frozen=True, slots=True, eq=False)
class Jacobian:
    """J along the probes: a row for each probe, a column for each output entry.

    ``allowed``: how far an engine's entry may be off; infinite where nothing is known, with the ``cause``.
    ``floor``: the smallest number of the engine's dtype that has all its digits; ``ceiling``: the largest.
    """

    probes: Probes
    values: Array
    allowed: Array
    floor: float
    ceiling: float
    cause: str = ""

    def forward(self, of: int, weights: Array) -> Contraction:
        """J v for the direction v = ``probes.tangent(of, weights)`` of input ``of``."""
        values, allowed = self._rows(of)
        sizes = np.abs(weights)
        if self.probes.form is Form.DIAGONAL:
            weights, sizes = np.tile(weights, self.probes.outputs), np.tile(sizes, self.probes.outputs)
            return self._summed(weights * values[0], sizes * allowed[0], sizes * np.abs(values[0]), sizes)
        return self._summed(weights @ values, sizes @ allowed, sizes @ np.abs(values), sizes)

    def reverse(self, of: int, out_grad: Array) -> Contraction:
        """Jᵀ ȳ for input ``of``, entry by entry; along directions, its sums with each of them."""
        values, allowed = self._rows(of)
        sizes = np.abs(out_grad)
        if self.probes.form is Form.DIAGONAL:
            shape = (self.probes.outputs, self.probes.count(of))
            terms = np.reshape(out_grad * values[0], shape)
            return self._summed(
                np.sum(terms, axis=0),
                np.sum(np.reshape(sizes * allowed[0], shape), axis=0),
                np.sum(np.abs(terms), axis=0),
                sizes,
            )
        return self._summed(values @ out_grad, allowed @ sizes, np.abs(values) @ sizes, sizes)

    def observed(self, of: int, adjoint: Array, *, sizes: bool = False) -> Array:
        """The numbers of an engine's adjoint of input ``of`` that ``reverse`` speaks of; or what errors of
        these ``sizes`` amount to in them.
        """
        if self.probes.form is not Form.DIRECTIONS:
            return adjoint
        directions = self.probes.directions[self.probes.rows[of], self.probes.parts[of]]
        return (np.abs(directions) if sizes else directions) @ adjoint

    def _summed(self, expected: Array, allowed: Array, magnitude: Array, sizes: Array) -> Contraction:
        """The sums, weighted by numbers of these ``sizes``: each may leave its share of the floor."""
        floor = self.floor * (1 + float(sizes.sum()))
        return Contraction(expected, allowed, magnitude, floor, self.ceiling)

    def _rows(self, of: int) -> tuple[Array, Array]:
        rows = self.probes.rows[of]
        return self.values[rows], self.allowed[rows]
