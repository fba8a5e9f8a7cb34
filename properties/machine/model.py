"""What the machine believes: values and derivatives in whole numbers, stated without the engine.

A derivative is found by moving: an input is given an infinitesimal part, everything between it and the output
is computed again, and the part that arrives is read off. There is no walk back, no adjoint and no rule. A
derivative is a value like any other, so it can be moved, too: one infinitesimal for each order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from properties.machine.jet import Jet, epsilon, whole

Entries: TypeAlias = tuple[Jet, ...]
"""The entries of a value: one of shape (), two of shape (2,)."""

Numbers: TypeAlias = tuple[int, ...]

LIMIT = 2**40
"""No size is larger: float64 is exact below 2⁵³, which leaves room for what a rule multiplies on its way."""

HIGHEST_ORDER = 2


def _each(f: Callable[[Sequence[Jet]], Jet]) -> Callable[[Sequence[Entries]], Entries]:
    """Entry by entry; a value of one entry is read for each entry of the others."""
    return lambda values: tuple(
        f([value[at % len(value)] for value in values]) for at in range(max(map(len, values)))
    )


def _scaled(number: int) -> Callable[[Sequence[Entries]], Entries]:
    return _each(lambda of: whole(number) * of[0])


MEANING: dict[str, Callable[[Sequence[Entries]], Entries]] = {
    "add": _each(lambda of: of[0] + of[1]),
    "multiply": _each(lambda of: of[0] * of[1]),
    "negate": _scaled(-1),
    "double": _scaled(2),
    "triple": _scaled(3),
    "plus_one": _each(lambda of: of[0] + whole(1)),
    "first_power": _each(lambda of: of[0]),
    "square": _each(lambda of: of[0] * of[0]),
    "relu": _each(lambda of: of[0] if of[0].real > 0 else whole(0)),
    "identity": _each(lambda of: of[0]),
    "total": lambda values: (sum(values[0][1:], start=values[0][0]),),
    "spread": lambda values: (values[0] * 2)[:2],
}
"""What each kind of op does. At 0 the derivative of relu is 0."""

BINARY = frozenset({"add", "multiply"})


class Made(ABC):
    """How a value follows from others."""

    @property
    @abstractmethod
    def sources(self) -> tuple[Node, ...]:
        """The values that it follows from."""

    @abstractmethod
    def entries(self, level: Level | None) -> Entries:
        """The entries, where the sources move as ``level`` says."""


@dataclass(eq=False, slots=True)
class Node:
    """A value. A derivative passes through it to its inputs if it requires a gradient."""

    made: Made | None
    requires_grad: bool
    entries: Entries
    order: int = 0
    """How many derivatives stand behind it."""

    @property
    def numbers(self) -> Numbers:
        """The entries, which are whole numbers."""
        return tuple(entry.real for entry in self.entries)

    @property
    def fits(self) -> bool:
        """Whether float64 computes it exactly, in whichever order."""
        return all(entry.size <= LIMIT for entry in self.entries)

    @property
    def derived(self) -> bool:
        """Whether the graph that leads here is one that the engine made by itself."""
        return self.made is not None and not isinstance(self.made, Applied)

    @property
    def inputs(self) -> tuple[Node, ...]:
        """What the op that made it was given."""
        return self.made.inputs if isinstance(self.made, Applied) else ()


def leaf(numbers: Numbers, *, requires_grad: bool) -> Node:
    """A value that was handed in."""
    return Node(None, requires_grad, tuple(map(whole, numbers)))


def follow(made: Made, *, requires_grad: bool) -> Node:
    """The value that follows."""
    behind = max(source.order for source in made.sources)
    return Node(made, requires_grad, made.entries(None), behind + (not isinstance(made, Applied)))


@dataclass(eq=False, slots=True)
class Level:
    """Everything as a function of one more infinitesimal, along which nothing but ``moved`` starts to move.

    What moves is independent: what it was made of does not move it.
    """

    outer: Level | None
    bit: int
    moved: Mapping[Node, Numbers]
    known: dict[Node, Entries] = field(default_factory=dict[Node, Entries])

    def entries(self, node: Node) -> Entries:
        """The entries of ``node``, with their infinitesimal parts."""
        if node not in self.known:
            self.known[node] = self._entries(node)
        return self.known[node]

    def _entries(self, node: Node) -> Entries:
        still = entries_of(node, self.outer)
        if node in self.moved:
            steps = [whole(number) * epsilon(self.bit) for number in self.moved[node]]
        elif node.made is not None and node.requires_grad:
            steps = [entry.moving_with(self.bit) for entry in node.made.entries(self)]
        else:
            return still
        return tuple(entry + step for entry, step in zip(still, steps, strict=True))


def entries_of(node: Node, level: Level | None) -> Entries:
    """The entries of ``node`` where things move as ``level`` says; where nothing moves, its own."""
    return node.entries if level is None else level.entries(node)


def _moving(level: Level | None, moved: Mapping[Node, Numbers]) -> Level:
    return Level(level, 1 if level is None else level.bit << 1, moved)


@dataclass(frozen=True, eq=False, slots=True)
class Applied(Made):
    """An op was applied."""

    kind: str
    inputs: tuple[Node, ...]

    @property
    def sources(self) -> tuple[Node, ...]:
        return self.inputs

    def entries(self, level: Level | None) -> Entries:
        return MEANING[self.kind]([entries_of(value, level) for value in self.inputs])


@dataclass(frozen=True, eq=False, slots=True)
class Adjoint(Made):
    """x̄ⱼ = Σₖ Σᵢ ȳₖᵢ ∂yₖᵢ/∂xⱼ for the input x = ``inputs[at]``; all the inputs are independent."""

    outputs: tuple[Node, ...]
    inputs: tuple[Node, ...]
    at: int
    out_grads: tuple[Numbers, ...]

    @property
    def sources(self) -> tuple[Node, ...]:
        return (*self.outputs, *self.inputs)

    def entries(self, level: Level | None) -> Entries:
        wanted, still = self.inputs[self.at], {node: (0,) * len(node.entries) for node in self.inputs}
        return tuple(self._along(_moving(level, {**still, wanted: unit})) for unit in _units(wanted))

    def _along(self, level: Level) -> Jet:
        pairs = zip(self.outputs, self.out_grads, strict=True)
        return sum((_contracted(level, output, out_grad) for output, out_grad in pairs), start=whole(0))


def _contracted(level: Level, output: Node, out_grad: Numbers) -> Jet:
    arrived = [entry.coefficient(level.bit) for entry in level.entries(output)]
    parts = (whole(number) * part for number, part in zip(out_grad, arrived, strict=True))
    return sum(parts, start=whole(0))


def _units(node: Node) -> Iterator[Numbers]:
    size = len(node.entries)
    return (tuple(int(other == at) for other in range(size)) for at in range(size))


@dataclass(frozen=True, eq=False, slots=True)
class Tangent(Made):
    """ẏ = Σᵢ (∂y/∂xᵢ) ẋᵢ."""

    output: Node
    moved: Mapping[Node, Numbers]

    @property
    def sources(self) -> tuple[Node, ...]:
        return (self.output, *self.moved)

    def entries(self, level: Level | None) -> Entries:
        moving = _moving(level, self.moved)
        return tuple(entry.coefficient(moving.bit) for entry in moving.entries(self.output))


def depends_on_variables(node: Node) -> bool:
    """Whether a value moves when all the variables behind it do, along a direction without a pattern."""
    if node.made is None:
        return node.requires_grad
    leaves = [each for each in reach(node) if each.made is None and each.requires_grad]
    level = _moving(
        None, {each: (7 * at + 3, 5 * at - 11)[: len(each.entries)] for at, each in enumerate(leaves)}
    )
    return any(entry.coefficient(level.bit).real for entry in node.made.entries(level))


def reach(node: Node) -> list[Node]:
    """Everything that stands behind a value, itself included."""
    return _below(node, lambda each: each.made.sources if each.made else ())


def passed(node: Node) -> list[Node]:
    """The values through which a derivative passes by ops that were applied, the first included."""
    return [each for each in _below(node, _inputs_that_pass) if each.requires_grad]


def _inputs_that_pass(node: Node) -> tuple[Node, ...]:
    return node.inputs if node.requires_grad else ()


def _below(node: Node, sources: Callable[[Node], tuple[Node, ...]]) -> list[Node]:
    found = {node: None}
    waiting = [node]
    while waiting:
        for source in sources(waiting.pop()):
            if source not in found:
                found[source] = None
                waiting.append(source)
    return list(found)
