"""Engines that are wrong in the walk back: the reference engine, but for how it makes adjoints."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from engine.ops.conversion import zeros_like
from engine.reverse import depending_on, pullback
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Mix


class Walking(Reference):
    """The reference engine with another way to the adjoints of one output, in all that it is asked."""

    @abstractmethod
    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        """The adjoints of the variables."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        if len(outputs) > 1:
            return pullback(outputs, variables, out_grads)
        return self.adjoints(outputs[0], variables, out_grads[0])


class BareZero(Walking):
    """``adjoints.get(x, 0.0)``: the adjoint of an input on which nothing depends is a number."""

    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        reached = set(depending_on(set(variables), [output]))
        found = zip(variables, pullback(output, variables, out_grad), strict=True)
        return [adjoint if value in reached else Tensor.make_const(0.0) for value, adjoint in found]


class NeverZeroed(Walking):
    """Adjoints are added to what the last pass left in ``grad``, and nobody takes it away.

    So reverse over reverse is no derivative, and it takes second ones forward over reverse.
    """

    capabilities = Reference.capabilities & ~Capability.MIXES
    mixes: tuple[Mix, ...] = (Mix.FORWARD_OVER_REVERSE,)

    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        found: list[Tensor] = []
        for value, adjoint in zip(variables, pullback(output, variables, out_grad), strict=True):
            value.grad = adjoint if value.grad is None else value.grad + adjoint
            found.append(value.grad)
        return found


class PathByPath(Walking):
    """The multi-path rule word by word: every path from the output is walked by itself."""

    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        passes = set(depending_on(set(variables), [output]))
        found: dict[Tensor, Tensor] = {}
        waiting = [(output, out_grad)] if output in passes else []
        while waiting:
            node, part = waiting.pop()
            if node in variables:
                found[node] = found[node] + part if node in found else part
            if node.op is not None:
                parts = zip(node.inputs, node.op.gradient_as_tuple(part, node), strict=True)
                waiting.extend((value, each) for value, each in parts if value in passes)
        return [found[value] if value in found else zeros_like(value) for value in variables]


class Recursive(Walking):
    """The adjoint of a value asks for those of its users, which ask for those of theirs."""

    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        users: dict[Tensor, dict[Tensor, None]] = {}
        for node in depending_on(set(variables), [output]):
            for value in node.inputs:
                users.setdefault(value, {})[node] = None
        found = {output: out_grad}
        asked: dict[Tensor, tuple[Tensor, ...]] = {}

        def parts(user: Tensor) -> tuple[Tensor, ...]:
            if user not in asked and user.op is not None:
                asked[user] = user.op.gradient_as_tuple(adjoint(user), user)
            return asked[user]

        def adjoint(value: Tensor) -> Tensor:
            for user in users.get(value, {}):
                for at, part in enumerate(parts(user)):
                    if user.inputs[at] is value:
                        found[value] = found[value] + part if value in found else part
            return found[value] if value in found else zeros_like(value)

        return [adjoint(value) for value in variables]


class ReverseOnly(Walking):
    """An engine without forward mode, as most small ones are."""

    capabilities = Reference.capabilities & ~(
        Capability.TANGENT
        | Capability.SECOND
        | Capability.MIXES
        | Capability.SECOND_PULLBACK
        | Capability.THIRD
    )


class AddingInPlace(ReverseOnly):
    """Adjoints are added up in the array of the first part, which another value may hold as its own.

    The rule of + hands one cotangent to both of its inputs.
    """

    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        order = depending_on(set(variables), [output])
        adjoints = {output: Tensor.make_const(out_grad.numpy())}
        for node in reversed(order):
            if node.op is None:
                continue
            parts = node.op.gradient_as_tuple(adjoints[node], node)
            for value, part in zip(node.inputs, parts, strict=True):
                if value in adjoints:
                    known = adjoints[value].realize_cached_data()
                    np.add(known, part.realize_cached_data(), out=known)
                else:
                    adjoints[value] = part
        return [adjoints[value] if value in adjoints else zeros_like(value) for value in variables]
