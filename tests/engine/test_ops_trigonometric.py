"""Tan, the inverse functions and sinc, above all where something might cancel or overflow."""

import math

import pytest

from engine import (
    ParameterError,
    Sinc,
    Tensor,
    arccos,
    arcsin,
    arctan,
    grad,
    pullback,
    sinc,
    tan,
)


def test_tan_between_other_poles() -> None:
    x = 2.0
    assert grad(tan)(x).item() == pytest.approx(1 / math.cos(x) ** 2, rel=4 * 2**-52, abs=0)


def test_arcsin_and_arccos_near_one() -> None:
    x = 1 - 2.0**-53
    exact = 1 / math.sqrt(2.0**-53 * (2 - 2.0**-53))
    assert grad(arcsin)(x).item() == -grad(arccos)(x).item() == pytest.approx(exact, rel=2**-51, abs=0)


def test_second_derivatives_near_zero_keep_their_digits() -> None:
    tiny = 2.0**-100
    assert grad(grad(arcsin))(tiny).item() == -grad(grad(arccos))(tiny).item() == tiny
    assert grad(grad(arctan))(tiny).item() == -2 * tiny


def test_arctan_far_out() -> None:
    assert grad(arctan)(2.0**520).item() == 2.0**-1040
    assert grad(grad(arctan))(-(2.0**300)).item() == 2.0**-899
    assert grad(arctan)(1.7e308).item() == 0.0


def test_sinc_and_its_derivatives_at_zero() -> None:
    assert sinc(Tensor(0.0)).item() == 1.0
    assert grad(sinc)(0.0).item() == 0.0
    assert grad(grad(sinc))(0.0).item() == pytest.approx(-math.pi * math.pi / 3, rel=4 * 2**-52, abs=0)


def test_sinc_at_whole_numbers() -> None:
    """sin πn is 0 exactly, and the derivative cos(πn) / n."""
    x = Tensor([1.0, -2.0, 3.0, 1e15, 2.0**60])
    y = sinc(x)
    (x_bar,) = pullback(y, [x])
    assert y.numpy().tolist() == [0.0] * 5
    assert x_bar.numpy().tolist() == [-1.0, -0.5, -1 / 3, 1e-15, 2.0**-60]


def test_the_series_of_sinc_and_its_recurrence_meet() -> None:
    for order in range(5):
        turn = (order + 1) / 4
        below, at = Sinc(order)(Tensor([math.nextafter(turn, 0.0), turn])).numpy().tolist()
        assert abs(below - at) <= 64 * math.ulp(math.pi**order)


def test_an_order_is_counted_from_zero() -> None:
    with pytest.raises(ParameterError, match="Sinc: got order -1; expected an order ≥ 0; "):
        Sinc(-1)
