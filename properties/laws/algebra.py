"""Laws that need no oracle: derivatives obey the algebra of the values that they are derivatives of.

Two ways to one number are compared. Where no step rounds they must agree with ``==``, and where some does, up
to the rounding that is an engine's right.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from hypothesis import strategies as st

from engine import ops
from engine.array import as_array
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import near, zero
from properties.law import Draw, law
from properties.laws.measures import (
    Pairing,
    allowance,
    at_terms,
    draw_pair,
    draw_weights,
    flat,
    given,
    one_alone,
    pairing,
    rounding,
    value_rounding,
)
from properties.strategies.arrays import array_of, arrays
from properties.strategies.shapes import evenly
from properties.verdict import Verdict, weakest


@law(Capability.GRADIENT | Capability.TANGENT)
def gradient_is_adjoint_of_tangent(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """⟨Jᵀ ȳ, ẋ⟩ = ⟨ȳ, J ẋ⟩, at kinks and ties too."""
    out_grad, tangents = draw_pair(case, draw)
    chosen = given(out_grad=out_grad, in_tangents=tangents)
    forward = pairing([subject.tangent(case, tangents)], [out_grad], chosen, "ẏ")
    reverse = pairing(subject.gradient(case, out_grad), tangents, chosen)
    bound = allowance(case, [out_grad], tangents).loosened(forward, reverse)
    verdict = near("⟨x̄, ẋ⟩", reverse.sum, forward.sum, bound, chosen)
    return at_terms(verdict, case, (out_grad, tangents), bound)


@law(Capability.GRADIENT)
def gradient_is_linear_in_out_grad(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄(2ᵏ ȳ) = 2ᵏ x̄(ȳ) and x̄(ȳ + z̄) = x̄(ȳ) + x̄(z̄), seen along a random ẋ; at kinks and ties too."""
    spec = case.specs()[-1]
    (first, second), tangents = draw_weights(case, draw, 2)
    scale = 2.0 ** draw(st.integers(-30, 30))
    chosen = given(out_grad=first, other_out_grad=second, in_tangents=tangents)
    of_first, of_second, of_both, of_scaled = (
        pairing(subject.gradient(case, out_grad), tangents, chosen)
        for out_grad in (
            first,
            second,
            array_of(flat(first + second), *spec),
            array_of(flat(first * scale), *spec),
        )
    )
    allowed = allowance(case, [first], tangents)
    both = allowance(case, [first, second], tangents).loosened(of_first, of_second, of_both)
    scaled = scale * allowed.loosened(of_first) + allowed.floor
    right = scale * of_first.sum
    homogeneous = near(f"⟨x̄({scale:g} ȳ), ẋ⟩", of_scaled.sum, right, scaled, chosen)
    additive = near("⟨x̄(ȳ + z̄), ẋ⟩", of_both.sum, of_first.sum + of_second.sum, both, chosen)
    return weakest(
        at_terms(homogeneous, case, (as_array(first * scale), tangents), scaled),
        at_terms(additive, case, (as_array(first + second), tangents), both),
    )


@law(Capability.GRADIENT)
def zero_cotangent_gives_zero(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄(0) = 0, exactly; at kinks and ties too."""
    shape, dtype = case.specs()[-1]
    out_grad = array_of([0.0] * prod(shape), shape, dtype)
    adjoints = subject.gradient(case, out_grad)
    pairs = zip(case.variables, adjoints, case.variable_arrays(), strict=True)
    return weakest(*[zero(f"x̄{number}", got, x, given(out_grad=out_grad)) for number, got, x in pairs])


@law(Capability.FORWARD | Capability.GRADIENT, uses=(ops.EWiseMul(),))
def product_rule_holds(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Of z = y ⊙ u, or u ⊙ y: x̄ is that of y with ȳ = z̄ ⊙ u, ū = z̄ ⊙ y, and ż = ẏ ⊙ u + y ⊙ u̇."""
    factor = draw(arrays(*case.specs()[-1]))
    wider = case.with_spare_input(factor)
    sides = (len(case.inputs), wider.output)
    whole = wider.with_step(ops.EWiseMul(), *(sides if draw(evenly) else sides[::-1]))
    out_grad, tangents = draw_pair(whole, draw)
    *own, speed = tangents
    scaled, moved = as_array(out_grad * factor), as_array(out_grad * speed)
    allowed = allowance(whole, [out_grad], tangents)

    def equal(what: str, got: Pairing, right: Pairing, off: float) -> Verdict:
        bound = replace(allowed, bound=off).loosened(got, right) if allowed.bound else 0.0
        verdict = near(f"{what}, paired,", got.sum, right.sum, bound, chosen)
        return at_terms(verdict, whole, (out_grad, tangents), bound)

    chosen = given(whole, out_grad=out_grad, in_tangents=tangents)
    *adjoints, of_factor = subject.gradient(whole, out_grad)
    value = subject.forward(case)
    terms = pairing([value], [moved], chosen, "y")
    verdicts = [equal("ū", pairing([of_factor], [speed], chosen), terms, value_rounding(case, moved))]
    pairs = zip(adjoints, subject.gradient(case, scaled), strict=True)
    for at, (got, right) in enumerate(pairs):
        one, other = (pairing([each], [own[at]], chosen) for each in (got, right))
        verdicts.append(
            equal(f"x̄{case.variables[at]}", one, other, rounding(case, scaled, one_alone(own, at)))
        )
    if Capability.TANGENT in subject.capabilities:
        pushed = pairing([subject.tangent(whole, tangents)], [out_grad], chosen, "ż")
        terms = pairing([subject.tangent(case, own), value], [scaled, moved], chosen, "ẏ or y")
        verdicts.append(equal("ż", pushed, terms, allowed.bound))
    return weakest(*verdicts)
