from collections.abc import Callable

import numpy as np
import pytest

from engine import Tensor, matmul, negate, power, relu, softmax, subtract, transpose
from examples.formulas import expression, formula, spelled

A, B, C = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[2.0, 1.0], [1.0, 3.0]]), Tensor(2.0)
NAMES = {A: "a", B: "b", C: "c"}

SAID: dict[str, Callable[[], Tensor]] = {
    "a + b": lambda: A + B,
    "a - b": lambda: A - B,
    "a - (b - c)": lambda: A - (B - C),
    "a - b * c": lambda: A - B * C,
    "(a + b) * c": lambda: (A + B) * C,
    "a * b + c": lambda: A * B + C,
    "a / (b * c)": lambda: A / (B * C),
    "a / b / c": lambda: A / B / C,
    "a @ b": lambda: matmul(A, B),
    "a @ (b @ a)": lambda: matmul(A, matmul(B, A)),
    "(a @ b).T": lambda: matmul(A, B).T,
    "a.T": lambda: transpose(A),
    "-a": lambda: negate(A),
    "-(a + b)": lambda: -(A + B),
    "-(a * b)": lambda: -(A * B),
    "a * -b": lambda: A * -B,
    "-a - b": lambda: subtract(-A, B),
    "(-a) ** 2": lambda: (-A) ** 2,
    "(a ** b) ** c": lambda: power(power(A, B), C),
    "a ** b ** c": lambda: power(A, power(B, C)),
    "a + 2": lambda: A + 2,
    "a - 2": lambda: A - 2,
    "2 * (a - 2)": lambda: 2 * (A - 2),
    "a / 2": lambda: A / 2,
    "(a + b) / 2": lambda: (A + B) / 2,
    "sum(a)": A.sum,
    "summation(a, (0,))": lambda: A.sum(0),
    "relu(a)": lambda: relu(A),
    "softmax(a, (1,))": lambda: softmax(A),
    "broadcast_to(c, (2,))": lambda: C.broadcast_to(2),
    "a + 7": lambda: A + Tensor(7.0),
    "a * -7": lambda: A * Tensor(-7.0),
}


@pytest.mark.parametrize("said", SAID)
def test_a_formula_reads_like_its_source(said: str) -> None:
    assert formula(SAID[said](), NAMES, "nothing") == said


def test_a_name_is_not_looked_behind() -> None:
    product = A * B
    names = {**NAMES, product: "p"}
    assert formula(product + C, names, "nothing") == "p + c"
    assert expression(product, names, "nothing") == "p"
    assert formula(product, names, "nothing") == "a * b"


def test_an_array_without_a_name_is_not_put_into_words() -> None:
    assert formula(A * Tensor(np.ones((2, 2))), NAMES, "something") == "something"


def test_a_long_formula_is_not_put_into_words() -> None:
    assert formula(A + A + A + A + A + A, NAMES, "long") == "a + a + a + a + a + a"
    assert formula(A + A + A + A + A + A + A + A + A, NAMES, "long") == "long"
    assert formula(relu(A), {A: "a" * 60}, "long") == "long"


@pytest.mark.parametrize(
    ("name", "words"),
    [("ReLU", "relu"), ("BroadcastTo", "broadcast_to"), ("LogSumExp", "log_sum_exp"), ("SVD", "svd")],
)
def test_an_op_is_spelled_as_a_function(name: str, words: str) -> None:
    assert spelled(name) == words
