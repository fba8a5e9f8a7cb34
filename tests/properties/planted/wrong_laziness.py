"""Engines that compute what nobody reads: the reference engine, but for what a walk back costs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ops.conversion import zeros_like
from engine.reverse import depending_on, pullback
from engine.tensor import Tensor
from properties.adapters.reference import Reference


class AllAdjointsAtOnce(Reference):
    """Whoever asks for adjoints has them computed, all of them, in lazy mode as well."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        adjoints = pullback(outputs, variables, out_grads)
        for adjoint in adjoints:
            adjoint.realize_cached_data()
        return adjoints


class OutputFirst(Reference):
    """The output is computed when its pullback is asked for; no adjoint needs it."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        for output in outputs:
            output.realize_cached_data()
        return pullback(outputs, variables, out_grads)


class RulesInFull(Reference):
    """A rule that is asked for the adjoint of a weight computes that of a batch of images beside it."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        if len(outputs) > 1:
            return pullback(outputs, variables, out_grads)
        adjoints = dict(zip(outputs, out_grads, strict=True))
        order = depending_on(set(variables), outputs)
        for node in reversed(order):
            if node.op is not None and node not in variables:
                parts = zip(node.inputs, node.op.gradient_as_tuple(adjoints[node], node), strict=True)
                for value, part in parts:
                    adjoints[value] = adjoints[value] + part if value in adjoints else part
        return [adjoints[value] if value in order else zeros_like(value) for value in variables]
