"""The pytest plugin ``gradlaws``: profiles, seeds, what a test of a law needs, and a guard of the whole.

``GRADLAWS_PROFILE`` is smoke (next to no cases), dev (few; the default), ci (the default where ``CI`` is set)
or deep. Cases are drawn from the seed that the header prints; ``GRADLAWS_SEED`` repeats a run. The ini option
``gradlaws_laws`` names an engine, every cell of which a whole run must execute; without it there is no guard.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from properties.engines import ENGINES
from properties.judge import BUDGETS, PROFILE, Cell
from properties.laws import LAWS
from properties.rows import rows_for

PROFILES = {"smoke": "smoke", "dev": "quick", "ci": "brisk", "deep": "deep"}
SEED = "GRADLAWS_SEED"

PROMISE = "gradlaws_laws"
"""The ini option that declares what a whole run executes."""

RECORD = "gradlaws "
"""How the name of a test's user property begins that says on how many cases a cell was executed."""

SHOWN = 20
"""How many gaps a run prints."""

SELECTIONS = (
    "keyword",  # -k
    "markexpr",  # -m
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "stepwise",
    "stepwise_skip",
    "collectonly",
    "setuponly",
    "setupplan",
)
"""The options of pytest, as it stores them, by which a user asks for a part of a run."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the ini option, and post the guard."""
    parser.addini(PROMISE, "the engine every law × op cell of which a whole run must execute", default="")
    pluginmanager.register(Guard(parser), "gradlaws guard")


def pytest_configure() -> None:
    """Choose the profile and the seed once; the workers of xdist inherit both through the environment.

    The Hypothesis profile ``gradlaws`` is registered and not loaded: other projects' tests are their own.
    """
    name = os.environ.setdefault("GRADLAWS_PROFILE", "ci" if os.environ.get("CI") else "dev")
    if name not in PROFILES:
        raise pytest.UsageError(f"GRADLAWS_PROFILE={name}: one of {', '.join(PROFILES)}")
    os.environ.setdefault(SEED, str(secrets.randbelow(2**32)))
    if not os.environ[SEED].isdecimal():
        raise pytest.UsageError(f"{SEED}={os.environ[SEED]}: a whole number, as the header prints it")
    settings.register_profile("gradlaws", PROFILE, max_examples=examples())


def pytest_report_header() -> str:
    """Say how to repeat the run."""
    return f"gradlaws: GRADLAWS_PROFILE={os.environ['GRADLAWS_PROFILE']} {SEED}={os.environ[SEED]}"


def examples() -> int:
    """How many cases a cell gets under the profile of this run."""
    return BUDGETS[PROFILES[os.environ["GRADLAWS_PROFILE"]]]


def start() -> int:
    """The seed of this run."""
    return int(os.environ[SEED])


@pytest.fixture
def record_cell(request: pytest.FixtureRequest) -> Callable[[Cell], None]:
    """Tells the guard on how many cases the test executed a cell.

    A user property of the test, which crosses from a worker of xdist to its controller. Not by pytest's
    ``record_property``: that warns under ``--junitxml``, and a warning may be an error.
    """
    properties: list[tuple[str, object]] = request.node.user_properties
    return lambda cell: properties.append((RECORD + cell_name(cell.row, cell.law), cell.executed))


def cell_name(row: str, law: str) -> str:
    """A cell as a report writes it."""
    return f"{row}-{law}"


def promised_cells(engine: str) -> dict[str, int]:
    """On how many cases each cell is executed: each row of an engine, by each law that is about its ops.

    Raises ``UsageError`` for an unknown engine.
    """
    if engine not in ENGINES:
        raise pytest.UsageError(f"{PROMISE} = {engine}: one of {', '.join(ENGINES)}")
    rows = rows_for(ENGINES[engine]())
    asked = [(row, law) for row in rows for law in LAWS.values() if law.concerns(row.name, row.entries)]
    return {cell_name(row.name, law.name): law.cases(row.name, row.entries, examples()) for row, law in asked}


class Guard:
    """Turns a whole run red that did not execute every promised cell on every promised case.

    Only ``record_cell`` tells it what was executed, in a test that then passed, so it does not matter what
    the tests are called and where they stand. A cell whose test failed is no gap: the failure speaks.

    A run is whole unless its *command line* asks for a part: by one of ``SELECTIONS``, or by paths (or the
    folder where pytest is started) that leave out some of ``testpaths``. What an ini file, ``PYTEST_ADDOPTS``
    or a conftest leaves out is nobody's wish in this run, and a gap. A run that stops early (``-x``, an
    interrupt, an error in the collection) is red already and not compared.
    """

    def __init__(self, parser: pytest.Parser) -> None:
        self.parser = parser
        self.promised: dict[str, int] = {}
        self.executed: dict[str, int] = {}
        self.failed: set[str] = set()
        self.done: bool = False

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Compute the promise before tests are collected, which may change the catalogue."""
        config = session.config
        engine = str(config.getini(PROMISE))
        if engine and not hasattr(config, "workerinput") and self.is_whole(config):
            self.promised = promised_cells(engine)

    def is_whole(self, config: pytest.Config) -> bool:
        """Whether the command line asks for no part of the suite."""
        said = vars(self.parser.parse_known_args(config.invocation_params.args))
        if any(said.get(option) for option in SELECTIONS):
            return False
        given = _paths(config.invocation_params.dir, said["file_or_dir"])
        suite = _paths(config.rootpath, config.getini("testpaths"))
        return all(any(part.is_relative_to(path) for path in given) for part in suite)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather what a test recorded; the controller of xdist is handed the reports of all workers."""
        for name, cases in report.user_properties:
            if name.startswith(RECORD) and isinstance(cases, int):
                cell = name.removeprefix(RECORD)
                if report.failed:
                    self.failed.add(cell)
                elif report.when == "call" and report.passed:
                    self.executed[cell] = cases

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Compare once all tests have run, and count the gaps as one failure."""
        ended = yield
        self.done = True
        session.testsfailed += bool(self.gaps())
        return ended

    def gaps(self) -> list[str]:
        """The promised cells that fell short, and by how much."""
        asked = {cell: cases for cell, cases in self.promised.items() if cell not in self.failed}
        short = [
            f"{cell}: {self.executed[cell]} of {cases} cases"
            for cell, cases in asked.items()
            if cell in self.executed and self.executed[cell] < cases
        ]
        return [*(f"{cell}: not executed" for cell in asked if cell not in self.executed), *short]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the gaps, or say that there are none."""
        if not (self.promised and self.done):
            return
        gaps = self.gaps()
        if not gaps and not self.failed:
            promise = f"all {len(self.promised)} law × op cells on {sum(self.promised.values())} cases"
            terminalreporter.write_line(f"gradlaws: executed {promise}")
        if gaps:
            self._print(gaps, terminalreporter)

    def _print(self, gaps: Sequence[str], terminalreporter: pytest.TerminalReporter) -> None:
        title = f"gradlaws: {len(gaps)} of {len(self.promised)} law × op cells fell short"
        terminalreporter.section(title, red=True)
        for gap in gaps[:SHOWN]:
            terminalreporter.write_line(gap)
        if len(gaps) > SHOWN:
            terminalreporter.write_line(f"… and {len(gaps) - SHOWN} more")


def _paths(folder: Path, names: Sequence[str]) -> list[Path]:
    return [(folder / name).resolve() for name in names or ["."]]
