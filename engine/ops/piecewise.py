"""Ops with corners and steps. At a corner the derivative is a convention, which the op line declares.

A step is constant but for its jumps, so its derivative is 0 everywhere: to the left of a jump, to the right,
and at it.
The rules below use steps as masks; a mask is a constant and is taken of detached values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array, BoolArray, select
from engine.catalogue import op
from engine.domain import MASK, ORDERED, REALS, Domain
from engine.dtype import DType, promote
from engine.errors import OperandError
from engine.kinds import Binary, Elementwise, Ternary, Unary
from engine.ops.broadcasting import sum_to
from engine.ops.conversion import ones_like, zeros_like

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "Abs", "Compare", "Maximum", "Minimum", "ReLU", "Sign", "Step", "Where", "abs", "absolute",
    "compare", "maximum", "minimum", "relu", "sign", "step", "where",
]  # fmt: skip


@op(Domain(kinks=(0.0,), share=0.0))
class Step(Elementwise, Unary):
    """yᵢ = 1 for aᵢ > 0, else 0. At 0: value 0, derivative 0."""

    def compute(self, a: Array) -> Array:
        return (a > 0).astype(a.dtype)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


step: Step = Step()


@op(Domain(kinks=(0.0,), share=0.0), analytic=False)
class Sign(Elementwise, Unary):
    """yᵢ = −1, 0 or 1, the sign of aᵢ. At 0: value 0, derivative 0."""

    def compute(self, a: Array) -> Array:
        return np.sign(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return zeros_like(node)


sign: Sign = Sign()


@op(Domain(kinks=(0.0,), share=0.0))
class ReLU(Elementwise, Unary):
    """yᵢ = max(aᵢ, 0). At 0 the derivative is 0."""

    def compute(self, a: Array) -> Array:
        return np.maximum(a, 0)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * step(node.inputs[0].detach())

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * step(node.inputs[0].detach())


relu: ReLU = ReLU()


@op(Domain(kinks=(0.0,), share=0.5), analytic=False)
class Abs(Elementwise, Unary):
    """yᵢ = |aᵢ|. At 0 the derivative is 0."""

    def compute(self, a: Array) -> Array:
        return np.abs(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * sign(node.inputs[0].detach())

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * sign(node.inputs[0].detach())


absolute: Abs = Abs()
abs: Abs = absolute


@op(ORDERED, ORDERED)
class Compare(Elementwise, Binary):
    """yᵢ = 1, 0 or −1 as aᵢ is greater than, equal to or less than bᵢ. The derivative is 0, at ties too."""

    def compute(self, a: Array, b: Array) -> Array:
        return (a > b).astype(np.result_type(a, b)) - (a < b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return zeros_like(a), zeros_like(b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        return zeros_like(node), zeros_like(node)


compare: Compare = Compare()


def larger_share(a: Tensor, b: Tensor) -> Tensor:
    """1 where a > b, 0 where a < b, 1/2 where they tie."""
    return (compare(a.detach(), b.detach()) + 1) / 2


@op(ORDERED, ORDERED)
class Maximum(Elementwise, Binary):
    """yᵢ = max(aᵢ, bᵢ); shapes broadcast. At a tie each input gets half of the derivative."""

    def compute(self, a: Array, b: Array) -> Array:
        return np.maximum(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad * larger_share(a, b), a), sum_to(out_grad * larger_share(b, a), b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da * larger_share(a, b), db * larger_share(b, a)


maximum: Maximum = Maximum()


@op(ORDERED, ORDERED)
class Minimum(Elementwise, Binary):
    """yᵢ = min(aᵢ, bᵢ); shapes broadcast. At a tie each input gets half of the derivative."""

    def compute(self, a: Array, b: Array) -> Array:
        return np.minimum(a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return sum_to(out_grad * larger_share(b, a), a), sum_to(out_grad * larger_share(a, b), b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return da * larger_share(b, a), db * larger_share(a, b)


minimum: Minimum = Minimum()


@op(MASK, REALS, REALS)
class Where(Elementwise, Ternary):
    """yᵢ = aᵢ where cᵢ ≠ 0, else bᵢ; shapes broadcast. The derivative with respect to c is 0.

    The adjoint of what is not selected is exactly 0. (The rules below it still multiply that 0: where
    √ was taken of 0 and not selected, 0 · ∞ is NaN. Select the argument of √ instead.)
    """

    def compute(self, a: Array, b: Array, c: Array) -> Array:
        condition, chosen, other = a, b, c
        return select(condition != 0, chosen, other)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        condition, a, b = node.inputs
        nothing = zeros_like(out_grad)
        chosen = sum_to(self(condition, out_grad, nothing), a)
        other = sum_to(self(condition, nothing, out_grad), b)
        return zeros_like(condition), chosen, other

    def tangent(
        self, in_tangents: tuple[Tensor, Tensor, Tensor], node: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        condition, _, _ = node.inputs
        _, da, db = in_tangents
        nothing = zeros_like(node)
        return nothing, self(condition, da, nothing), self(condition, nothing, db)

    def out_dtype(self, *dtypes: DType) -> DType:
        _, chosen, other = dtypes
        return promote(chosen, other)


def where(condition: Tensor | BoolArray, a: Tensor | float, b: Tensor | float) -> Tensor:
    """a where the condition holds (is not 0), b elsewhere; one of a and b may be a number.

    Raises ``OperandError`` if neither is a Tensor.
    """
    tensors = [value for value in (a, b) if not isinstance(value, int | float)]
    if not tensors:
        raise OperandError("where", "two numbers", "a Tensor among a and b", "wrap one: Tensor(0.0)")
    like = tensors[0]
    marks = like.make_const(condition) if isinstance(condition, np.ndarray) else condition
    chosen, other = (
        like.make_const(np.array(value, like.dtype)) if isinstance(value, int | float) else value
        for value in (a, b)
    )
    return Where()(marks, chosen, other)


def brought_in(a: Tensor) -> Tensor:
    """a, with ±1e30 for ±∞: for functions that have reached their limits long before."""
    return where(infinite(a), sign(a.detach()) * 1e30, a)


def infinite(a: Tensor) -> Tensor:
    """1 where aᵢ is ±∞, 0 elsewhere, at NaN too: a mask."""
    return step(absolute(a.detach()) - float(np.finfo(a.dtype).max))


def tame(a: Tensor, top: Tensor) -> Tensor:
    """a times 1 or a power of two that keeps sizes up to ``top``, a constant, from the dtype's ends.

    Where the top is ∞ it is ±1 for aᵢ = ±∞, and 0 for any other: equal infinities count as equal numbers.
    """
    far = 2.0 ** (int(np.finfo(a.dtype).maxexp) // 2)
    endless = infinite(top)
    factor = where(step(top - far), 1 / far, where(step(1 / far - top), far, ones_like(top)))
    scaled = where(endless, 0.0, a) * where(endless, 0.0, factor)
    return where(endless, sign(a.detach()) * infinite(a), scaled)
