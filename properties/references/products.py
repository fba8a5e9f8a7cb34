"""Second definitions of products of matrices."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from engine.array import Shape
from properties.grid import Grid, Place, broadcast
from properties.number import Number
from properties.references.table import refer


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


refer(ops.MatMul, _matmul)
