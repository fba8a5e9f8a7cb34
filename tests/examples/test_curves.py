"""The pictures of a training run: weights by numbers, files that are pictures, whole or not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from engine.array import Array, as_array
from examples import curves
from examples.curves import MOST, learning_curves, mosaic, pictures, save_picture
from examples.libraries import make_figure
from examples.state import Dataset, Split, State

PNG = b"\x89PNG\r\n\x1a\n"
NOTHING = Split(np.zeros((1, 6)), np.zeros(1, np.uint8))
DATA = Dataset("noise", NOTHING, NOTHING, (2, 3), ("a", "b"))
STATE = State(2, 0.1, {"W1": np.ones((6, 4))}, (2.0, 1.5, 1.0, 0.5), (0.25, 0.75), (0.5, 0.625))


def test_a_weight_is_grey_at_zero_and_its_units_largest_is_black_or_white() -> None:
    weights = as_array([[4.0, 0.0], [-2.0, -1.0], [0.0, 0.5], [1.0, 1.0]])
    first = [[1.0, 0.25], [0.5, 0.625]]
    second = [[0.5, 0.0], [0.75, 1.0]]
    image = mosaic(weights, (2, 2))
    assert image.shape == (2, 5, 3)
    for colour in range(3):
        assert image[:, :2, colour].tolist() == first
        assert image[:, 2, colour].tolist() == [1.0, 1.0]
        assert image[:, 3:, colour].tolist() == second


def test_colours_stay_colours() -> None:
    weights = as_array(np.arange(-6.0, 6.0).reshape(12, 1))
    assert mosaic(weights, (2, 2, 3)).tolist() == (0.5 + np.arange(-6.0, 6.0) / 12).reshape(2, 2, 3).tolist()


def test_units_fill_rows_and_a_unit_of_zeros_is_grey() -> None:
    image = mosaic(np.zeros((1, 3)), (1, 1))
    assert image[:, :, 0].tolist() == [[0.5, 1.0, 0.5], [1.0, 1.0, 1.0], [0.5, 1.0, 1.0]]


def test_of_many_units_the_first_are_shown() -> None:
    weights = as_array(np.where(np.arange(MOST + 1) < MOST, 1.0, -1.0).reshape(1, -1))
    image: Array = mosaic(weights, (1, 1))
    assert image.shape == (19, 19, 3)
    assert image.min() == 1.0


@dataclass
class Plot:
    """The lines that were drawn."""

    lines: dict[str, tuple[list[float], list[float]]] = field(
        default_factory=dict[str, tuple[list[float], list[float]]]
    )

    def plot(self, x: Sequence[float], y: Sequence[float], format: str = "", *, label: str = "") -> None:
        self.lines[label] = (list(x), list(y))

    def other(self, *_: object, **__: object) -> None:
        """What draws no line."""

    step = imshow = set_title = set_xlabel = set_ylabel = other
    set_yscale = set_xscale = set_axis_off = legend = other


@dataclass
class Plots:
    """A figure that remembers what is drawn."""

    plots: list[Plot] = field(default_factory=list[Plot])

    def add_subplot(self, rows: int, columns: int, index: int) -> Plot:
        self.plots.append(Plot())
        return self.plots[-1]

    def savefig(self, path: Path, *, format: str) -> None:
        path.write_bytes(b"half")
        raise OSError("no space left")


def test_the_curves_are_the_states(monkeypatch: pytest.MonkeyPatch) -> None:
    plots = Plots()

    def made(width: float, height: float) -> Plots:
        return plots

    monkeypatch.setattr(curves, "make_figure", made)
    assert learning_curves("noise", STATE) is plots
    loss, accuracy = plots.plots
    assert loss.lines == {"": ([0.5, 1.0, 1.5, 2.0], [2.0, 1.5, 1.0, 0.5])}
    assert accuracy.lines == {"train": ([1, 2], [25.0, 75.0]), "test": ([1, 2], [50.0, 62.5])}


def test_both_pictures_are_written(tmp_path: Path) -> None:
    files = pictures(tmp_path / "new", DATA, STATE)
    assert [file.name for file in files] == ["noise-curves.png", "noise-weights.png"]
    assert sorted((tmp_path / "new").iterdir()) == files
    assert all(file.read_bytes().startswith(PNG) for file in files)


def test_the_suffix_is_the_format_and_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    save_picture(make_figure(1, 1), path)
    before = path.read_bytes()
    assert b"<svg" in before
    with pytest.raises(OSError, match="no space left"):
        save_picture(Plots(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
