import numpy as np
import pytest

from engine import (
    AxisError,
    OperandError,
    ParameterError,
    ShapeError,
    Sort,
    Tensor,
    argmax,
    argmin,
    argsort,
    count_nonzero,
    grad,
    hessian,
    jacobian,
    lazy,
    median,
    nanargmax,
    nanargmin,
    pullback,
    quantile,
    searchsorted,
    sort,
)

X = Tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])


def test_sorting_along_an_axis_brings_derivatives_back() -> None:
    y = sort(X)
    (x_bar,) = pullback(y, [X], Tensor([[10.0, 20.0, 30.0], [1.0, 2.0, 3.0]]))
    assert y.op == Sort(1)
    assert y.numpy().tolist() == [[1.0, 2.0, 3.0], [0.0, 4.0, 5.0]]
    assert x_bar.numpy().tolist() == [[30.0, 10.0, 20.0], [1.0, 3.0, 2.0]]
    assert sort(X, 0).numpy().tolist() == [[0.0, 1.0, 2.0], [3.0, 5.0, 4.0]]


def test_entries_of_one_value_share_their_places() -> None:
    found = jacobian(sort)([2.0, 1.0, 2.0]).numpy().tolist()
    assert found == [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.5, 0.0, 0.5]]


def test_sorting_nothing_gives_nothing() -> None:
    x = Tensor(np.zeros((2, 0)))
    assert pullback(sort(x), [x])[0].shape == (2, 0)


@pytest.mark.parametrize(
    ("a", "value", "slopes"),
    [
        ([5.0, 1.0, 3.0], 3.0, [0.0, 0.0, 1.0]),
        ([5.0, 1.0, 3.0, 2.0], 2.5, [0.0, 0.0, 0.5, 0.5]),
        ([7.0], 7.0, [1.0]),
        ([1.0, 3.0, 3.0], 3.0, [0.0, 0.5, 0.5]),
        ([3.0, 1.0, 3.0, 9.0], 3.0, [0.5, 0.0, 0.5, 0.0]),
        ([2.0, 2.0, 1.0, 4.0, 2.0, 9.0], 2.0, [1 / 3, 1 / 3, 0.0, 0.0, 1 / 3, 0.0]),
    ],
)
def test_the_median_and_its_derivative(a: list[float], value: float, slopes: list[float]) -> None:
    assert median(Tensor(a)).item() == value
    assert grad(median)(a).numpy().tolist() == pytest.approx(slopes, rel=1e-15, abs=0)
    assert not hessian(median)(a).numpy().any()


def test_the_median_over_axes() -> None:
    cube = np.random.default_rng(3).permutation(24).reshape(2, 3, 4).astype(float)
    for axes in (None, 1, -1, (0, 2), (-1, 0), (0, 1, 2)):
        for keepdims in (False, True):
            found = median(Tensor(cube), axes, keepdims).numpy()
            np.testing.assert_array_equal(found, np.median(cube, axes, keepdims=keepdims))
    with pytest.raises(ShapeError, match="median: got shape"):
        median(Tensor(np.zeros((2, 0))), 1)


def test_places_and_counts_are_arrays_of_integers() -> None:
    x = Tensor([[3.0, 0.0, 3.0], [0.0, 5.0, 0.0]])
    for found, expected in (
        (argsort(x), [[1, 0, 2], [0, 2, 1]]),
        (argsort(x, 0), [[1, 0, 1], [0, 1, 0]]),
        (argmax(x), 4),
        (argmax(x, -1), [0, 1]),
        (argmax(x, 1, keepdims=True), [[0], [1]]),
        (argmin(x, 0), [1, 0, 1]),
        (count_nonzero(x), 3),
        (count_nonzero(x, (-1,), keepdims=True), [[2], [1]]),
    ):
        assert found.dtype == np.intp
        assert found.tolist() == expected


def test_a_place_computes_a_value_that_waits() -> None:
    with lazy():
        waiting = X * 2
    assert argmax(waiting) == 4


def test_places_of_nothing_and_along_no_axis_are_refused() -> None:
    with pytest.raises(ShapeError, match="argmax: got shape"):
        argmax(Tensor(np.zeros((2, 0))), 1)
    with pytest.raises(AxisError, match="argmin: got axis 2"):
        argmin(X, 2)
    with pytest.raises(AxisError, match="argsort"):
        argsort(X, -3)


@pytest.mark.parametrize("q", [0.0, 0.25, 0.3, 0.5, 1.0])
def test_a_quantile_stands_between_two_entries_in_proportion(q: float) -> None:
    cube = np.random.default_rng(3).permutation(24).reshape(2, 3, 4).astype(float)
    for axes in (None, 1, -1, (0, 2), (0, 1, 2)):
        for keepdims in (False, True):
            found = quantile(Tensor(cube), q, axes, keepdims).numpy()
            np.testing.assert_allclose(found, np.quantile(cube, q, axis=axes, keepdims=keepdims), rtol=1e-15)


def test_the_derivative_of_a_quantile_is_its_proportions() -> None:
    slopes = grad(lambda x: quantile(x, 0.375))([4.0, 1.0, 3.0]).numpy()
    assert slopes.tolist() == [0.0, 0.25, 0.75]
    several = jacobian(lambda x: quantile(x, [0.0, 0.5, 1.0]))([4.0, 1.0, 3.0]).numpy()
    assert several.tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    assert quantile(Tensor([1.0, 2.0, np.inf]), 0.5).item() == 2.0


def test_the_places_of_extremes_pass_over_what_is_no_number() -> None:
    x = Tensor([[np.nan, 2.0, 1.0], [5.0, np.nan, 7.0]])
    assert nanargmax(x) == 5
    assert nanargmax(x, 0).tolist() == [1, 0, 1]
    assert nanargmin(x, 1, keepdims=True).tolist() == [[2], [0]]
    with pytest.raises(OperandError, match="nanargmin: got a slice of nothing but NaN"):
        nanargmin(Tensor([[np.nan], [1.0]]), 1)
    with pytest.raises(ShapeError, match="nanargmax: got shape"):
        nanargmax(Tensor(np.zeros((2, 0))), 1)


def test_a_value_is_placed_before_its_equals_or_behind_them() -> None:
    steps, values = Tensor([1.0, 2.0, 2.0, 5.0]), Tensor([[2.0, 0.0], [9.0, 5.0]])
    assert searchsorted(steps, values).tolist() == [[1, 0], [4, 3]]
    assert searchsorted(steps, values, "right").tolist() == [[3, 0], [4, 4]]


def test_quantiles_and_searches_that_have_no_answer_are_refused() -> None:
    for q in (-0.1, 1.5, np.nan):
        with pytest.raises(ParameterError, match=f"quantile: got q={q}"):
            quantile(X, q)
    with pytest.raises(ShapeError, match="quantile: got shape"):
        quantile(Tensor(np.zeros((2, 0))), 0.5, 1)
    with pytest.raises(ShapeError, match="searchsorted: got shape"):
        searchsorted(X, X)


def test_a_slice_with_nan_has_a_median_and_quantiles_of_nan_without_a_derivative() -> None:
    x = np.array([[1.0, np.nan, 2.0], [3.0, 1.0, 2.0]])
    for axis in (None, 0, 1):
        for found, expected in (
            (median(Tensor(x), axis), np.median(x, axis)),
            (quantile(Tensor(x), 0.25, axis), np.quantile(x, 0.25, axis)),
        ):
            np.testing.assert_array_equal(found.numpy(), expected)
    slopes = jacobian(lambda a: median(a, 1))(Tensor(x)).numpy()
    assert slopes.tolist() == [[[0.0] * 3, [0.0] * 3], [[0.0] * 3, [0.0, 0.0, 1.0]]]


def test_nan_is_sorted_last_and_ties_with_nan() -> None:
    x = [2.0, np.nan, 2.0, np.nan, 1.0]
    np.testing.assert_array_equal(sort(Tensor(x)).numpy(), [1.0, 2.0, 2.0, np.nan, np.nan])
    found = jacobian(sort)(x).numpy().tolist()
    assert found == [[0, 0, 0, 0, 1], [0.5, 0, 0.5, 0, 0], [0.5, 0, 0.5, 0, 0], *[[0, 0.5, 0, 0.5, 0]] * 2]
