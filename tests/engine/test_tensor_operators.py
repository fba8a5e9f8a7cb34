"""The operators, both ways round, with every kind of operand: value, dtype and the op that is made."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    Abs,
    AddScalar,
    DivScalar,
    EWiseAdd,
    EWiseDiv,
    EWiseMul,
    EWisePow,
    MatMul,
    MulScalar,
    Negate,
    Op,
    PowerScalar,
    Tensor,
    jvp,
    pullback,
)
from engine.array import Number
from engine.dtype import FLOAT32, FLOAT64

X = [2.0, 4.0]
WITH_A_NUMBER: dict[str, tuple[Callable[[Tensor, float | Number], Tensor], list[float], list[float], Op]] = {
    "x + c": (lambda x, c: x + c, [4.0, 6.0], [1.0, 1.0], AddScalar(2.0)),
    "c + x": (lambda x, c: c + x, [4.0, 6.0], [1.0, 1.0], AddScalar(2.0)),
    "x - c": (lambda x, c: x - c, [0.0, 2.0], [1.0, 1.0], AddScalar(-2.0)),
    "c - x": (lambda x, c: c - x, [0.0, -2.0], [-1.0, -1.0], AddScalar(2.0)),
    "x * c": (lambda x, c: x * c, [4.0, 8.0], [2.0, 2.0], MulScalar(2.0)),
    "c * x": (lambda x, c: c * x, [4.0, 8.0], [2.0, 2.0], MulScalar(2.0)),
    "x / c": (lambda x, c: x / c, [1.0, 2.0], [0.5, 0.5], DivScalar(2.0)),
    "c / x": (lambda x, c: c / x, [1.0, 0.5], [-0.5, -0.125], EWiseDiv()),
    "x ** c": (lambda x, c: x**c, [4.0, 16.0], [4.0, 8.0], PowerScalar(2.0)),
}
NUMBERS: list[float | Number] = [
    2,
    2.0,
    np.float64(2),
    np.float32(2),
    np.int64(2),
    np.int8(2),
    np.uint16(2),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: type(number).__name__)
@pytest.mark.parametrize("expression", WITH_A_NUMBER)
def test_an_operator_with_a_number(expression: str, number: float | Number, dtype: str) -> None:
    apply, value, slope, op = WITH_A_NUMBER[expression]
    x = Tensor(X, dtype=dtype)
    y = apply(x, number)
    (x_bar,) = pullback(y, [x])
    assert isinstance(y, Tensor)
    assert (y.numpy().tolist(), y.dtype.name) == (value, dtype)
    assert (x_bar.numpy().tolist(), x_bar.dtype.name) == (slope, dtype)
    assert y.op == op


def test_two_to_the_power_of_a_tensor() -> None:
    x = Tensor([3.0, 0.0])
    y = 2**x
    (x_bar,) = pullback(y, [x])
    assert y.numpy().tolist() == [8.0, 1.0]
    np.testing.assert_allclose(x_bar.numpy(), [8 * np.log(2), np.log(2)], rtol=1e-15)
    assert y.op == EWisePow()
    assert (2 ** Tensor([3.0], dtype="float32")).dtype is FLOAT32


def test_a_truth_value_is_a_number() -> None:
    x = Tensor(X)
    assert (x + True).op == AddScalar(1.0)
    assert (x * np.bool_(False)).numpy().tolist() == [0.0, 0.0]


def test_differences_are_sums_with_the_negative() -> None:
    a, b = Tensor([5.0]), Tensor([3.0])
    y = a - b
    assert y.op == EWiseAdd()
    assert y.inputs[0] is a
    assert y.inputs[1].op == Negate()
    assert y.inputs[1].inputs == (b,)
    assert y.numpy().tolist() == [2.0]


def test_a_number_makes_a_node_with_one_input() -> None:
    a = Tensor([1.0])
    assert (3 * a).inputs == (a,)
    assert (a + 1).inputs == (a,)
    assert (a / 2).inputs == (a,)
    assert (a**2).inputs == (a,)


ROW = np.array([[1.0, 2.0]])
LIST = [[1.0, 2.0]]
WITH_AN_ARRAY: dict[str, tuple[Callable[[Tensor], Tensor], list[list[float]], list[float]]] = {
    "x + array": (lambda x: x + ROW, [[3.0, 6.0]], [1.0, 1.0]),
    "array + x": (lambda x: ROW + x, [[3.0, 6.0]], [1.0, 1.0]),
    "x - array": (lambda x: x - ROW, [[1.0, 2.0]], [1.0, 1.0]),
    "array - x": (lambda x: ROW - x, [[-1.0, -2.0]], [-1.0, -1.0]),
    "x * array": (lambda x: x * ROW, [[2.0, 8.0]], [1.0, 2.0]),
    "array * x": (lambda x: ROW * x, [[2.0, 8.0]], [1.0, 2.0]),
    "x / array": (lambda x: x / ROW, [[2.0, 2.0]], [1.0, 0.5]),
    "array / x": (lambda x: ROW / x, [[0.5, 0.5]], [-0.25, -0.125]),
    "x ** array": (lambda x: x**ROW, [[2.0, 16.0]], [1.0, 8.0]),
    "x + list": (lambda x: x + LIST, [[3.0, 6.0]], [1.0, 1.0]),
    "list + x": (lambda x: LIST + x, [[3.0, 6.0]], [1.0, 1.0]),
}


@pytest.mark.parametrize("expression", WITH_AN_ARRAY)
def test_an_operator_with_an_array(expression: str) -> None:
    apply, value, slope = WITH_AN_ARRAY[expression]
    x = Tensor(X)
    y = apply(x)
    (x_bar,) = pullback(y, [x])
    assert isinstance(y, Tensor)
    assert y.numpy().tolist() == value
    assert x_bar.numpy().tolist() == slope
    assert apply(Tensor(X, dtype="float32")).dtype is FLOAT64


def test_an_array_to_the_power_of_a_tensor() -> None:
    x = Tensor([1.0, 3.0])
    y = np.array([5.0, 2.0]) ** x
    (x_bar,) = pullback(y, [x])
    assert y.numpy().tolist() == [5.0, 8.0]
    np.testing.assert_allclose(x_bar.numpy(), [5 * np.log(5), 8 * np.log(2)], rtol=1e-15)


def test_an_array_is_a_constant_of_the_graph() -> None:
    x = Tensor(X)
    y = np.array([1.0, 2.0], np.float32) * x
    constant = y.inputs[1] if y.inputs[0] is x else y.inputs[0]
    assert y.op == EWiseMul()
    assert not constant.requires_grad
    assert constant.dtype is FLOAT32


def test_the_matrix_product_both_ways_round() -> None:
    matrix, x = np.array([[1.0, 2.0], [3.0, 4.0]]), Tensor([5.0, 6.0])
    left, right = matrix @ x, x @ matrix
    assert left.op == right.op == MatMul()
    assert left.numpy().tolist() == [17.0, 39.0]
    assert right.numpy().tolist() == [23.0, 34.0]
    assert [x_bar.numpy().tolist() for x_bar in pullback(left, [x])] == [[4.0, 6.0]]
    assert [x_bar.numpy().tolist() for x_bar in pullback(right, [x])] == [[3.0, 7.0]]
    assert (x @ x).item() == 61.0


def test_the_operators_with_one_operand() -> None:
    x = Tensor([-2.0, 0.0, 3.0])
    assert (-x).op == Negate()
    assert (-x).numpy().tolist() == [2.0, 0.0, -3.0]
    assert abs(x).op == Abs()
    assert abs(x).numpy().tolist() == [2.0, 0.0, 3.0]
    assert +x is x


def test_operators_of_two_tensors() -> None:
    a, b = Tensor([2.0, 3.0]), Tensor([4.0, 2.0])
    for y, value, a_slope, b_slope in (
        (a + b, [6.0, 5.0], [1.0, 1.0], [1.0, 1.0]),
        (a - b, [-2.0, 1.0], [1.0, 1.0], [-1.0, -1.0]),
        (a * b, [8.0, 6.0], [4.0, 2.0], [2.0, 3.0]),
        (a / b, [0.5, 1.5], [0.25, 0.5], [-0.125, -0.75]),
    ):
        assert y.numpy().tolist() == value
        assert [bar.numpy().tolist() for bar in pullback(y, [a, b])] == [a_slope, b_slope]
    a_bar, b_bar = pullback(a**b, [a, b])
    assert a_bar.numpy().tolist() == [32.0, 6.0]
    np.testing.assert_allclose(b_bar.numpy(), [16 * np.log(2), 9 * np.log(3)], rtol=1e-15)


def test_a_constant_is_not_moved() -> None:
    def f(x: Tensor) -> Tensor:
        difference: Tensor = np.array([1.0, 2.0]) - x / np.array([2.0, 4.0])
        return difference

    value, tangent = jvp(f, [[2.0, 4.0]], [[8.0, 8.0]])
    assert value.numpy().tolist() == [0.0, 1.0]
    assert tangent.numpy().tolist() == [-4.0, -2.0]
