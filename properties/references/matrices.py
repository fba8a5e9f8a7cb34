"""Matrices of numbers, for the second definitions of linear algebra: lists of rows, eliminated by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from engine.array import Shape
from properties.grid import Grid, broadcast, places
from properties.number import Arithmetic, Number


class Field(Protocol):
    """What can be added, multiplied and divided: a ``Number``, or a float."""

    def __add__(self: T, other: T, /) -> T: ...
    def __sub__(self: T, other: T, /) -> T: ...
    def __mul__(self: T, other: T, /) -> T: ...
    def __truediv__(self: T, other: T, /) -> T: ...
    def __neg__(self: T) -> T: ...


T = TypeVar("T", bound=Field)
Matrix: TypeAlias = list[list[Number]]
Parts: TypeAlias = Sequence[Sequence[Sequence[Number]]]


def by_matrix(
    grids: Sequence[Grid], core: Shape, define: Callable[[Sequence[Matrix]], Sequence[Number]]
) -> Grid:
    """A grid of what is said of each matrix: of entries in row-major order, of the shape ``core``.

    The leading axes of the grids broadcast; a grid of one axis is one column.
    """
    arithmetic = grids[0].arithmetic
    batch = broadcast(*(grid.shape[:-2] for grid in grids))
    found: list[Number] = []
    for lead in places(batch):
        found += define([_matrix(grid, lead) for grid in grids])
    return Grid((*batch, *core), found, arithmetic)


def _matrix(grid: Grid, lead: tuple[int, ...]) -> Matrix:
    if len(grid.shape) == 1:
        return [[grid[(row,)]] for row in range(grid.shape[0])]
    rows, columns = grid.shape[-2:]
    sizes = grid.shape[:-2]
    own = lead[len(lead) - len(sizes) :]
    place = tuple(0 if size == 1 else at for at, size in zip(own, sizes, strict=True))
    return [[grid[(*place, row, column)] for column in range(columns)] for row in range(rows)]


def flat(*parts: Sequence[Sequence[Number]]) -> list[Number]:
    """The entries of matrices, row by row, one matrix behind the other."""
    return [entry for part in parts for row in part for entry in row]


def normwise(*parts: Sequence[Sequence[Number]], made_of: Sequence[Sequence[Number]] = ()) -> list[Number]:
    """``flat``, each entry as uncertain as any of its matrix, and by a rounding of the largest.

    What algorithms on matrices promise is small beside the norm, not beside each entry: a 0 that one formula
    hands on, another one finds as a difference. (Higham, chapters 9, 10, 14 and 19.) By a rounding of the
    largest entry, too, of the matrix that they are ``made_of``: a spectrum is no more certain than that.
    """
    origin = flat(made_of)
    return [entry for part in parts for entry in _blurred(flat(part), origin)]


def _blurred(entries: Sequence[Number], origin: Sequence[Number]) -> list[Number]:
    if not entries:
        return []
    arithmetic = entries[0].arithmetic
    everything = [*entries, *origin]
    blur = arithmetic.number(0.0)
    blur.real_error = max(x.real_error + arithmetic.unit * abs(x.z.real) for x in everything)
    blur.imag_error = max(x.imag_error + arithmetic.unit * abs(x.z.imag) for x in everything)
    return [x + blur for x in entries]


def turned(a: Sequence[Sequence[T]]) -> list[list[T]]:
    """Aᵀ."""
    return [list(column) for column in zip(*a, strict=True)]


def total(numbers: Sequence[T], zero: T) -> T:
    """The sum, 0 of none."""
    if not numbers:
        return zero
    found = numbers[0]
    for number in numbers[1:]:
        found = found + number
    return found


def dot(a: Sequence[T], b: Sequence[T], zero: T) -> T:
    """Σ aᵢ bᵢ."""
    return total([x * y for x, y in zip(a, b, strict=True)], zero)


def times(a: Sequence[Sequence[T]], b: Sequence[Sequence[T]], zero: T) -> list[list[T]]:
    """A B; the size between them is not 0."""
    columns = turned(b)
    return [[dot(row, column, zero) for column in columns] for row in a]


def unit(size: int, arithmetic: Arithmetic) -> Matrix:
    """The identity."""
    return [[arithmetic.number(float(i == j)) for j in range(size)] for i in range(size)]


def symmetric(a: Matrix) -> Matrix:
    """(A + Aᵀ) / 2."""
    return [[(a[i][j] + a[j][i]) * 0.5 for j in range(len(a))] for i in range(len(a))]


def eliminated(a: Sequence[Sequence[T]], b: Sequence[Sequence[T]]) -> tuple[list[list[T]], list[list[T]]]:
    """The upper triangle of A by Gauss, without an exchange of rows, and what it makes of B."""
    upper, right = [list(row) for row in a], [list(row) for row in b]
    for at, pivots in enumerate(upper):
        for row in range(at + 1, len(upper)):
            factor = upper[row][at] / pivots[at]
            upper[row] = _less(upper[row], factor, pivots)
            right[row] = _less(right[row], factor, right[at])
    return upper, right


def _less(row: Sequence[T], factor: T, other: Sequence[T]) -> list[T]:
    return [x - factor * y for x, y in zip(row, other, strict=True)]


def solved(a: Sequence[Sequence[T]], b: Sequence[Sequence[T]]) -> list[list[T]]:
    """X with A X = B: eliminated, then substituted from the last row up."""
    upper, right = eliminated(a, b)
    found: list[list[T]] = []
    for at in range(len(upper))[::-1]:
        row = right[at]
        for beside, known in zip(upper[at][at + 1 :], found, strict=True):
            row = _less(row, beside, known)
        found.insert(0, [x / upper[at][at] for x in row])
    return found
