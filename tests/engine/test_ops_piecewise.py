"""Corners, steps and ties: the conventions that the docstrings state."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    Tensor,
    absolute,
    compare,
    eager,
    grad,
    hessian,
    jvp,
    lazy,
    log,
    maximum,
    minimum,
    pullback,
    pushforward,
    relu,
    sign,
    sqrt,
    step,
    where,
)

POINTS = [-2.0, 0.0, 3.0]
CORNERS: list[tuple[Callable[[Tensor], Tensor], list[float], list[float]]] = [
    (relu, [0.0, 0.0, 3.0], [0.0, 0.0, 1.0]),
    (absolute, [2.0, 0.0, 3.0], [-1.0, 0.0, 1.0]),
    (step, [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
    (sign, [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("function", "value", "slope"), CORNERS)
def test_values_and_derivatives_around_a_corner(
    function: Callable[[Tensor], Tensor], value: list[float], slope: list[float], dtype: str
) -> None:
    x = Tensor(POINTS, dtype=dtype)
    y = function(x)
    (x_bar,) = pullback(y, [x], Tensor([1.0] * 3, dtype=dtype))
    (tangent,) = pushforward([y], [x], [Tensor([1.0] * 3, dtype=dtype)])
    assert y.numpy().tolist() == value
    assert x_bar.numpy().tolist() == tangent.numpy().tolist() == slope
    assert y.dtype.name == x_bar.dtype.name == tangent.dtype.name == dtype


@pytest.mark.parametrize("function", [relu, absolute, step, sign])
def test_second_derivatives_of_a_corner_are_zero(function: Callable[[Tensor], Tensor]) -> None:
    for x in POINTS:
        assert hessian(function)(x).item() == 0.0


def test_infinities_pass_a_corner_without_nan() -> None:
    x = Tensor([-math.inf, math.inf])
    assert relu(x).numpy().tolist() == [0.0, math.inf]
    (x_bar,) = pullback(relu(x), [x])
    assert x_bar.numpy().tolist() == [0.0, 1.0]


def test_relu_leaves_its_input_alone() -> None:
    x = Tensor(POINTS)
    y = relu(x) * x
    y.backward()
    assert x.numpy().tolist() == POINTS
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [0.0, 0.0, 6.0]


@pytest.mark.parametrize(
    ("function", "value", "first", "second"),
    [
        (maximum, [4.0, 2.0, 5.0], [0.0, 0.5, 1.0], [1.0, 0.5, 0.0]),
        (minimum, [1.0, 2.0, 3.0], [1.0, 0.5, 0.0], [0.0, 0.5, 1.0]),
    ],
)
def test_at_a_tie_each_operand_gets_half(
    function: Callable[[Tensor, Tensor], Tensor], value: list[float], first: list[float], second: list[float]
) -> None:
    a, b = Tensor([1.0, 2.0, 5.0]), Tensor([4.0, 2.0, 3.0])
    ones = Tensor([1.0] * 3)
    y = function(a, b)
    assert y.numpy().tolist() == value
    assert [bar.numpy().tolist() for bar in pullback(y, [a, b])] == [first, second]
    moved = [pushforward([y], [x], [ones])[0].numpy().tolist() for x in (a, b)]
    assert moved == [first, second]


def test_the_maximum_of_a_value_and_itself_has_derivative_one() -> None:
    def both(x: Tensor) -> Tensor:
        return maximum(x, x)

    assert grad(both)(3.0).item() == 1.0
    assert jvp(both, [3.0], [1.0])[1].item() == 1.0


def test_a_tie_that_broadcasting_makes_is_shared_too() -> None:
    row, number = Tensor([1.0, 2.0, 3.0]), Tensor(2.0)
    row_bar, number_bar = pullback(maximum(row, number), [row, number])
    assert row_bar.numpy().tolist() == [0.0, 0.5, 1.0]
    assert number_bar.item() == 1.5


def test_compare_is_the_sign_of_the_difference_with_derivative_zero() -> None:
    a, b = Tensor([1.0, 2.0, 3.0]), Tensor([2.0])
    y = compare(a, b)
    assert y.numpy().tolist() == [-1.0, 0.0, 1.0]
    assert [bar.numpy().tolist() for bar in pullback(y, [a, b])] == [[0.0] * 3, [0.0]]
    assert compare(Tensor([math.inf]), Tensor([math.inf])).item() == 0.0


def test_where_takes_each_entry_from_one_side() -> None:
    condition = np.array([True, False, True])
    a, b = Tensor([1.0, 2.0, 3.0]), Tensor([10.0])
    y = where(condition, a, b)
    a_bar, b_bar = pullback(y, [a, b], Tensor([5.0, 6.0, 7.0]))
    assert y.numpy().tolist() == [1.0, 10.0, 3.0]
    assert a_bar.numpy().tolist() == [5.0, 0.0, 7.0]
    assert b_bar.numpy().tolist() == [6.0]


def test_where_takes_a_number_on_either_side_in_the_dtype_of_the_other() -> None:
    x = Tensor([1.0, -1.0], dtype="float32")
    mask = x > 0
    for mode in (eager, lazy):
        with mode():
            left, right = where(mask, x, 0.0), where(mask, 7, x)
        assert left.dtype is right.dtype is x.dtype
        assert left.numpy().tolist() == [1.0, 0.0]
        assert right.numpy().tolist() == [7.0, -1.0]


def test_where_takes_a_tensor_as_condition_and_gives_it_derivative_zero() -> None:
    condition, a, b = Tensor([0.0, 2.0, math.nan]), Tensor([1.0] * 3), Tensor([5.0] * 3)
    y = where(condition, a, b)
    bars = pullback(y, [condition, a, b])
    assert y.numpy().tolist() == [5.0, 1.0, 1.0]
    assert [bar.numpy().tolist() for bar in bars] == [[0.0] * 3, [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]
    (tangent,) = pushforward([y], [condition], [Tensor([1.0] * 3)])
    assert tangent.numpy().tolist() == [0.0] * 3


def test_a_nan_that_is_not_selected_reaches_neither_value_nor_derivative() -> None:
    x = Tensor([-1.0, 0.0, 2.0])
    with np.errstate(invalid="ignore", divide="ignore"):
        y = where(x > 0, log(x), x * 3)
        (x_bar,) = pullback(y, [x])
        (tangent,) = pushforward([y], [x], [Tensor([1.0] * 3)])
    assert y.numpy().tolist() == [-3.0, 0.0, math.log(2.0)]
    assert tangent.numpy().tolist() == [3.0, 3.0, 0.5]
    assert x_bar.numpy().tolist()[::2] == [3.0, 0.5]


def test_a_branch_that_is_not_selected_has_an_adjoint_of_exactly_zero() -> None:
    a, b = Tensor([1.0, math.nan]), Tensor([math.inf, 2.0])
    y = where(np.array([True, False]), a, b)
    seed = Tensor([3.0, 5.0])
    assert [bar.numpy().tolist() for bar in pullback(y, [a, b], seed)] == [[3.0, 0.0], [0.0, 5.0]]
    (tangent,) = pushforward([y], [a, b], [Tensor([7.0, math.nan]), Tensor([math.inf, 9.0])])
    assert tangent.numpy().tolist() == [7.0, 9.0]


def test_a_harmless_argument_where_it_is_not_selected_keeps_infinity_away() -> None:
    def safe_root(x: Tensor) -> Tensor:
        positive = x.numpy() > 0
        return where(positive, sqrt(where(positive, x, 1.0)), 0.0).sum()

    assert grad(safe_root)([0.0, 4.0]).numpy().tolist() == [0.0, 0.25]
    assert np.diag(hessian(safe_root)([0.0, 4.0]).numpy()).tolist() == [0.0, -0.03125]
