"""Shapes that an op refuses."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    EngineError,
    ParameterError,
    ShapeError,
    Tensor,
    broadcast_to,
    concatenate,
    logsumexp,
    matmul,
    max,
    put_item,
    reshape,
    stack,
    where,
)


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


def constant(*shape: int) -> Tensor:
    return Tensor(np.ones(shape), requires_grad=False)


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "add of shapes that do not broadcast": (
        lambda: ones(2) + ones(3),
        ShapeError,
        "EWiseAdd*: got *(2,) and (3,)*; expected *broadcast*; *reshape*.",
    ),
    "multiply by an array that does not broadcast": (
        lambda: ones(2, 3) * np.ones(2),
        ShapeError,
        "EWiseMul*: got *(2, 3) and (2,)*; expected *broadcast*; *reshape*.",
    ),
    "where of shapes that do not broadcast": (
        lambda: where(constant(2), ones(3), ones(3)),
        ShapeError,
        "Where*: got *(2,) and (3,)*; expected *broadcast*; *reshape*.",
    ),
    "matmul of unlike inner sizes": (
        lambda: ones(2, 3) @ ones(2, 3),
        ShapeError,
        "MatMul*: got *(2, 3) and (2, 3)*; expected *(…, k, m)*; *transpose*.",
    ),
    "matmul of a 0-d operand": (
        lambda: matmul(ones(), ones(2)),
        ShapeError,
        "MatMul*: got *() and (2,)*; expected *(…, n, k)*; *reshape*.",
    ),
    "matmul of batches that do not broadcast": (
        lambda: ones(2, 1, 1) @ ones(3, 1, 1),
        ShapeError,
        "MatMul*: got *(2,) and (3,)*; expected *broadcast*; *reshape*.",
    ),
    "broadcast_to a smaller shape": (
        lambda: broadcast_to(ones(2, 3), (3,)),
        ShapeError,
        "BroadcastTo*: got *(2, 3)*; expected *broadcasts to (3,)*; *sum*.",
    ),
    "broadcast_to another size": (
        lambda: broadcast_to(ones(2), 3),
        ShapeError,
        "BroadcastTo*: got *(2,)*; expected *broadcast*; *reshape*.",
    ),
    "reshape to another size": (
        lambda: reshape(ones(2, 3), (2, 4)),
        ShapeError,
        "Reshape(shape=(2, 4))*: got *6 elements*; expected *8 elements*; *sizes*.",
    ),
    "reshape with -1 that does not divide": (
        lambda: ones(2, 3).reshape(4, -1),
        ShapeError,
        "reshape to (4, -1)*: got *6 elements*; expected *4 elements*; *divide*.",
    ),
    "reshape with -1 beside a 0": (
        lambda: reshape(ones(0), (0, -1)),
        ShapeError,
        "reshape to (0, -1)*: got *0 elements*; expected *no size 0*; *sizes*.",
    ),
    "reshape with two -1": (
        lambda: reshape(ones(2, 3), (-1, -1)),
        ParameterError,
        "reshape*: got *(-1, -1)*; expected *-1 at most once*; *correct*.",
    ),
    "reshape to a negative size": (
        lambda: reshape(ones(2, 3), (-2, -3)),
        ParameterError,
        "reshape*: got *(-2, -3)*; expected *sizes ≥ 0*; *correct*.",
    ),
    "concatenate of unlike sizes": (
        lambda: concatenate([ones(2, 3), ones(2, 4)]),
        ShapeError,
        "Concatenate(axis=0)*: got *(2, 3), (2, 4)*; expected *every axis but 0*; *reshape*.",
    ),
    "concatenate of unlike dimensions": (
        lambda: concatenate([ones(2, 3), ones(2)]),
        ShapeError,
        "Concatenate*: got *(2, 3), (2,)*; expected *but 0*; *reshape*.",
    ),
    "stack of unlike shapes": (
        lambda: stack([ones(2), ones(3)]),
        ShapeError,
        "Stack(axis=0)*: got *(2,), (3,)*; expected *equal shapes*; *reshape*.",
    ),
    "put_item of another shape": (
        lambda: put_item(ones(2), 0, (3, 4)),
        ShapeError,
        "PutItem*: got *(2,)*; expected *(4,)*; *replaced*.",
    ),
    "max over an empty axis": (
        lambda: max(ones(2, 0), 1),
        ShapeError,
        "Max(axes=(1,)*: got *(2, 0)*; expected *axis 1*; *other axes*.",
    ),
    "logsumexp over an empty axis": (
        lambda: logsumexp(ones(0)),
        ShapeError,
        "LogSumExp*: got *(0,)*; expected *axis 0*; *other axes*.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
