"""One-sided derivatives at kinks and ties, exactly, from the second definitions.

A number compares by value, then by tangent (``properties.number``), so a definition that is evaluated along v
gives f′(x; v), the derivative to the right; the derivative to the left is −f′(x; −v).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from properties.case import Case
from properties.oracles.definition import Direction, evaluate


@dataclass(frozen=True, slots=True)
class Sides:
    """The derivatives of each output entry to the left and to the right along one direction.

    ``bounds``: how far each of the two may be off. ``branching``: a comparison goes otherwise to the right
    than to the left, so that the point is at a kink, tie or jump of some output entry.
    """

    left: Sequence[float]
    right: Sequence[float]
    bounds: Sequence[float]
    branching: bool

    def differ(self, at: int) -> bool:
        """Whether output entry ``at`` has two derivatives, beyond what rounding explains."""
        return abs(self.right[at] - self.left[at]) > 2 * self.bounds[at]


def sides(case: Case, direction: Direction) -> Sides:
    """The one-sided derivatives of the output along ``direction``."""
    backwards = {number: [-speed for speed in speeds] for number, speeds in direction.items()}
    ahead, behind = (evaluate(case, each, case.unit_roundoff()) for each in (direction, backwards))
    return Sides(
        [0.0 - tangent for tangent in behind.tangents],
        ahead.tangents,
        [max(pair) for pair in zip(ahead.tangent_bounds, behind.tangent_bounds, strict=True)],
        ahead.branches != behind.branches,
    )


def entry_sides(case: Case, number: int, at: int) -> Sides:
    """The one-sided derivatives ∂₋yᵢ/∂xⱼ and ∂₊yᵢ/∂xⱼ of every i, by xⱼ: entry ``at`` of input ``number``."""
    return sides(case, {number: unit_vector(case.inputs[number].size, at)})


def unit_vector(size: int, at: int) -> list[float]:
    """1 at place ``at``, 0 elsewhere."""
    return [1.0 if place == at else 0.0 for place in range(size)]
