"""PyTorch and JAX as engines on trial, which answer a case of one op by its call in the table.

Both are loaded by name when they are asked for, so that nothing here needs them to be installed, and compute
in the dtype of the case: JAX with its 64-bit numbers enabled.
"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from math import prod
from typing import NoReturn, Protocol, TypeAlias

import numpy as np

from engine import ops
from engine.array import Array, IntArray, as_array, places
from engine.graph import Op
from peers_compared.calls import CALLS
from properties.adapters.subject import Capability, Pullback, Subject
from properties.case import Case
from properties.verdict import Given

SHARED = {
    "rows": "lambda x, rank: x.reshape(-1, *x.shape[-rank:])",
    "back": "lambda y, rank: y.reshape(*a.shape[: a.ndim - rank], *y.shape[1:])",
    "flat": "lambda x: x.reshape(*x.shape[:-2], -1)",
    "packed_qr": "lambda q, r: joined([flat(q * by_diagonal(r)), flat(r * by_diagonal(r).mT)])",
    "packed_svd": "lambda u, s, v: joined([flat(u * by_largest(u)), s, flat(v * by_largest(u).mT)])",
    "packed_eigh": "lambda w, v: joined([w, flat(v * by_largest(v))])",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "torch": {
        **SHARED,
        "put": "lambda y, index, b: (operator.setitem(y, index, b), y)[1]",
        "flipped": "lambda x: torch.flip(x, (op.axis,)) if op.reverse else x",
        "joined": "lambda parts: torch.cat(parts, -1)",
        "by_diagonal": "lambda r: torch.sign(torch.diagonal(r, 0, -2, -1))[..., None, :]",
        "by_largest": "lambda u: torch.sign(torch.take_along_dim(u, u.abs().argmax(-2, True), -2))",
        "trailing": "lambda axes: a.shape[axes[0] :] if axes == trailing_axes else refuse()",
    },
    "jax": {
        **SHARED,
        "joined": "lambda parts: jnp.concatenate(parts, -1)",
        "by_diagonal": "lambda r: jnp.sign(jnp.diagonal(r, 0, -2, -1))[..., None, :]",
        "by_largest": "lambda u: jnp.sign(jnp.take_along_axis(u, abs(u).argmax(-2, keepdims=True), -2))",
        "edges": "[(p, p) for p in getattr(op, 'padding', ())]",
    },
}
"""What the calls say for short. Parts are packed, and signs chosen, by the engine's conventions."""


class Refusal(Exception):
    """The library's function does not take these parameters."""


def refuse() -> NoReturn:
    """For the calls."""
    raise Refusal("it does not take these parameters")


class Value(Protocol):
    """An array of a library."""

    def __array__(self) -> Array: ...


class Library(Subject):
    """A library by its name in the table."""

    capabilities = Capability.FORWARD | Capability.GRADIENT

    def __init__(self, name: str, modules: Mapping[str, object]) -> None:
        self.name = name
        self.modules = modules

    @property
    def version(self) -> str:
        """The version that is installed."""
        return version(self.name)

    def supports(self, op: Op) -> bool:
        return bool(CALLS[type(op)].of(self.name))

    def source(self, case: Case, given: Given) -> str:  # noqa: ARG002 - the call is the same whatever was drawn
        return CALLS[type(case.steps[0].op)].of(self.name)

    def forward(self, case: Case) -> Array:
        return _as_numpy(self.called(case, [self.own(array) for array in case.inputs]))

    @abstractmethod
    def own(self, array: Array) -> Value:
        """The array as the library has it."""

    def called(self, case: Case, inputs: Sequence[Value]) -> Value:
        """The case's one op of these inputs."""
        (step,) = case.steps
        values = [inputs[arg] for arg in step.args]
        names: dict[str, object] = {
            **self.modules,
            **_facts(step.op, case.inputs[step.args[0]]),
            **dict(zip("abc", values, strict=False)),
            "operator": operator,
            "prod": prod,
            "refuse": refuse,
            "values": values,
        }
        for word, meaning in WORDS[self.name].items():
            names[word] = eval(meaning, names)
        result: Value = eval(CALLS[type(step.op)].of(self.name), names)
        return result


def _facts(op: Op, first: Array) -> dict[str, object]:
    """What the calls take from an op, in NumPy's words."""
    found: dict[str, object] = {"op": op}
    if isinstance(op, ops.GetItems | ops.ScatterAdd | ops.SetItem):
        items = tuple(
            np.array(item, np.int64).reshape(op.picked) if isinstance(item, tuple) else item
            for item in op.index
        )
        found["items"] = items
        if isinstance(op, ops.ScatterAdd):
            numbers: IntArray = places(np.arange(prod(op.shape)).reshape(op.shape)[items])
            found["places"] = numbers.ravel()
    if isinstance(op, ops.LayerNorm | ops.RMSNorm):
        found["trailing_axes"] = tuple(range(first.ndim - len(op.axes), first.ndim))
    return found


def _as_numpy(value: Value) -> Array:
    return as_array(np.array(np.asarray(value)))


class TorchValue(Value, Protocol):
    """A torch tensor."""

    requires_grad: bool

    def requires_grad_(self) -> TorchValue: ...
    def detach(self) -> TorchValue: ...


class TorchGrad(Protocol):
    """``torch.autograd.grad``."""

    def __call__(
        self,
        outputs: Value,
        inputs: Sequence[Value],
        grad_outputs: Value,
        *,
        retain_graph: bool,
        allow_unused: bool,
    ) -> Sequence[TorchValue | None]: ...


class Torch(Library):
    """PyTorch on one thread."""

    def __init__(self) -> None:
        torch = import_module("torch")
        super().__init__("torch", {"torch": torch})
        set_num_threads: Callable[[int], None] = torch.set_num_threads
        set_num_threads(1)
        self.from_numpy: Callable[[Array], TorchValue] = torch.from_numpy
        self.grad: TorchGrad = torch.autograd.grad

    def own(self, array: Array) -> TorchValue:
        return self.from_numpy(as_array(np.array(array, order="C")))

    def pullback(self, case: Case) -> Pullback:
        inputs = [self.own(array) for array in case.inputs]
        variables = [inputs[number].requires_grad_() for number in case.variables]
        y = self.called(case, inputs)
        moves: bool = getattr(y, "requires_grad", False)

        def pull(out_grad: Array) -> tuple[Array, ...]:
            found: Sequence[TorchValue | None] = [None] * len(variables)
            if moves:
                found = self.grad(y, variables, self.own(out_grad), retain_graph=True, allow_unused=True)
            return tuple(
                as_array(np.zeros_like(x)) if each is None else _as_numpy(each.detach())
                for each, x in zip(found, case.variable_arrays(), strict=True)
            )

        return pull


class Of(Protocol):
    """A function of a library's arrays."""

    def __call__(self, *variables: Value) -> Value: ...


Pull: TypeAlias = Callable[[Value], Sequence[Value]]
Both: TypeAlias = Callable[[Sequence[Value], Value], tuple[Value, Sequence[Value]]]
"""The value and the adjoints, of the variables and the cotangent."""


class Vjp(Protocol):
    """``jax.vjp``."""

    def __call__(self, f: Of, /, *primals: Value) -> tuple[Value, Pull]: ...


class Jax(Library):
    """JAX on the CPU, each case compiled once, value and adjoints together."""

    def __init__(self) -> None:
        jax, jnp = import_module("jax"), import_module("jax.numpy")
        for module in ("jax.nn", "jax.scipy.linalg", "jax.scipy.special"):
            import_module(module)
        super().__init__("jax", {"jax": jax, "jnp": jnp})
        configure: Callable[[str, bool], None] = jax.config.update
        configure("jax_enable_x64", True)
        self.array: Callable[[Array], Value] = jnp.array
        self.jit: Callable[[Both], Both] = jax.jit
        self.vjp: Vjp = jax.vjp
        self.compiled: tuple[Case, Both] | None = None

    def own(self, array: Array) -> Value:
        return self.array(array)

    def forward(self, case: Case) -> Array:
        shape, dtype = case.specs()[-1]
        value, _ = self._both(case)(self._variables(case), self.own(as_array(np.zeros(shape, dtype))))
        return _as_numpy(value)

    def pullback(self, case: Case) -> Pullback:
        both, variables = self._both(case), self._variables(case)
        return lambda out_grad: tuple(map(_as_numpy, both(variables, self.own(out_grad))[1]))

    def _variables(self, case: Case) -> list[Value]:
        return [self.own(array) for array in case.variable_arrays()]

    def _both(self, case: Case) -> Both:
        """Compiled once for a case, which laws ask about several times."""
        if self.compiled is None or self.compiled[0] is not case:
            inputs = [self.own(array) for array in case.inputs]

            def function(*variables: Value) -> Value:
                moved = dict(zip(case.variables, variables, strict=True))
                return self.called(case, [moved.get(number, each) for number, each in enumerate(inputs)])

            def both(variables: Sequence[Value], out_grad: Value) -> tuple[Value, Sequence[Value]]:
                value, pull = self.vjp(function, *variables)
                return value, pull(out_grad)

            self.compiled = (case, self.jit(both))
        return self.compiled[1]


LIBRARIES: Mapping[str, Callable[[], Library]] = {"torch": Torch, "jax": Jax}
"""Each by name."""
