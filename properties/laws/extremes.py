"""A law about the ends of the numbers: an engine answers what ``properties.extremes`` declares."""

from __future__ import annotations

from dataclasses import replace
from math import copysign, isfinite, isnan

import numpy as np
from hypothesis import strategies as st

from engine.array import Array
from engine.catalogue import Entry
from properties.adapters.subject import Capability, Mix, Subject
from properties.case import Case
from properties.compare import same_type
from properties.extremes import table
from properties.extremes.point import FLOATS, Float, Point
from properties.law import ALONE, Draw, law
from properties.laws.measures import flat, given
from properties.laws.questions import Expected, Question, case_of, forms
from properties.strategies.arrays import array_of
from properties.verdict import HOLDS, Broken, Given, Verdict

LACKING = Verdict(0.0, "no line of the table that the engine has")

_floats: st.SearchStrategy[Float] = st.sampled_from(FLOATS)
_turns: st.SearchStrategy[int] = st.integers(0, 11)


def _is_declared(entry: Entry) -> bool:
    return any(entry.op in table(f.dtype) for f in FLOATS)


@law(Capability.GRADIENT, row=ALONE, about=_is_declared)
def extreme_values_are_as_declared(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """y, x̄, ẏ and y″ at ±0, ±∞, NaN, the smallest and the largest number, and size 0: as the table says."""
    f = draw(_floats)
    lines = [line for line in table(f.dtype)[type(case.steps[-1].op)] if subject.supports(line.op)]
    if not lines:
        return LACKING
    line = draw(st.sampled_from(lines))
    with np.errstate(all="ignore"):
        if isinstance(line, Point) and line.value is None:
            return is_refused(subject, case_of(line, f))
        form = draw(st.sampled_from(forms(line, f)))
        return is_answered(subject, form(), draw(_turns))


def is_refused(subject: Subject, case: Case) -> Verdict:
    """Whatever an engine raises is its refusal."""
    try:
        got = subject.forward(case)
    except Broken:
        return HOLDS
    raise Broken(f"y at {case!r}", str(got.tolist()), "a refusal, as declared", Given({}, case))


def is_answered(subject: Subject, question: Question, turn: int) -> Verdict:
    """The value and the adjoints are as declared, and a tangent, which one ``turn`` says."""
    case, told = question.case, given(question.case, out_grad=question.weights)
    got = subject.forward(case)
    same_type("y", got, question.weights, told)
    _compare(f"y {question.where}", got, question.value, given(case), signed=question.signed)
    if not question.adjoints:
        return HOLDS
    adjoints = subject.gradient(case, question.weights)
    for number, adjoint, expected in zip(case.variables, adjoints, question.adjoints, strict=True):
        same_type(f"x̄{number}", adjoint, case.inputs[number], told)
        _compare(f"x̄{number} {question.where}", adjoint, expected, told)
    if Capability.TANGENT in subject.capabilities:
        (_tangent_of_entries if question.elementwise else _tangent_of_array)(subject, question, turn)
    if question.second and Capability.SECOND in subject.capabilities:
        _second(subject, question, question.second, subject.mixes[turn % len(subject.mixes)])
    return HOLDS


def _tangent_of_entries(subject: Subject, question: Question, turn: int) -> None:
    """Each entry of ẏ is the derivative there, where all entries of one variable move by 1."""
    at = turn % len(question.adjoints)
    case = _of_one(question.case, at)
    direction = _moving(case, range(case.variable_arrays()[0].size))
    told = given(case, in_tangents=[direction])
    moved = subject.tangent(case, [direction])
    same_type("ẏ", moved, question.weights, told)
    _compare(f"ẏ {question.where}", moved, question.adjoints[at], told)


def _tangent_of_array(subject: Subject, question: Question, turn: int) -> None:
    """⟨ȳ, ẏ⟩ is an entry of x̄ where that entry moves; all move where one has no finite derivative.

    0 · ∞ is NaN in forward mode too: what moves by 0 must have no infinite derivative.
    """
    adjoints = range(len(question.adjoints))
    endless = [at for at in adjoints if not all(map(isfinite, question.own_adjoint(at)))]
    chosen = endless or list(adjoints)
    at = chosen[turn % len(chosen)]
    own = question.own_adjoint(at)
    if not own:
        return
    moving = range(len(own)) if endless else [turn % len(own)]
    case = _of_one(question.case, at)
    direction = _moving(case, moving)
    told = given(case, out_grad=question.weights, in_tangents=[direction])
    moved = subject.tangent(case, [direction])
    same_type("ẏ", moved, question.weights, told)
    pairs = list(zip(flat(question.weights), flat(moved), strict=True))[: question.own]
    found = sum(weight * speed for weight, speed in pairs if weight)
    expected = sum(own[place] for place in moving)
    bound = sum(question.adjoints[at].bounds[place] for place in moving) if isfinite(expected) else 0.0
    _agree(f"⟨ȳ, ẏ⟩ {question.where}", found, expected, bound, told)


def _second(subject: Subject, question: Question, expected: Expected, mix: Mix) -> None:
    """The second derivative of an op of one number."""
    one = _moving(question.case, range(1))
    (got,) = subject.second(question.case, mix, question.weights, {0: one}, {0: one})
    told = given(question.case, out_grad=question.weights, along=[one], in_tangents=[one])
    _compare(f"y″, {mix.value}, {question.where}", got, expected, told)


def _of_one(case: Case, at: int) -> Case:
    """The case with one of its variables, the others being constants."""
    variable = case.variables[at]
    return replace(case, constants=tuple(each for each in range(len(case.inputs)) if each != variable))


def _moving(case: Case, places: range | list[int]) -> Array:
    """1 at these entries of the case's variable, 0 elsewhere."""
    (x,) = case.variable_arrays()
    return array_of([float(place in places) for place in range(x.size)], x.shape, x.dtype)


def _compare(what: str, got: Array, expected: Expected, chosen: Given, *, signed: bool = False) -> None:
    """Each entry is the declared one; NaN is NaN, and −0 is another zero than 0 where signs count."""
    entries = zip(np.ndindex(got.shape), flat(got), expected.entries, expected.bounds, strict=True)
    for place, found, right, bound in entries:
        name = f"{what}, entry {list(place)}" if got.size > 1 else what
        _agree(name, found, right, bound, chosen)
        if signed and right == 0 == bound and copysign(1.0, found) != copysign(1.0, right):
            raise Broken(name, repr(found), f"{right!r}, as declared", chosen)


def _agree(what: str, found: float, right: float, bound: float, chosen: Given) -> None:
    """Two numbers are both NaN, or equal, or as near as the bound says."""
    if (isnan(found) and isnan(right)) or found == right:
        return
    if not abs(found - right) <= bound:
        raise Broken(what, repr(found), f"{right!r}, as declared", chosen)
