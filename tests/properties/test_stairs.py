"""The stairs of the suite go down: what each file of ``properties`` may import, read from its source."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import engine
import properties

STAIRS = [
    {"number", "extremes"},
    {"grid"},
    {"references"},
    {"case"},
    {"verdict", "recording"},
    {"oracles", "compare", "batch"},
    {"sides", "exactness", "truths"},
    {"grads"},
    {"strategies"},
    {"adapters"},
    {"law"},
    {"laws"},
    {"rows"},
    {"judge"},
    {"machine"},
    {"engines"},
    {"report"},
    {"pytest_plugin", "__main__", "__init__"},
]
"""From the bottom up. Files of one package (strategies, adapters, laws) import each other, in no circle."""

OUTSIDE: dict[str, set[str]] = {
    "numpy": {
        "recording",
        "batch",
        "oracles",
        "grads",
        "compare",
        "strategies",
        "adapters",
        "laws",
        "judge",
        "machine",
    },
    "hypothesis": {"strategies", "law", "laws", "rows", "judge", "machine", "pytest_plugin"},
    "rich": {"report", "__main__"},
    "pytest": {"pytest_plugin"},
}  # fmt: skip
"""Who may import what is no part of Python. Second definitions do without any of it."""

DYNAMIC = {
    "properties.__main__",
    "properties.adapters.autograd",
    "properties.adapters.autograd_calls",
    "properties.oracles.many_digits",
}
"""Who may import by name: a user's modules, and what need not be installed."""

LONGEST = 320
"""Lines that a file may have."""


@dataclass(frozen=True)
class Import:
    """One module that a file imports."""

    target: str
    inside: bool
    """Whether it stands in a function or class."""


def name_of(module: str) -> str:
    """The file or package of ``properties`` that a module is or belongs to."""
    return (module.split(".")[1:] or ["__init__"])[0]


def step_of(module: str) -> int:
    """The step on which a module stands. Raises ``LookupError`` for one that has none."""
    for number, step in enumerate(STAIRS):
        if name_of(module) in step:
            return number
    raise LookupError(module)


def imports_of(source: str, modules: Mapping[str, str]) -> Iterator[Import]:
    """The imports of a file; ``from properties.laws import values`` imports ``properties.laws.values``."""
    tree = ast.parse(source)
    nested = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        for target in targets_of(node, modules):
            yield Import(target, node in nested)


def targets_of(node: ast.AST, modules: Mapping[str, str]) -> list[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = "." * node.level + (node.module or "")
        named = [f"{package}.{alias.name}" for alias in node.names]
        return [name if name in modules else package for name in named]
    return []


def fault_of(module: str, found: Import) -> str | None:
    """What is wrong with an import, if anything is."""
    root = found.target.split(".")[0]
    if found.inside:
        return f"{module} imports {found.target} inside a function"
    if root == "properties":
        within = name_of(found.target) == name_of(module)
        down = step_of(found.target) < step_of(module)
        return None if down or within else f"{module} looks up to {found.target}"
    allowed = root == "engine" or root in sys.stdlib_module_names or name_of(module) in OUTSIDE.get(root, ())
    return None if allowed else f"{module} imports {found.target}"


def calls_by_name(source: str) -> bool:
    """Whether a file imports modules whose names it computes."""
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return not names.isdisjoint({"__import__", "import_module"})


def faults(modules: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with the files, given as source text by module name."""
    found: list[str] = []
    below: dict[str, set[str]] = {}
    for module, source in modules.items():
        imports = list(imports_of(source, modules))
        found.extend(fault for each in imports if (fault := fault_of(module, each)) is not None)
        if calls_by_name(source) and module not in DYNAMIC:
            found.append(f"{module} imports by name")
        below[module] = {each.target for each in imports}
    try:
        graphlib.TopologicalSorter(below).prepare()
    except graphlib.CycleError as error:
        found.append(f"a circle of imports: {' '.join(sorted(set(error.args[1])))}")
    return found


def long_files(modules: Mapping[str, str]) -> dict[str, int]:
    """The files with more lines than one can take in, and how many they have."""
    lengths = {module: len(source.splitlines()) for module, source in modules.items()}
    return {module: length for module, length in lengths.items() if length > LONGEST}


def sources(package: str) -> dict[str, str]:
    """The files of a package by module name."""
    root = Path(package).parent
    return {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*.py"))
    }


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    """The suite's own files."""
    return sources(properties.__file__)


def test_the_suite_imports_downwards_only_and_of_others_what_each_step_may(modules: dict[str, str]) -> None:
    assert faults(modules) == []


def test_the_engine_never_reads_the_suite() -> None:
    own = sources(engine.__file__)
    found = {
        module: each.target
        for module, source in own.items()
        for each in imports_of(source, own)
        if each.target.split(".")[0] == "properties"
    }
    assert len(own) > 20
    assert found == {}


def test_no_file_is_long(modules: dict[str, str]) -> None:
    assert long_files(modules) == {}
    assert long_files({"properties.case": "x = 1\n" * 321, "properties.grid": "x = 1\n" * 320}) == {
        "properties.case": 321
    }


def test_every_step_of_the_stairs_is_a_file_and_every_file_has_a_step(modules: dict[str, str]) -> None:
    assert {name for step in STAIRS for name in step} == set(map(name_of, modules))


def test_pytest_and_imports_by_name_stay_where_they_belong(modules: dict[str, str]) -> None:
    targets = {
        name: [each.target for each in imports_of(source, modules)] for name, source in modules.items()
    }
    assert [name for name in targets if "pytest" in targets[name]] == ["properties.pytest_plugin"]
    assert {name for name, source in modules.items() if calls_by_name(source)} == DYNAMIC


UPWARDS = [
    ("number", "from properties.grid import Grid"),
    ("grid", "from properties.references import REFERENCES"),
    ("references", "from properties.case import Case"),
    ("case", "from properties.verdict import Given"),
    ("verdict", "from properties import compare"),
    ("oracles", "import properties.compare"),
    ("compare", "from properties.strategies.arrays import arrays"),
    ("strategies.shapes", "from properties.adapters.subject import Subject"),
    ("adapters.subject", "from properties.law import Law"),
    ("law", "from properties.laws.values import value_matches_reference"),
    ("laws.measures", "from properties.rows import Row"),
    ("rows", "from properties.judge import judge"),
    ("judge", "from properties.machine import run"),
    ("machine.steps", "from properties.engines import ENGINES"),
    ("engines", "from properties.report import summary"),
    ("report", "from properties.__main__ import main"),
    ("pytest_plugin", "from properties.__main__ import main"),
    ("__main__", "from properties.pytest_plugin import start"),
]


@pytest.mark.parametrize(("name", "source"), UPWARDS)
def test_a_planted_import_that_looks_up_is_found(modules: dict[str, str], name: str, source: str) -> None:
    (fault,) = faults({**dict.fromkeys(modules, ""), f"properties.{name}": source})
    assert fault.startswith(f"properties.{name} looks up to properties.")


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("number", "import numpy as np", "properties.number imports numpy"),
        ("references", "from numpy import sin", "properties.references imports numpy"),
        ("oracles", "import numdifftools", "properties.oracles imports numdifftools"),
        ("case", "import hypothesis.strategies", "properties.case imports hypothesis.strategies"),
        ("judge", "from rich.console import Console", "properties.judge imports rich.console"),
        ("judge", "import pytest", "properties.judge imports pytest"),
        ("report", "import pytest", "properties.report imports pytest"),
        ("adapters.autograd", "import autograd", "properties.adapters.autograd imports autograd"),
        ("law", "from . import case", "properties.law imports ."),
        ("law", "from importlib import import_module\nimport_module('x')", "properties.law imports by name"),
        ("rows", "def f():\n    import re", "properties.rows imports re inside a function"),
    ],
)
def test_a_planted_import_that_is_not_allowed_is_found(
    modules: dict[str, str], name: str, source: str, fault: str
) -> None:
    assert faults({**dict.fromkeys(modules, ""), f"properties.{name}": source}) == [fault]


def test_a_planted_circle_within_a_package_is_found(modules: dict[str, str]) -> None:
    planted = "from properties.strategies.programs import programs\n"
    found = faults({**modules, "properties.strategies.shapes": planted})
    assert any("circle" in fault and "properties.strategies.shapes" in fault for fault in found)


def test_a_file_without_a_step_is_found() -> None:
    with pytest.raises(LookupError, match="newcomer"):
        faults({"properties.newcomer": "from properties.case import Case"})


def test_what_is_allowed_is_no_fault(modules: dict[str, str]) -> None:
    lines = ["import numpy as np", "from hypothesis import given", "from engine.graph import Op"]
    lines += ["from properties.law import law", "from properties.laws import measures"]
    assert faults({**dict.fromkeys(modules, ""), "properties.laws.values": "\n".join(lines)}) == []
