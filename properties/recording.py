"""A function of Tensors, recorded once: its graph as a list of steps that plain arrays can go through.

A replay calls each op's ``compute`` on arrays of any number type (float64, longdouble, complex), which the
types here call ``Array`` as they do in ``compute``. It builds no graph and leaves no trace, so one recording
serves every oracle. What a rule or a function took out of the graph (``detach``, ``numpy()``) is a constant
of the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from engine import ops
from engine.array import Array, Shape, computed, join
from engine.catalogue import is_analytic
from engine.dtype import FLOAT32
from engine.graph import Op
from engine.kinds import Elementwise
from engine.tensor import Tensor
from engine.topo import post_order

SELECTING: frozenset[type[Op]] = frozenset({
    ops.Identity, ops.Negate, ops.Abs, ops.Copysign, ops.Sign, ops.Step, ops.ReLU, ops.Clip, ops.Hardtanh,
    ops.Floor, ops.Ceil, ops.Round, ops.Trunc, ops.Maximum, ops.Minimum, ops.Max, ops.Min, ops.CumMax,
    ops.CumMin, ops.MaxPool1d, ops.MaxPool2d, ops.Sort, ops.Compare, ops.Where, ops.Reshape, ops.BroadcastTo,
    ops.Transpose, ops.Permute, ops.GetItem, ops.PutItem, ops.GetItems, ops.SetItem, ops.Concatenate,
    ops.Stack, ops.Flip, ops.Roll, ops.Rot90, ops.Tile, ops.Repeat, ops.Pad, ops.Tril, ops.Triu, ops.Diagonal,
    ops.PutDiagonal, ops.Unfold, ops.Fmax, ops.Fmin, ops.Hardshrink, ops.IsFinite, ops.IsNan, ops.NanToNum,
})  # fmt: skip
"""The ops that hand entries on, or whole numbers and marks, and round nothing."""


class Jitter:
    """What rounding may do to results: each entry is off by a random part of some units of itself.

    To see how rounding inside a function is carried to its end, each step's result is moved. (D. S. Parker,
    Monte Carlo arithmetic, UCLA Computer Science Department, CSD-970002, 1997.)
    """

    def __init__(self, by: float, seed: int) -> None:
        self.by = by
        self._random: np.random.Generator = np.random.default_rng(seed)

    def __call__(self, result: Array) -> Array:
        """The array with each entry moved; the parts of a complex one by themselves."""
        if result.dtype.kind != "c":
            return computed((result + result * self._shares(result.shape)).astype(result.dtype))
        real, imag = computed(np.real(result)), computed(np.imag(result))
        moved = np.empty_like(result)
        moved.real[...] = real + real * self._shares(result.shape)
        moved.imag[...] = imag + imag * self._shares(result.shape)
        return moved

    def _shares(self, shape: Shape) -> Array:
        return computed(self.by * self._random.uniform(-1, 1, shape))


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Values are numbered: the inputs, then the constants, then the result of each step.

    ``analytic``: every op says that its ``compute`` is. ``diagonal``: entry i of an output is made of entries
    i of the inputs alone. ``coarse``: a value is float32.
    """

    constants: tuple[Array, ...]
    steps: tuple[tuple[Op, tuple[int, ...]], ...]
    outputs: tuple[int, ...]
    out_shapes: tuple[Shape, ...]
    analytic: bool
    diagonal: bool
    coarse: bool

    @property
    def size(self) -> int:
        """The number of entries of all outputs."""
        return sum(map(prod, self.out_shapes))

    @property
    def op_names(self) -> str:
        """The ops of the steps, each once."""
        return ", ".join(dict.fromkeys(type(op).__name__ for op, _ in self.steps))

    def replay(self, inputs: Sequence[Array], jitter: Jitter | None = None) -> Array:
        """The entries of all outputs, in row-major order, one output behind the other."""
        values = self._values(inputs, jitter)
        if len(self.outputs) == 1:
            return values[self.outputs[0]].reshape(-1)
        return join([values[number].reshape(-1) for number in self.outputs], axis=0)

    def largest(self, inputs: Sequence[Array]) -> float:
        """The size of the largest finite entry of any step's result."""
        made = self._values(inputs)[len(inputs) + len(self.constants) :]
        sizes = [np.max(np.abs(value), initial=0.0, where=np.isfinite(value)) for value in made]
        return float(max(sizes, default=0.0))

    def _values(self, inputs: Sequence[Array], jitter: Jitter | None = None) -> list[Array]:
        values = [*inputs, *self.constants]
        for op, args in self.steps:
            result = op.compute_from([values[arg] for arg in args])
            if result.__class__ is not np.ndarray:
                result = computed(result)
            values.append(result if jitter is None or type(op) in SELECTING else jitter(result))
        return values


def record(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Recording:
    """The steps by which the outputs are made of the inputs; what depends on no input is a constant."""
    ends = set(inputs)
    order = post_order(outputs, lambda value: () if value in ends else value.inputs)
    varying = set(ends)
    for value in order:
        if not varying.isdisjoint(value.inputs):
            varying.add(value)
    number = {value: at for at, value in enumerate(inputs)}
    constants: list[Array] = []
    used = {below for value in varying - ends for below in value.inputs}.union(outputs)
    for value in order:
        if value in used and value not in varying:
            number[value] = len(inputs) + len(constants)
            constants.append(value.realize_cached_data())
    made = [(value.op, value) for value in order if value in varying and value not in ends]
    steps: list[tuple[Op, tuple[int, ...]]] = []
    for op, value in made:
        assert op is not None  # a value that varies is an input or was made by an op
        number[value] = len(inputs) + len(constants) + len(steps)
        steps.append((op, tuple([number[below] for below in value.inputs])))
    shapes = {value.shape for value in varying}
    return Recording(
        constants=tuple(constants),
        steps=tuple(steps),
        outputs=tuple(number[value] for value in outputs),
        out_shapes=tuple(value.shape for value in outputs),
        analytic=all(is_analytic(op) for op, _ in steps),
        diagonal=len(shapes | {value.shape for value in outputs}) == 1
        and all(isinstance(op, Elementwise) for op, _ in steps),
        coarse=any(value.dtype is FLOAT32 for value in (*inputs, *(value for _, value in made))),
    )
