"""NaN and infinities: no law draws them, so all that is said of them is held here."""

from collections.abc import Callable
from math import inf, nan

import numpy as np
import pytest

from engine import Tensor, fmax, fmin, isfinite, isnan, nan_to_num, pullback, pushforward

A, B = [1.0, nan, 3.0, nan, inf, -inf], [nan, 2.0, 3.0, nan, nan, 5.0]


@pytest.mark.parametrize(
    ("function", "values", "of_a", "of_b"),
    [
        (
            fmax,
            [1.0, 2.0, 3.0, nan, inf, 5.0],
            [1.0, 0.0, 0.5, 0.0, 1.0, 0.0],
            [0.0, 1.0, 0.5, 0.0, 0.0, 1.0],
        ),
        (fmin, [1.0, 2.0, 3.0, nan, inf, -inf], [1.0, 0.0, 0.5, 0.0, 1.0, 1.0], [0.0, 1.0, 0.5, 0, 0.0, 0.0]),
    ],
)
def test_what_is_no_number_is_passed_over_and_gets_no_derivative(
    function: Callable[[Tensor, Tensor], Tensor], values: list[float], of_a: list[float], of_b: list[float]
) -> None:
    a, b = Tensor(A), Tensor(B)
    y = function(a, b)
    np.testing.assert_array_equal(y.numpy(), values)
    assert [bar.numpy().tolist() for bar in pullback(y, [a, b])] == [of_a, of_b]
    (moved,) = pushforward([y], [a, b], [Tensor([10.0] * 6), Tensor([1.0] * 6)])
    assert moved.numpy().tolist() == [10 * x + z for x, z in zip(of_a, of_b, strict=True)]


def test_marks_say_what_is_a_number_and_what_is_finite() -> None:
    x = Tensor([nan, inf, -inf, 0.0, -2.0], dtype="float32")
    for function, expected in ((isnan, [1, 0, 0, 0, 0]), (isfinite, [0, 0, 0, 1, 1])):
        y = function(x)
        assert (y.numpy().tolist(), y.dtype) == (expected, x.dtype)
        assert pullback(y, [x])[0].numpy().tolist() == [0.0] * 5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_take_the_place_of_what_is_none(dtype: str) -> None:
    a = np.array([nan, inf, -inf, 7.0], dtype)
    x = Tensor(a)
    y = nan_to_num(x)
    np.testing.assert_array_equal(y.numpy(), np.nan_to_num(a))
    assert y.numpy().dtype == a.dtype
    assert nan_to_num(x, -1.0, 2.0, 3.0).numpy().tolist() == [-1.0, 2.0, 3.0, 7.0]
    assert pullback(y, [x])[0].numpy().tolist() == [0.0, 0.0, 0.0, 1.0]
