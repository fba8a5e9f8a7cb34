"""Laws about waiting: a lazy engine computes later, once, and the same."""

from __future__ import annotations

from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import identical
from properties.law import Draw, law
from properties.laws.measures import given
from properties.strategies.arrays import cotangents, directions
from properties.verdict import HOLDS, Broken, Verdict, weakest


@law(Capability.LAZY | Capability.GRADIENT | Capability.TANGENT | Capability.SECOND)
def laziness_is_unobservable(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Lazily and eagerly, y, x̄, ẏ and dx̄ · ẇ have the same shape, dtype and bits."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    tangents = draw(directions(case.variable_arrays()))
    lazy = subject.lazily()
    chosen = given(out_grad=out_grad, in_tangents=tangents)
    pairs = zip(case.variables, lazy.gradient(case, out_grad), subject.gradient(case, out_grad), strict=True)
    seconds = zip(
        case.variables,
        lazy.gradient_tangent(case, out_grad, tangents),
        subject.gradient_tangent(case, out_grad, tangents),
        strict=True,
    )
    return weakest(
        identical("y, lazily,", lazy.forward(case), subject.forward(case), chosen),
        *[identical(f"x̄{number}, lazily,", a, b, chosen) for number, a, b in pairs],
        *[identical(f"dx̄{number} · ẇ, lazily,", a, b, chosen) for number, a, b in seconds],
        identical("ẏ, lazily,", lazy.tangent(case, tangents), subject.tangent(case, tangents), chosen),
    )


@law(Capability.LAZY)
def each_value_computes_once(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Lazily, no step is computed before the output is asked for, and then each that it is made of, once."""
    before, after = subject.compute_counts(case)
    if any(before):
        raise Broken("computations before the output is asked for", str(before), "none", given())
    needed = case.needed()
    expected = tuple(int(number in needed) for number in range(len(case.inputs), case.output + 1))
    if after != expected:
        raise Broken("computations of each step", str(after), str(expected), given())
    return HOLDS
