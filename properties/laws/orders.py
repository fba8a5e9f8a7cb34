"""Laws about derivatives of derivatives: every order and mix of modes, and what an inner one closes over.

Whatever the modes, a second derivative contracted with ȳ, ẋ and ẇ is one number, ⟨ȳ, D²f[ẋ, ẇ]⟩. So engines
and modes are compared by that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from hypothesis import strategies as st

from engine import ops
from engine.array import Array
from properties.adapters.subject import Capability, Mix, Moves, Subject
from properties.case import Case, literal
from properties.compare import at_scale, near, within
from properties.law import Draw, Where, law
from properties.laws.measures import (
    CURVATURE,
    KINK,
    Pairing,
    direction_of,
    flat,
    given,
    longest,
    magnitude,
    own_rounding,
    pairing,
    rounded,
    rounding,
    tangent_target,
)
from properties.oracles.definition import Direction, second_derivative, third_derivative
from properties.oracles.estimate import Estimate
from properties.strategies.arrays import array_of, cotangents, directions
from properties.verdict import Given, Verdict, weakest

SHORTER = 8.0
"""Differences are taken along a direction made shorter by this, lest they leave the smooth neighbourhood."""

OFF = 10.0
"""An estimate of Richardson's may be off by its error times this; none that was measured was that far off."""


@dataclass(frozen=True, slots=True)
class _Bend:
    """What D²f is contracted with: ȳ, and the inner and the outer direction, one tangent a variable."""

    out_grad: Array
    inner: tuple[Array, ...]
    outer: tuple[Array, ...]

    @property
    def given(self) -> Given:
        return given(out_grad=self.out_grad, along=self.inner, in_tangents=self.outer)

    def scale(self, case: Case) -> float:
        """The size of the terms of ⟨ȳ, D²f[ẋ, ẇ]⟩, by those of the first derivatives."""
        inner, outer = (magnitude(case, self.out_grad, moved) for moved in (self.inner, self.outer))
        return longest(self.outer) * inner + longest(self.inner) * outer

    def bound(self, case: Case) -> float:
        """How far an engine's rounding may take it."""
        inner, outer = (rounding(case, self.out_grad, moved) for moved in (self.inner, self.outer))
        return CURVATURE * (longest(self.outer) * inner + longest(self.inner) * outer)


def _drawn_bend(case: Case, draw: Draw) -> _Bend:
    likes = case.variable_arrays()
    out_grad = draw(cotangents(*case.specs()[-1]))
    return _Bend(out_grad, draw(directions(likes)), _unlike(draw(directions(likes))))


def _second(subject: Subject, case: Case, mix: Mix, bend: _Bend) -> Pairing:
    """⟨ȳ, D²f[ẋ, ẇ]⟩ by an engine, in these modes, every variable moving in both derivatives."""
    inner = dict(zip(case.variables, bend.inner, strict=True))
    outer = dict(zip(case.variables, bend.outer, strict=True))
    return _contracted(subject, case, mix, _Moved(bend.out_grad, inner, outer), bend.given)


@dataclass(frozen=True, slots=True)
class _Moved:
    """What an engine is asked: which variables move in either derivative, and how."""

    out_grad: Array
    inner: Moves
    outer: Moves


def _contracted(subject: Subject, case: Case, mix: Mix, asked: _Moved, chosen: Given) -> Pairing:
    """The answer, paired with what it has not been contracted with yet."""
    answer = subject.second(case, mix, asked.out_grad, asked.inner, asked.outer)
    weights = mix.weights(asked.out_grad, list(asked.inner.values()), list(asked.outer.values()))
    return pairing(answer, weights, chosen, _named(mix))


@law(Capability.SECOND, where=Where.SMOOTH)
def gradient_is_differentiable(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨ȳ, D²f[ẋ, ẇ]⟩ = d/dt ⟨ȳ, J(x + tẇ) ẋ⟩ at 0: differentiated twice, against Richardson."""
    bend = _drawn_bend(case, draw)
    shift = _shorter(direction_of(case, bend.outer))
    expected = second_derivative(case, flat(bend.out_grad), direction_of(case, bend.inner), shift)
    if expected.cause:
        return Verdict(0.0, expected.cause)
    value, error = _only(expected)
    got = _second(subject, case, subject.mixes[0], bend)
    bound = SHORTER * OFF * error + bend.bound(case) + own_rounding(case, got)
    verdict = near(_named(subject.mixes[0]), got.sum, SHORTER * value, bound, bend.given)
    return at_scale(verdict, bend.scale(case), bound)


@law(Capability.SECOND)
def hessian_is_symmetric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨ȳ, D²f[ẋ, ẇ]⟩ = ⟨ȳ, D²f[ẇ, ẋ]⟩, at kinks and ties too."""
    bend = _drawn_bend(case, draw)
    mix = subject.mixes[0]
    one_way = _second(subject, case, mix, bend)
    other_way = _second(subject, case, mix, _Bend(bend.out_grad, bend.outer, bend.inner))
    bound = bend.bound(case) + own_rounding(case, one_way, other_way)
    return at_scale(near(_named(mix), one_way.sum, other_way.sum, bound, bend.given), bend.scale(case), bound)


@law(Capability.SECOND | Capability.MIXES)
def modes_agree_in_second_order(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨ȳ, D²f[ẋ, ẇ]⟩ is the same number in every mix of modes, at kinks and ties too."""
    bend = _drawn_bend(case, draw)
    first, *others = subject.mixes
    right = _second(subject, case, first, bend)
    verdicts: list[Verdict] = []
    for mix in others:
        got = _second(subject, case, mix, bend)
        bound = bend.bound(case) + own_rounding(case, got, right)
        verdict = near(f"{_named(mix)}, as {first.value},", got.sum, right.sum, bound, bend.given)
        verdicts.append(at_scale(verdict, bend.scale(case), bound))
    return weakest(*verdicts)


@law(Capability.SECOND, uses=(ops.EWiseAdd(),), few=True)
def inner_derivative_closes_over_outer(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """D_w (D_t f(w + t)[ẋ] at t = 0)[ẇ] = D²f[ẋ, ẇ]: the inner one moves t alone, the outer one w alone."""
    bend = _drawn_bend(case, draw)
    mix = draw(st.sampled_from(subject.mixes))
    twin, moved = case.with_offsets()
    asked = _Moved(
        bend.out_grad,
        dict(zip(moved, bend.inner, strict=True)),
        dict(zip(twin.variables[: len(case.variables)], bend.outer, strict=True)),
    )
    right = _second(subject, case, mix, bend)
    chosen = given(twin)
    got = _contracted(subject, twin, mix, asked, chosen)
    bound = bend.bound(case) + own_rounding(case, got, right)
    spoken = f"along {', '.join(map(literal, bend.inner))} and {', '.join(map(literal, bend.outer))}"
    what = f"{_named(mix)} of f(w + t), t being v{', v'.join(map(str, moved))}, {spoken},"
    return at_scale(near(what, got.sum, right.sum, bound, chosen), bend.scale(case), bound)


@law(Capability.SECOND_PULLBACK, where=Where.SMOOTH)
def pullback_of_pullback_is_pushforward(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """ȳ ↦ x̄ = Jᵀ ȳ is linear, so its own pullback is J: pulled back from u it gives J u."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    along = draw(directions(case.variable_arrays()))
    chosen = given(out_grad=out_grad, along=along)
    expected = rounded(case, direction_of(case, along))
    if expected.close:
        return KINK
    got = subject.second_pullback(case, out_grad, along)
    target = tangent_target(case, expected)
    verdict = within("J u", got, target, chosen)
    return at_scale(verdict, magnitude(case, out_grad, along), max(target.bounds, default=0.0))


@law(Capability.THIRD, where=Where.SMOOTH)
def third_order_matches_numeric(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨ȳ, D³f[ẋ, ẋ, ẋ]⟩ = d²/dt² ⟨ȳ, J(x + tẋ) ẋ⟩ at 0, in float64, against Richardson."""
    case = case.in_double()  # float32 may leave no digit of a third derivative
    out_grad = draw(cotangents(*case.specs()[-1]))
    along = draw(directions(case.variable_arrays()))
    moved = direction_of(case, along)
    shift = _shorter(moved)
    expected = third_derivative(case, flat(out_grad), moved, shift)
    if expected.cause:
        return Verdict(0.0, expected.cause)
    value, error = _only(expected)
    chosen = given(case, out_grad=out_grad, along=along)
    what = "⟨ȳ, D³f[ẋ, ẋ, ẋ]⟩"
    got = pairing(subject.third(case, out_grad, along), along, chosen, what)
    furthest = longest(along)
    bound = SHORTER**2 * OFF * error + (CURVATURE * furthest) ** 2 * rounding(case, out_grad, along)
    bound += own_rounding(case, got)
    verdict = near(what, got.sum, SHORTER**2 * value, bound, chosen)
    return at_scale(verdict, furthest**2 * magnitude(case, out_grad, along), bound)


def _shorter(direction: Direction) -> Direction:
    return {number: [speed / SHORTER for speed in speeds] for number, speeds in direction.items()}


def _only(expected: Estimate) -> tuple[float, float]:
    (value,), (error,) = expected.values.tolist(), expected.bounds.tolist()
    return value, error


def _named(mix: Mix) -> str:
    return f"⟨ȳ, D²f[ẋ, ẇ]⟩ {mix.value}"


def _unlike(tangents: Sequence[Array]) -> tuple[Array, ...]:
    """The direction with its entries weighted 1, −2, 3, −1, …: one drawn twice does not stay equal."""
    weights = cycle([1.0, -2.0, 3.0, -1.0, 2.0, -3.0])
    return tuple(array_of([x * next(weights) for x in flat(t)], t.shape, t.dtype) for t in tangents)
