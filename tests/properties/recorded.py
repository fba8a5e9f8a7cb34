"""Recordings to try oracles on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.array import Array, computed
from engine.tensor import Tensor
from properties.case import Case
from properties.recording import Recording, record


def recorded(case: Case) -> tuple[Recording, list[Array]]:
    """The recording of a case in float64, as a function of all its inputs, and where it is."""
    point = [computed(array.astype(np.float64)) for array in case.inputs]
    values = [Tensor.make_const(array, requires_grad=True) for array in point]
    variables = tuple(values)
    for step in case.steps:
        values.append(step.op(*(values[arg] for arg in step.args)))
    return record([values[-1]], variables), point


def alone(f: Callable[[Tensor], Tensor], x: float | Sequence[float]) -> tuple[Recording, list[Array]]:
    variable = Tensor(x)
    return record([f(variable)], [variable]), [variable.numpy()]
