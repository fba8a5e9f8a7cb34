"""The three ways to train the sigmoid network: by which images, what is scored, what is timed."""

from __future__ import annotations

import time
from itertools import count

import numpy as np
import pytest

from examples import ways
from examples.both_ways import PAGE
from examples.idx import read_idx
from examples.sigmoid_net import Net, Score, initial, saturated, score
from examples.state import Split
from examples.ways import (
    AS_DOCUMENTED,
    EPOCHS,
    MNIST,
    PARTS,
    SCALED,
    TRAIN,
    Setting,
    Way,
    apart,
    bundled,
    trained,
)


def last_images(white: float) -> Split:
    """The last 2,000 of the bundled images."""
    pixels = read_idx(MNIST / "t10k-images-idx3-ubyte.gz")[-2000:]
    labels = read_idx(MNIST / "t10k-labels-idx1-ubyte.gz")[-2000:]
    return Split(pixels.reshape(2000, 784) * (white / 255), labels)


def test_the_page_says_how_many_units_are_saturated_before_training() -> None:
    here, there = (f"{saturated(initial(), last_images(white).images):.1%}" for white in (255.0, 1.0))
    text = PAGE.read_text(encoding="utf-8")
    assert f"Before training {here} of the first layer's units are saturated" in text
    assert f"; with pixels 0 to 1, {there} are.\n" in text


@pytest.mark.parametrize(
    ("setting", "way", "accuracy"),
    [
        (AS_DOCUMENTED, Way.DOCUMENT, "66.85%"),
        (SCALED[1], Way.DOCUMENT, "82.35%"),
        (SCALED[1], Way.REPAIRED, "89.60%"),
    ],
)
def test_first_epochs_of_the_page_come_out_again(setting: Setting, way: Way, accuracy: str) -> None:
    net = initial()
    way.descend(net, bundled(setting.white, 0, TRAIN), setting.rate)
    assert f"{score(net, last_images(setting.white)).accuracy:.2%}" == accuracy
    (row,) = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| {' | '.join(setting.cells)} | 1 | ")
    ]
    *_, document, repaired, engine, _ = (cell.strip() for cell in row.split("|"))
    assert accuracy == (document if way is Way.DOCUMENT else repaired)
    assert (repaired == engine) is (setting is SCALED[1])


def test_short_runs_by_hand_and_by_the_engine_are_the_same_to_the_digits_that_are_shown() -> None:
    document, repaired, engine = (trained(SCALED[1], way, 40, lambda: None) for way in Way)
    assert engine.scores[0] == score(initial(), last_images(1.0))
    assert [f"{each.loss:.6f}" for each in repaired.scores] == [f"{each.loss:.6f}" for each in engine.scores]
    assert [each.right for each in repaired.scores] == [each.right for each in engine.scores]
    assert document.scores[0] == engine.scores[0]
    assert document.scores[1].loss != engine.scores[1].loss
    assert apart(document.net, engine.net) > apart(repaired.net, engine.net)
    assert len(engine.scores) == 1 + EPOCHS * PARTS
    assert engine.epochs == engine.scores[8::8]
    assert len(engine.seconds) == EPOCHS


def test_the_first_images_are_trained_by_once_an_epoch_and_the_last_2000_are_the_test() -> None:
    setting = Setting(51.0, 0.03)
    run = trained(setting, Way.REPAIRED, 13, lambda: None, seed=1)
    test = last_images(51.0)
    net = initial(seed=1)
    before = saturated(net, test.images)
    assert run.scores[0] == score(net, test)
    for reached in run.epochs:
        Way.REPAIRED.descend(net, bundled(51.0, 0, 13), setting.rate)
        assert reached == score(net, test)
    assert apart(run.net, net) == 0.0
    assert run.saturated == (before, saturated(net, test.images))
    assert run.saturated[0] != run.saturated[1]


def test_the_first_8000_images_are_apart_from_the_test() -> None:
    pixels = read_idx(MNIST / "t10k-images-idx3-ubyte.gz")
    train, test = bundled(255.0, 0, TRAIN), bundled(255.0, TRAIN)
    assert (len(train.images), len(test.images)) == (8000, 2000)
    assert np.array_equal(train.images, pixels[:8000].reshape(8000, 784))
    assert np.array_equal(test.images, last_images(255.0).images)
    assert np.array_equal(test.labels, last_images(255.0).labels)


def test_the_seconds_are_those_of_the_steps_of_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    now, parts = [0.0], count()

    def descend(way: Way, net: Net, split: Split, rate: float) -> None:
        now[0] += 2.0 ** next(parts)

    def scored(net: Net, split: Split) -> Score:
        now[0] += 0.5
        return Score(1.0, 1, 2)

    monkeypatch.setattr(time, "process_time", lambda: now[0])
    monkeypatch.setattr(Way, "descend", descend)
    monkeypatch.setattr(ways, "score", scored)
    assert trained(SCALED[1], Way.ENGINE, 8, lambda: None).seconds == (255.0, 255.0 * 2**8, 255.0 * 2**16)
