"""The laws of kinks and ties: what they ask, of which entries, and what they say of a wrong answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, nan

import numpy as np
import pytest

from engine import ops
from engine.array import Array, as_array
from engine.dtype import FLOAT32
from engine.graph import Op
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Pullback
from properties.case import Case, Step, one_step
from properties.references import refer_entry
from properties.verdict import Broken
from tests.properties.planted.bug import visitors
from tests.properties.samples import verdicts

BETWEEN, DECLARED = "subgradient_lies_between_sides", "kink_convention_holds"
BOTH = pytest.mark.parametrize("law", [BETWEEN, DECLARED])


def array(*entries: float) -> Array:
    return as_array(np.array(entries))


AT_0 = one_step(ops.Abs(), array(0.0))


class Saying(Reference):
    """An engine whose every adjoint, or tangent, is made another number."""

    def __init__(self, spoil: Callable[[float], float], *, forward: bool = False) -> None:
        super().__init__()
        self.spoil = spoil
        self.forward_only = forward

    def pullback(self, case: Case) -> Pullback:
        pull = super().pullback(case)
        return pull if self.forward_only else lambda out_grad: tuple(map(self._spoilt, pull(out_grad)))

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        moved = super().tangent(case, in_tangents)
        return self._spoilt(moved) if self.forward_only else moved

    def _spoilt(self, array: Array) -> Array:
        entries = [self.spoil(float(x)) for x in array.ravel().tolist()]
        return as_array(np.array(entries, array.dtype).reshape(array.shape))


@pytest.mark.parametrize("forward", [False, True])
@pytest.mark.parametrize(
    ("said", "breaks"),
    [
        (0.0, set[str]()),
        (-1.0, {DECLARED}),
        (0.5, {DECLARED}),
        (1.0, {DECLARED}),
        (1.5, {BETWEEN, DECLARED}),
        (-inf, {BETWEEN, DECLARED}),
        (nan, {BETWEEN, DECLARED}),
    ],
)
def test_a_number_between_the_sides_is_a_derivative_and_one_of_them_is_declared(
    said: float, breaks: set[str], forward: bool
) -> None:
    for law in (BETWEEN, DECLARED):
        subject = Saying(lambda x: said, forward=forward)
        if law not in breaks:
            assert all(not verdict.undecided for verdict in verdicts(law, AT_0, subject))
            continue
        with pytest.raises(Broken) as caught:
            verdicts(law, AT_0, subject)
        assert caught.value.got == repr(said)
        assert caught.value.what == ("ẏ[0] where ẋ0[0] = 1" if forward else "x̄0[0] where ȳ[0] = 1")
        assert list(caught.value.given.arrays) == (["in_tangents0"] if forward else ["out_grad"])
        assert caught.value.expected.startswith("from -1.0 to 1.0 ±" if law == BETWEEN else "0.0 ±")


@pytest.mark.parametrize(("op", "declared"), [(ops.Hardtanh(-1.0, 1.0), 0.0), (ops.Clip(-1.0, 1.0), 1.0)])
@pytest.mark.parametrize("bound", [-1.0, 1.0])
def test_each_of_two_kinks_has_a_share_of_its_own(op: Op, declared: float, bound: float) -> None:
    case = one_step(op, array(bound))
    assert all(not verdict.undecided for verdict in verdicts(DECLARED, case))
    with pytest.raises(Broken) as caught:
        verdicts(DECLARED, case, Saying(lambda x: 1.0 - x))
    assert caught.value.expected.startswith(f"{declared} ±")


@BOTH
def test_a_case_without_a_kink_or_tie_is_not_decided(law: str) -> None:
    for case in (
        one_step(ops.Abs(), array(1.0, -2.0)),
        one_step(ops.Maximum(), array(1.0), array(2.0)),
        one_step(ops.Max(()), array(1.0, 1.0)),
        one_step(ops.ReLU(), array()),
        one_step(ops.Exp(), array(0.0)),
    ):
        assert {verdict.undecided for verdict in verdicts(law, case)} == {"no kink or tie in this case"}


@BOTH
def test_entries_where_the_op_is_smooth_are_another_laws_business(law: str) -> None:
    smooth_ones_wrong = Saying(lambda x: 7.0 if abs(x) == 1.0 else x)
    case = one_step(ops.Abs(), array(3.0, 0.0, -5.0))
    assert all(not verdict.undecided for verdict in verdicts(law, case, smooth_ones_wrong))
    with pytest.raises(Broken):
        verdicts("gradient_matches_numeric", one_step(ops.Abs(), array(3.0)), smooth_ones_wrong)


@pytest.mark.parametrize(
    "case",
    [
        one_step(ops.Max((0,)), array(5.0, 5.0, 1.0, 5.0)),
        one_step(ops.Max((0,)), array(1.0, 1.0, 5.0)),
        one_step(ops.Max((1,)), as_array(np.array([[2, 2, 0], [1, 0, 1]], FLOAT32))),
        one_step(ops.Maximum(), array(1.0, 2.0), array(1.0)),
        one_step(ops.Minimum(), array(1.0, 2.0), array(2.0, 2.0)),
        one_step(ops.Compare(), array(1.0, 2.0), array(2.0, 2.0)),
        one_step(ops.Sign(), array(0.0, 2.0)),
    ],
    ids=repr,
)
@BOTH
def test_the_reference_engine_keeps_its_conventions(case: Case, law: str) -> None:
    assert all(verdict.digits > 5 and not verdict.undecided for verdict in verdicts(law, case))


def test_a_tie_of_three_is_shared_by_three_and_one_of_an_entry_that_broadcasts_by_pairs() -> None:
    pairs = one_step(ops.Maximum(), array(1.0), array(1.0, 1.0))
    assert all(not verdict.undecided for verdict in verdicts(DECLARED, pairs))
    three = one_step(ops.Max((0,)), array(1.0, 1.0, 1.0))
    with pytest.raises(Broken, match=r"got 0\.5, expected 0\.333"):
        verdicts(DECLARED, three, Saying(lambda x: 0.5))


def test_each_step_of_a_program_is_asked_alone() -> None:
    """relu(x) − relu(−x) is x, and its derivative at 0, which is 0, is not between its sides, 1 and 1."""
    steps = (
        Step(ops.ReLU(), (0,)),
        Step(ops.Negate(), (0,)),
        Step(ops.ReLU(), (2,)),
        Step(ops.Negate(), (3,)),
        Step(ops.EWiseAdd(), (1, 4)),
    )
    case = Case((array(0.0),), steps)
    for law in (BETWEEN, DECLARED):
        assert all(not verdict.undecided for verdict in verdicts(law, case))
    with pytest.raises(Broken) as caught:
        verdicts(BETWEEN, case, Saying(lambda x: 2.0))
    assert caught.value.what == "x̄0[0] where ȳ[0] = 1"
    assert caught.value.given.case
    assert caught.value.given.case.steps == (Step(ops.ReLU(), (0,)),)


@BOTH
def test_an_input_in_two_slots_ties_with_itself(law: str) -> None:
    case = Case((array(3.0),), (Step(ops.Maximum(), (0, 0)),))
    assert all(not verdict.undecided for verdict in verdicts(law, case))


@BOTH
def test_an_engine_without_forward_mode_is_asked_for_its_adjoints(law: str) -> None:
    class ReverseOnly(Saying):
        """No forward mode."""

        capabilities = Reference.capabilities & ~Capability.TANGENT

        def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
            raise AssertionError("asked")

    assert verdicts(law, AT_0, ReverseOnly(lambda x: x))
    with pytest.raises(Broken):
        verdicts(law, AT_0, ReverseOnly(lambda x: 2.0))


def test_a_kink_that_is_not_declared_leaves_the_convention_open() -> None:
    with visitors():
        refer_entry(ops.Abs, lambda op, x: x[0] - 1.0 if x[0] > 1.0 else (x[0] - 1.0) * -1.0)
        found = verdicts(DECLARED, one_step(ops.Abs(), array(1.0)))
        assert {verdict.undecided for verdict in found} == {"a kink that the op does not declare"}
        assert all(not each.undecided for each in verdicts(BETWEEN, one_step(ops.Abs(), array(1.0))))


def test_sides_that_are_not_finite_decide_nothing() -> None:
    with visitors():
        refer_entry(ops.Abs, lambda op, x: 1.0 / x[0] if x[0] > 0.0 else x[0])
        for law in (BETWEEN, DECLARED):
            causes = {verdict.undecided for verdict in verdicts(law, AT_0)}
            assert causes == {"the oracle's value is not finite"}


@pytest.mark.parametrize(
    "case",
    [
        one_step(ops.Norm((0,), order=inf), array(-2.0, 1.0, -2.0, 2.0)),
        one_step(ops.Norm((0,)), array(0.0, 0.0, 0.0)),
        one_step(ops.Std((0,)), array(3.0, 3.0, 3.0)),
        one_step(ops.Sort(0), array(3.0, 1.0, 3.0, 3.0)),
    ],
    ids=repr,
)
def test_what_is_declared_of_ties_of_sizes_and_of_entries_that_all_agree_is_held(case: Case) -> None:
    assert not any(verdict.undecided for verdict in verdicts(DECLARED, case))
    with pytest.raises(Broken):
        verdicts(DECLARED, case, Saying(lambda x: x + 0.25))
