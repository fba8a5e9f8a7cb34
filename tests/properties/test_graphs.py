"""What the row of graphs is drawn from, the graphs that belong to no program, and the counting of rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import isfinite, prod
from random import Random
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import Phase, find, given, seed, settings
from hypothesis.strategies import SearchStrategy

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import CATALOGUE
from engine.dtype import FLOAT32
from properties.adapters.counting import RunawayError, counted
from properties.adapters.guarded import Guarded
from properties.adapters.reference import Reference
from properties.case import Case, Digraph, Step
from properties.judge import PROFILE, judge
from properties.law import ALONE
from properties.laws import LAWS
from properties.references import REFERENCES
from properties.rows import GRAPHS, Row, rows_for
from properties.strategies.corners import SMOOTH, corner_of
from properties.strategies.digraphs import Blown, Question, acyclic, blown, cyclic
from properties.strategies.graphs import MOST_STEPS, graph_programs
from properties.strategies.shapes import MOST_ENTRIES
from properties.verdict import Broken
from tests.properties.planted.wrong_graphs import NamingTheWay, SortingRootByRoot

T = TypeVar("T")

POOL = [entry for entry in CATALOGUE.values() if entry.op in REFERENCES]


def sample(strategy: SearchStrategy[T], runs: int = 10) -> list[T]:
    """What twenty examples of each of some seeds are."""
    drawn: list[T] = []

    def keep(value: T) -> None:
        drawn.append(value)

    short = settings(PROFILE, max_examples=20, phases=[Phase.generate])
    for start in range(runs):
        seed(start)(short(given(strategy)(keep)))()
    return drawn


@cache
def programs(*, smooth: bool) -> list[Case]:
    return sample(graph_programs(POOL, smooth=smooth))


def graph_of(case: Case) -> Digraph:
    return [*(() for _ in case.inputs), *(step.args for step in case.steps)]


def share(found: Iterable[bool]) -> float:
    each = list(found)
    return sum(each) / len(each)


def users(case: Case) -> Counter[int]:
    return Counter(arg for step in case.steps for arg in step.args)


def paths(case: Case) -> int:
    """How many paths lead from the output to inputs."""
    found: list[int] = []
    for below in graph_of(case):
        found.append(sum(found[arg] for arg in below) if below else 1)
    return found[-1]


def detour(case: Case) -> int:
    """By how much the longest path from a value to an input is longer than the shortest, at most."""
    long: list[int] = []
    short: list[int] = []
    for below in graph_of(case):
        long.append(1 + max(long[arg] for arg in below) if below else 0)
        short.append(1 + min(short[arg] for arg in below) if below else 0)
    return max(a - b for a, b in zip(long, short, strict=True))


KINDS: dict[str, tuple[Callable[[Case], bool], float]] = {
    "one value in two slots": (lambda case: any(len(set(s.args)) < len(s.args) for s in case.steps), 0.25),
    "diamonds upon diamonds": (lambda case: paths(case) >= 16, 0.1),
    "a value of many users": (lambda case: max(users(case).values()) >= 4, 0.1),
    "an op of many inputs": (lambda case: any(len(step.args) >= 4 for step in case.steps), 0.07),
    "paths of unequal length": (lambda case: detour(case) >= 3, 0.08),
    "many inputs": (lambda case: len(case.inputs) >= 3, 0.2),
    "an unused input": (lambda case: bool(set(range(len(case.inputs))) - case.needed()), 0.3),
    "a step that nobody reads": (
        lambda case: bool(set(range(len(case.inputs), case.output)) - case.needed()), 0.2,
    ),
    "the older value first": (lambda case: any(a < b for s in case.steps for a, b in pairwise(s.args)), 0.3),
    "the newer value first": (lambda case: any(a > b for s in case.steps for a, b in pairwise(s.args)), 0.2),
    "constants before variables": (lambda case: 0 in case.constants, 0.04),
    "long": (lambda case: len(case.steps) > 10, 0.15),
    "short": (lambda case: len(case.steps) < 4, 0.1),
    "a product": (lambda case: any(isinstance(step.op, ops.EWiseMul) for step in case.steps), 0.2),
    "float32": (lambda case: case.inputs[0].dtype is FLOAT32, 0.1),
}  # fmt: skip
"""Each floor is about half of what is drawn today."""


@pytest.mark.parametrize("smooth", [True, False], ids=["smooth", "rough"])
@pytest.mark.parametrize("kind", KINDS)
def test_graphs_are_of_every_shape(kind: str, smooth: bool) -> None:
    has, floor = KINDS[kind]
    assert share(map(has, programs(smooth=smooth))) > floor


def test_graphs_are_small_and_finite_and_depend_on_a_variable() -> None:
    for case in (*programs(smooth=True), *programs(smooth=False)):
        assert 1 <= len(case.steps) <= MOST_STEPS
        assert case.output in case.varying()
        assert all(prod(shape) <= MOST_ENTRIES for shape, _ in case.specs())
        assert all(isfinite(x) for x in Reference().forward(case).ravel().tolist())


def is_at_corner(case: Case) -> bool:
    values: list[Array] = list(case.inputs)
    for step in case.steps:
        inputs = [values[arg] for arg in step.args]
        if corner_of(step.op, inputs) > SMOOTH:
            return True
        values.append(as_array(step.op.compute_from(inputs)))
    return False


def test_a_rough_graph_is_at_a_kink_and_a_smooth_one_at_none() -> None:
    assert all(map(is_at_corner, programs(smooth=False)))
    assert not any(map(is_at_corner, programs(smooth=True)))


def drawn_of(*names: str, smooth: bool = True) -> list[Case]:
    return sample(graph_programs([CATALOGUE[name] for name in names], smooth=smooth), runs=3)


@pytest.mark.parametrize(
    "names", [("EWiseAdd",), ("EWiseMul",), ("Negate",), ("Stack", "Summation"), ("Concatenate", "Summation"),
              ("EWiseMul", "Stack", "Summation")]
)  # fmt: skip
def test_graphs_are_made_of_the_ops_that_there_are(names: tuple[str, ...]) -> None:
    found = {type(step.op).__name__ for case in drawn_of(*names) for step in case.steps}
    assert found <= set(names)
    assert found


def test_where_no_graph_can_be_made_any_program_is_drawn() -> None:
    assert {type(step.op) for case in drawn_of("Sin") for step in case.steps} == {ops.Sin}
    rough = drawn_of("Max", "Negate", smooth=False)
    assert share(any(isinstance(step.op, ops.Max) for step in case.steps) for case in rough) > 0.9


def smallest(wanted: Callable[[Case], bool]) -> Case:
    return find(
        graph_programs(POOL), wanted, settings=settings(PROFILE, max_examples=2_000), random=Random(0)
    )


def test_a_graph_shrinks_to_few_steps_on_one_number() -> None:
    twice = smallest(lambda case: any(len(set(step.args)) < len(step.args) for step in case.steps))
    assert twice.steps == (Step(ops.EWiseAdd(), (0, 0)),)
    assert [array.tolist() for array in twice.inputs] == [0.0]
    wide = smallest(lambda case: any(len(step.args) > 3 for step in case.steps))
    assert len(wide.steps) <= 3
    tall = smallest(lambda case: paths(case) >= 8)
    assert len(tall.steps) <= 4


def numbered(graph: Digraph) -> dict[int, list[int]]:
    return {node: list(below) for node, below in enumerate(graph)}


def reached(question: Question) -> set[int]:
    found: set[int] = set()
    waiting = list(question.roots)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += question.graph[node]
    return found


@cache
def questions() -> list[Question]:
    return sample(acyclic())


@cache
def large() -> list[Blown]:
    return sample(blown())


@cache
def rings() -> list[Question]:
    return sample(cyclic())


DIGRAPHS: dict[str, tuple[Callable[[Question], bool], float]] = {
    "several roots": (lambda asked: len(asked.roots) > 2, 0.2),
    "a root twice": (lambda asked: len(set(asked.roots)) < len(asked.roots), 0.1),
    "no root": (lambda asked: not asked.roots, 0.05),
    "an input twice": (lambda asked: any(len(set(below)) < len(below) for below in asked.graph), 0.3),
    "a node that nobody asks for": (lambda asked: len(reached(asked)) < len(asked.graph), 0.3),
    "an input of a higher number": (
        lambda asked: any(max(below, default=-1) > node for node, below in enumerate(asked.graph)), 0.3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DIGRAPHS)
def test_acyclic_graphs_are_of_every_kind(kind: str) -> None:
    has, floor = DIGRAPHS[kind]
    assert share(map(has, questions())) > floor
    for asked in questions():
        TopologicalSorter(numbered(asked.graph)).prepare()


def test_a_graph_that_was_blown_up_is_acyclic_and_asked_for_the_same_and_the_members() -> None:
    for drawn in large():
        TopologicalSorter(numbered(drawn.large.graph)).prepare()
        expected = reached(drawn.small)
        if drawn.at in expected:
            expected.update(drawn.members)
        assert reached(drawn.large) == expected
    assert share(len(drawn.members) == 2_500 for drawn in large()) > 0.1
    assert share(max(map(len, drawn.large.graph)) >= 400 for drawn in large()) > 0.01


def test_a_cycle_is_where_the_roots_lead() -> None:
    lengths = set[int]()
    for asked in rings():
        found = reached(asked)
        with pytest.raises(CycleError) as caught:
            TopologicalSorter({node: asked.graph[node] for node in found}).prepare()
        lengths.add(len(set(caught.value.args[1])))
    assert {1, 2, 400, 2_500} <= lengths


def failing(law: str, engine: Reference) -> Broken:
    row = Row(GRAPHS, (CATALOGUE["EWiseAdd"],))
    failure = judge(LAWS[law], row, engine, examples=30, start=0).failure
    assert failure
    assert len(failure.case.steps) == 1  # any case; the law speaks of no program
    return failure.broken


def test_a_wrong_order_is_shown_on_a_small_graph() -> None:
    broken = failing("any_graph_is_sorted", SortingRootByRoot())
    assert broken.what.startswith("the order of the graph ((),")
    assert broken.what.endswith("from the roots (0, 0)")
    assert (broken.got, broken.expected) == ("(0, 0)", "(0,)")


def test_a_cycle_that_is_none_is_shown_on_a_small_graph() -> None:
    broken = failing("cycle_is_named", NamingTheWay())
    assert broken.what == "the cycle in the graph ((), (1,), (1,)) from the roots (2,)"
    assert (broken.got, broken.expected) == ("(2, 1, 1)", "nodes each made of the next, the first one last")


class Trusting(Reference):
    """An engine that refuses nothing."""

    def cycle(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        return ()


def test_an_engine_that_does_not_refuse_a_cycle_is_told_so() -> None:
    assert failing("cycle_is_named", Trusting()).got == "no refusal"


def test_a_very_large_graph_is_shown_by_its_ends() -> None:
    text = str(Question([()] * 1_000, [0]))
    assert text.startswith("the graph ((), ")
    assert "… (960 more) …" in text
    assert len(text) < 300


def tower(storeys: int) -> Case:
    x = as_array(np.ones(()))
    return Case((x,), ()).followed_by(ops.EWiseAdd(), storeys)


def test_a_walk_that_calls_more_rules_than_there_are_edges_is_stopped() -> None:
    case = tower(3)
    counting, counts = counted(case)
    pull = Reference().pullback(counting)
    one = as_array(np.ones(()))
    pull(one)
    assert [each.differentiated for each in counts] == [1, 1, 1]
    pull(one)
    with pytest.raises(RunawayError, match="7 calls of rules in a graph of 6 edges"):
        pull(one)


def test_rules_are_counted_in_either_mode() -> None:
    case = tower(2).with_spare_input(as_array(np.zeros(())))
    one = as_array(np.ones(()))
    assert Reference().rule_counts(case, one) == (1, 1)
    assert Reference().tangent_rule_counts(case, [one, one]) == (1, 1)


class Silent(Reference):
    """An engine that forgets to count."""

    def tangent_rule_counts(self, case: Case, in_tangents: object) -> tuple[int, ...]:
        return ()


def test_a_count_for_each_step_is_asked_for() -> None:
    with pytest.raises(Broken, match="0 counts in place of 2"):
        Guarded(Silent()).tangent_rule_counts(tower(2), [as_array(np.ones(()))])


def test_a_law_about_a_row_names_one_that_there_is() -> None:
    rows = {row.name for row in rows_for(Reference())}
    assert {law.row for law in LAWS.values() if law.row} <= rows | {ALONE}
    assert GRAPHS in rows
