"""The course's epochs: batches in order, the last one partial, new leaves, the same numbers as by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from engine import ParameterError, ShapeError, Tensor, logsumexp, relu, softmax_loss
from engine.array import Array, IntArray, as_array, computed
from engine.dtype import FLOAT32
from examples.epochs import nn_epoch, softmax_regression_epoch
from examples.idx import parse_mnist
from examples.ways import MNIST
from tests.examples.rounding import Computation, agree, drawn

ROWS, RATE = 10, 0.125
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(ROWS, 6)), RNG.integers(3, size=ROWS)
THETA, FIRST, SECOND = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 8)), RNG.normal(size=(8, 3))
LINEAR, HIDDEN = drawn((ROWS, 6), (6, 3)), drawn((ROWS, 6), (6, 8), (8, 3))
"""Images and weights of softmax regression, and of the net."""


def slope(logits: Array, labels: IntArray) -> Array:
    """(softmax(Z) − e_y) / N."""
    weights: Array = np.exp(logits)
    shares = weights / weights.sum(axis=1, keepdims=True)
    return computed((shares - np.eye(3, dtype=logits.dtype)[labels]) / len(logits))


def regression(arrays: Sequence[Array], batch: int, rate: float = RATE) -> Array:
    x, theta = arrays
    return softmax_regression_epoch(x, Y[: len(x)], Tensor(theta), rate, batch).numpy()


def regression_by_hand(arrays: Sequence[Array], batch: int, rate: float = RATE) -> Array:
    x, theta = arrays
    for first in range(0, ROWS, batch):
        rows = slice(first, first + batch)
        theta = computed(theta - rate * x[rows].T @ slope(x[rows] @ theta, Y[rows]))
    return theta


def net(arrays: Sequence[Array], batch: int, rate: float = RATE) -> Array:
    """Both weights, one behind the other."""
    x, first, second = arrays
    found = nn_epoch(x, Y, Tensor(first), Tensor(second), rate, batch)
    return computed(np.concatenate([weight.numpy().ravel() for weight in found]))


def net_by_hand(arrays: Sequence[Array], batch: int, rate: float = RATE) -> Array:
    """Both weights, one behind the other."""
    x, first, second = arrays
    for start in range(0, ROWS, batch):
        rows = slice(start, start + batch)
        hidden = np.maximum(x[rows] @ first, 0)
        bar = slope(hidden @ second, Y[rows])
        below = (bar @ second.T) * (hidden > 0)
        first, second = computed(first - rate * x[rows].T @ below), computed(second - rate * hidden.T @ bar)
    return computed(np.concatenate([first.ravel(), second.ravel()]))


def test_the_softmax_loss_of_zeros_is_the_logarithm_of_the_classes() -> None:
    loss = softmax_loss(Tensor(np.zeros((4, 10))), Tensor(np.eye(10)[:4]))
    assert str(loss.item()).startswith("2.3025850")


def test_the_softmax_loss_is_the_mean_of_logsumexp_less_the_label() -> None:
    def named(arrays: Sequence[Array], labels: IntArray = Y) -> Array:
        return softmax_loss(Tensor(arrays[0]), Tensor(np.eye(3, dtype=arrays[0].dtype)[labels])).numpy()

    def formula(arrays: Sequence[Array]) -> Array:
        z = Tensor(arrays[0])
        return (logsumexp(z, 1) - (z * np.eye(3, dtype=z.dtype)[Y]).sum(1)).mean().numpy()

    points = drawn((ROWS, 3))
    assert agree(named, formula, points)
    assert not agree(partial(named, labels=Y[::-1]), formula, points)


@pytest.mark.parametrize("rate", [RATE, 0.5])
@pytest.mark.parametrize("batch", [1, 4, 10, 100])
def test_an_epoch_of_softmax_regression_is_that_of_its_formula(batch: int, rate: float) -> None:
    ours = partial(regression, batch=batch, rate=rate)
    assert agree(ours, partial(regression_by_hand, batch=batch, rate=rate), LINEAR)


@pytest.mark.parametrize("rate", [RATE, 0.5])
@pytest.mark.parametrize("batch", [1, 4, 10, 100])
def test_an_epoch_of_the_net_is_that_of_its_formula(batch: int, rate: float) -> None:
    ours = partial(net, batch=batch, rate=rate)
    assert agree(ours, partial(net_by_hand, batch=batch, rate=rate), HIDDEN)


def test_the_rate_is_a_tenth_and_the_batch_a_hundred_where_none_is_given() -> None:
    rows = np.arange(210)
    images, labels = as_array(X[rows % ROWS]), Y[rows % ROWS]
    told = softmax_regression_epoch(images, labels, Tensor(THETA), 0.1, 100).numpy()
    assert (softmax_regression_epoch(images, labels, Tensor(THETA)).numpy() == told).all()
    both = nn_epoch(images, labels, Tensor(FIRST), Tensor(SECOND), 0.1, 100)
    default = nn_epoch(images, labels, Tensor(FIRST), Tensor(SECOND))
    assert all((ours.numpy() == theirs.numpy()).all() for ours, theirs in zip(default, both, strict=True))


@pytest.mark.parametrize("batch", [1, 4, 10])
def test_an_error_in_the_twelfth_digit_is_more_than_rounding(batch: int) -> None:
    def off(by_hand: Computation, arrays: Sequence[Array]) -> Array:
        """One weight off by 1e-12 of the largest."""
        result = by_hand(arrays).ravel()
        result[-1] += 1e-12 * np.abs(result).max()
        return result

    wrong = partial(off, partial(net_by_hand, batch=batch))
    assert not agree(partial(net, batch=batch), wrong, HIDDEN)
    wrong = partial(off, lambda arrays: regression_by_hand(arrays, batch))
    assert not agree(lambda arrays: regression(arrays, batch).ravel(), wrong, LINEAR)


def test_an_epoch_that_leaves_out_the_last_batch_or_takes_another_order_is_another() -> None:
    def without_last(arrays: Sequence[Array]) -> Array:
        return regression([arrays[0][:8], arrays[1]], 4)

    def backwards(arrays: Sequence[Array]) -> Array:
        theta = Tensor(arrays[1])
        return softmax_regression_epoch(arrays[0][::-1].copy(), Y[::-1], theta, RATE, 4).numpy()

    for wrong in (without_last, backwards):
        assert not agree(wrong, partial(regression_by_hand, batch=4), LINEAR)


def test_an_epoch_on_mnist_tells_most_of_other_images_right() -> None:
    files = (MNIST / f"t10k-{part}.gz" for part in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    images, labels = parse_mnist(*files)
    rng = np.random.default_rng(0)
    theta, first, second = (
        Tensor(rng.normal(0, inputs**-0.5, (inputs, outputs)), dtype="float32")
        for inputs, outputs in ((784, 10), (784, 100), (100, 10))
    )
    others = Tensor.make_const(images[500:1000])

    def right(scores: Tensor) -> float:
        """The share of the other images; a tenth by chance."""
        return np.count_nonzero(np.equal(scores.numpy().argmax(axis=1), labels[500:1000])) / 500

    learned = nn_epoch(images[:500], labels[:500], first, second, 0.1, 10)
    alone = softmax_regression_epoch(images[:500], labels[:500], theta, 0.1, 10)
    assert right(relu(others @ first) @ second) < 0.2
    assert right(relu(others @ learned[0]) @ learned[1]) > 0.5
    assert right(others @ theta) < 0.2
    assert right(others @ alone) > 0.5


def test_the_weights_given_stay_and_new_leaves_are_returned() -> None:
    given = Tensor(FIRST), Tensor(SECOND)
    returned = nn_epoch(X, Y, *given, lr=0.1, batch=4)
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
    with pytest.raises(ShapeError, match="10 rows and 9 labels"):
        softmax_regression_epoch(X, Y[:9], Tensor(THETA))
    with pytest.raises(ParameterError, match="got batch 0"):
        nn_epoch(X, Y, Tensor(FIRST), Tensor(SECOND), 0.1, 0)
