"""scripts/measure_accuracy.py measures what it says; elementwise ops have a truth, and a row on the page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

import measure_accuracy
from engine.catalogue import CATALOGUE
from engine.dtype import FLOAT64
from properties.laws.accuracy import has_truth
from properties.truths import TRUTHS
from tests.properties.planted.bug import visitors
from tests.properties.planted.wrong_tails import tanh_that_subtracts


def test_every_elementwise_op_has_a_truth_and_nothing_else_has() -> None:
    assert {entry.op for entry in CATALOGUE.values() if entry.elementwise} == set(TRUTHS)
    assert all(has_truth(entry) == entry.elementwise for entry in CATALOGUE.values())


def test_the_page_has_a_row_for_each_op_and_dtype() -> None:
    text = measure_accuracy.PAGE.read_text(encoding="utf-8")
    assert measure_accuracy.missing(text) == []
    assert measure_accuracy.missing(text.replace("| `Tanh` | float32 |", "")) == ["| `Tanh` | float32 |"]


def test_a_right_op_holds_and_a_wrong_one_does_not() -> None:
    right = measure_accuracy.measure(CATALOGUE["Tanh"], FLOAT64, 200, 0)
    assert right.holds
    assert right.points == 200
    with visitors():
        (entry,) = tanh_that_subtracts().entries
        wrong = measure_accuracy.measure(entry, FLOAT64, 200, 0)
    assert not wrong.holds
    assert wrong.firsts[0].by > 1e6


def test_a_page_has_no_row_that_does_not_hold(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "accuracy.md"
    monkeypatch.setattr(measure_accuracy, "PAGE", page)
    with visitors():
        (wrong,) = tanh_that_subtracts().entries
        shown = [CATALOGUE["Exp"], wrong]
        monkeypatch.setattr(measure_accuracy, "elementwise", lambda: shown)
        assert measure_accuracy.main(["--points", "200"]) == 1
        assert "CancellingTanh in float64" in capsys.readouterr().err
        assert not page.exists()
        shown.remove(wrong)
        assert measure_accuracy.main(["--points", "200"]) == 0
        assert page.read_text(encoding="utf-8").count("| `Exp` |") == 2


def test_check_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert measure_accuracy.main(["--check"]) == 0
    short = tmp_path / "accuracy.md"
    short.write_text("| `Exp` | float64 |", encoding="utf-8")
    monkeypatch.setattr(measure_accuracy, "PAGE", short)
    assert measure_accuracy.main(["--check"]) == 1
    assert "| `Exp` | float32 |" in capsys.readouterr().out
