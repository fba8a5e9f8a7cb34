"""Minibatch SGD on fully connected networks, epoch by epoch. All that is random follows from the seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import inf, isfinite

import numpy as np

from engine import Tensor, no_grad, pullback
from engine.array import Array, IntArray, NumberArray, computed
from engine.dtype import FLOAT64
from engine.errors import ParameterError
from examples.errors import DataError
from examples.networks import initial, leaves, loss, scores
from examples.state import Dataset, Settings, Split, State

DIGITS = Settings((64, 256, 10), batch=32, learning_rate=0.5, decay=0.95, reg=1e-4)
"""For scikit-learn's digits: 97 % of 360 test images and more after 20 epochs."""
MNIST = Settings((784, 100, 10), batch=100, learning_rate=0.1)
"""Batch and rate are those of the epochs in ``examples.epochs``, here with biases and shuffled."""
FASHION = Settings((784, 256, 128, 64, 10), batch=64, learning_rate=0.01)
"""The document reports 85.0 % of Fashion-MNIST's test images, as the mean of 60 epochs."""
CIFAR = Settings((3072, 50, 10), batch=200, learning_rate=0.05, decay=0.95, reg=1e-3)
"""Sizes and decay are the document's. Its rate 1e-3 and λ = 0.5 are for pixels 0 to 255 less their mean; the
two here are for entries 0 to 1. The document's other net has 200 hidden units."""

ROWS = 1_000
"""As many images are classified at a time, so that no copy of a large set is made."""


def start(settings: Settings, data: Dataset) -> State:
    """Before the first epoch: the weights are drawn from ``default_rng(seed)``, see ``networks.initial``.

    Raises ``ParameterError`` for settings that nothing can be trained by, ``DataError`` for images that they
    do not fit.
    """
    _check(settings)
    _check_fit(settings, data)
    return State(0, settings.learning_rate, initial(settings.sizes, settings.seed))


def one_epoch(settings: Settings, data: Dataset, state: State, on_batch: Callable[[float], None]) -> State:
    """The state after one epoch more; ``state`` stays as it is. ``on_batch`` is given the loss of each batch.

    The k-th epoch, k = 1, 2, …, takes the training images in the order that ``default_rng([seed, k])``
    permutes them into, the last batch with what is left, in float64. Each batch is a step W − η ∂loss/∂W, and
    after the epoch η is multiplied by ``decay``.

    Raises ``ParameterError`` where a loss or parameter is no finite number, and as ``start``.
    """
    _check(settings)
    _check_fit(settings, data)
    epoch = state.epoch + 1
    parameters = leaves(state.parameters)
    losses: list[float] = []
    for chosen in shuffled(settings, epoch, len(data.train.images)):
        images, labels = batch_of(data.train, chosen)
        with np.errstate(over="ignore", invalid="ignore"):  # where numbers overflow, the loss says so
            batch_loss = loss(parameters, Tensor.make_const(images), labels, settings.reg)
            parameters = descended(batch_loss, parameters, state.learning_rate)
        losses.append(_finite("loss", batch_loss.item(), epoch, len(losses) + 1))
        on_batch(losses[-1])
    arrays = {name: value.realize_cached_data() for name, value in parameters.items()}
    for array in arrays.values():  # no loss has shown what the last step did
        _finite("parameter", float(abs(array).max()), epoch, len(losses))
    return replace(
        state,
        epoch=epoch,
        learning_rate=state.learning_rate * settings.decay,
        parameters=arrays,
        losses=(*state.losses, *losses),
        train_accuracies=(*state.train_accuracies, accuracy(arrays, data.train)),
        test_accuracies=(*state.test_accuracies, accuracy(arrays, data.test)),
    )


def accuracy(parameters: Mapping[str, Array], split: Split) -> float:
    """The share of the images whose largest score is that of their label."""
    constants = {name: Tensor.make_const(array) for name, array in parameters.items()}
    right = 0
    for rows in batches(len(split.images), ROWS):
        images, labels = batch_of(split, rows)
        found = scores(constants, Tensor.make_const(images)).realize_cached_data().argmax(axis=1)
        right += int(np.count_nonzero(np.equal(found, labels)))
    return right / len(split.images)


def shuffled(settings: Settings, epoch: int, count: int) -> Iterator[IntArray]:
    """The numbers of the images of each batch of an epoch."""
    order = np.random.default_rng([settings.seed, epoch]).permutation(count)
    return (order[rows] for rows in batches(count, settings.batch))


def batches(count: int, size: int) -> Iterator[slice[int, int, None]]:
    """The rows of each batch in order; the last one has what is left."""
    return (slice(first, min(first + size, count)) for first in range(0, count, size))


def batch_of(split: Split, rows: slice[int, int, None] | IntArray) -> tuple[Array, NumberArray]:
    """These images in float64, and their labels."""
    return computed(split.images[rows].astype(FLOAT64, copy=False)), split.labels[rows]


def descended(output: Tensor, parameters: Mapping[str, Tensor], learning_rate: float) -> dict[str, Tensor]:
    """The leaves W − η ∂y/∂W, for a loss y = ``output``: a step of SGD. The parameters stay as they are."""
    with no_grad():  # the step is not differentiated again
        adjoints = pullback(output, list(parameters.values()))
    steps = [learning_rate * adjoint.realize_cached_data() for adjoint in adjoints]
    pairs = zip(parameters.items(), steps, strict=True)
    return leaves({name: computed(value.realize_cached_data() - step) for (name, value), step in pairs})


def _finite(what: str, number: float, epoch: int, batch: int) -> float:
    if not isfinite(number):
        raise ParameterError(
            "one_epoch",
            f"a {what} of {number} in epoch {epoch}, batch {batch}",
            "a finite number",
            "take a smaller learning rate",
        )
    return number


def _check(settings: Settings) -> None:
    """Raise ``ParameterError`` for settings that nothing can be trained by."""
    sizes = settings.sizes
    promises = [
        ("sizes", sizes, len(sizes) > 1 and min(sizes) > 0, "two or more numbers > 0"),
        ("batch", settings.batch, settings.batch > 0, "a number > 0"),
        ("learning_rate", settings.learning_rate, 0 < settings.learning_rate < inf, "a finite number > 0"),
        ("decay", settings.decay, 0 < settings.decay < inf, "a finite number > 0"),
        ("reg", settings.reg, 0 <= settings.reg < inf, "a finite number ≥ 0"),
        ("seed", settings.seed, settings.seed >= 0, "a number ≥ 0"),
    ]
    for name, got, kept, expected in promises:
        if not kept:
            raise ParameterError(f"Settings, {name}", f"{got}", expected, "choose another")


def _check_fit(settings: Settings, data: Dataset) -> None:
    """Raise unless the network takes the images and tells the classes of the data set apart."""
    first, last = settings.sizes[0], settings.sizes[-1]
    if last != len(data.classes):
        raise ParameterError(
            "Settings, sizes",
            f"{last} outputs",
            f"{len(data.classes)}, the classes of {data.name}",
            "change the last size",
        )
    for role, split in (("train", data.train), ("test", data.test)):
        images, labels = split.images.shape, split.labels.shape
        if len(images) != 2 or not images[0] or labels != images[:1]:
            raise DataError(
                f"{data.name}, {role}",
                f"images {images}, labels {labels}",
                "(N, D) and (N,), N > 0",
                "load it again",
            )
        if images[1] != first:
            raise ParameterError(
                "Settings, sizes",
                f"{first} inputs",
                f"{images[1]}, the pixels of {data.name}",
                "change the first size",
            )
        least, largest = int(split.labels.min()), int(split.labels.max())
        if least < 0 or largest >= last:
            raise DataError(
                f"{data.name}, {role}", f"labels {least} to {largest}", f"0 ≤ label < {last}", "load it again"
            )
