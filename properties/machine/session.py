"""What a user does with the engine, one method for each thing.

A wrong engine is a subclass that does one of them wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import ParamSpec, Protocol, TypeVar

from engine import ops
from engine.array import Array
from engine.forward import pushforward
from engine.graph import Op
from engine.mode import GRAD_MODE, LAZY_MODE, eager, enable_grad, lazy, no_grad
from engine.reverse import pullback
from engine.tensor import Tensor
from engine.topo import find_topo_sort

P = ParamSpec("P")
T = TypeVar("T")


def _both(op: Op) -> tuple[Op, Op]:
    return op, op


OPS: dict[str, tuple[Op, Op]] = {
    "add": _both(ops.add),
    "multiply": _both(ops.multiply),
    "negate": _both(ops.negate),
    "double": _both(ops.MulScalar(2.0)),
    "triple": _both(ops.MulScalar(3.0)),
    "plus_one": _both(ops.AddScalar(1.0)),
    "first_power": _both(ops.PowerScalar(1.0)),
    "square": _both(ops.PowerScalar(2.0)),
    "relu": _both(ops.relu),
    "identity": _both(ops.identity),
    "total": (ops.Summation(()), ops.Summation((0,))),
    "spread": _both(ops.BroadcastTo((2,))),
}
"""The op of each kind for a first input of one entry and of two: one instance, used again and again."""

WRITTEN: dict[str, Callable[[Sequence[Tensor]], Tensor]] = {
    "add": lambda given: given[0] + given[1],
    "multiply": lambda given: given[0] * given[1],
    "negate": lambda given: -given[0],
    "double": lambda given: 2.0 * given[0],
    "triple": lambda given: given[0] * 3.0,
    "plus_one": lambda given: given[0] + 1.0,
    "first_power": lambda given: given[0] ** 1.0,
    "square": lambda given: given[0] ** 2.0,
    "relu": lambda given: ops.relu(given[0]),
    "identity": lambda given: ops.identity(given[0]),
    "total": lambda given: given[0].sum(),
    "spread": lambda given: given[0].broadcast_to(2),
}
"""Each kind as a user writes it."""


class Block(AbstractContextManager[None], Protocol):
    """A mode, as a block and as a decorator."""

    def __call__(self, f: Callable[P, T], /) -> Callable[P, T]: ...


MODES: dict[str, Callable[[], Block]] = {
    "lazy": lazy,
    "eager": eager,
    "no_grad": no_grad,
    "enable_grad": enable_grad,
}


class Pull(Protocol):
    """(ȳ₁, …) ↦ (x̄₁, …)."""

    def __call__(self, out_grads: Sequence[Array]) -> tuple[Tensor, ...]: ...


class Session:
    """The engine of this distribution."""

    # What is handed in.

    def variable(self, array: Array) -> Tensor:
        """A leaf that requires a gradient and holds a copy."""
        return Tensor(array)

    def constant(self, array: Array) -> Tensor:
        """A leaf that requires none and holds the array itself."""
        return Tensor.make_const(array)

    def assign(self, leaf: Tensor, array: Array) -> None:
        """Give a leaf another value."""
        leaf.data = Tensor.make_const(array)

    # Building.

    def op_of(self, kind: str, size: int) -> Op:
        """The one op of this kind for a first input of this many entries."""
        return OPS[kind][size - 1]

    def apply(self, op: Op, inputs: Sequence[Tensor]) -> Tensor:
        """The op applied."""
        return op(*inputs)

    def write(self, kind: str, inputs: Sequence[Tensor]) -> Tensor:
        """The op by its function or operator."""
        return WRITTEN[kind](inputs)

    # Asking for values.

    def numpy(self, value: Tensor) -> Array:
        """The value as an array of the user's own."""
        return value.numpy()

    def realise(self, value: Tensor) -> Array:
        """The array that the graph holds."""
        return value.realize_cached_data()

    def detach(self, value: Tensor) -> Tensor:
        """The value as a constant."""
        return value.detach()

    def data(self, value: Tensor) -> Tensor:
        """The same, as needle writes it."""
        return value.data

    # Derivatives.

    def backward(self, output: Tensor, out_grad: Array | None) -> None:
        """Leave adjoints in ``grad``."""
        output.backward(None if out_grad is None else Tensor.make_const(out_grad))

    def grad(self, value: Tensor) -> Tensor | None:
        """What the last ``backward`` left."""
        return value.grad

    def pulling(self, outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Pull:
        """A function that may be called any number of times, with a cotangent for each output."""
        return lambda out_grads: pullback(outputs, inputs, list(map(Tensor.make_const, out_grads)))

    def pushforward(
        self, outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Array]
    ) -> tuple[Tensor, ...]:
        """The tangents of the outputs."""
        return pushforward(outputs, inputs, [Tensor.make_const(array) for array in in_tangents])

    # Modes.

    def mode(self, name: str) -> AbstractContextManager[None]:
        """A block."""
        return MODES[name]()

    def decorated(self, name: str, f: Callable[P, T]) -> Callable[P, T]:
        """The mode as a decorator."""
        return MODES[name]()(f)

    def modes(self) -> tuple[bool, bool]:
        """Whether ops wait, and whether results remember how they were made."""
        return LAZY_MODE.get(), GRAD_MODE.get()

    # Looking, which changes nothing.

    def held(self, value: Tensor) -> Array | None:
        """The array that the value holds, if it was computed."""
        return value.cached_data

    def inputs(self, value: Tensor) -> tuple[Tensor, ...]:
        """What the value remembers that it was made of."""
        return value.inputs

    def requires_grad(self, value: Tensor) -> bool:
        """Whether a derivative passes."""
        return value.requires_grad

    def order(self, value: Tensor) -> list[Tensor]:
        """The topological order."""
        return find_topo_sort([value])
