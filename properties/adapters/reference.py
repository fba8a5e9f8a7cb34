"""The adapter of the reference engine.

The engine is given the case's own arrays (``make_const`` does not copy), so that a law can see whether they
were written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from engine import ops
from engine.array import Array, Shape
from engine.catalogue import CATALOGUE
from engine.dtype import DType
from engine.forward import pushforward
from engine.graph import Op
from engine.kinds import TensorOp
from engine.mode import eager, lazy
from engine.reverse import pullback
from engine.tensor import Tensor
from engine.topo import find_topo_sort
from properties.adapters.subject import Capability, Pullback, Subject
from properties.case import Case, Step, literal
from properties.verdict import Given


@dataclass(slots=True)
class Counts:
    """How often an op was asked for its value and for its adjoint."""

    computed: int = 0
    differentiated: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Counting(TensorOp):
    """An op that counts what it is asked and hands everything on."""

    op: Op
    counts: Counts

    @property
    def arity(self) -> int | None:
        return self.op.arity

    def out_shape(self, *shapes: Shape) -> Shape:
        return self.op.out_shape(*shapes)

    def out_dtype(self, *dtypes: DType) -> DType:
        return self.op.out_dtype(*dtypes)

    def compute_from(self, arrays: Sequence[Array]) -> Array:
        self.counts.computed += 1
        return self.op.compute_from(arrays)

    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        self.counts.differentiated += 1
        return self.op.gradient_as_tuple(out_grad, node)

    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        return self.op.tangent_as_sum(in_tangents, moves, node)


class Reference(Subject):
    """The engine of this distribution."""

    name: str = "reference"
    capabilities: Capability = ~Capability(0)

    def __init__(self, *, lazy_mode: bool = False) -> None:
        self.lazy_mode = lazy_mode

    def supports(self, op: Op) -> bool:
        return type(op).__name__ in CATALOGUE

    def forward(self, case: Case) -> Array:
        with self._mode():
            return self._values(case)[-1].realize_cached_data()

    def pullback(self, case: Case) -> Pullback:
        with self._mode():
            values = self._values(case)
        variables = [values[number] for number in case.variables]

        def pull(out_grad: Array) -> tuple[Array, ...]:
            with self._mode():
                adjoints = pullback(values[-1], variables, Tensor.make_const(out_grad))
                return tuple(adjoint.realize_cached_data() for adjoint in adjoints)

        return pull

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            (moved,) = pushforward([values[-1]], variables, _constants(in_tangents))
            return moved.realize_cached_data()

    def gradient_tangent(
        self, case: Case, out_grad: Array, in_tangents: Sequence[Array]
    ) -> tuple[Array, ...]:
        with self._mode():
            values = self._values(case)
            variables = [values[number] for number in case.variables]
            adjoints = pullback(values[-1], variables, Tensor.make_const(out_grad))
            moved = pushforward(adjoints, variables, _constants(in_tangents))
            return tuple(each.realize_cached_data() for each in moved)

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        with self._mode():
            inputs = self._inputs(case)
            values = [each.detach() if number == value else each for number, each in enumerate(inputs)]
            for step in case.steps:
                made = apply(step, [values[arg] for arg in step.args])
                values.append(made.detach() if len(values) == value else made)
            variables = [inputs[number] for number in case.variables]
            adjoints = pullback(values[-1], variables, Tensor.make_const(out_grad))
            return tuple(adjoint.realize_cached_data() for adjoint in adjoints)

    def lazily(self) -> Subject:
        return Reference(lazy_mode=True)

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        counted, counts = _counted(case)
        with lazy():
            output = self._values(counted)[-1]
            built = tuple(each.computed for each in counts)
            output.realize_cached_data()
            output.realize_cached_data()
        return built, tuple(each.computed for each in counts)

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        values = self._values(case)
        number = {value: at for at, value in enumerate(values)}
        return [tuple(number[value] for value in find_topo_sort([values[-1]])) for _ in range(times)]

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        counted, counts = _counted(case)
        self.pullback(counted)(out_grad)
        return tuple(each.differentiated for each in counts)

    def source(self, case: Case, given: Given) -> str:
        classes = {type(step.op) for step in case.steps}
        others = sorted(
            f"from {cls.__module__} import {cls.__name__}"
            for cls in classes
            if not cls.__module__.startswith("engine.")
        )
        lines = ["from numpy import array, dtype", "from engine import *", *others, ""]
        for number, array in enumerate(case.inputs):
            facts = ", requires_grad=False" if number in case.constants else ""
            lines.append(f"v{number} = Tensor({literal(array)}{facts})")
        for number, step in enumerate(case.steps, start=len(case.inputs)):
            lines.append(f"v{number} = {written(step)}")
        output, variables = f"v{case.output}", ", ".join(f"v{number}" for number in case.variables)
        tangents = ", ".join(
            f"Tensor.make_const({literal(array)})"
            for name, array in given.arrays.items()
            if name.startswith("in_tangents")
        )
        lines.append(f"print({output})")
        if "out_grad" in given.arrays:
            seed = f"Tensor.make_const({literal(given.arrays['out_grad'])})"
            lines.append(f"adjoints = pullback({output}, [{variables}], {seed})")
            lines.append("print(adjoints)")
        if tangents:
            lines.append(f"print(pushforward([{output}], [{variables}], [{tangents}]))")
        if tangents and "out_grad" in given.arrays:
            lines.append(f"print(pushforward(adjoints, [{variables}], [{tangents}]))")
        return "\n".join(lines)

    def _mode(self) -> AbstractContextManager[None]:
        return lazy() if self.lazy_mode else eager()

    def _inputs(self, case: Case) -> list[Tensor]:
        variables = set(case.variables)
        return [
            Tensor.make_const(array, requires_grad=number in variables)
            for number, array in enumerate(case.inputs)
        ]

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        for step in case.steps:
            values.append(apply(step, [values[arg] for arg in step.args]))
        return values


_REDUCTIONS = {ops.Summation: ops.summation, ops.Max: ops.max, ops.LogSumExp: ops.logsumexp}


def apply(step: Step, tensors: Sequence[Tensor]) -> Tensor:
    """The op of a step as a user would call it: by its function where the axes are spelled out."""
    op, axes = step.op, step.spelling
    if axes == "canonical":
        return op(*tensors)
    match op:
        case ops.Summation() | ops.Max() | ops.LogSumExp():
            return _REDUCTIONS[type(op)](tensors[0], axes, op.keepdims)
        case ops.Transpose() if isinstance(axes, tuple):
            return ops.transpose(tensors[0], axes)
        case ops.Permute() if isinstance(axes, tuple):
            return ops.permute(tensors[0], axes)
        case ops.Concatenate() if isinstance(axes, int):
            return ops.concatenate(tensors, axes)
        case ops.Stack() if isinstance(axes, int):
            return ops.stack(tensors, axes)
        case _:
            raise AssertionError(f"{op!r} has no axes to be written as {axes!r}")


def written(step: Step) -> str:
    """The call that ``apply`` makes, as source."""
    args = [f"v{arg}" for arg in step.args]
    op = step.op
    if step.spelling == "canonical":
        return f"{op!r}({', '.join(args)})"
    if isinstance(op, ops.Concatenate | ops.Stack):
        return f"{type(op).__name__.lower()}([{', '.join(args)}], {step.spelling!r})"
    keepdims = ", keepdims=True" if getattr(op, "keepdims", False) else ""
    return f"{type(op).__name__.lower()}({args[0]}, {step.spelling!r}{keepdims})"


def _constants(arrays: Sequence[Array]) -> list[Tensor]:
    return [Tensor.make_const(array) for array in arrays]


def _counted(case: Case) -> tuple[Case, list[Counts]]:
    """The case with each step's op in a counting wrapper."""
    counts = [Counts() for _ in case.steps]
    steps = [Step(Counting(step.op, each), step.args) for step, each in zip(case.steps, counts, strict=True)]
    return Case(case.inputs, tuple(steps), case.constants), counts
