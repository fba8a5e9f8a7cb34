"""A training run in a file: its settings, its data's name and its state, all or nothing, and no pickles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.array import Array, NumberArray, Shape, as_array
from examples.errors import CheckpointError
from examples.npz import DO, read_npz, write_npz
from examples.state import Dataset, Settings, State

FORMAT = 1
KINDS = {"i": "int64", "f": "float32 or float64", "u": "uint8"}
PARAMETER = "parameters."
NAMES = frozenset(
    {
        "format", "data", "settings.sizes", "settings.batch", "settings.learning_rate", "settings.decay",
        "settings.reg", "settings.seed", "state.epoch", "state.learning_rate", "state.losses",
        "state.train_accuracies", "state.test_accuracies",
    }
)  # fmt: skip
"""The arrays of a checkpoint, beside its parameters."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What was trained, by the name of its data set, and how far."""

    settings: Settings
    data: str
    state: State


def save(path: Path, settings: Settings, data: str, state: State) -> None:
    """Write the checkpoint, whole or not at all; it takes the place of what was at ``path``.

    Raises ``CheckpointError`` for what ``load`` would refuse.
    """
    try:
        arrays = _packed(settings, data, state)
    except OverflowError as error:
        raise CheckpointError(str(path), str(error), "integers of 64 bits", "take a smaller seed") from error
    _checkpoint(_Arrays(path, arrays, "train at a lower learning rate"))
    write_npz(path, arrays)


def load(path: Path) -> Checkpoint:
    """What ``save`` wrote, bit for bit.

    Raises ``CheckpointError`` for a file that is missing, truncated, altered or holds a pickle, and for
    arrays that are missing, too many, of another shape or dtype, or not finite.
    """
    return _checkpoint(_Arrays(path, read_npz(path)))


def resumed(path: Path, settings: Settings, data: Dataset) -> State:
    """The state to go on from. Raises ``CheckpointError`` as ``load``, and where another run was saved."""
    found = load(path)
    if found.data != data.name:
        raise CheckpointError(str(path), f"a checkpoint of {found.data}", data.name, DO)
    for field in fields(Settings):
        got: object = getattr(found.settings, field.name)
        expected: object = getattr(settings, field.name)
        if got != expected:
            raise CheckpointError(str(path), f"{field.name} = {got}", f"{expected}", DO)
    batches = found.state.epoch * -(-len(data.train.images) // settings.batch)
    if len(found.state.losses) != batches:
        expected = f"{batches}, for these {len(data.train.images)} images"
        raise CheckpointError(str(path), f"the losses of {len(found.state.losses)} batches", expected, DO)
    return found.state


@dataclass(frozen=True, slots=True)
class _Arrays:
    """The arrays of a file, each handed out if it is of the type and shape that is asked for."""

    path: Path
    arrays: Mapping[str, NumberArray]
    do: str = DO

    def whole(self, name: str) -> int:
        return int(self._entries(name, "i", ()).item())

    def wholes(self, name: str) -> tuple[int, ...]:
        return tuple(map(int, self._entries(name, "i", None)))

    def real(self, name: str) -> float:
        return float(self._entries(name, "f", ()).item())

    def reals(self, name: str) -> tuple[float, ...]:
        return tuple(map(float, self._entries(name, "f", None)))

    def text(self, name: str) -> str:
        return self._entries(name, "u", None).tobytes().decode(errors="replace")

    def parameter(self, name: str, shape: Shape) -> Array:
        return as_array(self._entries(name, "f", shape))

    def refused(self, got: str, expected: str) -> CheckpointError:
        return CheckpointError(str(self.path), got, expected, self.do)

    def _entries(self, name: str, kind: str, shape: Shape | None) -> NumberArray:
        """The array of that name, finite; without ``shape`` a row of any length."""
        if name not in self.arrays:
            raise self.refused(f"no array {name}", "every array of a checkpoint")
        array = self.arrays[name]
        if array.dtype.kind != kind:
            raise self.refused(f"{name} of {array.dtype}", KINDS[kind])
        if array.ndim != 1 if shape is None else array.shape != shape:
            raise self.refused(f"{name} of shape {array.shape}", f"{'(N,)' if shape is None else shape}")
        if not np.isfinite(array).all():
            raise self.refused(f"{name} with entries that are not finite", "finite numbers")
        return array


def _packed(settings: Settings, data: str, state: State) -> dict[str, NumberArray]:
    """The arrays that a checkpoint consists of. Raises ``OverflowError``."""
    return {
        "format": np.array(FORMAT, np.int64),
        "data": np.frombuffer(data.encode(), np.uint8),
        "settings.sizes": np.array(settings.sizes, np.int64),
        "settings.batch": np.array(settings.batch, np.int64),
        "settings.learning_rate": np.array(settings.learning_rate, np.float64),
        "settings.decay": np.array(settings.decay, np.float64),
        "settings.reg": np.array(settings.reg, np.float64),
        "settings.seed": np.array(settings.seed, np.int64),
        "state.epoch": np.array(state.epoch, np.int64),
        "state.learning_rate": np.array(state.learning_rate, np.float64),
        "state.losses": np.array(state.losses, np.float64),
        "state.train_accuracies": np.array(state.train_accuracies, np.float64),
        "state.test_accuracies": np.array(state.test_accuracies, np.float64),
        **{PARAMETER + name: array for name, array in state.parameters.items()},
    }


def _checkpoint(found: _Arrays) -> Checkpoint:
    """The checkpoint that the arrays make up. Raises ``CheckpointError``."""
    if (number := found.whole("format")) != FORMAT:
        raise found.refused(f"format {number}", f"{FORMAT}")
    settings = Settings(
        sizes=found.wholes("settings.sizes"),
        batch=found.whole("settings.batch"),
        learning_rate=found.real("settings.learning_rate"),
        decay=found.real("settings.decay"),
        reg=found.real("settings.reg"),
        seed=found.whole("settings.seed"),
    )
    shapes = _shapes(settings.sizes)
    if extra := found.arrays.keys() - NAMES - shapes.keys():
        raise found.refused(f"the array {min(extra)}", "no array beside those of a checkpoint")
    state = State(
        epoch=found.whole("state.epoch"),
        learning_rate=found.real("state.learning_rate"),
        parameters={
            name.removeprefix(PARAMETER): found.parameter(name, shape) for name, shape in shapes.items()
        },
        losses=found.reals("state.losses"),
        train_accuracies=found.reals("state.train_accuracies"),
        test_accuracies=found.reals("state.test_accuracies"),
    )
    for accuracies in (state.train_accuracies, state.test_accuracies):
        if len(accuracies) != state.epoch:
            raise found.refused(f"{len(accuracies)} accuracies", f"one after each of {state.epoch} epochs")
    return Checkpoint(settings, found.text("data"), state)


def _shapes(sizes: tuple[int, ...]) -> dict[str, Shape]:
    """The shape of each parameter of a net of these sizes: W (inputs, outputs) and b (outputs,) a layer."""
    shapes: dict[str, Shape] = {}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        shapes[f"{PARAMETER}W{layer}"] = (inputs, outputs)
        shapes[f"{PARAMETER}b{layer}"] = (outputs,)
    return shapes
