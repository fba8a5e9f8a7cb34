"""Powers and the square root, above all where 0·∞ and log of nothing lie in wait."""

import math

import numpy as np
import pytest

from engine import (
    NONZERO,
    POSITIVE,
    REALS,
    PowerScalar,
    Tensor,
    cbrt,
    grad,
    hessian,
    jvp,
    power,
    power_scalar,
    pullback,
    pushforward,
    reciprocal,
    rsqrt,
    sqrt,
    square,
)


def slopes_at_zero(exponent: float) -> list[float]:
    """Value, first, second and third derivative of a ^ exponent at 0, by reverse mode."""
    x = Tensor(0.0)
    y = x**exponent
    found = [y.item()]
    for _ in range(3):
        (y,) = pullback(y, [x])
        found.append(y.item())
    return found


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [
        (0.0, [1.0, 0.0, 0.0, 0.0]),
        (1.0, [0.0, 1.0, 0.0, 0.0]),
        (2.0, [0.0, 0.0, 2.0, 0.0]),
        (3.0, [0.0, 0.0, 0.0, 6.0]),
        (4.0, [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_derivatives_of_whole_powers_at_zero(exponent: float, expected: list[float]) -> None:
    assert slopes_at_zero(exponent) == expected


def test_a_fraction_of_zero_has_an_infinite_derivative() -> None:
    x = Tensor(0.0)
    with np.errstate(divide="ignore"):
        (x_bar,) = pullback(x**0.5, [x])
    assert x_bar.item() == math.inf


def test_whole_powers_of_negative_numbers_are_differentiated() -> None:
    x = Tensor([-2.0, -1.0])
    for exponent, slope in ((2.0, [-4.0, -2.0]), (3.0, [12.0, 3.0]), (-1.0, [-0.25, -1.0])):
        (x_bar,) = pullback(x**exponent, [x])
        (tangent,) = pushforward([x**exponent], [x], [Tensor([1.0, 1.0])])
        assert x_bar.numpy().tolist() == tangent.numpy().tolist() == slope


def test_power_scalar_keeps_the_exponent() -> None:
    assert power_scalar(Tensor(3.0), 2.0).op == PowerScalar(2.0)
    assert (Tensor(4.0) ** 0.5).item() == 2.0
    assert (Tensor([2.0]) ** -2).item() == 0.25


def test_the_base_at_zero_has_the_right_adjoint_for_every_whole_exponent() -> None:
    a, b = Tensor([0.0] * 4), Tensor([0.0, 1.0, 2.0, 3.0])
    y = power(a, b)
    assert y.numpy().tolist() == [1.0, 0.0, 0.0, 0.0]
    (a_bar,) = pullback(y, [a], Tensor([5.0, 5.0, 5.0, 5.0]))
    assert a_bar.numpy().tolist() == [0.0, 5.0, 0.0, 0.0]
    (tangent,) = pushforward([y], [a], [Tensor([5.0] * 4)])
    assert tangent.numpy().tolist() == [0.0, 5.0, 0.0, 0.0]


def test_the_exponent_over_a_base_of_zero_has_adjoint_zero() -> None:
    a, b = Tensor([0.0, 0.0]), Tensor([1.0, 2.0])
    y = power(a, b)
    (b_bar,) = pullback(y, [b])
    (tangent,) = pushforward([y], [b], [Tensor([1.0, 1.0])])
    assert b_bar.numpy().tolist() == tangent.numpy().tolist() == [0.0, 0.0]


def test_the_exponent_over_a_negative_base_has_no_adjoint() -> None:
    a, b = Tensor([-2.0]), Tensor([3.0])
    y = power(a, b)
    (a_bar,) = pullback(y, [a])
    assert (y.item(), a_bar.item()) == (-8.0, 12.0)
    with np.errstate(invalid="ignore"):
        (b_bar,) = pullback(y, [b])
    assert math.isnan(b_bar.item())


def test_second_derivatives_of_a_square_of_zero_are_two() -> None:
    def square(x: Tensor) -> Tensor:
        return power(x, Tensor(2.0, requires_grad=False))

    assert hessian(square)(0.0).item() == 2.0
    assert jvp(grad(square), [0.0], [1.0])[1].item() == 2.0


def test_all_second_derivatives_of_a_power() -> None:
    table = hessian(power, (0, 1))(2.0, 3.0)
    log2 = math.log(2.0)
    expected = [[12.0, 4 + 12 * log2], [4 + 12 * log2, 8 * log2 * log2]]
    np.testing.assert_allclose([[entry.item() for entry in row] for row in table], expected, rtol=1e-15)


def test_second_derivatives_of_a_power_with_exponent_zero() -> None:
    table = hessian(power, (0, 1))(2.0, 0.0)
    log2 = math.log(2.0)
    expected = [[0.0, 0.5], [0.5, log2 * log2]]
    np.testing.assert_allclose([[entry.item() for entry in row] for row in table], expected, rtol=1e-15)


def test_the_square_root_of_zero_is_zero_with_an_infinite_derivative() -> None:
    x = Tensor([0.0, 4.0])
    y = sqrt(x)
    with np.errstate(divide="ignore"):
        (x_bar,) = pullback(y, [x])
        (tangent,) = pushforward([y], [x], [Tensor([1.0, 1.0])])
    assert y.numpy().tolist() == [0.0, 2.0]
    assert x_bar.numpy().tolist() == tangent.numpy().tolist() == [math.inf, 0.25]


def test_the_square_root_of_a_negative_number_is_nan_and_warns() -> None:
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert math.isnan(sqrt(Tensor(-1.0)).item())


def test_the_domain_of_a_power_depends_on_the_exponent() -> None:
    for exponent, domain in ((2.0, REALS), (0.0, REALS), (-1.0, NONZERO), (0.5, POSITIVE), (-1.5, POSITIVE)):
        assert PowerScalar(exponent).domains((REALS,)) == (domain,)


def test_squares_and_reciprocals_by_hand() -> None:
    x = Tensor([-2.0, 0.5])
    for function, value, slope in (
        (square, [4.0, 0.25], [-4.0, 1.0]),
        (reciprocal, [-0.5, 2.0], [-0.25, -4.0]),
        (cbrt, [-(2 ** (1 / 3)), 0.5 ** (1 / 3)], [2 ** (-2 / 3) / 3, 2 ** (2 / 3) / 3]),
    ):
        y = function(x)
        (x_bar,) = pullback(y, [x])
        assert y.numpy().tolist() == pytest.approx(value, rel=4 * 2**-52, abs=0)
        assert x_bar.numpy().tolist() == pytest.approx(slope, rel=4 * 2**-52, abs=0)


def test_reciprocal_square_roots_at_the_ends_of_the_floats() -> None:
    assert grad(rsqrt)(0.25).item() == -4.0
    assert grad(rsqrt)(2.0**-600).item() == -(2.0**899)
    assert grad(rsqrt)(2.0**1023).item() == 0.0


def test_the_cube_root_of_zero_is_zero_with_an_infinite_derivative() -> None:
    x = Tensor([0.0, -8.0, math.inf])
    y = cbrt(x)
    with np.errstate(divide="ignore"):
        (x_bar,) = pullback(y, [x])
    assert y.numpy().tolist() == [0.0, -2.0, math.inf]
    assert x_bar.numpy().tolist() == [math.inf, 1 / 12, 0.0]
