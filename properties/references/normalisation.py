"""Second definitions of what is normalised along axes."""

from __future__ import annotations

from collections.abc import Sequence

from engine import ops
from properties.number import Number
from properties.references.probabilities import each_in_its_slice
from properties.references.table import refer


def _mean(numbers: Sequence[Number]) -> Number:
    return sum(numbers[1:], start=numbers[0]) / float(len(numbers))


def _layer_norm(x: Number, numbers: Sequence[Number], eps: float) -> Number:
    middle = _mean(numbers)
    variance = _mean([(number - middle) * (number - middle) for number in numbers])
    return (x - middle) / (variance + eps).sqrt()


def _rms_norm(x: Number, numbers: Sequence[Number], eps: float) -> Number:
    return x / (_mean([number * number for number in numbers]) + eps).sqrt()


refer(
    ops.LayerNorm,
    lambda op, grids: each_in_its_slice(grids[0], op.axes, lambda x, all: _layer_norm(x, all, op.eps)),
)
refer(
    ops.RMSNorm,
    lambda op, grids: each_in_its_slice(grids[0], op.axes, lambda x, all: _rms_norm(x, all, op.eps)),
)
