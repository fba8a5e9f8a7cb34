"""Where the truths about derivatives are entered and looked up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeAlias, TypeVar

from engine.graph import Op
from properties.oracles.many_digits import Real, mpmath

SomeOp = TypeVar("SomeOp", bound=Op)

DIGITS = 80
"""Of every number here: 50 are promised where the terms of a derivative cancel as far as two floats can."""

Sum: TypeAlias = "Real | float | tuple[Real | float, ...]"
"""A derivative, or the terms that it is the sum of, where its digits are no more than theirs."""

Formula = Callable[[SomeOp, Sequence[Real]], Sequence[Sum]]


@dataclass(frozen=True, slots=True)
class _Formula(Generic[SomeOp]):
    """A formula and the class that it is for."""

    op: type[SomeOp]
    formula: Formula[SomeOp]

    def __call__(self, op: Op, x: Sequence[Real]) -> Sequence[Sum]:
        assert isinstance(op, self.op)  # looked up by class
        return self.formula(op, x)


@dataclass(frozen=True, slots=True)
class Truth:
    """The derivatives of an op at a point, given as one number an input.

    ``first``: ∂y/∂xⱼ, one for each input. ``second``: ∂²y/∂xᵢ∂xⱼ, i ≤ j, row by row. ``near``: where
    something happens, such as a zero of a derivative. ``cancels``: why a first derivative is told as its
    terms, and measured by their sizes: because no float is its zero, and what it takes to be right beside
    that is more digits than there are. Second derivatives, which are asked for fewer digits, need no reason.
    """

    first: Callable[[Op, Sequence[Real]], Sequence[Sum]]
    second: Callable[[Op, Sequence[Real]], Sequence[Sum]]
    near: tuple[float, ...] = ()
    cancels: str = ""

    def spoken_for(self, op: Op) -> Truth:
        """The same of another op, which is defined as this one is."""

        def first(_: Op, x: Sequence[Real]) -> Sequence[Sum]:
            return self.first(op, x)

        def second(_: Op, x: Sequence[Real]) -> Sequence[Sum]:
            return self.second(op, x)

        return replace(self, first=first, second=second)

    def bends(self, op: Op, x: Sequence[Real]) -> dict[tuple[int, int], Sum]:
        """The second derivatives by the numbers of two inputs, the smaller first."""
        places = [(i, j) for i in range(len(x)) for j in range(i, len(x))]
        return dict(zip(places, self.second(op, x), strict=True))


TRUTHS: dict[type[Op], Truth] = {}
"""The truth about each elementwise op."""


def tell(
    op: type[SomeOp],
    first: Formula[SomeOp],
    second: Formula[SomeOp],
    near: tuple[float, ...] = (),
    cancels: str = "",
) -> None:
    """Enter the derivatives of an op."""
    TRUTHS[op] = Truth(_Formula(op, first), _Formula(op, second), near, cancels)


@dataclass(frozen=True, slots=True)
class Told:
    """A derivative. ``size``: the largest of it and its terms. ``cancels``: terms have both signs."""

    total: Real
    size: Real
    cancels: bool


def summed(told: Sum) -> Told:
    """A derivative from its terms."""
    terms = [mpmath().mpf(0.0) + term for term in (told if isinstance(told, tuple) else (told,))]
    total = sum(terms[1:], start=terms[0])
    size = max(abs(total), *map(abs, terms))
    return Told(total, size, any(term > 0 for term in terms) and any(term < 0 for term in terms))
