"""Lines that bend into an exponential: numbers worked by hand, tails, infinities."""

from collections.abc import Callable
from math import exp, inf, isclose

import numpy as np
import pytest

from engine import Celu, EngineError, ParameterError, Tensor, celu, grad, mish, pullback, selu


def test_celu_is_a_line_above_zero_and_an_exponential_below() -> None:
    x = Tensor([-2.0, 0.0, 3.0])
    y = celu(x, 2.0)
    assert y.numpy().tolist() == pytest.approx([2 * (exp(-1) - 1), 0.0, 3.0], rel=1e-15, abs=0)
    (x_bar,) = pullback(y, [x])
    assert x_bar.numpy().tolist() == pytest.approx([exp(-1), 1.0, 1.0], rel=1e-15, abs=0)
    assert pullback(x_bar, [x])[0].numpy().tolist() == pytest.approx(
        [exp(-1) / 2, 0.5, 0.0], rel=1e-15, abs=0
    )


def test_the_slope_of_celu_keeps_its_digits_where_a_over_alpha_has_lost_some() -> None:
    """exp(−300 / 0.75) = exp(−400), and −300.1 / 0.7 is rounded."""
    assert isclose(grad(lambda x: celu(x, 0.75))(-300.0).item(), exp(-400.0), rel_tol=5e-16)
    alpha, a = 0.7, -300.1
    quotient = np.longdouble(a) / np.longdouble(alpha)
    assert isclose(grad(lambda x: celu(x, alpha))(a).item(), float(np.exp(quotient)), rel_tol=5e-16)


@pytest.mark.parametrize("alpha", [0.0, -1.0, inf, float("nan")])
def test_an_alpha_that_is_not_positive_is_refused(
    alpha: float, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    words = f"Celu: got alpha {alpha}; expected a finite number > 0; the usual one is 1.0."
    refused(lambda: Celu(alpha), ParameterError, words)
    refused(lambda: celu(Tensor(1.0), alpha), ParameterError, words)


def test_selu_keeps_the_mean_and_the_variance_of_a_normal_number() -> None:
    """The two constants solve E y = 0, E y² = 1, for standard normal a: by Gauss and Hermite."""
    points, weights = np.polynomial.hermite_e.hermegauss(180)
    y = selu(Tensor(points)).numpy()
    mean, square = (float(np.sum(weights * power) / np.sum(weights)) for power in (y, y * y))
    assert abs(mean) < 3e-3  # the kink at 0 slows the rule down
    assert abs(square - 1) < 3e-3


def test_selu_takes_the_left_side_at_zero() -> None:
    x = Tensor([-1.0, 0.0, 1.0])
    (x_bar,) = pullback(selu(x), [x])
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    assert x_bar.numpy().tolist() == pytest.approx(
        [scale * alpha / exp(1), scale * alpha, scale], rel=1e-15, abs=0
    )


def test_mish_near_zero_and_far_out() -> None:
    x = Tensor([0.0, -720.0, 50.0, 1000.0])
    y = mish(x)
    (x_bar,) = pullback(y, [x])
    halves = exp(-360.0)
    assert y.numpy().tolist() == pytest.approx([0.0, -720 * halves * halves, 50.0, 1000.0], rel=1e-15, abs=0)
    assert x_bar.numpy().tolist() == pytest.approx([0.6, halves * -719 * halves, 1.0, 1.0], rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("function", "value", "slope"),
    [(celu, -1.0, 0.0), (selu, -1.0507009873554805 * 1.6732632423543772, 0.0), (mish, 0.0, 0.0)],
)
def test_infinities_have_values_and_derivatives(
    function: Callable[[Tensor], Tensor], value: float, slope: float
) -> None:
    x = Tensor([-inf, inf])
    with np.errstate(all="raise", under="ignore"):
        y = function(x)
    assert y.numpy().tolist() == pytest.approx([value, inf])
    low, high = pullback(y, [x])[0].numpy().tolist()
    assert (low, isclose(high, 1.0, rel_tol=0.06)) == (slope, True)
