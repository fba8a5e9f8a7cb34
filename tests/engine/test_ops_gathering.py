"""Indexing by arrays and masks, adding up at indices, replacing: NumPy's grammar, repeats, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    AxisError,
    EngineError,
    GetItem,
    GetItems,
    ItemError,
    ScatterAdd,
    SetItem,
    ShapeError,
    Tensor,
    get_items,
    pullback,
    pushforward,
    scatter_add,
    set_item,
    take,
    take_along_axis,
)
from engine.array import ArrayKey, Key, as_array
from engine.dtype import FLOAT32, FLOAT64

WHOLE = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
ALL = slice(None)
KEYS: list[tuple[Key | ArrayKey, ...]] = [
    ([0, 1, 0, -1],),
    ([],),
    ([[0, 1], [-1, 0]],),
    (np.array([1, 1], np.uint8),),
    (np.array(1), ..., [0, 0]),
    (WHOLE > 50,),
    (WHOLE[:, :, 0, 0] > 30,),
    (ALL, np.ones(3, bool), ALL, 0),
    (..., [True, False, True, False, True]),
    (np.zeros((2, 3, 4), bool),),
    (ALL, [0, 1], ..., [0, 1], ALL),
    (ALL, [0, 1], ..., [0, 1]),
    (ALL, [0, 1], ..., 0, ALL),
    (ALL, [0, 1], [0, 1]),
    (ALL, [0, 1], None, [0, 1]),
    (0, ALL, [0, 1, 1]),
    (1, [0, 2], 2, [1, 1]),
    (ALL, 0, ALL, [0, 1]),
    (slice(None, None, -2), [[0], [1]], [0, 1, 2]),
    (None, [0, 0], slice(1, 3)),
    (ALL, [0, -1], slice(0, 0)),
    ([[0], [1]], [[0, 2, 2]]),
]


def agree(got: Tensor, expected: object) -> None:
    np.testing.assert_array_equal(got.numpy(), as_array(expected), strict=True)


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_indexing_by_arrays_is_numpys_and_its_adjoint_adds_up(key: tuple[Key | ArrayKey, ...]) -> None:
    x = Tensor(WHOLE)
    y = x[key]
    places = np.arange(WHOLE.size).reshape(WHOLE.shape)[key]
    agree(y, WHOLE.ravel()[places])
    weights = np.arange(1.0, y.size + 1).reshape(y.shape)
    expected = np.zeros(WHOLE.shape)
    np.add.at(expected.reshape(-1), np.ravel(places), weights.ravel())
    (x_bar,) = pullback(y, [x], Tensor(weights))
    agree(x_bar, expected)
    agree(scatter_add(Tensor(weights), key, WHOLE.shape), expected)
    (tangent,) = pushforward([y], [x], [x])
    agree(tangent, y.numpy())


@pytest.mark.parametrize("key", [*KEYS, (0,), (ALL, -1), (..., None, 0), (slice(None, None, -2),)], ids=repr)
def test_replacing_is_what_numpy_does_in_place(key: tuple[Key | ArrayKey, ...]) -> None:
    x = Tensor(WHOLE)
    places = np.arange(WHOLE.size).reshape(WHOLE.shape)[key]
    weights = np.arange(1.0, places.size + 1).reshape(places.shape)
    if np.unique(places).size < places.size:
        with pytest.raises(ItemError):
            set_item(x, key, Tensor(weights))
        return
    new = Tensor(weights)
    y = set_item(x, key, new)
    expected = WHOLE.copy()
    expected.reshape(-1)[places] = weights
    agree(y, expected)
    x_bar, new_bar = pullback(y, [x, new], x)
    agree(new_bar, WHOLE.ravel()[places])
    expected = WHOLE.copy()
    expected.reshape(-1)[places] = 0.0
    agree(x_bar, expected)


def test_what_is_put_in_broadcasts_and_a_number_will_do() -> None:
    x, row = Tensor(np.zeros((2, 3))), Tensor([1.0, 2.0, 3.0])
    y = set_item(x, ALL, row)
    assert y.numpy().tolist() == [[1.0, 2.0, 3.0]] * 2
    (row_bar,) = pullback(y, [row])
    assert row_bar.numpy().tolist() == [2.0, 2.0, 2.0]
    assert set_item(x, (ALL, [0, 2]), 7.0).numpy().tolist() == [[7.0, 0.0, 7.0]] * 2
    assert x.numpy().tolist() == [[0.0] * 3] * 2


def test_what_was_replaced_gets_an_adjoint_of_0_even_beside_infinities() -> None:
    x = Tensor([np.inf, np.nan, 1.0])
    x_bar, b_bar = pullback(
        set_item(x, slice(0, 2), b := Tensor([5.0, 6.0])), [x, b], Tensor([np.inf, 1.0, 2.0])
    )
    assert x_bar.numpy().tolist() == [0.0, 0.0, 2.0]
    assert b_bar.numpy().tolist() == [np.inf, 1.0]


def test_operands_of_two_dtypes_meet_in_the_wider_and_keep_their_own_in_the_adjoint() -> None:
    narrow, wide = Tensor([1.0, 2.0], dtype="float32"), Tensor([3.0])
    for a, b in ((narrow, wide), (Tensor([1.0, 2.0]), Tensor([3.0], dtype="float32"))):
        y = set_item(a, slice(0, 1), b)
        a_bar, b_bar = pullback(y, [a, b])
        assert (y.dtype, a_bar.dtype, b_bar.dtype) == (FLOAT64, a.dtype, b.dtype)
        for moving in (a, b):
            (tangent,) = pushforward([y], [moving], [moving])
            assert tangent.dtype is FLOAT64
    assert set_item(narrow, 0, 3.0).dtype is FLOAT32


def test_an_index_is_canonical() -> None:
    x = Tensor(np.zeros((3, 2)))
    assert x[[-1, 0]].op == GetItems(((2, 0), slice(0, 2, 1)), (2,))
    assert x[np.array([True, False, True]), 1].op == GetItems(((0, 2), (1, 1)), (2,))
    assert x[np.array(-1)].op == GetItem((2, slice(0, 2, 1)))
    assert set_item(x, -1, 1.0).op == SetItem((2, slice(0, 2, 1)))
    assert scatter_add(Tensor([1.0, 2.0]), [0, 0], (3,)).op == ScatterAdd(((0, 0),), (2,), (3,))
    assert hash(GetItems(((2, 0), (1, 1)), (2,))) == hash(GetItems(((2, 0), (1, 1)), (2,)))


def test_take_is_numpys() -> None:
    x = Tensor(WHOLE)
    for axis in (None, 0, 1, -1):
        for indices in (0, -1, [0, -1, 0], [[0, 1], [1, 1]]):
            agree(take(x, indices, axis), np.take(WHOLE, indices, axis))
    assert take(x, [], 1).shape == (2, 0, 4, 5)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_take_along_axis_is_numpys(axis: int) -> None:
    order = np.argsort(np.cos(WHOLE), axis)
    agree(take_along_axis(Tensor(WHOLE), order, axis), np.take_along_axis(WHOLE, order, axis))
    first = np.take(order, [0, -1, 0], axis) if axis else order[:1]
    agree(take_along_axis(Tensor(WHOLE), first, axis), np.take_along_axis(WHOLE, first, axis))


def test_one_row_serves_all_in_take_along_axis() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    y = take_along_axis(x, [[1, 0, 1]], 1)
    assert y.numpy().tolist() == [[2.0, 1.0, 2.0], [4.0, 3.0, 4.0]]
    (x_bar,) = pullback(y, [x], Tensor([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]))
    assert x_bar.numpy().tolist() == [[2.0, 5.0], [16.0, 40.0]]


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "an index past the end": (
        lambda: ones(2, 3)[:, [0, 3]],
        ItemError,
        "index 3: got axis 1 of size 3; expected -3 ≤ index < 3; stay within the axis.",
    ),
    "an index into nothing": (lambda: take(ones(0), [0]), ItemError, "index 0: got axis 0 of size 0; *; *."),
    "a mask of another length": (
        lambda: ones(3)[np.ones(2, bool)],
        ItemError,
        "index by a mask: got 2 entries along axis 0 of size 3; expected 3 entries; say *.",
    ),
    "index arrays that do not broadcast": (
        lambda: ones(3, 3)[[0, 1], [0, 1, 2]],
        ItemError,
        "index arrays: got shapes (2,) and (3,); expected shapes that broadcast; reshape one of them.",
    ),
    "more arrays than axes": (lambda: ones(3)[[0], [0]], ItemError, "index *: got shape (3,); *; *."),
    "a place replaced twice": (
        lambda: set_item(ones(3), [0, -3], 1.0),
        ItemError,
        "SetItem: got 2 places, of which 1 differ; expected each place once; drop *.",
    ),
    "too much to put in": (
        lambda: set_item(ones(3), [0, 1], ones(3)),
        ShapeError,
        "SetItem(*): got *(2,) and (3,)*; expected shapes that broadcast*; reshape one of them.",
    ),
    "axes that the place has not": (
        lambda: set_item(ones(3), [0, 1], ones(1, 2)),
        ShapeError,
        "SetItem(*): got shape (1, 2); expected a shape that broadcasts to (2,); give *.",
    ),
    "fewer entries than indices": (
        lambda: scatter_add(ones(1), [0, 0], (3,)),
        ShapeError,
        "ScatterAdd(*): got shape (1,); expected shape (2,); give one entry for each index.",
    ),
    "indices along an axis for fewer axes": (
        lambda: take_along_axis(ones(2, 3), [0], 0),
        ItemError,
        "take_along_axis: got 1 axes; expected 2; give an index for each entry.",
    ),
    "an axis that is not there": (lambda: take(ones(2), [0], 1), AxisError, "take: got axis 1 *; *; *."),
    "an op with an index that its operand has not": (
        lambda: GetItems(((3,),), (1,))(ones(3)),
        ItemError,
        "GetItems(*): got index 3; expected index < 3 on axis 0; stay within the axis.",
    ),
    "an op with fewer items than axes": (
        lambda: GetItems(((0,),), (1,))(ones(3, 2)),
        ItemError,
        "GetItems(*): got 2 dimensions; expected 1; give one item for each axis.",
    ),
    "an op with an index from the end": (
        lambda: GetItems(((-1,),), (1,)),
        ItemError,
        "GetItems: got index array (-1,); expected 1 integers ≥ 0; use the function of the op.",
    ),
    "an op with arrays that do not fill their shape": (
        lambda: ScatterAdd(((0,),), (2,), (3,)),
        ItemError,
        "ScatterAdd: got index array (0,); expected 2 integers ≥ 0; use the function of the op.",
    ),
    "a truth value among arrays": (
        lambda: get_items(ones(3, 3), ([0, 1], True)),
        ItemError,
        "index True on axis 1: got bool; expected an integer*; *.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
