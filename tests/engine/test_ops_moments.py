import math

import numpy as np
import pytest

from engine import (
    Mean,
    ParameterError,
    ShapeError,
    Std,
    Tensor,
    Var,
    average,
    grad,
    hessian,
    mean,
    pullback,
    pushforward,
    std,
    var,
)


def test_the_mean_over_axes() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 6.0]])
    assert mean(x).item() == 3.0
    assert mean(x, -1, keepdims=True).numpy().tolist() == [[1.5], [4.5]]
    assert mean(x, (1, 0)).op == Mean((0, 1))
    assert mean(x, ()).numpy().tolist() == x.numpy().tolist()
    assert grad(mean)([1.0, 2.0, 3.0, 4.0]).numpy().tolist() == [0.25] * 4


def test_a_mean_keeps_float32() -> None:
    x = Tensor([1.0, 2.0, 4.0], dtype="float32")
    (x_bar,) = pullback(mean(x), [x])
    assert mean(x).dtype == x_bar.dtype == np.float32


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(
        ShapeError, match=r"Mean.*got shape \(2, 0\); expected at least one entry along axis 1"
    ):
        mean(Tensor(np.zeros((2, 0))), 1)


def test_an_average_is_weighted_and_has_derivatives_by_its_weights() -> None:
    x, weights = Tensor([[1.0, 5.0], [2.0, 4.0]]), Tensor([1.0, 3.0])
    y = average(x, 1, weights)
    assert y.numpy().tolist() == [4.0, 3.5]
    x_bar, weights_bar = pullback(y, [x, weights])
    assert x_bar.numpy().tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert weights_bar.numpy().tolist() == [-1.125, 0.375]
    assert average(x, 0).numpy().tolist() == [1.5, 4.5]
    assert average(x, 0, Tensor([[1.0], [3.0]]), keepdims=True).numpy().tolist() == [[1.75, 4.25]]


def test_the_variance_by_degrees_of_freedom() -> None:
    x = [1.0, 2.0, 6.0]
    assert var(Tensor(x)).item() == pytest.approx(14 / 3, rel=1e-15, abs=0)
    assert var(Tensor(x), ddof=1).item() == 7.0
    assert var(Tensor([x]), -1, keepdims=True, ddof=1).op == Var((1,), True, 1)
    assert grad(lambda a: var(a, ddof=1))(x).numpy().tolist() == [-2.0, -1.0, 3.0]
    np.testing.assert_allclose(hessian(var)(x).numpy(), (np.eye(3) - 1 / 3) * 2 / 3, rtol=1e-15)


def test_the_variance_of_large_numbers_keeps_its_digits() -> None:
    x = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]
    assert var(Tensor(x), ddof=1).item() == 30.0
    assert std(Tensor([0.1, 0.1, 0.1])).item() == 0.0


def test_the_standard_deviation_over_axes() -> None:
    x = Tensor([[1.0, 3.0], [2.0, 2.0]])
    assert std(x, 1).numpy().tolist() == [1.0, 0.0]
    assert std(x, -1, ddof=1).op == Std((1,), False, 1)
    assert std(x, 0, ddof=1).numpy().tolist() == [math.sqrt(0.5), math.sqrt(0.5)]


def test_where_all_entries_agree_all_derivatives_of_the_standard_deviation_are_0() -> None:
    x = Tensor([[0.1, 0.1, 0.1], [1.0, 2.0, 3.0]])
    y = std(x, 1)
    (x_bar,) = pullback(y, [x])
    (moved,) = pushforward([y], [x], [Tensor(np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]))])
    assert x_bar.numpy()[0].tolist() == [0.0, 0.0, 0.0]
    assert x_bar.numpy()[1].tolist() == pytest.approx(
        [-math.sqrt(1 / 6), 0.0, math.sqrt(1 / 6)], rel=1e-15, abs=0
    )
    assert moved.numpy().tolist() == [0.0, 0.0]
    assert not hessian(std)([2.0, 2.0]).numpy().any()


@pytest.mark.parametrize(("ddof", "error"), [(-1, ParameterError), (3, ShapeError)])
def test_degrees_of_freedom_are_refused_where_there_are_none(ddof: int, error: type[Exception]) -> None:
    for moment in (var, std):
        with pytest.raises(error, match=r"Var|Std"):
            moment(Tensor([1.0, 2.0, 3.0]), ddof=ddof)


def test_too_few_entries_are_refused_by_number() -> None:
    with pytest.raises(ShapeError) as caught:
        var(Tensor([1.0]), ddof=1)
    assert str(caught.value) == (
        "Var(axes=(0,), keepdims=False, ddof=1): got shape (1,); expected at least 2 entries in a slice; "
        "reduce other axes."
    )
