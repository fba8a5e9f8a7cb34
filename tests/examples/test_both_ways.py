"""The three ways to train the sigmoid network, what is told of them, and the page that holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from engine import ParameterError
from examples import both_ways
from examples.both_ways import (
    BY_HAND,
    LOSSES,
    PAGE,
    PICTURE,
    Rows,
    Starts,
    accuracies,
    draw,
    losses,
    main,
    markdown,
    measures,
    outcomes,
    show,
    starts,
    tell,
)
from examples.sigmoid_net import Layer, Score
from examples.ways import (
    AS_DOCUMENTED,
    EPOCHS,
    FIRST,
    PARTS,
    SCALED,
    TRAIN,
    Run,
    Setting,
    Way,
)

MADE_UP = (
    (AS_DOCUMENTED, ((700, 2.0), (500, 2.5), (400, 20.0))),
    (SCALED[0], ((300, 3.0), (900, 4.0), (905, 30.0))),
    (SCALED[1], ((550, 4.5), (560, 5.0), (550, 60.0))),
)
"""For each way: how many of 1,000 are right at last, and the seconds of the fastest epoch."""

ACCURACY_ROWS: Rows = [
    ("0 to 255", "0.003", "1", "62.00%", "42.00%", "32.00%"),
    ("0 to 255", "0.003", "2", "66.00%", "46.00%", "36.00%"),
    ("0 to 255", "0.003", "3", "70.00%", "50.00%", "40.00%"),
    ("0 to 1", "0.003", "1", "22.00%", "82.00%", "82.50%"),
    ("0 to 1", "0.003", "2", "26.00%", "86.00%", "86.50%"),
    ("0 to 1", "0.003", "3", "30.00%", "90.00%", "90.50%"),
    ("0 to 1", "0.03", "1", "47.00%", "48.00%", "47.00%"),
    ("0 to 1", "0.03", "2", "51.00%", "52.00%", "51.00%"),
    ("0 to 1", "0.03", "3", "55.00%", "56.00%", "55.00%"),
]
MEASURE_ROWS: Rows = [
    ("0 to 255", "0.003", "by the document", "1.000", "10.0%", "50.0%", "2.00"),
    ("0 to 255", "0.003", "by hand, repaired", "2.000", "11.0%", "51.0%", "2.50"),
    ("0 to 255", "0.003", "by the engine", "3.000", "12.0%", "52.0%", "20.00"),
    ("0 to 1", "0.003", "by the document", "4.000", "13.0%", "53.0%", "3.00"),
    ("0 to 1", "0.003", "by hand, repaired", "5.000", "14.0%", "54.0%", "4.00"),
    ("0 to 1", "0.003", "by the engine", "6.000", "15.0%", "55.0%", "30.00"),
    ("0 to 1", "0.03", "by the document", "7.000", "16.0%", "56.0%", "4.50"),
    ("0 to 1", "0.03", "by hand, repaired", "8.000", "17.0%", "57.0%", "5.00"),
    ("0 to 1", "0.03", "by the engine", "9.000", "18.0%", "58.0%", "60.00"),
]


def made_up(number: int, setting: Setting, way: Way, right: int, seconds: float) -> Run:
    """A run, the ``number``th, whose loss falls by 0.01 a part while 5 images more are right."""
    left = range(PARTS * EPOCHS, -1, -1)
    scores = tuple(Score(number + parts / 100, right - 5 * parts, 1000) for parts in left)
    share = (9 + number) / 100
    net = (Layer(np.full((1, 1), -float(number**2)), np.zeros(1)),)
    return Run(setting, way, 80, scores, (seconds + 1, seconds, seconds + 3), (share, share + 0.4), net)


def made_up_runs() -> list[Run]:
    """No two have a number in common, but for who is level at last."""
    told = [(setting, way, *each) for setting, group in MADE_UP for way, each in zip(Way, group, strict=True)]
    return [made_up(number, *each) for number, each in enumerate(told, start=1)]


class Plot:
    """Records what is drawn, in place of matplotlib's axes."""

    def __init__(self) -> None:
        self.lines: list[tuple[list[float], list[str], str, str]] = []
        self.words: list[str] = []

    def plot(self, x: Sequence[float], y: Sequence[float], format: str, *, label: str) -> None:
        self.lines.append((list(x), [f"{each:.1f}" for each in y], format, label))

    def set_title(self, title: str) -> None:
        self.words.append(title)

    def set_xlabel(self, label: str) -> None:
        self.words.append(label)

    def set_ylabel(self, label: str) -> None:
        self.words.append(label)

    def legend(self) -> None:
        self.words.append("legend")


class Picture:
    """Records its plots, in place of matplotlib's figure."""

    def __init__(self) -> None:
        self.plots: dict[tuple[int, int, int], Plot] = {}

    def add_subplot(self, rows: int, columns: int, index: int) -> Plot:
        return self.plots.setdefault((rows, columns, index), Plot())

    def savefig(self, path: Path, *, format: str) -> None:
        path.write_text(format, encoding="utf-8")


@pytest.fixture
def picture(monkeypatch: pytest.MonkeyPatch) -> Picture:
    """What is drawn, in place of a picture by matplotlib."""
    made = Picture()

    def make(width: float, height: float) -> Picture:
        return made

    monkeypatch.setattr(both_ways, "make_figure", make)
    return made


def test_the_first_losses_of_the_page_come_out_again() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = losses(AS_DOCUMENTED)
    assert "\n".join(markdown(LOSSES, rows)) in text
    assert len(rows) == len(FIRST)
    assert all(repaired == engine for _, _, repaired, engine in rows)
    assert [document == engine for _, document, _, engine in rows] == [True] + [False] * (len(FIRST) - 1)


def test_the_page_has_a_row_for_each_setting_and_epoch_and_its_picture() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for setting in (AS_DOCUMENTED, *SCALED):
        for epoch in range(1, EPOCHS + 1):
            assert text.count(f"| {' | '.join(setting.cells)} | {epoch} | ") == 1
    for words in (both_ways.HEAD, both_ways.WHY, both_ways.ROUNDING, both_ways.TIME, both_ways.START):
        assert "\n".join(words) in text
    assert f"({PICTURE})" in text
    assert PAGE.with_name(PICTURE).read_bytes().startswith(b"\x89PNG")


def test_other_starts_are_trained_from_by_both_ways_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Setting, Way, int, int]] = []
    runs = iter(made_up_runs())

    def train(setting: Setting, way: Way, images: int, tell: Callable[[], object], seed: int) -> Run:
        asked.append((setting, way, images, seed))
        tell()
        return next(runs)

    monkeypatch.setattr(both_ways, "trained", train)
    told: list[None] = []
    found = starts(8, (1, 2), lambda: told.append(None))
    assert asked == [(AS_DOCUMENTED, way, 8, seed) for seed in (1, 2) for way in BY_HAND]
    assert found == {
        1: (Score(1.0, 700, 1000), Score(2.0, 500, 1000)),
        2: (Score(3.0, 400, 1000), Score(4.0, 300, 1000)),
    }
    assert len(told) == 4


@pytest.mark.parametrize("images", [PARTS - 1, TRAIN + 1, -5])
def test_too_few_and_too_many_images_are_refused_and_nothing_is_written(images: int, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=f"got {images} images; expected from 8 to 8000"):
        show(tmp_path, Console(), images)
    assert list(tmp_path.iterdir()) == []


def test_tables_and_the_picture_of_two_settings_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Setting, Way, int]] = []
    runs = {(run.setting, run.way): run for run in made_up_runs()}

    def train(setting: Setting, way: Way, images: int, tell: Callable[[], object]) -> Run:
        asked.append((setting, way, images))
        tell()
        return runs[setting, way]

    monkeypatch.setattr(both_ways, "trained", train)
    console = Console(record=True, width=140)
    (path,) = show(tmp_path, console, 16)
    assert asked == [(setting, way, 16) for setting in (AS_DOCUMENTED, SCALED[1]) for way in Way]
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes().startswith(b"\x89PNG")
    text = console.export_text()
    assert "Right of 2,000 test images, trained by 80" in text
    assert text.count("times as long") == 2


def test_what_comes_out_is_read_off_the_runs() -> None:
    after = "after 3 epochs the engine is"
    nets = "the document. The nets by the engine and by hand, repaired, are apart by max |W − W′| ="
    costs = "An epoch by the engine takes"
    told = (
        (AS_DOCUMENTED, "30.00 points below", "5e+00", "8.0"),
        (SCALED[0], "60.50 points above", "1e+01", "7.5"),
        (SCALED[1], "level with", "2e+01", "12.0"),
    )
    assert str(AS_DOCUMENTED) == "pixels 0 to 255, learning rate 0.003"
    assert outcomes(made_up_runs()) == [
        f"{setting}: {after} {place} {nets} {far}. {costs} {times} times as long as by hand."
        for setting, place, far, times in told
    ]


def test_the_tables_are_read_off_the_runs_and_printed() -> None:
    assert accuracies(made_up_runs()) == ACCURACY_ROWS
    assert measures(made_up_runs()) == MEASURE_ROWS
    console = Console(record=True, width=140)
    tell(made_up_runs(), console)
    printed = console.export_text().splitlines()
    cells = [tuple(cell.strip() for cell in line.split("│")[1:-1]) for line in printed if "│" in line]
    assert cells == ACCURACY_ROWS + MEASURE_ROWS


def test_the_picture_plots_accuracies_against_epochs(tmp_path: Path, picture: Picture) -> None:
    draw(made_up_runs(), tmp_path / PICTURE)
    assert (tmp_path / PICTURE).read_text(encoding="utf-8") == "png"
    assert list(picture.plots) == [(2, 2, 1), (2, 2, 2), (2, 2, 3)]
    for (setting, group), plot in zip(MADE_UP, picture.plots.values(), strict=True):
        assert plot.words == [str(setting), "epochs of 80 images", "% right of 2,000", "legend"]
        for (right, _), line, way, style in zip(group, plot.lines, Way, ("r-", "k:", "b-"), strict=True):
            heights = [f"{right / 10 - 12 + part / 2:.1f}" for part in range(25)]
            assert line == ([part / 8 for part in range(25)], heights, style, way.value)


def test_the_page_is_written_by_a_whole_run_and_not_by_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Picture
) -> None:
    asked: list[int] = []

    def compare(settings: tuple[Setting, ...], images: int, console: Console) -> list[Run]:
        asked.append(images)
        return made_up_runs()

    def no_starts(images: int, seeds: Sequence[int], tell: Callable[[], object]) -> Starts:
        return {7: (Score(1.0, 1, 4), Score(1.0, 2, 4)), 8: (Score(1.0, 2, 4), Score(1.0, 1, 4))}

    monkeypatch.setattr(both_ways, "compare", compare)
    monkeypatch.setattr(both_ways, "starts", no_starts)
    monkeypatch.setattr(both_ways, "PAGE", tmp_path / "both_ways.md")
    main(["--images", "80"])
    assert list(tmp_path.iterdir()) == []
    main([])
    assert asked == [80, TRAIN]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["both_ways.md", PICTURE]
    text = (tmp_path / "both_ways.md").read_text(encoding="utf-8")
    assert len(picture.plots) == 3
    assert "\n".join(markdown(both_ways.ACCURACIES, ACCURACY_ROWS)) in text
    assert "\n".join(markdown(both_ways.MEASURES, MEASURE_ROWS)) in text
    assert all(f"\n- {line}\n" in text for line in outcomes(made_up_runs()))
    assert "| 7 | 25.00% | 50.00% |\n| 8 | 50.00% | 25.00% |" in text
    assert "The document is ahead from 1 of 2." in text
    assert "\nBefore training 10.0% of the first layer's units are saturated; " in text
    assert "; with pixels 0 to 1, 18.0% are.\n" in text
