"""What is trained, how, on what, and how far it has come. A checkpoint holds all but the images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.array import Array, NumberArray, Shape


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Images (N, D), entries 0 to 1 unless they are raw, and of each the number of its class, (N,)."""

    images: Array
    labels: NumberArray


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images to train by and others to test by; ``shape``: rows, columns and, if any, colours."""

    name: str
    train: Split
    test: Split
    shape: Shape
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """A fully connected net of these ``sizes`` and how minibatch SGD trains it.

    ``decay`` multiplies the learning rate after each epoch; ``reg`` is λ of the ½ λ Σ‖W‖² in the loss. What
    is random in an epoch follows from ``seed`` and the epoch's number alone.
    """

    sizes: tuple[int, ...]
    batch: int = 32
    learning_rate: float = 0.1
    decay: float = 1.0
    reg: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where training stands after so many whole epochs."""

    epoch: int
    learning_rate: float
    parameters: Mapping[str, Array]
    losses: tuple[float, ...] = ()
    """Of each batch so far."""
    train_accuracies: tuple[float, ...] = ()
    """After each epoch."""
    test_accuracies: tuple[float, ...] = ()
