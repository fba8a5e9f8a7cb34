import numpy as np
import pytest

from engine import (
    Tensor,
    concatenate,
    cos,
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    value_and_grad,
    vjp,
)
from engine.dtype import FLOAT32


def cube(x: Tensor) -> Tensor:
    return x * x * x


def product(x: Tensor, y: Tensor) -> Tensor:
    return x * x * y


def squares(x: Tensor) -> Tensor:
    return (x * x).sum()


def pair(x: Tensor) -> Tensor:
    """(x₀ x₁, x₀²)."""
    return concatenate([x[:1] * x[1:], x[:1] ** 2])


def rosenbrock(x: Tensor) -> Tensor:
    """(1 − x₀)² + 100 (x₁ − x₀²)²."""
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def numbers(*tensors: Tensor) -> list[float]:
    return [tensor.item() for tensor in tensors]


def test_grad_is_the_derivative_of_a_number() -> None:
    assert grad(cube)(2.0).item() == 12.0
    assert grad(cube)(Tensor(2.0)).item() == 12.0
    assert grad(cube)(np.float64(2.0)).item() == 12.0


def test_grad_of_an_array_has_its_shape_and_dtype() -> None:
    gradient = grad(squares)(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    assert gradient.numpy().tolist() == [[2.0, 4.0], [6.0, 8.0]]
    assert gradient.dtype is FLOAT32


def test_argnums_choose_the_arguments() -> None:
    assert grad(product)(3.0, 5.0).item() == 30.0
    assert grad(product, 1)(3.0, 5.0).item() == 9.0
    assert grad(product, -1)(3.0, 5.0).item() == 9.0
    assert numbers(*grad(product, (0, 1))(3.0, 5.0)) == [30.0, 9.0]
    assert numbers(*grad(product, [1, 0])(3.0, 5.0)) == [9.0, 30.0]
    assert numbers(*grad(product, (1, -1))(3.0, 5.0)) == [9.0, 9.0]
    assert numbers(*grad(product, (1,))(3.0, 5.0)) == [9.0]
    assert grad(product, ())(3.0, 5.0) == ()


def test_value_and_grad_gives_both() -> None:
    value, gradient = value_and_grad(product)(3.0, 5.0)
    assert numbers(value, gradient) == [45.0, 30.0]
    value, gradients = value_and_grad(product, (1, 0))(3.0, 5.0)
    assert numbers(value, *gradients) == [45.0, 9.0, 30.0]


def test_arguments_that_are_not_differentiated_may_be_integers() -> None:
    assert grad(product)(3.0, 5).item() == 30.0


def test_vjp_gives_the_value_and_a_pullback_for_any_number_of_cotangents() -> None:
    value, pull = vjp(pair, [2.0, 3.0])
    assert value.numpy().tolist() == [6.0, 4.0]
    assert [pull(seed)[0].numpy().tolist() for seed in ([1.0, 0.0], [0.0, 1.0], [1.0, 10.0])] == [
        [3.0, 2.0],
        [4.0, 0.0],
        [43.0, 2.0],
    ]


def test_vjp_gives_one_adjoint_for_each_primal() -> None:
    value, pull = vjp(product, 3.0, 5.0)
    assert numbers(value, *pull(2.0)) == [45.0, 60.0, 18.0]


def test_jvp_gives_the_value_and_the_tangent() -> None:
    assert numbers(*jvp(product, [3.0, 5.0], [1.0, 0.0])) == [45.0, 30.0]
    assert numbers(*jvp(product, [3.0, 5.0], [1.0, 10.0])) == [45.0, 120.0]
    value, tangent = jvp(pair, ([2.0, 3.0],), ([1.0, 10.0],))
    assert value.numpy().tolist() == [6.0, 4.0]
    assert tangent.numpy().tolist() == [23.0, 4.0]


def test_a_jacobian_has_the_outputs_axes_then_the_inputs() -> None:
    def outer(x: Tensor) -> Tensor:
        return x.reshape(2, 1) * np.array([[1.0, 10.0, 100.0]])

    jac = jacobian(outer)([3.0, 4.0])
    assert jac.shape == (2, 3, 2)
    assert jac.numpy()[0].tolist() == [[1.0, 0.0], [10.0, 0.0], [100.0, 0.0]]
    assert jac.numpy()[1].tolist() == [[0.0, 1.0], [0.0, 10.0], [0.0, 100.0]]
    assert jacobian(pair)([2.0, 3.0]).numpy().tolist() == [[3.0, 2.0], [4.0, 0.0]]


def test_a_jacobian_with_0_d_ends_keeps_the_other_axes() -> None:
    def ramp(x: Tensor) -> Tensor:
        return x * np.array([1.0, 2.0])

    assert jacobian(ramp)(3.0).numpy().tolist() == [1.0, 2.0]
    assert jacobian(squares)([3.0, 4.0]).numpy().tolist() == [6.0, 8.0]
    assert jacobian(cube)(2.0).shape == ()


def test_jacobians_of_several_arguments() -> None:
    first, second = jacobian(product, (0, 1))([1.0, 2.0], [3.0, 4.0])
    assert first.numpy().tolist() == [[6.0, 0.0], [0.0, 16.0]]
    assert second.numpy().tolist() == [[1.0, 0.0], [0.0, 4.0]]


def test_an_empty_output_has_an_empty_jacobian() -> None:
    def nothing(x: Tensor) -> Tensor:
        return x[:0]

    jac = jacobian(nothing)(np.ones(3, np.float32))
    assert (jac.shape, jac.dtype) == ((0, 3), FLOAT32)
    value, pull = vjp(nothing, [1.0, 2.0])
    assert value.shape == (0,)
    assert pull(np.ones(0))[0].numpy().tolist() == [0.0, 0.0]
    assert jvp(nothing, [[1.0, 2.0]], [[1.0, 1.0]])[1].shape == (0,)


def test_an_empty_input_has_an_empty_gradient() -> None:
    assert grad(squares)(np.ones((0, 2))).shape == (0, 2)
    assert jacobian(pair)([2.0, 3.0]).shape == (2, 2)
    assert hessian(squares)(np.ones(0)).shape == (0, 0)


def test_a_hessian_is_the_matrix_of_second_derivatives() -> None:
    assert hessian(rosenbrock)([1.0, 1.0]).numpy().tolist() == [[802.0, -400.0], [-400.0, 200.0]]
    assert hessian(cube)(2.0).item() == 12.0


def test_a_hessian_of_several_arguments_is_a_table() -> None:
    table = hessian(product, (0, 1))(3.0, 5.0)
    assert [numbers(*row) for row in table] == [[10.0, 6.0], [6.0, 0.0]]
    assert hessian(product, 1)(3.0, 5.0).item() == 0.0


def test_hvp_of_one_primal_is_one_tensor() -> None:
    product_of_it = hvp(rosenbrock, ([1.0, 1.0],), ([1.0, 10.0],))
    assert product_of_it.numpy().tolist() == [-3198.0, 1600.0]


def test_hvp_of_several_primals_is_a_tuple() -> None:
    products = hvp(product, (3.0, 5.0), (1.0, 10.0))
    assert isinstance(products, tuple)
    assert numbers(*products) == [70.0, 6.0]


def test_hvp_of_a_linear_function_is_zero() -> None:
    def linear(x: Tensor) -> Tensor:
        return (x * np.array([1.0, 2.0])).sum()

    assert hvp(linear, ([1.0, 1.0],), ([1.0, 1.0],)).numpy().tolist() == [0.0, 0.0]


def test_an_argument_that_is_not_used_has_derivative_zero() -> None:
    def first(x: Tensor, y: Tensor) -> Tensor:
        return x * x

    assert grad(first, 1)(3.0, 5.0).item() == 0.0
    assert numbers(*jvp(first, [3.0, 5.0], [0.0, 1.0])) == [9.0, 0.0]
    assert jacobian(first, 1)([1.0, 2.0], [1.0, 2.0, 3.0]).numpy().tolist() == [[0.0] * 3] * 2
    assert [numbers(*row) for row in hessian(first, (0, 1))(3.0, 5.0)] == [[2.0, 0.0], [0.0, 0.0]]


def test_a_constant_function_has_derivative_zero() -> None:
    def constant(x: Tensor) -> Tensor:
        return Tensor(7.0, requires_grad=False)

    assert grad(constant)(3.0).item() == 0.0
    assert hessian(constant)(3.0).item() == 0.0
    assert numbers(*jvp(constant, [3.0], [1.0])) == [7.0, 0.0]


def test_the_identity_function_has_derivative_one() -> None:
    def same(x: Tensor) -> Tensor:
        return x

    assert grad(same)(3.0).item() == 1.0
    assert numbers(*jvp(same, [3.0], [5.0])) == [3.0, 5.0]
    assert jacobian(same)([1.0, 2.0]).numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_results_outside_any_derivative_keep_no_graph() -> None:
    value, gradient = value_and_grad(cube)(2.0)
    output, pull = vjp(cube, 2.0)
    results = [value, gradient, output, *pull(1.0), *jvp(cube, [2.0], [1.0])]
    results += [grad(cube)(2.0), jacobian(cube)(2.0), hessian(cube)(2.0), hvp(cube, (2.0,), (1.0,))]
    results += [*grad(product, (0, 1))(2.0, 3.0), *hessian(product, (0, 1))(2.0, 3.0)[0]]
    for result in results:
        assert not result.requires_grad
        assert result.is_leaf()
        assert result.inputs == ()


def test_a_constant_tensor_as_argument_leaves_no_graph() -> None:
    x = Tensor(2.0, requires_grad=False)
    assert not grad(cube)(x).requires_grad
    assert not x.requires_grad
    assert x.grad is None


def test_a_variable_as_argument_is_differentiated_again_outside() -> None:
    x = Tensor(2.0)
    value, gradient = value_and_grad(cube)(x)
    (value + gradient).backward()
    assert x.grad is not None
    assert x.grad.item() == 24.0


def test_a_transform_leaves_no_gradient_behind() -> None:
    x = Tensor(2.0)
    grad(cube)(x)
    jvp(cube, [x], [1.0])
    assert x.grad is None


def test_a_transform_calls_its_function_once() -> None:
    calls = list[Tensor]()

    def f(x: Tensor) -> Tensor:
        calls.append(x)
        return squares(x)

    for transform in (grad(f), value_and_grad(f), jacobian(f)):
        calls.clear()
        transform([1.0, 2.0])
        assert len(calls) == 1


def test_the_function_sees_a_variable_of_its_own() -> None:
    seen = list[Tensor]()

    def f(x: Tensor, y: Tensor) -> Tensor:
        seen.extend((x, y))
        return x * y

    outside = Tensor(3.0)
    grad(f)(outside, outside)
    assert seen[0] is not outside
    assert seen[1] is outside
    assert grad(f)(outside, outside).item() == 3.0


def test_a_function_that_raises_is_not_hidden() -> None:
    def f(x: Tensor) -> Tensor:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        grad(f)(1.0)


def test_a_function_without_arguments_has_no_adjoints() -> None:
    def f() -> Tensor:
        return Tensor(3.0)

    value, pull = vjp(f)
    assert value.item() == 3.0
    assert pull(1.0) == ()


def test_a_closed_form_of_several_ops_to_second_order() -> None:
    def f(x: Tensor) -> Tensor:
        return log(x) * exp(x) + cos(x)

    x = 1.5
    first = np.exp(x) / x + np.log(x) * np.exp(x) - np.sin(x)
    second = np.exp(x) * (2 / x - 1 / x**2 + np.log(x)) - np.cos(x)
    np.testing.assert_allclose(grad(f)(x).item(), first, rtol=1e-15)
    np.testing.assert_allclose(hessian(f)(x).item(), second, rtol=1e-15)
    np.testing.assert_allclose(hvp(f, (x,), (2.0,)).item(), 2 * second, rtol=1e-15)
