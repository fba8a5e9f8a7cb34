"""Derivatives that are refused."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    DTypeError,
    EngineError,
    GradientRequestError,
    ParameterError,
    ShapeError,
    Tensor,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    pullback,
    pushforward,
    value_and_grad,
    vjp,
)


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


def constant(*shape: int) -> Tensor:
    return Tensor(np.ones(shape), requires_grad=False)


def square(x: Tensor) -> Tensor:
    return x * x


def total(x: Tensor, y: Tensor) -> Tensor:
    return (x * y).sum()


def without_graph() -> Tensor:
    with no_grad():
        return ones() * 2


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "a tangent of another shape for hvp": (
        lambda: hvp(total, (1.0, 2.0), (1.0, [1.0])),
        ShapeError,
        "pushforward*: got *(1,)*; expected *shape ()*; *tangent*.",
    ),
    "a cotangent of another dtype": (
        lambda: ones(2).backward(Tensor([1.0, 1.0], dtype="float32")),
        DTypeError,
        "backward*: got *cotangent of dtype float32*; expected *float64*; *astype*.",
    ),
    "a tangent of another dtype": (
        lambda: jvp(square, [1.0], [Tensor(1.0, dtype="float32")]),
        DTypeError,
        "pushforward*: got *tangent of dtype float32*; expected *float64*; *astype*.",
    ),
    "data of another dtype": (
        lambda: setattr(ones(2), "data", Tensor([1.0, 1.0], dtype="float32")),
        DTypeError,
        "data*: got *float32*; expected *float64*; *astype*.",
    ),
    "grad with respect to an integer": (
        lambda: grad(square)(2),
        DTypeError,
        "Tensor*: got *int64*; expected *float32 or float64*; *1.0*.",
    ),
    "backward of a constant": (
        lambda: constant().backward(),
        GradientRequestError,
        "backward: got *no gradient, Tensor(1., requires_grad=False); *a variable; *requires_grad=True*.",
    ),
    "backward of a detached value": (
        lambda: ones().detach().backward(),
        GradientRequestError,
        "backward*: got *requires no gradient*; expected *depends on a variable*; *do not detach*.",
    ),
    "backward of a result made under no_grad": (
        lambda: without_graph().backward(),
        GradientRequestError,
        "backward*: got *requires no gradient*; expected *depends on a variable*; *no_grad*.",
    ),
    "pullback to a constant": (
        lambda: pullback(ones() * 2, [ones(), constant()]),
        GradientRequestError,
        "pullback: got *no gradient, Tensor(1., requires_grad=False); *a variable*; *requires_grad=True*.",
    ),
    "data of a result": (
        lambda: setattr(ones() * 2, "data", ones()),
        GradientRequestError,
        "data*: got *MulScalar(scalar=2.0)*; expected *a leaf*; *assign*.",
    ),
    "grad of an output that is not 0-d": (
        lambda: grad(square)([1.0, 2.0]),
        GradientRequestError,
        "grad*: got *shape (2,)*; expected *0-d*; *jacobian*.",
    ),
    "grad of an output of shape (1,)": (
        lambda: value_and_grad(square)([1.0]),
        GradientRequestError,
        "grad*: got *shape (1,)*; expected *0-d*; *sum*.",
    ),
    "hvp of an output that is not 0-d": (
        lambda: hvp(square, ([1.0, 2.0],), ([1.0, 2.0],)),
        GradientRequestError,
        "grad*: got *(2,)*; expected *0-d*; *sum*.",
    ),
    "hessian of an output that is not 0-d": (
        lambda: hessian(square)([1.0, 2.0]),
        GradientRequestError,
        "grad*: got *(2,)*; expected *0-d*; *sum*.",
    ),
    "a cotangent of another shape": (
        lambda: (ones(2) * 3).backward(ones(1, 2)),
        ShapeError,
        "backward*: got *cotangent of shape (1, 2)*; expected *shape (2,)*; *cotangent*.",
    ),
    "a cotangent of another shape for pullback": (
        lambda: pullback(ones(2), [ones(2)], ones()),
        ShapeError,
        "pullback*: got *shape ()*; expected *shape (2,)*; *cotangent*.",
    ),
    "a cotangent of another shape for vjp": (
        lambda: vjp(square, [1.0, 2.0])[1](1.0),
        ShapeError,
        "pullback*: got *shape ()*; expected *shape (2,)*; *cotangent*.",
    ),
    "a tangent of another shape": (
        lambda: jvp(square, [[1.0, 2.0]], [1.0]),
        ShapeError,
        "pushforward*: got *shape ()*; expected *shape (2,)*; *tangent*.",
    ),
    "a tangent of another shape for pushforward": (
        lambda: pushforward([], [ones(2)], [ones(3)]),
        ShapeError,
        "pushforward*: got *(3,)*; expected *(2,)*; *tangent*.",
    ),
    "data of another shape": (
        lambda: setattr(ones(2), "data", ones(3)),
        ShapeError,
        "data*: got *shape (3,)*; expected *shape (2,)*; *value*.",
    ),
    "fewer tangents than primals": (
        lambda: jvp(total, [1.0, 2.0], [1.0]),
        ParameterError,
        "jvp*: got *2 primals and 1 tangents*; expected *one*; *pair*.",
    ),
    "more tangents than primals for hvp": (
        lambda: hvp(total, [1.0], [1.0, 2.0]),
        ParameterError,
        "*: got *1 primals and 2 tangents*; expected *one*; *pair*.",
    ),
    "argnums past the end": (
        lambda: grad(total, 2)(1.0, 2.0),
        ParameterError,
        "argnums*: got *2 for 2 arguments*; expected *an argument*; *count*.",
    ),
    "argnums past the start": (
        lambda: jacobian(total, -3)(1.0, 2.0),
        ParameterError,
        "argnums*: got *-3 for 2*; expected *an argument*; *count*.",
    ),
    "one of several argnums past the end": (
        lambda: hessian(total, (0, 5))(1.0, 2.0),
        ParameterError,
        "argnums*: got *5 for 2*; expected *an argument*; *count*.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
