"""Arrays cut in pieces, laid side by side and spread over a grid: NumPy's conventions, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    AxisError,
    EngineError,
    OperandError,
    ParameterError,
    ShapeError,
    Tensor,
    broadcast_arrays,
    dstack,
    hstack,
    meshgrid,
    pullback,
    split,
    stack,
    unstack,
    vstack,
)
from engine.array import Array, as_array

CUBE = np.arange(24.0).reshape(4, 2, 3)
LINE = np.array([1.0, 2.0, 3.0])


def agree(got: Tensor, expected: Array) -> None:
    np.testing.assert_array_equal(got.numpy(), expected, strict=True)


@pytest.mark.parametrize("sections", [1, 2, 4, [1, 3], [1, -1], [3, 1], [9], [], (0, 4)], ids=repr)
def test_split_is_numpys(sections: int | list[int]) -> None:
    for got, expected in zip(split(Tensor(CUBE), sections), np.split(CUBE, sections), strict=True):
        agree(got, expected)


def test_split_and_unstack_take_any_axis() -> None:
    for axis in (0, 1, -1):
        size = CUBE.shape[axis]
        for got, expected in zip(split(Tensor(CUBE), size, axis), np.split(CUBE, size, axis), strict=True):
            agree(got, expected)
        agree(stack(unstack(Tensor(CUBE), axis), axis), CUBE)
    assert [piece.shape for piece in split(Tensor(np.zeros((0, 2))), 3)] == [(0, 2)] * 3


def test_the_pieces_give_their_adjoints_back_to_their_places() -> None:
    x = Tensor(LINE)
    first, _, last = unstack(x)
    (x_bar,) = pullback(first * 10 + last, [x])
    assert x_bar.numpy().tolist() == [10.0, 0.0, 1.0]


@pytest.mark.parametrize("array", [as_array(5.0), LINE, CUBE[0], CUBE], ids=np.shape)
def test_stacks_are_numpys(array: Array) -> None:
    x = Tensor(array)
    agree(vstack([x, x]), np.vstack([array, array]))
    agree(hstack([x, x]), np.hstack([array, array]))
    agree(dstack([x, x]), np.dstack([array, array]))


@pytest.mark.parametrize("count", range(4))
def test_meshgrid_is_numpys(count: int) -> None:
    vectors = [LINE, LINE[:2], LINE[1:]][:count]
    tensors = [Tensor(vector) for vector in vectors]
    for got, expected in zip(meshgrid(*tensors), np.meshgrid(*vectors), strict=True):
        agree(got, expected)
    for got, expected in zip(
        meshgrid(*tensors, indexing="ij"), np.meshgrid(*vectors, indexing="ij"), strict=True
    ):
        agree(got, expected)


def test_the_adjoint_of_a_grid_is_a_sum_over_it() -> None:
    x, y = Tensor([1.0, 2.0, 3.0]), Tensor([1.0, 2.0])
    across, down = meshgrid(x, y)
    x_bar, y_bar = pullback(across * down, [x, y])
    assert x_bar.numpy().tolist() == [3.0, 3.0, 3.0]
    assert y_bar.numpy().tolist() == [6.0, 6.0]


def test_several_broadcast_to_one_shape() -> None:
    row, column = Tensor(LINE), Tensor(CUBE[:, :1, 0])
    assert [each.shape for each in broadcast_arrays(row, column)] == [(4, 3), (4, 3)]
    assert broadcast_arrays() == []


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "pieces that are not equal": (
        lambda: split(Tensor(CUBE), 3),
        ShapeError,
        "split into 3: got 4 entries along axis 0; expected a multiple of 3; list the ends.",
    ),
    "no piece": (
        lambda: split(Tensor(CUBE), 0),
        ParameterError,
        "split: got 0 sections; expected at least 1; ask for one piece or more.",
    ),
    "an axis to split that is not there": (
        lambda: split(Tensor(CUBE), 2, 3),
        AxisError,
        "split: got axis 3 for 3 dimensions; *; *.",
    ),
    "a number to unstack": (lambda: unstack(Tensor(1.0)), AxisError, "unstack: got axis 0 *; *; *."),
    "nothing to stack": (lambda: vstack([]), OperandError, "vstack: got no operand; *; pass a list*."),
    "two shapes to stack": (
        lambda: hstack([Tensor(CUBE), Tensor(CUBE[:1])]),
        ShapeError,
        "Concatenate(axis=1): got shapes *; expected equal sizes on every axis but 1; *.",
    ),
    "a grid of matrices": (
        lambda: meshgrid(Tensor(CUBE)),
        ShapeError,
        "meshgrid: got shape (4, 2, 3); expected vectors; flatten it first.",
    ),
    "shapes that do not broadcast": (
        lambda: broadcast_arrays(Tensor(LINE), Tensor(LINE[:2])),
        ShapeError,
        "BroadcastTo(*): got (3,) and (2,); expected shapes that broadcast*; *.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
