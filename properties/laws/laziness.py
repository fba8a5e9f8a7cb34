"""Laws about waiting: a lazy engine computes later, once, and the same; no engine computes for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hypothesis import strategies as st

from engine.array import Array
from properties.adapters.subject import Capability, Subject, Work
from properties.case import Case, Digraph
from properties.compare import identical
from properties.law import Draw, law
from properties.laws.measures import given
from properties.strategies.arrays import cotangents, directions
from properties.verdict import HOLDS, Broken, Given, Verdict, weakest


@law(Capability.LAZY | Capability.GRADIENT, few=True)
def laziness_is_unobservable(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """Lazily and eagerly, y, x̄, ẏ and D²f in every mix of modes have the same shape, dtype and bits."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    tangents = draw(directions(case.variable_arrays()))
    chosen = given(out_grad=out_grad, in_tangents=tangents)
    pairs = zip(
        _answers(subject.lazily(), case, out_grad, tangents),
        _answers(subject, case, out_grad, tangents),
        strict=True,
    )
    return weakest(
        *[identical(f"{what}, lazily,", lazy, eager, chosen) for (what, lazy), (_, eager) in pairs]
    )


def _answers(
    subject: Subject, case: Case, out_grad: Array, tangents: Sequence[Array]
) -> Iterator[tuple[str, Array]]:
    """All that the engine can say of the case, by name."""
    yield "y", subject.forward(case)
    for number, adjoint in zip(case.variables, subject.gradient(case, out_grad), strict=True):
        yield f"x̄{number}", adjoint
    if Capability.SECOND in subject.capabilities:
        moved = dict(zip(case.variables, tangents, strict=True))
        for mix in subject.mixes:
            for part in subject.second(case, mix, out_grad, moved, moved):
                yield f"D²f {mix.value}", part
    if Capability.TANGENT in subject.capabilities:
        yield "ẏ", subject.tangent(case, tangents)


@law(Capability.LAZY, few=True)
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


@law(Capability.LAZY | Capability.GRADIENT, few=True)
def unread_gradient_costs_nothing(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """x̄ⱼ costs what it is made of, once, and lazily when it is read; a constant's adjoint costs nothing."""
    out_grad = draw(cotangents(*case.specs()[-1]))
    wanted = draw(st.sampled_from(case.variables))
    chosen = given(out_grad=out_grad)
    work = subject.lazily().gradient_work(case, out_grad, wanted)
    if any(work.before):
        raise Broken("computations before any x̄ is read, lazily,", str(sum(work.before)), "none", chosen)
    _only_what_was_read(work, f"x̄{wanted}, read lazily,", chosen)
    _only_what_was_read(subject.gradient_work(case, out_grad, wanted), f"x̄{wanted} alone", chosen)
    return HOLDS


def _only_what_was_read(work: Work, what: str, chosen: Given) -> None:
    """What was wanted, and what that is made of, was computed once, and nothing else was."""
    needed = _below(work.graph, work.wanted)
    in_vain = [count for value, count in enumerate(work.after) if count and value not in needed]
    if in_vain:
        raise Broken(f"computations of what {what} is not made of", str(sum(in_vain)), "none", chosen)
    wrong = [work.after[value] for value in sorted(needed) if work.after[value] != bool(work.graph[value])]
    if wrong:
        raise Broken(f"computations of a value that {what} is made of", str(wrong[0]), "one", chosen)


def _below(graph: Digraph, nodes: Iterable[int]) -> set[int]:
    """The nodes and what they are made of."""
    found: set[int] = set()
    waiting = list(nodes)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting.extend(graph[number])
    return found
