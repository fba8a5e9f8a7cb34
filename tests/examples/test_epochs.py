"""The course's epochs: batches in order, the last one partial, new leaves, and the same numbers as by hand.

What rounding may do is measured: a computation in float32 misses the same in float64 by the roundings of
float32, whose unit is 2²⁹ times that of float64; two computations in float64 differ by those of both, and by
a last place because both results are floats. What rounding does is a matter of chance: the largest of several
draws counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytest

from engine import ParameterError, ShapeError, Tensor, logsumexp, softmax_loss
from engine.array import Array, IntArray, Shape, as_array, computed
from engine.dtype import FLOAT32, FLOAT64
from examples.epochs import nn_epoch, softmax_regression_epoch

ROWS, RATE, DRAWS = 10, 0.125, 8
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(ROWS, 6)), RNG.integers(3, size=ROWS)
THETA, FIRST, SECOND = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 8)), RNG.normal(size=(8, 3))

Computation = Callable[[Sequence[Array], IntArray], Array]
"""Of arrays of one dtype, which is the result's, and labels."""


def miss(computation: Computation, arrays: Sequence[Array], labels: IntArray) -> float:
    """How far the result in float32 is from that in float64, for the same numbers."""
    single = computation([as_array(array.astype(FLOAT32)) for array in arrays], labels)
    return farthest(single, computation(arrays, labels))


def farthest(a: Array, b: Array) -> float:
    distance: float = np.abs(a - b).max()
    return float(distance)


def last_place(a: Array) -> float:
    """The unit in the last place of the largest entry."""
    return float(np.spacing(np.abs(a).max()))


def agree_to_rounding(ours: Computation, theirs: Computation, *shapes: Shape) -> bool:
    """Whether two computations agree, in float64, on arrays of these shapes; 3 classes."""
    apart, place, misses = 0.0, 0.0, [0.0, 0.0]
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        arrays = [as_array(rng.normal(0, 0.5, shape).astype(FLOAT32).astype(FLOAT64)) for shape in shapes]
        labels = rng.integers(3, size=ROWS)
        result, other = ours(arrays, labels), theirs(arrays, labels)
        apart, place = max(apart, farthest(result, other)), max(place, last_place(result))
        misses = [
            max(worst, miss(side, arrays, labels)) for worst, side in zip(misses, (ours, theirs), strict=True)
        ]
    return apart <= sum(misses) * 2.0**-29 + place


def slope(logits: Array, labels: IntArray) -> Array:
    """(softmax(Z) − e_y) / N."""
    weights: Array = np.exp(logits)
    shares = weights / weights.sum(axis=1, keepdims=True)
    return computed((shares - np.eye(3, dtype=logits.dtype)[labels]) / len(logits))


def regression(arrays: Sequence[Array], labels: IntArray, batch: int) -> Array:
    x, theta = arrays
    return softmax_regression_epoch(x, labels, Tensor(theta), RATE, batch).numpy()


def regression_by_hand(arrays: Sequence[Array], labels: IntArray, batch: int) -> Array:
    x, theta = arrays
    for first in range(0, ROWS, batch):
        rows = slice(first, first + batch)
        theta = computed(theta - RATE * x[rows].T @ slope(x[rows] @ theta, labels[rows]))
    return theta


def net(arrays: Sequence[Array], labels: IntArray, batch: int) -> Array:
    """Both weights, one behind the other."""
    x, first, second = arrays
    found = nn_epoch(x, labels, Tensor(first), Tensor(second), RATE, batch)
    return computed(np.concatenate([weight.numpy().ravel() for weight in found]))


def net_by_hand(arrays: Sequence[Array], labels: IntArray, batch: int) -> Array:
    """Both weights, one behind the other."""
    x, first, second = arrays
    for start in range(0, ROWS, batch):
        rows = slice(start, start + batch)
        hidden = np.maximum(x[rows] @ first, 0)
        bar = slope(hidden @ second, labels[rows])
        below = (bar @ second.T) * (hidden > 0)
        first, second = computed(first - RATE * x[rows].T @ below), computed(second - RATE * hidden.T @ bar)
    return computed(np.concatenate([first.ravel(), second.ravel()]))


def test_the_softmax_loss_of_zeros_is_the_logarithm_of_the_classes() -> None:
    loss = softmax_loss(Tensor(np.zeros((4, 10))), Tensor(np.eye(10)[:4]))
    assert str(loss.item()).startswith("2.3025850")


def test_the_softmax_loss_is_the_mean_of_logsumexp_less_the_label() -> None:
    def named(arrays: Sequence[Array], labels: IntArray) -> Array:
        return softmax_loss(Tensor(arrays[0]), Tensor(np.eye(3, dtype=arrays[0].dtype)[labels])).numpy()

    def formula(arrays: Sequence[Array], labels: IntArray) -> Array:
        z = Tensor(arrays[0])
        return (logsumexp(z, 1) - (z * np.eye(3, dtype=z.dtype)[labels]).sum(1)).mean().numpy()

    assert agree_to_rounding(named, formula, (ROWS, 3))
    assert not agree_to_rounding(lambda arrays, labels: named(arrays, labels[::-1]), formula, (ROWS, 3))


@pytest.mark.parametrize("batch", [1, 4, 10, 100])
def test_an_epoch_of_softmax_regression_is_that_of_its_formula(batch: int) -> None:
    ours, theirs = partial(regression, batch=batch), partial(regression_by_hand, batch=batch)
    assert agree_to_rounding(ours, theirs, (ROWS, 6), (6, 3))


@pytest.mark.parametrize("batch", [1, 4, 10, 100])
def test_an_epoch_of_the_net_is_that_of_its_formula(batch: int) -> None:
    ours, theirs = partial(net, batch=batch), partial(net_by_hand, batch=batch)
    assert agree_to_rounding(ours, theirs, (ROWS, 6), (6, 8), (8, 3))


def test_an_epoch_that_leaves_out_the_last_batch_or_takes_another_order_is_another() -> None:
    def without_last(arrays: Sequence[Array], labels: IntArray) -> Array:
        return regression([arrays[0][:8], arrays[1]], labels[:8], 4)

    def backwards(arrays: Sequence[Array], labels: IntArray) -> Array:
        return regression([arrays[0][::-1].copy(), arrays[1]], labels[::-1], 4)

    for wrong in (without_last, backwards):
        assert not agree_to_rounding(wrong, partial(regression_by_hand, batch=4), (ROWS, 6), (6, 3))


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
