"""Laws about any graph, that of a program or not: its order, and the refusal of one that has none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from properties.adapters.subject import Capability, Subject
from properties.case import Case, Digraph
from properties.law import Draw, law
from properties.laws.measures import given
from properties.strategies.digraphs import Question, blown, cyclic, shown
from properties.verdict import HOLDS, Broken, Verdict


@law(Capability.GRAPH, row="graphs")
def any_graph_is_sorted(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """order(v) = order(v₁) … order(vₖ) v for v made of v₁ … vₖ, each value once; so of all roots."""
    drawn = draw(blown())
    order = subject.sort(drawn.large.graph, drawn.large.roots)
    expected = drawn.of_large(_order(drawn.small))
    if order != expected:
        raise Broken(f"the order of {drawn.large}", shown(order), shown(expected), given())
    return HOLDS


@law(Capability.GRAPH, row="graphs")
def cycle_is_named(subject: Subject, case: Case, draw: Draw) -> Verdict:
    """v₀ ← v₁ ← … ← v₀, each made of the next, is named where a root depends on a value made of itself."""
    drawn = draw(cyclic())
    cycle = subject.cycle(drawn.graph, drawn.roots)
    if not _is_cycle(drawn.graph, cycle):
        got = shown(cycle) if cycle else "no refusal"
        raise Broken(f"the cycle in {drawn}", got, "nodes each made of the next, the first one last", given())
    return HOLDS


def _order(question: Question) -> list[int]:
    """The textbook's recursion; what is drawn is small."""
    order: list[int] = []

    def visit(node: int) -> None:
        if node not in order:
            for below in question.graph[node]:
                visit(below)
            order.append(node)

    for root in question.roots:
        visit(root)
    return order


def _is_cycle(graph: Digraph, nodes: Sequence[int]) -> bool:
    made_of_next = all(below in graph[node] for node, below in pairwise(nodes))
    return len(nodes) > 1 and nodes[0] == nodes[-1] and made_of_next
