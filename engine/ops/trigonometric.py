"""Sine and cosine, of angles in radians."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array
from engine.catalogue import op
from engine.domain import REALS
from engine.kinds import Elementwise, Unary

if TYPE_CHECKING:
    from engine.tensor import Tensor


@op(REALS)
class Sin(Elementwise, Unary):
    """yᵢ = sin aᵢ, aᵢ in radians."""

    def compute(self, a: Array) -> Array:
        return np.sin(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * cos(node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * cos(node.inputs[0])


sin: Sin = Sin()


@op(REALS)
class Cos(Elementwise, Unary):
    """yᵢ = cos aᵢ, aᵢ in radians."""

    def compute(self, a: Array) -> Array:
        return np.cos(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -(out_grad * sin(node.inputs[0]))

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -(in_tangent * sin(node.inputs[0]))


cos: Cos = Cos()
