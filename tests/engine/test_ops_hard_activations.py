"""Lines and parabolas: the ends, what lies between, infinities."""

from collections.abc import Callable
from math import inf, nan

import numpy as np
import pytest

from engine import (
    EngineError,
    Hardshrink,
    ParameterError,
    Softshrink,
    Tensor,
    hardshrink,
    hardsigmoid,
    hardswish,
    pullback,
    softshrink,
)

POINTS = [-inf, -4.0, -3.0, -1.5, 0.0, 0.5, 0.75, 3.0, 5.0, inf]
CASES: list[tuple[Callable[[Tensor], Tensor], list[float], list[float]]] = [
    (
        hardsigmoid,
        [0.0, 0.0, 0.0, 0.25, 0.5, 3.5 / 6, 0.625, 1.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 0.0, 0.0, 0.0],
    ),
    (
        hardswish,
        [0.0, 0.0, 0.0, -0.375, 0.0, 3.5 / 12, 0.46875, 3.0, 5.0, inf],
        [0.0, 0.0, 0.0, 0.0, 0.5, 4 / 6, 0.75, 1.0, 1.0, 1.0],
    ),
    (
        softshrink,
        [-inf, -3.5, -2.5, -1.0, 0.0, 0.0, 0.25, 2.5, 4.5, inf],
        [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
    ),
    (
        hardshrink,
        [-inf, -4.0, -3.0, -1.5, 0.0, 0.0, 0.75, 3.0, 5.0, inf],
        [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
    ),
]


@pytest.mark.parametrize(("function", "values", "slopes"), CASES)
def test_values_and_derivatives(
    function: Callable[[Tensor], Tensor], values: list[float], slopes: list[float]
) -> None:
    x = Tensor(POINTS)
    with np.errstate(all="raise"):
        y = function(x)
        (x_bar,) = pullback(y, [x])
    assert y.numpy().tolist() == pytest.approx(values, rel=1e-15, abs=0)
    assert x_bar.numpy().tolist() == pytest.approx(slopes, rel=1e-15, abs=0)


def test_what_is_no_number_stays_so() -> None:
    for function in (hardsigmoid, hardswish, softshrink, hardshrink):
        assert np.isnan(function(Tensor(nan)).item())


@pytest.mark.parametrize("width", [0.0, -1.0, inf, nan])
def test_a_width_that_is_not_positive_is_refused(
    width: float, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    words = "got width *; expected a finite number > 0; the usual one is 0.5."
    refused(lambda: Softshrink(width), ParameterError, f"Softshrink: {words}")
    refused(lambda: softshrink(Tensor(1.0), width), ParameterError, f"Softshrink: {words}")
    refused(lambda: Hardshrink(width), ParameterError, f"Hardshrink: {words}")
    refused(lambda: hardshrink(Tensor(1.0), width), ParameterError, f"Hardshrink: {words}")
