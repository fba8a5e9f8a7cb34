"""Laws about kinks and ties, each of one op: which derivative it takes where it has one to either side.

The derivative of a program need not lie between the program's own sides, though that of each step does:
relu(x) − relu(−x) is x, and its derivative is 0 at 0 where relu takes 0. So a program is asked step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite, prod

import numpy as np
from hypothesis import strategies as st

from engine.array import Array, Shape
from engine.catalogue import Entry
from engine.domain import Domain
from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import certified_digits, near, same_shape
from properties.law import Draw, Where, law
from properties.laws.measures import SLACK, flat, floor_of, given
from properties.oracles.definition import evaluate
from properties.sides import Sides, entry_sides, unit_vector
from properties.strategies.arrays import array_of
from properties.strategies.calls import possible_domains
from properties.verdict import Broken, Given, Verdict, weakest

NONE = Verdict(0.0, "no kink or tie in this case")
UNDECLARED = Verdict(0.0, "a kink that the op does not declare")

Place = tuple[int, int]
"""The number of an input, and the place of an entry in it, in row-major order."""


Fact = Callable[[Domain], bool]
"""What may be true of a domain."""


def _is_rough(domain: Domain) -> bool:
    return not domain.smooth


def _is_conventional(domain: Domain) -> bool:
    return bool(domain.convention)


def _of_some_domain(fact: Fact) -> Callable[[Entry], bool]:
    return lambda entry: any(map(fact, possible_domains(entry)))


@law(Capability.GRADIENT, where=Where.KINKS, about=_of_some_domain(_is_rough))
def subgradient_lies_between_sides(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """min(∂₋, ∂₊) ≤ ∂yᵢ/∂xⱼ ≤ max(∂₋, ∂₊), with ∂₋, ∂₊ of an op at a kink or tie, in either mode."""
    return _each(subject, case, draw, _is_rough, _between)


@law(Capability.GRADIENT, where=Where.KINKS, about=_of_some_domain(_is_conventional))
def kink_convention_holds(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """∂yᵢ/∂xⱼ = ∂₋ + share (∂₊ − ∂₋) at a kink, ∂ + (∂′ − ∂)/k with |∂| ≤ |∂′| at a tie of k, as declared."""
    return _each(subject, case, draw, _is_conventional, _as_declared)


@dataclass(frozen=True, slots=True)
class _Corner:
    """An op alone at a kink or tie, an entry of its output, and both sides by each entry that is there."""

    case: Case
    row: int
    sides: Mapping[Place, Sides]

    def ends(self, entry: Place) -> tuple[float, float]:
        """∂₋ and ∂₊."""
        found = self.sides[entry]
        return found.left[self.row], found.right[self.row]

    def bound(self, entry: Place) -> float:
        """How far an engine's rounding may take the derivative."""
        size = max(map(abs, self.ends(entry)))
        own = self.sides[entry].bounds[self.row] + self.case.unit_roundoff() * size
        return SLACK * own + floor_of(self.case)

    def declared(self, entry: Place) -> float | None:
        """The derivative by the convention of the op; None where it has none."""
        slot, at = entry
        left, right = self.ends(entry)
        domain = self.case.steps[0].domains[slot]
        share = domain.share_at(flat(self.case.inputs[slot])[at])
        if share is not None:
            return left + share * (right - left)
        if not domain.even:
            return None
        tied = sum(found.differ(self.row) for found in self.sides.values())
        near_zero, far = sorted((left, right), key=abs)
        return near_zero + (far - near_zero) / max(1, tied)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What an engine says that ∂yᵢ/∂xⱼ is."""

    entry: Place
    what: str
    got: float
    chosen: Given


def _between(corner: _Corner, claim: _Claim) -> Verdict:
    low, high = sorted(corner.ends(claim.entry))
    bound = corner.bound(claim.entry)
    if not (isfinite(low) and isfinite(high) and isfinite(bound)):
        return Verdict(0.0, "the oracle's value is not finite")
    if not low - bound <= claim.got <= high + bound:
        raise Broken(claim.what, repr(claim.got), f"from {low!r} to {high!r} ± {bound:.1e}", claim.chosen)
    return Verdict(certified_digits([low, high], [bound]))


def _as_declared(corner: _Corner, claim: _Claim) -> Verdict:
    expected = corner.declared(claim.entry)
    if expected is None:
        return UNDECLARED
    return near(claim.what, claim.got, expected, corner.bound(claim.entry), claim.chosen)


def _each(
    subject: Subject, case: Case, draw: Draw, about: Fact, check: Callable[[_Corner, _Claim], Verdict]
) -> Verdict:
    """The verdict on what both modes say at a drawn kink or tie."""
    corner = _drawn_corner(case, about, draw)
    if corner is None:
        return NONE
    alone = corner.case
    try:
        claims = [*_reverse(subject, corner), *_forward(subject, corner, draw)]
        return weakest(*[check(corner, claim) for claim in claims])
    except Broken as broken:
        asked = replace(broken.given, case=alone)
        raise Broken(broken.what, broken.got, broken.expected, asked) from broken.__cause__ or broken


def _drawn_corner(case: Case, about: Fact, draw: Draw) -> _Corner | None:
    """A step at a kink or tie of such a domain, and an output entry that has two derivatives, if any has."""
    found: list[tuple[Case, dict[Place, Sides]]] = []
    for number, step in enumerate(case.steps):
        if any(map(about, step.domains)):
            alone = case.alone(number, [_value(case, arg) for arg in step.args])
            found.append((alone, dict(_branching(alone, about))))
    found = [(alone, sides) for alone, sides in found if sides]
    if not found:
        return None
    alone, sides = draw(st.sampled_from(found))
    rows = range(prod(alone.specs()[-1][0]))
    bent = [row for row in rows if any(each.differ(row) for each in sides.values())]
    return _Corner(alone, draw(st.sampled_from(bent or rows)), sides)


def _value(case: Case, number: int) -> Array:
    """The value by the second definitions, in its dtype."""
    if number < len(case.inputs):
        return case.inputs[number]
    return array_of(evaluate(case.upto(number)).values, *case.specs()[number])


def _branching(alone: Case, about: Fact) -> Iterator[tuple[Place, Sides]]:
    """The entries, of inputs with such a domain, to whose two sides the op decides otherwise."""
    for slot in alone.variables:
        if about(alone.steps[0].domains[slot]):
            for at in range(alone.inputs[slot].size):
                sides = entry_sides(alone, slot, at)
                if sides.branching:
                    yield (slot, at), sides


def _reverse(subject: Subject, corner: _Corner) -> Iterator[_Claim]:
    """Row i of J, at the entries that are at a kink or tie."""
    alone = corner.case
    shape, dtype = alone.specs()[-1]
    out_grad = array_of(unit_vector(prod(shape), corner.row), shape, dtype)
    chosen = given(out_grad=out_grad)
    adjoints = dict(zip(alone.variables, subject.gradient(alone, out_grad), strict=True))
    for slot, at in corner.sides:
        like = alone.inputs[slot].shape
        same_shape(f"x̄{slot}", adjoints[slot], like, chosen)
        what = f"x̄{slot}{_place(like, at)} where ȳ{_place(shape, corner.row)} = 1"
        yield _Claim((slot, at), what, flat(adjoints[slot])[at], chosen)


def _forward(subject: Subject, corner: _Corner, draw: Draw) -> Iterator[_Claim]:
    """Entry i of ẏ along one of these entries, from an engine that has forward mode."""
    if Capability.TANGENT not in subject.capabilities:
        return
    alone = corner.case
    shape, _ = alone.specs()[-1]
    slot, at = draw(st.sampled_from(list(corner.sides)))
    tangents: list[Array] = []
    for number in alone.variables:
        x = alone.inputs[number]
        speeds = unit_vector(x.size, at) if number == slot else [0.0] * x.size
        tangents.append(array_of(speeds, x.shape, x.dtype))
    chosen = given(in_tangents=tangents)
    moved = subject.tangent(alone, tangents)
    same_shape("ẏ", moved, shape, chosen)
    what = f"ẏ{_place(shape, corner.row)} where ẋ{slot}{_place(alone.inputs[slot].shape, at)} = 1"
    yield _Claim((slot, at), what, flat(moved)[corner.row], chosen)


def _place(shape: Shape, at: int) -> str:
    return str(list(list(np.ndindex(shape))[at])) if shape else ""
