"""A bug of a deviation to which ε is added, planted in an op that the catalogue lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Self

import numpy as np

from engine import ops
from engine.array import Array, Axes, Shape, as_array, total
from engine.axes import subsets
from engine.catalogue import op
from engine.domain import Domain
from engine.kinds import Unary
from engine.tensor import Tensor
from properties.grid import Grid, Place, places
from properties.number import Number
from properties.references import refer
from properties.rows import Row
from tests.properties.planted.bug import row_of


def standardised_with_a_misplaced_eps(wrong: bool) -> Row:
    @op(Domain(ties=True), signature="(i*)->(i*)")
    class Standardize(Unary):
        """yᵢⱼ = (aᵢⱼ − mⱼ) / (sⱼ + ε), m and s the mean and the deviation over the axes ``axes``."""

        axes: Axes
        eps: float

        def compute(self, a: Array) -> Array:
            count = prod(a.shape[axis] for axis in self.axes)
            centred = a - total(a, self.axes, keepdims=True) / count
            variance = total(centred * centred, self.axes, keepdims=True) / count
            return as_array(centred / (np.sqrt(variance) + self.eps))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return self._through(out_grad, node, exact=not wrong)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return self._through(in_tangent, node, exact=True)

        def _through(self, moved: Tensor, node: Tensor, *, exact: bool) -> Tensor:
            """The Jacobian, which is symmetric: by c / (s + ε), then by s = √v."""
            (a,) = node.inputs
            centred = a - ops.mean(a, self.axes, keepdims=True)
            s = ops.std(a, self.axes, keepdims=True)
            s = s + (1 - ops.step(s.detach()))
            wide = ops.std(a, self.axes, keepdims=True) + self.eps
            by_s = 1 / wide**2 / s if exact else 1 / s**2 / wide
            level = moved - ops.mean(moved, self.axes, keepdims=True)
            return level / wide - centred * ops.mean(moved * centred, self.axes, keepdims=True) * by_s

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

        @classmethod
        def instances(cls, *shapes: Shape) -> Iterator[Self]:
            for axes in subsets(range(len(shapes[0]))):
                if prod(shapes[0][axis] for axis in axes) > 1:
                    yield cls(axes, 0.25)
            yield cls((), 0.25)

    refer(Standardize, lambda known, grids: _standardised(grids[0], known.axes, known.eps))
    return row_of(Standardize((), 0.25))


def _standardised(a: Grid, axes: Axes, eps: float) -> Grid:
    rows: dict[Place, list[Number]] = {}
    for place in places(a.shape):
        rows.setdefault(_of_slice(place, axes), []).append(a[place])
    found = {where: _mean_and_deviation(a, row) for where, row in rows.items()}

    def entry(place: Place) -> Number:
        mean, deviation = found[_of_slice(place, axes)]
        return (a[place] - mean) / (deviation + eps)

    return a.filled(a.shape, entry)


def _of_slice(place: Place, axes: Axes) -> Place:
    return tuple(at for axis, at in enumerate(place) if axis not in axes)


def _mean_and_deviation(a: Grid, row: Sequence[Number]) -> tuple[Number, Number]:
    """Where all entries agree, the deviation is a number."""
    mean = a.total(row) / float(len(row))
    if all(number.value == row[0].value for number in row):
        return mean, a.arithmetic.number(0.0)
    squares = [(number - mean) * (number - mean) for number in row]
    return mean, (a.total(squares) / float(len(row))).sqrt()
