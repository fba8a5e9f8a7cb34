"""What a law is about: a straight line of numbered values.

The inputs come first, then one value for each step; a step applies an op to values before it. The last
value is the output. One op alone is the shortest case, so a law is stated once and holds for an op and for
a program alike. ``repr`` rebuilds a case in Python, given ``engine.ops`` as ``ops``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.array import Array, Shape, as_array
from engine.catalogue import entry_of
from engine.domain import Domain
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.graph import Op
from engine.ops import EWiseAdd

Spelling: TypeAlias = int | tuple[int, ...] | Literal["canonical"] | None
"""How a user may write the axes of an op; "canonical": as the op holds them."""

Digraph: TypeAlias = Sequence[Sequence[int]]
"""A directed graph that belongs to no case: node i is made of the nodes ``graph[i]``, in this order."""


@dataclass(frozen=True, slots=True)
class Step:
    """``op`` applied to the values numbered ``args``, its axes written as ``spelling``."""

    op: Op
    args: tuple[int, ...]
    spelling: Spelling = "canonical"

    def __repr__(self) -> str:
        spelled = "" if self.spelling == "canonical" else f", {self.spelling!r}"
        own = type(self.op).__module__.startswith("engine.ops.")
        op = f"ops.{self.op!r}" if own else repr(self.op)  # an op is called Step, too
        return f"Step({op}, {self.args!r}{spelled})"

    @property
    def domains(self) -> list[Domain]:
        """The domain of each slot."""
        return slot_domains(self.op, len(self.args))


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Inputs, the numbers of those that are constants, and steps."""

    inputs: tuple[Array, ...]
    steps: tuple[Step, ...]
    constants: tuple[int, ...] = ()

    @property
    def variables(self) -> tuple[int, ...]:
        """The numbers of the inputs that derivatives are taken with respect to."""
        return tuple(number for number in range(len(self.inputs)) if number not in self.constants)

    @property
    def output(self) -> int:
        """The number of the output."""
        return len(self.inputs) + len(self.steps) - 1

    def variable_arrays(self) -> tuple[Array, ...]:
        """The inputs that derivatives are taken with respect to."""
        return tuple(self.inputs[number] for number in self.variables)

    def with_spare_input(self, spare: Array) -> Case:
        """The same steps with one more input, the last, that no step uses."""
        first = len(self.inputs)

        def moved(number: int) -> int:
            return number if number < first else number + 1

        steps = (Step(step.op, tuple(map(moved, step.args)), step.spelling) for step in self.steps)
        return Case((*self.inputs, spare), tuple(steps), self.constants)

    def with_offsets(self) -> tuple[Case, tuple[int, ...]]:
        """The case of w + t in place of each variable w, at t = 0, and the numbers of the ts."""
        first, count = len(self.inputs), len(self.variables)
        offsets = tuple(range(first, first + count))
        sums = dict(zip(self.variables, range(first + count, first + 2 * count), strict=True))

        def moved(number: int) -> int:
            return sums.get(number, number) if number < first else number + 2 * count

        adding = [Step(EWiseAdd(), pair) for pair in zip(self.variables, offsets, strict=True)]
        steps = (Step(step.op, tuple(map(moved, step.args)), step.spelling) for step in self.steps)
        zeros = (as_array(array * 0) for array in self.variable_arrays())
        return Case((*self.inputs, *zeros), (*adding, *steps), self.constants), offsets

    def with_constant(self, value: int, array: Array) -> Case:
        """The same steps with ``array``, a constant, wherever value number ``value`` was used."""
        spare = self.with_spare_input(array)
        first = len(self.inputs)
        replaced = value if value < first else value + 1
        steps = (
            Step(step.op, tuple(first if arg == replaced else arg for arg in step.args), step.spelling)
            for step in spare.steps
        )
        return Case(spare.inputs, tuple(steps), (*self.constants, first))

    def with_step(self, op: Op, *args: int) -> Case:
        """The case with one more step: its output is ``op`` applied to the values numbered ``args``."""
        return Case(self.inputs, (*self.steps, Step(op, args)), self.constants)

    def followed_by(self, op: Op, times: int) -> Case:
        """The case with ``op`` applied to the output again and again, the output in every slot of it."""
        slots = len(entry_of(op).signature.inputs)
        last = self.output
        steps = tuple(Step(op, (number,) * slots) for number in range(last, last + times))
        return Case(self.inputs, (*self.steps, *steps), self.constants)

    def alone(self, at: int, inputs: Sequence[Array]) -> Case:
        """Step number ``at`` by itself on ``inputs``, one for each slot; those that may be are variables."""
        step = self.steps[at]
        constants = tuple(slot for slot, domain in enumerate(step.domains) if not domain.differentiable)
        return Case(tuple(inputs), (Step(step.op, tuple(range(len(inputs))), step.spelling),), constants)

    def in_double(self) -> Case:
        """The case with its inputs in float64."""
        return Case(
            tuple(as_array(array.astype(FLOAT64)) for array in self.inputs), self.steps, self.constants
        )

    def upto(self, number: int) -> Case:
        """The case whose output is value ``number``, which a step makes."""
        return Case(self.inputs, self.steps[: number - len(self.inputs) + 1], self.constants)

    def varying(self) -> set[int]:
        """The numbers of the values that depend on a variable."""
        found = set(self.variables)
        for number, step in enumerate(self.steps, start=len(self.inputs)):
            if not found.isdisjoint(step.args):
                found.add(number)
        return found

    def needed(self, within: set[int] | None = None) -> set[int]:
        """The numbers of the values that the output is made of, through values of ``within`` only."""
        found: set[int] = set()
        waiting = [self.output]
        while waiting:
            number = waiting.pop()
            found.add(number)
            if number >= len(self.inputs) and (within is None or number in within):
                waiting.extend(set(self.steps[number - len(self.inputs)].args) - found)
        return found

    def specs(self) -> list[tuple[Shape, DType]]:
        """Shape and dtype of every value, as the ops declare them."""
        known: list[tuple[Shape, DType]] = [(array.shape, array.dtype) for array in self.inputs]
        for step in self.steps:
            shapes = [known[arg][0] for arg in step.args]
            dtypes = [known[arg][1] for arg in step.args]
            known.append((step.op.out_shape(*shapes), step.op.out_dtype(*dtypes)))
        return known

    def unit_roundoff(self) -> float:
        """The coarsest rounding that a value of this case undergoes, or may have undergone."""
        return _coarsest(self.specs())

    def computed_roundoff(self, *variables: int) -> float:
        """The coarsest rounding of what steps compute, and of adjoints of these inputs.

        Inputs are exact: an op of a float32 and a float64 computes in float64 what it says of the latter.
        """
        specs = self.specs()
        return _coarsest([*specs[len(self.inputs) :], *(specs[number] for number in variables)])

    def __repr__(self) -> str:
        inputs = "".join(f"{literal(array)}, " for array in self.inputs)
        steps = "".join(f"{step!r}, " for step in self.steps)
        constants = f", constants={self.constants!r}" if self.constants else ""
        return f"Case(({inputs.rstrip()}), ({steps.rstrip()}){constants})"


def _coarsest(specs: Sequence[tuple[Shape, DType]]) -> float:
    return 2.0**-24 if any(dtype is FLOAT32 for _, dtype in specs) else 2.0**-53


def literal(array: Array) -> str:
    """Python source that rebuilds the array, given ``from numpy import array``."""
    entries = repr(array.tolist()).replace("nan", "float('nan')").replace("inf", "float('inf')")
    text = f"array({entries}, '{array.dtype}')"
    return text if array.size else f"array([], '{array.dtype}').reshape({array.shape!r})"


def slot_domains(op: Op, count: int) -> list[Domain]:
    """The domain of each of ``count`` slots of an op; the last one is that of all slots behind it, too."""
    domains = op.domains(entry_of(op).domains)
    return [domains[min(at, len(domains) - 1)] for at in range(count)]


def one_step(op: Op, *inputs: Array) -> Case:
    """The case of one op alone."""
    return Case(inputs, (Step(op, tuple(range(len(inputs)))),))
