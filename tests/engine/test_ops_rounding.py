"""Rounding: which whole number, and what is refused as a divisor."""

from collections.abc import Callable
from math import inf, isclose, nan

import pytest

from engine import (
    EngineError,
    ParameterError,
    RemainderScalar,
    Tensor,
    ceil,
    floor,
    floor_divide,
    pullback,
    remainder,
    remainder_scalar,
    round,
    trunc,
)

POINTS = [-2.5, -1.5, -0.25, 0.0, 0.5, 1.5, 2.0, 2.75]
ROUNDED: list[tuple[Callable[[Tensor], Tensor], list[float]]] = [
    (floor, [-3.0, -2.0, -1.0, 0.0, 0.0, 1.0, 2.0, 2.0]),
    (ceil, [-2.0, -1.0, 0.0, 0.0, 1.0, 2.0, 2.0, 3.0]),
    (round, [-2.0, -2.0, 0.0, 0.0, 0.0, 2.0, 2.0, 3.0]),
    (trunc, [-2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 2.0]),
]


@pytest.mark.parametrize(("function", "expected"), ROUNDED)
def test_values_are_whole_and_the_derivative_is_zero(
    function: Callable[[Tensor], Tensor], expected: list[float]
) -> None:
    x = Tensor(POINTS)
    y = function(x)
    assert y.numpy().tolist() == expected
    assert pullback(y, [x])[0].numpy().tolist() == [0.0] * len(POINTS)


@pytest.mark.parametrize(
    ("divisor", "expected"),
    [
        (2.0, [1.5, 0.5, 1.75, 0.0, 0.5, 1.5, 0.0, 0.75]),
        (-2.0, [-0.5, -1.5, -0.25, 0.0, -1.5, -0.5, 0.0, -1.25]),
    ],
)
def test_a_remainder_has_the_sign_of_the_divisor_and_derivative_one(
    divisor: float, expected: list[float]
) -> None:
    x = Tensor(POINTS)
    y = remainder_scalar(x, divisor)
    assert y.numpy().tolist() == expected
    assert pullback(y, [x])[0].numpy().tolist() == [1.0] * len(POINTS)


@pytest.mark.parametrize("divisor", [0.0, -0.0, inf, nan])
def test_a_divisor_that_leaves_no_remainder_is_refused(
    divisor: float, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    words = f"RemainderScalar: got divisor {divisor}; expected a finite number other than 0; choose one."
    refused(lambda: RemainderScalar(divisor), ParameterError, words)
    refused(lambda: remainder_scalar(Tensor(1.0), divisor), ParameterError, words)


def test_a_remainder_of_two_tensors_has_the_sign_of_the_divisor_and_counts_how_often_it_went() -> None:
    a, b = Tensor([7.0, -7.0, 7.0, -7.0, 6.0, -6.0]), Tensor([3.0, 3.0, -3.0, -3.0, 3.0, 3.0])
    y = remainder(a, b)
    assert y.numpy().tolist() == [1.0, 2.0, -2.0, -1.0, 0.0, 0.0]
    times = [2.0, -3.0, -3.0, 2.0, 2.0, -2.0]
    assert floor_divide(a, b).numpy().tolist() == times
    a_bar, b_bar = pullback(y, [a, b])
    assert a_bar.numpy().tolist() == [1.0] * 6
    assert b_bar.numpy().tolist() == [-each for each in times]


def test_a_remainder_by_infinity_is_the_dividend_or_one_divisor_away() -> None:
    a, b = Tensor([2.0, -2.0]), Tensor([inf, inf])
    y = remainder(a, b)
    assert y.numpy().tolist() == [2.0, inf]
    assert [bar.numpy().tolist() for bar in pullback(y, [a, b])] == [[1.0, 1.0], [0.0, 1.0]]


def test_a_quotient_that_is_rounded_up_to_a_whole_number_is_not_counted_as_one() -> None:
    """The float 0.1 is more than a tenth, so it goes 9 times into 1, though 1 / 0.1 rounds to 10."""
    a, b = Tensor(1.0), Tensor(0.1)
    assert (a / b).item() == 10.0
    y = remainder(a, b)
    assert isclose(y.item(), 0.1)
    assert [bar.item() for bar in pullback(y, [a, b])] == [1.0, -9.0]
