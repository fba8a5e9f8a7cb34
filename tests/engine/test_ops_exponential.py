"""Exp, log, sigmoid and tanh, above all in the tails, where 1 − tanh² has no digit left."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine import Tensor, exp, exp2, expm1, grad, jvp, log, pullback, sigmoid, tanh


def exact_sigmoid_slope(x: float) -> float:
    small = math.exp(-abs(x))
    return small / (1 + small) ** 2


def exact_tanh_slope(x: float) -> float:
    small = math.exp(-2 * abs(x))
    return 4 * small / (1 + small) ** 2


def slopes(function: Callable[[Tensor], Tensor], points: list[float]) -> tuple[list[float], list[float]]:
    """The derivative at the points by reverse and by forward mode."""
    x = Tensor(points)
    (x_bar,) = pullback(function(x), [x])
    _, tangent = jvp(function, [points], [[1.0] * len(points)])
    return x_bar.numpy().tolist(), tangent.numpy().tolist()


def relative_errors(computed: list[float], exact: list[float]) -> list[float]:
    return [abs(c - e) / e for c, e in zip(computed, exact, strict=True)]


def test_the_derivative_of_tanh_keeps_its_digits_in_the_tails() -> None:
    points = [float(x) for x in range(1, 301)]
    points += [-x for x in points] + [0.0, 1e-300, 0.5, 18.75, 19.5, 37.5]
    exact = [exact_tanh_slope(x) for x in points]
    for computed in slopes(tanh, points):
        assert max(relative_errors(computed, exact)) <= 1e-14


def test_the_derivative_of_sigmoid_keeps_its_digits_in_the_tails() -> None:
    points = [float(x) for x in range(1, 701)]
    points += [-x for x in points] + [0.0, 1e-300, 0.5, 36.75, 37.5]
    exact = [exact_sigmoid_slope(x) for x in points]
    for computed in slopes(sigmoid, points):
        assert max(relative_errors(computed, exact)) <= 1e-14


def test_the_measure_would_notice_the_usual_formulas() -> None:
    usual = [1 - math.tanh(float(x)) ** 2 for x in range(1, 20)]
    exact = [exact_tanh_slope(float(x)) for x in range(1, 20)]
    assert max(relative_errors(usual, exact)) > 0.1


def test_float32_tails_are_not_zero() -> None:
    x = Tensor([20.0, -20.0], dtype="float32")
    for function, exact in ((sigmoid, exact_sigmoid_slope(20.0)), (tanh, exact_tanh_slope(20.0))):
        (x_bar,) = pullback(function(x), [x])
        assert x_bar.dtype is x.dtype
        np.testing.assert_allclose(x_bar.numpy(), [exact, exact], rtol=1e-5)


def test_far_tails_are_finite_and_raise_no_warning() -> None:
    x = Tensor([-1e300, -800.0, 800.0, 1e300])
    assert sigmoid(x).numpy().tolist() == [0.0, 0.0, 1.0, 1.0]
    assert tanh(x).numpy().tolist() == [-1.0, -1.0, 1.0, 1.0]
    for function in (sigmoid, tanh):
        y = function(Tensor([-800.0, 800.0]))
        for _ in range(3):
            (y,) = pullback(y, [leaf_of(y)])
            assert y.numpy().tolist() == [0.0, 0.0]


def leaf_of(value: Tensor) -> Tensor:
    """The one variable that a value depends on."""
    while not value.is_leaf():
        value = next(below for below in value.inputs if below.requires_grad)
    return value


def test_sigmoid_at_zero() -> None:
    assert sigmoid(Tensor(0.0)).item() == 0.5
    assert grad(sigmoid)(0.0).item() == 0.25
    assert grad(grad(sigmoid))(0.0).item() == 0.0
    assert grad(grad(grad(sigmoid)))(0.0).item() == -0.125


def test_tanh_at_zero() -> None:
    assert grad(tanh)(0.0).item() == 1.0
    assert grad(grad(tanh))(0.0).item() == 0.0
    assert grad(grad(grad(tanh)))(0.0).item() == -2.0


def test_sigmoid_of_small_numbers_keeps_its_digits() -> None:
    assert sigmoid(Tensor(-700.0)).item() == math.exp(-700.0)


def test_exp_is_its_own_derivative() -> None:
    x = 1.25
    assert grad(exp)(x).item() == grad(grad(exp))(x).item() == exp(Tensor(x)).item()


def test_the_derivatives_of_log() -> None:
    assert grad(log)(4.0).item() == 0.25
    assert grad(grad(log))(4.0).item() == -0.0625
    assert grad(log)(5e-300).item() == 1 / 5e-300


def test_outside_their_domain_exp_and_log_follow_numpy_and_warn() -> None:
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert exp(Tensor(1000.0)).item() == math.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert log(Tensor(0.0)).item() == -math.inf
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert math.isnan(log(Tensor(-1.0)).item())


def test_powers_of_two_and_what_exp_exceeds_one_by() -> None:
    assert exp2(Tensor([-3.0, 0.0, 10.0])).numpy().tolist() == [0.125, 1.0, 1024.0]
    assert grad(exp2)(3.0).item() == 8 * math.log(2.0)
    assert expm1(Tensor(1e-300)).item() == 1e-300
    assert grad(expm1)(-700.0).item() == math.exp(-700.0)
