"""Laws about entries in other places: what an op says of an entry does not depend on where it stands.

The same entries are given in another order or shape, repeated, in parts, along axes that are written in other
ways. What an engine then says is brought back to their first places. Where no step rounds it must be the same
with ``==``, else up to rounding, seen along a random ȳ and ẋ. No oracle is needed, so it holds at kinks and
ties too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from hypothesis import strategies as st

from engine import ops
from engine.array import Array, Shape, as_array, total
from engine.catalogue import Entry, entry_of
from engine.kinds import Associative
from engine.ops.indexing import canonical_index
from properties.adapters.subject import Capability, Subject
from properties.case import Case, Step, literal
from properties.compare import equal, identical, near, same_shape
from properties.law import ALONE, Draw, Where, law
from properties.laws.measures import (
    Allowance,
    allowance,
    at_terms,
    draw_pair,
    flat,
    given,
    one_alone,
    pairing,
    rounding,
    value_rounding,
)
from properties.strategies.arrays import array_of
from properties.strategies.calls import has_spellings, spellings
from properties.strategies.shapes import evenly
from properties.verdict import Given, Verdict, weakest


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case, with the cotangent and the direction that an engine is asked about it."""

    case: Case
    out_grad: Array
    tangents: tuple[Array, ...]

    def moved(self, move: Callable[[int, Array], Array], out_grad: Array) -> _Asked:
        """With each input, given its number, and what belongs to it put where ``move`` says."""
        inputs = tuple(move(number, x) for number, x in enumerate(self.case.inputs))
        speeds = zip(self.case.variables, self.tangents, strict=True)
        return _Asked(
            replace(self.case, inputs=inputs),
            out_grad,
            tuple(move(number, speed) for number, speed in speeds),
        )

    @property
    def allowance(self) -> Allowance:
        return allowance(self.case, [self.out_grad], self.tangents)

    def rounding(self, answer: _Answer) -> float:
        """How far the weighted sum of an answer may be off by an engine's rounding."""
        if answer.along:
            return rounding(self.case, self.out_grad, answer.along)
        return value_rounding(self.case, self.out_grad)

    @property
    def given(self) -> Given:
        return given(self.case, out_grad=self.out_grad, in_tangents=self.tangents)

    def __repr__(self) -> str:
        moved = ", ".join(map(literal, self.tangents))
        return f"{self.case!r} with ȳ = {literal(self.out_grad)}, ẋ = {moved}"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an engine says, and the weights of its entries in a sum, which is a derivative along ``along``."""

    what: str
    got: Array
    weights: Array
    along: Sequence[Array] = ()


def _answers(subject: Subject, asked: _Asked) -> list[_Answer]:
    """y and x̄, and ẏ where there is forward mode."""
    case, out_grad, tangents = asked.case, asked.out_grad, asked.tangents
    found = [_Answer("y", subject.forward(case), out_grad)]
    adjoints = subject.gradient(case, out_grad)
    for at, (number, adjoint) in enumerate(zip(case.variables, adjoints, strict=True)):
        found.append(_Answer(f"x̄{number}", adjoint, tangents[at], one_alone(tangents, at)))
    if Capability.TANGENT in subject.capabilities:
        found.append(_Answer("ẏ", subject.tangent(case, tangents), out_grad, tangents))
    for each in found:
        same_shape(each.what, each.got, each.weights.shape, asked.given)
    return found


Back = Callable[[Array, Shape], Array]
"""What an engine says of entries in other places, brought back to an array of this shape."""


def _agree(subject: Subject, asked: _Asked, twin: _Asked, how: str, back: Back) -> Verdict:
    """y, x̄ and ẏ are the same for the case and, brought back, for its twin."""
    allowed = asked.allowance + twin.allowance
    verdicts: list[Verdict] = []
    for right, moved in zip(_answers(subject, asked), _answers(subject, twin), strict=True):
        what = f"{right.what} {how} as of {asked!r},"
        got = back(moved.got, right.got.shape)
        if allowed.bound:
            a, b = (pairing([each], [right.weights], twin.given) for each in (got, right.got))
            bound = replace(allowed, bound=asked.rounding(right) + twin.rounding(moved)).loosened(a, b)
            verdict = near(f"the weighted sum of {what}", a.sum, b.sum, bound, twin.given)
            verdicts.append(at_terms(verdict, twin.case, (twin.out_grad, twin.tangents), bound))
        else:
            verdicts.append(equal(what, got, right.got, twin.given))
    return weakest(*verdicts)


def _is_elementwise(entry: Entry) -> bool:
    return entry.elementwise


@law(Capability.FORWARD | Capability.GRADIENT, about=_is_elementwise, row=ALONE)
def place_is_unobservable(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """f(Px) = P f(x), x̄(Pȳ) = P x̄(ȳ), ẏ(Pẋ) = P ẏ(ẋ): P permutes entries and axes, and reshapes."""
    shape = (draw(st.integers(1, 3)), *case.specs()[-1][0])
    full = replace(case, inputs=tuple(_copied(x, shape) for x in case.inputs))
    asked = _Asked(full, *draw_pair(full, draw))
    order = draw(st.permutations(range(prod(shape))))
    target = draw(st.sampled_from(_shapes_like(tuple(draw(st.permutations(shape))))))

    def moved(_: int, x: Array) -> Array:
        return _rearranged(x, order, target)

    def back(got: Array, shape: Shape) -> Array:
        return _rearranged(got, sorted(range(len(order)), key=order.__getitem__), shape)

    twin = asked.moved(moved, _rearranged(asked.out_grad, order, target))
    return _agree(subject, asked, twin, "rearranged:", back)


def _shapes_like(shape: Shape) -> list[Shape]:
    """Shapes of as many entries: the same, flat, with one more axis of size 1, of two axes."""
    size = prod(shape)
    rows = [(count, size // count) for count in range(2, size) if size % count == 0]
    return [shape, (size,), (1, *shape), (*shape, 1), *rows]


def _rearranged(array: Array, order: Sequence[int], shape: Shape) -> Array:
    entries = flat(array)
    return array_of([entries[place] for place in order], shape, array.dtype)


def _broadcasts(entry: Entry) -> bool:
    return entry.signature.broadcasts and len(entry.signature.inputs) > 1


@law(Capability.FORWARD | Capability.GRADIENT, about=_broadcasts, row=ALONE)
def gradient_of_broadcast_is_sum(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄ is the sum of the adjoints of the copies of x that broadcasting makes; y and ẏ are theirs."""
    (step,) = case.steps
    operands = entry_of(step.op).signature.inputs
    cores = [len(operands[step.args.index(number)]) for number in range(len(case.inputs))]
    able = [
        number for number, x in enumerate(case.inputs) if x.ndim >= cores[number]
    ]  # no vector is repeated
    loop = np.broadcast_shapes(
        *[x.shape[: x.ndim - cores[at]] for at, x in enumerate(case.inputs) if at in able]
    )
    more = draw(evenly)

    def copied(number: int, x: Array) -> Array:
        return _copied(x, (*loop, *x.shape[x.ndim - cores[number] :])) if number in able else x

    if more and able:  # an axis that one input alone has
        loop, longest = (draw(st.integers(2, 3)), *loop), draw(st.sampled_from(able))
        inputs = (copied(at, x) if at == longest else x for at, x in enumerate(case.inputs))
        case = replace(case, inputs=tuple(inputs))
    asked = _Asked(case, *draw_pair(case, draw))
    return _agree(subject, asked, asked.moved(copied, asked.out_grad), "with copies:", _summed_to)


def _copied(array: Array, shape: Shape) -> Array:
    return as_array(np.broadcast_to(array, shape).copy())


def _summed_to(array: Array, shape: Shape) -> Array:
    """The sum over the axes along which ``shape`` broadcasts."""
    lead = array.ndim - len(shape)
    stretched = [lead + axis for axis, size in enumerate(shape) if size == 1]
    return np.reshape(total(array, (*range(lead), *stretched), keepdims=False), shape)


def _is_associative(entry: Entry) -> bool:
    return issubclass(entry.op, Associative)


@law(Capability.FORWARD | Capability.GRADIENT, where=Where.SMOOTH, about=_is_associative, row=ALONE)
def sum_over_partition_is_sum(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Σ over axes is Σ over some, then over the others; and Σ of two parts' Σ. So is all that associates."""
    (array,), (step,) = case.inputs, case.steps
    assert isinstance(step.op, Associative)  # the law is about no other
    asked = _Asked(case, *draw_pair(case, draw))
    ways = [("some axes first:", [_one_after_the_other(step.op, draw)])]
    ways.append(("in two parts:", _in_two_parts(step.op, array.shape, draw)))
    verdicts: list[Verdict] = []
    for how, choices in ways:
        able = [steps for steps in choices if all(subject.supports(each.op) for each in steps)]
        if able:
            twin = replace(asked, case=replace(case, steps=draw(st.sampled_from(able))))
            verdicts.append(_agree(subject, asked, twin, how, _summed_to))
    return weakest(*verdicts) if verdicts else Verdict(0.0, "the engine lacks the reductions of parts")


def _one_after_the_other(op: Associative, draw: Draw) -> tuple[Step, ...]:
    """The reduction over some of its axes, then over those that are left."""
    order = draw(st.permutations(op.axes))
    least = min(1, len(order))
    count = draw(st.integers(least, max(least, len(order) - 1)))
    first, then = sorted(order[:count]), sorted(order[count:])
    if not op.keepdims:
        then = [axis - sum(gone < axis for gone in first) for axis in then]
    return Step(replace(op, axes=tuple(first)), (0,)), Step(replace(op, axes=tuple(then)), (1,))


def _in_two_parts(op: Associative, shape: Shape, draw: Draw) -> list[tuple[Step, ...]]:
    """The reduction of what two parts are reduced to, side by side or one behind the other."""
    least = op.fewest  # a part may be empty where there is a value of nothing
    long = [axis for axis in op.axes if shape[axis] >= 2 * least]
    if not long:
        return []
    axis = draw(st.sampled_from(long))
    at = draw(st.integers(least, shape[axis] - least))
    before = (slice(None),) * axis
    cuts = [
        Step(ops.GetItem(canonical_index((*before, part), shape)), (0,))
        for part in (slice(at), slice(at, None))
    ]
    first, kept = replace(op, axes=(0,), keepdims=False), replace(op, keepdims=True)
    return [
        (*cuts, Step(op, (1,)), Step(op, (2,)), Step(ops.Stack(0), (3, 4)), Step(first, (5,))),
        (*cuts, Step(kept, (1,)), Step(kept, (2,)), Step(ops.Concatenate(axis), (3, 4)), Step(op, (5,))),
    ]


@law(Capability.FORWARD | Capability.GRADIENT, about=has_spellings, row=ALONE)
def spelling_is_unobservable(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """y, x̄ and ẏ have the same bits with an axis written as k, as k − ndim and in every other way."""
    (step,) = case.steps
    out_grad, tangents = draw_pair(case, draw)
    canonical, *others = [
        _Asked(replace(case, steps=(replace(step, spelling=each),)), out_grad, tangents)
        for each in spellings(step.op, case.inputs[0].shape)
    ]
    expected = _answers(subject, canonical)
    verdicts = [
        identical(f"{got.what}, as of {canonical!r},", got.got, right.got, other.given)
        for other in others
        for got, right in zip(_answers(subject, other), expected, strict=True)
    ]
    return weakest(*verdicts)
