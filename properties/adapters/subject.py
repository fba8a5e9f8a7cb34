"""What a law may ask of an engine: plain arrays in, plain arrays out.

An adapter is one file with one class. It declares in ``capabilities`` what the engine can do and has the
methods for it; what a subject lacks shows as ``—`` in the report. All answers are NumPy arrays, those of
shape () too (``np.asarray``: NumPy makes scalars of them), and the adjoint of what the output does not depend
on is zeros.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, Flag, auto

from engine.array import Array
from engine.graph import Op
from properties.case import Case, Digraph
from properties.verdict import Given

Pullback = Callable[[Array], tuple[Array, ...]]
"""A cotangent to the adjoints of a case's variables; it may be called again."""


Moves = Mapping[int, Array]
"""A tangent for each variable that a derivative is taken with respect to; it closes over the others."""


class Mix(Enum):
    """The modes of a second derivative, the outer one first."""

    FORWARD_OVER_REVERSE = "forward over reverse"
    REVERSE_OVER_REVERSE = "reverse over reverse"
    REVERSE_OVER_FORWARD = "reverse over forward"
    FORWARD_OVER_FORWARD = "forward over forward"

    def weights(self, out_grad: Array, inner: Sequence[Array], outer: Sequence[Array]) -> Sequence[Array]:
        """What the arrays that ``Subject.second`` answers with have not been contracted with yet."""
        if self is Mix.FORWARD_OVER_REVERSE:
            return inner
        return [out_grad] if self is Mix.FORWARD_OVER_FORWARD else outer


class Capability(Flag):
    """Something that an engine can do, and the methods of ``Subject`` that ask for it."""

    FORWARD = auto()
    """``forward``: values."""
    GRADIENT = auto()
    """``pullback``: reverse mode."""
    ROOTS = auto()
    """``joint_gradient``: reverse mode from several outputs at once."""
    TANGENT = auto()
    """``tangent``: forward mode."""
    SECOND = auto()
    """``second``: second derivatives, in the first of ``mixes`` at least."""
    MIXES = auto()
    """``second`` in two ``mixes`` of modes or more."""
    SECOND_PULLBACK = auto()
    """``second_pullback``: the pullback is differentiated with respect to its cotangent."""
    THIRD = auto()
    """``third``: third derivatives."""
    DETACH = auto()
    """``detached_gradient``: a value can be taken as a constant."""
    LAZY = auto()
    """``lazily``, ``compute_counts``, ``gradient_work``: values wait, and computations can be counted."""
    GRAPH = auto()
    """``orders``, ``sort``, ``cycle``, ``rule_counts``, ``tangent_rule_counts``: the graph can be seen."""


def joint(outputs: Sequence[int], out_grads: Sequence[Array]) -> dict[str, Array]:
    """The cotangents of several outputs by name: ``out_grad0_v3`` is that of v3, the first of them."""
    pairs = zip(outputs, out_grads, strict=True)
    return {f"out_grad{at}_v{number}": out_grad for at, (number, out_grad) in enumerate(pairs)}


def outputs_of(given: Given) -> dict[str, int]:
    """The numbers of several outputs, each by the name that ``joint`` gave its cotangent."""
    return {name: int(name.partition("_v")[2]) for name in given.arrays if "_v" in name}


@dataclass(frozen=True, slots=True)
class Work:
    """What an engine computed, of which value i is made of the values ``graph[i]``, one of none being given.

    ``wanted``: the values that there was a reason to compute. ``before`` and ``after``: how often each was
    computed before one of them was read, and after.
    """

    graph: Digraph
    wanted: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]


class Subject(ABC):
    """An engine on trial."""

    name: str
    capabilities: Capability
    mixes: tuple[Mix, ...] = ()
    """SECOND: how the engine takes second derivatives; MIXES: in more than one way."""

    @abstractmethod
    def supports(self, op: Op) -> bool:
        """Whether the engine has this op with these parameters."""

    @abstractmethod
    def forward(self, case: Case) -> Array:
        """FORWARD: the output. The engine is given the case's own arrays, not copies."""

    @abstractmethod
    def pullback(self, case: Case) -> Pullback:
        """GRADIENT: ȳ ↦ the adjoints of the variables, over one graph however often it is called."""

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        """TANGENT: the tangent of the output, given one for each variable."""
        raise NotImplementedError(_lacking(self, "tangent"))

    def joint_gradient(
        self, case: Case, outputs: Sequence[int], out_grads: Sequence[Array]
    ) -> tuple[Array, ...]:
        """ROOTS: the adjoints of the variables, of several values of the case at once, each with its ȳ."""
        raise NotImplementedError(_lacking(self, "joint_gradient"))

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        """SECOND: ⟨ȳ, D²f[inner, outer]⟩, without the last contraction.

        Forward over reverse: the tangents of the adjoints x̄ of ``inner``'s variables, along ``outer``.
        Reverse over reverse: the adjoints, for ``outer``'s variables, of the sum of ⟨x̄, ẋ⟩ over ``inner``.
        Reverse over forward: the adjoints, for ``outer``'s variables, of ⟨ȳ, ẏ⟩, with ẏ along ``inner``.
        Forward over forward: the tangent along ``outer`` of ẏ along ``inner``.
        """
        raise NotImplementedError(_lacking(self, "second"))

    def second_pullback(self, case: Case, out_grad: Array, in_cotangents: Sequence[Array]) -> Array:
        """SECOND_PULLBACK: the adjoint of ȳ in ȳ ↦ x̄, pulled back from one cotangent for each variable."""
        raise NotImplementedError(_lacking(self, "second_pullback"))

    def third(self, case: Case, out_grad: Array, along: Sequence[Array]) -> tuple[Array, ...]:
        """THIRD: the adjoints of ⟨ȳ, D²f[ẋ, ẋ]⟩, reverse over forward over forward."""
        raise NotImplementedError(_lacking(self, "third"))

    @abstractmethod
    def source(self, case: Case, given: Given) -> str:
        """A program in the engine's own language that builds the case and asks what the law asked.

        The names in ``given.arrays``: ``out_grad`` is ȳ, and ``other_out_grad`` a second one that is asked
        about alone and in a sum; ``in_tangents0``, … are ẋ, one for each variable, ``along0``, … the inner
        direction of a second derivative, whose outer one is ẋ; ``out_grad0_v3`` is the cotangent of value 3,
        the first of several outputs that are asked about together (``outputs_of``).
        """

    def gradient(self, case: Case, out_grad: Array) -> tuple[Array, ...]:
        """GRADIENT: the adjoints of the variables."""
        return self.pullback(case)(out_grad)

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        """DETACH: the adjoints of the variables when value number ``value`` is used detached."""
        raise NotImplementedError(_lacking(self, "detached_gradient"))

    def lazily(self) -> Subject:
        """LAZY: the same engine, in lazy mode."""
        raise NotImplementedError(_lacking(self, "lazily"))

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """LAZY: how often each step was computed: once the output is built, and once it was read twice."""
        raise NotImplementedError(_lacking(self, "compute_counts"))

    def gradient_work(self, case: Case, out_grad: Array, wanted: int) -> Work:
        """LAZY: what was computed of y and the adjoints, where that of variable ``wanted`` is read, twice.

        Lazily those of all variables are asked for, and this one is wanted. Eagerly it alone is asked for;
        y's values are given then, and wanted are the adjoints of all values that depend on the variable, and
        what the rules say for them. The graph holds what they say for the others, too.
        """
        raise NotImplementedError(_lacking(self, "gradient_work"))

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        """GRAPH: the values' numbers in the topological order of the output, asked for ``times`` times."""
        raise NotImplementedError(_lacking(self, "orders"))

    def sort(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        """GRAPH: the topological order of what the roots of any graph are made of."""
        raise NotImplementedError(_lacking(self, "sort"))

    def cycle(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        """GRAPH: the cycle that the engine's refusal to sort names, the first node again at the end.

        Each node is made of the next. Nothing if the engine does not refuse.
        """
        raise NotImplementedError(_lacking(self, "cycle"))

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        """GRAPH: how often the adjoint rule of each step was called in one reverse pass.

        A pass that calls more rules than the graph has edges is cut short: it may be one of 2ⁿ calls.
        """
        raise NotImplementedError(_lacking(self, "rule_counts"))

    def tangent_rule_counts(self, case: Case, in_tangents: Sequence[Array]) -> tuple[int, ...]:
        """GRAPH: the same of the tangent rules in one forward pass."""
        raise NotImplementedError(_lacking(self, "tangent_rule_counts"))


def _lacking(subject: Subject, method: str) -> str:
    return f"{subject.name} declares a capability that takes a method {method}, and has none"
