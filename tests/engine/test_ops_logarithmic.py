"""Logarithms to other bases, of 1 + a and of odds, and x log y where one of them is 0."""

import math

import numpy as np
import pytest

from engine import Tensor, grad, hessian, log1p, log2, log10, logit, pullback, pushforward, xlogy


def test_logarithms_of_whole_powers() -> None:
    assert log2(Tensor([0.125, 1.0, 1024.0])).numpy().tolist() == [-3.0, 0.0, 10.0]
    assert log10(Tensor([1.0, 1000.0])).numpy().tolist() == [0.0, 3.0]


def test_derivatives_at_the_ends_of_the_floats() -> None:
    for function, base in ((log2, 2.0), (log10, 10.0)):
        for x in (2.5e-308, 1.7e308):
            assert grad(function)(x).item() == pytest.approx(
                1 / math.log(base) / x, rel=4 * 2**-52, abs=2**-1073
            )


def test_log1p_of_small_numbers() -> None:
    assert log1p(Tensor(1e-300)).item() == 1e-300
    assert grad(log1p)(-1 + 2.0**-53).item() == 2.0**53


def test_nothing_times_the_logarithm_of_nothing_is_nothing() -> None:
    a, b = Tensor([0.0, 0.0, 0.0, 0.0]), Tensor([0.0, -1.0, math.inf, 2.0])
    y = xlogy(a, b)
    assert y.numpy().tolist() == [0.0] * 4
    a_bar, b_bar = pullback(y, [a, b])
    assert a_bar.numpy().tolist() == [0.0, 0.0, math.inf, math.log(2.0)]
    assert b_bar.numpy().tolist() == [0.0] * 4
    (tangent,) = pushforward([y], [b], [Tensor([1.0] * 4)])
    assert tangent.numpy().tolist() == [0.0] * 4


def test_all_second_derivatives_of_xlogy() -> None:
    table = hessian(xlogy, (0, 1))(3.0, 2.0)
    assert [[entry.item() for entry in row] for row in table] == [[0.0, 0.5], [0.5, -0.75]]


def test_xlogy_of_two_dtypes_gives_each_input_its_own() -> None:
    a, b = Tensor([3.0]), Tensor([0.1], dtype="float32")
    a_bar, b_bar = pullback(xlogy(a, b), [a, b])
    assert a_bar.dtype == np.float64
    assert b_bar.dtype == np.float32
    assert a_bar.item() == math.log(float(np.float32(0.1)))


def test_logit_keeps_its_digits_near_a_half_and_near_the_ends() -> None:
    assert logit(Tensor(0.5 + 2.0**-53 * 2)).item() == 2.0**-50
    assert logit(Tensor(1e-300)).item() == math.log(1e-300)
    assert grad(grad(logit))(0.5 - 2.0**-40).item() == pytest.approx(-(2.0**-39) * 16, rel=4 * 2**-52, abs=0)
