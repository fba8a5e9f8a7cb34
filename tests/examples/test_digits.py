"""scikit-learn's digits: the first epoch beside NumPy's by hand, and what training reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from engine.array import Array, as_array
from engine.dtype import FLOAT32, FLOAT64, DType
from examples import by_hand, solver
from examples.libraries import load_digits
from examples.state import Dataset, Settings, Split, State

SETTINGS = solver.DIGITS
HIDDEN = SETTINGS.sizes[1]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """scikit-learn's digits, 1,437 to train and 360 to test."""
    bundled = load_digits()
    images = as_array(bundled.images.reshape(len(bundled.images), -1) / 16)
    order = np.random.default_rng(0).permutation(len(images))
    splits = [Split(images[rows], bundled.target[rows]) for rows in (order[:1437], order[1437:])]
    return Dataset("digits", splits[0], splits[1], (8, 8), tuple("0123456789"))


@pytest.fixture(scope="module")
def state(digits: Dataset) -> State:
    """Before the first epoch, with parameters that are numbers of float32 too."""
    begun = solver.start(SETTINGS, digits)
    return replace(begun, parameters=converted(converted(begun.parameters, FLOAT32), FLOAT64))


def converted(parameters: Mapping[str, Array], dtype: DType) -> dict[str, Array]:
    return {name: as_array(array.astype(dtype)) for name, array in parameters.items()}


def reordered(parameters: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """The same network, its hidden units in another order: only what rounds is another."""
    order = np.random.default_rng(seed).permutation(HIDDEN)
    first, bias, second = parameters["W1"], parameters["b1"], parameters["W2"]
    return dict(parameters) | {"W1": first[:, order], "b1": bias[order], "W2": second[order]}


def farthest(losses: tuple[float, ...], others: tuple[float, ...]) -> float:
    return max(abs(a - b) for a, b in zip(losses, others, strict=True))


def rounding_of_two(digits: Dataset, state: State) -> float:
    """How far rounding takes apart two curves of an epoch in float64.

    A curve in float32 misses the one in float64 by the roundings of float32, whose unit is 2²⁹ times that of
    float64; the farthest of several counts, for rounding is a matter of chance. Two curves differ by the
    roundings of both.
    """
    truth = by_hand.one_epoch(SETTINGS, digits, state).losses
    misses = [
        farthest(by_hand.one_epoch(SETTINGS, digits, replace(state, parameters=parameters)).losses, truth)
        for parameters in (reordered(converted(state.parameters, FLOAT32), seed) for seed in range(4))
    ]
    return 2 * max(misses) * 2.0**-29


def test_the_first_epoch_has_the_losses_of_numpy_to_rounding(digits: Dataset, state: State) -> None:
    ours = solver.one_epoch(SETTINGS, digits, state, lambda loss: None)
    theirs = by_hand.one_epoch(SETTINGS, digits, state)
    assert len(ours.losses) == -(-1437 // SETTINGS.batch)
    assert farthest(ours.losses, theirs.losses) <= rounding_of_two(digits, state)
    assert (ours.epoch, ours.learning_rate) == (theirs.epoch, theirs.learning_rate)
    assert ours.train_accuracies == theirs.train_accuracies
    assert ours.test_accuracies == theirs.test_accuracies


@pytest.mark.parametrize("change", ["learning_rate", "reg", "bias"])
def test_an_error_in_the_twelfth_digit_is_more_than_rounding(
    digits: Dataset, state: State, change: str
) -> None:
    ours = solver.one_epoch(SETTINGS, digits, state, lambda loss: None).losses
    wrong = 1 + 1e-12
    settings, begun = SETTINGS, state
    if change == "learning_rate":
        begun = replace(state, learning_rate=state.learning_rate * wrong)
    elif change == "reg":
        settings = replace(SETTINGS, reg=SETTINGS.reg + 1e-12)
    else:
        begun = replace(state, parameters=dict(state.parameters) | {"b1": state.parameters["b1"] + 1e-12})
    assert farthest(by_hand.one_epoch(settings, digits, begun).losses, ours) > rounding_of_two(digits, state)


def test_the_epoch_by_hand_leaves_the_state_given_as_it_was(digits: Dataset, state: State) -> None:
    before = {name: array.copy() for name, array in state.parameters.items()}
    by_hand.one_epoch(SETTINGS, digits, state)
    assert all((state.parameters[name] == array).all() for name, array in before.items())


def test_twenty_epochs_reach_97_percent_of_the_test_images(digits: Dataset) -> None:
    state = solver.start(SETTINGS, digits)
    for _ in range(20):
        state = solver.one_epoch(SETTINGS, digits, state, lambda loss: None)
    assert len(state.test_accuracies) == 20
    assert state.test_accuracies[-1] >= 0.97
    assert state.test_accuracies[-1] == by_hand.accuracy(state.parameters, digits.test)


def test_a_net_of_two_hidden_layers_of_100_learns_50_digits_by_heart_in_20_epochs(digits: Dataset) -> None:
    fifty = replace(digits, train=Split(digits.train.images[:50], digits.train.labels[:50]))
    settings = Settings((64, 100, 100, 10), batch=25, learning_rate=0.2)
    state = solver.start(settings, fifty)
    for _ in range(20):
        state = solver.one_epoch(settings, fifty, state, lambda loss: None)
    assert state.train_accuracies[-1] == 1
