from collections.abc import Callable
from itertools import starmap
from typing import ParamSpec, TypeVar

import numpy as np
import pytest

from engine import AxisError, ParameterError
from engine.axes import (
    canonical_axes,
    canonical_axis,
    canonical_shape,
    distinct_axes,
    reduced_shape,
    subsets,
)

P = ParamSpec("P")
T = TypeVar("T")


def called(function: Callable[P, T], *args: object) -> T:
    """``function(*args)``, for arguments that the types refuse."""
    (result,) = starmap(function, [args])
    return result


@pytest.mark.parametrize(("axis", "expected"), [(0, 0), (2, 2), (-1, 2), (-3, 0)])
def test_an_axis_is_counted_from_the_front(axis: int, expected: int) -> None:
    assert canonical_axis("op", axis, 3) == expected


@pytest.mark.parametrize(("axis", "ndim"), [(3, 3), (-4, 3), (0, 0), (-1, 0)])
def test_an_axis_out_of_range_is_refused(axis: int, ndim: int) -> None:
    with pytest.raises(AxisError) as caught:
        canonical_axis("op", axis, ndim)
    assert caught.value.what == "op"
    assert caught.value.got == f"axis {axis} for {ndim} dimensions"


def test_a_numpy_integer_is_an_axis_and_a_float_is_none() -> None:
    assert called(canonical_axis, "op", np.int64(-2), 3) == 1
    with pytest.raises(AxisError):
        called(canonical_axis, "op", 1.0, 3)


def test_none_means_every_axis() -> None:
    assert canonical_axes("op", None, 3) == (0, 1, 2)
    assert canonical_axes("op", None, 0) == ()


def test_axes_are_sorted_where_their_order_has_no_meaning() -> None:
    assert canonical_axes("op", (-1, 0), 3) == (0, 2)
    assert canonical_axes("op", [2, -3], 3) == (0, 2)
    assert canonical_axes("op", (), 3) == ()
    assert canonical_axes("op", 0, 3) == (0,)


def test_axes_keep_their_order_where_it_has_one() -> None:
    assert distinct_axes("op", (-1, 0, 1), 3) == (2, 0, 1)


@pytest.mark.parametrize("axes", [(0, 0), (1, -2), (-1, 2)])
def test_an_axis_named_twice_is_refused(axes: tuple[int, int]) -> None:
    with pytest.raises(AxisError) as caught:
        distinct_axes("op", axes, 3)
    assert caught.value.got == f"axes {axes}"


def test_a_shape_is_an_int_or_a_sequence_of_integers() -> None:
    assert canonical_shape("op", 3) == (3,)
    assert canonical_shape("op", [2, 3]) == (2, 3)
    assert canonical_shape("op", ()) == ()
    assert called(canonical_shape, "op", (np.int64(2), np.int64(3))) == (2, 3)
    with pytest.raises(ParameterError):
        called(canonical_shape, "op", [1.5])


def test_the_reduced_shape_drops_the_axes_or_keeps_them_with_size_1() -> None:
    assert reduced_shape((2, 3, 4), (0, 2), keepdims=False) == (3,)
    assert reduced_shape((2, 3, 4), (0, 2), keepdims=True) == (1, 3, 1)
    assert reduced_shape((2, 3), (), keepdims=False) == (2, 3)


def test_subsets_are_each_subset_once_with_the_whole_first() -> None:
    assert subsets((0, 1, 2)) == [(0, 1, 2), (), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    assert subsets(()) == [()]
