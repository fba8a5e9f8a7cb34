"""What a law may ask of an engine: plain arrays in, plain arrays out.

An adapter is one file with one class. The four capabilities of the first group are what any engine may
have; those of the second group look inside a graph. What a subject lacks shows as ``—`` in the report.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Flag, auto

from engine.array import Array
from engine.graph import Op
from properties.case import Case
from properties.verdict import Given

Pullback = Callable[[Array], tuple[Array, ...]]
"""A cotangent to the adjoints of a case's variables; it may be called again."""


class Capability(Flag):
    """Something that an engine can do."""

    FORWARD = auto()
    GRADIENT = auto()
    TANGENT = auto()
    SECOND = auto()
    DETACH = auto()
    LAZY = auto()
    GRAPH = auto()


class Subject(ABC):
    """An engine on trial."""

    name: str
    capabilities: Capability

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
        raise NotImplementedError(self.name)

    def gradient_tangent(
        self, case: Case, out_grad: Array, in_tangents: Sequence[Array]
    ) -> tuple[Array, ...]:
        """SECOND: the derivative of the adjoints along ``in_tangents``, with ȳ held fixed."""
        raise NotImplementedError(self.name)

    @abstractmethod
    def source(self, case: Case, given: Given) -> str:
        """A program in the engine's own language that builds the case and asks what the law asked."""

    def gradient(self, case: Case, out_grad: Array) -> tuple[Array, ...]:
        """GRADIENT: the adjoints of the variables."""
        return self.pullback(case)(out_grad)

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        """DETACH: the adjoints of the variables when value number ``value`` is used detached."""
        raise NotImplementedError(self.name)

    def lazily(self) -> Subject:
        """LAZY: the same engine, in lazy mode."""
        raise NotImplementedError(self.name)

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """LAZY: how often each step was computed: once the output is built, and once it was read twice."""
        raise NotImplementedError(self.name)

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        """GRAPH: the values' numbers in the topological order of the output, asked for ``times`` times."""
        raise NotImplementedError(self.name)

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        """GRAPH: how often the adjoint rule of each step was called in one reverse pass."""
        raise NotImplementedError(self.name)
