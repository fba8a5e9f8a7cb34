"""The kind of op of two inputs whose two rules are made of the same two derivatives."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from engine.kinds import Binary, Elementwise
from engine.ops.broadcasting import sum_to

if TYPE_CHECKING:
    from engine.tensor import Tensor


class BySlopes(Elementwise, Binary):
    """yᵢ = f(aᵢ, bᵢ), whose adjoints are ȳ ∂y/∂a and ȳ ∂y/∂b, and whose tangent is ȧ ∂y/∂a + ḃ ∂y/∂b.

    The adjoints are summed over the axes along which a or b was broadcast.
    """

    __slots__ = ()

    @abstractmethod
    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """∂y/∂a and ∂y/∂b, each of the shape of y."""

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        by_a, by_b = self.slopes(node)
        return sum_to(out_grad * by_a, a), sum_to(out_grad * by_b, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        da, db = in_tangents
        by_a, by_b = self.slopes(node)
        return da * by_a, db * by_b
