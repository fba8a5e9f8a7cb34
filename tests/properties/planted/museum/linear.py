"""What the exhibits of linear algebra stand on: matrices that can be inverted, and a second definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import sub

import numpy as np

from engine.array import Array, as_array
from engine.domain import Domain
from engine.tensor import Tensor
from properties.grid import Grid
from properties.number import Number

SHIFT = 8.0
"""What is added to the diagonal: of at most five rows with entries below 1 it is the largest of each."""

SMALL = Domain(low=-1.0, high=1.0)

Rows = list[list[Number]]


def shifted(a: Array) -> Array:
    """A + 8·1."""
    return as_array(a + np.asarray(SHIFT * np.eye(len(a)), a.dtype))


def inverse(a: Array) -> Array:
    """(A + 8·1)⁻¹."""
    return as_array(np.linalg.inv(shifted(a)))


def solution(a: Array, b: Array) -> Array:
    """x of (A + 8·1) x = b."""
    return as_array(np.linalg.solve(shifted(a), b))


def lower(a: Tensor) -> Tensor:
    """1 on the diagonal of A and below, 0 above."""
    return Tensor.make_const(as_array(np.tri(len(a), dtype=a.dtype)))


def rows_of(a: Grid) -> Rows:
    """The rows of A + 8·1."""
    size = range(a.shape[0])
    return [[a[row, column] + SHIFT * (row == column) for column in size] for row in size]


def by_columns(right: Grid, solved: Callable[[Sequence[Number]], Sequence[Number]]) -> Grid:
    """The solutions of a system of equations for each column of its right side."""
    height, width = right.shape
    columns = [solved([right[row, at] for row in range(height)]) for at in range(width)]
    return right.filled(right.shape, lambda place: columns[place[1]][place[0]])


def eliminated(rows: Rows, right: Sequence[Number]) -> list[Number]:
    """The solution by Gauss, without pivots: the diagonal is large."""
    if not rows:
        return []
    (pivot, *others), *below = rows
    factors = [row[0] / pivot for row in below]
    reduced = [
        [x - factor * y for x, y in zip(row[1:], others, strict=True)]
        for row, factor in zip(below, factors, strict=True)
    ]
    rest = eliminated(reduced, [x - f * right[0] for x, f in zip(right[1:], factors, strict=True)])
    products = [x * y for x, y in zip(others, rest, strict=True)]
    return [reduce(sub, products, right[0]) / pivot, *rest]
