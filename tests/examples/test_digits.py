"""scikit-learn's digits: the first epoch beside NumPy's by hand, and a small part learned by heart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from engine import Tensor
from engine.array import Array, as_array
from examples import by_hand, data, solver
from examples.networks import leaves, loss
from examples.state import Dataset, Settings, Split, State
from tests.examples.rounding import farthest, narrow, rounding

SETTINGS = solver.DIGITS
HIDDEN = SETTINGS.sizes[1]
NAMES = ("W1", "b1", "W2", "b2")


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """scikit-learn's digits, 1,437 to train and 360 to test."""
    return data.digits()


@pytest.fixture(scope="module")
def state(digits: Dataset) -> State:
    """Before the first epoch, with parameters that are numbers of float32 too."""
    begun = solver.start(SETTINGS, digits)
    return replace(begun, parameters={name: narrow(array) for name, array in begun.parameters.items()})


def reordered(state: State, seed: int) -> list[Array]:
    """The parameters of the same network, its hidden units in another order: only what rounds is another."""
    order = np.random.default_rng(seed).permutation(HIDDEN)
    w1, b1, w2, b2 = (state.parameters[name] for name in NAMES)
    return [as_array(w1[:, order]), as_array(b1[order]), as_array(w2[order]), b2]


def by_engine(digits: Dataset, arrays: Sequence[Array]) -> Array:
    """The losses of the first epoch on the engine, in the dtype of the parameters."""
    parameters, losses = leaves(dict(zip(NAMES, arrays, strict=True))), list[float]()
    for chosen in solver.shuffled(SETTINGS, 1, len(digits.train.images)):
        images, labels = solver.batch_of(digits.train, chosen)
        batch = Tensor.make_const(as_array(images.astype(arrays[0].dtype)))
        value = loss(parameters, batch, labels, SETTINGS.reg)
        parameters = solver.descended(value, parameters, SETTINGS.learning_rate)
        losses.append(value.item())
    return np.array(losses)


def by_hand_alone(digits: Dataset, arrays: Sequence[Array]) -> Array:
    """The losses of the first epoch by hand, in the dtype of the parameters."""
    begun = State(0, SETTINGS.learning_rate, dict(zip(NAMES, arrays, strict=True)))
    return np.array(by_hand.one_epoch(SETTINGS, digits, begun).losses)


@pytest.fixture(scope="module")
def rounding_of_two(digits: Dataset, state: State) -> float:
    """How far rounding may take apart the engine's curve and that by hand, in float64."""
    sides = partial(by_engine, digits), partial(by_hand_alone, digits)
    return rounding(sides, [reordered(state, seed) for seed in range(4)])


def test_the_first_epoch_has_the_losses_of_numpy_to_rounding(
    digits: Dataset, state: State, rounding_of_two: float
) -> None:
    ours = solver.one_epoch(SETTINGS, digits, state, lambda _: None)
    theirs = by_hand.one_epoch(SETTINGS, digits, state)
    assert len(ours.losses) == -(-1437 // SETTINGS.batch)
    assert farthest(np.array(ours.losses), np.array(theirs.losses)) <= rounding_of_two
    assert (ours.epoch, ours.learning_rate) == (theirs.epoch, theirs.learning_rate)
    assert ours.train_accuracies == theirs.train_accuracies
    assert ours.test_accuracies == theirs.test_accuracies


@pytest.mark.parametrize("change", ["learning_rate", "reg", "bias"])
def test_an_error_in_the_twelfth_digit_is_more_than_rounding(
    digits: Dataset, state: State, rounding_of_two: float, change: str
) -> None:
    ours = solver.one_epoch(SETTINGS, digits, state, lambda _: None).losses
    wrong = 1 + 1e-12
    settings, begun = SETTINGS, state
    if change == "learning_rate":
        begun = replace(state, learning_rate=state.learning_rate * wrong)
    elif change == "reg":
        settings = replace(SETTINGS, reg=SETTINGS.reg + 1e-12)
    else:
        begun = replace(state, parameters=dict(state.parameters) | {"b1": state.parameters["b1"] + 1e-12})
    theirs = by_hand.one_epoch(settings, digits, begun).losses
    assert farthest(np.array(theirs), np.array(ours)) > rounding_of_two


def test_the_epoch_by_hand_leaves_the_state_given_as_it_was(digits: Dataset, state: State) -> None:
    before = {name: array.copy() for name, array in state.parameters.items()}
    by_hand.one_epoch(SETTINGS, digits, state)
    assert all((state.parameters[name] == array).all() for name, array in before.items())


def test_a_net_of_two_hidden_layers_of_100_learns_50_digits_by_heart_in_20_epochs(digits: Dataset) -> None:
    fifty = replace(digits, train=Split(digits.train.images[:50], digits.train.labels[:50]))
    settings = Settings((64, 100, 100, 10), batch=25, learning_rate=0.2)
    state = solver.start(settings, fifty)
    for _ in range(20):
        state = solver.one_epoch(settings, fifty, state, lambda _: None)
    assert state.train_accuracies[-1] == 1
