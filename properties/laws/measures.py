"""What the laws measure with: how much rounding is an engine's right, and the sums that they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.array import Array, as_array
from engine.dtype import FLOAT32
from properties.case import Case
from properties.compare import Target, at_scale, same_shape
from properties.exactness import is_exact
from properties.law import Draw
from properties.oracles.definition import STILL, Direction, Evaluation, evaluate, paired
from properties.strategies.arrays import cotangents, directions
from properties.strategies.shapes import evenly
from properties.verdict import FEWEST_DIGITS, Given, Verdict

SLACK = 8.0
"""An engine may round this many times where the second definition rounds once; it may use another formula."""

CURVATURE = 64.0
"""Cases stay 1/64 away from singularities, so by Cauchy's estimate each further derivative, and its rounding,
grows by at most this factor."""


KINK = Verdict(0.0, "a value at a kink or tie")


def given(case: Case | None = None, /, **arrays: Array | Sequence[Array]) -> Given:
    """What a law chose, by name, and the case that it asked about if it is another than the drawn one."""
    named: dict[str, Array] = {}
    for name, value in arrays.items():
        if isinstance(value, np.ndarray):
            named[name] = value
        else:
            named.update({f"{name}{number}": each for number, each in enumerate(value)})
    return Given(named, case)


def floor_of(case: Case) -> float:
    """Below this a number of the case's dtype is subnormal and has fewer digits."""
    coarse = any(dtype is FLOAT32 for _, dtype in case.specs())
    return float(np.finfo(np.float32 if coarse else np.float64).tiny)


def direction_of(case: Case, tangents: Sequence[Array]) -> Direction:
    """One tangent for each variable, as the oracles take it."""
    return {number: flat(tangent) for number, tangent in zip(case.variables, tangents, strict=True)}


def flat(array: Array) -> list[float]:
    """The entries in row-major order."""
    return [float(entry) for entry in array.ravel().tolist()]


def rounded(case: Case, direction: Direction, unit: float = 0.0) -> Evaluation:
    """The oracle's tangent along a direction, with bounds for this rounding or the coarsest in the case."""
    return evaluate(case, direction, unit or case.unit_roundoff())


def allowed(case: Case, value: float, bound: float, unit: float = 0.0) -> float:
    """How far an engine may be from a value that the second definition knows up to a bound.

    ``unit``: the coarsest rounding on the way; that of the case, if nothing is said.
    """
    return SLACK * (bound + (unit or case.unit_roundoff()) * abs(value)) + floor_of(case)


def longest(tangents: Sequence[Array]) -> float:
    """The largest speed of any entry."""
    return max((abs(speed) for each in tangents for speed in flat(each)), default=0.0)


def tangent_target(case: Case, expected: Evaluation, unit: float = 0.0) -> Target:
    """The oracle's ẏ, and how far an engine's may be from it."""
    pairs = zip(expected.tangents, expected.tangent_bounds, strict=True)
    bounds = [allowed(case, value, bound, unit) for value, bound in pairs]
    return Target(expected.tangents, bounds, expected.output.shape)


def rounding(case: Case, out_grad: Array, tangents: Sequence[Array]) -> float:
    """How far ⟨ȳ, J ẋ⟩ may be off by an engine's rounding."""
    return _rounding(case, out_grad, rounded(case, direction_of(case, tangents)))


def _rounding(case: Case, out_grad: Array, moved: Evaluation) -> float:
    value, bound = paired(flat(out_grad), moved.tangents, moved.tangent_bounds)
    return allowed(case, value, bound)


def one_alone(tangents: Sequence[Array], at: int) -> tuple[Array, ...]:
    """The direction in which number ``at`` alone moves."""
    return tuple(tangent if each == at else as_array(tangent * 0) for each, tangent in enumerate(tangents))


def value_rounding(case: Case, out_grad: Array) -> float:
    """How far ⟨ȳ, y⟩ may be off by an engine's rounding."""
    still = rounded(case, STILL)
    value, bound = paired(flat(out_grad), still.values, still.value_bounds)
    return allowed(case, value, bound)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far two ways to ⟨ȳ, J ẋ⟩ may differ: by nothing at all where the arithmetic is exact.

    ``floor``: and by how much where it is not and what is compared was scaled down.
    """

    bound: float
    unit: float
    floor: float

    def __add__(self, other: Allowance) -> Allowance:
        """Where either way may be off."""
        return Allowance(self.bound + other.bound, max(self.unit, other.unit), max(self.floor, other.floor))

    def loosened(self, *pairings: Pairing) -> float:
        """The bound with what the sums of an engine's own numbers may be off."""
        return self.bound + SLACK * self.unit * sum(pairing.magnitude for pairing in pairings)


def allowance(case: Case, out_grads: Sequence[Array], tangents: Sequence[Array]) -> Allowance:
    """For the sum of the cotangents."""
    if is_exact(case, out_grads, tangents):
        return Allowance(0.0, 0.0, 0.0)
    moved = rounded(case, direction_of(case, tangents))
    bound = sum(_rounding(case, out_grad, moved) for out_grad in out_grads)
    return Allowance(bound, case.unit_roundoff(), floor_of(case))


def draw_pair(case: Case, draw: Draw) -> tuple[Array, tuple[Array, ...]]:
    """A cotangent and a direction; half of the time of whole numbers, with which more cases are exact."""
    (out_grad,), tangents = draw_weights(case, draw, 1)
    return out_grad, tangents


def draw_weights(case: Case, draw: Draw, count: int) -> tuple[list[Array], tuple[Array, ...]]:
    """So many cotangents and a direction, in the same way."""
    out_grads = [draw(cotangents(*case.specs()[-1])) for _ in range(count)]
    tangents = draw(directions(case.variable_arrays()))
    if not draw(evenly):
        return out_grads, tangents
    return list(map(_whole, out_grads)), tuple(map(_whole, tangents))


def _whole(array: Array) -> Array:
    """The next whole numbers, away from 0."""
    return as_array(np.copysign(np.ceil(np.abs(array)), array))


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


def at_terms(verdict: Verdict, case: Case, seen: tuple[Array, Sequence[Array]], bound: float) -> Verdict:
    """The verdict on ⟨ȳ, J ẋ⟩, for ȳ and ẋ as ``seen``; by the size of its terms where they cancel."""
    if verdict.undecided or verdict.digits >= FEWEST_DIGITS:
        return verdict
    return at_scale(verdict, magnitude(case, *seen), bound)


def own_rounding(case: Case, *pairings: Pairing) -> float:
    """What the sums of an engine's own numbers may be off: at a kink the oracle's branch may be another."""
    return SLACK * case.unit_roundoff() * sum(pairing.magnitude for pairing in pairings)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Σ aᵢbᵢ and Σ |aᵢbᵢ|."""

    sum: float
    magnitude: float


def pairing(answers: Sequence[Array], weights: Sequence[Array], chosen: Given, what: str = "x̄") -> Pairing:
    """Σ ⟨aᵢ, wᵢ⟩ over an engine's answers, each of its weights' shape: Σ ⟨x̄, ẋ⟩ over the variables, say.

    Raises ``Broken`` for an answer, called ``what``, of another shape.
    """
    terms: list[float] = []
    for answer, weight in zip(answers, weights, strict=True):
        same_shape(what, answer, weight.shape, chosen)
        terms += [x * y for x, y in zip(flat(answer), flat(weight), strict=True)]
    return Pairing(sum(terms), sum(map(abs, terms)))
