"""Checkpoints: a run goes on as if it had not stopped, and what is not of this run is refused."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from engine.array import Array, NumberArray, as_array
from examples.checkpoint import load, resumed, save
from examples.errors import CheckpointError
from examples.npz import read_npz, write_npz
from examples.solver import one_epoch, start
from examples.state import Dataset, Settings, Split, State

SETTINGS = Settings((6, 5, 3), batch=8, learning_rate=0.3, decay=0.7, reg=0.01, seed=4)


def split(count: int) -> Split:
    """Images of noise."""
    rng = np.random.default_rng(count)
    return Split(as_array(rng.random((count, 6))), rng.integers(0, 3, count))


DATA = Dataset("noise", split(20), split(7), (2, 3), ("a", "b", "c"))


def trained(state: State, epochs: int) -> State:
    """The state after so many epochs more."""
    for _ in range(epochs):
        state = one_epoch(SETTINGS, DATA, state, lambda loss: None)
    return state


def bits(state: State) -> tuple[object, ...]:
    """All of a state, its arrays as bytes."""
    parameters = {name: (array.shape, array.tobytes()) for name, array in state.parameters.items()}
    histories = (state.losses, state.train_accuracies, state.test_accuracies)
    return (state.epoch, state.learning_rate, list(parameters.items()), histories)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.npz"
    save(path, SETTINGS, "noise", trained(start(SETTINGS, DATA), 1))
    return path


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_a_checkpoint_comes_back_bit_for_bit(tmp_path: Path, epochs: int) -> None:
    state = trained(start(SETTINGS, DATA), epochs)
    save(tmp_path / "run.npz", SETTINGS, "noise", state)
    found = load(tmp_path / "run.npz")
    assert (found.settings, found.data) == (SETTINGS, "noise")
    assert bits(found.state) == bits(state)
    assert list(tmp_path.iterdir()) == [tmp_path / "run.npz"]


def test_float32_stays_float32(tmp_path: Path) -> None:
    state = start(SETTINGS, DATA)
    single: dict[str, Array] = {
        name: as_array(each.astype(np.float32)) for name, each in state.parameters.items()
    }
    save(tmp_path / "run.npz", SETTINGS, "noise", replace(state, parameters=single))
    found = load(tmp_path / "run.npz").state.parameters
    assert {name: (each.dtype, each.tobytes()) for name, each in found.items()} == {
        name: (np.dtype(np.float32), each.tobytes()) for name, each in single.items()
    }


def test_two_epochs_are_one_and_one_more_after_a_checkpoint(path: Path) -> None:
    straight = trained(start(SETTINGS, DATA), 2)
    continued = trained(resumed(path, SETTINGS, DATA), 1)
    assert bits(continued) == bits(straight)
    assert bits(continued) != bits(trained(start(SETTINGS, DATA), 1))


@pytest.mark.parametrize(
    ("settings", "got", "expected"),
    [
        (replace(SETTINGS, sizes=(6, 4, 3)), "sizes = (6, 5, 3)", "(6, 4, 3)"),
        (replace(SETTINGS, sizes=(6, 3)), "sizes = (6, 5, 3)", "(6, 3)"),
        (replace(SETTINGS, batch=9), "batch = 8", "9"),
        (replace(SETTINGS, learning_rate=0.1), "learning_rate = 0.3", "0.1"),
        (replace(SETTINGS, decay=1.0), "decay = 0.7", "1.0"),
        (replace(SETTINGS, reg=0.0), "reg = 0.01", "0.0"),
        (replace(SETTINGS, seed=5), "seed = 4", "5"),
    ],
)
def test_a_run_with_other_settings_is_refused(
    path: Path, settings: Settings, got: str, expected: str
) -> None:
    with pytest.raises(CheckpointError) as raised:
        resumed(path, settings, DATA)
    assert (raised.value.what, raised.value.got, raised.value.expected) == (str(path), got, expected)


def test_a_run_on_other_data_is_refused(path: Path) -> None:
    with pytest.raises(
        CheckpointError, match="got a checkpoint of noise; expected digits; name another file"
    ):
        resumed(path, SETTINGS, replace(DATA, name="digits"))
    with pytest.raises(CheckpointError, match="got the losses of 3 batches; expected 4, for these 27 images"):
        resumed(path, SETTINGS, replace(DATA, train=split(27)))


@pytest.mark.parametrize(
    ("name", "array", "got"),
    [
        ("state.losses", None, "no array state.losses"),
        ("parameters.b2", None, "no array parameters.b2"),
        ("more", np.zeros(1), "the array more"),
        ("parameters.W3", np.zeros((3, 3)), "the array parameters.W3"),
        ("parameters.W1", np.zeros((5, 6)), "parameters.W1 of shape (5, 6)"),
        ("parameters.b1", np.zeros((5, 1)), "parameters.b1 of shape (5, 1)"),
        ("parameters.b1", np.zeros(5, np.int64), "parameters.b1 of int64"),
        ("settings.sizes", np.array(6), "settings.sizes of shape ()"),
        ("settings.sizes", np.array([6, 3]), "the array parameters.W2"),
        ("settings.batch", np.array(8.0), "settings.batch of float64"),
        ("settings.seed", np.array([4]), "settings.seed of shape (1,)"),
        ("state.losses", np.zeros((3, 1)), "state.losses of shape (3, 1)"),
        ("state.epoch", np.array(2), "1 accuracies"),
        ("state.test_accuracies", np.zeros(0), "0 accuracies"),
        ("format", np.array(2), "format 2"),
        ("data", np.array([110]), "data of int64"),
        ("parameters.b2", np.array([0, nan, 0]), "parameters.b2 with entries"),
        ("state.losses", np.array([0, inf, 0]), "state.losses with entries"),
        ("settings.reg", np.array(nan), "settings.reg with entries"),
    ],
)  # fmt: skip
def test_arrays_that_make_no_checkpoint_are_refused(
    path: Path, name: str, array: NumberArray | None, got: str
) -> None:
    arrays = read_npz(path)
    if array is None:
        del arrays[name]
    else:
        arrays[name] = array
    write_npz(path, arrays)
    with pytest.raises(CheckpointError) as raised:
        load(path)
    assert raised.value.what == str(path)
    assert raised.value.got.startswith(got)


def test_what_would_be_refused_is_not_written(path: Path) -> None:
    before, state = path.read_bytes(), load(path).state
    for wrong, got in (
        (replace(state, losses=(nan, 1.0, 1.0)), "state.losses with entries that are not finite"),
        (replace(state, learning_rate=inf), "state.learning_rate with entries that are not finite"),
        (replace(state, epoch=2), "1 accuracies"),
    ):
        with pytest.raises(CheckpointError, match=f"got {got}; expected .*; train at a lower learning rate"):
            save(path, SETTINGS, "noise", wrong)
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]


def test_a_seed_of_more_than_64_bits_is_not_written(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="expected integers of 64 bits; take a smaller seed"):
        save(path, replace(SETTINGS, seed=2**63), "noise", load(path).state)
    assert path.read_bytes() == before


def test_a_truncated_checkpoint_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(CheckpointError, match=r"run\.npz: got .*; expected a whole \.npz file"):
        resumed(path, SETTINGS, DATA)
