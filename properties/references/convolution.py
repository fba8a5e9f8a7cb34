"""Second definitions of convolutions: every product by its indices."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.ops.convolution import Convolution
from engine.ops.windows import Frame
from properties.grid import Grid, Place, broadcast, places
from properties.number import Number
from properties.references.table import refer
from properties.references.windows import counts, source


def _convolution(op: Convolution, grids: Sequence[Grid]) -> Grid:
    a, b = grids
    rank = len(op.stride)
    outputs, each, *size = b.shape[-rank - 2 :]
    sizes = a.shape[-rank:]
    frame = Frame(tuple(size), op.stride, op.padding, op.dilation)
    batch = broadcast(a.shape[: -rank - 1], b.shape[: -rank - 2])

    def entry(place: Place) -> Number:
        lead, output, window = place[: len(batch)], place[len(batch)], place[len(batch) + 1 :]
        first = output // (outputs // op.groups) * each
        found: list[Number] = []
        for channel, *within in places((each, *size)):
            at = source(frame, window, tuple(within), sizes)
            if at is not None:
                image = _repeated(a, lead, (first + channel, *at))
                found.append(image * _repeated(b, lead, (output, channel, *within)))
        return a.total(found)

    return a.filled((*batch, outputs, *counts(frame, sizes)), entry)


def _repeated(a: Grid, lead: Place, own: Place) -> Number:
    """The entry at ``own`` of the last axes, where the leading ones broadcast."""
    front = a.shape[: len(a.shape) - len(own)]
    kept = lead[len(lead) - len(front) :]
    return a[(*(0 if size == 1 else at for at, size in zip(kept, front, strict=True)), *own)]


refer(ops.Conv1d, _convolution)
refer(ops.Conv2d, _convolution)
