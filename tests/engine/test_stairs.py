"""The stairs go down: what each file of the engine may import, read from its source."""

import ast
import graphlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import engine

STAIRS = [
    {"errors"},
    {"dtype"},
    {"array"},
    {"axes", "signature", "domain", "mode", "topo"},
    {"graph"},
    {"kinds"},
    {"catalogue"},
    {"ops"},
    {"reverse"},
    {"forward"},
    {"tensor"},
    {"transforms", "display"},
    {"__init__"},
]
LONGEST = 320
"""Lines that a file may have."""


@dataclass(frozen=True)
class Import:
    """One module that a file imports."""

    target: str
    for_types_only: bool
    inside: bool
    """Whether it stands in a function or class."""


def step_of(module: str) -> int:
    """The step on which ``engine.<module>`` stands. Raises ``LookupError`` for one that has none."""
    parts = module.split(".")
    name = parts[1] if len(parts) > 1 else "__init__"
    for number, step in enumerate(STAIRS):
        if name in step:
            return number
    raise LookupError(module)


def imports_of(source: str, modules: Mapping[str, str]) -> Iterator[Import]:
    """The imports of a file; ``from engine.ops import shape`` imports ``engine.ops.shape``."""
    tree = ast.parse(source)
    guarded = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    nested = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        for target in targets_of(node, modules):
            yield Import(target, node in guarded, node in nested)


def targets_of(node: ast.AST, modules: Mapping[str, str]) -> list[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = "." * node.level + (node.module or "")
        named = [f"{package}.{alias.name}" for alias in node.names]
        return [name if name in modules else package for name in named]
    if isinstance(node, ast.Name) and node.id in {"__import__", "import_module"}:
        return [node.id]
    return []


def fault_of(module: str, found: Import) -> str | None:
    """What is wrong with an import, if anything is."""
    root = found.target.split(".")[0]
    if found.inside:
        return f"{module} imports {found.target} inside a function"
    if root != "engine":
        allowed = root in sys.stdlib_module_names or root == "numpy"
        return None if allowed else f"{module} imports {found.target}"
    down = step_of(found.target) < step_of(module)
    among_ops = module.startswith("engine.ops") and found.target.startswith("engine.ops.")
    looks_up = found.for_types_only and found.target == "engine.tensor"
    return None if down or among_ops or looks_up else f"{module} looks up to {found.target}"


def faults(modules: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with the files, given as source text by module name."""
    found: list[str] = []
    below: dict[str, set[str]] = {}
    for module, source in modules.items():
        imports = list(imports_of(source, modules))
        found.extend(fault for each in imports if (fault := fault_of(module, each)) is not None)
        below[module] = {each.target for each in imports if not each.for_types_only}
    try:
        graphlib.TopologicalSorter(below).prepare()
    except graphlib.CycleError as error:
        found.append(f"a circle of imports: {' '.join(sorted(set(error.args[1])))}")
    return found


def long_files(modules: Mapping[str, str]) -> dict[str, int]:
    """The files with more lines than one can take in, and how many they have."""
    lengths = {module: len(source.splitlines()) for module, source in modules.items()}
    return {module: length for module, length in lengths.items() if length > LONGEST}


@pytest.fixture
def modules() -> dict[str, str]:
    """The engine's own files."""
    root = Path(engine.__file__).parent
    return {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*.py"))
    }


def test_the_engine_imports_downwards_only_and_numpy_alone(modules: dict[str, str]) -> None:
    assert faults(modules) == []


def test_no_file_is_long(modules: dict[str, str]) -> None:
    assert long_files(modules) == {}
    assert long_files({"engine.mode": "x = 1\n" * 321, "engine.axes": "x = 1\n" * 320}) == {
        "engine.mode": 321
    }


def test_every_step_of_the_stairs_is_a_file(modules: dict[str, str]) -> None:
    assert {name for step in STAIRS for name in step} == {
        (module.split(".")[1:] or ["__init__"])[0] for module in modules
    }


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("engine.topo", "import properties", "engine.topo imports properties"),
        ("engine.tensor", "from properties.law import law", "engine.tensor imports properties.law"),
        ("engine.array", "import scipy.linalg", "engine.array imports scipy.linalg"),
        ("engine.array", "from hypothesis import given", "engine.array imports hypothesis"),
        ("engine.graph", "from engine.tensor import Tensor", "engine.graph looks up to engine.tensor"),
        ("engine.graph", "from engine import tensor", "engine.graph looks up to engine.tensor"),
        ("engine.graph", "import engine", "engine.graph looks up to engine"),
        ("engine.errors", "from engine import Tensor", "engine.errors looks up to engine"),
        ("engine.axes", "from engine.domain import REALS", "engine.axes looks up to engine.domain"),
        (
            "engine.display",
            "from engine.transforms import grad",
            "engine.display looks up to engine.transforms",
        ),
        (
            "engine.reverse",
            "from engine.forward import pushforward",
            "engine.reverse looks up to engine.forward",
        ),
        (
            "engine.kinds",
            "from engine.ops.arithmetic import add",
            "engine.kinds looks up to engine.ops.arithmetic",
        ),
        (
            "engine.graph",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from engine.reverse import pullback",
            "engine.graph looks up to engine.reverse",
        ),
        (
            "engine.transforms",
            "def f() -> None:\n    from engine.errors import ShapeError",
            "engine.transforms imports engine.errors inside a function",
        ),
        ("engine.topo", "class C:\n    import re", "engine.topo imports re inside a function"),
        ("engine.topo", "from . import errors", "engine.topo imports ."),
        ("engine.topo", "tensor = __import__('engine.tensor')", "engine.topo imports __import__"),
    ],
)
def test_a_planted_fault_is_found(modules: dict[str, str], module: str, source: str, fault: str) -> None:
    assert faults({**dict.fromkeys(modules, ""), module: source}) == [fault]


def test_a_planted_circle_among_the_ops_is_found(modules: dict[str, str]) -> None:
    planted = modules["engine.ops.conversion"] + "\nfrom engine.ops.arithmetic import add\n"
    found = faults({**modules, "engine.ops.conversion": planted})
    assert any("circle" in fault and "engine.ops.conversion" in fault for fault in found)


def test_a_file_without_a_step_is_found() -> None:
    with pytest.raises(LookupError, match="newcomer"):
        faults({"engine.newcomer": "from engine.errors import ShapeError"})


def test_what_is_allowed_is_no_fault(modules: dict[str, str]) -> None:
    lines = ["import numpy as np", "from typing import TYPE_CHECKING", "from engine.errors import ShapeError"]
    lines += [
        "if TYPE_CHECKING:",
        "    from engine.tensor import Tensor",
        "    from engine.dtype import DType",
    ]
    assert faults({**dict.fromkeys(modules, ""), "engine.topo": "\n".join(lines)}) == []
