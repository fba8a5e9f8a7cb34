"""Engines of which ``backward`` is wrong: the reference engine, but for one answer.

A source is named where the bug is one that people made.
"""

from __future__ import annotations

import numpy as np

from engine.array import Array
from engine.mode import LAZY_MODE, enable_grad, no_grad
from engine.ops.conversion import ones_like
from engine.tensor import Tensor
from engine.topo import post_order
from properties.machine.session import Session


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


class StoringOnTheWay(Session):
    """Adjoints are stored while they are added up: where a rule raises, some are there."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        output.grad = seed_of(output, out_grad)
        adjoints = {output: output.grad}
        for node in reversed(variables_of(output)):
            for value, part in parts_of(node, adjoints[node]) if node in adjoints else ():
                value.grad = adjoints[value] = adjoints[value] + part if value in adjoints else part


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


class ComputingToWalk(Session):
    """``backward`` computes what waits, in a lazy region as well."""

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        output.realize_cached_data()
        output.backward(seed_of(output, out_grad))
