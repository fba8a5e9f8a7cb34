"""The report: a mark for each cell, a last line that adds up, and programs that show what is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console, RenderableType

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import CATALOGUE, op, visiting
from engine.domain import REALS
from engine.graph import Op
from engine.kinds import Elementwise, Unary
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Subject
from properties.case import Case, Step, one_step
from properties.judge import Cell, Failure, judge
from properties.law import Draw, Law, Where
from properties.laws import LAWS
from properties.references import REFERENCES, refer_entry
from properties.report import (
    LEGEND,
    as_json,
    failure_text,
    law_list,
    law_names,
    matrices,
    matrix,
    print_failure,
    print_report,
    program_of,
    summary,
)
from properties.rows import Row
from properties.verdict import EXACT, HOLDS, Broken, Given, Verdict


def shown(*things: RenderableType, width: int = 200) -> str:
    """What a plain terminal shows."""
    text = StringIO()
    console = Console(file=text, width=width)
    for thing in things:
        console.print(thing)
    return text.getvalue()


def holds(subject: Subject, case: Case, draw: Draw) -> Verdict:
    return HOLDS


ONE = Law("one_law", "1 = 1", Capability.FORWARD, Where.ANYWHERE, holds)
TWO = Law("another_law", "2 = 2 for all [bold] 2", Capability.FORWARD, Where.ANYWHERE, holds)
CASE = one_step(ops.Exp(), as_array(np.array([1.5, 2.0])))
BROKEN = Broken("y[1]", "8.0", "7.389056098930650", Given())
LAW_COLUMNS = {1: ONE, 2: TWO}

CELLS = [
    Cell("one_law", "Exp", digits=[EXACT, EXACT]),
    Cell("another_law", "Exp", digits=[12.6, 13.2, 14.0]),
    Cell("one_law", "Log", undecided=Counter({"a kink": 2, "a tie": 1})),
    Cell("another_law", "Log", lacking=True),
    Cell("one_law", "Sin", failure=Failure(ONE, "Sin", CASE, BROKEN)),
    Cell("another_law", "Sin", digits=[9.4] * 9, undecided=Counter({"a kink": 1})),
]


def test_the_matrix_has_a_mark_for_each_op_and_law() -> None:
    lines = [line.split() for line in shown(matrix(CELLS, LAW_COLUMNS)).splitlines()]
    rows = [line for line in lines if line and line[0] in ("op", "Exp", "Log", "Sin")]
    assert rows == [["op", "1", "2"], ["Exp", "✓", "13"], ["Log", "?₃", "—"], ["Sin", "✗", "9₁"]]


@pytest.mark.parametrize(
    ("held", "left_open", "mark"),
    [(10, 0, "✓"), (9, 1, "✓₁"), (8, 2, "?₂"), (360, 40, "✓₄₀"), (291, 109, "?₁₀₉"), (0, 0, "?")],
)
def test_a_mark_says_how_many_cases_were_not_decided(held: int, left_open: int, mark: str) -> None:
    undecided = Counter({"a kink": left_open}) if left_open else Counter[str]()
    cell = Cell("one_law", "Exp", digits=[EXACT] * held, undecided=undecided)
    assert shown(matrix([cell], {1: ONE})).split()[-1] == mark


def test_a_cell_that_was_not_judged_is_not_asked() -> None:
    assert shown(matrix(CELLS[:1], LAW_COLUMNS)).split()[-3:] == ["Exp", "✓", "—"]


SHOWN = [*CATALOGUE][::4]


def marks_of(width: int, laws: int) -> dict[str, list[str]]:
    """What stands behind each op, and in the head, in all parts of a matrix on a console so wide.

    Every third law leaves a case open.
    """
    columns = [replace(ONE, name=f"law_{number}") for number in range(laws)]
    cells = [
        Cell(law.name, row, digits=[15.0] * 29, undecided=Counter(["a kink"] * (number % 3 == 0)))
        for row in SHOWN
        for number, law in enumerate(columns)
    ]
    text = StringIO()
    console = Console(file=text, width=width)
    for part in matrices(console, cells, dict(enumerate(columns, start=1))):
        console.print(part)
    assert max(map(len, text.getvalue().splitlines())) <= width
    found: dict[str, list[str]] = {}
    for line in text.getvalue().splitlines():
        if line.strip(" ─"):
            row, *marks = line.split()
            found.setdefault(row, []).extend(marks)
    return found


@pytest.mark.parametrize("width", [30, 80, 100, 200])
@pytest.mark.parametrize("laws", [1, len(LAWS), 24, 30, 50])
def test_every_mark_of_the_matrix_is_shown_on_a_console_of_any_width(width: int, laws: int) -> None:
    found = marks_of(width, laws)
    assert found.pop("op") == [str(number + 1) for number in range(laws)]
    assert found == dict.fromkeys(SHOWN, (["15₁", "15", "15"] * laws)[:laws])


def test_a_matrix_that_fits_is_one_piece() -> None:
    text = StringIO()
    console = Console(file=text, width=100)
    laws = {number: replace(ONE, name=f"law_{number}") for number in range(1, 57)}
    cells = [Cell(law.name, row, digits=[15.0]) for row in ("BroadcastTo", "Exp") for law in laws.values()]
    assert len(list(matrices(console, cells, {number: laws[number] for number in range(1, 29)}))) == 1
    assert len(list(matrices(console, cells, laws))) == 2


def test_laws_are_listed_with_number_claim_and_equation_as_they_are_written() -> None:
    lines = shown(law_list(LAW_COLUMNS)).splitlines()
    assert lines[0].split() == ["1", "one_law", "1", "=", "1"]
    assert "2 = 2 for all [bold] 2" in lines[2]
    assert re.findall(r"\d+ \w+_law\b", shown(law_names(LAW_COLUMNS))) == ["1 one_law", "2 another_law"]


def test_the_list_says_below_each_law_what_it_needs() -> None:
    greedy = replace(TWO, needs=Capability.GRADIENT | Capability.LAZY)
    lines = shown(law_list({1: ONE, 2: greedy})).splitlines()
    assert [line.strip() for line in lines[1::2]] == ["needs FORWARD", "needs GRADIENT, LAZY"]


def test_laws_keep_their_numbers() -> None:
    assert shown(matrix(CELLS, {6: TWO})).split()[:2] == ["op", "6"]
    assert shown(law_names({6: TWO})).split() == ["6", "another_law"]
    assert shown(law_list({6: TWO})).split()[:2] == ["6", "another_law"]


def test_no_line_of_the_legend_is_wrapped_and_each_mark_has_one() -> None:
    lines = LEGEND.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line[0] for line in lines] == ["✓", "✗", "!", "?", "—"]


def test_the_last_line_adds_up() -> None:
    assert summary(CELLS, Reference()) == (
        "reference: 3 cells hold, 1 broken, 1 not decided, 1 not asked; 18 cases"
    )


def test_the_report_names_what_was_not_decided_and_why() -> None:
    text = StringIO()
    print_report(Console(file=text, width=200), CELLS, LAW_COLUMNS, Reference())
    lines = text.getvalue().splitlines()
    at = lines.index("not decided")
    assert lines[at + 1].strip() == "Log-one_law: 2 × a kink, 1 × a tie, beside 0 that hold"
    assert lines[at + 2].strip() == "Sin-another_law: 1 × a kink, beside 9 that hold"
    assert lines[-1] == summary(CELLS, Reference())


@pytest.mark.parametrize("width", [40, 80, 300])
def test_a_failure_is_told_whole_and_its_program_can_be_copied_as_it_stands(width: int) -> None:
    failure = Failure(ONE, "Sin", CASE, BROKEN)
    program = Reference().source(CASE, Given())
    text = StringIO()
    print_failure(Console(file=text, width=width), failure, Reference())
    for part in ("Sin-one_law", "1 = 1", "y[1]", "8.0", "7.389056098930650"):
        assert part in text.getvalue()
    assert text.getvalue().endswith(f"\n\n{program}\n")
    plain = failure_text(failure, Reference())
    for part in ("Sin-one_law", "1 = 1", "y[1]", "8.0", "7.389056098930650"):
        assert part in plain
    assert plain.endswith(f"\n\n{program}")


def test_brackets_in_an_equation_or_a_place_are_printed_as_they_stand() -> None:
    failure = Failure(TWO, "Sin", CASE, Broken("x̄[last]", "1.0", "2.0", Given()))
    text = StringIO()
    print_failure(Console(file=text, width=200), failure, Reference())
    assert TWO.equation in text.getvalue()
    assert "x̄[last]" in text.getvalue()


def test_json_holds_every_cell_with_its_counts() -> None:
    record = json.loads(json.dumps(as_json(CELLS, Reference(), 42)))
    assert (record["engine"], record["seed"]) == ("reference", 42)
    assert [(cell["op"], cell["law"]) for cell in record["cells"]] == [(c.row, c.law) for c in CELLS]
    assert [cell["asked"] for cell in record["cells"]] == [True, True, True, False, True, True]
    whole = [cell for cell in record["cells"] if "failure" not in cell]
    assert [cell["held"] for cell in whole] == [2, 3, 0, 0, 9]
    assert [cell["digits"] for cell in whole] == [17.0, 13.2, None, None, 9.4]
    assert record["cells"][2]["undecided"] == {"a kink": 2, "a tie": 1}
    assert [at for at, cell in enumerate(record["cells"]) if "failure" in cell] == [4]
    assert record["cells"][4]["failure"] == {
        "what": "y[1]",
        "got": "8.0",
        "expected": "7.389056098930650",
        "case": repr(CASE),
        "program": Reference().source(CASE, Given()),
    }


# What is left out, and what is said once.


def report_of(cells: Sequence[Cell], subject: Subject) -> list[str]:
    """The lines of a whole report of the two laws."""
    text = StringIO()
    print_report(Console(file=text, width=200), cells, LAW_COLUMNS, subject)
    return [line.strip() for line in text.getvalue().splitlines()]


def test_rows_of_which_nothing_was_asked_are_named_once_below_the_matrix() -> None:
    absent = [Cell(law.name, row, lacking=True) for row in ("Abs", "Tanh") for law in (ONE, TWO)]
    lines = report_of([*absent[:2], *CELLS, *absent[2:]], Reference())
    assert [line.split()[0] for line in lines[3:6]] == ["Exp", "Log", "Sin"]
    (at,) = [number for number, line in enumerate(lines) if re.search("Abs|Tanh", line)]
    assert lines[at] == "not asked at all: Abs, Tanh"
    assert lines.index("Sin          ✗ 9₁") < at < lines.index(LEGEND.splitlines()[0])
    assert lines[-1].endswith("1 broken, 1 not decided, 5 not asked; 18 cases")


def test_where_every_row_was_asked_none_is_named() -> None:
    assert not [line for line in report_of(CELLS, Reference()) if "not asked at all" in line]


def test_a_report_of_nothing_has_no_matrix() -> None:
    lines = report_of(CELLS[3:4], Reference())
    assert lines[0] == "not asked at all: Log"
    assert not [line for line in lines if line.startswith(("op", "✓"))]


def test_laws_that_one_answer_breaks_share_one_account() -> None:
    third = replace(ONE, name="third_law")
    other = Broken("y[1]", "9.0", "7.389056098930650", Given())
    failures = [
        Failure(ONE, "Sin", CASE, BROKEN),
        Failure(TWO, "Sin", CASE, other),
        Failure(third, "Sin", CASE, BROKEN),
        Failure(TWO, "Exp", CASE, BROKEN),
    ]
    lines = report_of([Cell(each.law.name, each.row, failure=each) for each in failures], Reference())
    titles = [line.split(" ─")[0] for line in lines if line.endswith("──") and not line.startswith("─")]
    assert titles == ["Sin-one_law", "Sin-another_law", "Exp-another_law"]
    assert [line for line in lines if "also" in line] == ["also broken, by the same answer: third_law"]
    assert lines.index("also broken, by the same answer: third_law") < lines.index(f"{titles[1]} {'─' * 184}")


def test_a_broken_cell_has_no_counts_for_they_are_those_of_the_search_for_a_smaller_case() -> None:
    failure = Failure(ONE, "Sin", CASE, BROKEN)
    searched = Cell("one_law", "Sin", digits=[EXACT] * 20, undecided=Counter({"a kink": 3}), failure=failure)
    cells = [searched, Cell("another_law", "Sin", digits=[EXACT] * 10)]
    assert summary(cells, Reference()).endswith("0 not asked; 10 cases")
    record = json.loads(json.dumps(as_json(cells, Reference(), 1)))
    assert record["cells"][0].keys() == {"op", "law", "asked", "failure"}
    assert record["cells"][1]["held"] == 10
    assert "not decided" not in report_of(cells, Reference())


# Engines that raise.


class Raising(Reference):
    """The reference engine, but for a value that is an exception and a program that is another."""

    def forward(self, case: Case) -> Array:
        raise OverflowError("too [bold] much")

    def source(self, case: Case, given: Given) -> str:
        raise ValueError("first line\nsecond [bold] line")


EXP = Row("Exp", (CATALOGUE["Exp"],))


def test_an_exception_has_a_mark_of_its_own() -> None:
    raised = judge(LAWS["value_matches_reference"], EXP, Raising(), examples=5, start=1)
    assert shown(matrix([raised], {1: LAWS[raised.law]})).split()[-1] == "!"
    wrong = Cell(raised.law, "Exp", failure=Failure(LAWS[raised.law], "Exp", CASE, BROKEN))
    assert shown(matrix([wrong], {1: LAWS[raised.law]})).split()[-1] == "✗"


def test_a_wrong_answer_that_a_law_tells_in_its_own_words_is_no_exception() -> None:
    retold = Broken("y[1], retold", "8.0", "7.389056098930650", Given())
    retold.__cause__ = BROKEN
    cell = Cell("one_law", "Exp", failure=Failure(ONE, "Exp", CASE, retold))
    assert shown(matrix([cell], {1: ONE})).split()[-1] == "✗"


def test_a_program_that_cannot_be_written_costs_no_report() -> None:
    failure = Failure(ONE, "Sin", CASE, BROKEN)
    cells = [Cell("one_law", "Sin", failure=failure)]
    raised = "reference has no program of this case; source raised ValueError: first line"
    expected = f"# {raised}\n# second [bold] line\n{CASE!r}"
    assert program_of(failure, Raising()) == expected
    assert failure_text(failure, Raising()).endswith(f"\n\n{expected}")
    assert set(expected.splitlines()) <= set(report_of(cells, Raising()))
    record = json.loads(json.dumps(as_json(cells, Raising(), 1)))
    assert record["cells"][0]["failure"]["program"] == expected


def test_a_program_that_is_no_text_costs_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*asked: object) -> None:
        return None

    monkeypatch.setattr(Reference, "source", nothing)
    program = program_of(Failure(ONE, "Sin", CASE, BROKEN), Reference())
    assert "source raised TypeError: NoneType in place of text" in program
    assert program.endswith(repr(CASE))


# Programs that are pasted.


@pytest.fixture
def planted() -> Generator[type[Op], None, None]:
    """y = a², whose two derivative rules forget the 2; catalogue and second definitions forget it again."""
    with visiting():

        @op(REALS)
        class Forgetful(Elementwise, Unary):
            """yᵢ = aᵢ²."""

            __qualname__ = "Forgetful"  # as of an op of a module, so that its repr can be pasted

            def compute(self, a: Array) -> Array:
                return a * a

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return out_grad * node.inputs[0]

            def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
                return in_tangent * node.inputs[0]

        refer_entry(Forgetful, lambda op, x: x[0] * x[0])
        yield Forgetful
        del REFERENCES[Forgetful]


def printed(program: str, planted: type[Op], capsys: pytest.CaptureFixture[str]) -> list[float]:
    """The numbers that a pasted program prints. An op of a test cannot be imported: it is put there."""
    lines = [line for line in program.splitlines() if f"import {planted.__name__}" not in line]
    capsys.readouterr()
    exec("\n".join(lines), {planted.__name__: planted})
    return [float(found) for found in re.findall(r"-?\d+\.\d*(?:e[-+]?\d+)?", capsys.readouterr().out)]


@pytest.mark.parametrize("law", ["gradient_matches_numeric", "tangent_matches_numeric"])
def test_the_program_of_a_failure_runs_and_shows_the_wrong_number(
    law: str, planted: type[Op], capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row("Forgetful", (CATALOGUE["Forgetful"],))
    failure = judge(LAWS[law], row, Reference(), examples=30, start=1).failure
    assert failure
    got, expected = float(failure.broken.got), float(failure.broken.expected.split(" ± ")[0])
    assert expected == pytest.approx(2 * got)
    assert got in printed(failure_text(failure, Reference()).split("\n\n", 1)[1], planted, capsys)


@pytest.mark.parametrize("law", ["value_matches_reference", "gradient_is_adjoint_of_tangent"])
def test_a_law_that_the_planted_op_obeys_is_not_broken(law: str, planted: type[Op]) -> None:
    cell = judge(LAWS[law], Row("Forgetful", (CATALOGUE["Forgetful"],)), Reference(), examples=30, start=1)
    assert cell.failure is None
    assert cell.held == 30


SPELLED = [
    Step(ops.Summation((0, 2), keepdims=True), (0,), (-1, 0)),
    Step(ops.Summation((1,)), (0,), 1),
    Step(ops.Max((0, 1, 2)), (0,), None),
    Step(ops.LogSumExp((2,), keepdims=True), (0,), (-1,)),
    Step(ops.Transpose((0, 2)), (0,), (-1, 0)),
    Step(ops.Permute((1, 2, 0)), (0,), (-2, -1, 0)),
    Step(ops.Concatenate(1), (0,), -2),
    Step(ops.Stack(3), (0,), -1),
]


@pytest.mark.parametrize("step", SPELLED, ids=lambda step: repr(step.op))
def test_a_program_spells_axes_as_the_case_does_and_prints_the_same_value(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case((as_array(np.arange(24.0).reshape(2, 3, 4)),), (step,))
    program = Reference().source(case, Given())
    assert repr(step.spelling) in program
    names: dict[str, object] = {}
    exec(program, names)
    value = names["v1"]
    assert isinstance(value, Tensor)
    np.testing.assert_array_equal(value.numpy(), Reference().forward(case), strict=True)
    assert capsys.readouterr().out == f"{value}\n"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_program_of_any_call_runs_and_computes_the_same_value(name: str) -> None:
    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        names: dict[str, object] = {"print": str}
        exec(subject.source(case, Given({"out_grad": subject.forward(case)})), names)
        value = names[f"v{case.output}"]
        assert isinstance(value, Tensor)
        np.testing.assert_allclose(value.numpy(), subject.forward(case), rtol=1e-6, strict=True)
        return HOLDS

    law = Law("source_computes_the_value", "y = y", Capability.FORWARD, Where.ANYWHERE, check)
    assert judge(law, Row(name, (CATALOGUE[name],)), Reference(), examples=8, start=1).held == 8
