"""The judge: the cases of a seed, the budget, what becomes of a broken, missing or raising engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import settings

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import CATALOGUE, Entry, entry_of
from engine.graph import Op
from properties.adapters.guarded import Guarded
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Mix, Moves, Pullback, Subject, Work
from properties.case import Case, Digraph, one_step
from properties.judge import BUDGETS, PROFILE, Cell, judge, judge_by
from properties.law import ALONE, Check, Draw, Law, Where
from properties.laws import LAWS
from properties.oracles.definition import evaluate
from properties.rows import PROGRAMS, Row, rows_for
from properties.strategies.arrays import cotangents
from properties.strategies.calls import has_corners
from properties.verdict import EXACT, HOLDS, Broken, Given, Verdict
from tests.properties.planted import right_ops, wrong_kinks
from tests.properties.planted.bug import visitors

ROWS = {row.name: row for row in rows_for(Reference())}


def law_of(
    check: Check,
    name: str = "a_law_of_a_test",
    needs: Capability = Capability.FORWARD,
    *,
    where: Where = Where.SMOOTH,
) -> Law:
    return Law(name, "y = y", needs, where, check)


def cases_seen(
    *,
    start: int,
    examples: int = 12,
    law: str = "a_law_of_a_test",
    row: str = "MatMul",
    where: Where = Where.SMOOTH,
) -> list[Case]:
    """The cases that the judge shows to a law."""
    seen: list[Case] = []

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        seen.append(case)
        return HOLDS

    judge(law_of(check, law, where=where), ROWS[row], Reference(), examples=examples, start=start)
    return seen


def written(cases: Sequence[Case]) -> list[str]:
    return list(map(repr, cases))


@pytest.mark.parametrize("row", ["MatMul", "Summation", PROGRAMS])
def test_a_seed_gives_the_same_cases_again_and_another_seed_gives_others(row: str) -> None:
    first, again, other = (written(cases_seen(start=start, row=row)) for start in (7, 7, 8))
    assert first == again
    assert first != other


def test_what_a_law_draws_is_the_same_again_too() -> None:
    def drawn(start: int) -> list[bytes]:
        seen: list[bytes] = []

        def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
            seen.append(draw(cotangents(*case.specs()[-1])).tobytes())
            return HOLDS

        judge(law_of(check), ROWS["Exp"], Reference(), examples=12, start=start)
        return seen

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_laws_and_rows_have_cases_of_their_own() -> None:
    assert written(cases_seen(start=1, law="one_law")) != written(cases_seen(start=1, law="another_law"))
    inputs = [[a.shape for a in case.inputs] for case in cases_seen(start=1, row="Exp")]
    assert inputs != [[a.shape for a in case.inputs] for case in cases_seen(start=1, row="Log")]


@pytest.mark.parametrize("examples", [*BUDGETS.values()][:2])
@pytest.mark.parametrize("row", ["EWiseMul", PROGRAMS])
def test_a_law_is_tried_on_as_many_cases_as_the_budget_says(row: str, examples: int) -> None:
    assert len(cases_seen(start=3, examples=examples, row=row)) == examples


def test_a_law_that_needs_an_oracle_never_sees_a_kink_and_one_that_needs_none_does() -> None:
    smooth = cases_seen(start=1, row="ReLU", examples=40)
    rough = cases_seen(start=1, row="ReLU", examples=40, where=Where.ANYWHERE)
    assert not any(evaluate(case).close for case in smooth)
    assert any(evaluate(case).close for case in rough)


def verdicts_of(*verdicts: Verdict) -> Cell:
    """The cell of a law that ends in these verdicts in turn."""
    waiting = list(verdicts)

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        return waiting.pop(0)

    drawn = settings(PROFILE, max_examples=len(verdicts))
    return judge_by(drawn, law_of(check), ROWS["EWiseMul"], Reference(), 1)


def test_a_cell_counts_what_held_and_how_strongly() -> None:
    cell = verdicts_of(Verdict(8.0), Verdict(3.0), Verdict(12.0))
    assert (cell.held, cell.strength, cell.lacking, cell.failure) == (3, 8.0, False, None)
    assert verdicts_of(Verdict(8.0), HOLDS, HOLDS, HOLDS).strength == 8.0
    assert (cell.law, cell.row) == ("a_law_of_a_test", "EWiseMul")
    assert verdicts_of(HOLDS, HOLDS).strength == EXACT


def test_a_cell_counts_what_was_not_decided_by_its_cause_and_never_as_held() -> None:
    blind, blunt = Verdict(0.0, "blind"), Verdict(0.0, "blunt")
    cell = verdicts_of(blind, HOLDS, blunt, blind)
    assert dict(cell.undecided) == {"blind": 2, "blunt": 1}
    assert (cell.held, cell.strength) == (1, EXACT)
    assert verdicts_of(blind, blind).held == 0


def test_a_failure_is_the_smallest_case_and_what_the_law_said_of_it() -> None:
    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        if case.inputs[0].size >= 2:
            raise Broken("y", repr(case), "less", Given())
        return HOLDS

    law = law_of(check)
    failure = judge(law, ROWS["Exp"], Reference(), examples=30, start=1).failure
    assert failure
    assert failure.law is law
    assert failure.row == "Exp"
    assert failure.broken.got == repr(failure.case)
    assert failure.case.inputs[0].size == 2
    assert not failure.case.inputs[0].any()


def test_a_law_that_breaks_once_in_a_run_is_found_and_stays_broken() -> None:
    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        if 0 in case.inputs[0].shape:
            raise Broken("y", "nothing", "something", Given())
        return HOLDS

    cell = judge(law_of(check), ROWS["Exp"], Reference(), examples=100, start=1)
    assert cell.failure
    assert cell.failure.case.inputs[0].size == 0


def test_judging_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        raise Broken("y", "1", "2", Given())

    assert judge(law_of(check), ROWS["Exp"], Reference(), examples=5, start=1).failure
    assert capfd.readouterr() == ("", "")


class Lacking(Reference):
    """An engine without Exp that can only compute."""

    capabilities = Capability.FORWARD

    def supports(self, op: Op) -> bool:
        return not isinstance(op, ops.Exp)


def never(subject: Subject, case: Case, draw: Draw) -> Verdict:
    raise AssertionError("asked")


@pytest.mark.parametrize("needs", [Capability.TANGENT, Capability.FORWARD | Capability.GRAPH])
def test_an_engine_is_not_asked_for_what_it_cannot_do(needs: Capability) -> None:
    cell = judge(law_of(never, needs=needs), ROWS["Log"], Lacking(), examples=5, start=1)
    assert cell == Cell("a_law_of_a_test", "Log", lacking=True)


def test_an_engine_is_not_asked_for_an_op_that_it_lacks() -> None:
    cell = judge(law_of(never), ROWS["Exp"], Lacking(), examples=5, start=1)
    assert cell == Cell("a_law_of_a_test", "Exp", lacking=True)


def about_ties(entry: Entry) -> bool:
    return any(domain.ties for domain in entry.domains)


@pytest.mark.parametrize(("row", "asked"), [("Max", True), ("ReLU", False), ("Exp", False), (PROGRAMS, True)])
def test_a_law_about_some_domains_is_asked_of_ops_that_have_such_a_domain(row: str, asked: bool) -> None:
    seen: list[Case] = []

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        seen.append(case)
        return HOLDS

    law = Law("a_law_of_a_test", "y = y", Capability.FORWARD, Where.KINKS, check, about_ties)
    cell = judge(law, ROWS[row], Reference(), examples=10, start=1)
    assert (cell.lacking, cell.held) == (not asked, 10 if asked else 0)
    assert all(evaluate(case).close for case in seen)


def test_a_kink_of_some_parameters_is_a_kink_of_the_op() -> None:
    with visitors():
        row = right_ops.at_least()
        assert all(domain.smooth for entry in row.entries for domain in entry.domains)
        rough = [law for law in LAWS.values() if law.where is Where.KINKS]
        asked = [law.name for law in rough if law.concerns(row.name, row.entries)]
    assert asked == ["subgradient_lies_between_sides", "kink_convention_holds"]


@pytest.mark.parametrize(
    ("row", "asked"), [(ROWS["Max"], True), (ROWS["Exp"], True), (ROWS[PROGRAMS], False),
                       (Row(PROGRAMS, ROWS["Max"].entries), False)]
)  # fmt: skip
def test_a_law_about_ops_alone_is_not_asked_of_programs(row: Row, asked: bool) -> None:
    seen: list[Case] = []

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        seen.append(case)
        return HOLDS

    law = Law("a_law_of_a_test", "y = y", Capability.FORWARD, Where.ANYWHERE, check, row=ALONE)
    assert judge(law, row, Reference(), examples=10, start=1).lacking != asked
    assert len(seen) == 10 * asked
    assert all(len(case.steps) == 1 for case in seen)


def test_a_sum_is_not_cut_for_an_engine_that_cannot() -> None:
    class Whole(Reference):
        """An engine that sums over all axes, and of a vector alone."""

        def supports(self, op: Op) -> bool:
            return isinstance(op, ops.Summation) and op.axes == (0,) and not op.keepdims

    cell = judge(LAWS["sum_over_partition_is_sum"], ROWS["Summation"], Whole(), examples=10, start=1)
    assert cell.undecided == {"the engine lacks the reductions of parts": 10}


def test_where_nothing_is_declared_no_convention_is_asked() -> None:
    with visitors():
        row = wrong_kinks.leak_that_counts_both_sides()
        assert judge(LAWS["kink_convention_holds"], row, Reference(), examples=1, start=1).lacking
        assert not judge(
            LAWS["subgradient_lies_between_sides"], row, Reference(), examples=1, start=1
        ).lacking


def test_an_engine_without_the_op_that_a_law_is_about_is_not_asked_for_programs() -> None:
    class Smooth(Reference):
        """An engine without kinks and ties."""

        def supports(self, op: Op) -> bool:
            return not has_corners(entry_of(op))

    cell = judge(LAWS["kink_convention_holds"], ROWS[PROGRAMS], Smooth(), examples=1, start=1)
    assert cell == Cell("kink_convention_holds", PROGRAMS, lacking=True)


def test_an_op_of_which_the_engine_refuses_every_case_is_not_decided() -> None:
    class Promising(Reference):
        """An engine that says yes once."""

        asked = 0

        def supports(self, op: Op) -> bool:
            self.asked += 1
            return self.asked == 1

    cell = judge(law_of(never), ROWS["Exp"], Promising(), examples=5, start=1)
    assert dict(cell.undecided) == {"no case drawn that the engine has": 1}
    assert (cell.held, cell.failure) == (0, None)


def test_parameters_that_the_engine_lacks_are_left_out() -> None:
    class Whole(Reference):
        """An engine that sums over all axes only."""

        def supports(self, op: Op) -> bool:
            return isinstance(op, ops.Summation) and not op.keepdims

    seen: list[Op] = []

    def check(subject: Subject, case: Case, draw: Draw) -> Verdict:
        seen.append(case.steps[0].op)
        return HOLDS

    assert judge(law_of(check), ROWS["Summation"], Whole(), examples=20, start=1).held == 20
    assert all(isinstance(op, ops.Summation) and not op.keepdims for op in seen)


class Exploding(Reference):
    """An engine whose every answer is an exception."""

    def forward(self, case: Case) -> Array:
        raise RuntimeError("boom")

    def pullback(self, case: Case) -> Pullback:
        raise RuntimeError("boom")

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        raise RuntimeError("boom")

    def joint_gradient(
        self, case: Case, outputs: Sequence[int], out_grads: Sequence[Array]
    ) -> tuple[Array, ...]:
        raise RuntimeError("boom")

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        raise RuntimeError("boom")

    def second_pullback(self, case: Case, out_grad: Array, in_cotangents: Sequence[Array]) -> Array:
        raise RuntimeError("boom")

    def third(self, case: Case, out_grad: Array, along: Sequence[Array]) -> tuple[Array, ...]:
        raise RuntimeError("boom")

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        raise RuntimeError("boom")

    def lazily(self) -> Subject:
        return self

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        raise RuntimeError("boom")

    def gradient_work(self, case: Case, out_grad: Array, wanted: int) -> Work:
        raise RuntimeError("boom")

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        raise RuntimeError("boom")

    def sort(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        raise RuntimeError("boom")

    def cycle(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        raise RuntimeError("boom")

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        raise RuntimeError("boom")

    def tangent_rule_counts(self, case: Case, in_tangents: Sequence[Array]) -> tuple[int, ...]:
        raise RuntimeError("boom")


@pytest.mark.parametrize("law", LAWS)
def test_an_exception_of_the_engine_breaks_every_law_with_its_message(law: str) -> None:
    rows = (ROWS["Maximum"], *ROWS.values())
    row = next(row for row in rows if LAWS[law].concerns(row.name, row.entries))
    cell = judge(LAWS[law], row, Exploding(), examples=5, start=1)
    assert cell.failure
    assert cell.failure.broken.got == "RuntimeError: boom"
    assert cell.failure.broken.expected.startswith("a value; test_judge.py raised this in line")
    assert isinstance(cell.failure.broken.__cause__, RuntimeError)


def test_an_exception_of_the_pullback_breaks_the_law_too() -> None:
    class LateBoom(Reference):
        """An engine that builds a graph and cannot walk it."""

        def pullback(self, case: Case) -> Pullback:
            def pull(out_grad: Array) -> tuple[Array, ...]:
                raise ZeroDivisionError("walk")

            return pull

    law = LAWS["gradient_has_type_of_input"]
    failure = judge(law, ROWS["Exp"], LateBoom(), examples=5, start=1).failure
    assert failure
    assert failure.broken.got == "ZeroDivisionError: walk"
    assert list(failure.broken.given.arrays) == ["out_grad"]


ANSWERS: dict[str, tuple[Callable[[Array], object], str]] = {
    "nothing": (lambda array: None, "TypeError: NoneType in place of an array"),
    "a list": (lambda array: array.tolist(), "in place of an array"),
    "a scalar": (lambda array: array.sum(), "in place of an array"),
    "complex": (lambda array: array.astype(complex), "TypeError: complex128 in place of real numbers"),
}


@pytest.mark.parametrize(
    "law", ["gradient_has_type_of_input", "gradient_is_adjoint_of_tangent", "second_call_is_identical"]
)
@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_no_array_is_a_wrong_answer_and_not_a_crash(
    law: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, message = ANSWERS[kind]
    right = Reference.pullback

    def pullback(subject: Reference, case: Case) -> Callable[[Array], tuple[object, ...]]:
        pull = right(subject, case)
        return lambda out_grad: tuple(map(spoil, pull(out_grad)))

    monkeypatch.setattr(Reference, "pullback", pullback)
    failure = judge(LAWS[law], ROWS["EWiseMul"], Reference(), examples=5, start=1).failure
    assert failure
    assert message in failure.broken.got


@pytest.mark.parametrize("law", ["gradient_matches_numeric", "gradient_is_adjoint_of_tangent"])
def test_too_few_adjoints_are_a_wrong_answer_and_not_a_crash(law: str) -> None:
    class Stingy(Reference):
        """An engine that forgets the last adjoint."""

        def pullback(self, case: Case) -> Pullback:
            pull = super().pullback(case)
            return lambda out_grad: pull(out_grad)[:-1]

    failure = judge(LAWS[law], ROWS["EWiseMul"], Stingy(), examples=5, start=1).failure
    assert failure
    assert failure.broken.got == "TypeError: 1 arrays in place of 2"


def test_too_few_orders_or_counts_are_a_wrong_answer_and_neither_a_crash_nor_a_pass() -> None:
    class Silent(Reference):
        """An engine that does not say how its graph is walked."""

        def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
            return []

        def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
            return ()

        def tangent_rule_counts(self, case: Case, in_tangents: Sequence[Array]) -> tuple[int, ...]:
            return ()

    graph = [law for law in LAWS.values() if Capability.GRAPH in law.needs and not law.row]
    assert len(graph) == 6
    for law in graph:
        failure = judge(law, ROWS["EWiseMul"], Silent(), examples=5, start=1).failure
        assert failure
        assert "TypeError: 0 " in failure.broken.got


def test_an_engine_that_answers_otherwise_when_asked_again_is_broken() -> None:
    class Fickle(Reference):
        """An engine that is right two times out of three."""

        asked = 0

        def forward(self, case: Case) -> Array:
            self.asked += 1
            return as_array(np.asarray(super().forward(case) + np.float32(self.asked % 3 == 0)))

    failure = judge(LAWS["value_matches_reference"], ROWS["Exp"], Fickle(), examples=30, start=1).failure
    assert failure
    assert failure.broken.got == "another answer when asked again"


def test_an_interruption_is_not_an_answer() -> None:
    class Interrupted(Reference):
        """An engine that the user stops."""

        def forward(self, case: Case) -> Array:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(LAWS["value_matches_reference"], ROWS["Exp"], Interrupted(), examples=5, start=1)


CASE = one_step(ops.EWiseMul(), as_array(np.array([2.0, 3.0])), as_array(np.array([5.0, 7.0])))
OUT_GRAD, IN_TANGENTS = as_array(np.array([1.0, -1.0])), CASE.inputs

QUESTIONS: dict[str, tuple[Callable[[Subject], object], list[str]]] = {
    "forward": (lambda subject: subject.forward(CASE), []),
    "pullback": (lambda subject: subject.pullback(CASE)(OUT_GRAD), []),
    "gradient": (lambda subject: subject.gradient(CASE, OUT_GRAD), []),
    "tangent": (lambda subject: subject.tangent(CASE, IN_TANGENTS), ["in_tangents0", "in_tangents1"]),
    "joint_gradient": (
        lambda subject: subject.joint_gradient(CASE, [2, 0], [OUT_GRAD, OUT_GRAD]),
        ["out_grad0_v2", "out_grad1_v0"],
    ),
    "second": (
        lambda subject: subject.second(
            CASE, Mix.FORWARD_OVER_REVERSE, OUT_GRAD, {1: CASE.inputs[1]}, {0: CASE.inputs[0]}
        ),
        ["out_grad", "along0", "in_tangents0"],
    ),
    "second_pullback": (
        lambda subject: subject.second_pullback(CASE, OUT_GRAD, IN_TANGENTS),
        ["out_grad", "along0", "along1"],
    ),
    "third": (lambda subject: subject.third(CASE, OUT_GRAD, IN_TANGENTS), ["out_grad", "along0", "along1"]),
    "detached_gradient": (lambda subject: subject.detached_gradient(CASE, 1, OUT_GRAD), ["out_grad"]),
    "lazily": (lambda subject: subject.lazily().forward(CASE), []),
    "compute_counts": (lambda subject: subject.compute_counts(CASE), []),
    "gradient_work": (lambda subject: subject.gradient_work(CASE, OUT_GRAD, 1), ["out_grad"]),
    "orders": (lambda subject: subject.orders(CASE, 2), []),
    "sort": (lambda subject: subject.sort([[1, 1], []], [0]), []),
    "cycle": (lambda subject: subject.cycle([[1], [0]], [0]), []),
    "rule_counts": (lambda subject: subject.rule_counts(CASE, OUT_GRAD), ["out_grad"]),
    "tangent_rule_counts": (
        lambda subject: subject.tangent_rule_counts(CASE, IN_TANGENTS),
        ["in_tangents0", "in_tangents1"],
    ),
}
UNGUARDED = {"supports", "source"}


def test_every_question_to_an_engine_is_guarded() -> None:
    public = {name for name, member in vars(Subject).items() if callable(member) and name[0] != "_"}
    assert public == set(QUESTIONS) | UNGUARDED
    assert public - set(vars(Guarded)) == {"gradient"}  # which asks for the pullback


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_guard_hands_questions_and_answers_on(name: str) -> None:
    ask, _ = QUESTIONS[name]
    assert repr(ask(Guarded(Reference()))) == repr(ask(Reference()))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_guard_turns_an_exception_into_a_broken_law_and_keeps_what_was_chosen(name: str) -> None:
    ask, chosen = QUESTIONS[name]
    with pytest.raises(Broken, match="RuntimeError: boom") as caught:
        ask(Guarded(Exploding()))
    assert list(caught.value.given.arrays) == chosen


def test_a_guard_is_called_what_its_engine_is_called_and_can_do_the_same() -> None:
    guarded = Guarded(Lacking())
    assert (guarded.name, guarded.capabilities) == ("reference", Capability.FORWARD)
    assert not guarded.supports(ops.Exp())
    assert guarded.supports(ops.Log())
    assert guarded.source(CASE, Given()) == Reference().source(CASE, Given())
    assert isinstance(Guarded(Reference()).lazily(), Guarded)


def test_every_op_of_the_catalogue_can_be_judged() -> None:
    names = [name for name, row in ROWS.items() if not row.has_second_definition()]
    assert not names
    assert set(CATALOGUE) < set(ROWS)


@pytest.mark.parametrize("name", [law.name for law in LAWS.values() if law.uses])
def test_an_engine_that_lacks_what_a_law_puts_beside_the_case_is_not_asked(name: str) -> None:
    class Without(Reference):
        def supports(self, op: Op) -> bool:
            return super().supports(op) and op not in LAWS[name].uses

    row = ROWS.get(LAWS[name].row, ROWS["Exp"])
    assert judge(LAWS[name], row, Without(), examples=1, start=1).lacking
    assert not judge(LAWS[name], row, Reference(), examples=1, start=1).lacking
