"""Laws about values: what an op computes, and that it keeps its hands off what it was given."""

from __future__ import annotations

from math import prod

from properties.adapters.subject import Capability, Subject
from properties.case import Case
from properties.compare import Target, identical, same_type, within
from properties.law import Draw, law
from properties.laws.measures import SLACK, floor_of, given
from properties.oracles.definition import evaluate
from properties.strategies.arrays import array_of, cotangents
from properties.verdict import Verdict, weakest


@law(Capability.FORWARD)
def value_matches_reference(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """y = f(x) by the second definition, within the rounding of f; shape and dtype as declared."""
    got = subject.forward(case)
    expected = evaluate(case, unit=case.computed_roundoff())
    shape, dtype = case.specs()[-1]
    same_type("y", got, array_of([0.0] * prod(shape), shape, dtype), given())
    bounds = [SLACK * bound + floor_of(case) for bound in expected.value_bounds]
    return within("y", got, Target(expected.values, bounds, expected.output.shape), given())


@law(Capability.GRADIENT, lends=True)
def inputs_are_not_mutated(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """The bits of x and ȳ are the same before and after."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    arrays = {**{f"x{number}": array for number, array in enumerate(case.inputs)}, "ȳ": out_grad}
    before = {name: array.copy() for name, array in arrays.items()}
    subject.forward(case)
    subject.gradient(case, out_grad)
    after = {name: array.copy() for name, array in arrays.items()}
    for name, array in arrays.items():
        if array.flags.writeable:
            array[...] = before[name]  # so that the report shows the case as it was given
    return weakest(*[identical(name, after[name], before[name], given(out_grad=out_grad)) for name in arrays])
