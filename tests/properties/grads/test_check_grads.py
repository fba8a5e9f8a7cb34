"""``check_grads`` passes what is right, and says how much it certifies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine import ops
from engine.array import Array, computed
from engine.mode import lazy, no_grad
from engine.tensor import Tensor
from engine.transforms import Argument
from properties import check_grads
from properties.grads.look import Mode
from tests.properties.grads.planted import Function, Mixing, Product, Square


def draw(*shape: int, seed: int = 3) -> Array:
    """Numbers of either sign, none near 0."""
    random = np.random.default_rng(seed)
    numbers = random.uniform(0.25, 2, shape)
    return computed(numbers * random.choice([-1.0, 1.0], shape))


def single(*shape: int) -> Array:
    return computed(draw(*shape).astype(np.float32))


def softmax(x: Tensor) -> Tensor:
    return ops.exp(x - ops.reshape(ops.logsumexp(x, (1,)), (x.shape[0], 1)))


def perceptron(x: Tensor, w: Tensor) -> Tensor:
    return (ops.relu(x @ w) ** 2).sum()


RIGHT: dict[str, tuple[Function, Sequence[Argument]]] = {
    "a number": (ops.sin, (0.75,)),
    "several numbers": (lambda x, y: x * ops.sin(y) / (x + y), (0.75, 1.5)),
    "an array": (ops.tanh, (draw(3, 2),)),
    "a list": (ops.tanh, ([[0.5, 1.0], [-0.5, 2.0]],)),
    "a Tensor": (ops.exp, (Tensor([0.5, 0.25]),)),
    "a value with a graph": (ops.exp, (ops.sin(Tensor([0.5, 0.25])),)),
    "a constant": (ops.exp, (Tensor([0.5, 0.25], requires_grad=False),)),
    "0-d": (ops.log, (np.array(0.75),)),
    "many arguments": (lambda a, b, c, d: a * b + c * d, (1.5, draw(2), draw(2, 1), draw(3, 1, 1))),
    "float32": (lambda x: ops.sin(x) * x, (single(4),)),
    "two dtypes": (ops.multiply, (single(3), draw(3))),
    "a product of two dtypes": (ops.matmul, (single(3, 3), draw(3, 3))),
    "float32 on the way": (
        lambda x: ops.astype(ops.sin(ops.astype(x, "float32")), "float64") * x,
        (draw(3),),
    ),
    "broadcasting": (ops.multiply, (draw(3, 1), draw(1, 4))),
    "matrix product": (ops.matmul, (draw(2, 3), draw(3, 2))),
    "batches": (ops.matmul, (draw(2, 3, 2), draw(2, 2))),
    "where": (lambda x: ops.where(x.numpy() > 0, x * x, ops.sin(x)), (draw(5),)),
    "maximum": (ops.maximum, (draw(5), draw(5, seed=4))),
    "max": (lambda x: ops.max(x, (1,)) ** 2, (draw(3, 4),)),
    "abs": (lambda x: ops.absolute(x) * x, (draw(5),)),
    "sign": (ops.sign, (draw(5),)),
    "indexing": (lambda x: x[1:3] * x[0], (draw(5),)),
    "concatenate": (lambda x, y: ops.concatenate([x * y, y], 0), (draw(3), draw(3))),
    "stack": (lambda x, y: ops.stack([x, y, x * x], 1), (draw(3), draw(3))),
    "layout": (ops.exp, (draw(4, 4)[::2, ::-1].T,)),
    "softmax": (softmax, (draw(3, 4),)),
    "perceptron": (perceptron, (draw(4, 3), draw(3, 2))),
    "the argument itself": (lambda x: x, (draw(3),)),
    "the second argument": (lambda x, y: y, (draw(3), draw(2))),
    "a constant function": (lambda x: Tensor.make_const([1.0, 2.0]), (draw(3),)),
    "zero": (lambda x: x - x, (draw(3),)),
    "no entries": (ops.exp, (np.zeros((0, 3)),)),
    "a sum of no entries": (lambda x: x.sum(), (np.zeros(0),)),
    "one argument without entries": (lambda x, y: x.sum() + y * y, (np.zeros((0, 3)), 2.0)),
    "own op, no op line": (Mixing(), (draw(3),)),
    "own elementwise op of two inputs": (Product(), (draw(3), draw(3))),
    "own product": (Square(), (draw(3, 3), draw(3, 3, seed=4))),
    "own op in float32": (Mixing(), (single(3),)),
    "x to the 0 at 0": (lambda x: x**0, (0.0,)),
    "x squared at 0": (lambda x: x**2, (np.zeros(3),)),
    "x cubed at 0": (lambda x: x**3, (0.0,)),
    "right of a kink": (ops.relu, (1e-9,)),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(name: str, order: int) -> None:
    f, args = RIGHT[name]
    for seed in (0, 1):
        report = check_grads(f, args, order, seed=seed)
        assert report.verdict == "PASS", report
        assert not any(line.undecided for line in report.checked)


@pytest.mark.parametrize(
    "name", ["a number", "several numbers", "two dtypes", "indexing", "own op, no op line"]
)
def test_order_three_passes(name: str) -> None:
    f, args = RIGHT[name]
    assert check_grads(f, args, 3, seed=0).verdict == "PASS"


@pytest.mark.parametrize("modes", [("fwd",), ("rev",), ("rev", "fwd"), ["rev"]])
def test_each_mode_can_be_asked_for_alone(modes: Sequence[Mode]) -> None:
    report = check_grads(lambda x, y: x * ops.sin(y), (0.75, 1.5), 2, modes, seed=0)
    asked = {part for line in report.checked for part in line.mode.split(" over ")}
    assert asked == set(modes)


LARGE: dict[str, tuple[Function, Sequence[Argument]]] = {
    "one input": (ops.tanh, (draw(2000),)),
    "a sum": (lambda x: (x * x).sum(), (draw(2000),)),
    "a layer": (lambda x, w: ops.tanh(x @ w).sum(), (draw(20, 40), draw(40, 25))),
    "a perceptron": (perceptron, (draw(20, 40), draw(40, 25))),
    "a softmax": (softmax, (draw(40, 50),)),
    "own op": (Mixing(), (draw(200),)),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", LARGE)
def test_large_inputs(name: str, order: int) -> None:
    f, args = LARGE[name]
    modes: tuple[Mode, ...] = ("fwd", "rev") if order == 1 else ("rev",)
    assert check_grads(f, args, order, modes, seed=0).verdict == "PASS"


def test_in_float64_thirteen_digits_are_certified_and_in_float32_five() -> None:
    report = check_grads(lambda x, y: ops.sin(x) * y, (0.75, 1.5), 2, seed=0)
    assert all(report.digits(argument, order) > 11 for argument in (0, 1) for order in (1, 2))
    assert report.digits(0) > 13
    assert 4 < check_grads(ops.sin, (np.float32(0.75) * single(3),), seed=0).digits(0) < 8
    assert report.digits(7) == 0.0


def test_a_report_says_what_was_compared() -> None:
    report = check_grads(lambda x, y: x * ops.sin(y), (0.75, draw(2)), 2, seed=5)
    assert len(report.checked) == 2 * 2 + 4 * 2
    assert {line.mode for line in report.checked if line.order == 2} == {
        f"{first} over {second}" for first in ("fwd", "rev") for second in ("fwd", "rev")
    }
    lines = str(report).splitlines()
    assert len(lines) == len(report.checked) + 1
    assert lines[-1] == "PASS (seed=5)"
    assert "argument 1: 2 entries hold" in str(report)
    assert all(line.held > 0 and line.digits > 11 for line in report.checked)


def test_an_argument_without_entries_leaves_nothing_undecided() -> None:
    report = check_grads(lambda x, y: x.sum() + y * y, (np.zeros((0, 3)), 2.0), seed=0)
    assert report.digits(1) > 13


def test_the_same_seed_gives_the_same_report_and_another_gives_others() -> None:
    f, args = RIGHT["softmax"]
    first, again, other = (str(check_grads(f, args, 2, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    drawn = {check_grads(ops.sin, (0.75,)).seed for _ in range(3)}
    assert len(drawn) == 3


def test_it_leaves_arguments_outer_variables_and_random_states_as_they_were() -> None:
    w, x = Tensor(3.0), draw(3)
    y = w * w
    y.backward()
    gradient, copy, state = w.grad, x.copy(), str(np.random.get_state())  # noqa: NPY002 - the one to leave alone
    assert check_grads(lambda a: w * ops.sin(a) * y, (x,), 2, seed=0).verdict == "PASS"
    assert w.grad is gradient
    assert x.tolist() == copy.tolist()
    assert str(np.random.get_state()) == state  # noqa: NPY002 - as above


def test_modes_around_the_call_do_not_matter() -> None:
    with lazy():
        waiting = ops.exp(Tensor([0.5, 0.25]))
        assert check_grads(lambda x: ops.sin(x) * x, (waiting,), 2, seed=0).verdict == "PASS"
    with no_grad():
        assert check_grads(lambda x: ops.sin(x) * x, (draw(3),), 2, seed=0).verdict == "PASS"


def test_the_function_is_called_a_few_times_only() -> None:
    calls = 0

    def counted(x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return ops.sin(x).sum()

    check_grads(counted, (draw(500),), seed=0)
    assert calls <= 3


def test_a_deep_chain() -> None:
    def deep(x: Tensor) -> Tensor:
        for _ in range(200):
            x = ops.sin(x) * 1.01 + 0.001 * x
        return x

    assert check_grads(deep, (draw(3),), 2, seed=0).verdict == "PASS"


def test_ops_that_are_not_elementwise() -> None:
    def f(x: Tensor) -> Tensor:
        rows = ops.broadcast_to(ops.reshape(x, (3, 1)), (3, 2))
        return ops.permute(ops.transpose(rows) @ rows, (1, 0)) * ops.logsumexp(x, (0,))

    assert check_grads(f, (draw(3),), 2, seed=0).verdict == "PASS"
