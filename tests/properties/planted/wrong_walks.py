"""Engines that are wrong about pullbacks and pushforwards: the reference engine, but for one answer.

A source is named where the bug is one that people made.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from engine.array import Array
from engine.mode import GRAD_MODE, LAZY_MODE
from engine.ops.conversion import zeros_like
from engine.tensor import Tensor
from engine.topo import post_order
from properties.machine.session import Pull, Session


class BufferOfThePullback(Session):
    """The adjoints' buffer is made with the pullback, and every call adds to it (SciMLBase #1237)."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        right = super().pulling(outputs, inputs)
        buffer = [zeros_like(value) for value in inputs]

        def pull(out_grads: Sequence[Array]) -> tuple[Tensor, ...]:
            adjoints = right(out_grads)
            buffer[:] = [known + adjoint for known, adjoint in zip(buffer, adjoints, strict=True)]
            return tuple(buffer)

        return pull


class DependentInputs(Session):
    """The inputs of a pullback are not independent: a derivative passes one on its way to another."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        alone = [super(DependentInputs, self).pulling(outputs, [value]) for value in inputs]

        def pull(out_grads: Sequence[Array]) -> tuple[Tensor, ...]:
            return tuple(right(out_grads)[0] for right in alone)

        return pull


class AskingCutsOff(Session):
    """A result whose gradient is asked for becomes a new leaf (mxnet #11865)."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        for value in inputs:
            value.op, value.inputs = None, ()
        return super().pulling(outputs, inputs)


class LastTangentWins(Session):
    """The tangents of an input that is named twice are not added up."""

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        moved = dict(zip(inputs, in_tangents, strict=True))
        return super().pushforward(outputs, list(moved), list(moved.values()))


class ForwardThroughTheDetached(Session):
    """A detached value that waits still has inputs: a tangent comes from there."""

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        tangents: dict[Tensor, Tensor] = {}
        for value, moved in zip(inputs, map(Tensor.make_const, in_tangents), strict=True):
            tangents[value] = tangents[value] + moved if value in tangents else moved
        for node in post_order(outputs, lambda value: () if value in tangents else value.inputs):
            moves = [value in tangents for value in node.inputs]
            if node.op is not None and node not in tangents and any(moves):
                filled = [tangents[each] if each in tangents else zeros_like(each) for each in node.inputs]
                tangents[node] = node.op.tangent_as_sum(filled, moves, node)
        return tuple(tangents[each] if each in tangents else zeros_like(each) for each in outputs)


# Of several outputs.


class PullbackOfSeveralDetaches(Session):
    """Of several outputs the adjoints are constants."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        right = super().pulling(outputs, inputs)
        if len(outputs) == 1:
            return right
        return lambda out_grads: tuple(each.detach() for each in right(out_grads))


class RepeatedOutputCountsOnce(Session):
    """The cotangent of an output that is named a second time is dropped."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        places = {output: at for at, output in reversed(list(enumerate(outputs)))}
        right = super().pulling(list(places), inputs)
        return lambda out_grads: right([out_grads[at] for at in places.values()])


class PushforwardOfSeveralDetaches(Session):
    """Of several outputs the tangents are constants."""

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        tangents = super().pushforward(outputs, inputs, in_tangents)
        return tangents if len(outputs) == 1 else tuple(each.detach() for each in tangents)


class RepeatedOutputStandsStill(Session):
    """The tangent of an output that is named a second time is 0: the first took it out of the table."""

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        pairs = zip(outputs, super().pushforward(outputs, inputs, in_tangents), strict=True)
        return tuple(
            zeros_like(output) if output in outputs[:at] else tangent
            for at, (output, tangent) in enumerate(pairs)
        )


# Of several calls.


class RememberingTangents(Session):
    """Tangents are remembered by outputs and inputs, whatever the tangents of the inputs."""

    def __init__(self) -> None:
        self.known: dict[tuple[object, ...], tuple[Tensor, ...]] = {}

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        key = (tuple(outputs), tuple(inputs), *self.modes())
        if key not in self.known:
            self.known[key] = super().pushforward(outputs, inputs, in_tangents)
        return self.known[key]

    def assign(self, leaf: Tensor, array: Array) -> None:
        self.known.clear()
        super().assign(leaf, array)


# Over a rule that raises.


class ZerosForAnError(Session):
    """A rule that raises has adjoint 0."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        right = super().pulling(outputs, inputs)

        def pull(out_grads: Sequence[Array]) -> tuple[Tensor, ...]:
            with suppress(Exception):  # wrong: whatever it is
                return right(out_grads)
            return tuple(map(zeros_like, inputs))

        return pull


class LazyPullback(Session):
    """A pullback walks lazily and computes at the end what it found. This is right, unless a rule raises."""

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        right = super().pulling(outputs, inputs)

        def pull(out_grads: Sequence[Array]) -> tuple[Tensor, ...]:
            before = LAZY_MODE.set(True)
            adjoints = right(out_grads)
            LAZY_MODE.reset(before)
            for each in () if LAZY_MODE.get() else adjoints:
                each.realize_cached_data()
            return adjoints

        return pull


class RehearsedPushforward(Session):
    """A pushforward rehearses without recording. This is right, unless a rule raises."""

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        before = GRAD_MODE.set(False)
        super().pushforward(outputs, inputs, in_tangents)
        GRAD_MODE.reset(before)
        return super().pushforward(outputs, inputs, in_tangents)
