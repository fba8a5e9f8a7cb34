"""What a user may ask about derivatives: steps that walk over a graph, in either direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.array import Array
from engine.kinds import Binary, Elementwise
from engine.tensor import Tensor
from properties.machine.actor import Oops, Place
from properties.machine.bench import Bench, Pulled
from properties.machine.model import Numbers
from properties.machine.pool import Known, array_of, require
from properties.machine.steps import Step


@dataclass(frozen=True, slots=True)
class Backward(Step):
    """``backward``, once or twice; no numbers: without a cotangent."""

    where: Place
    output: Known
    several: list[Numbers | None]

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            for numbers in self.several:
                bench.walk_back(actor, self.output, numbers)


@dataclass(frozen=True, slots=True)
class StartPullback(Step):
    """A pullback of one output or two, which is called twice at once and perhaps again later."""

    where: Place
    outputs: list[Known]
    inputs: list[Known]
    several: tuple[Numbers, Numbers]

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            pulled = bench.started(actor, self.outputs, self.inputs)
            for numbers in self.several:
                bench.pull(actor, pulled, numbers)


@dataclass(frozen=True, slots=True)
class PullBack(Step):
    """A pullback that is there already is called again."""

    where: Place
    pulled: Pulled
    numbers: Numbers

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            bench.pull(actor, self.pulled, self.numbers)


@dataclass(frozen=True, slots=True)
class PushForward(Step):
    """Tangents of one output or two, along two directions, of inputs of which the first is named twice."""

    where: Place
    outputs: list[Known]
    inputs: list[Known]
    numbers: tuple[Numbers, ...]

    def take(self, bench: Bench) -> None:
        inputs = [*self.inputs, self.inputs[0]]
        with bench.place(self.where) as actor:
            for numbers in (self.numbers, self.numbers[::-1]):
                bench.push(actor, self.outputs, inputs, numbers)


class Refusing(Elementwise, Binary):
    """yᵢ = aᵢ bᵢ, by somebody whose rules raise."""

    __slots__ = ()

    def compute(self, a: Array, b: Array) -> Array:
        return a * b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        raise Oops(out_grad, node)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        raise Oops(in_tangents, node)


@dataclass(frozen=True, slots=True)
class WalkIntoARuleThatRaises(Step):
    """y = x f(x, c), where c is a constant and the rules of f raise; the walk is to leave no trace."""

    where: Place
    value: Known
    walk: str

    def take(self, bench: Bench) -> None:
        output = self._output(bench)
        walk = self._walks(bench, output)[self.walk]
        with bench.place(self.where, raising=True) as actor:
            lazy, _ = actor.modes
            raised = actor.raises(walk)
            require(raised, f"{self.walk} over a rule that raises", "an answer", "the exception")
            if not lazy:
                bench.pool.touched([self.value])
            actor.check()

    def _output(self, bench: Bench) -> Tensor:
        session, value = bench.session, self.value
        who, _ = self.where
        array = bench.pool.keep("an array that is a constant", array_of((1,)))

        def make() -> Tensor:
            refused = session.apply(Refusing(), [value.tensor, session.constant(array)])
            return session.apply(session.op_of("multiply", value.size), [refused, value.tensor])

        with bench.place((who, "enable_grad")) as actor:
            lazy, _ = actor.modes
            output = actor.do(make)
        if not lazy:
            bench.pool.computed(value)
        return output

    def _walks(self, bench: Bench, output: Tensor) -> dict[str, Callable[[], object]]:
        session, tensor = bench.session, self.value.tensor
        ones = bench.cotangent((1,) * self.value.size)
        return {
            "backward": lambda: session.backward(output, ones),
            "pullback": lambda: session.pulling([output], [tensor])([ones]),
            "pushforward": lambda: session.pushforward([output], [tensor], [ones]),
        }
