"""Sums of products, and pools: what is made of windows of extreme numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import inf, nan

from engine import ops
from engine.graph import Op
from properties.extremes.point import Float, Hollow, Line, Numbers, Point, at, nine, refused

i: float = inf
n: float = nan


def lines(f: Float) -> Iterator[Line]:
    """Every family of this file. In its rows s, b are the smallest subnormal and the largest number."""
    yield from _contractions(f)
    yield from _largest(f)
    yield from _averages(f)


def _contractions(f: Float) -> Iterator[Line]:
    """The product of two numbers, in as many axes as the op has: IEEE 754, a zero of either sign."""
    wrapped: tuple[tuple[Op, int, int, int], ...] = (
        (ops.MatMul(), 1, 1, 0),
        (ops.MatMul(), 2, 2, 2),
        (ops.Einsum("a,a->"), 1, 1, 0),
        (ops.Einsum("ij,jk->ik"), 2, 2, 2),
        (ops.Conv1d((1,), (0,), (1,), 1), 2, 3, 2),
        (ops.Conv2d((1, 1), (0, 0), (1, 1), 1), 3, 4, 3),
    )
    for (op, first, second, out), a, b in product(wrapped, nine(f), nine(f)):
        inputs, adjoints = (_deep(a, first), _deep(b, second)), (_deep(b, first), _deep(a, second))
        yield Point(op, inputs, _deep(a * b, out), adjoints, unsigned=True)
    nothing, square = Hollow((0,)), Hollow((2, 0))
    yield at(ops.MatMul(), (nothing, nothing), 0, nothing, nothing)
    yield at(ops.MatMul(), (square, Hollow((0, 2))), ((0, 0), (0, 0)), square, Hollow((0, 2)))
    yield at(ops.Einsum("a,a->"), (nothing, nothing), 0, nothing, nothing)
    batch = Hollow((0, 1, 1))
    yield at(ops.Conv1d((1,), (0,), (1,), 1), (batch, (((1.0,),),)), batch, batch, (((0.0,),),))
    batch = Hollow((0, 1, 1, 1))
    yield at(ops.Conv2d((1, 1), (0, 0), (1, 1), 1), (batch, ((((1.0,),),),)), batch, batch, ((((0.0,),),),))


def _deep(number: Numbers, axes: int) -> Numbers:
    """The number in an array of so many axes, each of size 1."""
    for _ in range(axes):
        number = (number,)
    return number


def _largest(f: Float) -> Iterator[Line]:
    """As ``Max`` of each window."""
    s, b = f.smallest, f.largest
    rows: tuple[tuple[tuple[float, float], float, tuple[float, float]], ...] = (
        ((-i, 1), 1, (0, 1)), ((-i, -i), -i, (0.5, 0.5)), ((i, 1), i, (1, 0)), ((i, i), i, (0.5, 0.5)),
        ((n, 1), n, (0.5, 0.5)), ((0, 0), 0, (0.5, 0.5)), ((-0.0, -0.0), -0.0, (0.5, 0.5)),
        ((b, 1), b, (1, 0)),
        ((-b, -i), -b, (1, 0)), ((b, b), b, (0.5, 0.5)), ((s, -s), s, (1, 0)), ((s, s), s, (0.5, 0.5)),
    )  # fmt: skip
    for a, value, adjoint in rows:
        yield at(ops.MaxPool1d((2,), (1,), (0,)), (a,), (value,), adjoint)
        yield at(ops.MaxPool2d((1, 2), (1, 1), (0, 0)), ((a,),), ((value,),), (adjoint,))
    yield from _hollow(ops.MaxPool1d((2,), (1,), (0,)), ops.MaxPool2d((1, 2), (1, 1), (0, 0)))


def _averages(f: Float) -> Iterator[Line]:
    """As ``Mean`` of each window."""
    s, b = f.smallest, f.largest
    rows: tuple[tuple[tuple[float, float], float], ...] = (
        ((-i, 1), -i), ((i, 1), i), ((i, -i), n), ((n, 1), n), ((0, 0), 0), ((-0.0, -0.0), 0), ((b, -b), 0),
        ((-b, b), 0), ((s, s), s), ((-s, -s), -s), ((1, 2), 1.5),
    )  # fmt: skip
    half = (0.5, 0.5)
    for a, value in rows:
        one, two = ops.AvgPool1d((2,), (1,), (0,)), ops.AvgPool2d((1, 2), (1, 1), (0, 0))
        yield Point(one, (a,), (value,), (half,), unsigned=True)
        yield Point(two, ((a,),), ((value,),), ((half,),), unsigned=True)
    yield from _hollow(ops.AvgPool1d((2,), (1,), (0,)), ops.AvgPool2d((1, 2), (1, 1), (0, 0)))


def _hollow(one: Op, two: Op) -> Iterator[Line]:
    """No array is many windows less one; a window of nothing has no value."""
    yield at(one, (Hollow((0, 2)),), Hollow((0, 1)), Hollow((0, 2)))
    yield at(two, (Hollow((0, 1, 2)),), Hollow((0, 1, 1)), Hollow((0, 1, 2)))
    yield refused(one, Hollow((0,)))
    yield refused(two, Hollow((1, 0)))
