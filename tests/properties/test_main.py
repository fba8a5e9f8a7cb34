"""The command: exit status, messages, seeds and files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from engine.array import Array
from engine.catalogue import CATALOGUE
from properties import __main__ as command
from properties.__main__ import BROKEN, HOLDS, MISUSED, STOPPED, main
from properties.adapters.reference import Reference
from properties.case import Case
from properties.engines import ENGINES
from properties.judge import BUDGETS, Cell
from properties.laws import LAWS
from properties.verdict import Given

QUICK = ["--profile", "quick", "--seed", "1"]
ONE_CELL = ["verify", "--op", "Negate", "--law", "value_matches_reference", *QUICK]

WRONG = '''
from engine import REALS, Elementwise, Unary, op
from properties.references import refer_entry


@op(REALS)
class Forgetful(Elementwise, Unary):
    """y = a², whose derivative forgets the 2."""

    def compute(self, a):
        return a * a

    def gradient(self, out_grad, node):
        return out_grad * node.inputs[0]

    def tangent(self, in_tangent, node):
        return 2 * in_tangent * node.inputs[0]


refer_entry(Forgetful, lambda op, x: x[0] * x[0])
'''


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which no message is wrapped."""
    monkeypatch.setenv("COLUMNS", "2000")


def shell(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, started in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "properties", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_a_run_whose_laws_hold_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ONE_CELL) == HOLDS == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "gradlaws verify --engine reference --profile quick --seed 1"
    assert out.splitlines()[-1] == ("reference: 1 cells hold, 0 broken, 0 not decided, 0 not asked; 10 cases")
    assert err == ""


def test_a_broken_law_ends_with_1_and_its_program_runs_and_shows_the_wrong_number(tmp_path: Path) -> None:
    (tmp_path / "wrong_ops.py").write_text(WRONG, encoding="utf-8")
    laws = ["gradient_matches_numeric", "tangent_matches_numeric"]
    done = shell(
        "verify", "--import", "wrong_ops", "--op", "Forgetful", "--law", *laws, *QUICK, "--json", "out.json",
        folder=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (BROKEN, "")
    record = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [cell.get("held") for cell in record["cells"]] == [None, BUDGETS["quick"]]
    assert done.stdout.splitlines()[-1].endswith("1 broken, 0 not decided, 0 not asked; 10 cases")
    failure = record["cells"][0]["failure"]
    assert "Forgetful-gradient_matches_numeric" in done.stdout
    assert failure["what"] in done.stdout

    pasted = subprocess.run(
        [sys.executable, "-c", failure["program"]], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    shown = [float(each) for each in re.findall(r"-?\d+\.\d*(?:e[-+]?\d+)?", pasted.stdout)]
    assert float(failure["got"]) in shown
    assert float(failure["expected"].split(" ± ")[0]) == pytest.approx(2 * float(failure["got"]))


def test_wrong_usage_ends_with_2_and_one_line_without_a_traceback(tmp_path: Path) -> None:
    done = shell("verify", "--import", "not_there", folder=tmp_path)
    assert (done.returncode, done.stdout) == (MISUSED, "")
    assert done.stderr.startswith("gradlaws: --import not_there: no not_there.py in this folder")
    assert "Traceback" not in done.stderr


OWN = "one of your own needs --import MODULE"
MISUSES = [
    (["verify", "--op", "Matmul"], "no op 'Matmul' (do you mean MatMul"),
    (["verify", "--op", "Exp", "Negat"], f"no op 'Negat' (do you mean Negate?); {OWN}"),
    (["verify", "--op", "relu"], f"no op 'relu' (do you mean ReLU?); {OWN}"),
    (["verify", "--op", "EXP"], "no op 'EXP' (do you mean Exp"),
    (["verify", "--op", "Wave"], f"gradlaws: no op 'Wave'; {OWN}"),
    (["verify", "--op", "???"], f"gradlaws: no op '???'; {OWN}"),
    (["verify", "--engine", "autogrd"], f"no engine 'autogrd' (do you mean autograd?); {OWN}"),
    (["verify", "--engine", "mine"], f"gradlaws: no engine 'mine'; {OWN}"),
    (["verify", "--law", "gradient_matches_numerics"], "(do you mean gradient_matches_numeric or"),
    (["verify", "--law", "???"], "gradlaws: no law '???'; `gradlaws laws` lists them"),
    (["verify", "--law", "0"], "gradlaws: no law '0'; `gradlaws laws` lists them"),
    (["verify", "--law", str(len(LAWS) + 1)], "; `gradlaws laws` lists them"),
]


@pytest.mark.parametrize(("arguments", "message"), MISUSES, ids=" ".join)
def test_an_unknown_name_ends_with_2_and_a_suggestion(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, *QUICK]) == MISUSED == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gradlaws: ")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "--profile", "slow"], "invalid choice: 'slow'"),
        (["verify", "--seed", "x"], "argument --seed: invalid int value"),
        (["verify", "--op"], "expected at least one argument"),
        (["prove"], "invalid choice: 'prove'"),
        ([], "the following arguments are required: command"),
    ],
    ids=" ".join,
)
def test_arguments_that_make_no_sense_end_with_2_and_the_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == MISUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("usage: gradlaws")


FAULTY = {
    "raises": ("1 / 0", "ZeroDivisionError: division by zero (raises.py, line 1)"),
    "garbled": ("def (", "SyntaxError"),
    "needs_more": ("import a_module_that_nobody_has", "it imports a_module_that_nobody_has"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_module_that_cannot_be_imported_ends_with_2_and_says_why(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, message = FAULTY[name]
    (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert main(["laws", "--import", name]) == MISUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert f"gradlaws: --import {name}: " in err
    assert message in err
    assert "Traceback" not in err


PLACES = {
    "given_wrongly": ("\n\nop(REALS)(REALS)\n", "(given_wrongly.py, line 4)"),
    "beside_it": ("from given_beside import wrong\n\nwrong()\n", "(given_beside.py, line 6)"),
    "half_a_line": ("op(\n", "(half_a_line.py, line 2)"),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_place_of_an_error_is_in_the_files_of_who_wrote_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, place = PLACES[name]
    first = "from engine import REALS, op\n"
    (tmp_path / f"{name}.py").write_text(first + source, encoding="utf-8")
    beside = f"{first}\n\ndef wrong():\n    number = 1\n    op(REALS)(number)\n"
    (tmp_path / "given_beside.py").write_text(beside, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert main(["laws", "--import", name]) == MISUSED
    err = capsys.readouterr().err
    assert f"gradlaws: --import {name}: " in err
    assert err.endswith(f"{place}\n")
    assert err.count(", line ") == 1


# Adapters that are not whole.

ENGINE = """
from engine import Negate
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Subject
from properties.engines import ENGINES


class Whole(Reference):
    name = "mine"
    asked = 0


{rest}


ENGINES["mine"] = Mine
"""

NOT_WHOLE = {
    "abstract": (
        "class Mine(Subject):\n    name = 'mine'\n    capabilities = Capability.FORWARD",
        ["engine mine: got TypeError: Can't instantiate abstract class Mine", "expected an engine"],
    ),
    "nameless": (
        "class Mine(Subject):\n    supports = forward = pullback = source = Reference.forward",
        ["engine mine: got an engine without name and capabilities; expected a name and capabilities"],
    ),
    "not_made": (
        "class Mine(Whole):\n    def __init__(self):\n        self.name.nothing()",
        ["engine mine: got AttributeError: ", "(not_made.py, line 15); expected an engine"],
    ),
    "instance": ("Mine = Whole()", ["engine mine: got TypeError: 'Whole' object is not callable; expected"]),
    "unsupporting": (
        "class Mine(Whole):\n    def supports(self, op):\n        return {}[op]",
        ["supports of engine mine: got KeyError: ", "(unsupporting.py, line 15); expected True or False"],
    ),
    "unsupporting_later": (
        (
            "class Mine(Whole):\n    def supports(self, op):\n"
            "        Whole.asked += isinstance(op, Negate)\n        return 1 // (Whole.asked < 3)"
        ),
        ["supports of engine mine: got ZeroDivisionError: ", "(unsupporting_later.py, line 16); expected"],
    ),
}


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_an_adapter_that_is_not_whole_ends_with_2_and_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rest, parts = NOT_WHOLE[name]
    (tmp_path / f"{name}.py").write_text(ENGINE.replace("{rest}", rest), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with patch.dict(ENGINES):
        assert main(["verify", "--import", name, "--engine", "mine", *ONE_CELL[1:]]) == MISUSED
    err = capsys.readouterr().err
    assert err.startswith("gradlaws: ")
    assert all(part in err for part in parts), err
    assert err.endswith(("says what a class of yours must have\n", "for an op that the engine lacks\n"))


def test_an_adapter_whose_program_raises_loses_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Wordless(Reference):
        def forward(self, case: Case) -> Array:
            return super().forward(case) + 1

        def source(self, case: Case, given: Given) -> str:
            raise LookupError("no words")

    monkeypatch.setitem(ENGINES, "wordless", Wordless)
    target = tmp_path / "out.json"
    assert main([*ONE_CELL, "--engine", "wordless", "--json", str(target)]) == BROKEN
    said = "# reference has no program of this case; source raised LookupError: no words\n"
    assert said in capsys.readouterr().out
    record = json.loads(target.read_text(encoding="utf-8"))
    assert record["cells"][0]["failure"]["program"].startswith(f"{said}Case(")


def test_an_op_without_a_second_definition_is_refused_before_the_run(tmp_path: Path) -> None:
    source = WRONG.replace("refer_entry(Forgetful, ", "print if True else (")
    (tmp_path / "lonely_ops.py").write_text(source, encoding="utf-8")
    done = shell("verify", "--import", "lonely_ops", "--op", "Exp", "Forgetful", *QUICK, folder=tmp_path)
    assert (done.returncode, done.stdout) == (MISUSED, "")
    assert "no second definition of Forgetful" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_json_is_the_whole_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.json"
    laws = ["value_matches_reference", "zero_cotangent_gives_zero"]
    ops = ["Exp", "Log"]
    assert main(["verify", "--op", *ops, "--law", *laws, *QUICK, "--json", str(target)]) == HOLDS
    record = json.loads(target.read_text(encoding="utf-8"))
    assert (record["engine"], record["seed"]) == ("reference", 1)
    assert [(cell["op"], cell["law"]) for cell in record["cells"]] == [
        (op, law) for op in ops for law in laws
    ]
    assert all(cell["asked"] and cell["held"] == BUDGETS["quick"] for cell in record["cells"])
    assert list(tmp_path.iterdir()) == [target]
    assert "4 cells hold" in capsys.readouterr().out


def refuse_to_judge(monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    def judge(*arguments: object, **options: object) -> Cell:
        raise error("judged")

    monkeypatch.setattr(command, "judge", judge)


@pytest.mark.parametrize("place", ["missing/out.json", ".", "long" * 100])
def test_a_place_that_cannot_be_written_is_refused_before_the_run(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_to_judge(monkeypatch, AssertionError)
    assert main([*ONE_CELL, "--json", str(tmp_path / place)]) == MISUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert "no file can be written there" in err
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(real)
    assert main([*ONE_CELL, "--json", str(link)]) == HOLDS
    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8"))["seed"] == 1


def test_a_run_that_is_stopped_ends_with_130_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.json"
    target.write_text("old", encoding="utf-8")
    refuse_to_judge(monkeypatch, KeyboardInterrupt)
    assert main([*ONE_CELL, "--json", str(target)]) == STOPPED == 130
    assert capsys.readouterr().err == "gradlaws: stopped\n"
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.json"
    target.write_text("old", encoding="utf-8")

    def fail(*arguments: object) -> dict[str, object]:
        raise OSError("the disk is full")

    monkeypatch.setattr(command, "as_json", fail)
    with pytest.raises(OSError, match="disk"):
        main([*ONE_CELL, "--json", str(target)])
    assert target.read_text(encoding="utf-8") == "old"
    monkeypatch.undo()
    assert main([*ONE_CELL, "--json", str(target)]) == HOLDS
    assert json.loads(target.read_text(encoding="utf-8"))["cells"]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[list[str]], str]:
    """The JSON of a run with these arguments."""

    def run(arguments: list[str]) -> str:
        target = tmp_path / "out.json"
        main(["verify", "--op", "MatMul", "--law", "gradient_matches_numeric", "--profile", "quick",
              *arguments, "--json", str(target)])  # fmt: skip
        return target.read_text(encoding="utf-8")

    return run


def test_a_seed_repeats_a_run(written: Callable[[list[str]], str]) -> None:
    assert written(["--seed", "5"]) == written(["--seed", "5"])
    assert json.loads(written(["--seed", "5"]))["cells"] != json.loads(written(["--seed", "6"]))["cells"]


def test_without_a_seed_one_is_chosen_and_printed_and_it_repeats_the_run(
    written: Callable[[list[str]], str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = written([]), written([])
    seeds = re.findall(r"^gradlaws verify .*--seed (\d+)$", capsys.readouterr().out, re.MULTILINE)
    assert len(set(seeds)) == 2
    assert written(["--seed", seeds[0]]) == first
    assert written(["--seed", seeds[1]]) == second


def test_a_name_given_twice_is_judged_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ONE_CELL, "--op", "Negate", "--law", "value_matches_reference"]) == HOLDS
    assert "1 cells hold" in capsys.readouterr().out


def test_an_engine_is_not_asked_for_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    laws = ["value_matches_reference", "order_is_reproducible"]
    assert main(["verify", "--engine", "autograd", "--op", "Exp", "PutItem", "--law", *laws, *QUICK]) == HOLDS
    assert "autograd: 1 cells hold, 0 broken, 0 not decided, 3 not asked" in capsys.readouterr().out


def test_laws_keep_the_numbers_of_the_list_and_may_be_asked_for_by_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    numbers = {name: str(number) for number, name in enumerate(LAWS, start=1)}
    name, other = "zero_cotangent_gives_zero", "value_matches_reference"
    for words in ([name, other], [numbers[name], numbers[other]], [name, numbers[name], other]):
        assert main(["verify", "--op", "Negate", "--law", *words, *QUICK]) == HOLDS
        lines = [line.split() for line in capsys.readouterr().out.splitlines()]
        assert ["op", numbers[name], numbers[other]] in lines
        assert [numbers[name], name, numbers[other], other] in lines
        assert lines[-1][1:4] == ["2", "cells", "hold,"]


def test_a_run_that_judges_nothing_says_both_reasons_that_there_may_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["verify", "--op", "Exp", "--law", "cycle_is_named", *QUICK]) == MISUSED
    out, err = capsys.readouterr()
    assert err == ("gradlaws: nothing was judged: reference lacks it, or the law is about other rows\n")
    assert "not asked at all: Exp" in out


def test_ops_lists_every_op_with_its_shapes_and_formula(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops"]) == HOLDS
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["op", *sorted(CATALOGUE)]
    for line, name in zip(lines[1:], sorted(CATALOGUE), strict=True):
        assert CATALOGUE[name].signature.text in line
        assert CATALOGUE[name].formula in line


def test_laws_lists_every_law_with_its_equation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["laws"]) == HOLDS
    lines = capsys.readouterr().out.splitlines()
    firsts, seconds = lines[::2], lines[1::2]
    assert [line.split()[:2] for line in firsts] == [[str(at), name] for at, name in enumerate(LAWS, start=1)]
    assert all(law.equation in line for law, line in zip(LAWS.values(), firsts, strict=True))
    for law, line in zip(LAWS.values(), seconds, strict=True):
        assert line.split()[0] == "needs"
        assert {*re.findall(r"[A-Z_]+", line)} == {need.name for need in law.needs}


def test_help_names_every_engine_and_profile(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["verify", "--help"])
    assert caught.value.code == HOLDS
    out = capsys.readouterr().out
    assert all(name in out for name in (*ENGINES, *BUDGETS))
