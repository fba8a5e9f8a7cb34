"""Functions of two numbers: axes, the origin, tails, infinities and signed zeros."""

from collections.abc import Callable
from math import inf, isclose, log, pi

import numpy as np
import pytest

from engine import (
    Tensor,
    arctan2,
    copysign,
    hypot,
    jacobian,
    kl_divergence,
    logaddexp,
    logaddexp2,
    pullback,
    pushforward,
    rel_entr,
    subtract,
)


def bars(function: Callable[[Tensor, Tensor], Tensor], a: float, b: float) -> list[float]:
    x, y = Tensor(a), Tensor(b)
    return [bar.item() for bar in pullback(function(x, y), [x, y])]


def test_the_angle_goes_round_in_four_quarters() -> None:
    a, b = Tensor([1.0, 1.0, -1.0, -1.0, 0.0]), Tensor([1.0, -1.0, -1.0, 1.0, 2.0])
    assert arctan2(a, b).numpy().tolist() == [pi / 4, 3 * pi / 4, -3 * pi / 4, -pi / 4, 0.0]
    assert bars(arctan2, 0.0, 2.0) == [0.5, 0.0]
    assert bars(arctan2, 3.0, 4.0) == [4 / 25, -3 / 25]


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_angle_and_length_of_tiny_and_huge_arrows(size: float) -> None:
    assert isclose(hypot(Tensor(3 * size), Tensor(4 * size)).item(), 5 * size)
    assert all(map(isclose, bars(hypot, 3 * size, 4 * size), [0.6, 0.8]))
    assert all(map(isclose, bars(arctan2, 3 * size, 4 * size), [0.16 / size, -0.12 / size]))


@pytest.mark.parametrize("function", [arctan2, hypot])
def test_at_the_origin_the_derivatives_are_zero(function: Callable[[Tensor, Tensor], Tensor]) -> None:
    x, y = Tensor(0.0), Tensor(0.0)
    assert function(x, y).item() == 0.0
    assert bars(function, 0.0, 0.0) == [0.0, 0.0]
    (moved,) = pushforward([function(x, y)], [x, y], [Tensor(1.0), Tensor(2.0)])
    assert moved.item() == 0.0


def test_a_log_of_a_sum_keeps_the_digits_of_its_tails() -> None:
    assert logaddexp(Tensor(0.0), Tensor(-50.0)).item() == np.exp(-50.0)
    assert logaddexp(Tensor(1000.0), Tensor(1000.0)).item() == 1000 + log(2)
    assert isclose(bars(logaddexp, -50.0, 0.0)[0], np.exp(-50.0), rel_tol=1e-15)
    assert logaddexp2(Tensor([3.0, 1000.0]), Tensor([3.0, 1000.0])).numpy().tolist() == [4.0, 1001.0]
    assert isclose(bars(logaddexp2, -70.0, 0.0)[0], 2.0**-70, rel_tol=1e-14)


@pytest.mark.parametrize("function", [logaddexp, logaddexp2])
def test_a_term_of_nothing_adds_nothing_and_infinity_is_all(
    function: Callable[[Tensor, Tensor], Tensor],
) -> None:
    a, b = Tensor([-inf, 2.0, inf, inf, -inf]), Tensor([3.0, -inf, 1.0, inf, -inf])
    with np.errstate(all="raise"):
        assert function(a, b).numpy().tolist() == [3.0, 2.0, inf, inf, -inf]
    assert bars(function, -inf, 3.0) == [0.0, 1.0]
    assert bars(function, 3.0, -inf) == [1.0, 0.0]


def test_a_sign_is_copied_from_a_zero_too() -> None:
    a, b = Tensor([3.0, -3.0, 3.0, -3.0, 0.0]), Tensor([-1.0, 1.0, -0.0, 0.0, 5.0])
    y = copysign(a, b)
    assert y.numpy().tolist() == [-3.0, 3.0, -3.0, 3.0, 0.0]
    assert [bar.numpy().tolist() for bar in pullback(y, [a, b])] == [[-1.0, -1.0, -1.0, -1.0, 0.0], [0.0] * 5]


def test_operands_of_two_dtypes_and_shapes_get_adjoints_of_their_own() -> None:
    for function in (arctan2, hypot, logaddexp, logaddexp2, copysign, subtract):
        a, b = Tensor([[1.0], [2.0]], dtype="float32"), Tensor([3.0, -4.0, 5.0])
        for x, bar in zip((a, b), pullback(function(a, b), [a, b]), strict=True):
            assert (bar.shape, bar.dtype) == (x.shape, x.dtype)


def test_second_derivatives_of_the_length_are_those_of_an_arc() -> None:
    def length(v: Tensor) -> Tensor:
        return hypot(v[0], v[1])

    def slope(v: Tensor) -> Tensor:
        return jacobian(length)(v)

    expected = np.array([[16.0, -12.0], [-12.0, 9.0]]) / 125
    np.testing.assert_allclose(jacobian(slope)([3.0, 4.0]).numpy(), expected, rtol=1e-15)


def test_subtract_is_the_minus_sign() -> None:
    a, b = Tensor([5.0, 7.0]), Tensor(2.0)
    assert subtract(a, b).numpy().tolist() == (a - b).numpy().tolist() == [3.0, 5.0]
    assert [bar.numpy().tolist() for bar in pullback(subtract(a, b), [a, b])] == [[1.0, 1.0], -2.0]


def test_relative_entropy_keeps_its_digits_where_the_two_are_nearly_equal() -> None:
    a, b = Tensor([0.0, 2.0, 1.0, 1 + 2.0**-40]), Tensor([3.0, 1.0, 8.0, 1.0])
    expected = [0.0, 2 * log(2), -3 * log(2), 2.0**-40 + 2.0**-81]
    assert rel_entr(a, b).numpy().tolist() == pytest.approx(expected, rel=1e-15, abs=0)
    assert bars(rel_entr, 2.0, 1.0) == pytest.approx([log(2) + 1, -2.0], rel=1e-15, abs=0)
    assert bars(rel_entr, 1 + 2.0**-40, 1.0)[1] == -1 - 2.0**-40
    with np.errstate(divide="ignore"):
        assert bars(rel_entr, 0.0, 3.0) == [-inf, 0.0]


def test_the_divergence_of_two_distributions_is_zero_where_they_agree() -> None:
    p, q = Tensor([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]]), Tensor([0.5, 0.25, 0.25])
    assert kl_divergence(p, q).numpy().tolist() == pytest.approx([0.0, log(2)])
    (p_bar,) = pullback(kl_divergence(q, q), [q])
    assert p_bar.numpy().tolist() == [0.0, 0.0, 0.0]
