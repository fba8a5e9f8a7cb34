"""The Gaussian, erf, erfc and Φ: every digit in the tails, in every kind of number that a replay uses."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine import ParameterError, Tensor, erf, erfc, gaussian, grad, ndtr, pullback, tanh_ndtr
from engine.array import computed


def ulps(computed_value: float, exact: float) -> float:
    return abs(computed_value - exact) / math.ulp(exact)


def mills(t: float) -> float:
    """(1 − Φ(t)) / φ(t), by the continued fraction 1/(t + 1/(t + 2/(t + …)))."""
    below = t
    for k in range(200, 0, -1):
        below = t + k / below
    return 1 / below


@pytest.mark.parametrize(("function", "known"), [(erf, math.erf), (erfc, math.erfc)])
def test_values_are_those_of_the_c_library(
    function: Callable[[Tensor], Tensor], known: Callable[[float], float]
) -> None:
    points = [sign * k / 16 for k in range(1, 400) for sign in (-1, 1)] + [
        1e-300,
        5e-324,
        0.4999,
        0.5001,
        26.5,
    ]
    values = function(Tensor(points)).numpy().tolist()
    assert max(ulps(value, known(x)) for value, x in zip(values, points, strict=True)) <= 4


def test_float32_values_are_float64s_rounded() -> None:
    points = np.linspace(-8, 8, 1001, dtype=np.float32)
    for function in (erf, erfc, ndtr, gaussian, tanh_ndtr):
        narrow = function(Tensor(points))
        wide = function(Tensor(points.astype(np.float64))).numpy()
        assert narrow.dtype == np.float32
        assert (np.abs(narrow.numpy() - wide) <= 4 * np.spacing(np.abs(narrow.numpy()))).all()


def test_complex_and_wider_numbers_are_taken() -> None:
    z = computed(np.array([0.25 + 0.125j, 1.5 - 0.5j, -3 + 0.25j]))
    both = erf.compute(z) + erfc.compute(z)
    np.testing.assert_array_max_ulp(np.abs(both), np.ones(3), 4)
    wide = computed(np.array([0.25, 1.5, -3], np.longdouble))
    narrow = erfc.compute(computed(wide.astype(np.float64)))
    assert erfc.compute(wide).dtype == np.longdouble
    np.testing.assert_array_max_ulp(erfc.compute(wide).astype(np.float64), narrow, 4)


def test_the_normal_tail_has_its_digits() -> None:
    for t in (5.0, 10.0, 37.0):
        x = Tensor(-t)
        (density,) = pullback(ndtr(x), [x])
        assert ulps(ndtr(x).item() / density.item(), mills(t)) <= 8


def test_a_rounded_square_would_not_do() -> None:
    """exp(−26.3²) by its exact square: 26.3 is 26.25 + 0.05…, and 26.25² is exact."""
    high, low = 26.25, 26.3 - 26.25
    exact = math.exp(-high * high) * math.exp(-low * (26.3 + 26.25))
    assert ulps(gaussian(Tensor(26.3)).item(), exact) <= 4
    assert max(ulps(math.exp(-x * x), gaussian(Tensor(x)).item()) for x in (26.1, 26.2, 26.3)) > 50


def test_at_zero() -> None:
    assert erf(Tensor(0.0)).item() == 0.0
    assert erfc(Tensor(0.0)).item() == gaussian(Tensor(0.0)).item() == 1.0
    assert ndtr(Tensor(0.0)).item() == tanh_ndtr(Tensor(0.0)).item() == 0.5
    assert grad(erf)(0.0).item() == -grad(erfc)(0.0).item() == 2 / math.sqrt(math.pi)
    assert grad(grad(erf))(0.0).item() == 0.0


def test_far_out_all_is_finite_and_nothing_warns() -> None:
    x = Tensor([-math.inf, -1e300, 1e300, math.inf])
    assert erf(x).numpy().tolist() == [-1.0, -1.0, 1.0, 1.0]
    assert erfc(x).numpy().tolist() == [2.0, 2.0, 0.0, 0.0]
    assert ndtr(x).numpy().tolist() == tanh_ndtr(x).numpy().tolist() == [0.0, 0.0, 1.0, 1.0]
    assert gaussian(x, 1e-4).numpy().tolist() == [0.0] * 4
    x = Tensor([-1e300, 1e300])
    for function in (erf, erfc, ndtr, gaussian, tanh_ndtr):
        (first,) = pullback(function(x), [x])
        (second,) = pullback(first, [x])
        assert np.abs(first.numpy()).tolist() == np.abs(second.numpy()).tolist() == [0.0, 0.0]


def test_nan_stays_nan() -> None:
    for function in (erf, erfc, ndtr, gaussian, tanh_ndtr):
        assert math.isnan(function(Tensor(math.nan)).item())


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_a_rate_must_be_positive(rate: float) -> None:
    with pytest.raises(ParameterError, match=r"Gaussian: got rate .*; expected a finite number > 0; "):
        gaussian(Tensor(1.0), rate)
