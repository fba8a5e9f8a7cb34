"""A graph as text and as Graphviz source. Values are numbered in topological order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.tensor import Tensor
from engine.topo import find_topo_sort

NO_NAMES: Mapping[Tensor, str] = {}


def graph_text(primal: Tensor, *adjoints: Tensor, names: Mapping[Tensor, str] = NO_NAMES) -> str:
    """The graph as indented text: each value above its inputs, a shared value written out once.

    Values that only ``adjoints`` depend on are the part that reverse mode added; they are marked ``adjoint``.
    """
    labels, primal_part = _labels(primal, adjoints, names)
    lines: list[str] = []
    written: set[Tensor] = set()
    stack = [(root, 0) for root in (*adjoints[::-1], primal)]
    while stack:
        value, depth = stack.pop()
        again = value in written and not value.is_leaf()
        mark = "" if value in primal_part else "  adjoint"
        lines.append("  " * depth + labels[value] + ("  (above)" if again else f"  {_facts(value)}{mark}"))
        if not again:
            written.add(value)
            stack.extend((below, depth + 1) for below in reversed(value.inputs))
    return "\n".join(lines)


def graph_dot(primal: Tensor, *adjoints: Tensor, names: Mapping[Tensor, str] = NO_NAMES) -> str:
    """The graph as Graphviz source, edges from inputs to users; the adjoint part is in a second colour."""
    labels, primal_part = _labels(primal, adjoints, names)
    nodes = {value: f"n{number}" for number, value in enumerate(labels, start=1)}
    lines = ["digraph gradlaws {", "  rankdir=BT;", '  node [shape=box, style=filled, fontname="monospace"];']
    for value, node in nodes.items():
        colour, kind = ("lightblue", "primal") if value in primal_part else ("lightsalmon", "adjoint")
        text = f"{_escaped(labels[value])}\\n{_escaped(_facts(value))}"
        lines.append(f'  {node} [label="{text}", fillcolor={colour}, class={kind}];')
        lines.extend(f"  {nodes[below]} -> {node};" for below in value.inputs)
    return "\n".join([*lines, "}"])


def _labels(
    primal: Tensor, adjoints: Sequence[Tensor], names: Mapping[Tensor, str]
) -> tuple[dict[Tensor, str], set[Tensor]]:
    """A name for every value in topological order, and the set of those that the primal depends on."""
    order = find_topo_sort([primal, *adjoints])
    labels = {value: names.get(value, f"v{number}") for number, value in enumerate(order, start=1)}
    return labels, set(find_topo_sort([primal]))


def _facts(value: Tensor) -> str:
    maker = repr(value.op) if value.op is not None else "variable" if value.requires_grad else "constant"
    return f"{maker}  {value.shape} {value.dtype}"


def _escaped(text: str) -> str:
    """As Graphviz reads it: a backslash begins an escape, an ampersand an entity; a quotation mark ends."""
    return text.replace("\\", "\\\\").replace("&", "&amp;").replace('"', '\\"')
