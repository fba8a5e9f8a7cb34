"""Transforms inside transforms, in every mix of modes: perturbations are kept apart."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import Tensor, grad, hessian, hvp, jacobian, jvp, lazy, sin, vjp

Scalar = Callable[[Tensor], Tensor]


def cube(x: Tensor) -> Tensor:
    return x * x * x


def numbers(*tensors: Tensor) -> list[float]:
    return [tensor.item() for tensor in tensors]


def by_tangent(f: Scalar) -> Scalar:
    def derivative(x: Tensor) -> Tensor:
        return jvp(f, [x], [1.0])[1]

    return derivative


def by_gradient(f: Scalar) -> Scalar:
    def derivative(x: Tensor) -> Tensor:
        return grad(f)(x)

    return derivative


def by_pullback(f: Scalar) -> Scalar:
    def derivative(x: Tensor) -> Tensor:
        return vjp(f, x)[1](1.0)[0]

    return derivative


def by_jacobian(f: Scalar) -> Scalar:
    def derivative(x: Tensor) -> Tensor:
        return jacobian(f)(x)

    return derivative


@pytest.mark.parametrize("third", [by_tangent, by_gradient, by_pullback, by_jacobian])
@pytest.mark.parametrize("second", [by_tangent, by_gradient, by_pullback, by_jacobian])
@pytest.mark.parametrize("first", [by_tangent, by_gradient, by_pullback, by_jacobian])
def test_third_derivatives_are_right_in_every_mix_of_modes(
    first: Callable[[Scalar], Scalar], second: Callable[[Scalar], Scalar], third: Callable[[Scalar], Scalar]
) -> None:
    def quartic(x: Tensor) -> Tensor:
        return x * x * x * x

    assert third(second(first(quartic)))(Tensor(2.0)).item() == 48.0
    with lazy():
        waiting = third(second(first(quartic)))(Tensor(2.0))
    assert waiting.item() == 48.0


def test_deep_nests_give_high_derivatives() -> None:
    def sine(x: Tensor) -> Tensor:
        return sin(x)

    assert grad(grad(grad(grad(sine))))(1.0).item() == np.sin(1.0)
    assert hessian(grad(sine))(1.0).item() == -np.cos(1.0)
    assert hvp(grad(sine), (1.0,), (1.0,)).item() == -np.cos(1.0)


def test_a_derivative_inside_sees_the_variable_outside_as_a_constant() -> None:
    def outside(x: Tensor) -> Tensor:
        def inside(y: Tensor) -> Tensor:
            return x * y

        return x * grad(inside)(2.0)

    assert grad(outside)(3.0).item() == 6.0
    assert numbers(*jvp(outside, [3.0], [1.0])) == [9.0, 6.0]


def test_perturbations_of_nested_tangents_are_not_confused() -> None:
    def outside(x: Tensor) -> Tensor:
        def inside(y: Tensor) -> Tensor:
            return x + y

        return x * jvp(inside, [1.0], [1.0])[1]

    assert numbers(*jvp(outside, [1.0], [1.0])) == [1.0, 1.0]
    assert grad(outside)(1.0).item() == 1.0


def test_a_derivative_inside_at_the_variable_outside_is_differentiated() -> None:
    def outside(x: Tensor) -> Tensor:
        def inside(y: Tensor) -> Tensor:
            return x * y * y

        return grad(inside)(x)

    assert outside(Tensor(3.0)).item() == 18.0
    assert grad(outside)(3.0).item() == 12.0
    assert numbers(*jvp(outside, [3.0], [1.0])) == [18.0, 12.0]


def test_the_tangent_may_be_the_variable_outside() -> None:
    def outside(v: Tensor) -> Tensor:
        return jvp(cube, [2.0], [v])[1]

    assert grad(outside)(5.0).item() == 12.0


def test_the_cotangent_may_be_the_variable_outside() -> None:
    def outside(v: Tensor) -> Tensor:
        return vjp(cube, 2.0)[1](v)[0]

    assert grad(outside)(5.0).item() == 12.0
    assert numbers(*jvp(outside, [5.0], [1.0])) == [60.0, 12.0]


def test_a_variable_of_a_closure_gets_its_own_gradient() -> None:
    weight = Tensor(3.0)

    def f(x: Tensor) -> Tensor:
        return weight * x * x

    gradient = grad(f)(2.0)
    assert gradient.item() == 12.0
    gradient.backward()
    assert weight.grad is not None
    assert weight.grad.item() == 4.0
