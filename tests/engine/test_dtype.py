from collections.abc import Callable

import numpy as np
import pytest

from engine import DTypeError, Tensor, divide, grad, matmul, maximum, multiply, power, pullback, pushforward
from engine.dtype import FLOAT32, FLOAT64, DType, DTypeName, dtype_of, promote

TABLE = [
    (FLOAT32, FLOAT32, FLOAT32),
    (FLOAT32, FLOAT64, FLOAT64),
    (FLOAT64, FLOAT32, FLOAT64),
    (FLOAT64, FLOAT64, FLOAT64),
]


def ones(dtype: DType, *shape: int) -> Tensor:
    return Tensor(np.ones(shape, dtype))


def square(x: Tensor) -> Tensor:
    return x * x


@pytest.mark.parametrize(("a", "b", "result"), TABLE)
def test_promotion_follows_the_table(a: DType, b: DType, result: DType) -> None:
    assert promote(a, b) is result


def test_promotion_of_many_is_float64_as_soon_as_one_is() -> None:
    assert promote(FLOAT32) is FLOAT32
    assert promote(FLOAT32, FLOAT32, FLOAT64, FLOAT32) is FLOAT64


@pytest.mark.parametrize(("a", "b", "result"), TABLE)
def test_results_of_two_tensors_follow_the_table(a: DType, b: DType, result: DType) -> None:
    for made in (
        ones(a, 2) + ones(b, 2),
        ones(a, 2) - ones(b, 2),
        ones(a, 2) * ones(b, 2),
        ones(a, 2) / ones(b, 2),
        ones(a, 2) ** ones(b, 2),
        ones(a, 2) @ ones(b, 2),
        maximum(ones(a, 2), ones(b, 2)),
    ):
        assert made.dtype is result
        assert made.numpy().dtype is result


@pytest.mark.parametrize("name", ["float32", np.float32, np.dtype("f4"), "<f4"])
def test_dtype_of_knows_the_names_of_float32(name: DTypeName) -> None:
    assert dtype_of(name) is FLOAT32


@pytest.mark.parametrize("name", ["float64", np.float64, float, np.dtype("f8"), "d"])
def test_dtype_of_knows_the_names_of_float64(name: DTypeName) -> None:
    assert dtype_of(name) is FLOAT64


@pytest.mark.parametrize("name", ["float16", "int64", "complex128", ">f8", "O", "no such dtype"])
def test_dtype_of_refuses_every_other_name(name: str) -> None:
    with pytest.raises(DTypeError) as caught:
        dtype_of(name)
    assert caught.value.got == repr(name)
    assert caught.value.expected == "float32 or float64"


SCALAR_RESULTS: dict[str, Callable[[Tensor], Tensor]] = {
    "x + 1": lambda x: x + 1,
    "1 + x": lambda x: 1 + x,
    "x - 1.5": lambda x: x - 1.5,
    "1.5 - x": lambda x: 1.5 - x,
    "x * 3": lambda x: x * 3,
    "3 * x": lambda x: 3 * x,
    "x / 3": lambda x: x / 3,
    "3 / x": lambda x: 3 / x,
    "x ** 2": lambda x: x**2,
    "2 ** x": lambda x: 2**x,
    "x + float64(1)": lambda x: x + np.float64(1),
    "x * int64(3)": lambda x: x * np.int64(3),
    "x + True": lambda x: x + True,
}


@pytest.mark.parametrize("expression", SCALAR_RESULTS)
def test_a_scalar_is_weak(expression: str) -> None:
    for dtype in (FLOAT32, FLOAT64):
        assert SCALAR_RESULTS[expression](ones(dtype, 2)).dtype is dtype
        assert SCALAR_RESULTS[expression](ones(dtype)).dtype is dtype


def test_an_array_is_not_weak() -> None:
    assert (ones(FLOAT32, 2) * np.array(2.0)).dtype is FLOAT64
    assert (np.ones(2) * ones(FLOAT32, 2)).dtype is FLOAT64
    assert (ones(FLOAT32, 2) * np.ones(2, np.float32)).dtype is FLOAT32


def test_integers_beside_a_tensor_are_float64_constants() -> None:
    assert (ones(FLOAT64, 2) + np.array([1, 2])).numpy().tolist() == [2.0, 3.0]
    assert (ones(FLOAT32, 2) + np.array([1, 2])).dtype is FLOAT64


BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": multiply,
    "divide": divide,
    "power": power,
    "maximum": maximum,
}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(("a", "b", "result"), TABLE)
def test_adjoints_have_the_shape_and_dtype_of_their_inputs(
    name: str, a: DType, b: DType, result: DType
) -> None:
    x, y = ones(a, 3, 1), ones(b, 2, 1, 4)
    z = BINARY[name](x, y)
    x_bar, y_bar = pullback(z, [x, y])
    assert (z.shape, z.dtype) == ((2, 3, 4), result)
    assert (x_bar.shape, x_bar.dtype, x_bar.numpy().dtype) == (x.shape, a, a)
    assert (y_bar.shape, y_bar.dtype, y_bar.numpy().dtype) == (y.shape, b, b)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(("a", "b", "result"), TABLE)
def test_tangents_have_the_shape_and_dtype_of_their_outputs(
    name: str, a: DType, b: DType, result: DType
) -> None:
    x, y = ones(a, 3, 1), ones(b, 2, 1, 4)
    z = BINARY[name](x, y)
    for moving in ([x], [y], [x, y]):
        (tangent,) = pushforward([z], moving, [ones(value.dtype, *value.shape) for value in moving])
        assert (tangent.shape, tangent.dtype, tangent.numpy().dtype) == (z.shape, result, result)


def test_adjoints_of_a_mixed_matrix_product_keep_their_dtypes() -> None:
    a, b = ones(FLOAT32, 1, 2, 3), ones(FLOAT64, 4, 3, 5)
    a_bar, b_bar = pullback(matmul(a, b), [a, b])
    assert (a_bar.shape, a_bar.dtype) == ((1, 2, 3), FLOAT32)
    assert (b_bar.shape, b_bar.dtype) == ((4, 3, 5), FLOAT64)


def test_backward_of_a_float32_output_stays_float32() -> None:
    x = ones(FLOAT32, 2)
    (x * x).backward()
    assert x.grad is not None
    assert x.grad.dtype is FLOAT32
    x.grad.backward()
    assert x.grad.dtype is FLOAT32
    assert x.grad.numpy().tolist() == [2.0, 2.0]


def test_results_and_adjoints_of_0_d_values_are_arrays() -> None:
    x = Tensor(3.0)
    y = (x * x).sum()
    (x_bar,) = pullback(y, [x])
    for value in (y, x_bar):
        array = value.realize_cached_data()
        assert type(array) is np.ndarray
        assert array.shape == ()
        assert type(value.numpy()) is np.ndarray


def test_integers_are_constants_of_float64_and_never_variables() -> None:
    constant = Tensor([1, 2], requires_grad=False)
    assert constant.dtype is FLOAT64
    assert constant.numpy().tolist() == [1.0, 2.0]
    assert Tensor([True, False], requires_grad=False).numpy().tolist() == [1.0, 0.0]
    assert Tensor.make_const(np.array([1, 2])).dtype is FLOAT64
    with pytest.raises(DTypeError):
        Tensor([1, 2])
    with pytest.raises(DTypeError):
        grad(square)(2)


def test_a_named_dtype_converts_integers_to_a_variable() -> None:
    x = Tensor([1, 2], dtype="float32")
    assert x.dtype is FLOAT32
    assert x.requires_grad
