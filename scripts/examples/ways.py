"""One network trained in three ways: with the document's slips, with these repaired, and by the engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.errors import ParameterError
from examples import by_document, sigmoid_net
from examples.by_document import DOCUMENT, Slip
from examples.idx import read_idx
from examples.sigmoid_net import Net, Score, initial, saturated, score
from examples.state import Split

MNIST = Path(__file__).parent / "mnist"
TRAIN, TEST = 8000, 2000
EPOCHS = 3
PARTS = 8
"""So often in an epoch the test images are asked."""
OTHER_SEEDS = range(10)
FIRST = (1, 2, 5, 10, 20, 50)
"""The images, counted from 1, whose losses show how the first steps went."""


class Way(Enum):
    """Where the adjoints of a step come from."""

    DOCUMENT = "by the document"
    REPAIRED = "by hand, repaired"
    ENGINE = "by the engine"

    def descend(self, net: Net, split: Split, rate: float) -> None:
        """One step of SGD for each image, in place."""
        if self is Way.ENGINE:
            sigmoid_net.descend(net, split, rate)
        else:
            by_document.descend(net, split, rate, DOCUMENT if self is Way.DOCUMENT else Slip.NONE)


@dataclass(frozen=True, slots=True)
class Setting:
    """The entry of a white pixel, black being 0, and the learning rate."""

    white: float
    rate: float

    @property
    def cells(self) -> tuple[str, str]:
        """What stands in a table under pixels and rate."""
        return f"0 to {self.white:g}", f"{self.rate:g}"

    def __str__(self) -> str:
        return "pixels {}, learning rate {}".format(*self.cells)


AS_DOCUMENTED = Setting(255.0, sigmoid_net.RATE)
SCALED = tuple(Setting(1.0, rate) for rate in (0.003, 0.03, 0.3))
"""Three learning rates a decade apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One way in one setting: scores on the test images, before training and after each part of an epoch."""

    setting: Setting
    way: Way
    images: int
    scores: tuple[Score, ...]
    seconds: tuple[float, ...]
    """Of processor time, for the steps of each epoch."""
    saturated: tuple[float, float]
    """The share of saturated units of the first layer on the test images, before training and after."""
    net: Net

    @property
    def epochs(self) -> tuple[Score, ...]:
        """The scores after each whole epoch."""
        return self.scores[PARTS::PARTS]


def bundled(white: float, start: int = 0, stop: int = TRAIN + TEST) -> Split:
    """MNIST's test images from ``start`` to before ``stop``, float64 (N, 784), 0 to ``white``."""
    pixels = read_idx(MNIST / "t10k-images-idx3-ubyte.gz")[start:stop]
    labels = read_idx(MNIST / "t10k-labels-idx1-ubyte.gz")[start:stop]
    return Split(pixels.reshape(len(pixels), -1) * (white / 255), labels)


def part_of(split: Split, start: int, stop: int) -> Split:
    """The images from ``start`` to before ``stop``."""
    return Split(split.images[start:stop], split.labels[start:stop])


def check_images(images: int) -> None:
    """Raise ``ParameterError`` unless so many images can be trained by."""
    if not PARTS <= images <= TRAIN:
        raise ParameterError(
            "both_ways", f"{images} images", f"from {PARTS} to {TRAIN}", "choose how many are trained by"
        )


def trained(
    setting: Setting, way: Way, images: int, tell: Callable[[], object], seed: int = sigmoid_net.SEED
) -> Run:
    """Three epochs by the first ``images`` images, from the start that ``seed`` draws.

    ``tell`` is called after each part.
    Raises ``ParameterError`` for fewer images than parts, or more than there are.
    """
    check_images(images)
    train = bundled(setting.white, 0, images)
    test = bundled(setting.white, TRAIN)
    ends = [images * part // PARTS for part in range(PARTS + 1)]
    parts = [part_of(train, *pair) for pair in pairwise(ends)]
    net = initial(seed=seed)
    before = saturated(net, test.images)
    scores = [score(net, test)]
    seconds: list[float] = []
    for _ in range(EPOCHS):
        spent = 0.0
        for part in parts:
            start = time.process_time()
            way.descend(net, part, setting.rate)
            spent += time.process_time() - start
            scores.append(score(net, test))
            tell()
        seconds.append(spent)
    return Run(
        setting, way, images, tuple(scores), tuple(seconds), (before, saturated(net, test.images)), net
    )


def first_losses(setting: Setting, way: Way) -> list[float]:
    """The losses of the images numbered ``FIRST``, each before its step."""
    images = bundled(setting.white, 0, max(FIRST))
    net = initial()
    losses: list[float] = []
    for at in range(max(FIRST)):
        image = part_of(images, at, at + 1)
        losses.append(score(net, image).loss)
        way.descend(net, image, setting.rate)
    return [losses[number - 1] for number in FIRST]


def apart(a: Net, b: Net) -> float:
    """max |W − W′|: how far the weights of two nets are apart."""
    return max(float(np.max(np.abs(one.weight - other.weight))) for one, other in zip(a, b, strict=True))
