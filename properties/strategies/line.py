"""The values of a program that grows, and which ops may be applied to which of them.

The numbers that each value holds are known, from the second definitions, so an op is chosen among those that
are defined, and smooth where that is asked, for the values at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import islice, pairwise, product
from math import prod

from engine.array import Array, Shape
from engine.catalogue import Entry
from engine.domain import REALS, Domain
from engine.dtype import FLOAT64
from engine.errors import ShapeError
from engine.graph import Op
from properties.case import slot_domains
from properties.grid import Grid
from properties.number import Arithmetic
from properties.references import second_definition
from properties.strategies.arrays import MARGIN, array_of
from properties.strategies.corners import SMOOTH, corner_of
from properties.strategies.shapes import MOST_ENTRIES

Args = tuple[int, ...]
"""The numbers of the values that an op is applied to."""

TALLEST = 16.0
"""No op is applied to an entry beyond ±TALLEST, so that nothing overflows, in float32 either."""

SINGLE = 2.0**-24
"""The unit roundoff of float32, in which a program may be computed."""

TRIED_INSTANCES = 12


class Manner(Enum):
    """How a step takes its values."""

    ON = "the newest value among them"
    BACK = "the newest value beside one that it is made of: paths of two lengths meet"
    FRESH = "the newest value beside one that nothing was made of"
    TWICE = "the newest value in two slots"
    ANY = "any; the newest may stay unused"


@dataclass(frozen=True, slots=True)
class Choice:
    """Values that ops of one class may be applied to, and these ops, plainest first."""

    args: Args
    ops: Sequence[Op]


class Line:
    """The values of a program so far.

    ``below``: for each value, the numbers of those that it is made of. ``unused``: those of which no other is
    made. ``newest``: the newest that is small enough to be used.
    """

    def __init__(self, inputs: Sequence[Array], *, smooth: bool) -> None:
        self.smooth: bool = smooth
        self.grids: list[Grid] = []
        self.entries: list[list[float]] = []
        self.below: list[set[int]] = []
        self.unused: set[int] = set()
        self.newest: int | None = None
        self._fitting: dict[Domain, list[int]] = {}
        arithmetic = Arithmetic(SINGLE)
        for array in inputs:
            numbers = [arithmetic.number(float(x)) for x in array.ravel().tolist()]
            self._add(Grid(array.shape, numbers, arithmetic), set())

    def apply(self, op: Op, args: Args) -> None:
        """One more value: ``op`` of the values numbered ``args``."""
        self.unused.difference_update(args)
        below = set(args).union(*(self.below[arg] for arg in args))
        self._add(second_definition(op, [self.grids[arg] for arg in args]), below)

    def allows(self, manner: Manner) -> bool:
        """Whether there is a value that may stand beside the newest in this manner."""
        beside = self._beside(manner)
        return beside is None or not beside <= {self.newest}

    def choices(self, entry: Entry, manner: Manner) -> list[Choice]:
        """What the op of an entry may be applied to in this manner, newest values first."""
        domains = [*entry.domains, *entry.domains[-1:] * entry.signature.variadic]
        beside = self._beside(manner)
        found: list[Choice] = []
        for args in product(*[self._fit(domain)[::-1] for domain in domains]):
            if manner is not Manner.ANY and not self._builds(args, beside, twice=manner is Manner.TWICE):
                continue
            shapes = tuple([self.grids[arg].shape for arg in args])
            ops = [op for op, each in _instances(entry.op, shapes) if self._takes(each, domains, args)]
            if ops:
                found.append(Choice(args, ops))
        return found

    def at_corner(self, op: Op, args: Args) -> bool:
        """Whether the op is at a kink or tie of these values, each in a slot of its own."""
        domains = slot_domains(op, len(args))
        compared = self._compared(domains, args)
        at_kink = any(
            kink in self.entries[arg] for arg, each in zip(args, domains, strict=True) for kink in each.kinks
        )
        if not at_kink and len(set(compared)) == len(compared):
            return False
        arrays = [array_of(self.entries[arg], self.grids[arg].shape, FLOAT64) for arg in args]
        return corner_of(op, arrays) > SMOOTH

    def _add(self, grid: Grid, below: set[int]) -> None:
        number = len(self.grids)
        self.grids.append(grid)
        self.entries.append([each.value for each in grid.entries])
        self.below.append(below)
        self.unused.add(number)
        if self._fits(number, REALS):
            self.newest = number
        for domain, values in self._fitting.items():
            if self._fits(number, domain):
                values.append(number)

    def _beside(self, manner: Manner) -> set[int] | None:
        """The values of which one is to stand beside the newest in this manner; None: no matter which."""
        if manner is Manner.BACK and self.newest is not None:
            return self.below[self.newest]
        return self.unused if manner is Manner.FRESH else None

    def _builds(self, args: Args, beside: set[int] | None, *, twice: bool) -> bool:
        """Whether the newest value is among these, beside one of those wanted, and one is there twice."""
        if self.newest not in args or (twice and len(set(args)) == len(args)):
            return False
        return beside is None or any(arg in beside for arg in args if arg != self.newest)

    def _takes(self, domains: Sequence[Domain], general: Sequence[Domain], args: Args) -> bool:
        """Whether an op with these domains may be applied to values that fit those of its class."""
        for arg, domain, wide in zip(args, domains, general, strict=True):
            if domain is not wide and arg not in self._fit(domain):
                return False
        if not self.smooth:
            return True
        compared = sorted(self._compared(domains, args))
        return all(b - a > MARGIN for a, b in pairwise(compared))

    def _compared(self, domains: Sequence[Domain], args: Args) -> list[float]:
        """The entries that the op compares."""
        return [x for arg, each in zip(args, domains, strict=True) if each.ties for x in self.entries[arg]]

    def _fit(self, domain: Domain) -> list[int]:
        """The values of which every entry lies in a domain, and away from its kinks where that is asked."""
        if domain not in self._fitting:
            numbers = range(len(self.grids))
            self._fitting[domain] = [number for number in numbers if self._fits(number, domain)]
        return self._fitting[domain]

    def _fits(self, value: int, domain: Domain) -> bool:
        """A mark must be exact: what is 0 or 1 by luck in float64 is another number in float32."""
        if domain.values and any(number.value_bound for number in self.grids[value].entries):
            return False
        defined = domain.smooth_at if self.smooth else domain.contains
        entries = self.entries[value]
        return all(abs(x) <= TALLEST and defined(x, MARGIN) for x in entries) and domain.contains_matrices(
            entries, self.grids[value].shape, MARGIN
        )


@lru_cache(maxsize=4096)
def _instances(op: type[Op], shapes: tuple[Shape, ...]) -> list[tuple[Op, list[Domain]]]:
    """The plainest instances that take such shapes and make no large result, with the domain of each slot."""
    found: list[tuple[Op, list[Domain]]] = []
    for instance in islice(op.instances(*shapes), TRIED_INSTANCES):
        try:
            size = prod(instance.out_shape(*shapes))
        except ShapeError:
            continue
        if size <= MOST_ENTRIES:
            found.append((instance, slot_domains(instance, len(shapes))))
    return found
