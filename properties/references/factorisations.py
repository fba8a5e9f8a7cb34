"""Second definitions of factorisations: Cholesky–Banachiewicz, Gram–Schmidt; and the normal equations."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from properties.grid import Grid
from properties.number import Arithmetic, Number
from properties.references.matrices import Matrix, by_matrix, dot, normwise, solved, symmetric, turned
from properties.references.table import refer


def _cholesky(op: ops.Cholesky, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return by_matrix(grids, a.shape[-2:], lambda each: normwise(_rooted(symmetric(each[0]), a.arithmetic)))


def _rooted(s: Matrix, arithmetic: Arithmetic) -> Matrix:
    """L with L Lᵀ = S, row by row."""
    zero = arithmetic.number(0.0)
    found: Matrix = []
    for i, entries in enumerate(s):
        row: list[Number] = []
        for j in range(i):
            row.append((entries[j] - dot(row, found[j][:j], zero)) / found[j][j])
        row.append((entries[i] - dot(row, row, zero)).sqrt())
        found.append(row)
    return [[*row, *[zero] * (len(s) - len(row))] for row in found]


def _qr(op: ops.QR, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return by_matrix(grids, op.out_shape(a.shape)[-1:], lambda each: _orthogonal(each[0], a.arithmetic))


def _orthogonal(a: Matrix, arithmetic: Arithmetic) -> list[Number]:
    """Q and R: of each column what lies along those before it is taken away; what is left is made 1 long."""
    zero = arithmetic.number(0.0)
    found: Matrix = []
    lengths: Matrix = []
    for column in turned(a):
        along: list[Number] = []
        rest = column
        for other in found:
            along.append(dot(other, rest, zero))
            rest = [x - along[-1] * y for x, y in zip(rest, other, strict=True)]
        along.append(dot(rest, rest, zero).sqrt())
        found.append([x / along[-1] for x in rest])
        lengths.append(along)
    r = turned([[*along, *[zero] * (len(lengths) - len(along))] for along in lengths])
    return normwise(turned(found), r)


def _pinv(op: ops.Pinv, grids: Sequence[Grid]) -> Grid:
    def of(each: Sequence[Matrix]) -> list[Number]:
        across = turned(each[0])
        zero = grids[0].arithmetic.number(0.0)
        return normwise(solved([[dot(x, y, zero) for y in across] for x in across], across))

    return by_matrix(grids, op.out_shape(grids[0].shape)[-2:], of)


refer(ops.Cholesky, _cholesky)
refer(ops.QR, _qr)
refer(ops.Pinv, _pinv)
