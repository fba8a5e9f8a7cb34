"""docs/tutorial.md tells the truth: its code runs, from a trace to the laws that find a wrong rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from engine import CATALOGUE
from properties.references import REFERENCES
from tests.pages import ROOT, code_errors, says

TUTORIAL = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
FIRST = TUTORIAL.partition("## 4.")[0]


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the tutorial enters in the tables is taken out again; its pictures go to a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    with patch.dict(CATALOGUE), patch.dict(REFERENCES):
        yield


def test_the_code_runs_and_says_what_stands_beside_it(tmp_path: Path) -> None:
    assert code_errors(TUTORIAL) == []
    assert (tmp_path / "pictures/trace.svg").read_text(encoding="utf-8").count("<polygon") > 10


@pytest.mark.parametrize(
    ("said", "planted"),
    [("1.7163378145367738", "1.7163378146367738"), ("10.69314718", "10.69314719"), ("-0.25", "-0.5")],
)
def test_a_wrong_result_is_seen(said: str, planted: str) -> None:
    assert said in FIRST
    assert code_errors(FIRST.replace(said, planted))


def test_another_verdict_is_seen() -> None:
    """What stands between the dots is compared, in its order, but for numbers."""
    got = "verify\n op     1  2\n Swish 14  ✗\n\nSwish-a_law\n"
    assert says(got, "verify\n…\n Swish  9  ✗\n…\nSwish-a_law\n…\n")
    assert not says(got, "verify\n…\n Swish  9  ✓\n…\nSwish-a_law\n…\n")
    assert not says(got, "verify\n…\n Swish  9  ✗\n…\nSwish-another\n…\n")
    assert not says(got, "verify\n…\nSwish-a_law\n…\n Swish  9  ✗\n")


def missing(page: str) -> list[str]:
    """The files that the page links to and that are not there."""
    return [path for path in re.findall(r"\]\(([^):]+)\)", page) if not (ROOT / "docs" / path).exists()]


def test_links_lead_to_files() -> None:
    assert missing(TUTORIAL) == []
    assert missing(TUTORIAL.replace("../scripts/examples", "../examples")) == ["../examples"]
