import pickle

import numpy as np
import pytest

from engine import DTypeError, OperandError, Tensor
from engine.array import array_of, as_array, is_float, item_of, join, largest, matrix_product, pile, total
from engine.dtype import FLOAT32, FLOAT64


def test_as_array_makes_a_0_d_array_of_a_numpy_scalar() -> None:
    array = as_array(np.float32(2.5))
    assert type(array) is np.ndarray
    assert (array.shape, array.dtype, array.item()) == ((), FLOAT32, 2.5)


def test_as_array_hands_a_float_array_on_unchanged() -> None:
    array = np.ones(2, np.float32)
    assert as_array(array) is array


@pytest.mark.parametrize("result", [None, "text", object(), [None, 1.0]])
def test_as_array_refuses_what_is_no_number(result: object) -> None:
    with pytest.raises((OperandError, DTypeError)):
        as_array(result)


@pytest.mark.parametrize("dtype", ["float16", "int64", "bool", "complex128", ">f8"])
def test_as_array_refuses_other_dtypes(dtype: str) -> None:
    with pytest.raises(DTypeError):
        as_array(np.zeros(2, dtype))


@pytest.mark.parametrize(
    ("dtype", "expected"), [("float32", True), ("float64", True), ("float16", False), (">f8", False)]
)
def test_is_float_knows_the_two_dtypes_in_the_byte_order_of_the_machine(dtype: str, expected: bool) -> None:
    assert is_float(np.zeros(2, dtype)) is expected


def test_an_array_that_came_through_pickle_is_an_array_like_any_other() -> None:
    original = np.array([1.0, 2.0])
    arrived: object = pickle.loads(pickle.dumps(original))
    assert as_array(arrived).tolist() == [1.0, 2.0]
    assert (Tensor(as_array(arrived)) * Tensor([1.0, 2.0])).numpy().tolist() == [1.0, 4.0]


def test_a_dtype_with_metadata_is_the_dtype_that_it_equals() -> None:
    tagged = np.zeros(2, np.dtype(np.float64, metadata={"unit": "m"}))
    assert as_array(tagged).tolist() == [0.0, 0.0]


def test_array_of_copies_only_if_asked() -> None:
    data = np.ones(3)
    assert array_of(data, None, integers=False, copy=False) is data
    copied = array_of(data, None, integers=False, copy=True)
    assert copied is not data
    assert not np.shares_memory(copied, data)


def test_array_of_converts_to_the_dtype_that_is_named() -> None:
    made = array_of([1, 2], FLOAT32, integers=False, copy=True)
    assert made.dtype is FLOAT32
    assert made.tolist() == [1.0, 2.0]


def test_array_of_takes_integers_only_where_they_are_allowed() -> None:
    assert array_of([1, 2], None, integers=True, copy=True).dtype is FLOAT64
    with pytest.raises(DTypeError):
        array_of([1, 2], None, integers=False, copy=True)


def test_an_array_of_one_long_text_is_shown_short() -> None:
    with pytest.raises(OperandError) as caught:
        array_of(["a" * 1000], None, integers=False, copy=True)
    assert len(caught.value.got) < 70


def test_reductions_to_0_d_are_arrays() -> None:
    a = np.array([1.0, 2.0], np.float32)
    for result in (total(a, (0,), False), largest(a, (0,), False), matrix_product(a, a), item_of(a, (1,))):
        assert type(result) is np.ndarray
        assert (result.shape, result.dtype) == ((), FLOAT32)


def test_join_and_pile_put_arrays_behind_and_beside_one_another() -> None:
    a, b = np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]])
    assert join([a, b], 1).tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert pile([a, b], 0).tolist() == [[[1.0], [2.0]], [[3.0], [4.0]]]
