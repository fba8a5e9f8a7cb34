"""The three ways to train the sigmoid network, what is told of them, and the page that holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from engine import ParameterError
from examples import both_ways, sigmoid_net
from examples.both_ways import (
    BY_HAND,
    LOSSES,
    PAGE,
    PICTURE,
    Starts,
    accuracies,
    losses,
    main,
    markdown,
    outcomes,
    show,
    starts,
)
from examples.sigmoid_net import Score, initial, score
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
    apart,
    bundled,
    trained,
)


def made_up(setting: Setting, way: Way, right: int) -> Run:
    """A run whose last scores are as given."""
    scores = (Score(2.0, 0, 10), *[Score(1.0, right, 10)] * (PARTS * EPOCHS))
    return Run(setting, way, 80, scores, (2.0, 1.0, 3.0), (0.25, 0.5), initial())


def made_up_runs() -> list[Run]:
    settings = ((AS_DOCUMENTED, (7, 5, 4)), (SCALED[0], (3, 9, 9)), (SCALED[1], (5, 5, 5)))
    return [
        made_up(setting, way, right)
        for setting, rights in settings
        for way, right in zip(Way, rights, strict=True)
    ]


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


def test_the_first_epoch_of_the_page_with_pixels_0_to_1_comes_out_again_by_hand() -> None:
    setting, net = SCALED[1], initial()
    Way.REPAIRED.descend(net, bundled(setting.white, 0, TRAIN), setting.rate)
    right = score(net, bundled(setting.white, TRAIN)).accuracy
    (row,) = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| {' | '.join(setting.cells)} | 1 | ")
    ]
    *_, repaired, engine, _ = (cell.strip() for cell in row.split("|"))
    assert [repaired, engine] == [f"{right:.2%}"] * 2


def test_short_runs_by_hand_and_by_the_engine_are_the_same_to_the_digits_that_are_shown() -> None:
    document, repaired, engine = (trained(SCALED[1], way, 40, lambda: None) for way in Way)
    assert [f"{each.loss:.6f}" for each in repaired.scores] == [f"{each.loss:.6f}" for each in engine.scores]
    assert [each.right for each in repaired.scores] == [each.right for each in engine.scores]
    assert document.scores[0] == engine.scores[0]
    assert document.scores[1].loss != engine.scores[1].loss
    assert apart(document.net, engine.net) > apart(repaired.net, engine.net)
    assert len(engine.scores) == 1 + EPOCHS * PARTS
    assert engine.epochs == engine.scores[8::8]
    assert len(engine.seconds) == EPOCHS


def test_every_image_is_trained_by_once_an_epoch_however_they_divide() -> None:
    run = trained(SCALED[1], Way.REPAIRED, 13, lambda: None)
    net = initial()
    for _ in range(EPOCHS):
        Way.REPAIRED.descend(net, bundled(1.0, 0, 13), SCALED[1].rate)
    assert apart(run.net, net) == 0.0


def test_another_start_is_another_run() -> None:
    told: list[None] = []
    found = starts(8, (1, sigmoid_net.SEED), lambda: told.append(None))
    assert list(found) == [1, 80085]
    assert [score.loss for score in found[1]] != [score.loss for score in found[80085]]
    assert len(told) == 2 * len(BY_HAND) * EPOCHS * PARTS


@pytest.mark.parametrize("images", [PARTS - 1, TRAIN + 1, -5])
def test_too_few_and_too_many_images_are_refused_and_nothing_is_written(images: int, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=f"got {images} images; expected from 8 to 8000"):
        show(tmp_path, Console(), images)
    assert list(tmp_path.iterdir()) == []


def test_tables_and_the_picture_are_shown(tmp_path: Path) -> None:
    console = Console(record=True, width=140)
    (path,) = show(tmp_path, console, 16)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes().startswith(b"\x89PNG")
    text = console.export_text()
    assert "trained by 16" in text
    for way in Way:
        assert text.count(way.value) >= 3
    assert text.count("times as long") == 2


def test_what_comes_out_is_read_off_the_runs() -> None:
    below, above, level = outcomes(made_up_runs())
    assert "the engine is 30.00 points below the document" in below
    assert "the engine is 60.00 points above the document" in above
    assert "the engine is level with the document" in level
    assert "max |W − W′| = 0e+00" in below
    assert "An epoch by the engine takes 1.0 times as long as by hand" in below
    assert accuracies(made_up_runs())[0] == (*AS_DOCUMENTED.cells, "1", "70.00%", "50.00%", "40.00%")


def test_the_page_is_written_by_a_whole_run_and_not_by_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    assert "\n".join(markdown(both_ways.ACCURACIES, accuracies(made_up_runs()))) in text
    assert "| 7 | 25.00% | 50.00% |\n| 8 | 50.00% | 25.00% |" in text
    assert "The document is ahead from 1 of 2." in text
    assert "25.0% of them are saturated, with pixels 0 to 1 25.0%." in text
