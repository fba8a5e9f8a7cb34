"""The best public checkers of gradients, each behind one small interface: torch, JAX and autograd.

Each library is loaded by name when it is asked for, so that nothing here needs it to be installed. An error
is planted the way the library has it: in torch by a hook on the adjoint; in JAX by a rule for the tangent, of
which JAX makes the adjoint too; in autograd by a rule for the adjoint. JAX computes in float64 here; all
other settings are the defaults, first order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, Self, TypeAlias

from checks.functions import Point
from checks.plants import skew
from engine.array import Array


class Value(Protocol):
    """An array of a library, or what stands for one."""

    def __mul__(self, other: Self | Array | float, /) -> Self: ...
    def __truediv__(self, other: Self, /) -> Self: ...
    def __matmul__(self, other: Self, /) -> Self: ...
    def sum(self, axis: int, /, *, keepdims: bool = False) -> Self: ...


class Of(Protocol):
    """A function of a library's arrays."""

    def __call__(self, *values: Value) -> Value: ...


OfOne: TypeAlias = Callable[[Value], Value]
AlongAxis: TypeAlias = Callable[[Value, int], Value]
Check: TypeAlias = Callable[[], bool]
"""One check; whether it flags an error."""


def functions_of(module: str, softmax: AlongAxis, logsumexp: AlongAxis) -> Mapping[str, Of]:
    """The seven, by the names of ``checks.functions.SEVEN``."""
    sin: OfOne = import_module(module).sin
    exp: OfOne = import_module(module).exp
    return {
        "sin": lambda *values: sin(values[0]),
        "exp": lambda *values: exp(values[0]),
        "x·y": lambda *values: values[0] * values[1],
        "matmul": lambda *values: values[0] @ values[1],
        "softmax": lambda *values: softmax(values[0], 1),
        "logsumexp": lambda *values: logsumexp(values[0], 1),
        "sum over an axis": lambda *values: values[0].sum(1),
    }


class Peer(ABC):
    """A checker."""

    name: str

    @abstractmethod
    def prepared(self, function: str, point: Point) -> Check:
        """The check of a right function."""

    @abstractmethod
    def planted(self, function: str, point: Point, number: int, factors: Array) -> Check:
        """The check of the function with its adjoint of argument ``number`` times the factors."""

    def flags(self, function: str, point: Point, number: int, at: int, error: float) -> bool:
        """Whether an error in entry ``at`` of one adjoint is found."""
        return self.planted(function, point, number, skew(point[number], at, error))()


def _through(f: Of, number: int, wrong: OfOne) -> Of:
    """f of its arguments, of which one goes through ``wrong`` first."""

    def function(*values: Value) -> Value:
        return f(*[wrong(value) if at == number else value for at, value in enumerate(values)])

    return function


def _asserts(check: Callable[[], object]) -> bool:
    """Whether a check that says so by ``AssertionError`` finds an error."""
    with suppress(AssertionError):
        check()
        return False
    return True


class TorchValue(Value, Protocol):
    """A torch tensor."""

    def requires_grad_(self) -> TorchValue: ...
    def register_hook(self, hook: Callable[[Value | None], Value | None], /) -> object: ...


class Gradcheck(Protocol):
    """``torch.autograd.gradcheck``."""

    def __call__(
        self, f: Of, inputs: Sequence[Value], /, *, fast_mode: bool, raise_exception: bool
    ) -> bool: ...


class Torch(Peer):
    """torch.autograd.gradcheck, slow or fast."""

    def __init__(self, *, fast: bool) -> None:
        self.name = f"torch gradcheck, {'fast' if fast else 'slow'}"
        self.fast = fast
        torch = import_module("torch")
        set_num_threads: Callable[[int], None] = torch.set_num_threads
        set_num_threads(1)
        self.clone: Callable[[Value], TorchValue] = torch.clone
        self.from_numpy: Callable[[Array], TorchValue] = torch.from_numpy
        self.gradcheck: Gradcheck = import_module("torch.autograd").gradcheck
        self.functions = functions_of("torch", torch.softmax, torch.logsumexp)

    def prepared(self, function: str, point: Point) -> Check:
        return self._check(self.functions[function], point)

    def planted(self, function: str, point: Point, number: int, factors: Array) -> Check:
        skewed = self.from_numpy(factors)

        def wrong(value: Value) -> Value:
            copied = self.clone(value)
            copied.register_hook(lambda adjoint: adjoint * skewed if adjoint is not None else None)
            return copied

        return self._check(_through(self.functions[function], number, wrong), point)

    def _check(self, f: Of, point: Point) -> Check:
        inputs = [self.from_numpy(array.copy()).requires_grad_() for array in point]
        return lambda: not self.gradcheck(f, inputs, fast_mode=self.fast, raise_exception=False)


class CustomJvp(Protocol):
    """A function with a tangent rule of its own: inputs and tangents to output and tangent."""

    def __call__(self, value: Value, /) -> Value: ...
    def defjvp(
        self, rule: Callable[[Sequence[Value], Sequence[Value]], tuple[Value, Value]], /
    ) -> object: ...


class JaxCheckGrads(Protocol):
    """``jax.test_util.check_grads``."""

    def __call__(self, f: Of, args: Point, order: int, /) -> None: ...


class Jax(Peer):
    """jax.test_util.check_grads, in both modes."""

    def __init__(self) -> None:
        self.name = "jax check_grads"
        configure: Callable[[str, bool], None] = import_module("jax").config.update
        configure("jax_enable_x64", True)
        self.custom_jvp: Callable[[OfOne], CustomJvp] = import_module("jax").custom_jvp
        self.check_grads: JaxCheckGrads = import_module("jax.test_util").check_grads
        softmax: AlongAxis = import_module("jax.nn").softmax
        logsumexp: AlongAxis = import_module("jax.scipy.special").logsumexp
        self.functions = functions_of("jax.numpy", softmax, logsumexp)

    def prepared(self, function: str, point: Point) -> Check:
        f = self.functions[function]
        return lambda: _asserts(lambda: self.check_grads(f, tuple(point), 1))

    def planted(self, function: str, point: Point, number: int, factors: Array) -> Check:
        same = self.custom_jvp(lambda value: value)
        same.defjvp(lambda values, tangents: (values[0], tangents[0] * factors))
        f = _through(self.functions[function], number, same)
        return lambda: _asserts(lambda: self.check_grads(f, tuple(point), 1))


class AtPoint(Protocol):
    """Checks at the arguments that it is given."""

    def __call__(self, *args: Array) -> None: ...


class AutogradCheckGrads(Protocol):
    """``autograd.test_util.check_grads``."""

    def __call__(self, f: Of, /, *, order: int) -> AtPoint: ...


class Autograd(Peer):
    """autograd.test_util.check_grads, in both modes."""

    def __init__(self) -> None:
        self.name = "autograd check_grads"
        extend = import_module("autograd.extend")
        self.primitive: Callable[[OfOne], OfOne] = extend.primitive
        self.defvjp: Callable[[OfOne, Callable[[Value, Value], OfOne]], None] = extend.defvjp
        self.defjvp: Callable[[OfOne, Callable[[Value, Value, Value], Value]], None] = extend.defjvp
        self.check_grads: AutogradCheckGrads = import_module("autograd.test_util").check_grads
        exp: OfOne = import_module("autograd.numpy").exp
        logsumexp: AlongAxis = import_module("autograd.scipy.special").logsumexp

        def softmax(value: Value, axis: int) -> Value:
            weights = exp(value)
            return weights / weights.sum(axis, keepdims=True)

        self.functions = functions_of("autograd.numpy", softmax, logsumexp)

    def prepared(self, function: str, point: Point) -> Check:
        f = self.functions[function]
        return lambda: _asserts(lambda: self.check_grads(f, order=1)(*point))

    def planted(self, function: str, point: Point, number: int, factors: Array) -> Check:
        same = self.primitive(lambda value: value * 1.0)
        self.defvjp(same, lambda _, __: lambda adjoint: adjoint * factors)
        self.defjvp(same, lambda tangent, _, __: tangent)
        f = _through(self.functions[function], number, same)
        return lambda: _asserts(lambda: self.check_grads(f, order=1)(*point))


PEERS: Mapping[str, Callable[[], Peer]] = {
    "torch gradcheck, slow": lambda: Torch(fast=False),
    "torch gradcheck, fast": lambda: Torch(fast=True),
    "jax check_grads": Jax,
    "autograd check_grads": Autograd,
}
"""Each by name."""


def installed(name: str) -> bool:
    """Whether the library of a peer is here; the first word of the peer's name is the library's."""
    return find_spec(name.split(maxsplit=1)[0]) is not None
