"""The walk back as homework has it: adjoints stand in ``grad`` of each value, and are read there."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ops.conversion import zeros_like
from engine.reverse import depending_on, pullback
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability


class Homework(Reference):
    """An engine with reverse mode alone, of one output. As it stands it is right."""

    capabilities = Capability.FORWARD | Capability.GRADIENT

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        if len(outputs) > 1:
            return pullback(outputs, variables, out_grads)
        order = depending_on(set(variables), outputs)
        self.clear(order)
        if outputs[0] in order:
            self.backward(order, outputs[0], out_grads[0])
        return [zeros_like(value) if value.grad is None else value.grad for value in variables]

    def clear(self, order: Sequence[Tensor]) -> None:
        """What a user does between two passes."""
        for value in order:
            value.grad = None

    def backward(self, order: Sequence[Tensor], output: Tensor, out_grad: Tensor) -> None:
        """Leave the adjoints in ``grad``."""
        output.grad = out_grad
        for node in reversed(order):
            if node.grad is not None:
                for value, part in self.parts(node, node.grad, order):
                    value.grad = part if value.grad is None else value.grad + part

    def parts(self, node: Tensor, adjoint: Tensor, order: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Each input through which the derivative passes, with what the rule of ``node`` says for it."""
        if node.op is None:
            return []
        pairs = zip(node.inputs, node.op.gradient_as_tuple(adjoint, node), strict=True)
        return [(value, part) for value, part in pairs if value in order]
