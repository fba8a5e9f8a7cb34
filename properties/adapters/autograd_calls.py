"""What HIPS autograd calls each op, as data. The same line computes and writes the program of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Protocol, TypeVar

from engine import ops
from engine.graph import Op
from properties.case import Step

T_co = TypeVar("T_co", covariant=True)


class Of(Protocol[T_co]):
    """A function of arrays, or of the boxes that autograd puts around them."""

    def __call__(self, *values: object, **keywords: object) -> T_co: ...


@dataclass(frozen=True, slots=True)
class Call:
    """``function(*values, *then, **keywords)``; with ``listed`` the values are one argument, a list."""

    function: str
    then: tuple[object, ...]
    keywords: dict[str, object]
    listed: bool

    def __call__(self, values: Sequence[object]) -> object:
        first = [list(values)] if self.listed else values
        return found(self.function)(*first, *self.then, **self.keywords)

    def written(self, names: Sequence[str]) -> str:
        """The call as source."""
        first = [f"[{', '.join(names)}]"] if self.listed else names
        rest = [*map(repr, self.then), *(f"{name}={value!r}" for name, value in self.keywords.items())]
        return f"{self.function}({', '.join([*first, *rest])})"


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What autograd calls an op. A string in ``then`` and ``keywords`` names the op's field to be passed.

    Axes are passed as the user spells them, with a star one by one. A keyword that would be False is left
    out.
    """

    function: str
    then: tuple[str | int, ...] = ()
    keywords: dict[str, str] = field(default_factory=dict[str, str])
    listed: bool = False

    def call(self, step: Step) -> Call:
        """The call that is the step."""
        then = [each for name in self.then for each in _passed(step, name)]
        keywords = {key: value for key, name in self.keywords.items() for value in _passed(step, name)}
        kept = {key: value for key, value in keywords.items() if value is not False}
        return Call(self.function, tuple(then), kept, self.listed)


def _passed(step: Step, name: str | int) -> Sequence[object]:
    """What stands for ``name`` in a call."""
    if isinstance(name, int):
        return (name,)
    if name == "*axes":
        pair: tuple[object, ...] = (
            step.spelling if isinstance(step.spelling, tuple) else getattr(step.op, "axes", ())
        )
        return pair
    spelled = name in ("axes", "axis") and step.spelling != "canonical"
    return (step.spelling if spelled else getattr(step.op, name),)


REDUCED = {"axis": "axes", "keepdims": "keepdims"}

COUNTERPARTS: dict[type[Op], Counterpart] = {
    ops.EWiseAdd: Counterpart("autograd.numpy.add"),
    ops.AddScalar: Counterpart("autograd.numpy.add", ("scalar",)),
    ops.EWiseMul: Counterpart("autograd.numpy.multiply"),
    ops.MulScalar: Counterpart("autograd.numpy.multiply", ("scalar",)),
    ops.EWiseDiv: Counterpart("autograd.numpy.divide"),
    ops.DivScalar: Counterpart("autograd.numpy.divide", ("scalar",)),
    ops.EWisePow: Counterpart("autograd.numpy.power"),
    ops.PowerScalar: Counterpart("autograd.numpy.power", ("scalar",)),
    ops.Negate: Counterpart("autograd.numpy.negative"),
    ops.MatMul: Counterpart("autograd.numpy.matmul"),
    ops.Exp: Counterpart("autograd.numpy.exp"),
    ops.Log: Counterpart("autograd.numpy.log"),
    ops.Tanh: Counterpart("autograd.numpy.tanh"),
    ops.Sin: Counterpart("autograd.numpy.sin"),
    ops.Cos: Counterpart("autograd.numpy.cos"),
    ops.Sqrt: Counterpart("autograd.numpy.sqrt"),
    ops.Abs: Counterpart("autograd.numpy.abs"),
    ops.Sign: Counterpart("autograd.numpy.sign"),
    ops.ReLU: Counterpart("autograd.numpy.maximum", (0,)),
    ops.Maximum: Counterpart("autograd.numpy.maximum"),
    ops.Minimum: Counterpart("autograd.numpy.minimum"),
    ops.Where: Counterpart("autograd.numpy.where"),
    ops.Summation: Counterpart("autograd.numpy.sum", keywords=REDUCED),
    ops.Max: Counterpart("autograd.numpy.max", keywords=REDUCED),
    ops.LogSumExp: Counterpart("autograd.scipy.special.logsumexp", keywords=REDUCED),
    ops.BroadcastTo: Counterpart("autograd.numpy.broadcast_to", ("shape",)),
    ops.Reshape: Counterpart("autograd.numpy.reshape", ("shape",)),
    ops.Transpose: Counterpart("autograd.numpy.swapaxes", ("*axes",)),
    ops.Permute: Counterpart("autograd.numpy.transpose", ("axes",)),
    ops.GetItem: Counterpart("operator.getitem", ("index",)),
    ops.Concatenate: Counterpart("autograd.numpy.concatenate", ("axis",), listed=True),
    ops.Stack: Counterpart("autograd.numpy.stack", ("axis",), listed=True),
}
"""Autograd's function for each op that it has. (``autograd.scipy`` needs SciPy, which is not required.)"""


@cache
def found(dotted: str) -> Of[object]:
    """The function of a dotted name."""
    module, _, name = dotted.rpartition(".")
    function: Of[object] = getattr(import_module(module), name)
    return function


@cache
def is_there(dotted: str) -> bool:
    """Whether the function of a dotted name can be imported."""
    try:
        found(dotted)
    except ModuleNotFoundError:
        return False
    return True
