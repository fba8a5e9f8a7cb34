"""Laws about the graph: what is unused, cut off or asked twice, in which order it is walked, how deep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from engine import ops
from engine.array import as_array
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import equal, identical, same_type, zero
from properties.law import Draw, law
from properties.laws.measures import given
from properties.strategies.arrays import arrays, cotangents, directions, dtypes
from properties.strategies.shapes import runs
from properties.verdict import HOLDS, Broken, Given, Verdict, weakest

DEPTHS = st.sampled_from([2, 50, 500, 2_500])
"""Even numbers, the last beyond the frames that Python lends to a recursion (Hypothesis leaves it 2,000)."""

TOWER = 30
"""Storeys of v ↦ v + v: 2³⁰ paths through 30 values."""


@law(Capability.GRADIENT, few=True)
def unused_input_has_zero_gradient(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """s̄ = 0, of s's shape and dtype, and ẏ = 0 along s alone, for an input s that no step uses."""
    spare = draw(arrays(draw(runs(most=2)), draw(dtypes)))
    wider = case.with_spare_input(spare)
    out_grad = draw(cotangents(*case.specs()[-1]))
    chosen = given(out_grad=out_grad, spare=spare)
    adjoint = subject.gradient(wider, out_grad)[-1]
    verdict = weakest(same_type("s̄", adjoint, spare, chosen), zero("s̄", adjoint, spare, chosen))
    if Capability.TANGENT not in subject.capabilities:
        return verdict
    still = [as_array(x * 0) for x in case.variable_arrays()]
    moved = subject.tangent(wider, [*still, as_array(np.ones(spare.shape, spare.dtype))])
    return weakest(verdict, zero("ẏ along s", moved, out_grad, chosen))


@law(Capability.DETACH | Capability.GRADIENT, few=True)
def detached_value_stops_gradient(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """The adjoints with value v detached are those with v given as a constant."""
    value = draw(st.integers(0, case.output - 1))
    out_grad = draw(cotangents(*case.specs()[-1]))
    held = case.inputs[value] if value < len(case.inputs) else subject.forward(case.upto(value))
    expected = subject.gradient(case.with_constant(value, held), out_grad)
    got = subject.detached_gradient(case, value, out_grad)
    chosen = given(out_grad=out_grad)
    pairs = zip(case.variables, got, expected, strict=True)
    return weakest(*[identical(f"x̄{number} with v{value} detached", a, b, chosen) for number, a, b in pairs])


@law(Capability.GRADIENT, few=True)
def second_call_is_identical(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """f(x) and x̄(ȳ) have the same bits when they are asked for again, of the same graph too."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    chosen = given(out_grad=out_grad)
    value = identical("y", subject.forward(case), subject.forward(case), chosen)
    pull = subject.pullback(case)
    pairs = zip(case.variables, pull(out_grad), pull(out_grad), strict=True)
    return weakest(value, *[identical(f"x̄{number}, asked again,", b, a, chosen) for number, a, b in pairs])


@law(Capability.GRAPH, few=True)
def every_value_is_visited_once(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """The topological order holds each value that the output is made of, once, and no other."""
    order = subject.orders(case, 1)[0]
    if sorted(order) != sorted(case.needed(case.varying())):
        raise Broken(
            "values in the order", str(order), f"each of {sorted(case.needed(case.varying()))}", given()
        )
    return HOLDS


@law(Capability.GRAPH, few=True)
def inputs_come_before_users(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """In the topological order a value comes after the values it is made of."""
    order = subject.orders(case, 1)[0]
    late = _late_input(case, order)
    if late is not None:
        raise Broken("the order", str(order), "v{} before v{}".format(*late), given())
    return HOLDS


def _late_input(case: Case, order: Sequence[int]) -> tuple[int, int] | None:
    """An input and its user, if the order has the user first."""
    first = {number: at for at, number in reversed(list(enumerate(order)))}
    for number in case.varying() & set(order):
        for arg in case.steps[number - len(case.inputs)].args if number >= len(case.inputs) else ():
            if first.get(arg, -1) > first[number]:
                return arg, number
    return None


def _topological(case: Case, order: Sequence[int]) -> bool:
    """Whether the order holds each value once, inputs before users: what the laws above claim."""
    return sorted(order) == sorted(case.needed(case.varying())) and _late_input(case, order) is None


@law(Capability.GRAPH, few=True)
def inputs_are_visited_left_to_right(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Of the topological orders it is that of depth-first search: first inputs first."""
    order = subject.orders(case, 1)[0]
    seen: list[int] = []
    _visit(case, case.output, case.varying(), seen)
    if _topological(case, order) and order != tuple(seen):
        raise Broken("the order", str(order), str(tuple(seen)), given())
    return HOLDS


def _visit(case: Case, number: int, varying: set[int], seen: list[int]) -> None:
    """The textbook's recursion; programs are short."""
    if number in seen:
        return
    if number in varying and number >= len(case.inputs):
        for arg in case.steps[number - len(case.inputs)].args:
            _visit(case, arg, varying, seen)
    seen.append(number)


@law(Capability.GRAPH, few=True)
def order_is_reproducible(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """The topological order is the same when it is asked for again, and for the same graph built anew."""
    orders = [*subject.orders(case, 2), *subject.orders(case, 1)]
    if len(set(orders)) > 1:
        raise Broken("the order, asked again,", str(orders[1:]), str(orders[0]), given())
    return HOLDS


@law(Capability.GRAPH | Capability.GRADIENT, uses=(ops.EWiseAdd(),), few=True)
def each_rule_is_called_once(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """A reverse pass calls the adjoint rule of each value once: over 2³⁰ paths, at most one call an edge."""
    tower = case.followed_by(ops.EWiseAdd(), TOWER)
    out_grad = draw(cotangents(*case.specs()[-1]))
    counts = subject.rule_counts(tower, out_grad)
    return _once(tower, counts, "adjoint", given(out_grad=out_grad))


@law(Capability.GRAPH | Capability.TANGENT, uses=(ops.EWiseAdd(),), few=True)
def each_tangent_rule_is_called_once(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """A forward pass calls the tangent rule of each value once: over 2³⁰ paths, at most one call an edge."""
    tower = case.followed_by(ops.EWiseAdd(), TOWER)
    tangents = draw(directions(case.variable_arrays()))
    counts = subject.tangent_rule_counts(tower, tangents)
    return _once(tower, counts, "tangent", given(in_tangents=tangents))


def _once(tower: Case, counts: Sequence[int], kind: str, chosen: Given) -> Verdict:
    """One call for each value between a variable and the output, and no other."""
    passed = tower.needed() & tower.varying()
    for number, calls in enumerate(counts, start=len(tower.inputs)):
        expected = int(number in passed)
        if calls != expected:
            what = f"calls of the {kind} rule of v{number}, below {TOWER} diamonds in the end"
            raise Broken(what, str(calls), str(expected), chosen)
    return HOLDS


@law(Capability.GRADIENT, row="programs", uses=(ops.Negate(),))
def depth_is_no_limit(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Negated up to 2,500 times, deeper than Python can recurse, the case has the same y, x̄ and ẏ."""
    deep = case.followed_by(ops.Negate(), draw(DEPTHS))
    case = case.followed_by(ops.Negate(), 2)  # NumPy's dot has other bits where its operands lie otherwise
    out_grad = draw(cotangents(*case.specs()[-1]))
    chosen = given(out_grad=out_grad)
    pairs = zip(
        case.variables, subject.gradient(deep, out_grad), subject.gradient(case, out_grad), strict=True
    )
    verdicts = [
        equal("y, negated again and again,", subject.forward(deep), subject.forward(case), chosen),
        *[equal(f"x̄{number}, through a deep chain,", a, b, chosen) for number, a, b in pairs],
    ]
    if Capability.TANGENT in subject.capabilities:
        tangents = draw(directions(case.variable_arrays()))
        moved, expected = subject.tangent(deep, tangents), subject.tangent(case, tangents)
        verdicts.append(equal("ẏ, through a deep chain,", moved, expected, given(in_tangents=tangents)))
    if Capability.LAZY in subject.capabilities:
        lazy = subject.lazily()
        waited = lazy.forward(deep)
        verdicts.append(equal("y, lazily through a deep chain,", waited, lazy.forward(case), chosen))
    return weakest(*verdicts)
