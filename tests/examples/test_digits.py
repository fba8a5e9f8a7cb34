"""scikit-learn's digits: the first epoch beside NumPy's by hand, and a small part learned by heart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from engine import Tensor
from engine.array import Array, as_array
from engine.dtype import FLOAT32, FLOAT64, DType
from examples import by_hand, data, solver
from examples.networks import leaves, loss
from examples.state import Dataset, Settings, Split, State

SETTINGS = solver.DIGITS
HIDDEN = SETTINGS.sizes[1]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """scikit-learn's digits, 1,437 to train and 360 to test."""
    return data.digits()


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


def by_engine(digits: Dataset, state: State) -> tuple[float, ...]:
    """The losses of the first epoch on the engine, in the dtype of the parameters."""
    parameters, losses = leaves(state.parameters), list[float]()
    for chosen in solver.shuffled(SETTINGS, 1, len(digits.train.images)):
        images, labels = solver.batch_of(digits.train, chosen)
        batch = Tensor.make_const(as_array(images.astype(state.parameters["W1"].dtype)))
        value = loss(parameters, batch, labels, SETTINGS.reg)
        parameters = solver.descended(value, parameters, state.learning_rate)
        losses.append(value.item())
    return tuple(losses)


def by_hand_alone(digits: Dataset, state: State) -> tuple[float, ...]:
    """The losses of the first epoch by hand, in the dtype of the parameters."""
    return by_hand.one_epoch(SETTINGS, digits, state).losses


@pytest.fixture(scope="module")
def rounding_of_two(digits: Dataset, state: State) -> float:
    """How far rounding takes apart the engine's curve and that by hand, in float64.

    A curve in float32 misses the one in float64 by the roundings of float32, whose unit is 2²⁹ times that of
    float64; the farthest of several counts, for rounding is a matter of chance. Two curves differ by the
    roundings of both, and by a last place because both losses are floats.
    """
    both = by_engine, by_hand_alone
    truths = [side(digits, state) for side in both]
    singles = [reordered(converted(state.parameters, FLOAT32), seed) for seed in range(4)]
    misses = [
        max(farthest(side(digits, replace(state, parameters=single)), truth) for single in singles)
        for side, truth in zip(both, truths, strict=True)
    ]
    return sum(misses) * 2.0**-29 + float(np.spacing(max(truths[1])))


def test_the_first_epoch_has_the_losses_of_numpy_to_rounding(
    digits: Dataset, state: State, rounding_of_two: float
) -> None:
    ours = solver.one_epoch(SETTINGS, digits, state, lambda _: None)
    theirs = by_hand.one_epoch(SETTINGS, digits, state)
    assert len(ours.losses) == -(-1437 // SETTINGS.batch)
    assert farthest(ours.losses, theirs.losses) <= rounding_of_two
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
    assert farthest(by_hand.one_epoch(settings, digits, begun).losses, ours) > rounding_of_two


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
