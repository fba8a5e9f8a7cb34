"""Gradient checks by their known names: what they compute, that x is as it was, what they find and refuse."""

from __future__ import annotations

import math
from itertools import starmap

import numpy as np
import pytest

from engine import DTypeError, OperandError, ParameterError, ShapeError, Tensor, pullback, relu
from engine.array import Array
from examples.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error
from examples.networks import affine


def cubes(x: Array) -> Array:
    return x**3


def test_the_gradient_of_a_number_is_that_of_calculus() -> None:
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    gradient = eval_numerical_gradient(lambda moved: float(np.sum(moved**2)), x)
    assert rel_error(gradient, 2 * x) < 1e-9
    slope = eval_numerical_gradient(lambda moved: float(moved) ** 2, np.array(3.0))
    assert slope.shape == ()
    assert math.isclose(float(slope), 6.0, rel_tol=1e-9)


def test_a_cotangent_weighs_the_rows_of_the_jacobian() -> None:
    x, dout = np.array([1.0, 2.0]), np.array([10.0, -1.0, 0.5])
    matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert (
        rel_error(eval_numerical_gradient_array(lambda moved: matrix @ moved, x, dout), matrix.T @ dout)
        < 1e-9
    )


def test_a_function_may_return_x_itself() -> None:
    x = np.array([1.0, 2.0])
    assert (
        rel_error(
            eval_numerical_gradient_array(lambda moved: moved, x, np.array([3.0, 5.0])), np.array([3.0, 5.0])
        )
        < 1e-9
    )


def test_the_distance_is_the_one_that_x_moves_by() -> None:
    x = np.array([1000.0], np.float32)  # whose neighbours are 6e-5 away
    gradient = eval_numerical_gradient_array(lambda moved: moved * 2, x, np.ones(1, np.float32), h=1e-4)
    assert gradient.dtype == np.float32
    assert gradient.tolist() == [2.0]


def test_x_is_as_it_was_afterwards() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4)).T  # not contiguous
    before = x.copy()
    eval_numerical_gradient(lambda moved: float(moved.sum()), x)
    assert (x == before).all()


@pytest.mark.parametrize("calls", [0, 1, 2, 5])
def test_x_is_as_it_was_when_f_raises(calls: int) -> None:
    x = np.array([0.1, 0.2, 0.3])
    before, done = x.copy(), list[float]()

    def fails(moved: Array) -> float:
        if len(done) == calls:
            raise ArithmeticError
        done.append(float(moved.sum()))
        return done[-1]

    with pytest.raises(ArithmeticError):
        eval_numerical_gradient(fails, x)
    assert (x == before).all()


def test_a_step_is_1e_5_where_none_is_given() -> None:
    def slopes(zeros: Array) -> list[float]:
        """The difference quotient of a cube at 0 is h²."""
        array = eval_numerical_gradient_array(cubes, zeros, np.ones(1))
        return [float(eval_numerical_gradient(lambda moved: float(moved[0] ** 3), zeros)[0]), float(array[0])]

    assert slopes(np.zeros(1)) == pytest.approx([1e-10, 1e-10])
    wider = eval_numerical_gradient(lambda moved: float(moved[0] ** 3), np.zeros(1), h=1e-4)
    assert float(wider[0]) == pytest.approx(1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_an_affine_layer_is_right_to_nine_or_ten_digits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w, b, dout = (rng.normal(size=shape) for shape in ((10, 2, 3), (6, 5), (5,), (10, 5)))
    leaves = [Tensor(x), Tensor(w), Tensor(b)]
    adjoints = pullback(affine(*leaves), leaves, Tensor(dout))

    def value(_: Array) -> Array:
        return affine(*(Tensor.make_const(array) for array in (x, w, b))).numpy()

    worst = max(
        rel_error(adjoint.numpy(), eval_numerical_gradient_array(value, array, dout))
        for array, adjoint in zip((x, w, b), adjoints, strict=True)
    )
    assert round(math.log10(worst)) in {-10, -9}


def test_relu_is_right_to_twelve_digits() -> None:
    x, dout = np.linspace(-0.5, 0.5, 12).reshape(3, 4), np.random.default_rng(0).normal(size=(3, 4))
    leaf = Tensor(x)
    (adjoint,) = pullback(relu(leaf), [leaf], Tensor(dout))
    numeric = eval_numerical_gradient_array(lambda moved: relu(Tensor.make_const(moved)).numpy(), x, dout)
    assert rel_error(adjoint.numpy(), numeric) < 1e-12


@pytest.mark.parametrize("wrong", [1 + 1e-6, -1.0, 0.0])
def test_a_wrong_gradient_has_a_large_error(wrong: float) -> None:
    x = np.linspace(0.5, 1.5, 6).reshape(2, 3)
    numeric = eval_numerical_gradient_array(cubes, x, np.ones((2, 3)))
    assert rel_error(3 * x**2, numeric) < 1e-9
    right = 3 * x**2
    right[1, 2] *= wrong
    assert rel_error(right, numeric) > 1e-7


def test_the_relative_error_is_the_largest_of_its_entries() -> None:
    assert rel_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])) == 0.5
    assert rel_error(np.array([1e-9]), np.array([-1e-9])) == 2e-9 / 1e-8
    assert rel_error(np.zeros(3), np.zeros(3)) == 0
    assert rel_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    assert math.isnan(rel_error(np.array([1.0, math.nan]), np.array([1.0, 1.0])))


def test_what_cannot_be_moved_or_compared_is_refused() -> None:
    x, out = np.ones(2), np.ones(2)
    fixed = np.ones(2)
    fixed.flags.writeable = False
    with pytest.raises(OperandError, match="cannot be written to"):
        eval_numerical_gradient_array(cubes, fixed, out)
    for h in (0.0, -1e-5, math.inf, math.nan, True):
        with pytest.raises(ParameterError, match="got h"):
            eval_numerical_gradient_array(cubes, x, out, h)
    with pytest.raises(ParameterError, match="enlarge h"):
        eval_numerical_gradient_array(cubes, np.array([1e20, 1.0]), out)
    with pytest.raises(ShapeError, match=r"cotangent of shape \(3,\)"):
        eval_numerical_gradient_array(cubes, x, np.ones(3))
    whole: tuple[object, ...] = (cubes, np.array([1, 2]), out)
    with pytest.raises(DTypeError, match="int64"):
        list(starmap(eval_numerical_gradient_array, [whole]))
    with pytest.raises(ShapeError, match="rel_error"):
        rel_error(np.ones((2, 1)), np.ones(2))
    assert (x == 1).all()
