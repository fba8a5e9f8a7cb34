"""Ops with a rule that is wrong: everywhere, for some cotangents or directions, or in second order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
from engine.array import Array, Shape, as_array
from engine.catalogue import op
from engine.domain import NONZERO, REALS
from engine.dtype import FLOAT32, FLOAT64
from engine.graph import Op
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.grid import Grid
from properties.references import refer, refer_entry
from properties.rows import Row
from tests.properties.planted.bug import row_of


def running_total_with_a_late_step() -> Row:
    """Along one entry alone the tangent is a step, written down without a sum, one place too late."""

    @op(REALS, signature="(i*)->(j*)")
    class RunningTotal(Unary):
        """yᵢ = Σⱼ aⱼ over the entries up to i, in row-major order; y has a's shape."""

        def compute(self, a: Array) -> Array:
            return as_array(np.cumsum(a).reshape(a.shape))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            back = ops.reshape(out_grad, (out_grad.size,))[::-1]
            return ops.reshape(self(back)[::-1], out_grad.shape)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            moved = in_tangent.realize_cached_data()
            if moved.size > 1 and moved.max() == 1 and np.count_nonzero(moved) == 1:
                after = np.arange(moved.size) > moved.argmax()  # wrong: ≥
                return Tensor.make_const(as_array(after.astype(moved.dtype).reshape(moved.shape)))
            return self(in_tangent)

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

    refer(RunningTotal, _running)
    return row_of(RunningTotal())


def running_total_in_memory_order() -> Row:
    """The tangent takes the entries in the order in which they lie in memory."""

    @op(REALS, signature="(i*)->(j*)")
    class TotalOfMemory(Unary):
        """yᵢ = Σⱼ aⱼ over the entries up to i, in row-major order; y has a's shape."""

        def compute(self, a: Array) -> Array:
            return as_array(np.cumsum(a).reshape(a.shape))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            back = ops.reshape(out_grad, (out_grad.size,))[::-1]
            return ops.reshape(self(back)[::-1], out_grad.shape)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            entries = in_tangent.realize_cached_data().ravel(order="K")  # wrong: order="C"
            return self(Tensor.make_const(as_array(entries.reshape(in_tangent.shape))))

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

    refer(TotalOfMemory, _running)
    return row_of(TotalOfMemory())


def quotient_by_way_of_float32() -> Row:
    """Of a float32 and a float64 the rules compute in float32, and only then in the result's float64."""

    @op(REALS, NONZERO)
    class CoarseQuotient(Elementwise, Binary):
        """yᵢ = aᵢ / bᵢ, for bᵢ ≠ 0; shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return a / b

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            by_a, by_b = self._slopes(a, b)
            return sum_to(ops.astype(out_grad * by_a, a.dtype), a), sum_to(
                ops.astype(out_grad * by_b, b.dtype), b
            )

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            by_a, by_b = self._slopes(a, b)
            return ops.astype(da * by_a, node.dtype), ops.astype(db * by_b, node.dtype)

        def _slopes(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
            coarse = FLOAT32 if FLOAT32 in (a.dtype, b.dtype) else FLOAT64
            a, b = ops.astype(a, coarse), ops.astype(b, coarse)
            return 1 / b, -a / (b * b)

    refer_entry(CoarseQuotient, lambda op, x: x[0] / x[1])
    return row_of(CoarseQuotient())


def _running(op: Op, grids: Sequence[Grid]) -> Grid:
    (a,) = grids
    return Grid(a.shape, [a.total(a.entries[: at + 1]) for at in range(len(a.entries))], a.arithmetic)


def sine_that_clips() -> Row:
    """Cotangents are clipped at ±1000, as a training loop would to tame exploding gradients."""

    @op(REALS)
    class ClippedSine(Elementwise, Unary):
        """yᵢ = sin aᵢ."""

        def compute(self, a: Array) -> Array:
            return np.sin(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            most = Tensor.make_const(np.array(1000.0, out_grad.dtype))
            return ops.maximum(ops.minimum(out_grad, most), -most) * ops.cos(node.inputs[0])

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.cos(node.inputs[0])

    refer_entry(ClippedSine, lambda op, x: x[0].sin())
    return row_of(ClippedSine())


def softplus_that_normalises() -> Row:
    """The cotangent is scaled to about 1, so that nothing underflows, and back; nothing is 0/0 then."""

    @op(REALS)
    class PlantedSoftplus(Elementwise, Unary):
        """yᵢ = log(1 + exp aᵢ)."""

        def compute(self, a: Array) -> Array:
            return np.logaddexp(a, a.dtype.type(0))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            with np.errstate(divide="ignore", invalid="ignore"):
                largest = np.abs(out_grad.realize_cached_data()).max(initial=0)
                scale = float(np.exp2(np.floor(np.log2(largest))))
                return (out_grad / scale) * ops.sigmoid(node.inputs[0]) * scale

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.sigmoid(node.inputs[0])

    refer_entry(PlantedSoftplus, lambda op, x: (x[0].exp() + 1.0).log())
    return row_of(PlantedSoftplus())


def sine_with_a_detached_factor() -> Row:
    """x̄ is right and forgets that it depends on x: its own derivative is 0, and symmetric."""

    @op(REALS)
    class Wave(Elementwise, Unary):
        """yᵢ = sin aᵢ."""

        def compute(self, a: Array) -> Array:
            return np.sin(a)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * ops.cos(node.inputs[0].detach())

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.cos(node.inputs[0])

    refer_entry(Wave, lambda op, x: x[0].sin())
    return row_of(Wave())


def bell_with_a_lost_sign() -> Row:
    """A slip in ``gradient`` alone."""

    @op(REALS)
    class Bell(Elementwise, Unary):
        """yᵢ = exp(−aᵢ²)."""

        def compute(self, a: Array) -> Array:
            return as_array(np.exp(-a * a))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return 2 * out_grad * node.inputs[0] * node  # wrong: −2

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return -2 * in_tangent * node.inputs[0] * node

    refer_entry(Bell, lambda op, x: (-(x[0] * x[0])).exp())
    return row_of(Bell())


def product_that_does_not_sum() -> Row:
    @op(REALS, REALS)
    class Product(Elementwise, Binary):
        """yᵢ = aᵢ bᵢ; shapes broadcast."""

        def compute(self, a: Array, b: Array) -> Array:
            return a * b

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            return out_grad * b, out_grad * a  # wrong: not summed over the axes that were broadcast

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            da, db = in_tangents
            return da * b, a * db

    refer_entry(Product, lambda op, x: x[0] * x[1])
    return row_of(Product())
