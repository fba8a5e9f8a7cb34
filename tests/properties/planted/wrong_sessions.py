"""Engines that are wrong in what they store, share or remember: the reference engine, but for one answer.

A source is named where the bug is one that people made.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
from engine.array import Array
from engine.graph import Op
from engine.kinds import Elementwise, Unary
from engine.mode import LAZY_MODE
from engine.tensor import Tensor
from engine.topo import find_topo_sort, post_order
from properties.machine.session import Session

# Arrays that are shared.


class HandingOutItsOwn(Session):
    """``numpy`` returns the array that the graph holds (dlsyscourse hw1, 6bc4389)."""

    def numpy(self, value: Tensor) -> Array:
        return value.realize_cached_data()


class Borrowing(Session):
    """A variable holds the caller's array."""

    def variable(self, array: Array) -> Tensor:
        return Tensor.make_const(array, requires_grad=True)


class BorrowingAssigned(Session):
    """A leaf holds the array that it was assigned."""

    def assign(self, leaf: Tensor, array: Array) -> None:
        leaf.cached_data = array


class AssigningInPlace(Session):
    """A new value is written into the old array, which a detached value shares."""

    def assign(self, leaf: Tensor, array: Array) -> None:
        leaf.realize_cached_data()[...] = array


class MaskingRelu(Elementwise, Unary):
    """yᵢ = max(aᵢ, 0)."""

    __slots__ = ()

    def compute(self, a: Array) -> Array:
        return np.maximum(a, 0)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        mask = node.inputs[0].realize_cached_data()  # wrong: no copy
        mask[mask > 0] = 1
        mask[mask < 0] = 0
        return out_grad * Tensor.make_const(mask)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * ops.step(node.inputs[0].detach())


class MaskInTheInput(Session):
    """The gradient of relu makes its mask of the input, in place (homework of dlsyscourse)."""

    relu: Op = MaskingRelu()

    def op_of(self, kind: str, size: int) -> Op:
        return self.relu if kind == "relu" else super().op_of(kind, size)


# What an op, a cache or a value remembers.


class RememberingRelu(Elementwise, Unary):
    """yᵢ = max(aᵢ, 0)."""

    __slots__ = ("mask",)

    def __init__(self) -> None:
        self.mask: Array = np.zeros(())

    def compute(self, a: Array) -> Array:
        self.mask = (a > 0).astype(a.dtype)
        return a * self.mask

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * Tensor.make_const(self.mask)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * ops.step(node.inputs[0].detach())


class OpWithAMemory(Session):
    """``compute`` leaves on the op what ``gradient`` reads (homework of dlsyscourse, for logsumexp)."""

    def __init__(self) -> None:
        self.relu: Op = RememberingRelu()

    def op_of(self, kind: str, size: int) -> Op:
        return self.relu if kind == "relu" else super().op_of(kind, size)


class Sharing(Session):
    """Common subexpressions are made once. This is right."""

    def __init__(self) -> None:
        self.made: dict[tuple[object, ...], Tensor] = {}

    def key(self, op: Op) -> object:
        """What tells two ops apart."""
        return op

    def apply(self, op: Op, inputs: Sequence[Tensor]) -> Tensor:
        key = (self.key(op), *inputs, *self.modes())
        if key not in self.made:
            self.made[key] = op(*inputs)
        return self.made[key]

    def assign(self, leaf: Tensor, array: Array) -> None:
        self.made.clear()
        super().assign(leaf, array)


class Merging(Sharing):
    """Two ops that differ in a parameter alone are one, x¹ and x² for instance (pytensor a95959eaa)."""

    def key(self, op: Op) -> object:
        return type(op)


class CutWhenRead(Session):
    """A value that is computed in a lazy region forgets what it was made of (mlx #610)."""

    def realise(self, value: Tensor) -> Array:
        array = value.realize_cached_data()
        if LAZY_MODE.get():
            value.op, value.inputs = None, ()
        return array

    def numpy(self, value: Tensor) -> Array:
        return self.realise(value).copy()


class Recomputing(Session):
    """A value is computed whenever it is asked for."""

    def realise(self, value: Tensor) -> Array:
        if value.op is not None:
            value.cached_data = value.op.evaluate([each.realize_cached_data() for each in value.inputs])
        return value.realize_cached_data()


class Hasty(Session):
    """A lazy region computes its results when there are two."""

    def __init__(self) -> None:
        self.waiting: list[Tensor] = []

    def apply(self, op: Op, inputs: Sequence[Tensor]) -> Tensor:
        made = op(*inputs)
        self.waiting.append(made)
        if len(self.waiting) == 2:
            for value in self.waiting:
                value.realize_cached_data()
        return made


class ComputingToDetach(Session):
    """``detach`` computes what waits."""

    def detach(self, value: Tensor) -> Tensor:
        return Tensor.make_const(value.realize_cached_data())


class DetachingNothing(Session):
    """``detach`` returns the value itself."""

    def detach(self, value: Tensor) -> Tensor:
        return value


class Hoarding(Session):
    """A result that requires no gradient keeps its graph."""

    def apply(self, op: Op, inputs: Sequence[Tensor]) -> Tensor:
        made = op(*inputs)
        made.op, made.inputs = op, tuple(inputs)
        return made


class SortingRightToLeft(Session):
    """Depth first, the last input first."""

    def order(self, value: Tensor) -> list[Tensor]:
        return post_order([value], lambda each: each.inputs[::-1])


class MarkedForever(Session):
    """What one sort has visited, the next leaves out."""

    def __init__(self) -> None:
        self.marked: set[Tensor] = set()

    def order(self, value: Tensor) -> list[Tensor]:
        order = [each for each in find_topo_sort([value]) if each not in self.marked]
        self.marked.update(order)
        return order
