"""How far rounding may take two computations of one formula apart, in float64.

It is measured: a computation in float32 misses the same in float64 by the roundings of float32, whose unit is
2²⁹ times that of float64. Two computations in float64 differ by those of both, and by a last place because
both results are floats.

What is measured is a sample and no bound. Kernels of matrix products sum in orders of their own, some of them
with fused products, so that another processor draws other roundings; hence the largest of several draws, and
the factor that ``check_grads`` puts on what it measures, ``ROUNDINGS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.array import Array, Shape, as_array
from engine.dtype import FLOAT32, FLOAT64
from properties.grads.measured import ROUNDINGS

Computation = Callable[[Sequence[Array]], Array]
"""Of arrays of one dtype, which is the result's."""

DRAWS = 8


def drawn(*shapes: Shape) -> list[list[Array]]:
    """Points to compute at, each an array of every shape: float64, and numbers of float32 too."""
    rngs = map(np.random.default_rng, range(DRAWS))
    return [[narrow(as_array(rng.normal(0, 0.5, shape))) for shape in shapes] for rng in rngs]


def narrow(array: Array) -> Array:
    """The nearest numbers of float32, as float64."""
    return as_array(array.astype(FLOAT32).astype(FLOAT64))


def farthest(a: Array, b: Array) -> float:
    """max |a − b|."""
    distance: float = np.abs(a - b).max()
    return float(distance)


def rounding(sides: Sequence[Computation], points: Sequence[Sequence[Array]]) -> float:
    """How far apart two computations may be at these points, which are as those of ``drawn``."""
    misses = [max(_miss(side, point) for point in points) for side in sides]
    place = max(float(np.spacing(np.abs(sides[0](point)).max())) for point in points)
    return ROUNDINGS * (sum(misses) * 2.0**-29 + place)


def agree(ours: Computation, theirs: Computation, points: Sequence[Sequence[Array]]) -> bool:
    """Whether two computations are as near to each other as rounding lets them be."""
    apart = max(farthest(ours(point), theirs(point)) for point in points)
    return apart <= rounding((ours, theirs), points)


def _miss(side: Computation, point: Sequence[Array]) -> float:
    """How far the result in float32 is from that in float64, for the same numbers."""
    return farthest(side([as_array(array.astype(FLOAT32)) for array in point]), side(point))
