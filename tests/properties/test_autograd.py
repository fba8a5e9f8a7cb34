"""The adapter of HIPS autograd: what it asks, that it hands on the answers as they are, and what it prints.

autograd is an extra; where it is missing these tests fail and say how to install it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import product

import numpy as np
import pytest

from engine import EngineError, OperandError, ops
from engine.array import Array, Key, Shape, as_array
from engine.graph import Op
from engine.ops.indexing import canonical_index
from properties.adapters.autograd import Autograd, EngineMissing
from properties.adapters.autograd_calls import COUNTERPARTS
from properties.adapters.reference import Reference
from properties.adapters.subject import Mix
from properties.case import Case, Spelling, Step, one_step
from properties.compare import identical
from properties.engines import ENGINES
from properties.judge import judge
from properties.laws import LAWS
from properties.report import failure_text
from properties.rows import rows_for
from properties.verdict import Given

SCIPY = "autograd.scipy.special.logsumexp"
NAMES = sorted(op.__name__ for op, counterpart in COUNTERPARTS.items() if counterpart.function != SCIPY)

Adjoint = Callable[[Array], object]
Maker = Callable[
    [tuple[int, ...], Array, tuple[object, ...], dict[str, object]], Callable[[Array], tuple[object, ...]]
]


@pytest.fixture
def subject() -> Autograd:
    return Autograd()


def vector(*entries: float, dtype: str = "float64") -> Array:
    return as_array(np.array(entries, dtype))


def spelled(op: Op, spelling: Spelling, *inputs: Array) -> Case:
    return Case(inputs, (Step(op, tuple(range(len(inputs))), spelling),))


def called(case: Case) -> str:
    """The call that is the case's only step, as source."""
    (step,) = case.steps
    return COUNTERPARTS[type(step.op)].call(step).written([f"v{arg}" for arg in step.args])


def shown(source: str) -> list[Array]:
    """What a program prints, as arrays again."""
    lines: list[str] = []
    with np.printoptions():
        exec(source, {"print": lines.append})
    return [as_array(eval(line, {"np": np, "array": np.array, "float32": np.float32})) for line in lines]


def rules(table: str) -> dict[object, Maker]:
    """Autograd's rules by primitive: ``primitive_vjps`` or ``primitive_jvps``."""
    found: dict[object, Maker] = getattr(import_module("autograd.core"), table)
    return found


def primitive(name: str) -> object:
    found: object = getattr(import_module("autograd.numpy"), name)
    return found


def sine_with_adjoint(monkeypatch: pytest.MonkeyPatch, adjoint: Adjoint) -> list[object]:
    """Give autograd's sine this adjoint; returns the operands of the graphs built from then on."""
    operands: list[object] = []

    def make(
        argnums: tuple[int, ...], ans: Array, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> Callable[[Array], tuple[object, ...]]:
        operands.extend(args)
        return lambda out_grad: (adjoint(out_grad),)

    monkeypatch.setitem(rules("primitive_vjps"), primitive("sin"), make)
    return operands


def test_the_engines_can_be_listed_without_autograd() -> None:
    program = (
        "import sys; sys.modules['autograd'] = None; from properties.engines import ENGINES; print(*ENGINES)"
    )
    listed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert listed.stdout.split() == ["reference", "autograd"]


def test_a_missing_autograd_is_refused_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "autograd", None)
    with pytest.raises(EngineMissing, match=r"pip install 'gradlaws\[autograd\]'") as caught:
        ENGINES["autograd"]()
    assert isinstance(caught.value, EngineError)


@pytest.mark.parametrize("name", NAMES)
def test_the_counterpart_of_an_op_is_that_op(subject: Autograd, name: str) -> None:
    (row,) = (row for row in rows_for(subject) if row.name == name)
    cell = judge(LAWS["value_matches_reference"], row, subject, examples=15, start=0)
    assert not cell.failure, failure_text(cell.failure, subject)
    assert cell.held


@pytest.mark.parametrize(
    "op", [ops.Identity(), ops.Step(), ops.Compare(), ops.Sigmoid(), ops.AsType(np.dtype("f4"))]
)
def test_an_op_without_a_counterpart_is_not_supported(subject: Autograd, op: Op) -> None:
    assert not subject.supports(op)


SPELLINGS: list[tuple[Op, Spelling, str]] = [
    (ops.Summation((0, 2)), "canonical", "autograd.numpy.sum(v0, axis=(0, 2))"),
    (ops.Summation((0, 2), keepdims=True), (-1, 0), "autograd.numpy.sum(v0, axis=(-1, 0), keepdims=True)"),
    (ops.Summation((1,)), -2, "autograd.numpy.sum(v0, axis=-2)"),
    (ops.Max((0, 1, 2)), None, "autograd.numpy.max(v0, axis=None)"),
    (ops.Transpose((1, 2)), "canonical", "autograd.numpy.swapaxes(v0, 1, 2)"),
    (ops.Transpose((1, 2)), (-2, -1), "autograd.numpy.swapaxes(v0, -2, -1)"),
    (ops.Permute((2, 0, 1)), (-1, -3, -2), "autograd.numpy.transpose(v0, (-1, -3, -2))"),
    (ops.Concatenate(1), -2, "autograd.numpy.concatenate([v0], -2)"),
    (ops.Stack(0), -4, "autograd.numpy.stack([v0], -4)"),
]


@pytest.mark.parametrize(("op", "spelling", "written"), SPELLINGS, ids=[each[2] for each in SPELLINGS])
def test_axes_are_given_as_they_are_spelled(
    subject: Autograd, op: Op, spelling: Spelling, written: str
) -> None:
    case = spelled(op, spelling, as_array(np.arange(24.0).reshape(2, 3, 4)))
    assert called(case) == written
    assert np.array_equal(subject.forward(case), Reference().forward(case))


def index(shape: Shape, *keys: Key) -> ops.GetItem:
    return ops.GetItem(canonical_index(keys, shape))


WRITTEN: list[tuple[Op, Sequence[Array], str]] = [
    (ops.EWiseMul(), [vector(1.0), vector(2.0)], "autograd.numpy.multiply(v0, v1)"),
    (ops.PowerScalar(0.5), [vector(1.0)], "autograd.numpy.power(v0, 0.5)"),
    (ops.ReLU(), [vector(1.0)], "autograd.numpy.maximum(v0, 0)"),
    (ops.Reshape((1, 2)), [vector(1.0, 2.0)], "autograd.numpy.reshape(v0, (1, 2))"),
    (index((2,), None, -1), [vector(1.0, 2.0)], "operator.getitem(v0, (None, 1))"),
]


@pytest.mark.parametrize(("op", "inputs", "written"), WRITTEN, ids=[each[2] for each in WRITTEN])
def test_parameters_are_passed(subject: Autograd, op: Op, inputs: Sequence[Array], written: str) -> None:
    case = one_step(op, *inputs)
    assert called(case) == written
    identical(
        "what the program prints", shown(subject.source(case, Given()))[0], subject.forward(case), Given()
    )


def test_a_scalar_does_not_promote(subject: Autograd) -> None:
    for op in (ops.AddScalar(1.5), ops.MulScalar(1.5), ops.DivScalar(1.5), ops.PowerScalar(1.5)):
        assert subject.forward(one_step(op, vector(2.0, dtype="float32"))).dtype == np.float32


def test_constants_have_no_adjoint_and_do_not_move(subject: Autograd) -> None:
    product = (Step(ops.EWiseMul(), (0, 1)), Step(ops.EWiseMul(), (2, 1)))
    case = Case((vector(3.0), vector(5.0)), product, constants=(0,))
    assert [adjoint.tolist() for adjoint in subject.gradient(case, vector(1.0))] == [[30.0]]
    assert subject.tangent(case, [vector(1.0)]).tolist() == [30.0]
    (curved,) = subject.second(
        case, Mix.FORWARD_OVER_REVERSE, vector(1.0), {1: vector(1.0)}, {1: vector(1.0)}
    )
    assert curved.tolist() == [6.0]


def test_where_the_output_does_not_depend_on_a_variable_autograd_gives_zeros(subject: Autograd) -> None:
    case = one_step(ops.Sign(), vector(2.0, -1.0, dtype="float32"))
    ones = vector(1.0, 1.0, dtype="float32")
    zeros = np.zeros(2, np.float32)
    answers = [
        *subject.gradient(case, ones),
        subject.tangent(case, [ones]),
        *(each for mix in Mix for each in subject.second(case, mix, ones, {0: ones}, {0: ones})),
        subject.second_pullback(case, ones, [ones]),
        *subject.third(case, ones, [ones]),
    ]
    for answer in answers:
        assert answer.dtype == zeros.dtype
        assert answer.tobytes() == zeros.tobytes()


def test_a_pullback_builds_one_graph_for_a_variable_of_the_arrays_themselves(
    subject: Autograd, monkeypatch: pytest.MonkeyPatch
) -> None:
    operands = sine_with_adjoint(monkeypatch, lambda out_grad: out_grad)
    x = vector(1.0, 2.0)
    pull = subject.pullback(one_step(ops.Sin(), x))
    for size in (1.0, 2.0):
        assert pull(vector(size, size))[0].tolist() == [size, size]
    assert len(operands) == 1
    assert operands[0] is x


def test_answers_are_not_repaired(subject: Autograd, monkeypatch: pytest.MonkeyPatch) -> None:
    case, ones = one_step(ops.Sin(), vector(1.0, 2.0, dtype="float32")), vector(1.0, 1.0, dtype="float32")
    wrong = np.ones((1, 3))
    sine_with_adjoint(monkeypatch, lambda out_grad: wrong)
    (got,) = subject.gradient(case, ones)
    assert got is wrong
    sine_with_adjoint(monkeypatch, lambda out_grad: None)
    with pytest.raises(OperandError):
        subject.gradient(case, ones)


def test_a_number_is_an_array_without_axes(subject: Autograd) -> None:
    case = one_step(ops.Summation((0,)), vector(1.0, 2.0, dtype="float32"))
    value = subject.forward(case)
    assert isinstance(value, np.ndarray)
    assert value.shape == ()
    assert value.dtype == np.float32


@pytest.mark.parametrize(
    ("table", "law"),
    [("primitive_vjps", "gradient_matches_numeric"), ("primitive_jvps", "tangent_matches_numeric")],
)
def test_a_wrong_primitive_is_found_and_its_program_shows_the_wrong_number(
    subject: Autograd, monkeypatch: pytest.MonkeyPatch, table: str, law: str
) -> None:
    monkeypatch.setitem(rules(table), primitive("sin"), rules(table)[primitive("cos")])
    (row,) = (row for row in rows_for(subject) if row.name == "Sin")
    failure = judge(LAWS[law], row, subject, examples=10, start=0).failure
    assert failure
    numbers = [
        each for answer in shown(subject.source(failure.case, failure.broken.given)) for each in answer.flat
    ]
    assert float(failure.broken.got) in numbers


def test_a_program_asks_what_the_law_asked(subject: Autograd) -> None:
    steps = (
        Step(ops.EWiseMul(), (0, 1)),
        Step(ops.Exp(), (3,)),
        Step(ops.Concatenate(0), (4, 2), -1),
        Step(index((4,), slice(None, None, -1)), (5,)),
        Step(ops.Summation((0,)), (6,), -1),
    )
    case = Case((vector(0.5, 0.25), vector(2.0), vector(1.0, 3.0)), steps, constants=(2,))
    out_grad, other, moves = (
        as_array(np.array(2.0)),
        as_array(np.array(-1.0)),
        [vector(1.0, 0.0), vector(3.0)],
    )
    turned = [vector(0.0, 1.0), vector(-1.0)]
    chosen = {"out_grad": out_grad, "other_out_grad": other}
    chosen |= {f"in_tangents{at}": each for at, each in enumerate(moves)}
    chosen |= {f"along{at}": each for at, each in enumerate(turned)}
    answers = [subject.forward(case), *subject.gradient(case, out_grad), *subject.gradient(case, other)]
    inner, outer = dict(enumerate(turned)), dict(enumerate(moves))
    for tangents in (moves, turned):
        answers.append(subject.tangent(case, tangents))
        for seed in (out_grad, other):
            along = dict(enumerate(tangents))
            answers.extend(subject.second(case, Mix.FORWARD_OVER_REVERSE, seed, inner, along))
    for at, to in product(inner, inner):
        answers.extend(
            subject.second(case, Mix.REVERSE_OVER_REVERSE, out_grad, {at: turned[at]}, {to: moves[to]})
        )
    for mix in (Mix.REVERSE_OVER_FORWARD, Mix.FORWARD_OVER_FORWARD):
        answers.extend(subject.second(case, mix, out_grad, inner, outer))
    for got, answer in zip(shown(subject.source(case, Given(chosen))), answers, strict=True):
        identical("what the program prints", got, answer, Given())


def test_a_program_shows_that_a_graph_cannot_be_built(subject: Autograd) -> None:
    case = one_step(ops.BroadcastTo((2, 1)), vector(1.0))
    with pytest.raises(AssertionError):
        subject.pullback(case)
    with pytest.raises(AssertionError):
        shown(subject.source(case, Given()))


DEFECTS = [
    ("gradient_has_type_of_input", "ReLU"),  # float64 for float32
    ("gradient_matches_numeric", "BroadcastTo"),  # no adjoint where leading axes are new
    ("gradient_matches_numeric", "Where"),  # the adjoint is not summed over what was broadcast
    ("gradient_is_differentiable", "EWisePow"),  # at b = 0, ∂²(aᵇ)/∂a∂b is a, not 1/a
]


@pytest.mark.parametrize(("law", "name"), DEFECTS)
def test_what_is_wrong_in_autograd_is_found(subject: Autograd, law: str, name: str) -> None:
    (row,) = (row for row in rows_for(subject) if row.name == name)
    assert judge(LAWS[law], row, subject, examples=60, start=0).failure
