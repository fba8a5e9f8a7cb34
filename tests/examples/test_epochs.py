"""The course's epochs: batches in order, the last one partial, new leaves, and the same numbers as by hand.

What rounding may do is measured: the formula in float32 misses that in float64 by the roundings of float32,
whose unit is 2²⁹ times as large, and two computations in float64 differ by those of both.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import ParameterError, ShapeError, Tensor, logsumexp, softmax_loss
from engine.array import Array, IntArray, as_array, computed
from engine.dtype import FLOAT32, FLOAT64, DType
from examples.epochs import nn_epoch, softmax_regression_epoch

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(25, 6)), RNG.integers(3, size=25)
THETA = RNG.normal(size=(6, 3))
FIRST, SECOND = RNG.normal(size=(6, 8)), RNG.normal(size=(8, 3))
RATE = 0.25


def agrees_to_rounding(got: Array, formula: Callable[[DType], Array]) -> bool:
    """Whether ``got`` differs from the formula by no more than rounding makes two computations differ."""
    single, double = formula(FLOAT32), formula(FLOAT64)
    rounding: float = np.abs(single - double).max() * 2.0**-29
    difference: float = np.abs(got - double).max()
    return difference <= 2 * rounding


def slope(logits: Array, labels: IntArray) -> Array:
    """(softmax(Z) − e_y) / N."""
    weights: Array = np.exp(logits)
    shares = weights / weights.sum(axis=1, keepdims=True)
    return computed((shares - np.eye(logits.shape[1], dtype=logits.dtype)[labels]) / len(logits))


def regression_by_hand(dtype: DType, batch: int) -> Array:
    theta, x = as_array(THETA.astype(np.float32).astype(dtype)), as_array(X.astype(np.float32).astype(dtype))
    for first in range(0, len(x), batch):
        rows = slice(first, first + batch)
        theta = computed(theta - RATE * x[rows].T @ slope(x[rows] @ theta, Y[rows]))
    return theta


def net_by_hand(dtype: DType, batch: int) -> Array:
    """Both weights, one behind the other."""
    weights = [as_array(array.astype(np.float32).astype(dtype)) for array in (X, FIRST, SECOND)]
    x, first, second = weights
    for start in range(0, len(x), batch):
        rows = slice(start, start + batch)
        hidden = np.maximum(x[rows] @ first, 0)
        bar = slope(hidden @ second, Y[rows])
        below = (bar @ second.T) * (hidden > 0)
        first, second = computed(first - RATE * x[rows].T @ below), computed(second - RATE * hidden.T @ bar)
    return computed(np.concatenate([first.ravel(), second.ravel()]))


def leaf(array: Array) -> Tensor:
    """The numbers that both dtypes have."""
    return Tensor(array.astype(np.float32).astype(np.float64))


def test_the_softmax_loss_of_zeros_is_the_logarithm_of_the_classes() -> None:
    loss = softmax_loss(Tensor(np.zeros((4, 10))), Tensor(np.eye(10)[:4]))
    assert str(loss.item()).startswith("2.3025850")


def test_the_softmax_loss_is_the_mean_of_logsumexp_less_the_label() -> None:
    def mean(dtype: DType) -> Array:
        z = leaf(X[:, :3]).astype(dtype)
        return (logsumexp(z, 1) - (z * Tensor.make_const(np.eye(3, dtype=dtype)[Y])).sum(1)).mean().numpy()

    assert agrees_to_rounding(softmax_loss(leaf(X[:, :3]), Tensor(np.eye(3)[Y])).numpy(), mean)


@pytest.mark.parametrize("batch", [1, 10, 25, 100])
def test_an_epoch_of_softmax_regression_is_that_of_its_formula(batch: int) -> None:
    theta = softmax_regression_epoch(leaf(X).numpy(), Y, leaf(THETA), RATE, batch)
    assert agrees_to_rounding(theta.numpy(), lambda dtype: regression_by_hand(dtype, batch))


@pytest.mark.parametrize("batch", [1, 10, 25, 100])
def test_an_epoch_of_the_net_is_that_of_its_formula(batch: int) -> None:
    first, second = nn_epoch(leaf(X).numpy(), Y, leaf(FIRST), leaf(SECOND), RATE, batch)
    both = np.concatenate([first.numpy().ravel(), second.numpy().ravel()])
    assert agrees_to_rounding(both, lambda dtype: net_by_hand(dtype, batch))


def test_an_epoch_that_leaves_out_the_partial_batch_or_shuffles_is_another() -> None:
    wrong = [(X[:20], Y[:20]), (X[::-1].copy(), Y[::-1])]
    for x, labels in wrong:
        theta = softmax_regression_epoch(leaf(x).numpy(), labels, leaf(THETA), RATE, 10)
        assert not agrees_to_rounding(theta.numpy(), lambda dtype: regression_by_hand(dtype, 10))


def test_the_weights_given_stay_and_new_leaves_are_returned() -> None:
    given = Tensor(FIRST), Tensor(SECOND)
    returned = nn_epoch(X, Y, *given, lr=0.1, batch=10)
    for before, old, new in zip((FIRST, SECOND), given, returned, strict=True):
        assert (old.numpy() == before).all()
        assert old.grad is None
        assert new.is_leaf()
        assert new.requires_grad
        assert (new.numpy() != before).any()


def test_the_weights_keep_their_dtype() -> None:
    images = as_array(X.astype(np.float32))
    first, second = Tensor(FIRST, dtype="float32"), Tensor(SECOND, dtype="float32")
    returned = nn_epoch(images, Y, first, second)
    assert [tensor.dtype for tensor in returned] == [FLOAT32, FLOAT32]


def test_rows_without_labels_and_batches_of_nothing_are_refused() -> None:
    with pytest.raises(ShapeError, match="25 rows and 24 labels"):
        softmax_regression_epoch(X, Y[:24], Tensor(THETA))
    with pytest.raises(ParameterError, match="got batch 0"):
        nn_epoch(X, Y, Tensor(FIRST), Tensor(SECOND), 0.1, 0)
