"""Engines that are wrong in the walk back: the reference engine, but for how it makes adjoints."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from engine.array import Array
from engine.forward import pushforward
from engine.ops.conversion import zeros_like
from engine.reverse import depending_on, pullback
from engine.tensor import Tensor
from properties.adapters.reference import Reference, apply
from properties.adapters.subject import Capability, Pullback, Subject
from properties.case import Case


class Walking(Reference):
    """The reference engine with another way to the adjoints, in all that it is asked."""

    @abstractmethod
    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        """The adjoints of the variables."""

    def pullback(self, case: Case) -> Pullback:
        with self._mode():
            values = self._values(case)
        variables = [values[number] for number in case.variables]

        def pull(out_grad: Array) -> tuple[Array, ...]:
            with self._mode():
                found = self.adjoints(values[-1], variables, Tensor.make_const(out_grad))
                return tuple(adjoint.realize_cached_data() for adjoint in found)

        return pull

    def gradient_tangent(
        self, case: Case, out_grad: Array, in_tangents: Sequence[Array]
    ) -> tuple[Array, ...]:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            found = self.adjoints(values[-1], variables, Tensor.make_const(out_grad))
            moved = pushforward(found, variables, [Tensor.make_const(each) for each in in_tangents])
            return tuple(each.realize_cached_data() for each in moved)

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        with self._mode():
            inputs = self._inputs(case)
            values = [each.detach() if number == value else each for number, each in enumerate(inputs)]
            for step in case.steps:
                made = apply(step, [values[arg] for arg in step.args])
                values.append(made.detach() if len(values) == value else made)
            variables = [inputs[number] for number in case.variables]
            found = self.adjoints(values[-1], variables, Tensor.make_const(out_grad))
            return tuple(adjoint.realize_cached_data() for adjoint in found)

    def lazily(self) -> Subject:
        return type(self)(lazy_mode=True)


class BareZero(Walking):
    """``adjoints.get(x, 0.0)``: the adjoint of an input on which nothing depends is a number."""

    def adjoints(self, output: Tensor, variables: Sequence[Tensor], out_grad: Tensor) -> Sequence[Tensor]:
        reached = set(depending_on(set(variables), [output]))
        found = zip(variables, pullback(output, variables, out_grad), strict=True)
        return [adjoint if value in reached else Tensor.make_const(0.0) for value, adjoint in found]


class NeverZeroed(Walking):
    """Adjoints are added to what the last pass left in ``grad``, and nobody takes it away."""

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

    capabilities = Reference.capabilities & ~(Capability.TANGENT | Capability.SECOND)


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
