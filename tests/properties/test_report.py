"""The report: a mark for each cell, a last line that adds up, and programs that show what is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Generator
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
    as_json,
    failure_text,
    law_list,
    law_names,
    matrices,
    matrix,
    print_failure,
    print_report,
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

CELLS = [
    Cell("one_law", "Exp", digits=[EXACT, EXACT]),
    Cell("another_law", "Exp", digits=[12.6, 13.2, 14.0]),
    Cell("one_law", "Log", undecided=Counter({"a kink": 2, "a tie": 1})),
    Cell("another_law", "Log", lacking=True),
    Cell("one_law", "Sin", failure=Failure(ONE, "Sin", CASE, BROKEN)),
    Cell("another_law", "Sin", digits=[9.4] * 9, undecided=Counter({"a kink": 1})),
]


def test_the_matrix_has_a_mark_for_each_op_and_law() -> None:
    lines = [line.split() for line in shown(matrix(CELLS, [ONE, TWO])).splitlines()]
    rows = [line for line in lines if line and line[0] in ("op", "Exp", "Log", "Sin")]
    assert rows == [["op", "1", "2"], ["Exp", "✓", "13"], ["Log", "?₃", "—"], ["Sin", "✗", "9₁"]]


@pytest.mark.parametrize(
    ("held", "left_open", "mark"),
    [(10, 0, "✓"), (9, 1, "✓₁"), (8, 2, "?₂"), (360, 40, "✓₄₀"), (291, 109, "?₁₀₉"), (0, 0, "?")],
)
def test_a_mark_says_how_many_cases_were_not_decided(held: int, left_open: int, mark: str) -> None:
    undecided = Counter({"a kink": left_open}) if left_open else Counter[str]()
    cell = Cell("one_law", "Exp", digits=[EXACT] * held, undecided=undecided)
    assert shown(matrix([cell], [ONE])).split()[-1] == mark


def test_a_cell_that_was_not_judged_is_not_asked() -> None:
    assert shown(matrix(CELLS[:1], [ONE, TWO])).split()[-3:] == ["Exp", "✓", "—"]


def marks_of(width: int, laws: int) -> dict[str, list[str]]:
    """What stands behind each op, and in the head, in all parts of a matrix on a console so wide.

    Every third law leaves a case open.
    """
    columns = [replace(ONE, name=f"law_{number}") for number in range(laws)]
    cells = [
        Cell(law.name, row, digits=[15.0] * 29, undecided=Counter(["a kink"] * (number % 3 == 0)))
        for row in CATALOGUE
        for number, law in enumerate(columns)
    ]
    text = StringIO()
    console = Console(file=text, width=width)
    for part in matrices(console, cells, columns):
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
    assert found == dict.fromkeys(CATALOGUE, (["15₁", "15", "15"] * laws)[:laws])


def test_a_matrix_that_fits_is_one_piece() -> None:
    text = StringIO()
    console = Console(file=text, width=100)
    laws = [replace(ONE, name=f"law_{number}") for number in range(28)]
    cells = [Cell(law.name, row, digits=[15.0]) for row in CATALOGUE for law in laws]
    assert len(list(matrices(console, cells, laws))) == 1
    assert len(list(matrices(console, cells, [*laws, *laws]))) == 2


def test_laws_are_listed_with_number_claim_and_equation_as_they_are_written() -> None:
    lines = shown(law_list([ONE, TWO])).splitlines()
    assert lines[0].split() == ["1", "one_law", "1", "=", "1"]
    assert "2 = 2 for all [bold] 2" in lines[1]
    assert re.findall(r"\d+ \w+_law\b", shown(law_names([ONE, TWO]))) == ["1 one_law", "2 another_law"]


def test_the_last_line_adds_up() -> None:
    assert summary(CELLS, Reference()) == (
        "reference: 3 cells hold, 1 broken, 1 not decided, 1 not asked; 18 cases"
    )


def test_the_report_names_what_was_not_decided_and_why() -> None:
    text = StringIO()
    print_report(Console(file=text, width=200), CELLS, [ONE, TWO], Reference())
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
    assert [cell["held"] for cell in record["cells"]] == [2, 3, 0, 0, 0, 9]
    assert [cell["digits"] for cell in record["cells"]] == [17.0, 13.2, None, None, None, 9.4]
    assert record["cells"][2]["undecided"] == {"a kink": 2, "a tie": 1}
    assert [at for at, cell in enumerate(record["cells"]) if "failure" in cell] == [4]
    assert record["cells"][4]["failure"] == {
        "what": "y[1]",
        "got": "8.0",
        "expected": "7.389056098930650",
        "case": repr(CASE),
        "program": Reference().source(CASE, Given()),
    }


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
