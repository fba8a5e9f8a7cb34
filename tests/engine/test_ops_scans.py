import math

import numpy as np
import pytest

from engine import (
    AxisError,
    CumMax,
    CumMin,
    CumProd,
    CumSum,
    LogCumSumExp,
    Recurrence,
    ShapeError,
    Tensor,
    Unary,
    cummax,
    cummin,
    cumprod,
    cumsum,
    grad,
    hessian,
    jacobian,
    logcumsumexp,
    pullback,
    pushforward,
    recurrence,
    summation,
)

X = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def test_scans_along_an_axis_from_either_end() -> None:
    assert cumsum(X, 1).numpy().tolist() == [[1.0, 3.0, 6.0], [4.0, 9.0, 15.0]]
    assert cumsum(X, -2, reverse=True).numpy().tolist() == [[5.0, 7.0, 9.0], [4.0, 5.0, 6.0]]
    assert cumprod(X, 1, reverse=True).numpy().tolist() == [[6.0, 6.0, 3.0], [120.0, 30.0, 6.0]]
    assert cummax(Tensor([2.0, 1.0, 3.0])).numpy().tolist() == [2.0, 2.0, 3.0]
    assert cummin(Tensor([2.0, 1.0, 3.0]), 0, reverse=True).numpy().tolist() == [1.0, 1.0, 3.0]
    assert cumsum(X, -1).op == CumSum(1)
    assert cummax(X, 0, reverse=True).op == CumMax(0, True)


def test_without_an_axis_all_entries_stand_in_a_row() -> None:
    assert cumsum(X).numpy().tolist() == [1.0, 3.0, 6.0, 10.0, 15.0, 21.0]
    assert cumprod(X).shape == (6,)
    assert logcumsumexp(Tensor(2.0)).numpy().tolist() == [2.0]


@pytest.mark.parametrize("scan", [CumSum(0), CumProd(0, True), CumMax(0), CumMin(0), LogCumSumExp(0)])
def test_a_scan_of_nothing_is_nothing(scan: Unary) -> None:
    for shape in [(0,), (0, 3), (3, 0)]:
        x = Tensor(np.zeros(shape))
        y = scan(x)
        (x_bar,) = pullback(y, [x])
        assert y.shape == x_bar.shape == shape


def test_the_derivative_of_cumulative_products_is_exact_at_zeros() -> None:
    found = jacobian(lambda a: cumprod(a, 0))([2.0, 0.0, 5.0, 0.0]).numpy().tolist()
    assert found == [[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 10.0, 0.0, 0.0], [0.0] * 4]
    twice = hessian(lambda a: summation(cumprod(a, 0)))([0.0, 0.0, 3.0]).numpy().tolist()
    assert twice == [[0.0, 4.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_a_recurrence_and_its_derivatives() -> None:
    a, b = Tensor([9.0, 2.0, 3.0]), Tensor([1.0, 10.0, 100.0])
    y = recurrence(a, b)
    a_bar, b_bar = pullback(y, [a, b], Tensor([0.0, 0.0, 1.0]))
    assert y.op == Recurrence(0)
    assert y.numpy().tolist() == [1.0, 12.0, 136.0]
    assert a_bar.numpy().tolist() == [0.0, 3.0, 12.0]
    assert b_bar.numpy().tolist() == [6.0, 3.0, 1.0]
    assert recurrence(a, b, -1, reverse=True).numpy().tolist() == [1891.0, 210.0, 100.0]


def test_the_first_factor_of_a_recurrence_has_no_effect_even_if_it_is_infinite() -> None:
    a, b = Tensor([math.inf, 2.0]), Tensor([1.0, 1.0])
    y = recurrence(a, b)
    a_bar, _ = pullback(y, [a, b])
    assert y.numpy().tolist() == [1.0, 3.0]
    assert a_bar.numpy().tolist() == [0.0, 1.0]


def test_ties_of_a_running_maximum_are_shared() -> None:
    x = Tensor([1.0, 3.0, 2.0, 3.0, 3.0])
    y = cummax(x, 0)
    (x_bar,) = pullback(y, [x], Tensor([1.0, 1.0, 1.0, 4.0, 6.0]))
    (moved,) = pushforward([y], [x], [Tensor([1.0, 2.0, 9.0, 4.0, 9.0])])
    assert x_bar.numpy().tolist() == [1.0, 6.0, 0.0, 4.0, 2.0]
    assert moved.numpy().tolist() == [1.0, 2.0, 2.0, 3.0, 5.0]


def test_running_log_sum_exps_neither_overflow_nor_vanish() -> None:
    x = Tensor([-1000.0, -1000.0, 1000.0, 1000.0])
    y = logcumsumexp(x)
    (x_bar,) = pullback(y, [x], Tensor([0.0, 1.0, 0.0, 1.0]))
    assert y.numpy().tolist() == [-1000.0, math.log(2) - 1000, 1000.0, 1000 + math.log(2)]
    assert x_bar.numpy().tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5], rel=1e-12, abs=0)


def test_entries_of_minus_infinity_count_for_nothing_in_running_log_sum_exps() -> None:
    x = Tensor([-math.inf, -math.inf, -1000.0, -math.inf])
    with np.errstate(divide="ignore"):
        y = logcumsumexp(x)
        (x_bar,) = pullback(y, [x])
        (twice,) = pullback(x_bar, [x])
        (moved,) = pushforward([y], [x], [Tensor([1.0, 1.0, 1.0, 1.0])])
        assert y.numpy().tolist() == [-math.inf, -math.inf, -1000.0, -1000.0]
    assert x_bar.numpy().tolist() == [0.0, 0.0, 2.0, 0.0]
    assert twice.numpy().tolist() == [0.0, 0.0, 0.0, 0.0]
    assert moved.numpy().tolist() == [0.0, 0.0, 1.0, 1.0]


def test_bad_axes_and_unequal_shapes_are_refused() -> None:
    with pytest.raises(AxisError, match="cumprod: got axis 2 for 2 dimensions"):
        cumprod(X, 2)
    with pytest.raises(AxisError, match="CumProd"):
        CumProd(-1)
    with pytest.raises(ShapeError, match="expected equal shapes; broadcast them first"):
        recurrence(Tensor([1.0]), Tensor([1.0, 2.0]))


def test_scans_keep_float32() -> None:
    x = Tensor([1.0, 2.0], dtype="float32")
    for y in (cumsum(x), cumprod(x), cummax(x), cummin(x), logcumsumexp(x)):
        assert y.dtype is x.dtype
        assert pullback(y, [x])[0].dtype is x.dtype


def test_the_gradient_of_a_cumulative_sum_counts_from_the_other_end() -> None:
    assert grad(lambda a: summation(cumsum(a)))([1.0, 1.0, 1.0]).numpy().tolist() == [3.0, 2.0, 1.0]
