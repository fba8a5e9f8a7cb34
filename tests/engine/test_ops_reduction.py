import math
from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    LogSumExp,
    Max,
    Min,
    Prod,
    ShapeError,
    SumOfSquares,
    Tensor,
    amax,
    amin,
    grad,
    hessian,
    jacobian,
    jvp,
    logsumexp,
    max,
    min,
    prod,
    ptp,
    pullback,
    pushforward,
    sumofsquares,
)


def test_the_maximum_over_axes() -> None:
    x = Tensor([[1.0, 5.0, 2.0], [4.0, 0.0, 6.0]])
    assert max(x).item() == 6.0
    assert max(x, 0).numpy().tolist() == [4.0, 5.0, 6.0]
    assert max(x, -1, keepdims=True).numpy().tolist() == [[5.0], [6.0]]
    assert max(x, (1, 0)).op == Max((0, 1))
    assert max(x, ()).numpy().tolist() == x.numpy().tolist()


def test_entries_that_reach_the_maximum_share_its_derivative() -> None:
    x = Tensor([[3.0, 1.0, 3.0], [0.0, 2.0, 1.0]])
    y = max(x, 1)
    (x_bar,) = pullback(y, [x], Tensor([4.0, 7.0]))
    assert x_bar.numpy().tolist() == [[2.0, 0.0, 2.0], [0.0, 7.0, 0.0]]
    (tangent,) = pushforward([y], [x], [Tensor([[1.0, 5.0, 3.0], [5.0, 9.0, 5.0]])])
    assert tangent.numpy().tolist() == [2.0, 9.0]


def test_all_entries_of_a_constant_share_the_derivative() -> None:
    assert grad(max)([7.0] * 4).numpy().tolist() == [0.25] * 4


def test_the_maximum_keeps_the_dtype_of_its_input() -> None:
    x = Tensor([[1.0, 1.0]], dtype="float32")
    (x_bar,) = pullback(max(x, 1, keepdims=True), [x])
    assert x_bar.dtype is x.dtype
    assert x_bar.numpy().tolist() == [[0.5, 0.5]]


def test_logsumexp_over_axes_keeps_the_other_axes_even_of_size_1() -> None:
    x = Tensor([[1.0, 1.0]])
    assert logsumexp(x, 1).numpy().tolist() == [1 + math.log(2)]
    assert logsumexp(x, 0).numpy().tolist() == [1.0, 1.0]
    assert logsumexp(x, 1, keepdims=True).shape == (1, 1)
    assert logsumexp(x, (0, 1)).shape == ()
    assert logsumexp(x, -1).op == LogSumExp((1,))


def test_logsumexp_of_large_and_small_numbers_neither_overflows_nor_vanishes() -> None:
    for shift in (1000.0, -1000.0, 1e300):
        x = Tensor([shift, shift])
        y = logsumexp(x)
        (x_bar,) = pullback(y, [x])
        assert y.item() == shift + math.log(2)
        assert x_bar.numpy().tolist() == [0.5, 0.5]


def test_an_entry_of_minus_infinity_counts_for_nothing() -> None:
    x = Tensor([-math.inf, 0.0, 0.0])
    y = logsumexp(x)
    (x_bar,) = pullback(y, [x])
    assert y.item() == math.log(2)
    assert x_bar.numpy().tolist() == [0.0, 0.5, 0.5]


def test_logsumexp_of_infinity_is_infinity() -> None:
    with np.errstate(over="ignore", divide="ignore"):
        assert logsumexp(Tensor([math.inf, 0.0])).item() == math.inf
        assert logsumexp(Tensor([-math.inf, -math.inf])).item() == -math.inf


def test_the_derivative_of_logsumexp_is_the_softmax_and_its_jacobian_that_of_softmax() -> None:
    z = [math.log(1.0), math.log(2.0), math.log(5.0)]
    softmax = np.array([1.0, 2.0, 5.0]) / 8
    expected = np.diag(softmax) - np.outer(softmax, softmax)
    np.testing.assert_allclose(grad(logsumexp)(z).numpy(), softmax, rtol=1e-15)
    np.testing.assert_allclose(hessian(logsumexp)(z).numpy(), expected, rtol=1e-14)
    np.testing.assert_allclose(jacobian(grad(logsumexp))(z).numpy(), expected, rtol=1e-14)
    np.testing.assert_allclose(jvp(logsumexp, [z], [[8.0, 4.0, 8.0]])[1].item(), 7.0, rtol=1e-15)


def test_the_gradient_of_a_cross_entropy_is_softmax_less_one_hot() -> None:
    def loss(z: Tensor) -> Tensor:
        return logsumexp(z) - z[1]

    np.testing.assert_allclose(grad(loss)([0.0, 0.0, math.log(2.0)]).numpy(), [0.25, -0.75, 0.5], rtol=1e-15)


def test_adjoints_of_a_reduction_are_weighted_by_slice() -> None:
    x = Tensor(np.zeros((2, 2)))
    (x_bar,) = pullback(logsumexp(x, 0), [x], Tensor([2.0, 4.0]))
    assert x_bar.numpy().tolist() == [[1.0, 2.0], [1.0, 2.0]]


def test_a_slice_of_minus_infinity_alone_has_the_derivatives_0() -> None:
    x = Tensor([[-math.inf, -math.inf], [0.0, -math.inf]])
    with np.errstate(divide="ignore"):
        y = logsumexp(x, 1)
        (x_bar,) = pullback(y, [x], Tensor([3.0, 4.0]))
        (twice,) = pullback(x_bar, [x])
        (moved,) = pushforward([y], [x], [Tensor([[1.0, 2.0], [5.0, 6.0]])])
        assert y.numpy().tolist() == [-math.inf, 0.0]
    assert x_bar.numpy().tolist() == [[0.0, 0.0], [4.0, 0.0]]
    assert twice.numpy().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert moved.numpy().tolist() == [0.0, 5.0]


def test_the_minimum_over_axes_shares_its_derivative_at_ties() -> None:
    x = Tensor([[3.0, 1.0, 1.0], [0.0, 2.0, 1.0]])
    y = min(x, -1)
    (x_bar,) = pullback(y, [x], Tensor([4.0, 7.0]))
    assert y.op == Min((1,))
    assert y.numpy().tolist() == [1.0, 0.0]
    assert x_bar.numpy().tolist() == [[0.0, 2.0, 2.0], [7.0, 0.0, 0.0]]
    assert min(Tensor([math.inf, -math.inf])).item() == -math.inf


def test_numpys_other_names_are_the_same_functions() -> None:
    assert amax is max
    assert amin is min


@pytest.mark.parametrize(
    ("a", "slopes"),
    [
        ([2.0, 3.0, 5.0], [15.0, 10.0, 6.0]),
        ([2.0, 0.0, 5.0], [0.0, 10.0, 0.0]),
        ([0.0, 3.0, 0.0], [0.0, 0.0, 0.0]),
        ([7.0], [1.0]),
        ([1e-300, 1e300, 2.0], [2e300, 2e-300, 1.0]),
    ],
)
def test_the_derivative_of_a_product_is_the_product_of_the_others(
    a: list[float], slopes: list[float]
) -> None:
    assert grad(prod)(a).numpy().tolist() == slopes


def test_second_and_third_derivatives_of_a_product_are_exact_at_zeros() -> None:
    found = hessian(prod)([0.0, 0.0, 5.0]).numpy().tolist()
    assert found == [[0.0, 5.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    third = jacobian(hessian(prod))([0.0, 0.0, 0.0]).numpy()
    assert third.sum() == 6.0
    assert third[0, 1, 2] == 1.0


def test_a_product_over_axes_and_of_nothing() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert prod(x, 0).numpy().tolist() == [3.0, 8.0]
    assert prod(x, (0, -1), keepdims=True).numpy().tolist() == [[24.0]]
    assert prod(x, -2).op == Prod((0,))
    assert prod(Tensor(np.ones((2, 0))), 1).numpy().tolist() == [1.0, 1.0]
    assert grad(prod)(np.ones((0, 3))).shape == (0, 3)


def test_the_sum_of_squares_and_the_range() -> None:
    assert sumofsquares(Tensor([[1.0, 2.0], [3.0, 4.0]]), -1).op == SumOfSquares((1,))
    assert sumofsquares(Tensor([3.0, 4.0])).item() == 25.0
    assert hessian(sumofsquares)([3.0, 4.0]).numpy().tolist() == [[2.0, 0.0], [0.0, 2.0]]
    assert ptp(Tensor([[3.0, -1.0], [2.0, 2.0]]), 1, keepdims=True).numpy().tolist() == [[4.0], [0.0]]
    assert grad(ptp)([3.0, -1.0, 3.0]).numpy().tolist() == [0.5, -1.0, 0.5]
    assert grad(ptp)([2.0, 2.0]).numpy().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("extreme", [max, min, logsumexp, ptp])
def test_an_extreme_of_nothing_is_refused(extreme: Callable[[Tensor], Tensor]) -> None:
    with pytest.raises(ShapeError, match="expected at least one entry along axis 0; reduce other axes"):
        extreme(Tensor(np.zeros((0,))))
