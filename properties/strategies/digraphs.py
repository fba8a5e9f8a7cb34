"""Directed graphs that belong to no program: any shape, any roots, and deeper and wider than can be drawn.

Few nodes are drawn. One of them is then blown up, to a chain or to a fan of so many that whoever recurses is
found out. What the large graph should give follows from the small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties.case import Digraph
from properties.strategies.shapes import often

MOST_NODES = 12
MOST_SHOWN = 40

LENGTHS: SearchStrategy[int] = st.sampled_from([1, 2, 400, 2_500, 2_500])
"""Nodes of a chain or a cycle, at the end more than the frames that Python lends to a recursion."""

WIDTHS: SearchStrategy[int] = st.sampled_from([1, 2, 400])


@dataclass(frozen=True, slots=True)
class Question:
    """A graph, and the roots from which it is asked about."""

    graph: Digraph
    roots: Sequence[int]

    def __str__(self) -> str:
        return f"the graph {shown(self.graph)} from the roots {shown(self.roots)}"


@dataclass(frozen=True, slots=True)
class Blown:
    """A question of few nodes, and the same with ``members`` in place of node ``at``."""

    small: Question
    large: Question
    at: int
    members: Sequence[int]

    def of_large(self, order: Iterable[int]) -> tuple[int, ...]:
        """The order of the large graph, given that of the small one."""
        return tuple(member for node in order for member in (self.members if node == self.at else (node,)))


@st.composite
def acyclic(draw: DrawFn) -> Question:
    """Nodes numbered in any order, each made of others before it, of one more than once too; any roots."""
    numbers = draw(st.permutations(range(draw(st.integers(1, MOST_NODES)))))
    graph: list[Sequence[int]] = [()] * len(numbers)
    for place, node in enumerate(numbers):
        if place:
            graph[node] = draw(st.lists(st.sampled_from(numbers[:place]), max_size=4))
    return Question(graph, draw(st.lists(st.sampled_from(numbers), max_size=5)))


@st.composite
def blown(draw: DrawFn) -> Blown:
    """One node becomes a chain, or a fan: so many made of the same, every user of it taking each of them.

    In depth-first order the members of either stand side by side.
    """
    found = draw(acyclic())
    nodes = len(found.graph)
    at = draw(st.integers(0, nodes - 1))
    small = Question(found.graph, (*found.roots, at)) if draw(often) else found
    is_chain = draw(often)
    total = nodes + draw(LENGTHS if is_chain else WIDTHS) - 1
    members = (*range(nodes, total), at)
    made: dict[int, Sequence[int]] = dict.fromkeys(members, small.graph[at])
    if is_chain:
        made.update((node, (before,)) for before, node in pairwise(members))
    ends = (at,) if is_chain else members

    def used(numbers: Sequence[int]) -> tuple[int, ...]:
        return tuple(end for number in numbers for end in (ends if number == at else (number,)))

    graph = [made[node] if node in made else used(small.graph[node]) for node in range(total)]
    return Blown(small, Question(graph, used(small.roots)), at, members)


@st.composite
def cyclic(draw: DrawFn) -> Question:
    """A ring of nodes beside an acyclic graph of which it is also made, and a root that leads to it."""
    beside = draw(acyclic())
    first = len(beside.graph)
    stop = first + draw(LENGTHS)
    others = st.lists(st.integers(0, first - 1), max_size=2)
    ring: list[Sequence[int]] = [(node + 1,) for node in range(first, stop)]
    ring[-1] = (*draw(others), first, *draw(others))
    ring[0] = (*draw(others), *ring[0], *draw(others))
    tail = [(node - 1, *draw(others)) for node in range(stop, stop + draw(st.integers(0, 3)))]
    root = stop + len(tail) - 1  # without a tail, the last node of the ring
    return Question([*beside.graph, *ring, *tail], (*beside.roots, root, *draw(others)))


def shown(parts: Sequence[object]) -> str:
    """The parts; of very many the first and the last."""
    if len(parts) <= MOST_SHOWN:
        return str(tuple(parts))
    half = MOST_SHOWN // 2
    ends = [*map(str, parts[:half]), f"… ({len(parts) - MOST_SHOWN} more) …", *map(str, parts[-half:])]
    return f"({', '.join(ends)})"
