"""Normalisation: what is left of a slice, weights, and what is refused."""

from collections.abc import Callable
from math import inf, isclose, nan

import numpy as np
import pytest

from engine import (
    EngineError,
    LayerNorm,
    ParameterError,
    RMSNorm,
    ShapeError,
    Tensor,
    batch_norm,
    layer_norm,
    pullback,
    rms_norm,
)

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


def test_a_batch_has_mean_zero_and_variance_one_in_each_channel() -> None:
    cube = np.random.default_rng(5).normal(2.0, 3.0, (4, 3, 5))
    x, weight, bias = Tensor(cube), Tensor([1.0, 2.0, 3.0]), Tensor([0.5, 0.0, -1.0])
    y = batch_norm(x, weight, bias, eps=1e-12)
    np.testing.assert_allclose(y.numpy().mean(axis=(0, 2)), bias.numpy(), atol=1e-14)
    np.testing.assert_allclose(y.numpy().var(axis=(0, 2)), weight.numpy() ** 2, rtol=1e-10)
    x_bar, weight_bar, bias_bar = pullback(y, [x, weight, bias], Tensor(cube * cube))
    np.testing.assert_allclose(x_bar.numpy().sum(axis=(0, 2)), 0.0, atol=1e-13)
    assert weight_bar.shape == bias_bar.shape == (3,)


def test_the_statistics_of_a_batch_may_be_given() -> None:
    x, mean, variance = Tensor([[1.0, 2.0], [5.0, 10.0]]), Tensor([1.0, 2.0]), Tensor([4.0, 16.0])
    y = batch_norm(x, statistics=(mean, variance), eps=1e-300)
    assert y.numpy().tolist() == [[0.0, 0.0], [2.0, 2.0]]
    assert [bar.numpy().tolist() for bar in pullback(y, [x, mean])] == [[[0.5, 0.25]] * 2, [-1.0, -0.5]]


def test_a_batch_without_channels_and_vectors_that_fit_none_are_refused() -> None:
    with pytest.raises(ShapeError, match="batch_norm: got shape"):
        batch_norm(Tensor([1.0]))
    with pytest.raises(ShapeError, match="batch_norm: got shape"):
        batch_norm(Tensor(X), weight=Tensor([1.0, 2.0]))
    with pytest.raises(ParameterError, match="batch_norm: got eps"):
        batch_norm(Tensor(X), statistics=(Tensor([0.0] * 3), Tensor([1.0] * 3)), eps=0.0)
