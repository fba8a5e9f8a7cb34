"""Softmax and its logarithm: spelling of axes, masked entries, and probabilities near 1."""

from collections.abc import Callable
from math import exp, inf, isclose

import numpy as np
import pytest

from engine import AxisError, EngineError, LogSoftmax, Softmax, Tensor, log_softmax, pullback, softmax

BOTH = pytest.mark.parametrize("function", [softmax, log_softmax])


def test_the_probabilities_of_a_slice_have_the_sum_one() -> None:
    x = Tensor(np.arange(24.0).reshape(2, 3, 4) % 7)
    for axes in (-1, 1, (0, -1), None):
        probabilities = softmax(x, axes).numpy()
        along = tuple(range(3)) if axes is None else axes
        np.testing.assert_allclose(probabilities.sum(axis=along), 1.0, rtol=1e-15)
        np.testing.assert_allclose(log_softmax(x, axes).numpy(), np.log(probabilities), rtol=1e-13)


def test_the_last_axis_is_the_default() -> None:
    x = Tensor(np.arange(6.0).reshape(2, 3))
    assert softmax(x).op == softmax(x, 1).op == Softmax((1,))
    assert log_softmax(x).op == log_softmax(x, (-1,)).op == LogSoftmax((1,))


@BOTH
def test_nothing_overflows(function: Callable[[Tensor], Tensor]) -> None:
    x = Tensor([1e300, 1e300, -1e300])
    y = function(x)
    expected = [0.5, 0.5, 0.0] if function is softmax else [-np.log(2), -np.log(2), -2e300]
    assert y.numpy().tolist() == expected
    assert np.isfinite(pullback(y, [x], Tensor([1.0, 2.0, 3.0]))[0].numpy()).all()


@BOTH
def test_a_masked_entry_has_probability_and_derivative_zero(function: Callable[[Tensor], Tensor]) -> None:
    x, plain = Tensor([1.0, -inf, 2.0]), Tensor([1.0, 2.0])
    seed, short = Tensor([3.0, 0.0, 5.0]), Tensor([3.0, 5.0])
    y, expected = function(x), function(plain)
    assert y.numpy()[[0, 2]].tolist() == expected.numpy().tolist()
    assert y.numpy()[1] == (0.0 if function is softmax else -inf)
    x_bar = pullback(y, [x], seed)[0].numpy()
    assert x_bar[1] == 0.0
    assert x_bar[[0, 2]].tolist() == pullback(expected, [plain], short)[0].numpy().tolist()


def test_a_probability_near_one_keeps_the_digits_of_what_is_missing() -> None:
    x = Tensor([50.0, 0.0])
    tail = exp(-50.0)
    first = Tensor([1.0, 0.0])
    assert isclose(log_softmax(x).numpy()[0], -tail, rel_tol=1e-15)
    for function in (softmax, log_softmax):
        x_bar = pullback(function(x), [x], first)[0].numpy().tolist()
        assert all(map(isclose, x_bar, [tail, -tail]))


@BOTH
def test_an_empty_array_stays_empty(function: Callable[[Tensor], Tensor]) -> None:
    for shape in ((0,), (2, 0), (0, 3)):
        x = Tensor(np.zeros(shape))
        assert function(x).shape == pullback(function(x), [x])[0].shape == shape


def test_an_axis_that_is_not_there_is_refused(
    refused: Callable[[Callable[[], object], type[EngineError], str], None],
) -> None:
    x = Tensor([1.0, 2.0])
    refused(lambda: softmax(x, 1), AxisError, "softmax: got *; expected -1 ≤ axis < 1; *.")
    refused(lambda: log_softmax(x, 1), AxisError, "log_softmax: got *; expected -1 ≤ axis < 1; *.")
    refused(lambda: Softmax((1,))(x), AxisError, "Softmax(axes=(1,)): got *; expected -1 ≤ axis < 1; *.")
    refused(lambda: LogSoftmax((-1,)), AxisError, "LogSoftmax: got *; expected axes ≥ 0*; *function*.")
    refused(lambda: softmax(Tensor(1.0)), AxisError, "softmax: got *; expected no axis at all*; *.")
