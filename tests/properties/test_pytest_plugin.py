"""The plugin in pytest runs of their own: profiles, seeds, workers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

from properties.judge import BUDGETS
from properties.pytest_plugin import PROFILES, SEED, examples, start
from tests.properties.pytest_runs import run_with_plugin

NOTING = """
import os
from pathlib import Path
import pytest
from properties.pytest_plugin import examples, start

@pytest.mark.parametrize("number", range(6))
def test_note(number):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    Path(f"note-{worker}-{number}").write_text(f"{os.environ['GRADLAWS_PROFILE']} {start()} {examples()}")
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest on a file of tests that note what they see."""
    (folder / "test_note.py").write_text(NOTING, encoding="utf-8")
    return run_with_plugin(folder, *arguments, **environment)


def notes(folder: Path) -> dict[str, set[str]]:
    """What the tests of each worker noted."""
    found: dict[str, set[str]] = {}
    for note in folder.glob("note-*"):
        found.setdefault(note.name.split("-")[1], set()).add(note.read_text(encoding="utf-8"))
    return found


def header(run: subprocess.CompletedProcess[str]) -> str:
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("gradlaws: ")]
    return line


def test_the_header_says_how_to_repeat_a_run_and_the_tests_see_the_same_seed(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    ((note,),) = notes(tmp_path).values()
    profile, seed, budget = note.split()
    assert header(done) == f"gradlaws: GRADLAWS_PROFILE={profile} GRADLAWS_SEED={seed}"
    assert (profile, int(budget)) == ("dev", BUDGETS["quick"])

    again = run(tmp_path, GRADLAWS_SEED=seed)
    assert header(again) == header(done)
    assert notes(tmp_path) == {"alone": {note}}


def test_every_worker_of_xdist_has_the_seed_and_profile_of_the_header(tmp_path: Path) -> None:
    done = run(tmp_path, "-p", "xdist.plugin", "-n", "2", "--dist", "each", GRADLAWS_PROFILE="deep")
    assert done.returncode == 0, done.stdout
    found = notes(tmp_path)
    assert set(found) == {"gw0", "gw1"}
    ((note,),) = {tuple(noted) for noted in found.values()}
    profile, seed, budget = note.split()
    assert header(done) == f"gradlaws: GRADLAWS_PROFILE={profile} GRADLAWS_SEED={seed}"
    assert (profile, int(budget)) == ("deep", BUDGETS["deep"])


@pytest.mark.parametrize(
    ("environment", "profile"),
    [({"CI": "true"}, "ci"), ({"CI": "true", "GRADLAWS_PROFILE": "dev"}, "dev")],
    ids=str,
)
def test_the_profile_is_ci_where_ci_is_set_unless_it_is_named(
    environment: dict[str, str], profile: str, tmp_path: Path
) -> None:
    done = run(tmp_path, **environment)
    assert header(done).startswith(f"gradlaws: GRADLAWS_PROFILE={profile} ")
    ((note,),) = notes(tmp_path).values()
    assert int(note.split()[2]) == BUDGETS[PROFILES[profile]]


def test_an_unknown_profile_is_wrong_usage_and_no_test_runs(tmp_path: Path) -> None:
    done = run(tmp_path, GRADLAWS_PROFILE="slow")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "GRADLAWS_PROFILE=slow: one of smoke, dev, ci, deep" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert notes(tmp_path) == {}


@pytest.mark.parametrize("seed", ["abc", "-1", ""])
def test_a_seed_that_is_no_number_is_wrong_usage_and_no_test_runs(seed: str, tmp_path: Path) -> None:
    done = run(tmp_path, GRADLAWS_SEED=seed)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"GRADLAWS_SEED={seed}: a whole number" in done.stderr
    assert notes(tmp_path) == {}


def test_every_profile_has_a_budget() -> None:
    assert list(PROFILES) == ["smoke", "dev", "ci", "deep"]
    budgets = [BUDGETS[name] for name in PROFILES.values()]
    assert budgets == sorted(budgets)


def test_the_run_of_this_test_has_a_seed_a_budget_and_a_profile_of_hypothesis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SEED, "17")
    monkeypatch.setenv("GRADLAWS_PROFILE", "deep")
    assert start() == 17
    assert examples() == BUDGETS["deep"]
    mine = settings.get_profile("gradlaws")
    assert (mine.database, mine.deadline) == (None, None)


def test_the_profile_of_other_projects_tests_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test_settings.py").write_text(
        "from hypothesis import settings\n"
        "def test_default():\n"
        "    assert settings.default.max_examples == settings.get_profile('default').max_examples == 100\n",
        encoding="utf-8",
    )
    done = run(tmp_path, "test_settings.py")
    assert done.returncode == 0, done.stdout
