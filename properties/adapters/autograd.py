"""The adapter of HIPS autograd, https://github.com/HIPS/autograd.

Each op is a line of data in ``autograd_calls``: autograd's function and how it is called. An op that has no
counterpart there is not supported.

Adjoints are asked for one variable at a time, ``make_vjp(f, argnum)``, each over a graph of its own. Given a
tuple of argnums autograd adds each adjoint to zeros of its input's shape and dtype, and so hides what its
rules return. Second derivatives are forward over reverse: ``make_jvp`` of the adjoint.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import product
from typing import TypeAlias
from warnings import catch_warnings, filterwarnings

from engine.array import Array, as_array
from engine.errors import EngineError
from engine.graph import Op
from properties.adapters.autograd_calls import COUNTERPARTS, Of, found, is_there
from properties.adapters.subject import Capability, Mix, Moves, Pullback, Subject
from properties.case import Case, literal
from properties.verdict import Given


class EngineMissing(EngineError, ImportError):
    """An engine that is not installed."""


Vjp: TypeAlias = Callable[[object], object]
Jvp: TypeAlias = Callable[[tuple[Array, ...]], tuple[object, object]]
MakeVjp: TypeAlias = Callable[[Of[object], int], Of[tuple[Vjp, object]]]
MakeJvp: TypeAlias = Callable[[Of[object], tuple[int, ...]], Of[Jvp]]


class Autograd(Subject):
    """HIPS autograd."""

    name: str = "autograd"
    capabilities: Capability = (
        Capability.FORWARD | Capability.GRADIENT | Capability.ROOTS | Capability.TANGENT | Capability.SECOND
        | Capability.MIXES | Capability.SECOND_PULLBACK | Capability.THIRD
    )  # fmt: skip
    mixes: tuple[Mix, ...] = tuple(Mix)

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
        return type(op) in COUNTERPARTS and is_there(COUNTERPARTS[type(op)].function)

    def forward(self, case: Case) -> Array:
        return as_array(_function(case)(*case.variable_arrays()))

    def pullback(self, case: Case) -> Pullback:
        function, point = _function(case), case.variable_arrays()
        with _quiet():
            pulls = [self._make_vjp(function, at)(*point)[0] for at in range(len(point))]
        return lambda out_grad: tuple(as_array(pull(out_grad)) for pull in pulls)

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        point = case.variable_arrays()
        with _quiet():
            return as_array(self._tangent(_function(case), range(len(point)), in_tangents)(*point))

    def joint_gradient(
        self, case: Case, outputs: Sequence[int], out_grads: Sequence[Array]
    ) -> tuple[Array, ...]:
        function, point = _function(case, outputs), case.variable_arrays()
        with _quiet():
            pulls = [self._make_vjp(function, at)(*point)[0] for at in range(len(point))]
            return tuple(as_array(pull(tuple(out_grads))) for pull in pulls)

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        function, point = _function(case), case.variable_arrays()
        place = {number: at for at, number in enumerate(case.variables)}
        inside, outside = [place[number] for number in inner], [place[number] for number in outer]
        along, then = list(inner.values()), list(outer.values())
        if mix in (Mix.FORWARD_OVER_REVERSE, Mix.REVERSE_OVER_REVERSE):
            firsts, weights = [self._adjoint(function, at, out_grad) for at in inside], along
        else:
            firsts, weights = [self._tangent(function, inside, along)], [out_grad]
        with _quiet():
            if mix in (Mix.FORWARD_OVER_REVERSE, Mix.FORWARD_OVER_FORWARD):
                return tuple(as_array(self._tangent(first, outside, then)(*point)) for first in firsts)
            return tuple(
                _summed(
                    self._adjoint(first, at, weight)(*point)
                    for first, weight in zip(firsts, weights, strict=True)
                )
                for at in outside
            )

    def second_pullback(self, case: Case, out_grad: Array, in_cotangents: Sequence[Array]) -> Array:
        function, point = _function(case), case.variable_arrays()

        def adjoint_at(at: int) -> Of[object]:
            return lambda *seeds, **_: self._make_vjp(function, at)(*point)[0](*seeds)

        with _quiet():
            return _summed(
                self._make_vjp(adjoint_at(at), 0)(out_grad)[0](each) for at, each in enumerate(in_cotangents)
            )

    def third(self, case: Case, out_grad: Array, along: Sequence[Array]) -> tuple[Array, ...]:
        point = case.variable_arrays()
        places = range(len(point))
        twice = self._tangent(self._tangent(_function(case), places, along), places, along)
        with _quiet():
            return tuple(as_array(self._adjoint(twice, at, out_grad)(*point)) for at in places)

    def source(self, case: Case, given: Given) -> str:
        """The definitions, then y, x̄, ẏ and higher derivatives as far as the law chose what they take."""
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
        asked.extend(_higher(given, places, point))
        if not given.arrays:
            asked.extend(f"{graph}({point})[1]" for graph in graphs)  # y again: can the graph be built?
        return "\n".join([*_definitions(case, given), *(f"print(repr({each}))" for each in asked)])

    def _adjoint(self, function: Of[object], at: int, out_grad: Array) -> Of[object]:
        """The adjoint of argument ``at``, as a function of all arguments."""
        return lambda *values, **_: self._make_vjp(function, at)(*values)[0](out_grad)

    def _tangent(self, function: Of[object], moving: Sequence[int], speeds: Sequence[Array]) -> Of[object]:
        """The tangent along the arguments that move, as a function of all arguments."""
        return lambda *values, **_: self._make_jvp(function, tuple(moving))(*values)(tuple(speeds))[1]


def _summed(parts: Iterable[object]) -> Array:
    """The sum of an engine's answers, each an array."""
    first, *others = map(as_array, parts)
    return as_array(sum(others, start=first))


def _function(case: Case, outputs: Sequence[int] = ()) -> Of[object]:
    """The case as a function of its variables: of one value, or a tuple of those that are named."""
    calls = [(COUNTERPARTS[type(step.op)].call(step), step.args) for step in case.steps]

    def function(*variables: object, **_: object) -> object:
        values: list[object] = list(case.inputs)
        for number, variable in zip(case.variables, variables, strict=True):
            values[number] = variable
        for call, args in calls:
            values.append(call([values[arg] for arg in args]))
        if outputs:
            return found("autograd.builtins.tuple")([values[number] for number in outputs])
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


def _higher(given: Given, places: range, point: str) -> Iterator[str]:
    """The second and third derivatives, of every mix, that a law may have asked for with what it chose."""
    if not {"out_grad", "along0"} <= set(given.arrays):
        return
    inner, outer = (
        str(tuple(f"{name}{at}" for at in places)).replace("'", "") for name in ("along", "in_tangents")
    )
    push = f"{tuple(places)})(*x)({inner})[1]"
    moved = f"lambda *x: autograd.make_jvp(f, {push}"
    adjoints = [f"lambda *x: autograd.make_vjp(f, {at})(*x)[0](out_grad)" for at in places]
    if "in_tangents0" in given.arrays:
        for at, to in product(places, places):
            yield f"autograd.make_vjp({adjoints[at]}, {to})({point})[0](along{at})"
        yield from (f"autograd.make_vjp({moved}, {at})({point})[0](out_grad)" for at in places)
        yield f"autograd.make_jvp({moved}, {tuple(places)})({point})({outer})[1]"
        return
    for at in places:
        pull = f"lambda seed: autograd.make_vjp(f, {at})({point})[0](seed)"
        yield f"autograd.make_vjp({pull}, 0)(out_grad)[0](along{at})"
    twice = f"lambda *x: autograd.make_jvp({moved}, {push}"
    yield from (f"autograd.make_vjp({twice}, {at})({point})[0](out_grad)" for at in places)


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Without autograd's warning at a derivative that is zero everywhere: laws ask for those on purpose."""
    with catch_warnings():
        filterwarnings("ignore", "Output seems independent of input")
        yield
