"""Many replays in one: every value of a recording gets a leading axis, with one entry for each replay.

An elementwise op does not notice, nor does one of the engine's that takes stacks of what its signature names.
Others are replaced by ops that do the same beside the leading axis. What is not named here has no batched
form, and its recordings are replayed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Generic, TypeVar

import numpy as np

from engine import ops
from engine.array import Array, computed
from engine.catalogue import CATALOGUE
from engine.graph import Op
from engine.kinds import AlongAxis, Elementwise, Reduction
from properties.recording import Recording

SomeOp = TypeVar("SomeOp", bound=Op)


class NotBatched(LookupError):
    """An op without a batched form."""


@dataclass(frozen=True, slots=True)
class _Form(Generic[SomeOp]):
    """How an op of a class is replaced, given the size of the leading axis."""

    op: type[SomeOp]
    beside: Callable[[SomeOp, int], Op]

    def __call__(self, op: Op, size: int) -> Op:
        assert isinstance(op, self.op)  # looked up by class
        return self.beside(op, size)


_FORMS: dict[type[Op], Callable[[Op, int], Op]] = {
    form.op: form
    for form in (
        _Form(ops.Reshape, lambda op, size: ops.Reshape((size, *op.shape))),
        _Form(ops.Transpose, lambda op, _: ops.Transpose((op.axes[0] + 1, op.axes[1] + 1))),
        _Form(ops.Permute, lambda op, _: ops.Permute((0, *_behind(op.axes)))),
        _Form(ops.GetItem, lambda op, _: ops.GetItem((slice(None), *op.index))),
        _Form(ops.PutItem, lambda op, size: ops.PutItem((slice(None), *op.index), (size, *op.shape))),
        _Form(ops.Concatenate, lambda op, _: ops.Concatenate(op.axis + 1)),
        _Form(ops.Stack, lambda op, _: ops.Stack(op.axis + 1)),
        _Form(ops.Flip, lambda op, _: replace(op, axes=_behind(op.axes))),
        _Form(ops.Roll, lambda op, _: replace(op, axes=_behind(op.axes))),
        _Form(ops.Rot90, lambda op, _: replace(op, axes=(op.axes[0] + 1, op.axes[1] + 1))),
        _Form(ops.Diagonal, lambda op, _: replace(op, axes=(op.axes[0] + 1, op.axes[1] + 1))),
        _Form(ops.Repeat, lambda op, _: replace(op, axis=op.axis + 1)),
        _Form(ops.Pad, lambda op, _: replace(op, widths=((0, 0), *op.widths))),
        _Form(ops.Softmax, lambda op, _: replace(op, axes=_behind(op.axes))),
        _Form(ops.LogSoftmax, lambda op, _: replace(op, axes=_behind(op.axes))),
        _Form(ops.LayerNorm, lambda op, _: replace(op, axes=_behind(op.axes))),
        _Form(ops.RMSNorm, lambda op, _: replace(op, axes=_behind(op.axes))),
    )
}

_CORES: dict[type[Op], tuple[int, ...]] = {
    entry.op: tuple(map(len, entry.signature.inputs))
    for entry in CATALOGUE.values()
    if entry.signature.broadcasts and not entry.elementwise
}
"""How many axes the signature names, of the engine's ops that take stacks; the laws hold them to it."""


def replay_batch(recording: Recording, inputs: Sequence[Array]) -> Array:
    """The entries of all outputs, a row for each entry of the inputs' leading axis. Raises ``NotBatched``."""
    size = inputs[0].shape[0]
    values = [*inputs, *(constant[np.newaxis] for constant in recording.constants)]
    for op, args in recording.steps:
        values.append(computed(_computed(op, [values[arg] for arg in args], size)))
    rows = [
        _full(values[number], size).reshape(size, prod(shape))
        for number, shape in zip(recording.outputs, recording.out_shapes, strict=True)
    ]
    return rows[0] if len(rows) == 1 else computed(np.concatenate(rows, axis=1))


def has_form(op: Op, ranks: Sequence[int]) -> bool:
    """Whether the op has a batched form for inputs of these ranks: with all the axes that it names."""
    if type(op) in _CORES:
        return all(rank >= core for rank, core in zip(ranks, _CORES[type(op)], strict=True))
    return isinstance(op, Elementwise | ops.BroadcastTo | Reduction | AlongAxis) or type(op) in _FORMS


def _computed(op: Op, arrays: list[Array], size: int) -> Array:
    """``op`` of arrays whose leading axis has that size, or size 1 for a constant."""
    if not has_form(op, [array.ndim - 1 for array in arrays]):
        raise NotBatched(type(op).__name__)
    if isinstance(op, Elementwise):
        rank = max(array.ndim for array in arrays)
        return op.compute_from([_levelled(array, rank) for array in arrays])
    if type(op) in _CORES:
        cores = _CORES[type(op)]
        most = max(array.ndim - core for array, core in zip(arrays, cores, strict=True))
        return op.compute_from(
            [_levelled(array, most + core) for array, core in zip(arrays, cores, strict=True)]
        )
    if isinstance(op, ops.BroadcastTo):
        (array,) = arrays
        return ops.BroadcastTo((size, *op.shape)).compute_from([_levelled(array, len(op.shape) + 1)])
    full = [_full(array, size) for array in arrays]
    if isinstance(op, Reduction | AlongAxis):
        return _moved(op).compute_from(full)
    return _FORMS[type(op)](op, size).compute_from(full)


def _moved(op: Reduction | AlongAxis) -> Op:
    """The same op beside one more leading axis."""
    if isinstance(op, Reduction):
        return replace(op, axes=_behind(op.axes))
    return replace(op, axis=op.axis + 1)


def _behind(axes: Sequence[int]) -> tuple[int, ...]:
    """The axes behind one more leading axis."""
    return tuple(axis + 1 for axis in axes)


def _levelled(array: Array, rank: int) -> Array:
    """The array with ``rank`` axes, new ones behind the leading one: so it broadcasts as before."""
    if array.ndim == rank:
        return array
    return array.reshape(array.shape[0], *(1,) * (rank - array.ndim), *array.shape[1:])


def _full(array: Array, size: int) -> Array:
    """The array with a constant repeated along the leading axis."""
    return array if len(array) == size else computed(np.broadcast_to(array, (size, *array.shape[1:])))
