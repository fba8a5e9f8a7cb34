"""Lines that bend: which side an end belongs to, infinities, and parameters that are refused."""

from collections.abc import Callable
from math import inf, nan

import pytest

from engine import (
    Clip,
    EngineError,
    Hardtanh,
    LeakyReLU,
    ParameterError,
    Tensor,
    clip,
    hardtanh,
    leaky_relu,
    pullback,
    relu6,
)

Refused = Callable[[Callable[[], object], type[EngineError], str], None]


def slopes(function: Callable[[Tensor], Tensor], *points: float) -> list[float]:
    x = Tensor(list(points))
    return [float(slope) for slope in pullback(function(x), [x])[0].numpy().tolist()]


def test_a_leaky_line_has_its_slope_at_the_corner_too() -> None:
    assert leaky_relu(Tensor([-2.0, 0.0, 3.0]), 0.5).numpy().tolist() == [-1.0, 0.0, 3.0]
    assert slopes(lambda x: leaky_relu(x, 0.5), -2.0, 0.0, 3.0) == [0.5, 0.5, 1.0]
    assert slopes(leaky_relu, -2.0, 3.0) == [0.01, 1.0]


@pytest.mark.parametrize(
    ("function", "value", "slope"),
    [
        (LeakyReLU(0.5), [-inf, inf], [0.5, 1.0]),
        (LeakyReLU(0.0), [0.0, inf], [0.0, 1.0]),
        (hardtanh, [-1.0, 1.0], [0.0, 0.0]),
        (relu6, [0.0, 6.0], [0.0, 0.0]),
        (Clip(high=2.0), [-inf, 2.0], [1.0, 0.0]),
    ],
)
def test_infinities_pass_without_nan(
    function: Callable[[Tensor], Tensor], value: list[float], slope: list[float]
) -> None:
    assert function(Tensor([-inf, inf])).numpy().tolist() == value
    assert slopes(function, -inf, inf) == slope


def test_the_ends_of_hardtanh_are_outside_and_those_of_clip_inside() -> None:
    points = (-2.0, -1.0, 0.5, 1.0, 2.0)
    assert hardtanh(Tensor(list(points))).numpy().tolist() == [-1.0, -1.0, 0.5, 1.0, 1.0]
    assert clip(Tensor(list(points)), -1, 1).numpy().tolist() == [-1.0, -1.0, 0.5, 1.0, 1.0]
    assert slopes(hardtanh, *points) == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert slopes(lambda x: clip(x, -1, 1), *points) == [0.0, 1.0, 1.0, 1.0, 0.0]
    assert slopes(relu6, -1.0, 0.0, 3.0, 6.0, 7.0) == [0.0, 0.0, 1.0, 0.0, 0.0]


def test_either_bound_of_clip_may_be_missing_and_both() -> None:
    points = (-2.0, 0.0, 2.0)
    x = Tensor(list(points))
    assert clip(x, low=0).numpy().tolist() == [0.0, 0.0, 2.0]
    assert clip(x, high=0).numpy().tolist() == [-2.0, 0.0, 0.0]
    assert clip(x) is x
    assert slopes(lambda x: clip(x, low=0), *points) == [0.0, 1.0, 1.0]
    assert slopes(lambda x: clip(x, high=0), *points) == [1.0, 1.0, 0.0]


def test_a_bound_that_is_a_tensor_has_a_derivative_and_shares_it_at_a_tie() -> None:
    x, low, high = Tensor([-2.0, 0.0, 0.5, 3.0]), Tensor(0.0), Tensor([1.0] * 4)
    y = clip(x, low, high)
    assert y.numpy().tolist() == [0.0, 0.0, 0.5, 1.0]
    bars = [bar.numpy().tolist() for bar in pullback(y, [x, low, high])]
    assert bars == [[0.0, 0.5, 1.0, 0.0], 1.5, [0.0, 0.0, 0.0, 1.0]]
    assert clip(x, low, 1).numpy().tolist() == clip(x, 0, high).numpy().tolist() == y.numpy().tolist()


def test_parameters_keep_float32() -> None:
    x = Tensor([-2.0, 0.0, 2.0], dtype="float32")
    for y in (leaky_relu(x, 0.1), hardtanh(x), clip(x, -0.3, 0.7)):
        assert y.dtype is pullback(y, [x])[0].dtype is x.dtype


@pytest.mark.parametrize("slope", [inf, -inf, nan])
def test_a_slope_that_is_not_finite_is_refused(slope: float, refused: Refused) -> None:
    refused(
        lambda: leaky_relu(Tensor(1.0), slope),
        ParameterError,
        f"LeakyReLU: got slope {slope}; expected *finite*; *relu*.",
    )
    refused(lambda: LeakyReLU(slope), ParameterError, "LeakyReLU: got *; expected *; *.")


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (nan, 1.0), (0.0, nan)])
def test_bounds_in_the_wrong_order_are_refused(low: float, high: float, refused: Refused) -> None:
    words = f"got low {low} and high {high}; expected low < high; give the smaller bound first."
    refused(lambda: Hardtanh(low, high), ParameterError, f"Hardtanh: {words}")
    refused(lambda: Clip(low, high), ParameterError, f"Clip: {words}")
    refused(lambda: clip(Tensor(0.0), low, high), ParameterError, f"Clip: {words}")
