"""The guard of the whole: a cell that is not executed, or on too few cases, turns a run red.

Each fault is planted in a miniature of this suite: three rows, two laws, and the very file that runs laws.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from properties.pytest_plugin import PROMISE
from tests.properties.pytest_runs import run_pytest, run_with_plugin

ROOT = Path(__file__).parents[2]
LAWS_TEST = (ROOT / "tests/test_laws.py").read_text(encoding="utf-8")

INI = """
[pytest]
testpaths = tests
addopts = --strict-config --import-mode=importlib
filterwarnings = error
gradlaws_laws = reference
"""

FEW = """
from engine import ops
from engine.catalogue import CATALOGUE
from properties.laws import LAWS
from properties.rows import PROGRAM_ROWS

KEPT = {"Exp", "Negate", "programs", "value_matches_reference", "zero_cotangent_gives_zero"}
for table in (CATALOGUE, LAWS, PROGRAM_ROWS):
    for name in set(table) - KEPT:
        del table[name]
"""

OTHER = """
def test_other():
    pass
"""

WHOLE = "gradlaws: executed all 6 law × op cells on 60 cases"


@pytest.fixture
def miniature(tmp_path: Path) -> Path:
    """A sound suite: the laws' tests, and another one, which passes whatever is planted."""
    (tmp_path / "tests/other").mkdir(parents=True)
    files = {"pytest.ini": INI, "tests/conftest.py": FEW, "tests/test_laws.py": LAWS_TEST}
    for name, text in {**files, "tests/other/test_other.py": OTHER}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    """Plant a fault."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def fell_short(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The cells that a run names as gaps, having ended red for them."""
    lines = done.stdout.splitlines()
    (at,) = [number for number, line in enumerate(lines) if "law × op cells fell short" in line]
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert WHOLE not in done.stdout
    return [line for line in lines[at + 1 :] if ": " in line]


XDIST = ["-p", "xdist.plugin", "-n", "2"]
PARALLEL = pytest.mark.parametrize("workers", [[], XDIST], ids=["alone", "workers"])

ALL = [
    f"{row}-{law}: not executed"
    for row in ("Exp", "Negate", "programs")
    for law in ("value_matches_reference", "zero_cotangent_gives_zero")
]
BODY = "    cell = judge("


@PARALLEL
def test_a_whole_run_of_a_sound_suite_is_green_and_says_what_it_executed(
    workers: list[str], miniature: Path
) -> None:
    done = run_with_plugin(miniature, *workers, "--junitxml=report.xml")
    assert done.returncode == 0, done.stdout
    assert WHOLE in done.stdout.splitlines()


@PARALLEL
def test_a_budget_that_is_cut_turns_a_run_red(workers: list[str], miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", "examples=examples()", "examples=10 if row == 'Exp' else 9")
    done = run_with_plugin(miniature, *workers)
    assert fell_short(done) == [cell.replace("not executed", "9 of 10 cases") for cell in ALL[2:]]
    assert "7 passed" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        (BODY, f"    row != 'Exp' or pytest.skip()\n{BODY}", ALL[:2]),
        (BODY, f"    row != 'Exp' or pytest.xfail()\n{BODY}", ALL[:2]),
        ("in sorted(ROWS)", "in sorted(ROWS)[1:]", ALL[:2]),
        ("in sorted(LAWS)", "in sorted(LAWS)[1:]", ALL[::2]),
        ("def test_law_holds", "def check_law_holds", ALL),
        ("    record_cell(cell)\n", "", ALL),
    ],
    ids=["skipped", "expected to fail", "row left out", "law left out", "renamed", "not recorded"],
)
def test_a_cell_that_is_not_executed_turns_a_run_red(
    old: str, new: str, missing: list[str], miniature: Path
) -> None:
    edit(miniature / "tests/test_laws.py", old, new)
    done = run_with_plugin(miniature)
    assert fell_short(done) == missing
    assert " failed" not in done.stdout


def test_a_file_of_laws_that_is_not_collected_turns_a_run_red(miniature: Path) -> None:
    (miniature / "tests/test_laws.py").rename(miniature / "tests/laws.py")
    assert fell_short(run_with_plugin(miniature)) == ALL


def test_a_file_of_laws_may_be_called_anything(miniature: Path) -> None:
    (miniature / "tests/test_laws.py").rename(miniature / "tests/other/test_anything.py")
    done = run_with_plugin(miniature)
    assert done.returncode == 0, done.stdout
    assert WHOLE in done.stdout.splitlines()


def test_a_worker_that_crashes_leaves_a_gap(miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", BODY, f"    import os\n    row != 'Exp' or os._exit(1)\n{BODY}")
    assert fell_short(run_with_plugin(miniature, *XDIST)) == ALL[:2]


LEFT_OUT = (
    "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if 'Exp' not in i.name]\n"
)


@pytest.mark.parametrize(
    ("file", "old", "new", "missing"),
    [
        ("pytest.ini", "addopts =", "addopts = -k 'not Exp'", ALL[:2]),
        ("pytest.ini", "addopts =", "addopts = --ignore=tests/test_laws.py", ALL),
        ("pytest.ini", "addopts =", "addopts = tests/other", ALL),
        ("pytest.ini", "testpaths = tests", "testpaths = tests/other", ALL),
        ("tests/conftest.py", "KEPT =", f"{LEFT_OUT}KEPT =", ALL[:2]),
    ],
    ids=["-k", "--ignore", "a path", "testpaths", "a hook"],
)
def test_what_the_suite_itself_leaves_out_is_a_gap(
    file: str, old: str, new: str, missing: list[str], miniature: Path
) -> None:
    if "testpaths" in old:  # pytest reads only conftests of testpaths before the run
        (miniature / "tests/conftest.py").rename(miniature / "conftest.py")
    edit(miniature / file, old, new)
    assert fell_short(run_with_plugin(miniature)) == missing


def test_what_the_environment_leaves_out_is_a_gap(miniature: Path) -> None:
    assert fell_short(run_with_plugin(miniature, PYTEST_ADDOPTS="-k 'not Exp'")) == ALL[:2]


FAULT = (BODY, f"    row != 'Exp' or pytest.skip()\n{BODY}")
FAILURE = ("    record_cell(cell)", "    record_cell(cell)\n    assert row != 'Exp'")


@pytest.mark.parametrize(
    "selection",
    [
        ["-k", "other or Exp"],
        ["--deselect", "tests/test_laws.py::test_law_holds[Negate-value_matches_reference]"],
        ["--ignore-glob=*_laws.py"],
        ["--collect-only"],
        ["tests/other"],
        ["tests/test_laws.py", "tests/other"],
    ],
    ids=" ".join,
)
def test_what_the_command_line_leaves_out_is_no_gap(selection: list[str], miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", *FAULT)
    done = run_with_plugin(miniature, *selection)
    assert done.returncode == 0, done.stdout
    assert "law × op cells" not in done.stdout


@pytest.mark.parametrize("spelling", [["tests"], ["."], ["tests/other", "tests"]], ids=" ".join)
def test_paths_that_leave_nothing_out_are_a_whole_run(spelling: list[str], miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", *FAULT)
    assert fell_short(run_with_plugin(miniature, *spelling)) == ALL[:2]


def test_the_folder_where_pytest_starts_selects_as_a_path_does(miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", *FAULT)
    assert fell_short(run_with_plugin(miniature / "tests")) == ALL[:2]
    assert run_with_plugin(miniature / "tests/other").returncode == 0


def test_a_cell_whose_test_failed_is_no_gap_beside(miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", *FAILURE)
    edit(miniature / "tests/test_laws.py", "examples=examples()", "examples=10 if row != 'Negate' else 9")
    done = run_with_plugin(miniature)
    assert "2 failed" in done.stdout
    assert fell_short(done) == [cell.replace("not executed", "9 of 10 cases") for cell in ALL[2:4]]


def test_a_run_with_a_broken_law_does_not_say_that_all_was_executed(miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", *FAILURE)
    done = run_with_plugin(miniature)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "law × op cells" not in done.stdout


def test_a_run_that_stops_early_is_not_compared(miniature: Path) -> None:
    edit(miniature / "tests/test_laws.py", BODY, f"    assert row != 'Negate'\n{BODY}")
    done = run_with_plugin(miniature, "-x")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "law × op cells" not in done.stdout


UNABLE = """
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability
Reference.capabilities ^= Capability.GRADIENT
"""


def test_a_law_that_the_engine_cannot_be_asked_is_a_failure(miniature: Path) -> None:
    edit(miniature / "tests/conftest.py", "KEPT =", f"{UNABLE}KEPT =")
    done = run_with_plugin(miniature)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "3 failed, 4 passed" in done.stdout


def test_only_twenty_gaps_are_printed(miniature: Path) -> None:
    edit(
        miniature / "tests/conftest.py",
        '"Negate"',
        '"Negate", "Sin", "Cos", "Tanh", "Log", "Sqrt", "Abs", "ReLU", "Sign"',
    )
    edit(miniature / "tests/test_laws.py", "def test_law_holds", "def check_law_holds")
    done = run_with_plugin(miniature)
    assert len(fell_short(done)) == 20
    assert "\n… and 2 more\n" in done.stdout


def test_there_is_no_guard_where_none_is_asked_for(miniature: Path) -> None:
    edit(miniature / "pytest.ini", "gradlaws_laws = reference", "")
    edit(miniature / "tests/test_laws.py", *FAULT)
    done = run_with_plugin(miniature)
    assert done.returncode == 0, done.stdout
    assert "law × op cells" not in done.stdout


def test_an_unknown_engine_is_wrong_usage(miniature: Path) -> None:
    edit(miniature / "pytest.ini", "reference", "referee")
    done = run_with_plugin(miniature)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "gradlaws_laws = referee: one of reference, autograd" in done.stderr


def test_without_the_plugin_the_option_is_an_error_and_no_run_is_green(miniature: Path) -> None:
    done = run_pytest(miniature)
    assert done.returncode != 0
    assert "Unknown config option: gradlaws_laws" in done.stderr


# This suite asks for the guard, and what CI runs is whole.


def test_this_suite_asks_for_the_guard(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini(PROMISE) == "reference"


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [("scripts/test", 'command="pytest ', '")\n'), ("tox.ini", "commands = pytest ", " {posargs}\n")],
    ids=["scripts/test", "tox"],
)
def test_what_ci_runs_is_a_whole_run(file: str, before: str, after: str, miniature: Path) -> None:
    (_, rest) = (ROOT / file).read_text(encoding="utf-8").split(before)
    options = shlex.split(rest.split(after)[0])
    assert options
    (call,) = re.findall(
        r"^step tests whole scripts/test (.*)$", (ROOT / ".ci/run").read_text(), re.MULTILINE
    )
    done = run_with_plugin(miniature, "-p", "xdist.plugin", *options, *shlex.split(call), "-n", "2")
    assert done.returncode == 0, done.stdout
    assert WHOLE in done.stdout.splitlines()
