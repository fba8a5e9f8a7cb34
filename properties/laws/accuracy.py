"""The law about digits: derivatives of elementwise ops over the whole range of floats, beside the truth.

The other laws ask near 0, where their oracles have bounds. In the tails a rule that is right on paper may
lose every digit. Here the truth is a closed form in many digits, by mpmath; without it nobody is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log10

import numpy as np
from hypothesis import strategies as st

from engine.array import Array
from engine.catalogue import Entry
from engine.graph import Op
from properties.adapters.subject import Capability, Mix, Subject
from properties.case import Case
from properties.compare import same_type
from properties.law import ALONE, Draw, Where, law
from properties.laws.measures import flat, given
from properties.oracles.many_digits import INSTALLED, Real, mpmath
from properties.strategies.arrays import array_of
from properties.strategies.tails import draw_tails
from properties.truths import TRUTHS, summed
from properties.truths.table import DIGITS, Told
from properties.truths.ulps import FORMATS, SECOND, ULPS, relatively_off, ulps_off
from properties.verdict import Broken, Verdict


def has_truth(entry: Entry) -> bool:
    """Whether the derivatives of the op are told in many digits, and mpmath is there to compute them."""
    return INSTALLED and entry.op in TRUTHS


@law(Capability.GRADIENT, where=Where.SMOOTH, about=has_truth, row=ALONE)
def derivative_is_accurate(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """|∂y/∂xⱼ − truth| ≤ 4 ulp in either mode, |∂²y/∂xᵢ∂xⱼ − truth| ≤ 10⁻¹² |truth|, or as many eps."""
    op = case.steps[0].op
    domains = case.steps[0].domains
    dtype = case.inputs[0].dtype
    inputs = draw_tails(draw, domains, [dtype] * len(domains), TRUTHS[type(op)].near)
    asked = case.alone(0, inputs)
    mix = draw(st.sampled_from(subject.mixes)) if subject.mixes else None
    for off in measured(subject, asked, mix):
        if not off.by <= off.most:
            raise Broken(off.what, repr(off.got), off.expected, given(asked))
    return Verdict(log10(2.0 ** (FORMATS[dtype].bits - 1) / ULPS))


@dataclass(frozen=True, slots=True)
class Off:
    """A derivative by an engine beside the truth: how far it is off, and how far it may be."""

    what: str
    inputs: tuple[int, ...]
    point: tuple[float, ...]
    got: float
    truth: Real
    by: float
    most: float

    @property
    def expected(self) -> str:
        """The truth in words."""
        unit = "ulp" if len(self.inputs) == 1 else "eps"
        return f"{mpmath().nstr(self.truth, 20)} ± {self.most:g} {unit} (it is {self.by:.3g} {unit} off)"


def measured(subject: Subject, case: Case, mix: Mix | None) -> Iterator[Off]:
    """Every first derivative in each mode that the engine has, and every second one in this mix of modes."""
    op = case.steps[0].op
    dtype = case.specs()[-1][1]
    points = list(zip(*map(flat, case.inputs), strict=True))
    with mpmath().workdps(DIGITS), np.errstate(all="ignore"):
        slopes, bends = _told(op, points)
        for mode, at, got in _firsts(subject, case):
            kind = case.inputs[at].dtype if mode == "reverse" else dtype
            for point, number, told in zip(points, flat(got), slopes[at], strict=True):
                what = f"∂y/∂x{at} of {op!r} by {mode} mode at {_spelled(point)} in {kind}"
                by = ulps_off(number, told, kind)
                yield Off(what, (at,), point, number, told.total, by, ULPS)
        way = mix.value if mix else ""
        for at, then, got in _seconds(subject, case, mix):
            for point, number, told in zip(
                points, flat(got), bends[min(at, then), max(at, then)], strict=True
            ):
                what = f"∂²y/∂x{at}∂x{then} of {op!r}, {way}, at {_spelled(point)} in {dtype}"
                by = relatively_off(number, told, dtype)
                yield Off(what, (at, then), point, number, told.total, by, SECOND)


def _told(
    op: Op, points: list[tuple[float, ...]]
) -> tuple[list[list[Told]], dict[tuple[int, int], list[Told]]]:
    """The first and second derivatives at the points, by inputs, each with the size it is measured by."""
    truth = TRUTHS[type(op)]
    exact = [[mpmath().mpf(x) for x in point] for point in points]
    firsts = [list(map(summed, each)) for each in zip(*(truth.first(op, x) for x in exact), strict=True)]
    seconds: dict[tuple[int, int], list[Told]] = {}
    for x in exact:
        for place, told in truth.bends(op, x).items():
            seconds.setdefault(place, []).append(summed(told))
    return firsts, seconds


def _firsts(subject: Subject, case: Case) -> Iterator[tuple[str, int, Array]]:
    """What each mode says of each variable."""
    shape, dtype = case.specs()[-1]
    out_grad = array_of([1.0] * shape[0], shape, dtype)
    adjoints = subject.gradient(case, out_grad)
    for at, adjoint in zip(case.variables, adjoints, strict=True):
        same_type(f"x̄{at}", adjoint, case.inputs[at], given(case))
        yield "reverse", at, adjoint
    if Capability.TANGENT in subject.capabilities:
        for at in case.variables:
            others = tuple(each for each in range(len(case.inputs)) if each != at)  # 0 times ∞ is no question
            moved = subject.tangent(replace(case, constants=others), [_filled(case.inputs[at])])
            same_type("ẏ", moved, out_grad, given(case))
            yield "forward", at, moved


def _seconds(subject: Subject, case: Case, mix: Mix | None) -> Iterator[tuple[int, int, Array]]:
    """What this mix of modes says of each two variables."""
    if mix is None or Capability.SECOND not in subject.capabilities:
        return
    shape, dtype = case.specs()[-1]
    out_grad = array_of([1.0] * shape[0], shape, dtype)
    ones = {at: _filled(case.inputs[at]) for at in case.variables}
    for at in case.variables:
        alone = {at: ones[at]}
        if mix is Mix.FORWARD_OVER_FORWARD:
            for then in case.variables:
                yield at, then, subject.second(case, mix, out_grad, alone, {then: ones[then]})[0]
        elif mix is Mix.FORWARD_OVER_REVERSE:
            for other, got in zip(ones, subject.second(case, mix, out_grad, ones, alone), strict=True):
                yield other, at, got
        else:
            for other, got in zip(ones, subject.second(case, mix, out_grad, alone, ones), strict=True):
                yield at, other, got


def _filled(like: Array) -> Array:
    """Ones."""
    return array_of([1.0] * like.size, like.shape, like.dtype)


def _spelled(point: tuple[float, ...]) -> str:
    return f"({', '.join(map(repr, point))})"
