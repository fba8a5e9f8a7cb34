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
from properties.adapters.reference import Reference
from properties.adapters.reference_calls import apply
from properties.adapters.subject import Capability
from properties.case import Case


class LargerOfTwins(Elementwise, Unary):
    """yᵢ = max(aᵢ, aᵢ). The derivative should be 1."""

    def compute(self, a: Array) -> Array:
        return np.maximum(a, a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad / 2  # wrong: the share of one of the two

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent / 2


class FusingTwins(Reference):
    """maximum(x, x) is one op, in both modes. It shows no graph, which would not be that of the case."""

    capabilities = Reference.capabilities & ~(Capability.GRAPH | Capability.DETACH)

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        for step in case.steps:
            if isinstance(step.op, ops.Maximum) and step.args[0] == step.args[1]:
                values.append(LargerOfTwins()(values[step.args[0]]))
            else:
                values.append(apply(step, [values[arg] for arg in step.args]))
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
