"""Minibatch SGD: what an epoch takes, leaves and returns, what it learns, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine import ParameterError, Tensor, pullback
from engine.array import Array
from engine.dtype import FLOAT64
from examples.errors import DataError
from examples.networks import initial, leaves, loss
from examples.solver import accuracy, descended, one_epoch, start
from examples.state import Dataset, Settings, Split, State

SETTINGS = Settings((6, 5, 3), batch=8, learning_rate=0.25, decay=0.5, reg=0.01, seed=3)


def split(rows: int, pixels: int = 6, classes: int = 3) -> Split:
    """Images of noise; every class is there."""
    return Split(np.random.default_rng(rows).random((rows, pixels)), np.arange(rows) % classes)


def noise(train: Split | None = None, test: Split | None = None) -> Dataset:
    return Dataset("noise", train or split(27), test or split(10), (2, 3), ("a", "b", "c"))


def after(epochs: int, settings: Settings, data: Dataset) -> State:
    state = start(settings, data)
    for _ in range(epochs):
        state = one_epoch(settings, data, state, lambda loss: None)
    return state


def bits(state: State) -> tuple[object, ...]:
    """All that a state holds, to be compared."""
    parameters = [(name, array.tobytes()) for name, array in state.parameters.items()]
    accuracies = state.train_accuracies, state.test_accuracies
    return (state.epoch, state.learning_rate, parameters, state.losses, *accuracies)


def test_training_starts_from_drawn_weights() -> None:
    state = start(SETTINGS, noise())
    assert (state.epoch, state.learning_rate, state.losses) == (0, 0.25, ())
    expected = initial((6, 5, 3), 3)
    assert all((state.parameters[name] == array).all() for name, array in expected.items())


def test_an_epoch_reports_each_batch_and_the_last_has_what_is_left() -> None:
    reported: list[float] = []
    state = one_epoch(SETTINGS, noise(), start(SETTINGS, noise()), reported.append)
    assert len(reported) == 4  # 8 + 8 + 8 + 3
    assert state.losses == tuple(reported)
    assert (state.epoch, state.learning_rate) == (1, 0.125)
    again = one_epoch(SETTINGS, noise(), state, reported.append)
    assert again.losses == tuple(reported)
    assert (again.epoch, again.learning_rate, len(again.test_accuracies)) == (2, 0.0625, 2)


def test_an_epoch_is_the_steps_that_its_docstring_says() -> None:
    data, state = noise(), start(SETTINGS, noise())
    parameters = leaves(state.parameters)
    order = np.random.default_rng([3, 1]).permutation(27)
    losses: list[float] = []
    for rows in (order[:8], order[8:16], order[16:24], order[24:]):
        value = loss(parameters, Tensor(data.train.images[rows]), data.train.labels[rows], 0.01)
        losses.append(value.item())
        adjoints = pullback(value, list(parameters.values()))
        pairs = zip(parameters.items(), adjoints, strict=True)
        parameters = {name: Tensor(old.numpy() - 0.25 * bar.numpy()) for (name, old), bar in pairs}
    ended = one_epoch(SETTINGS, data, state, lambda loss: None)
    assert ended.losses == tuple(losses)
    assert all((ended.parameters[name] == value.numpy()).all() for name, value in parameters.items())


def test_an_epoch_leaves_the_state_and_the_images_as_they_were() -> None:
    data, state = noise(), start(SETTINGS, noise())
    before, images = bits(state), data.train.images.copy()
    one_epoch(SETTINGS, data, state, lambda loss: None)
    assert bits(state) == before
    assert (data.train.images == images).all()


def test_training_follows_from_the_settings_alone() -> None:
    assert bits(after(3, SETTINGS, noise())) == bits(after(3, SETTINGS, noise()))
    other = replace(SETTINGS, seed=4)
    assert after(1, other, noise()).losses != after(1, SETTINGS, noise()).losses


def test_epochs_take_the_images_in_different_orders() -> None:
    still = replace(SETTINGS, learning_rate=1e-300)  # the network does not move: only the batches differ
    losses = after(2, still, noise()).losses
    assert losses[:4] != losses[4:]


def test_images_of_float32_are_computed_with_in_float64() -> None:
    images = split(27).images.astype(np.float32)
    narrow = noise(Split(images, split(27).labels))
    wide = noise(Split(images.astype(np.float64), split(27).labels))
    state = after(1, SETTINGS, narrow)
    assert bits(state) == bits(after(1, SETTINGS, wide))
    assert {array.dtype for array in state.parameters.values()} == {FLOAT64}


def test_accuracy_is_the_share_of_the_images_that_are_told_right() -> None:
    parameters = {"W1": np.eye(3), "b1": np.zeros(3)}
    images: Array = np.eye(3)[np.arange(2500) % 3]
    assert accuracy(parameters, Split(images, np.arange(2500) % 3)) == 1
    assert accuracy(parameters, Split(images, np.zeros(2500, np.uint8))) == 834 / 2500


def test_a_step_of_sgd_goes_down_the_gradient_and_keeps_no_graph() -> None:
    w = Tensor([3.0, -1.0])
    moved = descended((w * w).sum(), {"w": w}, 0.25)["w"]
    assert moved.numpy().tolist() == [1.5, -0.5]
    assert moved.is_leaf()
    assert moved.requires_grad
    assert w.numpy().tolist() == [3.0, -1.0]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (replace(SETTINGS, sizes=(6,)), r"Settings, sizes: got \(6,\); expected two or more"),
        (replace(SETTINGS, sizes=(6, 0, 3)), "expected two or more numbers > 0"),
        (replace(SETTINGS, sizes=(5, 3)), "got 5 inputs; expected 6, the pixels of noise"),
        (replace(SETTINGS, sizes=(6, 4)), "got 4 outputs; expected 3, the classes of noise"),
        (replace(SETTINGS, batch=0), "Settings, batch: got 0"),
        (replace(SETTINGS, learning_rate=math.inf), "Settings, learning_rate: got inf"),
        (replace(SETTINGS, learning_rate=-0.1), "Settings, learning_rate: got -0.1"),
        (replace(SETTINGS, decay=math.nan), "Settings, decay: got nan"),
        (replace(SETTINGS, reg=-1.0), "Settings, reg: got -1.0"),
        (replace(SETTINGS, seed=-1), "Settings, seed: got -1"),
    ],
)
def test_settings_that_nothing_can_be_trained_by_are_refused(settings: Settings, words: str) -> None:
    state = start(SETTINGS, noise())
    with pytest.raises(ParameterError, match=words):
        start(settings, noise())
    with pytest.raises(ParameterError, match=words):
        one_epoch(settings, noise(), state, lambda loss: None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Split(np.ones((4, 6)), np.zeros(3, int)), r"images \(4, 6\), labels \(3,\)"),
        (Split(np.ones((0, 6)), np.zeros(0, int)), "expected .* N > 0"),
        (Split(np.ones((4, 2, 3)), np.zeros(4, int)), r"expected \(N, D\)"),
        (Split(np.ones((4, 6)), np.array([0, 1, 2, 3])), "got labels 0 to 3; expected 0 ≤ label < 3"),
        (Split(np.ones((4, 6)), np.array([0, 1, -2, 1])), "got labels -2 to 1"),
    ],
)
def test_images_and_labels_that_do_not_match_are_refused(wrong: Split, words: str) -> None:
    for data, role in ((noise(train=wrong), "train"), (noise(test=wrong), "test")):
        with pytest.raises(DataError, match=f"noise, {role}: .*{words}"):
            start(SETTINGS, data)


def test_a_rate_at_which_the_loss_leaves_the_numbers_is_named() -> None:
    settings, reported = replace(SETTINGS, learning_rate=1e200), list[float]()
    with pytest.raises(ParameterError, match=r"a loss of .* in epoch 1, batch \d; .*smaller learning rate"):
        one_epoch(settings, noise(), start(settings, noise()), reported.append)
    assert all(map(math.isfinite, reported))


def test_a_last_step_out_of_the_numbers_is_named_too() -> None:
    settings = replace(SETTINGS, batch=27, learning_rate=1e308, reg=100.0)
    with pytest.raises(ParameterError, match="a parameter of inf in epoch 1, batch 1;"):
        one_epoch(settings, noise(), start(settings, noise()), lambda loss: None)
