"""README.md tells the truth: its code runs, its quotations are verbatim, its commands and names are real."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from engine import CATALOGUE
from properties.__main__ import main
from properties.engines import ENGINES
from properties.laws import LAWS
from properties.references import REFERENCES
from tests.pages import ROOT, Block, blocks, code_errors, quotation_errors

README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = {"my_ops": "class Cube", "my_engine": "class Mine"}
"""The files that the README asks its reader to write, and what stands in each."""


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    """What the README enters in the tables is taken out again."""
    with (
        patch.dict(CATALOGUE),
        patch.dict(REFERENCES),
        patch.dict(ENGINES),
        patch("sys.path", [*sys.path]),
    ):
        yield
    for module in MODULES:
        sys.modules.pop(module, None)


# The code runs, and says what the README says.


def test_the_code_runs_and_says_what_stands_beside_it() -> None:
    assert code_errors(README) == []


@pytest.mark.parametrize(
    ("said", "planted"),
    [
        ("1.7163378145367738", "1.7163378146367738"),
        ("(-0.25, 1.0)", "[-0.25, 1.0]"),
        ("  v3  Sin()", "  v3  Cos()"),
    ],
)
def test_a_wrong_result_is_seen(said: str, planted: str) -> None:
    assert len(code_errors(README.replace(said, planted, 1))) == 1


def test_code_that_does_not_run_is_seen() -> None:
    with pytest.raises(ImportError):
        code_errors(README.replace("import Tensor, grad, graph_text", "import Tensor, gradd, graph_text"))


# Quotations are verbatim.


def test_quotations_are_verbatim() -> None:
    assert [block.language for block in blocks(README)].count("py") == 2
    assert quotation_errors(README) == []


@pytest.mark.parametrize("quoted", ["return sum_to(out_grad * b, a)", "draw_pair(case, draw)"])
def test_a_wrong_quotation_is_seen(quoted: str) -> None:
    assert len(quotation_errors(README.replace(quoted, quoted.upper(), 1))) == 1


# Names and links are real.


def name_errors(readme: str) -> list[str]:
    """Laws, their numbers, options and paths that do not exist."""
    numbers = {name: number for number, name in enumerate(LAWS, start=1)}
    reports = "\n".join(block.text for block in blocks(readme) if block.language == "text")
    listed = re.findall(r"(?:^|\s)(\d+) ([a-z]+(?:_[a-z]+)+)", reports)
    broken = re.findall(r"^\w+-(\w+) ─", reports, re.MULTILINE)
    spoken = re.findall(r"`([a-z]+(?:_[a-z]+){2,})`", readme)
    headers = [header for header in map(header_of, blocks(readme)) if header]
    paths = re.findall(r"\]\(([^):]+)\)|(scripts/\w+(?:\.py)?)", readme)
    return [
        *(f"law {number} is not {name}" for number, name in listed if numbers.get(name) != int(number)),
        *(f"no law {name}" for name in [*broken, *spoken] if name not in LAWS),
        *(f"not the laws: {header}" for header in headers if header != [*map(str, numbers.values())]),
        *(f"no option {option}" for option in re.findall(r"`(--\w+)", readme) if option not in options()),
        *(f"no file {path}" for pair in paths for path in pair if path and not (ROOT / path).exists()),
    ]


def header_of(block: Block) -> list[str]:
    """The numbers of the laws above a matrix, of which a narrow terminal shows one part after the other."""
    lines = map(str.split, block.text.splitlines())
    return [number for op, *numbers in filter(None, lines) if op == "op" for number in numbers]


def options() -> set[str]:
    """What ``gradlaws verify --help`` lists."""
    shown = io.StringIO()
    with redirect_stdout(shown), pytest.raises(SystemExit):
        main(["verify", "--help"])
    return set(re.findall(r"--\w+", shown.getvalue()))


def test_names_and_paths_exist() -> None:
    assert name_errors(README) == []


@pytest.mark.parametrize(
    ("said", "planted"),
    [
        (" 6 gradient_matches_numeric", " 7 gradient_matches_numeric"),
        ("Cube-gradient_matches_numeric", "Cube-gradient_matches_numbers"),
        ("`gradient_is_adjoint_of_tangent`", "`gradient_is_adjoint`"),
        ("40 41\n", "40\n"),
        ("`--json FILE`", "`--jason FILE`"),
        ("(engine/__init__.py)", "(engine/init.py)"),
        ("(CONTRIBUTING.md)", "(CONTRIBUTE.md)"),
        ("scripts/test -k", "scripts/tests -k"),
    ],
)
def test_a_wrong_name_is_seen(said: str, planted: str) -> None:
    assert said in README
    assert name_errors(README.replace(said, planted, 1))


# Commands are accepted.


def commands(readme: str) -> list[list[str]]:
    """The arguments of each whole command that the README names, in blocks and in sentences."""
    shell = [block.text for block in blocks(readme) if block.language == "sh"]
    said = [*"".join(shell).splitlines(), *re.findall(r"`([^`\n]+)`", readme)]
    found = [
        shlex.split(line, comments=True) for line in said if re.match(r"(gradlaws|scripts/verify)\b", line)
    ]
    called = [words[1:] if words[0] == "gradlaws" else ["verify", *words[1:]] for words in found]
    return [words for words in called if words and "…" not in words]


def command_error(words: list[str]) -> str:
    """What is wrong with a command: asked for an op too many, it must get as far as to miss that one."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            status = main([*words, "--op", "Nosuch"] if words[0] == "verify" else words)
        except SystemExit:
            return said.getvalue()
    missed = status == 2 and "no op 'Nosuch'" in said.getvalue()
    return "" if missed or status == 0 else said.getvalue()


@pytest.fixture
def _written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's own files, in a folder where the commands are given."""
    for module, content in MODULES.items():
        (block,) = [b for b in blocks(README) if b.language == "python" and content in b.text]
        (tmp_path / f"{module}.py").write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize("words", commands(README), ids=" ".join)
def test_a_command_is_accepted(words: list[str]) -> None:
    assert command_error(words) == ""


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize(
    "planted",
    [
        "verify --profile slow",
        "verify --sead 1",
        "verify --op Matmul",
        "verify --engine mine",
        "verify --import my_op --op Cube",
        "law",
    ],
)
def test_a_wrong_command_is_seen(planted: str) -> None:
    assert command_error(planted.split()) != ""


def test_commands_are_found() -> None:
    found = [" ".join(words) for words in commands(README)]
    assert {"laws", "ops", "verify", "verify --profile quick", "verify --engine autograd"} <= {*found}
    assert "verify --import my_ops --op Cube --profile quick --seed 2" in found
