"""Laws about first derivatives: types, and numbers against complex steps."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.array import Array
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import Target, at_scale, same_type, within
from properties.law import Draw, Where, law
from properties.laws.measures import (
    KINK,
    allowed,
    direction_of,
    flat,
    given,
    longest,
    rounded,
    tangent_target,
)
from properties.oracles.definition import STILL, paired
from properties.sides import unit_vector
from properties.strategies.arrays import array_of, cotangents, directions, laid_out, layouts
from properties.verdict import Verdict, weakest


@law(Capability.GRADIENT)
def gradient_has_type_of_input(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """shape(x̄) = shape(x), then dtype(x̄) = dtype(x)."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    adjoints = subject.gradient(case, out_grad)
    pairs = zip(case.variables, adjoints, case.variable_arrays(), strict=True)
    return weakest(*[same_type(f"x̄{at}", got, x, given(out_grad=out_grad)) for at, got, x in pairs])


@law(Capability.TANGENT)
def tangent_has_type_of_output(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """shape(ẏ) = shape(y), then dtype(ẏ) = dtype(y)."""
    tangents = draw(directions(case.variable_arrays()))
    value, moved = subject.forward(case), subject.tangent(case, tangents)
    return same_type("ẏ", moved, value, given(in_tangents=tangents))


@law(Capability.TANGENT, where=Where.SMOOTH)
def tangent_matches_numeric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """ẏ = J ẋ, by a complex step through the second definition; along a dense direction or one axis."""
    tangents = draw(directions(case.variable_arrays()) | _unit_directions(case.variable_arrays()))
    unit = case.computed_roundoff()
    expected = rounded(case, direction_of(case, tangents), unit)
    if expected.close:
        return KINK
    got = subject.tangent(case, tangents)
    target = tangent_target(case, expected, unit)
    verdict = within("ẏ", got, target, given(in_tangents=tangents))
    scale = longest(tangents) * max(map(abs, expected.values), default=0.0)
    return at_scale(verdict, scale, max(target.bounds, default=0.0))


@law(Capability.GRADIENT, where=Where.SMOOTH)
def gradient_matches_numeric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄ⱼ = Σᵢ ȳᵢ Jᵢⱼ for every entry j, with J by complex steps through the second definition."""
    shape, dtype = case.specs()[-1]
    out_grad = draw(cotangents(shape, dtype))
    got = subject.gradient(case, out_grad)
    values_there = rounded(case, STILL).values
    scale = sum(abs(weight * y) for weight, y in zip(flat(out_grad), values_there, strict=True))
    verdicts: list[Verdict] = []
    for number, adjoint in zip(case.variables, got, strict=True):
        size, unit = case.inputs[number].size, case.computed_roundoff(number)
        values: list[float] = []
        bounds: list[float] = []
        for at in range(size):
            column = rounded(case, {number: unit_vector(size, at)}, unit)
            if column.close:
                return KINK
            value, bound = paired(flat(out_grad), column.tangents, column.tangent_bounds)
            values.append(value)
            bounds.append(allowed(case, value, bound, unit))
        target = Target(values, bounds, case.inputs[number].shape)
        verdict = within(f"x̄{number}", adjoint, target, given(out_grad=out_grad))
        verdicts.append(at_scale(verdict, scale, max(bounds, default=0.0)))
    return weakest(*verdicts)


@st.composite
def _unit_directions(draw: DrawFn, likes: Sequence[Array]) -> tuple[Array, ...]:
    """A direction along one entry of one variable."""
    at = draw(st.integers(0, max(0, sum(like.size for like in likes) - 1)))
    parts: list[Array] = []
    for like in likes:
        part = array_of(unit_vector(like.size, at), like.shape, like.dtype)
        parts.append(laid_out(part, draw(layouts)))
        at -= like.size
    return tuple(parts)
