"""Every op defined a second time, apart from the engine on purpose: numbers one at a time, index by index.

Nothing here calls the NumPy function that ``compute`` calls. An elementwise op is a formula for one entry;
any other op says which entries make the entry at a place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Generic, TypeVar

from engine import ops
from engine.array import Axes, Index, Shape
from engine.errors import CatalogueError
from engine.graph import Op
from properties.grid import Grid, Place, broadcast
from properties.number import Number

SomeOp = TypeVar("SomeOp", bound=Op)


@dataclass(frozen=True, slots=True)
class _Definition(Generic[SomeOp]):
    """A second definition and the class that it is for."""

    op: type[SomeOp]
    define: Callable[[SomeOp, Sequence[Grid]], Grid]

    def __call__(self, op: Op, grids: Sequence[Grid]) -> Grid:
        assert isinstance(op, self.op)  # looked up by class
        return self.define(op, grids)


REFERENCES: dict[type[Op], Callable[[Op, Sequence[Grid]], Grid]] = {}
"""The second definition of each op."""


def refer(op: type[SomeOp], define: Callable[[SomeOp, Sequence[Grid]], Grid]) -> None:
    """Enter the second definition of an op."""
    REFERENCES[op] = _Definition(op, define)


def refer_entry(op: type[SomeOp], formula: Callable[[SomeOp, Sequence[Number]], Number]) -> None:
    """Enter the second definition of an elementwise op: a formula for one entry of the result."""

    def define(instance: SomeOp, grids: Sequence[Grid]) -> Grid:
        shape = broadcast(*(grid.shape for grid in grids))
        return grids[0].filled(
            shape, lambda place: formula(instance, [grid.stretched(place) for grid in grids])
        )

    refer(op, define)


def second_definition(op: Op, grids: Sequence[Grid]) -> Grid:
    """The value of ``op`` by its second definition. Raises ``CatalogueError`` if it has none."""
    if type(op) not in REFERENCES:
        name = type(op).__name__
        raise CatalogueError(
            name,
            "no second definition",
            "one entry in properties/references.py",
            f"add refer_entry({name}, …)",
        )
    return REFERENCES[type(op)](op, grids)


# Entry by entry.


def _power(x: Number, exponent: float) -> Number:
    if exponent == int(exponent):
        return x.power(int(exponent))
    return (x.log() * exponent).exp()


def _larger(a: Number, b: Number) -> Number:
    return a if a > b else b


def _sigmoid(x: Number) -> Number:
    return 1.0 / ((-x).exp() + 1.0)


def _sign(x: Number) -> Number:
    """−1, 0 or 1. At 0 a comparison goes by the way that x moves; the value is 0 all the same."""
    side = 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0
    return x.constant(side if x.value else 0.0)


refer_entry(ops.Identity, lambda op, x: x[0])
refer_entry(ops.AsType, lambda op, x: x[0] + 0.0)
refer_entry(ops.EWiseAdd, lambda op, x: x[0] + x[1])
refer_entry(ops.AddScalar, lambda op, x: x[0] + op.scalar)
refer_entry(ops.EWiseMul, lambda op, x: x[0] * x[1])
refer_entry(ops.MulScalar, lambda op, x: x[0] * op.scalar)
refer_entry(ops.EWiseDiv, lambda op, x: x[0] / x[1])
refer_entry(ops.DivScalar, lambda op, x: x[0] / op.scalar)
refer_entry(ops.Negate, lambda op, x: -x[0])
refer_entry(ops.EWisePow, lambda op, x: (x[1] * x[0].log()).exp())
refer_entry(ops.PowerScalar, lambda op, x: _power(x[0], op.scalar))
refer_entry(ops.Sqrt, lambda op, x: x[0].sqrt())
refer_entry(ops.Exp, lambda op, x: x[0].exp())
refer_entry(ops.Log, lambda op, x: x[0].log())
refer_entry(ops.Sigmoid, lambda op, x: _sigmoid(x[0]))
refer_entry(ops.Tanh, lambda op, x: x[0].tanh())
refer_entry(ops.Sin, lambda op, x: x[0].sin())
refer_entry(ops.Cos, lambda op, x: x[0].cos())
refer_entry(ops.Step, lambda op, x: x[0].constant(1.0 if x[0] > 0.0 and x[0].value else 0.0))
refer_entry(ops.Sign, lambda op, x: _sign(x[0]))
refer_entry(ops.ReLU, lambda op, x: x[0] if x[0] > 0.0 else x[0].constant(0.0))
refer_entry(ops.Abs, lambda op, x: x[0] if x[0] > 0.0 else -x[0])
refer_entry(ops.Compare, lambda op, x: _sign(x[0] - x[1]))
refer_entry(ops.Maximum, lambda op, x: _larger(x[0], x[1]))
refer_entry(ops.Minimum, lambda op, x: x[1] if x[0] > x[1] else x[0])
refer_entry(ops.Where, lambda op, x: x[1] if x[0] > 0.5 else x[2])  # marks are 0 and 1


# Place by place.


def _split(place: Place, axes: Axes, keepdims: bool, rank: int) -> list[int | None]:
    """For each axis of the input: where ``place`` of the result stands on it, None on a reduced axis."""
    kept = iter(place)
    found: list[int | None] = []
    for axis in range(rank):
        if axis in axes:
            found.append(None)
            if keepdims:
                next(kept)
        else:
            found.append(next(kept))
    return found


def _slice(grid: Grid, place: Place, axes: Axes, keepdims: bool) -> list[Number]:
    """The entries of the input that the entry at ``place`` of a reduction is made of."""
    where = _split(place, axes, keepdims, len(grid.shape))
    ranges = [range(size) if at is None else (at,) for at, size in zip(where, grid.shape, strict=True)]
    found: list[Place] = [()]
    for choices in ranges:
        found = [(*start, at) for start in found for at in choices]
    return [grid[at] for at in found]


def _reduced(shape: Shape, axes: Axes, keepdims: bool) -> Shape:
    sizes = [(1 if axis in axes else size) for axis, size in enumerate(shape) if keepdims or axis not in axes]
    return tuple(sizes)


def _summation(op: ops.Summation, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return _over_slices(op, a, a.total)


def _max(op: ops.Max, grids: Sequence[Grid]) -> Grid:
    return _over_slices(op, grids[0], lambda numbers: reduce(_larger, numbers))


def _logsumexp(op: ops.LogSumExp, grids: Sequence[Grid]) -> Grid:
    (a,) = grids

    def combine(numbers: Sequence[Number]) -> Number:
        top = max(number.value for number in numbers)
        return a.total([(number - top).exp() for number in numbers]).log() + top

    return _over_slices(op, a, combine)


def _over_slices(
    op: ops.Summation | ops.Max | ops.LogSumExp, a: Grid, combine: Callable[[Sequence[Number]], Number]
) -> Grid:
    return a.filled(
        _reduced(a.shape, op.axes, op.keepdims),
        lambda place: combine(_slice(a, place, op.axes, op.keepdims)),
    )


def _transpose(op: ops.Transpose, grids: Sequence[Grid]) -> Grid:
    first, second = op.axes
    order = list(range(len(grids[0].shape)))
    order[first], order[second] = second, first
    return _permuted(grids[0], tuple(order))


def _permuted(a: Grid, order: Axes) -> Grid:
    def entry(place: Place) -> Number:
        own = [0] * len(order)
        for at, axis in zip(place, order, strict=True):
            own[axis] = at
        return a[tuple(own)]

    return a.filled(tuple(a.shape[axis] for axis in order), entry)


def _matmul(op: ops.MatMul, grids: Sequence[Grid]) -> Grid:
    a, b = grids
    inner = a.shape[-1]
    rows, columns = a.shape[-2:-1], b.shape[-1:] if len(b.shape) > 1 else ()
    batch = broadcast(a.shape[:-2], b.shape[:-2])

    def entry(place: Place) -> Number:
        lead, own = place[: len(batch)], place[len(batch) :]
        row, column = own[: len(rows)], own[len(rows) :]
        lead_a, lead_b = _own_batch(lead, a.shape[:-2]), _own_batch(lead, b.shape[:-2])
        return a.total([a[(*lead_a, *row, k)] * b[(*lead_b, k, *column)] for k in range(inner)])

    return a.filled((*batch, *rows, *columns), entry)


def _own_batch(lead: Place, sizes: Shape) -> Place:
    own = lead[len(lead) - len(sizes) :]
    return tuple(0 if size == 1 else at for at, size in zip(own, sizes, strict=True))


def _sources(index: Index, shape: Shape) -> list[tuple[Place, Place]]:
    """(place in the item, place in the whole) for each entry that ``index`` picks of such a whole."""
    axes = iter(shape)
    choices: list[list[tuple[Place, Place]]] = []
    for item in index:
        if item is None:
            choices.append([((0,), ())])
        elif isinstance(item, int):
            next(axes)
            choices.append([((), (item,))])
        else:
            picked = list(range(next(axes)))[item]
            choices.append([((at,), (source,)) for at, source in enumerate(picked)])
    pairs: list[tuple[Place, Place]] = [((), ())]
    for choice in choices:
        pairs = [(place + p, source + s) for place, source in pairs for p, s in choice]
    return pairs


def _item_shape(index: Index, shape: Shape) -> Shape:
    axes = iter(shape)
    sizes: list[int] = []
    for item in index:
        if item is None:
            sizes.append(1)
            continue
        size = next(axes)
        if not isinstance(item, int):
            sizes.append(len(list(range(size))[item]))
    return tuple(sizes)


def _get_item(op: ops.GetItem, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    found = {place: a[source] for place, source in _sources(op.index, a.shape)}
    return a.filled(_item_shape(op.index, a.shape), found.__getitem__)


def _put_item(op: ops.PutItem, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    zero = a.total([])
    put = {source: a[place] for place, source in _sources(op.index, op.shape)}
    return a.filled(op.shape, lambda place: put.get(place, zero))


def _concatenate(op: ops.Concatenate, grids: Sequence[Grid]) -> Grid:
    axis = op.axis
    owners = [(grid, at) for grid in grids for at in range(grid.shape[axis])]
    first = grids[0].shape

    def entry(place: Place) -> Number:
        grid, at = owners[place[axis]]
        return grid[(*place[:axis], at, *place[axis + 1 :])]

    return grids[0].filled((*first[:axis], len(owners), *first[axis + 1 :]), entry)


def _stack(op: ops.Stack, grids: Sequence[Grid]) -> Grid:
    axis, first = op.axis, grids[0].shape
    return grids[0].filled(
        (*first[:axis], len(grids), *first[axis:]),
        lambda place: grids[place[axis]][(*place[:axis], *place[axis + 1 :])],
    )


refer(ops.Summation, _summation)
refer(ops.Max, _max)
refer(ops.LogSumExp, _logsumexp)
refer(ops.BroadcastTo, lambda op, grids: grids[0].filled(op.shape, grids[0].stretched))
refer(ops.Reshape, lambda op, grids: Grid(op.shape, grids[0].entries, grids[0].arithmetic))
refer(ops.Transpose, _transpose)
refer(ops.Permute, lambda op, grids: _permuted(grids[0], op.axes))
refer(ops.MatMul, _matmul)
refer(ops.GetItem, _get_item)
refer(ops.PutItem, _put_item)
refer(ops.Concatenate, _concatenate)
refer(ops.Stack, _stack)
