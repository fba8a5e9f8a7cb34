"""Second definitions of inverses, linear systems and determinants: by Gauss, one number at a time."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from properties.grid import Grid
from properties.number import Arithmetic, Number
from properties.references.matrices import (
    Matrix,
    by_matrix,
    eliminated,
    flat,
    normwise,
    solved,
    total,
    turned,
    unit,
)
from properties.references.table import refer


def _inv(op: ops.Inv, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return by_matrix(
        grids, a.shape[-2:], lambda each: normwise(solved(each[0], unit(len(each[0]), a.arithmetic)))
    )


def _solve(op: ops.Solve, grids: Sequence[Grid]) -> Grid:
    return by_matrix(grids, grids[1].shape[-2:], lambda each: normwise(solved(each[0], each[1])))


def _solve_triangular(op: ops.SolveTriangular, grids: Sequence[Grid]) -> Grid:
    def of(each: Sequence[Matrix]) -> list[Number]:
        a, b = each
        return flat(_substituted(turned(a) if op.trans else a, b, op))

    return by_matrix(grids, grids[1].shape[-2:], of)


def _substituted(t: Matrix, b: Matrix, op: ops.SolveTriangular) -> Matrix:
    """The rows of X, from the first down where the triangle is a lower one, else from the last up."""
    found: dict[int, list[Number]] = {}
    order = range(len(t)) if op.lower is not op.trans else range(len(t))[::-1]
    for at in order:
        row = b[at]
        for other, known in found.items():
            row = [x - t[at][other] * y for x, y in zip(row, known, strict=True)]
        found[at] = row if op.unit_diagonal else [x / t[at][at] for x in row]
    return [found[at] for at in range(len(t))]


def _log_det(a: Matrix, arithmetic: Arithmetic) -> Number:
    """log det A, by the pivots, which are positive where the diagonal dominates."""
    upper, _ = eliminated(a, [[] for _ in a])
    return total([upper[at][at].log() for at in range(len(a))], arithmetic.number(0.0))


def _det(op: ops.Det, grids: Sequence[Grid]) -> Grid:
    arithmetic = grids[0].arithmetic
    return by_matrix(grids, (), lambda each: [_log_det(each[0], arithmetic).exp()])


def _slogdet(op: ops.SlogDet, grids: Sequence[Grid]) -> Grid:
    arithmetic = grids[0].arithmetic
    return by_matrix(grids, (2,), lambda each: [arithmetic.number(1.0), _log_det(each[0], arithmetic)])


refer(ops.Inv, _inv)
refer(ops.Solve, _solve)
refer(ops.SolveTriangular, _solve_triangular)
refer(ops.Det, _det)
refer(ops.SlogDet, _slogdet)
