"""Ops that only move entries: each passes bit for bit, with the sign of its zero, and no arithmetic is done.

What is declared is one rule for all of them, and not a line for each (``Moved``).
"""

from __future__ import annotations

from collections.abc import Iterator

from engine import ops
from engine.graph import Op
from properties.extremes.point import Float, Line, Moved


def lines(_: Float) -> Iterator[Line]:
    """Every op of this kind, with shapes that it takes, one without entries among them."""
    op: Op
    two = (2, 3)
    yield Moved(ops.Reshape((3, 2)), (two,))
    yield Moved(ops.Reshape((0,)), ((2, 0),))
    yield Moved(ops.Reshape((1, 1)), ((),))
    for op in (ops.Transpose((0, 1)), ops.Permute((1, 0)), ops.Rot90(1, (0, 1)), ops.Flip((1,))):
        yield from (Moved(op, (shape,)) for shape in (two, (0, 3)))
    yield from (Moved(ops.Roll((1,), (0,)), (shape,)) for shape in ((3,), (0,)))
    yield Moved(ops.BroadcastTo((2, 3)), ((3,),))
    yield Moved(ops.BroadcastTo((2,)), ((),))
    yield Moved(ops.BroadcastTo((0, 1)), ((1,),))
    yield Moved(ops.BroadcastTo((2, 0)), ((0,),))
    for op in (ops.Tile((2,)), ops.Repeat(2, 0)):
        yield from (Moved(op, (shape,)) for shape in ((3,), (0,)))
    for op in (ops.Tril(0), ops.Triu(0)):
        yield from (Moved(op, (shape,)) for shape in ((3, 3), (0, 0)))
    yield Moved(ops.Diagonal(0, (0, 1)), (two,))
    yield Moved(ops.Diagonal(0, (0, 1)), ((0, 3),))
    yield Moved(ops.PutDiagonal(0, (0, 1), (2, 3)), ((2,),))
    yield Moved(ops.PutDiagonal(0, (0, 1), (0, 3)), ((0,),))
    yield Moved(ops.Pad(((1, 2),)), ((3,),))
    yield Moved(ops.Pad(((1, 1),)), ((0,),))
    for op in (ops.Concatenate(0), ops.Stack(0)):
        yield from (Moved(op, (shape, shape)) for shape in ((2,), (0,)))
    yield Moved(ops.GetItem((slice(0, 2, 1),)), ((3,),))
    yield Moved(ops.GetItem((slice(0, 0, 1),)), ((3,),))
    yield Moved(ops.GetItem((slice(0, 0, 1),)), ((0,),))
    yield Moved(ops.GetItem((1,)), ((3,),))
    yield Moved(ops.PutItem((slice(0, 2, 1),), (3,)), ((2,),))
    yield Moved(ops.PutItem((slice(0, 0, 1),), (0,)), ((0,),))
    yield Moved(ops.GetItems(((2, 0, 2),), (3,)), ((3,),))
    yield Moved(ops.GetItems(((),), (0,)), ((3,),))
    yield Moved(ops.GetItems(((),), (0,)), ((0,),))
    yield Moved(ops.ScatterAdd(((2, 0),), (2,), (3,)), ((2,),), unsigned=True)
    yield Moved(ops.ScatterAdd(((),), (0,), (3,)), ((0,),), unsigned=True)
    yield Moved(ops.SetItem((slice(0, 2, 1),), ()), ((3,), (2,)))
    yield Moved(ops.SetItem((slice(0, 0, 1),), ()), ((0,), (0,)))
    yield Moved(ops.Unfold((2,), (1,), (1,), (1,)), ((3,),))
    yield Moved(ops.Unfold((2,), (1,), (0,), (1,)), ((0, 3),))
    yield Moved(ops.Fold((2,), (2,), (0,), (1,), (4,)), ((2, 2),), unsigned=True)
    yield Moved(ops.Fold((2,), (2,), (0,), (1,), (4,)), ((0, 2, 2),), unsigned=True)
