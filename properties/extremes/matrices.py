"""Linear algebra on extreme matrices: the nine extremes as matrices of one entry, singular and empty ones.

A matrix that is singular, not definite or not finite is refused where there is no value (``MatrixError``).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import e, inf, isnan, log, nan, sqrt

from engine import ops
from engine.graph import Op
from properties.extremes.point import Float, Hollow, Line, Nine, Numbers, Point, at, nine, refused

i: float = inf
n: float = nan
EMPTY = Hollow((0, 0))
SINGULAR: Numbers = ((1.0, 1.0), (1.0, 1.0))
ZERO: Numbers = ((0.0, 0.0), (0.0, 0.0))
NAN: Numbers = ((n, 0.0), (0.0, 1.0))
INFINITE: Numbers = ((i, 0.0), (0.0, 1.0))


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _inverses(f)
    yield from _determinants(f)
    yield from _factors(f)
    yield from _spectra(f)
    yield from _functions(f)


def _cells(
    f: Float, op: Op, values: tuple[Numbers | None, ...], slopes: tuple[float | None, ...]
) -> Iterator[Line]:
    """A matrix of one entry at the nine extremes. None: it is refused, and no derivative is declared."""
    for number, value, slope in zip(nine(f), values, slopes, strict=True):
        adjoints = None if slope is None else (((slope,),),)
        yield Point(op, (((number,),),), value, adjoints, unsigned=True)


def _one(*values: float | None) -> tuple[Numbers | None, ...]:
    """Each as a matrix of one entry."""
    return tuple(None if value is None else ((value,),) for value in values)


def _inverses(f: Float) -> Iterator[Line]:
    b = f.largest
    value, slope = _one(0, -1 / b, -i, None, None, i, 1 / b, 0, n), (0, 0, -i, None, None, -i, 0, 0, n)
    yield from _cells(f, ops.Inv(), value, slope)
    yield from (refused(ops.Inv(), matrix) for matrix in (SINGULAR, ZERO))
    yield at(ops.Inv(), (EMPTY,), EMPTY, EMPTY)
    none = (None,) * 9
    pinv = _one(None, -1 / b, -i, 0, 0, i, 1 / b, None, None)
    yield from _cells(f, ops.Pinv(), pinv, (None, 0, *none[:5], None, None))
    yield Point(ops.Pinv(), (SINGULAR,), ((0.25, 0.25), (0.25, 0.25)), None)
    yield Point(ops.Pinv(), (ZERO,), ZERO, None)
    yield at(ops.Pinv(), (EMPTY,), EMPTY, EMPTY)
    rows: Nine = (0, -1 / b, -i, -i, i, i, 1 / b, 0, n)
    for x, y in zip(nine(f), rows, strict=True):  # x · y = 1
        by_x = n if isnan(x) else -y * y
        yield Point(ops.SolveTriangular(), (((x,),), (1.0,)), (y,), (((by_x,),), (y,)), unsigned=True)
        if x:
            yield Point(ops.Solve(), (((x,),), (1.0,)), (y,), (((by_x,),), (y,)), unsigned=True)
        else:
            yield refused(ops.Solve(), ((x,),), (1.0,))
    for x in nine(f):
        for op in (ops.Solve(), ops.SolveTriangular()):
            yield Point(op, (((2.0,),), (x,)), (x / 2,), (((-x / 4,),), (0.5,)), unsigned=True)
    for op in (ops.Solve(), ops.SolveTriangular()):
        yield at(op, (EMPTY, Hollow((0,))), Hollow((0,)), EMPTY, Hollow((0,)))
    yield refused(ops.Solve(), SINGULAR, (1.0, 1.0))


def _determinants(f: Float) -> Iterator[Line]:
    """y A⁻ᵀ is no derivative where A⁻¹ is refused or not finite, and where y is it has y's rounding."""
    s, b = f.smallest, f.largest
    slopes = (*(None,) * 8, n)
    for number, slope in zip(nine(f), slopes, strict=True):  # NumPy's determinant is exp(log |y|) with a sign
        adjoints = None if slope is None else (((slope,),),)
        size = log(b) if abs(number) == b else -log(s) if abs(number) == s else 1.0
        yield Point(ops.Det(), (((number,),),), number, adjoints, unsigned=True, logarithm=size)
    yield Point(ops.Det(), (SINGULAR,), 0, None)
    yield Point(ops.Det(), (ZERO,), 0, None)
    yield at(ops.Det(), (EMPTY,), 1, EMPTY)
    low, high = log(s), log(b)
    pairs = ((-1, i), (-1, high), (-1, low), (0, -i), (0, -i), (1, low), (1, high), (1, i))
    yield from _cells(f, ops.SlogDet(), (*pairs, (1, n)), (0, -1 / b, -i, None, None, i, 1 / b, 0, n))
    yield Point(ops.SlogDet(), (SINGULAR,), (0, -i), None)
    yield Point(ops.SlogDet(), (ZERO,), (0, -i), None)
    yield at(ops.SlogDet(), (EMPTY,), (1, 0), EMPTY)


def _factors(f: Float) -> Iterator[Line]:
    s, b = f.smallest, f.largest
    r, q = sqrt(s), sqrt(b)
    roots = _one(None, None, None, None, None, r, q, i, n)
    yield from _cells(f, ops.Cholesky(), roots, (*(None,) * 6, 0.5 / q, None, n))
    yield from (refused(ops.Cholesky(), matrix) for matrix in (SINGULAR, ZERO, ((-1.0, 0.0), (0.0, 1.0))))
    yield at(ops.Cholesky(), (EMPTY,), EMPTY, EMPTY)
    parts = (None, (-1, b), (-1, s), (1, 0), (1, 0), (1, s), (1, b), None, None)
    yield from _cells(f, ops.QR(), parts, (None, -1, None, None, None, None, 1, None, None))
    yield from (refused(ops.QR(), matrix) for matrix in (NAN, INFINITE))
    yield at(ops.QR(), (EMPTY,), Hollow((0,)), EMPTY)


def _spectra(f: Float) -> Iterator[Line]:
    """Numbers that are not finite have no spectrum. Of a singular value 0 the derivative has no sign."""
    s, b = f.smallest, f.largest
    sizes = (None, (b,), (s,), (0,), (0,), (s,), (b,), None, None)
    yield from _cells(f, ops.Svdvals(), sizes, (None, -1, -1, None, None, 1, 1, None, None))
    factors = (None, (1, b, -1), (1, s, -1), None, (1, 0, 1), (1, s, 1), (1, b, 1), None, None)
    for number, value in zip(nine(f), factors, strict=True):
        if value is not None or not abs(number) < inf:
            yield Point(ops.SVD(), (((number,),),), value, None)
    unit: tuple[float, ...] = (1, 0, 0, 1)
    yield Point(ops.SVD(), (((2, -0.0), (0, 1)),), (*unit, 2, 1, *unit), None, unsigned=True)
    values = (None, (-b,), (-s,), (0,), (0,), (s,), (b,), None, None)
    yield from _cells(f, ops.Eigvalsh(), values, (None, 1, 1, 1, 1, 1, 1, None, None))
    pairs = (None, (-b, 1), (-s, 1), (0, 1), (0, 1), (s, 1), (b, 1), None, None)
    yield from _cells(f, ops.Eigh(), pairs, (None, 1, 1, 1, 1, 1, 1, None, None))
    for op in (ops.SVD(), ops.Svdvals(), ops.Eigh(), ops.Eigvalsh(), ops.Pinv()):
        yield from (refused(op, matrix) for matrix in (NAN, INFINITE))
    for op in (ops.SVD(), ops.Svdvals(), ops.Eigh(), ops.Eigvalsh()):
        yield at(op, (EMPTY,), Hollow((0,)), EMPTY)


def _functions(f: Float) -> Iterator[Line]:
    s = f.smallest
    growth = _one(n, 0, 1, 1, 1, 1, i, n, n)
    yield from _cells(f, ops.Expm(), growth, (n, 0, 1, 1, 1, 1, None, n, n))
    yield at(ops.Expm(), (ZERO,), ((1, 0), (0, 1)), ((1, 1), (1, 1)))
    unit: Numbers = ((e, 0), (0, 1))
    yield Point(ops.Expm(), (((1.0, 0.0), (0.0, 0.0)),), unit, None)
    yield at(ops.Expm(), (EMPTY,), EMPTY, EMPTY)
    squares = _one(i, i, 0, 0, 0, 0, i, i, n)
    yield from _cells(f, ops.MatrixPower(2), squares, (-i, -i, -2 * s, 0, 0, 2 * s, i, i, n))
    yield from _cells(f, ops.MatrixPower(0), _one(*(1,) * 9), (0,) * 9)
    yield at(ops.MatrixPower(2), (EMPTY,), EMPTY, EMPTY)
