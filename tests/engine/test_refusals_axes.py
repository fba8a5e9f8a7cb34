"""Axes and indices that an op refuses."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    AxisError,
    Concatenate,
    EngineError,
    ItemError,
    Max,
    Permute,
    Summation,
    Tensor,
    concatenate,
    permute,
    stack,
    summation,
    transpose,
)


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "an op made with a negative axis": (
        lambda: Summation((-1,)),
        AxisError,
        "Summation: got *(-1,)*; expected *≥ 0*; *function*.",
    ),
    "an op made with unsorted axes": (
        lambda: Max((1, 0)),
        AxisError,
        "Max: got *(1, 0)*; expected *in order*; *function*.",
    ),
    "an op made with an axis twice": (
        lambda: Permute((0, 0)),
        AxisError,
        "Permute: got *(0, 0)*; expected *each once*; *function*.",
    ),
    "an op made with a negative axis to join along": (
        lambda: Concatenate(-1),
        AxisError,
        "Concatenate: got *(-1,)*; expected *≥ 0*; *function*.",
    ),
    "an op with an axis that its operand has not": (
        lambda: Summation((2,))(ones(2, 3)),
        AxisError,
        "Summation*: got *axis 2 for 2 dimensions*; expected *-2 ≤ axis < 2*; *exists*.",
    ),
    "an order of other than all axes": (
        lambda: Permute((1, 0))(ones(2, 3, 4)),
        AxisError,
        "Permute*: got *3 dimensions*; expected *2*; *every axis*.",
    ),
    "summation over an axis that is not there": (
        lambda: ones(2, 3).sum(2),
        AxisError,
        "summation*: got *axis 2 for 2 dimensions*; expected *-2 ≤ axis < 2*; *exists*.",
    ),
    "summation over a negative axis that is not there": (
        lambda: summation(ones(2, 3), (0, -3)),
        AxisError,
        "summation*: got *axis -3*; expected *-2 ≤ axis < 2*; *exists*.",
    ),
    "summation of a 0-d operand over an axis": (
        lambda: summation(ones(), 0),
        AxisError,
        "summation*: got *axis 0 for 0 dimensions*; expected *0-d*; *exists*.",
    ),
    "summation over an axis named twice": (
        lambda: summation(ones(2, 3), (0, -2)),
        AxisError,
        "summation*: got *axes (0, -2)*; expected *each axis once*; *drop*.",
    ),
    "max over an axis that is not there": (
        lambda: ones(2).max(1),
        AxisError,
        "max*: got *axis 1*; expected *-1 ≤ axis < 1*; *exists*.",
    ),
    "transpose of one axis": (
        lambda: transpose(ones(2, 3), 0),
        AxisError,
        "transpose*: got *axes 0*; expected *two axes*; *permute*.",
    ),
    "transpose of three axes": (
        lambda: transpose(ones(2, 3, 4), (0, 1, 2)),
        AxisError,
        "transpose*: got *(0, 1, 2)*; expected *two axes*; *permute*.",
    ),
    "transpose of an axis with itself": (
        lambda: transpose(ones(2, 3), (1, -1)),
        AxisError,
        "transpose*: got *(1, -1)*; expected *each axis once*; *drop*.",
    ),
    "transpose of a vector": (
        lambda: ones(3).transpose(),
        AxisError,
        "transpose*: got *1 dimensions*; expected *at least 2*; *reshape*.",
    ),
    "transpose of an axis that is not there": (
        lambda: transpose(ones(2, 3), (0, 2)),
        AxisError,
        "transpose*: got *axis 2*; expected *-2 ≤ axis < 2*; *exists*.",
    ),
    "permute of some axes": (
        lambda: permute(ones(2, 3), (1,)),
        AxisError,
        "permute*: got *axes (1,)*; expected *each of the 2 axes*; *every axis*.",
    ),
    "permute with an axis named twice": (
        lambda: permute(ones(2, 3), (0, 0)),
        AxisError,
        "permute*: got *axes (0, 0)*; expected *each axis once*; *drop*.",
    ),
    "concatenate along an axis that is not there": (
        lambda: concatenate([ones(2)], 1),
        AxisError,
        "concatenate*: got *axis 1*; expected *-1 ≤ axis < 1*; *exists*.",
    ),
    "concatenate of 0-d operands": (
        lambda: concatenate([ones(), ones()]),
        AxisError,
        "concatenate*: got *axis 0*; expected *0-d*; *exists*.",
    ),
    "stack along an axis that is not there": (
        lambda: stack([ones(2)], 2),
        AxisError,
        "stack*: got *axis 2*; expected *-2 ≤ axis < 2*; *exists*.",
    ),
    "len of a 0-d Tensor": (
        lambda: len(ones()),
        AxisError,
        "len*: got *0-d*; expected *at least one axis*; *.item()*.",
    ),
    "iteration over a 0-d Tensor": (
        lambda: list(ones()),
        AxisError,
        "len*: got *0-d*; expected *at least one axis*; *.item()*.",
    ),
    "index past the end": (
        lambda: ones(3)[3],
        ItemError,
        "index 3*: got *axis 0 of size 3*; expected *-3 ≤ index < 3*; *within*.",
    ),
    "index past the start": (
        lambda: ones(2, 3)[0, -4],
        ItemError,
        "index -4*: got *axis 1 of size 3*; expected *-3 ≤ index < 3*; *within*.",
    ),
    "more indices than axes": (
        lambda: ones(3)[0, 0],
        ItemError,
        "index (0, 0)*: got *shape (3,)*; expected *at most 1*; *fewer axes*.",
    ),
    "index of a 0-d Tensor": (
        lambda: ones()[0],
        ItemError,
        "index (0,)*: got *shape ()*; expected *at most 0*; *fewer axes*.",
    ),
    "two ellipses": (
        lambda: ones(3)[..., ...],
        ItemError,
        "index *Ellipsis*: got *shape (3,)*; expected *one ...*; *fewer*.",
    ),
    "index by a truth value": (
        lambda: ones(3)[True],
        ItemError,
        "index True on axis 0*: got *bool*; expected *an integer*; *integers*.",
    ),
    "slice with step 0": (lambda: ones(3)[::0], ItemError, "index *0*: got *; expected *; *."),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
