"""Relative entropy, entry by entry and of distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.array import Array, BoolArray, computed, real_part, select
from engine.catalogue import op
from engine.domain import POSITIVE
from engine.dtype import FLOAT64
from engine.ops.broadcasting import summation
from engine.ops.conversion import astype
from engine.ops.exponential import log
from engine.ops.piecewise import infinite, step, where
from engine.ops.slopes import BySlopes

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["RelEntr", "kl_divergence", "rel_entr"]


@op(POSITIVE, POSITIVE)
class RelEntr(BySlopes):
    """yᵢ = aᵢ log(aᵢ / bᵢ), for aᵢ, bᵢ > 0; shapes broadcast. At aᵢ = 0: value 0.

    The derivatives are log(a / b) + 1 and −a / b.
    """

    def compute(self, a: Array, b: Array) -> Array:
        dtype = np.result_type(a, b)
        a, b = (x.astype(np.result_type(dtype, FLOAT64)) for x in (a, b))
        ratio, more, some = a / b, (a - b) / b, a != 0
        near: BoolArray = np.abs(real_part(more)) < 0.5
        held: BoolArray = (real_part(ratio) > 1e-300) & (real_part(ratio) < 1e300)
        one = np.ones_like(more)
        far = np.log(select(some, a, one)) - np.log(b)  # where the quotient is no float
        plain = select(held, np.log(select(held & ~near, ratio, one)), far)
        log = select(near, np.log1p(select(near, more, np.zeros_like(more))), plain)
        return computed(select(some, a * log, a).astype(dtype))

    def slopes(self, node: Tensor) -> tuple[Tensor, Tensor]:
        """log(a / b) + 1 and −a / b; a / b may overflow or lose its digits where its logarithm does not."""
        a, b = (astype(x, FLOAT64) for x in node.inputs)
        quotient = a / b
        size, far = quotient.detach(), log(a.detach()) - log(b.detach())
        held = step(size - 1e-300) * step(1e300 - size)
        value = where(held, log(where(held, size, 1.0)), far)
        return astype(value + 1 + _moves(a) - _moves(b), node.dtype), astype(-quotient, node.dtype)


rel_entr: RelEntr = RelEntr()


def _moves(a: Tensor) -> Tensor:
    """0, with the derivative of log a: 1/a for a log(a / b), where that of a / b could underflow."""
    inside = where(step(a.detach()) * (1 - infinite(a)), a, 1.0)
    return log(inside) - log(inside.detach())


def kl_divergence(
    p: Tensor, q: Tensor, axes: int | Sequence[int] | None = -1, keepdims: bool = False
) -> Tensor:
    """Σ p log(p / q) over one axis, the last by default, several or all (None), for probabilities p and q.

    Raises ``AxisError``, ``ShapeError``.
    """
    return summation(rel_entr(p, q), axes, keepdims)
