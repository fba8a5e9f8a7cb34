"""The adapter of HIPS autograd, https://github.com/HIPS/autograd.

Each op is a line of data in ``COUNTERPARTS``: autograd's function and how it is called. The same line
computes and writes the program of a report. An op that has no counterpart there is not supported.

Adjoints are asked for one variable at a time, ``make_vjp(f, argnum)``, each over a graph of its own. Given a
tuple of argnums autograd adds each adjoint to zeros of its input's shape and dtype, and so hides what its
rules return. Second derivatives are forward over reverse: ``make_jvp`` of the adjoint.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Protocol, TypeAlias, TypeVar
from warnings import catch_warnings, filterwarnings

from engine import ops
from engine.array import Array, as_array
from engine.errors import EngineError
from engine.graph import Op
from properties.adapters.subject import Capability, Pullback, Subject
from properties.case import Case, Step, literal
from properties.verdict import Given

T_co = TypeVar("T_co", covariant=True)


class EngineMissing(EngineError, ImportError):
    """An engine that is not installed."""


class Of(Protocol[T_co]):
    """A function of arrays, or of the boxes that autograd puts around them."""

    def __call__(self, *values: object, **keywords: object) -> T_co: ...


Vjp: TypeAlias = Callable[[Array], object]
Jvp: TypeAlias = Callable[[tuple[Array, ...]], tuple[object, object]]
MakeVjp: TypeAlias = Callable[[Of[object], int], Of[tuple[Vjp, object]]]
MakeJvp: TypeAlias = Callable[[Of[object], tuple[int, ...]], Of[Jvp]]


@dataclass(frozen=True, slots=True)
class Call:
    """``function(*values, *then, **keywords)``; with ``listed`` the values are one argument, a list."""

    function: str
    then: tuple[object, ...]
    keywords: dict[str, object]
    listed: bool

    def __call__(self, values: Sequence[object]) -> object:
        first = [list(values)] if self.listed else values
        return _found(self.function)(*first, *self.then, **self.keywords)

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


class Autograd(Subject):
    """HIPS autograd."""

    name: str = "autograd"
    capabilities: Capability = (
        Capability.FORWARD | Capability.GRADIENT | Capability.TANGENT | Capability.SECOND
    )

    def __init__(self) -> None:
        """Raises ``EngineMissing`` if autograd is not installed."""
        try:
            autograd = import_module("autograd")
        except ModuleNotFoundError as error:
            raise EngineMissing(
                "engine 'autograd'", str(error), "an installed autograd", "pip install 'gradlaws[autograd]'"
            ) from error
        self._make_vjp: MakeVjp = autograd.make_vjp
        self._make_jvp: MakeJvp = autograd.make_jvp

    def supports(self, op: Op) -> bool:
        return type(op) in COUNTERPARTS and _is_there(COUNTERPARTS[type(op)].function)

    def forward(self, case: Case) -> Array:
        return as_array(_function(case)(*case.variable_arrays()))

    def pullback(self, case: Case) -> Pullback:
        function, point = _function(case), case.variable_arrays()
        with _quiet():
            pulls = [self._make_vjp(function, at)(*point)[0] for at in range(len(point))]
        return lambda out_grad: tuple(as_array(pull(out_grad)) for pull in pulls)

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        return self._moved(_function(case), case.variable_arrays(), in_tangents)

    def gradient_tangent(
        self, case: Case, out_grad: Array, in_tangents: Sequence[Array]
    ) -> tuple[Array, ...]:
        function, point = _function(case), case.variable_arrays()

        def adjoint_of(at: int) -> Of[object]:
            return lambda *values, **_: self._make_vjp(function, at)(*values)[0](out_grad)

        return tuple(self._moved(adjoint_of(at), point, in_tangents) for at in range(len(point)))

    def source(self, case: Case, given: Given) -> str:
        """The definitions, then y, x̄, ẏ and d x̄ as far as the law chose what they take."""
        places, point = range(len(case.variables)), ", ".join(f"v{number}" for number in case.variables)
        graphs = [f"autograd.make_vjp(f, {at})" for at in places]
        cotangents = [name for name in ("out_grad", "other_out_grad") if name in given.arrays]
        asked = [f"f({point})", *(f"{graph}({point})[0]({name})" for name in cotangents for graph in graphs)]
        adjoints = [f"lambda *x: {graph}(*x)[0]({name})" for name in cotangents for graph in graphs]
        for direction in ("in_tangents", "along"):
            if f"{direction}0" in given.arrays:
                moves = str(tuple(f"{direction}{at}" for at in places)).replace("'", "")
                push = f"{tuple(places)})({point})({moves})[1]"
                asked.extend(f"autograd.make_jvp({function}, {push}" for function in ("f", *adjoints))
        if not given.arrays:
            asked.extend(f"{graph}({point})[1]" for graph in graphs)  # y again: can the graph be built?
        return "\n".join([*_definitions(case, given), *(f"print(repr({each}))" for each in asked)])

    def _moved(self, function: Of[object], point: Sequence[Array], in_tangents: Sequence[Array]) -> Array:
        """The tangent of ``function`` at ``point``."""
        with _quiet():
            push = self._make_jvp(function, tuple(range(len(point))))(*point)
            return as_array(push(tuple(in_tangents))[1])


def _function(case: Case) -> Of[object]:
    """The case as a function of its variables."""
    calls = [(COUNTERPARTS[type(step.op)].call(step), step.args) for step in case.steps]

    def function(*variables: object, **_: object) -> object:
        values: list[object] = list(case.inputs)
        for number, variable in zip(case.variables, variables, strict=True):
            values[number] = variable
        for call, args in calls:
            values.append(call([values[arg] for arg in args]))
        return values[-1]

    return function


def _definitions(case: Case, given: Given) -> list[str]:
    """The lines that import, give the inputs and what the law chose their values, and define f."""
    calls = [COUNTERPARTS[type(step.op)].call(step) for step in case.steps]
    modules = {"autograd", *(call.function.rpartition(".")[0] for call in calls)}
    lines = [f"import {module}" for module in sorted(modules)]
    lines.extend(["from numpy import array, set_printoptions", "", "set_printoptions(precision=17)"])
    lines.extend(f"v{number} = {literal(array)}" for number, array in enumerate(case.inputs))
    lines.extend(f"{name} = {literal(array)}" for name, array in given.arrays.items())
    lines.append(f"def f({', '.join(f'v{number}' for number in case.variables)}):")
    for number, (call, step) in enumerate(zip(calls, case.steps, strict=True), start=len(case.inputs)):
        lines.append(f"    v{number} = {call.written([f'v{arg}' for arg in step.args])}")
    return [*lines, f"    return v{case.output}", ""]


@cache
def _found(dotted: str) -> Of[object]:
    """The function of a dotted name."""
    module, _, name = dotted.rpartition(".")
    function: Of[object] = getattr(import_module(module), name)
    return function


@cache
def _is_there(dotted: str) -> bool:
    try:
        _found(dotted)
    except ModuleNotFoundError:
        return False
    return True


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Without autograd's warning at a derivative that is zero everywhere: laws ask for those on purpose."""
    with catch_warnings():
        filterwarnings("ignore", "Output seems independent of input")
        yield
