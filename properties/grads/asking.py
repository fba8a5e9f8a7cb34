"""Asking an engine for derivatives: numbers in, Tensors out, and back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod
from operator import add

import numpy as np

from engine.array import Array, Shape, computed
from engine.errors import DTypeError, OperandError, ShapeError
from engine.forward import pushforward
from engine.reverse import pullback
from engine.tensor import Tensor
from properties.oracles.complex_step import split


def adjoints_of(
    outputs: Sequence[Tensor], variables: Sequence[Tensor], cotangents: Array
) -> tuple[Tensor, ...]:
    """Σ Jᵀ ȳ over the outputs."""
    parts = split(cotangents, [output.shape for output in outputs])
    each = [
        pullback(output, variables, constant_like(part, output))
        for output, part in zip(outputs, parts, strict=True)
    ]
    return tuple(reduce(add, parts) for parts in zip(*each, strict=True))


def tangents_of(
    outputs: Sequence[Tensor], variables: Sequence[Tensor], direction: Array
) -> tuple[Tensor, ...]:
    """J v, for each output."""
    parts = split(direction, [variable.shape for variable in variables])
    moves = [constant_like(part, variable) for part, variable in zip(parts, variables, strict=True)]
    return pushforward(outputs, variables, moves)


def variables_at(point: Sequence[Array]) -> list[Tensor]:
    """The point's arrays as variables."""
    return [Tensor.make_const(array, requires_grad=True) for array in point]


def flat(tensors: Sequence[Tensor]) -> Array:
    """All entries as float64, one Tensor behind the other."""
    arrays = [tensor.realize_cached_data().astype(np.float64).reshape(-1) for tensor in tensors]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def constant_like(entries: Array, value: Tensor) -> Tensor:
    """The entries as a constant of the value's shape and dtype."""
    return Tensor.make_const(computed(entries.astype(value.dtype).reshape(value.shape)))


def check_type(what: str, found: Tensor, like: Tensor) -> None:
    """Raise unless ``found`` has the shape and dtype of ``like``."""
    if found.shape != like.shape:
        raise ShapeError(
            f"check_grads: {what}", f"shape {found.shape}", f"shape {like.shape}", "sum or reshape it"
        )
    if found.dtype is not like.dtype:
        raise DTypeError(f"check_grads: {what}", f"{found.dtype}", f"{like.dtype}", "convert it with astype")


def unravelled(entry: int, shapes: Sequence[Shape]) -> tuple[int, ...]:
    """The index of an entry; of several arrays behind one another, the array's number first."""
    for number, shape in enumerate(shapes):
        if entry < prod(shape):
            index = tuple(int(at) for at in np.unravel_index(entry, shape))
            return index if len(shapes) == 1 else (number, *index)
        entry -= prod(shape)
    raise AssertionError("an entry of one of the arrays")


def check_finite(outputs: Sequence[Tensor], order: int) -> None:
    """Raise unless every entry is finite; ``order``: of the derivative that they are."""
    if all(np.isfinite(output.realize_cached_data()).all() for output in outputs):
        return
    value = f"derivative of order {order}" if order else "value of f"
    raise OperandError(
        "check_grads",
        f"NaN or infinity as {value}",
        "finite numbers",
        "choose another point, or a lower order",
    )
