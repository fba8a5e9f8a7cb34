"""Arrays for second definitions: a shape and a list of numbers, looked up by index, no NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import add

from engine.array import Shape
from properties.number import Arithmetic, Number

Place = tuple[int, ...]


def places(shape: Shape) -> Iterator[Place]:
    """Every index of an array of this shape, in row-major order."""
    return product(*(range(size) for size in shape))


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers in row-major order, and the arithmetic that they are computed in."""

    shape: Shape
    entries: list[Number]
    arithmetic: Arithmetic

    def filled(self, shape: Shape, entry: Callable[[Place], Number]) -> Grid:
        """A grid of the same arithmetic whose entry at each place is ``entry(place)``."""
        return Grid(shape, [entry(place) for place in places(shape)], self.arithmetic)

    def total(self, numbers: Sequence[Number]) -> Number:
        """The sum of the numbers, 0 of none."""
        return reduce(add, numbers) if numbers else self.arithmetic.number(0.0)

    def __getitem__(self, place: Place) -> Number:
        offset = 0
        for at, size in zip(place, self.shape, strict=True):
            offset = offset * size + at
        return self.entries[offset]

    def stretched(self, place: Place) -> Number:
        """The entry that stands at ``place`` when the grid is broadcast."""
        own = place[len(place) - len(self.shape) :]
        return self[tuple(0 if size == 1 else at for at, size in zip(own, self.shape, strict=True))]


def broadcast(*shapes: Shape) -> Shape:
    """The shape that the shapes broadcast to, found axis by axis from the end."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*padded, strict=True))
