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
from engine.mode import LAZY_MODE, enable_grad, no_grad
from engine.ops.conversion import ones_like, zeros_like
from engine.reverse import pullback
from engine.tensor import Tensor
from engine.topo import find_topo_sort, post_order
from properties.machine.session import Pull, Session


def variables_of(output: Tensor) -> list[Tensor]:
    """The values through which a derivative passes, in topological order."""
    return post_order([output], lambda value: value.inputs)


def seed_of(output: Tensor, out_grad: Array | None) -> Tensor:
    """The cotangent as a Tensor, which holds the caller's array."""
    return ones_like(output) if out_grad is None else Tensor.make_const(out_grad)


def parts_of(node: Tensor, adjoint: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Each input that requires a gradient with what ``node`` adds to its adjoint."""
    if node.op is None or not node.requires_grad:
        return []
    parts = zip(node.inputs, node.op.gradient_as_tuple(adjoint, node), strict=True)
    return [(value, part) for value, part in parts if value.requires_grad]


def walk(output: Tensor, out_grad: Array | None) -> dict[Tensor, Tensor]:
    """The adjoints of everything, by a right walk."""
    adjoints = {output: seed_of(output, out_grad)}
    for node in reversed(variables_of(output)):
        if node in adjoints:
            for value, part in parts_of(node, adjoints[node]):
                adjoints[value] = adjoints[value] + part if value in adjoints else part
    return adjoints


# What backward leaves behind.


class NeverStored(Session):
    """``backward`` computes the adjoints and stores none of them (homework of dlsyscourse)."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        walk(output, out_grad)


class AddingToStale(Session):
    """Adjoints are added to ``grad`` of all values, results too, and handed on from there (micrograd #53)."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        output.grad = seed_of(output, out_grad)
        for node in reversed(variables_of(output)):
            if node.grad is not None:
                for value, part in parts_of(node, node.grad):
                    value.grad = part if value.grad is None else value.grad + part


class KeepingTheFirst(Session):
    """What stands in ``grad`` already is left there."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        for value, adjoint in walk(output, out_grad).items():
            value.grad = adjoint if value.grad is None else value.grad


class LeavesOnly(Session):
    """Only leaves get an adjoint, as in PyTorch; here every value does."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        for value, adjoint in walk(output, out_grad).items():
            value.grad = adjoint if value.is_leaf() else None


class ConstantAdjoints(Session):
    """The walk records nothing: there is no second derivative."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        with no_grad():
            output.backward(seed_of(output, out_grad))


class RecordingAlways(Session):
    """The walk records, in ``no_grad`` as well."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        with enable_grad():
            output.backward(seed_of(output, out_grad))


class FreedAfterUse(Session):
    """The graph is gone after the first ``backward``."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        output.backward(seed_of(output, out_grad))
        for value in variables_of(output):
            value.op, value.inputs = None, ()


class TrainingInTheLoop(Session):
    """A weight takes its step as soon as its adjoint is there, while other rules still need the old one."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        output.backward(seed_of(output, out_grad))
        for value in variables_of(output):
            if value.is_leaf() and value.requires_grad and value.grad is not None:
                value.cached_data = value.realize_cached_data() - value.grad.realize_cached_data()


class FalsyZero(Session):
    """``out_grad or ones``: a zero of shape () is false."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        absent = out_grad is None or (out_grad.ndim == 0 and not out_grad)
        output.backward(None if absent else seed_of(output, out_grad))


class AddingInPlace(Session):
    """Adjoints are added up in the array of the first part, which may be the caller's (oneflow #8248)."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        adjoints = {output: seed_of(output, out_grad)}
        for node in reversed(variables_of(output)):
            for value, part in parts_of(node, adjoints[node]) if node in adjoints else ():
                if value not in adjoints:
                    adjoints[value] = part
                elif LAZY_MODE.get():
                    adjoints[value] = adjoints[value] + part
                else:
                    known = adjoints[value].realize_cached_data()
                    np.add(known, part.realize_cached_data(), out=known)
        for value, adjoint in adjoints.items():
            value.grad = adjoint


class BufferOfThePullback(Session):
    """The adjoints' buffer is made with the pullback, and every call adds to it (SciMLBase #1237)."""

    def pulling(self, output: Tensor, inputs: Sequence[Tensor]) -> Pull:
        buffer = [zeros_like(value) for value in inputs]

        def pull(out_grad: Array) -> tuple[Tensor, ...]:
            adjoints = pullback(output, inputs, Tensor.make_const(out_grad))
            buffer[:] = [known + adjoint for known, adjoint in zip(buffer, adjoints, strict=True)]
            return tuple(buffer)

        return pull


class DependentInputs(Session):
    """The inputs of a pullback are not independent: a derivative passes one on its way to another."""

    def pulling(self, output: Tensor, inputs: Sequence[Tensor]) -> Pull:
        def pull(out_grad: Array) -> tuple[Tensor, ...]:
            return tuple(pullback(output, [value], Tensor.make_const(out_grad))[0] for value in inputs)

        return pull


class AskingCutsOff(Session):
    """A result whose gradient is asked for becomes a new leaf (mxnet #11865)."""

    def pulling(self, output: Tensor, inputs: Sequence[Tensor]) -> Pull:
        for value in inputs:
            value.op, value.inputs = None, ()
        return super().pulling(output, inputs)


class LastTangentWins(Session):
    """The tangents of an input that is named twice are not added up."""

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        moved = dict(zip(inputs, in_tangents, strict=True))
        return super().pushforward(outputs, list(moved), list(moved.values()))


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


class ComputingToWalk(Session):
    """``backward`` computes what waits, in a lazy region as well."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        output.realize_cached_data()
        output.backward(seed_of(output, out_grad))


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
