"""Engines that are right of each step and wrong of the whole: in a chain of steps, or of several roots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
from engine.array import Array
from engine.kinds import Elementwise, Unary
from engine.ops.conversion import zeros_like
from engine.reverse import depending_on, pullback
from engine.tensor import Tensor
from properties.adapters.reference import Reference, apply
from properties.adapters.subject import Capability, Subject
from properties.case import Case


class ReluOfNegative(Elementwise, Unary):
    """yᵢ = max(−aᵢ, 0). At 0 the derivative is −1, where the two ops it stands for make it 0."""

    __slots__ = ()

    def compute(self, a: Array) -> Array:
        return np.maximum(-a, 0)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return -out_grad * self._open(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return -in_tangent * self._open(node)

    def _open(self, node: Tensor) -> Tensor:
        return 1 - ops.step(node.inputs[0].detach())  # wrong: step(−a)


class FusingTwoSteps(Reference):
    """relu(−x) is one op, in both modes. It shows no graph, which would not be that of the case."""

    capabilities = Reference.capabilities & ~(Capability.GRAPH | Capability.DETACH)

    def lazily(self) -> Subject:
        return FusingTwoSteps(lazy_mode=True)

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        negated: dict[int, Tensor] = {}
        for number, step in enumerate(case.steps, start=len(values)):
            if isinstance(step.op, ops.ReLU) and step.args[0] in negated:
                values.append(ReluOfNegative()(negated[step.args[0]]))
            else:
                values.append(apply(step, [values[arg] for arg in step.args]))
            if isinstance(step.op, ops.Negate):
                negated[number] = values[step.args[0]]
        return values


class RootsOnce(Reference):
    """The cotangents stand in a dict by root: of a root that is named twice the last one counts."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        seeds = dict(zip(outputs, out_grads, strict=True))
        return pullback(list(seeds), variables, list(seeds.values()))


class LastRootOnly(Reference):
    """The walk starts at the last root, which is thought to stand above the others."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        return pullback(outputs[-1], variables, out_grads[-1])


class SeedsAsTheyCome(Reference):
    """A root gets its cotangent when the walk comes by, in place of what the roots above have sent down."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        seeds: dict[Tensor, Tensor] = {}
        for value, seed in zip(outputs, out_grads, strict=True):
            seeds[value] = seeds[value] + seed if value in seeds else seed
        adjoints: dict[Tensor, Tensor] = {}
        for node in reversed(depending_on(set(variables), outputs)):
            if node in seeds:
                adjoints[node] = seeds[node]  # wrong: added to what is there
            if node.op is not None and node in adjoints and node not in variables:
                parts = node.op.gradient_as_tuple(adjoints[node], node)
                for value, part in zip(node.inputs, parts, strict=True):
                    adjoints[value] = adjoints[value] + part if value in adjoints else part
        return [adjoints[value] if value in adjoints else zeros_like(value) for value in variables]
