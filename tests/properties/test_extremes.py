"""The table of extreme values has no gap; other definitions agree with it, and so does the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import copysign, isfinite, isinf, isnan

import numpy as np
import pytest

from engine.catalogue import CATALOGUE, Entry, entry_of
from engine.errors import MatrixError, ShapeError
from engine.ops import MatMul, ReLU
from properties.adapters.guarded import Guarded
from properties.adapters.reference import Reference
from properties.case import slot_domains
from properties.extremes import table
from properties.extremes.point import (
    DOUBLE,
    FLOATS,
    SINGLE,
    Float,
    Hollow,
    Line,
    Moved,
    Point,
    entries_of,
    nine,
    shape_of,
)
from properties.laws.extremes import is_answered, is_refused
from properties.laws.measures import flat
from properties.laws.questions import Question, case_of, forms
from properties.oracles.definition import evaluate
from properties.verdict import Broken

SUBJECT = Guarded(Reference())
OPS = sorted(CATALOGUE)
TURNS = 2


def kind(number: float, f: Float) -> str:
    """Which of the nine extremes a number is; of an end that has a sign, either."""
    names = {0.0: "zero", f.smallest: "smallest", f.largest: "largest"}
    if number == 0:
        return "−0" if copysign(1.0, number) < 0 else "0"
    return "NaN" if isnan(number) else "∞" if isinf(number) else names.get(abs(number), "")


def met(lines: list[Line], f: Float) -> set[str]:
    """The extremes that stand somewhere in some input of an op."""
    found: set[str] = set()
    for line in lines:
        if isinstance(line, Moved):
            found |= {kind(number, f) for number in nine(f)}
            found |= {"size 0" for shape in line.shapes if 0 in shape}
        else:
            found |= {kind(entry, f) for x in line.inputs for entry in entries_of(x)}
            found |= {"size 0" for x in line.inputs if isinstance(x, Hollow)}
    return found


def gaps(entry: Entry, lines: list[Line], f: Float) -> set[str]:
    """The extremes of which the table does not speak; an elementwise op the law asks without entries."""
    wanted = {"−0", "0", "∞", "NaN", "smallest", "largest", "size 0"}
    return wanted - met(lines, f) - ({"size 0"} if entry.elementwise else set())


@pytest.mark.parametrize("f", FLOATS, ids=["float64", "float32"])
@pytest.mark.parametrize("name", OPS)
def test_the_table_has_no_gap(name: str, f: Float) -> None:
    entry = CATALOGUE[name]
    assert gaps(entry, table(f.dtype).get(entry.op, []), f) == set()


def test_a_gap_is_found() -> None:
    lines = [line for line in table(DOUBLE.dtype)[ReLU] if isinstance(line, Point)]
    without = [line for line in lines if not isnan(entries_of(line.inputs[0])[0])]
    assert gaps(entry_of(ReLU()), list(without), DOUBLE) == {"NaN"}
    products = table(DOUBLE.dtype)[MatMul]
    assert gaps(entry_of(MatMul()), products[:81], DOUBLE) == {"size 0"}


@pytest.mark.parametrize("f", FLOATS, ids=["float64", "float32"])
def test_each_slot_of_an_elementwise_op_meets_every_extreme_by_itself(f: Float) -> None:
    for name in OPS:
        entry = CATALOGUE[name]
        if entry.elementwise:
            points = [line for line in table(f.dtype)[entry.op] if isinstance(line, Point)]
            for slot, domain in enumerate(entry.domains):
                entries = {kind(entries_of(point.inputs[slot])[0], f) for point in points}
                assert domain.values or {"−0", "0", "∞", "NaN", "smallest", "largest"} <= entries, name


def has_turns(question: Question) -> bool:
    """Whether another turn asks something else: another variable, entry or mix of modes."""
    return not question.elementwise or len(question.adjoints) > 1 or question.second is not None


@pytest.mark.parametrize("f", FLOATS, ids=["float64", "float32"])
@pytest.mark.parametrize("name", OPS)
def test_the_engine_answers_every_line_in_every_shape(name: str, f: Float) -> None:
    with np.errstate(all="ignore"):
        for line in table(f.dtype)[CATALOGUE[name].op]:
            if isinstance(line, Point) and line.value is None:
                is_refused(SUBJECT, case_of(line, f))
                continue
            for form in forms(line, f):
                question = form()
                for turn in range(TURNS if has_turns(question) else 1):
                    is_answered(SUBJECT, question, turn)


def finite_points(f: Float) -> Iterator[Point]:
    """The elementwise points at finite numbers inside the domain, away from its kinks.

    Beside a subnormal number a complex step is no small one, divided by the largest it is 0, and it under- or
    overflows times a slope beyond the roots of the numbers' ends: there they cannot be asked.
    """
    for lines in table(f.dtype).values():
        for line in lines:
            if isinstance(line, Point) and entry_of(line.op).elementwise:
                numbers = [entries_of(x)[0] for x in line.inputs]
                domains = slot_domains(line.op, len(numbers))
                pairs = list(zip(numbers, domains, strict=True))
                beyond = {"smallest"} if len(numbers) == 1 else {"smallest", "largest"}
                known = [isfinite(x) and kind(x, f) not in beyond for x in numbers]
                slopes = [abs(entries_of(adjoint)[0]) for adjoint in line.adjoints or ()]
                steps = all(slope == 0 or DOUBLE.tiny**0.5 < slope < DOUBLE.largest**0.5 for slope in slopes)
                if (
                    steps
                    and all(known)
                    and all(domain.smooth_at(x) and not domain.ties for x, domain in pairs)
                ):
                    yield line


def agrees(declared: float, value: float, bound: float, f: Float) -> bool:
    """Whether a declared number is what another definition says, or that is beyond what it can tell."""
    if not (isfinite(declared) and isfinite(value) and isfinite(bound)):
        return True
    return abs(declared - value) <= 8 * (bound + f.unit * abs(value)) + f.tiny


@pytest.mark.parametrize("f", FLOATS, ids=["float64", "float32"])
def test_second_definitions_agree_where_they_can_be_asked(f: Float) -> None:
    asked = 0
    for point in finite_points(f):
        case = case_of(point, f)
        try:
            moved = [evaluate(case, {slot: [1.0]}, f.unit) for slot in case.variables]
        except (ArithmeticError, ValueError):
            continue  # Python's functions refuse what overflows
        if any(found.close for found in moved):
            continue
        assert point.value is not None
        (value,) = entries_of(point.value)
        assert agrees(value, moved[0].values[0], moved[0].value_bounds[0], f), point
        for adjoint, found in zip(point.adjoints or (), moved, strict=True):
            assert agrees(entries_of(adjoint)[0], found.tangents[0], found.tangent_bounds[0], f), point
        asked += 1
    assert asked > 100


def test_the_ends_are_those_of_numpy() -> None:
    for f in (DOUBLE, SINGLE):
        facts = np.finfo(f.dtype)
        assert flat(np.array([facts.smallest_subnormal, facts.max, facts.tiny], f.dtype)) == [
            f.smallest, f.largest, f.tiny,
        ]  # fmt: skip
        assert f.unit == float(facts.eps) / 2


def test_a_wrong_line_is_found() -> None:
    """The value, the adjoint, the second derivative, the sign of a zero, and a neighbour."""
    line = next(each for each in table(DOUBLE.dtype)[ReLU] if isinstance(each, Point))
    wrong = [
        replace(line, value=1.0),
        replace(line, value=-0.0),
        replace(line, adjoints=(1.0,)),
        replace(line, second=2.0),
    ]
    for each in wrong:
        with pytest.raises(Broken, match=r"ReLU\(\) at -inf: got .*as declared"):
            is_answered(SUBJECT, forms(each, DOUBLE)[0](), 0)
    with pytest.raises(Broken, match="a refusal, as declared"):
        is_refused(SUBJECT, case_of(line, DOUBLE))


def test_numbers_are_arrays() -> None:
    assert shape_of(((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))) == (2, 3)
    assert shape_of(Hollow((0, 2))) == (0, 2)
    assert shape_of(1.0) == ()
    assert entries_of(((1.0, 2.0), (3.0, 4.0))) == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("f", FLOATS, ids=["float64", "float32"])
def test_the_engine_refuses_in_its_own_words(f: Float) -> None:
    refusals = [
        line
        for lines in table(f.dtype).values()
        for line in lines
        if isinstance(line, Point) and line.value is None
    ]
    assert refusals
    for line in refusals:
        with pytest.raises((MatrixError, ShapeError)), np.errstate(all="ignore"):
            Reference().forward(case_of(line, f))
