"""The topological order, on which every walk of the engine stands.

The order is that of a depth-first search that leaves a node after its inputs, inputs taken from left to
right. It is made with a stack of its own: a graph may be a million nodes deep, Python's stack may not.

A node on the stack is in one of three states: waiting (seen, not entered), entered (it is on the path
from a root to the node at hand, its inputs come first), left (it stands in the order). An entered node that
is met again below itself closes a cycle.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Protocol, Self, TypeVar

from engine.errors import CycleError


class Node(Hashable, Protocol):
    """A node of a graph: it knows the nodes that it is made of."""

    @property
    def inputs(self) -> Sequence[Self]:
        """The nodes that this one is made of, in order."""
        ...


H = TypeVar("H", bound=Hashable)
N = TypeVar("N", bound=Node)


def find_topo_sort(nodes: Iterable[N]) -> list[N]:
    """The post-order depth-first order of everything that ``nodes`` depend on, ``nodes`` included."""
    return post_order(nodes, lambda node: node.inputs)


def post_order(roots: Iterable[H], inputs_of: Callable[[H], Sequence[H]]) -> list[H]:
    """Every node that the roots depend on, once, each after all its inputs; roots and inputs left to right.

    Time and memory are linear in nodes and edges. Raises ``CycleError`` if a node depends on itself.
    """
    order: list[H] = []
    entered: set[H] = set()
    left: set[H] = set()
    stack = list(roots)[::-1]
    while stack:
        node = stack[-1]
        if node in left:
            stack.pop()
        elif node in entered:
            stack.pop()
            left.add(node)
            order.append(node)
        else:
            entered.add(node)
            for below in reversed(inputs_of(node)):
                if below not in left:
                    if below in entered:
                        raise _cycle(below, stack, entered, left)
                    stack.append(below)
    return order


def _cycle(node: H, stack: Sequence[H], entered: set[H], left: set[H]) -> CycleError:
    """The error that names the path from ``node`` down to itself."""
    path = [step for step in dict.fromkeys(reversed(stack)) if step in entered and step not in left]
    cycle = (*reversed(path[: path.index(node) + 1]), node)
    return CycleError(
        "find_topo_sort",
        " -> ".join(str(step) for step in cycle),
        "a graph in which no value depends on itself",
        "build values from older ones only",
        cycle,
    )
