"""Rows: one for each op of the catalogue, and programs of what the engine has."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, seed, settings

from engine import ops
from engine.array import Array
from engine.catalogue import CATALOGUE, Entry, op, visiting
from engine.domain import REALS
from engine.graph import Op
from engine.kinds import Elementwise, Linear
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.case import Case
from properties.judge import PROFILE
from properties.rows import GRAPHS, ORDERS, PROGRAMS, Row, has_op, rows_for

FEW = (ops.Exp, ops.EWiseMul, ops.Identity, ops.Summation)


class Small(Reference):
    """An engine with four ops, which sums over all axes only."""

    def supports(self, op: Op) -> bool:
        return isinstance(op, FEW) and not (isinstance(op, ops.Summation) and op.keepdims)


class Bare(Reference):
    """An engine without any op."""

    def supports(self, op: Op) -> bool:
        return False


def cases(row: Row, subject: Reference, *, smooth: bool = True) -> list[Case]:
    drawn: list[Case] = []

    def keep(case: Case) -> None:
        drawn.append(case)

    drawing = settings(PROFILE, max_examples=40, phases=[Phase.generate])
    seed(1)(drawing(given(row.cases(subject, smooth=smooth))(keep)))()
    return drawn


def test_there_is_a_row_for_each_op_in_alphabetical_order_and_those_of_programs_last() -> None:
    names = [row.name for row in rows_for(Reference())]
    assert names == [*sorted(CATALOGUE), PROGRAMS, ORDERS, GRAPHS]


def test_programs_are_made_of_the_ops_that_the_engine_has() -> None:
    rows = {row.name: row for row in rows_for(Small())}
    assert list(rows) == [*sorted(CATALOGUE), PROGRAMS, ORDERS, GRAPHS]
    assert [entry.name for entry in rows[PROGRAMS].entries] == ["EWiseMul", "Exp", "Identity", "Summation"]
    drawn = cases(rows[PROGRAMS], Small())
    assert {type(step.op) for case in drawn for step in case.steps} == set(FEW)
    assert all(Small().supports(step.op) for case in drawn for step in case.steps)


def test_an_engine_without_ops_has_no_row_of_programs() -> None:
    assert [row.name for row in rows_for(Bare())] == sorted(CATALOGUE)


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("name", ["Exp", "MatMul", "Stack"])
def test_the_cases_of_an_op_are_that_op_alone_on_all_their_inputs(name: str, smooth: bool) -> None:
    row = Row(name, (CATALOGUE[name],))
    for case in cases(row, Reference(), smooth=smooth):
        (step,) = case.steps
        assert type(step.op).__name__ == name
        assert set(step.args) == set(range(len(case.inputs)))


def test_parameters_that_the_engine_lacks_are_not_drawn() -> None:
    drawn = cases(Row("Summation", (CATALOGUE["Summation"],)), Small())
    assert drawn
    assert all(Small().supports(step.op) for case in drawn for step in case.steps)


def test_an_engine_has_an_op_if_it_has_it_with_some_parameters() -> None:
    found = {name for name, entry in CATALOGUE.items() if has_op(Small(), entry)}
    assert found == {cls.__name__ for cls in FEW}
    assert all(has_op(Reference(), entry) for entry in CATALOGUE.values())
    assert not any(has_op(Bare(), entry) for entry in CATALOGUE.values())


@pytest.fixture
def newcomer() -> Entry:
    """An op that nobody has defined a second time; the catalogue forgets it again."""
    with visiting():

        @op(REALS)
        class Newcomer(Elementwise, Linear):
            """yᵢ = aᵢ."""

            def compute(self, a: Array) -> Array:
                return a

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return out_grad

        entry = CATALOGUE["Newcomer"]
        assert entry.op is Newcomer
        rows = {row.name: row for row in rows_for(Reference())}
        assert entry in rows["Newcomer"].entries
        assert entry not in rows[PROGRAMS].entries
    return entry


def test_an_op_without_a_second_definition_has_a_row_and_no_place_in_programs(newcomer: Entry) -> None:
    assert not Row("Newcomer", (newcomer,)).has_second_definition()
    assert not Row(PROGRAMS, (CATALOGUE["Exp"], newcomer)).has_second_definition()
    assert Row(PROGRAMS, (CATALOGUE["Exp"],)).has_second_definition()
