import re
from io import StringIO
from unicodedata import combining

import numpy as np
import pytest
from rich.console import Console

from engine import Tensor, log, sin
from examples.lecture import autoencoder_program, lecture_program
from examples.trace import Trace, trace
from examples.trace_table import shown, trace_table


@pytest.fixture
def lecture() -> Trace:
    return lecture_program().trace()


def _printed(traced: Trace, width: int = 120) -> str:
    console = Console(file=StringIO(), width=width)
    with console.capture() as capture:
        console.print(trace_table(traced, "the program"))
    return capture.get()


def test_the_table_has_a_line_for_each_edge(lecture: Trace) -> None:
    lines = [" ".join(line.split()) for line in _printed(lecture).splitlines()]
    at = lines.index("v2 = variable 5 0 1.716337815")
    assert lines[at + 1 : at + 3] == ["v̄2→v4 = v̄4 * v1 2", "v̄2→v5 = v̄5 * cos(v2) -0.2836621855"]
    assert "v7 = v6 - v5 11.65207146 5.5 1" in lines
    assert lines[0] == "the program"


def test_the_table_shows_arrays_with_their_shapes() -> None:
    printed = _printed(autoencoder_program().trace())
    assert "W̄→h = h̄ @ x.T" in printed
    assert "W̄→D = D̄.T" in printed
    assert "[[-1 -0.125 3.75]" in printed
    assert "(2, 3)" in printed


def test_brackets_in_arrays_are_no_markup() -> None:
    x = Tensor([1.0, 2.0])
    assert "[/b]" in _printed(trace(sin(x), {}, names={x: "[/b]"}))


def test_a_large_array_is_shortened() -> None:
    assert shown(np.zeros((50, 60))).count("0") < 40
    assert shown(np.array(1 / 3)) == "0.3333333333"


@pytest.mark.parametrize("width", [44, 60, 80])
def test_a_narrow_terminal_loses_no_digit(lecture: Trace, width: int) -> None:
    printed = "".join(mark for mark in _printed(lecture, width) if not combining(mark))
    assert "…" not in printed
    lines = printed.splitlines()
    (edge,) = [found.end() for line in lines if (found := re.search("tangent( v)?", line))]
    last_column = "".join(line[edge:].strip() for line in lines)
    for row in lecture.rows:
        assert all(shown(part.value) in last_column for part in row.partials)
        assert row.adjoint is not None
        assert shown(row.adjoint) in last_column


def test_log_of_zero_is_shown_as_it_is() -> None:
    x = Tensor(0.0)
    with np.errstate(divide="ignore"):
        traced = trace(log(x), {x: Tensor(1.0)})
    assert shown(traced.row("v2").value) == "-inf"
