"""Turning, shifting, repeating, framing and cutting out: NumPy's spelling, defaults and refusals."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    AxisError,
    Diagonal,
    EngineError,
    Flip,
    Pad,
    ParameterError,
    Permute,
    PutDiagonal,
    Repeat,
    Roll,
    Rot90,
    ShapeError,
    Tensor,
    Tile,
    Transpose,
    diag,
    diagonal,
    expand_dims,
    flatten,
    flip,
    moveaxis,
    pad,
    pullback,
    ravel,
    repeat,
    roll,
    rot90,
    squeeze,
    swapaxes,
    tile,
    trace,
    tril,
    triu,
)
from engine.array import as_array
from engine.ops.padding import PadMode

CUBE = np.arange(24.0).reshape(4, 2, 3)
LINE = np.array([1.0, 2.0, 3.0])
MATRIX = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
OFFSETS = range(-5, 6)
CUBE_T, LINE_T, MATRIX_T = Tensor(CUBE), Tensor(LINE), Tensor(MATRIX)


def agree(got: Tensor, expected: object) -> None:
    np.testing.assert_array_equal(got.numpy(), as_array(expected), strict=True)


@pytest.mark.parametrize("source", range(-3, 3))
@pytest.mark.parametrize("goal", range(-3, 3))
def test_axes_move_and_swap_as_numpys(source: int, goal: int) -> None:
    agree(moveaxis(CUBE_T, source, goal), np.moveaxis(CUBE, source, goal))
    agree(swapaxes(CUBE_T, source, goal), np.swapaxes(CUBE, source, goal))


def test_several_axes_move_at_once() -> None:
    agree(moveaxis(CUBE_T, (0, 1), (-1, 0)), np.moveaxis(CUBE, (0, 1), (-1, 0)))
    assert moveaxis(CUBE_T, 0, 2).op == Permute((1, 2, 0))
    assert swapaxes(CUBE_T, -1, 0).op == Transpose((0, 2))
    assert swapaxes(CUBE_T, -1, 2) is CUBE_T


def test_axes_of_size_1_come_and_go() -> None:
    assert expand_dims(MATRIX_T, 0).shape == (1, 2, 3)
    assert expand_dims(MATRIX_T, (-1, 0)).shape == (1, 2, 3, 1)
    assert squeeze(expand_dims(MATRIX_T, (-1, 0))).shape == (2, 3)
    assert squeeze(expand_dims(MATRIX_T, (-1, 0)), -1).shape == (1, 2, 3)


def test_axes_are_made_one() -> None:
    agree(ravel(CUBE_T), CUBE.ravel())
    assert ravel(Tensor(1.0)).shape == (1,)
    assert flatten(CUBE_T, 1).shape == (4, 6)
    assert flatten(CUBE_T, -3, 1).shape == (8, 3)


def test_flip_takes_all_axes_by_default() -> None:
    agree(flip(CUBE_T), np.flip(CUBE))
    assert flip(CUBE_T, (-1, 0)).op == Flip((0, 2))
    assert flip(LINE_T).numpy().tolist() == [3.0, 2.0, 1.0]


@pytest.mark.parametrize("shift", OFFSETS)
def test_roll_is_numpys(shift: int) -> None:
    agree(roll(CUBE_T, shift), np.roll(CUBE, shift))
    agree(roll(CUBE_T, shift, -1), np.roll(CUBE, shift, -1))
    agree(roll(CUBE_T, shift, (2, 0)), np.roll(CUBE, shift, (2, 0)))
    agree(roll(CUBE_T, (shift, 1), (0, 0)), np.roll(CUBE, (shift, 1), (0, 0)))
    agree(roll(CUBE_T, (shift, 2), 0), np.roll(CUBE, (shift, 2), 0))


def test_shifts_of_one_axis_add_up() -> None:
    assert roll(CUBE_T, (1, 2, -1), (0, 2, -3)).op == Roll((0, 2), (0, 2))
    assert roll(LINE_T, 1).numpy().tolist() == [3.0, 1.0, 2.0]
    assert roll(Tensor(1.0), 1).item() == 1.0


@pytest.mark.parametrize("turns", OFFSETS)
def test_rot90_is_numpys(turns: int) -> None:
    agree(rot90(CUBE_T, turns), np.rot90(CUBE, turns))
    agree(rot90(CUBE_T, turns, (-1, 0)), np.rot90(CUBE, turns, (-1, 0)))


def test_turns_are_counted_from_the_first_axis_to_the_second() -> None:
    assert rot90(MATRIX_T, -1).op == Rot90(3, (0, 1))
    assert rot90(MATRIX_T, 1, (1, 0)).op == Rot90(3, (0, 1))
    assert rot90(MATRIX_T).numpy().tolist() == [[3.0, 6.0], [2.0, 5.0], [1.0, 4.0]]


@pytest.mark.parametrize("reps", [2, (2,), (3, 1), (2, 1, 2), (0, 2), ()], ids=repr)
def test_tile_is_numpys(reps: int | tuple[int, ...]) -> None:
    agree(tile(MATRIX_T, reps), np.tile(MATRIX, reps))
    agree(tile(LINE_T, reps), np.tile(LINE, reps))


def test_the_adjoint_of_copies_is_their_sum() -> None:
    (x_bar,) = pullback(tile(LINE_T, 2), [LINE_T], Tensor([1.0, 2.0, 3.0, 10.0, 20.0, 30.0]))
    assert x_bar.numpy().tolist() == [11.0, 22.0, 33.0]
    (x_bar,) = pullback(repeat(LINE_T, 2), [LINE_T], Tensor([1.0, 2.0, 3.0, 10.0, 20.0, 30.0]))
    assert x_bar.numpy().tolist() == [3.0, 13.0, 50.0]


def test_repeat_takes_all_entries_by_default() -> None:
    agree(repeat(MATRIX_T, 2), np.repeat(MATRIX, 2))
    agree(repeat(MATRIX_T, 2, -1), np.repeat(MATRIX, 2, -1))
    agree(repeat(MATRIX_T, 0, 0), np.repeat(MATRIX, 0, 0))


MODES: tuple[PadMode, ...] = ("edge", "reflect", "symmetric", "wrap")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("widths", [0, 1, 5, (2, 0), ((1, 2), (0, 7))], ids=repr)
def test_padding_with_entries_is_numpys(mode: PadMode, widths: int | tuple[int, int]) -> None:
    agree(pad(MATRIX_T, widths, mode), np.pad(MATRIX, widths, mode=mode))


def test_padding_with_a_number_is_numpys() -> None:
    agree(pad(MATRIX_T, 1), np.pad(MATRIX, 1))
    agree(pad(MATRIX_T, ((1, 0), (0, 2)), value=2.5), np.pad(MATRIX, ((1, 0), (0, 2)), constant_values=2.5))
    agree(pad(MATRIX_T, ((1,), (2,))), np.pad(MATRIX, ((1,), (2,))))
    agree(pad(Tensor(1.0), 2), 1.0)
    assert pad(LINE_T, (1, 2), value=-np.inf).op == Pad(((1, 2),), -np.inf)


def test_an_infinite_frame_leaves_the_adjoint_and_the_dtype_alone() -> None:
    x = Tensor(LINE, dtype="float32")
    y = pad(x, 1, value=np.inf)
    (x_bar,) = pullback(y, [x])
    assert (y.dtype, x_bar.dtype) == (x.dtype, x.dtype)
    assert x_bar.numpy().tolist() == [1.0, 1.0, 1.0]


def test_a_reflected_entry_gets_the_adjoints_of_all_its_places() -> None:
    (x_bar,) = pullback(pad(LINE_T, 2, "reflect"), [LINE_T], Tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]))
    assert x_bar.numpy().tolist() == [4.0 + 64.0, 2.0 + 8.0 + 32.0, 1.0 + 16.0]


@pytest.mark.parametrize("k", OFFSETS)
def test_triangles_and_diagonals_are_numpys(k: int) -> None:
    agree(tril(CUBE_T, k), np.tril(CUBE, k))
    agree(triu(CUBE_T, k), np.triu(CUBE, k))
    agree(diagonal(CUBE_T, k), np.diagonal(CUBE, k))
    agree(diagonal(CUBE_T, k, -1, 0), np.diagonal(CUBE, k, -1, 0))
    agree(trace(CUBE_T, k, 2, 1), np.trace(CUBE, k, 2, 1))
    agree(diag(LINE_T, k), np.diag(LINE, k))
    agree(diag(MATRIX_T, k), np.diag(MATRIX, k))


def test_what_a_triangle_leaves_out_may_be_infinite_or_no_number() -> None:
    x = Tensor([[1.0, np.inf], [2.0, 3.0]])
    assert tril(x).numpy().tolist() == [[1.0, 0.0], [2.0, 3.0]]
    (x_bar,) = pullback(triu(x), [x], Tensor([[1.0, 1.0], [np.nan, 1.0]]))
    assert x_bar.numpy().tolist() == [[1.0, 1.0], [0.0, 1.0]]


def test_the_adjoint_of_a_trace_is_a_diagonal() -> None:
    x = Tensor(np.ones((2, 3)))
    (x_bar,) = pullback(trace(x, 1), [x], Tensor(5.0))
    assert x_bar.numpy().tolist() == [[0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]
    assert diagonal(x, 1, 1, 0).op == Diagonal(-1, (0, 1))
    assert diag(LINE_T, -1).op == PutDiagonal(-1, (0, 1), (4, 4))


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "one axis to two places": (
        lambda: moveaxis(CUBE_T, 0, (0, 1)),
        AxisError,
        "moveaxis: got 1 axes to 2 places; expected one place for each axis; pair them up.",
    ),
    "an axis of another size": (
        lambda: squeeze(MATRIX_T, 0),
        ShapeError,
        "squeeze: got axis 0 of size 2; expected size 1; choose axes of size 1.",
    ),
    "axes to flatten backwards": (
        lambda: flatten(CUBE_T, 2, 1),
        AxisError,
        "flatten: got axes 2 to 1; expected start ≤ end; exchange the two.",
    ),
    "an axis to flip that is not there": (lambda: flip(LINE_T, 1), AxisError, "flip: got axis 1 *; *; *."),
    "shifts and axes that do not pair": (
        lambda: roll(CUBE_T, (1, 2), (0, 1, 2)),
        ParameterError,
        "roll: got 2 shifts for 3 axes; expected one shift for each axis; pair them up.",
    ),
    "the same in the class": (
        lambda: Roll((1,), (0, 1)),
        ParameterError,
        "Roll: got 1 shifts for 2 axes; expected one shift for each axis; pair them up.",
    ),
    "a turn in one axis": (
        lambda: rot90(CUBE_T, 1, (0,)),
        AxisError,
        "rot90: got axes (0,); expected two axes; name the plane to turn in.",
    ),
    "five turns": (
        lambda: Rot90(5, (0, 1)),
        ParameterError,
        "Rot90: got 5 turns; expected 0 ≤ turns < 4; *.",
    ),
    "fewer copies than none": (
        lambda: tile(LINE_T, -1),
        ParameterError,
        "Tile: got -1 copies; expected numbers ≥ 0; repeat 0 times or more.",
    ),
    "fewer repetitions than none": (
        lambda: repeat(LINE_T, -2),
        ParameterError,
        "Repeat: got -2 copies; *; *.",
    ),
    "copies along fewer axes than there are": (
        lambda: Tile((2,))(MATRIX_T),
        ShapeError,
        "Tile(reps=(2,)): got 2 dimensions; expected at most 1; give one number for each axis.",
    ),
    "repetition along an axis that is not there": (
        lambda: Repeat(2, 1)(LINE_T),
        AxisError,
        "Repeat(count=2, axis=1): got axis 1 for 1 dimensions; expected -1 ≤ axis < 1; *.",
    ),
    "a negative width": (
        lambda: pad(LINE_T, -1),
        ParameterError,
        "Pad: got a width of -1; expected widths ≥ 0; index to cut entries off.",
    ),
    "widths for another number of axes": (
        lambda: pad(LINE_T, ((1, 1), (1, 1)), "edge"),
        ShapeError,
        "Pad(*): got 1 dimensions; expected 2; give a pair of widths for each axis.",
    ),
    "three widths for one axis": (
        lambda: pad(LINE_T, (1, 1, 1)),
        ParameterError,
        "pad: got widths (1, 1, 1); expected a pair for each axis; list (before, behind).",
    ),
    "edges of nothing": (
        lambda: pad(Tensor(np.zeros((2, 0))), 1, "edge"),
        ShapeError,
        "pad with mode 'edge': got shape (*, 0); expected at least one entry along axis 1; *.",
    ),
    "the triangle of a vector": (
        lambda: tril(LINE_T),
        ShapeError,
        "Tril(offset=0): got shape (3,); expected at least 2 axes; reshape the operand to a matrix.",
    ),
    "the diagonal of a vector": (lambda: trace(LINE_T), AxisError, "diagonal: got axis 1 *; expected *; *."),
    "the diagonal of one axis with itself": (
        lambda: diagonal(CUBE_T, 0, 1, -2),
        AxisError,
        "diagonal: got axes (1, -2); expected each axis once; *.",
    ),
    "a cube made a diagonal": (
        lambda: diag(CUBE_T),
        ShapeError,
        "diag: got shape (4, 2, 3); expected a vector or a matrix; use diagonal for more axes.",
    ),
    "a diagonal of another length": (
        lambda: PutDiagonal(1, (0, 1), (3, 3))(LINE_T),
        ShapeError,
        "PutDiagonal(*): got shape (3,); expected shape (2,); give the shape of the diagonal.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
