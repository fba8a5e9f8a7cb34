"""Hyperbolic functions and their inverses: nothing cancels near 0 and ±1, nothing overflows far out."""

import pytest

from engine import Tensor, arccosh, arcsinh, arctanh, cosh, grad, sinh


def test_sinh_and_cosh_are_each_others_derivatives() -> None:
    x = 1.25
    assert grad(sinh)(x).item() == cosh(Tensor(x)).item()
    assert grad(cosh)(x).item() == grad(grad(sinh))(x).item() == sinh(Tensor(x)).item()


def test_far_out_the_inverses_have_the_derivative_of_the_logarithm() -> None:
    for function in (arcsinh, arccosh):
        assert grad(function)(2.0**600).item() == 2.0**-600
        assert grad(grad(function))(2.0**500).item() == -(2.0**-1000)


def test_near_one_nothing_cancels() -> None:
    step = 2.0**-52
    assert grad(arctanh)(1 - step).item() == pytest.approx(1 / (step * (2 - step)), rel=2**-51, abs=0)
    assert grad(arccosh)(1 + step).item() == pytest.approx((step * (2 + step)) ** -0.5, rel=2**-51, abs=0)


def test_near_zero_second_derivatives_keep_their_digits() -> None:
    tiny = 2.0**-100
    assert grad(grad(arctanh))(tiny).item() == 2 * tiny
    assert grad(grad(arcsinh))(tiny).item() == -tiny
