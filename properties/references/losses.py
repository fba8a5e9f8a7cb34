"""Second definitions of losses."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from engine import ops
from properties.grid import Grid, places
from properties.number import Number, larger, smaller
from properties.references.probabilities import log_softmax, slice_at
from properties.references.table import refer, refer_entry


def _cross_entropy(op: ops.CrossEntropy, grids: Sequence[Grid]) -> Grid:
    logits, weights = grids
    last = (len(logits.shape) - 1,)
    terms = [
        weights[place] * log_softmax(logits[place], slice_at(logits, place, last))
        for place in places(logits.shape)
    ]
    rows = prod(logits.shape[:-1]) if op.reduction == "mean" else 1
    return logits.filled((), lambda place: -logits.total(terms) / float(rows))


def _log_of_sigmoid(x: Number) -> Number:
    return -((-x).exp() + 1.0).log()


def _huber(x: Number, delta: float) -> Number:
    clipped = smaller(larger(x, x.constant(-delta)), x.constant(delta))
    return clipped * x - clipped * clipped / 2.0


refer(ops.CrossEntropy, _cross_entropy)
refer_entry(
    ops.BCEWithLogits,
    lambda op, x: -(x[1] * _log_of_sigmoid(x[0]) + (1.0 - x[1]) * _log_of_sigmoid(-x[0])),
)
refer_entry(ops.Huber, lambda op, x: _huber(x[0], op.delta))
