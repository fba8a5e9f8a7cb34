"""What a program has: values used again, paths that meet, families of ops, ranks and dtypes.

Only steps count that the output is made of, and of values only those that depend on a variable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from engine import ops
from engine.catalogue import entry_of
from engine.dtype import FLOAT32, FLOAT64
from engine.kinds import Reduction
from properties.case import Case, Step


@dataclass(frozen=True)
class Program:
    """A case, and what its traits are read from."""

    case: Case

    @cached_property
    def steps(self) -> dict[int, Step]:
        """The steps that the output is made of and that vary, by the numbers of their values."""
        needed, varying = self.case.needed(), self.case.varying()
        numbered = enumerate(self.case.steps, start=len(self.case.inputs))
        return {number: step for number, step in numbered if number in needed and number in varying}

    @cached_property
    def ranks(self) -> set[int]:
        """The ranks of the values, inputs too."""
        return {len(shape) for shape, _ in self.case.specs()}

    @cached_property
    def names(self) -> set[str]:
        """The ops."""
        return {type(step.op).__name__ for step in self.steps.values()}

    def uses(self, *, slots: bool) -> int:
        """How many slots, or steps, take the value that most of them take."""
        varying = self.case.varying()
        taken = (step.args if slots else set(step.args) for step in self.steps.values())
        counts = Counter(arg for args in taken for arg in args if arg in varying)
        return max(counts.values(), default=0)

    def meets_longer_path(self) -> bool:
        """Whether a variable is joined to the output by paths of two lengths."""
        shortest, longest = {self.case.output: 0}, {self.case.output: 0}
        for number, step in reversed(self.steps.items()):
            for arg in step.args:
                shortest[arg] = min(shortest.get(arg, len(self.case.steps)), shortest[number] + 1)
                longest[arg] = max(longest.get(arg, 0), longest[number] + 1)
        return any(shortest.get(number) != longest.get(number) for number in self.case.variables)

    def broadcasts(self) -> bool:
        """Whether an op broadcasts its operands, or its one operand."""
        specs = self.case.specs()
        return any(
            isinstance(step.op, ops.BroadcastTo)
            or (entry_of(step.op).elementwise and len({specs[arg][0] for arg in step.args}) > 1)
            for step in self.steps.values()
        )

    def has(self, *classes: type[ops.Identity] | type[object]) -> bool:
        """Whether one of the steps is of one of the classes."""
        return any(isinstance(step.op, classes) for step in self.steps.values())


Trait = Callable[[Program], bool]

ARRANGING = (
    ops.Reshape, ops.Transpose, ops.Permute, ops.BroadcastTo, ops.Flip, ops.Roll, ops.Rot90, ops.Tile,
    ops.Repeat, ops.Pad, ops.Tril, ops.Triu, ops.Sort,
)  # fmt: skip
INDEXING = (
    ops.GetItem,
    ops.PutItem,
    ops.GetItems,
    ops.ScatterAdd,
    ops.SetItem,
    ops.Diagonal,
    ops.PutDiagonal,
)

TRAITS: dict[str, tuple[Trait, float]] = {
    "a value in two slots or more": (lambda p: p.uses(slots=True) > 1, 0.8),
    "a value in two steps or more": (lambda p: p.uses(slots=False) > 1, 0.6),
    "one value in two slots of a step": (
        lambda p: any(len(set(step.args)) < len(step.args) for step in p.steps.values()),
        0.2,
    ),
    "a longer and a shorter path": (lambda p: p.meets_longer_path(), 0.5),
    "an unused value": (lambda p: len(p.case.needed()) <= p.case.output, 0.2),
    "a constant": (lambda p: bool(p.case.constants), 0.2),
    "a constant before a variable": (
        lambda p: bool(p.case.constants) and p.case.constants[0] < p.case.variables[-1],
        0.1,
    ),
    "the older value first": (
        lambda p: any(a < b for step in p.steps.values() for a, b in pairwise(step.args)),
        0.2,
    ),
    "the newer value first": (
        lambda p: any(a > b for step in p.steps.values() for a, b in pairwise(step.args)),
        0.2,
    ),
    "a broadcast": (lambda p: p.broadcasts(), 0.1),
    "a reduction": (lambda p: p.has(Reduction), 0.1),
    "entries in another arrangement": (lambda p: p.has(*ARRANGING), 0.05),
    "a matrix product": (lambda p: p.has(ops.MatMul, ops.Einsum), 0.1),
    "indexing": (lambda p: p.has(*INDEXING), 0.05),
    "joining": (lambda p: p.has(ops.Concatenate, ops.Stack), 0.1),
    "rank 0": (lambda p: 0 in p.ranks, 0.1),
    "rank 1": (lambda p: 1 in p.ranks, 0.1),
    "rank 2": (lambda p: 2 in p.ranks, 0.1),
    "rank 3": (lambda p: 3 in p.ranks, 0.1),
    "inputs of both dtypes": (lambda p: {a.dtype for a in p.case.inputs} == {FLOAT32, FLOAT64}, 0.02),
    "eight steps": (lambda p: len(p.case.steps) == 8, 0.002),
}
"""What programs are promised to have, and which share of them at least."""
