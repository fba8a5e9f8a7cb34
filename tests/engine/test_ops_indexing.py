from __future__ import annotations

import numpy as np
import pytest

from engine import GetItem, PutItem, Tensor, get_item, pullback, pushforward, put_item
from engine.array import Key
from engine.ops.indexing import canonical_index

CUBE = np.arange(24.0).reshape(2, 3, 4)
KEYS: list[Key | tuple[Key, ...]] = [
    0,
    -1,
    slice(None),
    slice(1, None),
    slice(None, None, -1),
    slice(-1, None, -2),
    slice(5, 9),
    slice(0, 0, 2),
    ...,
    None,
    (),
    (1, 2),
    (1, 2, 3),
    (-1, -2, -3),
    (..., 0),
    (0, ..., None),
    (slice(None), 1),
    (None, 1, None, ..., slice(None, None, 2)),
    (slice(None), slice(2, None, -1), slice(3, 0, -2)),
    (slice(None), slice(0, 1, 2)),
    (..., slice(None, 0)),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_indexing_is_numpys_and_its_adjoint_puts_the_entries_back(
    key: Key | tuple[Key, ...],
) -> None:
    x = Tensor(CUBE)
    y = x[key]
    np.testing.assert_array_equal(y.numpy(), np.asarray(CUBE[key]), strict=True)
    weights = np.arange(1.0, y.size + 1).reshape(y.shape)
    (x_bar,) = pullback(y, [x], Tensor(weights))
    expected = np.zeros(CUBE.shape)
    expected[key] = weights
    np.testing.assert_array_equal(x_bar.numpy(), expected, strict=True)
    (tangent,) = pushforward([y], [x], [x])
    np.testing.assert_array_equal(tangent.numpy(), y.numpy(), strict=True)


def test_a_stride_that_selects_one_entry_touches_no_other() -> None:
    x = Tensor([1.0, 2.0])
    (x_bar,) = pullback(x[0::2], [x])
    assert x_bar.numpy().tolist() == [1.0, 0.0]
    (x_bar,) = pullback(x[::-2], [x])
    assert x_bar.numpy().tolist() == [0.0, 1.0]


def test_numpy_integers_are_indices() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    for index in np.array([1, -1]):
        assert get_item(x, int(index)).op == x[int(index)].op
    (picked,) = map(x.__getitem__, np.array([2]))
    assert picked.item() == 3.0


def test_the_index_is_canonical() -> None:
    shape = (2, 3)
    assert canonical_index((-1,), shape) == (1, slice(0, 3, 1))
    assert canonical_index((..., slice(None, None, -1)), shape) == (slice(0, 2, 1), slice(2, None, -1))
    assert canonical_index((slice(5, 1),), shape) == (slice(0, 0, 1), slice(0, 3, 1))
    assert canonical_index((None, 0, -3), shape) == (None, 0, 0)
    assert Tensor([1.0, 2.0])[-1].op == GetItem((1,))


def test_put_item_is_zero_everywhere_else() -> None:
    x = Tensor([1.0, 2.0])
    y = put_item(x, (slice(None, None, 2), -1), (3, 2))
    assert y.op == PutItem((slice(0, 3, 2), 1), (3, 2))
    assert y.numpy().tolist() == [[0.0, 1.0], [0.0, 0.0], [0.0, 2.0]]
    (x_bar,) = pullback(y, [x], Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    assert x_bar.numpy().tolist() == [2.0, 6.0]


def test_reading_one_entry_twice_gives_it_both_adjoints() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    (x_bar,) = pullback(x[0] * 10 + x[:2].sum() + x[-3], [x])
    assert x_bar.numpy().tolist() == [12.0, 1.0, 0.0]


def test_an_item_keeps_the_dtype() -> None:
    x = Tensor([1.0, 2.0], dtype="float32")
    (x_bar,) = pullback(x[1], [x])
    assert (x[1].dtype, x_bar.dtype) == (x.dtype, x.dtype)
