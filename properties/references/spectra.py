"""Second definitions of eigenvalues and singular values: by Newton, on the equations that define them.

Rotations of plain floats find a pair roughly, and Newton steps of plain floats find it to the last bits. What
they find is a constant x₀ to the last step, x₀ − J⁻¹ F(x₀), which is made of numbers. F(x₀) is nearly 0: so
the value is as sharp as F and J are, and the derivative is −J⁻¹ Ḟ, that of an implicit function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from math import hypot, sqrt

from engine import ops
from properties.grid import Grid
from properties.number import Number
from properties.references.matrices import (
    Matrix,
    T,
    by_matrix,
    dot,
    normwise,
    solved,
    symmetric,
    times,
    turned,
)
from properties.references.table import refer

SWEEPS = 12
STEPS = 3

Floats = list[list[float]]


def rotated(s: Floats) -> list[tuple[float, list[float]]]:
    """The eigenvalues of a symmetric matrix, ascending, with their vectors: Jacobi's rotations."""
    a, size = [list(row) for row in s], len(s)
    vectors = [[float(i == j) for j in range(size)] for i in range(size)]
    for p, q in [*combinations(range(size), 2)] * SWEEPS:
        apart = a[q][q] - a[p][p]
        t = 2 * a[p][q] / (apart + (1 if apart >= 0 else -1) * hypot(apart, 2 * a[p][q]) or 1.0)
        c = 1 / sqrt(1 + t * t)
        _turn(a, p, q, c, t * c)
        a = turned(a)
        _turn(a, p, q, c, t * c)
        _turn(vectors, p, q, c, t * c)
    return sorted((a[at][at], vectors[at]) for at in range(size))


def _turn(rows: Floats, p: int, q: int, c: float, s: float) -> None:
    rows[p], rows[q] = (
        [c * x - s * y for x, y in zip(rows[p], rows[q], strict=True)],
        [s * x + c * y for x, y in zip(rows[p], rows[q], strict=True)],
    )


System = tuple[list[list[T]], list[T]]
"""J and F."""


def _stepped(x: Sequence[T], system: System[T], last: int) -> list[T]:
    """x − J⁻¹ F, eliminated such that no pivot is near 0: unknown ``last`` comes last but one.

    In the rows of the others the diagonal dominates. Its own is singular then, and changes places with the
    one behind it, which says how long the vectors are. (The order does not depend on the values: a pivot with
    another sign next to x would look like a kink.)
    """
    slopes, values = system
    size = len(x)
    others = [at for at in range(size - 1) if at != last]
    rows, columns = [*others, size - 1, last], [*others, last, size - 1]
    step = solved([[slopes[row][at] for at in columns] for row in rows], [[values[row]] for row in rows])
    moved = {at: each for at, (each,) in zip(columns, step, strict=True)}
    return [each - moved[at] for at, each in enumerate(x)]


def _eigen_system(s: Sequence[Sequence[T]], x: Sequence[T], constant: Callable[[float], T]) -> System[T]:
    """F = (S v − λ v, (vᵀ v − 1) / 2) of x = (v, λ)."""
    *v, w = x
    zero, size = constant(0.0), len(s)
    values = [dot(row, v, zero) - w * each for row, each in zip(s, v, strict=True)]
    values.append((dot(v, v, zero) - constant(1.0)) * constant(0.5))
    slopes = [[s[i][j] - w if i == j else s[i][j] for j in range(size)] + [-v[i]] for i in range(size)]
    return [*slopes, [*v, zero]], values


def _singular_system(a: Sequence[Sequence[T]], x: Sequence[T], constant: Callable[[float], T]) -> System[T]:
    """F = (A v − σ u, Aᵀ u − σ v, (uᵀ u − 1) / 2) of x = (u, v, σ)."""
    rows, columns, zero = len(a), len(a[0]), constant(0.0)
    u, v, sigma = x[:rows], x[rows:-1], x[-1]
    across = turned(a)
    values = [dot(row, v, zero) - sigma * each for row, each in zip(a, u, strict=True)]
    values += [dot(column, u, zero) - sigma * each for column, each in zip(across, v, strict=True)]
    values.append((dot(u, u, zero) - constant(1.0)) * constant(0.5))
    slopes = [[*(-sigma if i == j else zero for j in range(rows)), *a[i], -u[i]] for i in range(rows)]
    slopes += [
        [*across[i], *(-sigma if i == j else zero for j in range(columns)), -v[i]] for i in range(columns)
    ]
    return [*slopes, [*u, *[zero] * (columns + 1)]], values


def _values(a: Matrix) -> Floats:
    return [[each.value for each in row] for row in a]


def _upright(vector: Sequence[float], others: Sequence[float]) -> list[float]:
    """Both with the sign that makes the largest entry of the first positive."""
    sign = 1.0 if max(vector, key=abs) > 0 else -1.0
    return [sign * x for x in (*vector, *others)]


def _place_of_largest(vector: Sequence[float]) -> int:
    return max(range(len(vector)), key=lambda at: abs(vector[at]))


def _note_largest(vector: Sequence[Number]) -> None:
    """Record which entry is the largest: where two are, the sign of the vector jumps."""
    at = _place_of_largest([each.value for each in vector])
    for each, other in enumerate(vector):
        if each != at:
            _ = vector[at] * vector[at] > other * other


def _note_order(values: Sequence[Number]) -> None:
    """Record the order of the values, which is where their vectors jump."""
    for smaller, larger in pairwise(values):
        _ = larger > smaller


def eigenpairs(a: Matrix) -> tuple[list[Number], Matrix]:
    """The eigenvalues of (A + Aᵀ)/2, ascending, and their vectors."""
    s = symmetric(a)
    plain = _values(s)
    found: Matrix = []
    for value, vector in rotated(plain):
        x = [*_upright(vector, ()), value]
        last = _place_of_largest(vector)
        for _ in range(STEPS):
            x = _stepped(x, _eigen_system(plain, x, float), last)
        constant = s[0][0].constant
        start = [constant(each) for each in x]
        found.append(_stepped(start, _eigen_system(s, start, constant), last))
    _note_order([x[-1] for x in found])
    for pair in found:
        _note_largest(pair[:-1])
    return [x[-1] for x in found], [x[:-1] for x in found]


def singular_triples(a: Matrix) -> tuple[Matrix, list[Number], Matrix]:
    """The left vectors, the singular values, descending, and the right vectors; a row for each."""
    if not (a and a[0]):
        return [], [], []
    rows, plain = len(a), _values(a)
    found: Matrix = []
    for sigma, left, right in _rough_triples(plain):
        x = [*_upright(left, right), sigma]
        last = rows + _place_of_largest(right)
        for _ in range(STEPS):
            x = _stepped(x, _singular_system(plain, x, float), last)
        constant = a[0][0].constant
        start = [constant(each) for each in x]
        found.append(_stepped(start, _singular_system(a, start, constant), last))
    _note_order([x[-1] for x in found][::-1])
    for triple in found:
        _note_largest(triple[:rows])
    return [x[:rows] for x in found], [x[-1] for x in found], [x[rows:-1] for x in found]


def _rough_triples(a: Floats) -> list[tuple[float, list[float], list[float]]]:
    """Singular values, descending, with left and right vectors, by the smaller of Aᵀ A and A Aᵀ."""
    if len(a) < len(a[0]):
        return [(sigma, left, right) for sigma, right, left in _rough_triples(turned(a))]
    found: list[tuple[float, list[float], list[float]]] = []
    for square, right in rotated(times(turned(a), a, 0.0))[::-1]:
        sigma = sqrt(square)
        found.append((sigma, [dot(row, right, 0.0) / sigma for row in a], right))
    return found


def _eigh(op: ops.Eigh, grids: Sequence[Grid]) -> Grid:
    def of(each: Sequence[Matrix]) -> list[Number]:
        values, vectors = eigenpairs(each[0])
        return normwise([values], turned(vectors), made_of=each[0])

    return by_matrix(grids, op.out_shape(grids[0].shape)[-1:], of)


def _eigvalsh(op: ops.Eigvalsh, grids: Sequence[Grid]) -> Grid:
    return by_matrix(
        grids, grids[0].shape[-1:], lambda each: normwise([eigenpairs(each[0])[0]], made_of=each[0])
    )


def _svd(op: ops.SVD, grids: Sequence[Grid]) -> Grid:
    def of(each: Sequence[Matrix]) -> list[Number]:
        left, values, right = singular_triples(each[0])
        return normwise(turned(left), [values], right, made_of=each[0])

    return by_matrix(grids, op.out_shape(grids[0].shape)[-1:], of)


def _svdvals(op: ops.Svdvals, grids: Sequence[Grid]) -> Grid:
    size = op.out_shape(grids[0].shape)[-1:]
    return by_matrix(grids, size, lambda each: normwise([singular_triples(each[0])[1]], made_of=each[0]))


refer(ops.Eigh, _eigh)
refer(ops.Eigvalsh, _eigvalsh)
refer(ops.SVD, _svd)
refer(ops.Svdvals, _svdvals)
