"""Laws about how derivatives of steps make those of a whole: the chain rule, by which every walk is judged.

Each step is asked alone, so these laws need no numeric oracle, and hold at kinks and ties too: what a step's
own rule says there is what the whole must be made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from engine.array import Array
from properties.adapters.subject import Capability, Pullback, Subject, joint
from properties.case import Case
from properties.compare import at_scale, near
from properties.law import Draw, law
from properties.laws.measures import Pairing, allowance, draw_pair, given, own_rounding, pairing, rounding
from properties.strategies.arrays import cotangents, directions
from properties.strategies.shapes import evenly
from properties.verdict import Verdict, weakest

MOST_PATHS = 128
"""Of a case with more the law takes the largest beginning that has no more."""


@law(Capability.FORWARD | Capability.GRADIENT, few=True)
def gradient_is_sum_over_paths(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄ = Σ J₁ᵀ … Jₙᵀ ȳ over the paths from y down to x, by the adjoints of single steps: the chain rule."""
    while _count_paths(case) > MOST_PATHS:
        case = case.upto(case.output - 1)
    out_grad, tangents = draw_pair(case, draw)
    chosen = given(case, out_grad=out_grad, in_tangents=tangents)
    pulls = [_alone(subject, case, at) for at in range(len(case.steps))]
    found: dict[int, list[Array]] = {number: [] for number in case.variables}
    for number, part in _partial_adjoints(case, pulls, case.output, out_grad):
        found[number].append(part)
    verdicts: list[Verdict] = []
    adjoints = subject.gradient(case, out_grad)
    allowed = allowance(case, [out_grad], tangents)
    sums = [
        pairing(found[number], [tangent] * len(found[number]), chosen)
        for number, tangent in zip(case.variables, tangents, strict=True)
    ]
    scale = sum(parts.magnitude for parts in sums)
    for number, adjoint, tangent, parts in zip(case.variables, adjoints, tangents, sums, strict=True):
        got = pairing([adjoint], [tangent], chosen)
        bound = allowed.loosened(got, parts)
        verdict = near(f"⟨x̄{number}, ẋ{number}⟩", got.sum, parts.sum, bound, chosen)
        verdicts.append(at_scale(verdict, scale, bound))
    return weakest(*verdicts)


def _count_paths(case: Case) -> int:
    """How many paths lead from the output down to an input, through both slots of an op as two."""
    counts = [1] * len(case.inputs)
    for step in case.steps:
        counts.append(sum(counts[arg] for arg in step.args))
    return counts[-1]


def _alone(subject: Subject, case: Case, at: int) -> Pullback:
    """The pullback of one step alone, at the values that the engine itself computes for its inputs."""
    first = len(case.inputs)
    args = [
        case.inputs[arg] if arg < first else subject.forward(case.upto(arg)) for arg in case.steps[at].args
    ]
    return subject.pullback(case.alone(at, args))


def _partial_adjoints(
    case: Case, pulls: Sequence[Pullback], number: int, cotangent: Array
) -> Iterator[tuple[int, Array]]:
    """A variable and a partial adjoint for each path down from value ``number``, whose part is ``cotangent``.

    On purpose no part is added to another before it has arrived.
    """
    if number < len(case.inputs):
        if number in case.variables:
            yield number, cotangent
        return
    at = number - len(case.inputs)
    step = case.steps[at]
    slots = [slot for slot, domain in enumerate(step.domains) if domain.differentiable]
    for slot, part in zip(slots, pulls[at](cotangent), strict=True):
        yield from _partial_adjoints(case, pulls, step.args[slot], part)


@law(Capability.ROOTS | Capability.GRADIENT, few=True)
def gradient_of_several_outputs_is_sum(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄ of (y₁, …, yₘ) with (ȳ₁, …, ȳₘ) is Σ x̄(ȳₖ), for any values as outputs, named twice and unused too."""
    specs = case.specs()
    outputs = [*draw(st.lists(st.integers(0, case.output), min_size=1, max_size=3)), case.output]
    if draw(evenly):
        outputs.append(outputs[0])
    out_grads = [draw(cotangents(*specs[number])) for number in outputs]
    tangents = draw(directions(case.variable_arrays()))
    chosen = given(in_tangents=tangents, **joint(outputs, out_grads))
    together = pairing(subject.joint_gradient(case, outputs, out_grads), tangents, chosen)
    parts: list[Pairing] = []
    bound = 0.0
    for number, out_grad in zip(outputs, out_grads, strict=True):
        if number < len(case.inputs):
            parts.append(_of_input(case, number, out_grad, tangents))
        else:
            alone = case.upto(number)
            parts.append(pairing(subject.gradient(alone, out_grad), tangents, chosen))
            bound += rounding(alone, out_grad, tangents)
    bound += own_rounding(case, together, *parts)
    named = ", ".join(f"v{number}" for number in outputs)
    what = f"⟨x̄, ẋ⟩ of ({named})"
    verdict = near(what, together.sum, sum(part.sum for part in parts), bound, chosen)
    return at_scale(verdict, sum(part.magnitude for part in parts), bound)


def _of_input(case: Case, number: int, out_grad: Array, tangents: Sequence[Array]) -> Pairing:
    """⟨x̄, ẋ⟩ of an input that is an output: if it is a variable, its cotangent is its adjoint."""
    pairs = zip(case.variables, tangents, strict=True)
    moved = [tangent for at, tangent in pairs if at == number]
    return pairing([out_grad] * len(moved), moved, given())
