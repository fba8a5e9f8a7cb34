"""Second definitions of functions of a matrix: products, one after the other, and Taylor's series."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import ceil, log2

from engine import ops
from properties.grid import Grid
from properties.number import Arithmetic
from properties.references.matrices import Matrix, by_matrix, flat, normwise, times, unit
from properties.references.table import refer

TERMS = 20
"""Of the series; the norm of what is put in is 1/2 at most."""


def _matrix_power(op: ops.MatrixPower, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return by_matrix(grids, a.shape[-2:], lambda each: flat(_power(each[0], op.exponent, a.arithmetic)))


def _power(a: Matrix, exponent: int, arithmetic: Arithmetic) -> Matrix:
    if exponent == 0:
        return unit(len(a), arithmetic)
    return reduce(lambda done, _: times(done, a, arithmetic.number(0.0)), range(exponent - 1), a)


def _expm(op: ops.Expm, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return by_matrix(grids, a.shape[-2:], lambda each: normwise(_exponential(each[0], a.arithmetic)))


def _exponential(a: Matrix, arithmetic: Arithmetic) -> Matrix:
    """exp(A / 2ᵏ) by its series, squared k times."""
    zero = arithmetic.number(0.0)
    norm = max((sum(abs(x.value) for x in row) for row in a), default=0.0)
    halvings = max(0, ceil(log2(norm)) + 1) if norm else 0
    small = [[x * 0.5**halvings for x in row] for row in a]
    found = unit(len(a), arithmetic)
    for k in range(TERMS, 0, -1):
        found = times(small, found, zero)
        found = [[x * (1 / k) + float(i == j) for j, x in enumerate(row)] for i, row in enumerate(found)]
    for _ in range(halvings):
        found = times(found, found, zero)
    return found


refer(ops.MatrixPower, _matrix_power)
refer(ops.Expm, _expm)
