"""Normalisation: what is left of a slice, weights, and what is refused."""

from collections.abc import Callable
from math import inf, isclose, nan

import numpy as np
import pytest

from engine import EngineError, LayerNorm, ParameterError, RMSNorm, Tensor, layer_norm, pullback, rms_norm

X = np.array([[1.0, 4.0, -2.0], [0.5, 0.25, 8.0]])


def test_a_layer_has_mean_zero_and_variance_one() -> None:
    for axes in (-1, 0, (0, 1), None):
        along = (0, 1) if axes is None else axes
        y = layer_norm(Tensor(X), axes, eps=1e-12).numpy()
        np.testing.assert_allclose(y.mean(axis=along), 0.0, atol=1e-15)
        np.testing.assert_allclose(y.var(axis=along), 1.0, rtol=1e-10)
        roots = rms_norm(Tensor(X), axes, eps=1e-12).numpy()
        np.testing.assert_allclose((roots**2).mean(axis=along), 1.0, rtol=1e-10)


def test_weight_and_bias_come_behind_and_have_adjoints() -> None:
    x, weight, bias = Tensor(X), Tensor([1.0, 2.0, 3.0]), Tensor([0.5, 0.0, -1.0])
    plain = LayerNorm((1,), 1e-5)(x).numpy()
    y = layer_norm(x, -1, weight, bias)
    assert y.numpy().tolist() == (plain * weight.numpy() + bias.numpy()).tolist()
    _, weight_bar, bias_bar = pullback(y.sum(), [x, weight, bias])
    np.testing.assert_allclose(weight_bar.numpy(), plain.sum(axis=0), rtol=1e-15)
    assert bias_bar.numpy().tolist() == [2.0, 2.0, 2.0]
    assert rms_norm(x, weight=weight).numpy().tolist() == (rms_norm(x) * weight).numpy().tolist()


def test_the_value_does_not_see_a_shift_and_so_the_adjoint_has_the_sum_zero() -> None:
    x = Tensor(X)
    (bar,) = pullback(layer_norm(x), [x], Tensor([[3.0, -1.0, 2.0], [1.0, 0.0, 5.0]]))
    np.testing.assert_allclose(bar.numpy().sum(axis=1), 0.0, atol=1e-15)


@pytest.mark.parametrize("normalise", [layer_norm, rms_norm])
def test_equal_entries_and_none_give_no_nan(normalise: Callable[[Tensor], Tensor]) -> None:
    zeros = Tensor(np.zeros((2, 3)))
    (bar,) = pullback(normalise(zeros), [zeros], Tensor([[1.0, 2.0, 3.0]] * 2))
    assert normalise(zeros).numpy().tolist() == [[0.0] * 3] * 2
    assert np.isfinite(bar.numpy()).all()
    empty = Tensor(np.zeros((2, 0)))
    assert pullback(normalise(empty), [empty])[0].shape == normalise(empty).shape == (2, 0)


def test_one_entry_alone_is_its_own_mean() -> None:
    x = Tensor([[3.0], [-5.0]])
    (bar,) = pullback(layer_norm(x), [x])
    assert layer_norm(x).numpy().tolist() == bar.numpy().tolist() == [[0.0], [0.0]]
    assert isclose(rms_norm(x).numpy()[1, 0], -1.0, rel_tol=1e-6)


@pytest.mark.parametrize("eps", [0.0, -1e-5, inf, nan])
def test_an_eps_that_does_not_keep_the_root_from_zero_is_refused(
    eps: float, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    words = f"got eps {eps}; expected a finite number > 0; *."
    refused(lambda: layer_norm(Tensor(X), eps=eps), ParameterError, f"LayerNorm: {words}")
    refused(lambda: RMSNorm((0,), eps), ParameterError, f"RMSNorm: {words}")
