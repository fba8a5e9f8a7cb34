"""Laws about derivatives: types, numbers, and the algebra that needs no numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from math import prod

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.array import Array
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import Target, at_scale, near, same_shape, same_type, within, zero
from properties.law import Draw, law
from properties.laws.measures import CURVATURE, SLACK, direction_of, flat, floor_of, given, rounded
from properties.oracles.definition import paired, second_derivative
from properties.sides import unit_vector
from properties.strategies.arrays import array_of, cotangents, directions
from properties.verdict import Given, Verdict, weakest

KINK = Verdict(0.0, "a value at a kink or tie")


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


@law(Capability.TANGENT, at_kinks=False)
def tangent_matches_numeric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """ẏ = J ẋ, by a complex step through the second definition; along a dense direction or one axis."""
    tangents = draw(directions(case.variable_arrays()) | _unit_directions(case.variable_arrays()))
    expected = rounded(case, direction_of(case, tangents))
    if expected.close:
        return KINK
    got = subject.tangent(case, tangents)
    bounds = [SLACK * bound + floor_of(case) for bound in expected.tangent_bounds]
    target = Target(expected.tangents, bounds, expected.output.shape)
    return within("ẏ", got, target, given(in_tangents=tangents))


@law(Capability.GRADIENT, at_kinks=False)
def gradient_matches_numeric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄ⱼ = Σᵢ ȳᵢ Jᵢⱼ for every entry j, with J by complex steps through the second definition."""
    shape, dtype = case.specs()[-1]
    out_grad = draw(cotangents(shape, dtype))
    got = subject.gradient(case, out_grad)
    verdicts: list[Verdict] = []
    for number, adjoint in zip(case.variables, got, strict=True):
        size = case.inputs[number].size
        values: list[float] = []
        bounds: list[float] = []
        for at in range(size):
            column = rounded(case, {number: unit_vector(size, at)})
            if column.close:
                return KINK
            value, bound = paired(flat(out_grad), column.tangents, column.tangent_bounds)
            values.append(value)
            bounds.append(SLACK * (bound + case.unit_roundoff() * abs(value)) + floor_of(case))
        target = Target(values, bounds, case.inputs[number].shape)
        verdicts.append(within(f"x̄{number}", adjoint, target, given(out_grad=out_grad)))
    return weakest(*verdicts)


@law(Capability.GRADIENT | Capability.TANGENT)
def gradient_is_adjoint_of_tangent(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨Jᵀ ȳ, ẋ⟩ = ⟨ȳ, J ẋ⟩, at kinks and ties too."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    tangents = draw(directions(case.variable_arrays()))
    chosen = given(out_grad=out_grad, in_tangents=tangents)
    forward = _paired([subject.tangent(case, tangents)], [out_grad], chosen)
    reverse = _paired(subject.gradient(case, out_grad), tangents, chosen)
    bound = rounding(case, out_grad, tangents) + own_rounding(case, forward, reverse)
    return near("⟨x̄, ẋ⟩", reverse.sum, forward.sum, bound, chosen)


@law(Capability.GRADIENT)
def gradient_is_linear_in_out_grad(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄(2ᵏ ȳ) = 2ᵏ x̄(ȳ) and x̄(ȳ + z̄) = x̄(ȳ) + x̄(z̄), seen along a random ẋ; at kinks and ties too."""
    spec = case.specs()[-1]
    first, second = draw(cotangents(*spec)), draw(cotangents(*spec))
    scale = 2.0 ** draw(st.integers(-30, 30))
    tangents = draw(directions(case.variable_arrays()))
    chosen = given(out_grad=first, other_out_grad=second, in_tangents=tangents)
    of_first, of_second, of_both, of_scaled = (
        _paired(subject.gradient(case, out_grad), tangents, chosen)
        for out_grad in (
            first,
            second,
            array_of(flat(first + second), *spec),
            array_of(flat(first * scale), *spec),
        )
    )
    bound = rounding(case, first, tangents) + own_rounding(case, of_first)
    both = bound + rounding(case, second, tangents) + own_rounding(case, of_second, of_both)
    return weakest(
        near(
            f"⟨x̄({scale:g} ȳ), ẋ⟩",
            of_scaled.sum,
            scale * of_first.sum,
            scale * bound + floor_of(case),
            chosen,
        ),
        near("⟨x̄(ȳ + z̄), ẋ⟩", of_both.sum, of_first.sum + of_second.sum, both, chosen),
    )


@law(Capability.GRADIENT)
def zero_cotangent_gives_zero(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄(0) = 0, exactly; at kinks and ties too."""
    shape, dtype = case.specs()[-1]
    out_grad = array_of([0.0] * prod(shape), shape, dtype)
    adjoints = subject.gradient(case, out_grad)
    pairs = zip(case.variables, adjoints, case.variable_arrays(), strict=True)
    return weakest(*[zero(f"x̄{number}", got, x, given(out_grad=out_grad)) for number, got, x in pairs])


@law(Capability.SECOND, at_kinks=False)
def gradient_is_differentiable(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨dx̄ · ẇ, ẋ⟩ = d/dt ⟨ȳ, J(x + tẇ) ẋ⟩ at 0: the gradient, differentiated again, against Richardson."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    along = draw(directions(case.variable_arrays()))
    offset = draw(directions(case.variable_arrays()))
    moved = direction_of(case, offset)
    offset_size = max((abs(speed) for speeds in moved.values() for speed in speeds), default=0.0)
    shift = {number: [speed / 8 for speed in speeds] for number, speeds in moved.items()}
    expected = second_derivative(case, flat(out_grad), direction_of(case, along), shift)
    if expected.cause:
        return Verdict(0.0, expected.cause)
    (value,), (error,) = expected.values.tolist(), expected.bounds.tolist()
    chosen = given(out_grad=out_grad, in_tangents=offset, along=along)
    got = _paired(subject.gradient_tangent(case, out_grad, offset), along, chosen)
    bound = 8 * 10 * error + CURVATURE * offset_size * rounding(case, out_grad, along)
    bound += own_rounding(case, got)
    scale = offset_size * magnitude(case, out_grad, along)
    return at_scale(near("⟨dx̄ · ẇ, ẋ⟩", got.sum, 8 * value, bound, chosen), scale, bound)


@law(Capability.SECOND)
def hessian_is_symmetric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨dx̄ · ẇ, ẋ⟩ = ⟨dx̄ · ẋ, ẇ⟩, at kinks and ties too."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    first = draw(directions(case.variable_arrays()))
    second = _unlike(draw(directions(case.variable_arrays())))
    chosen = given(out_grad=out_grad, along=first, in_tangents=second)
    one_way = _paired(subject.gradient_tangent(case, out_grad, second), first, chosen)
    other_way = _paired(subject.gradient_tangent(case, out_grad, first), second, chosen)
    sizes = [max((abs(x) for each in moved for x in flat(each)), default=0.0) for moved in (first, second)]
    bound = CURVATURE * (
        sizes[1] * rounding(case, out_grad, first) + sizes[0] * rounding(case, out_grad, second)
    )
    bound += own_rounding(case, one_way, other_way)
    scale = sizes[1] * magnitude(case, out_grad, first) + sizes[0] * magnitude(case, out_grad, second)
    return at_scale(near("⟨dx̄ · ẇ, ẋ⟩", one_way.sum, other_way.sum, bound, chosen), scale, bound)


def rounding(case: Case, out_grad: Array, tangents: Sequence[Array]) -> float:
    """How far ⟨ȳ, J ẋ⟩ may be off by an engine's rounding."""
    moved = rounded(case, direction_of(case, tangents))
    value, bound = paired(flat(out_grad), moved.tangents, moved.tangent_bounds)
    return SLACK * (bound + case.unit_roundoff() * abs(value)) + floor_of(case)


def magnitude(case: Case, out_grad: Array, tangents: Sequence[Array]) -> float:
    """Σ |ȳᵢ| (|yᵢ| + |(J ẋ)ᵢ|), each input moved alone: the size of the terms of derivatives of ⟨ȳ, J ẋ⟩.

    Their sum may be 0, and J too: of x / x, say.
    """
    total = 0.0
    for number, speeds in direction_of(case, tangents).items():
        moved = rounded(case, {number: speeds})
        longest = max(map(abs, speeds), default=0.0)
        for weight, value, slope in zip(flat(out_grad), moved.values, moved.tangents, strict=True):
            total += abs(weight) * (longest * abs(value) + abs(slope))
    return total


def own_rounding(case: Case, *pairings: Pairing) -> float:
    """What the sums of an engine's own numbers may be off: at a kink the oracle's branch may be another."""
    return SLACK * case.unit_roundoff() * sum(pairing.magnitude for pairing in pairings)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Σ aᵢbᵢ and Σ |aᵢbᵢ|."""

    sum: float
    magnitude: float


def _paired(adjoints: Sequence[Array], tangents: Sequence[Array], chosen: Given) -> Pairing:
    """Σ ⟨x̄, ẋ⟩ over the variables."""
    terms: list[float] = []
    for adjoint, tangent in zip(adjoints, tangents, strict=True):
        same_shape("x̄", adjoint, tangent.shape, chosen)
        terms += [x * y for x, y in zip(flat(adjoint), flat(tangent), strict=True)]
    return Pairing(sum(terms), sum(map(abs, terms)))


def _unlike(tangents: Sequence[Array]) -> tuple[Array, ...]:
    """The direction with its entries weighted 1, −2, 3, −1, …: one drawn twice does not stay equal."""
    weights = cycle([1.0, -2.0, 3.0, -1.0, 2.0, -3.0])
    return tuple(array_of([x * next(weights) for x in flat(t)], t.shape, t.dtype) for t in tangents)


@st.composite
def _unit_directions(draw: DrawFn, likes: Sequence[Array]) -> tuple[Array, ...]:
    """A direction along one entry of one variable."""
    at = draw(st.integers(0, max(0, sum(like.size for like in likes) - 1)))
    parts: list[Array] = []
    for like in likes:
        parts.append(array_of(unit_vector(like.size, at), like.shape, like.dtype))
        at -= like.size
    return tuple(parts)
