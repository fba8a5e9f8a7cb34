"""One cell of the matrix: a law held against a row of an engine, by as many cases as the budget says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar
from zlib import crc32

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.strategies import DataObject

from engine.array import Array
from engine.graph import Op
from properties.adapters.subject import Capability, Mix, Moves, Pullback, Subject, Work
from properties.case import Case, Digraph
from properties.law import Law, Where
from properties.rows import Row, has_op
from properties.verdict import EXACT, Broken, Given, Verdict

T = TypeVar("T")
Answers = TypeVar("Answers", bound=Sized)

PROFILE = settings(
    database=None,
    deadline=None,
    derandomize=False,
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
)
"""How Hypothesis runs a cell: by our seeds, in no hurry, and silently, because the report speaks."""

FEWEST_DIGITS = 1.0
"""A verdict with fewer is no evidence."""

BUDGETS = {"quick": 10, "default": 30, "deep": 400}
"""Cases for each cell, by profile."""

CEILING = 0.1
"""The share of a cell's cases that may be left open: of ten, one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A law broken by a case that could not be made smaller."""

    law: Law
    row: str
    case: Case
    broken: Broken


@dataclass(slots=True)
class Cell:
    """The outcome of one law on one row. ``lacking``: the engine was not asked."""

    law: str
    row: str
    lacking: bool = False
    digits: list[float] = field(default_factory=list[float])
    undecided: Counter[str] = field(default_factory=Counter[str])
    failure: Failure | None = None

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        if verdict.undecided:
            self.undecided[verdict.undecided] += 1
        elif verdict.digits < FEWEST_DIGITS:
            self.undecided["the bound leaves no digit"] += 1
        else:
            self.digits.append(verdict.digits)

    @property
    def held(self) -> int:
        """How many cases the law held for."""
        return len(self.digits)

    @property
    def executed(self) -> int:
        """How many cases were checked to the end, with either outcome."""
        return self.held + self.undecided.total()

    @property
    def decided(self) -> bool:
        """Whether the law held for a case and at most ``CEILING`` of the cases were left open.

        What is asked and not decided does not hold.
        """
        return self.held > 0 and self.undecided.total() <= CEILING * self.executed

    @property
    def strength(self) -> float:
        """EXACT if every case was compared bit for bit, else the median digits of the others."""
        return median([digits for digits in self.digits if digits < EXACT] or [EXACT])


def judge(law: Law, row: Row, subject: Subject, *, examples: int, start: int) -> Cell:
    """Hold ``law`` against ``row``. The seed ``start``, the law and the row together fix the cases."""
    return judge_by(settings(PROFILE, max_examples=examples), law, row, subject, start)


def judge_by(budget: settings, law: Law, row: Row, subject: Subject, start: int) -> Cell:
    """As ``judge``, by a budget that says how many cases are drawn and whether what is found is shrunk."""
    cell = Cell(law.name, row.name)
    usable = [entry for entry in row.entries if has_op(subject, entry)]
    able = not law.needs & ~subject.capabilities and all(map(subject.supports, law.uses))
    if not able or not usable or not law.concerns(row.name, usable):
        cell.lacking = True
        return cell
    guarded = Guarded(subject)
    smooth, rough = row.cases(subject, smooth=True), row.cases(subject, smooth=False)
    cases = {Where.SMOOTH: smooth, Where.ANYWHERE: smooth | rough, Where.KINKS: rough}[law.where]
    seen: list[Case] = []

    def hold(data: DataObject) -> None:
        case = data.draw(cases)
        seen[:] = [case]
        cell.add(law.check(guarded, case, data.draw))

    run = seed(crc32(f"{start} {law.name} {row.name}".encode()))(budget(given(st.data())(hold)))
    try:
        run()
    except Broken as broken:
        cell.failure = Failure(law, row.name, seen[0], broken)
    except Flaky:
        unsteady = Broken("the engine", "another answer when asked again", "the same answer", Given())
        cell.failure = Failure(law, row.name, seen[0], unsteady)
    except Unsatisfiable:
        cell.undecided["no case drawn that the engine has"] += 1
    return cell


class Guarded(Subject):
    """An engine whose every exception is a broken law: whatever it raises is its answer."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.name: str = subject.name
        self.capabilities: Capability = subject.capabilities
        self.mixes: tuple[Mix, ...] = subject.mixes

    def supports(self, op: Op) -> bool:
        return self.subject.supports(op)

    def forward(self, case: Case) -> Array:
        return _asked("y", lambda: _an_array(self.subject.forward(case)))

    def pullback(self, case: Case) -> Pullback:
        pull = _asked("the graph", lambda: self.subject.pullback(case))
        return lambda out_grad: _asked(
            "x̄", lambda: _one_each(pull(out_grad), len(case.variables)), out_grad=out_grad
        )

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        return _asked(
            "ẏ", lambda: _an_array(self.subject.tangent(case, in_tangents)), **_numbered(in_tangents)
        )

    def joint_gradient(
        self, case: Case, outputs: Sequence[int], out_grads: Sequence[Array]
    ) -> tuple[Array, ...]:
        return _asked(
            f"x̄ of {', '.join(f'v{number}' for number in outputs)} together",
            lambda: _one_each(self.subject.joint_gradient(case, outputs, out_grads), len(case.variables)),
        )

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        parts = {Mix.FORWARD_OVER_REVERSE: len(inner), Mix.FORWARD_OVER_FORWARD: 1}.get(mix, len(outer))
        return _asked(
            f"{mix.value} (v{', v'.join(map(str, outer))} over v{', v'.join(map(str, inner))})",
            lambda: _one_each(self.subject.second(case, mix, out_grad, inner, outer), parts),
            out_grad=out_grad,
            **_numbered(list(inner.values()), "along"),
            **_numbered(list(outer.values())),
        )

    def second_pullback(self, case: Case, out_grad: Array, in_cotangents: Sequence[Array]) -> Array:
        return _asked(
            "the pullback of the pullback",
            lambda: _an_array(self.subject.second_pullback(case, out_grad, in_cotangents)),
            out_grad=out_grad,
            **_numbered(in_cotangents, "along"),
        )

    def third(self, case: Case, out_grad: Array, along: Sequence[Array]) -> tuple[Array, ...]:
        return _asked(
            "the third derivative",
            lambda: _one_each(self.subject.third(case, out_grad, along), len(case.variables)),
            out_grad=out_grad,
            **_numbered(along, "along"),
        )

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        return _asked(
            f"x̄ with v{value} detached",
            lambda: _one_each(self.subject.detached_gradient(case, value, out_grad), len(case.variables)),
            out_grad=out_grad,
        )

    def lazily(self) -> Subject:
        return Guarded(self.subject.lazily())

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return _asked("y, lazily,", lambda: self.subject.compute_counts(case))

    def gradient_work(self, case: Case, out_grad: Array, wanted: int) -> Work:
        return _asked(
            f"x̄{wanted}, of which the work is counted,",
            lambda: self.subject.gradient_work(case, out_grad, wanted),
            out_grad=out_grad,
        )

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        return _asked(
            "the order", lambda: _so_many(self.subject.orders(case, times), times, "orders", "questions")
        )

    def sort(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        return _asked(f"the order of {len(graph)} nodes", lambda: self.subject.sort(graph, roots))

    def cycle(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        return _asked(f"the cycle among {len(graph)} nodes", lambda: self.subject.cycle(graph, roots))

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        return _asked(
            "x̄",
            lambda: _so_many(self.subject.rule_counts(case, out_grad), len(case.steps), "counts", "steps"),
            out_grad=out_grad,
        )

    def tangent_rule_counts(self, case: Case, in_tangents: Sequence[Array]) -> tuple[int, ...]:
        return _asked(
            "ẏ",
            lambda: _so_many(
                self.subject.tangent_rule_counts(case, in_tangents), len(case.steps), "counts", "steps"
            ),
            **_numbered(in_tangents),
        )

    def source(self, case: Case, given: Given) -> str:
        return self.subject.source(case, given)


def _an_array(answer: Array) -> Array:
    """The answer, which is an array only if the engine keeps its promise."""
    if answer.__class__ is not np.ndarray:
        raise TypeError(f"{type(answer).__name__} in place of an array")
    if answer.dtype.kind not in "fiub":
        raise TypeError(f"{answer.dtype} in place of real numbers")
    return answer


def _one_each(answer: tuple[Array, ...], count: int) -> tuple[Array, ...]:
    """The answer, with one array for each of the values that were asked for."""
    return tuple(map(_an_array, _so_many(answer, count, "arrays", "values")))


def _so_many(answer: Answers, count: int, what: str, of: str) -> Answers:
    """The answer, with ``count`` parts."""
    if len(answer) != count:
        raise TypeError(f"{len(answer)} {what} for {count} {of}")
    return answer


def _numbered(tangents: Sequence[Array], name: str = "in_tangents") -> dict[str, Array]:
    return {f"{name}{at}": tangent for at, tangent in enumerate(tangents)}


def _asked(what: str, answer: Callable[[], T], **chosen: Array) -> T:
    try:
        return answer()
    except Exception as error:  # an engine on trial may raise anything: that is its answer
        raise Broken(what, f"{type(error).__name__}: {error}", "a value", Given(chosen)) from error
