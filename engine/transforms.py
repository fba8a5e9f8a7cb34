"""Derivatives of functions, with JAX's names and signatures; each is a few lines over the two walks.

A transform gives the function *fresh variables*: a value handed in from outside is renamed by ``Identity``,
so that what the function sees through a closure stays a constant to this derivative and a variable to the
one outside. That is all it takes to nest transforms in any order.

Arguments are Tensors, arrays or numbers, differentiated where ``argnums`` says; they are not nested
containers. Outside any other derivative the results keep no graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from math import prod
from operator import index
from typing import ParamSpec, Protocol, TypeAlias, overload

import numpy as np

from engine.array import Array, Numbers
from engine.dtype import DType
from engine.errors import GradientRequestError, OperandError, ParameterError
from engine.forward import pushforward
from engine.mode import GRAD_MODE, enable_grad
from engine.ops.conversion import identity, ones_like
from engine.ops.joining import stack
from engine.ops.shape import reshape
from engine.reverse import check_listed, pullback
from engine.tensor import Tensor
from engine.topo import post_order

P = ParamSpec("P")
Argument: TypeAlias = "Tensor | Numbers"

Differentiable: TypeAlias = (
    Callable[[Tensor], Tensor]
    | Callable[[Tensor, Tensor], Tensor]
    | Callable[[Tensor, Tensor, Tensor], Tensor]
    | Callable[P, Tensor]
)
"""A function of Tensors. Three arities are written out: so a lambda's parameters are known to be Tensors."""


class Derivative(Protocol):
    """A function of the arguments of f that returns one Tensor."""

    def __call__(self, *args: Argument) -> Tensor: ...


class Derivatives(Protocol):
    """A function of the arguments of f that returns one Tensor for each of several argnums."""

    def __call__(self, *args: Argument) -> tuple[Tensor, ...]: ...


class ValueAndDerivative(Protocol):
    """A function of the arguments of f that returns f's value and one derivative."""

    def __call__(self, *args: Argument) -> tuple[Tensor, Tensor]: ...


class ValueAndDerivatives(Protocol):
    """A function of f's arguments that returns f's value and a derivative for each of several argnums."""

    def __call__(self, *args: Argument) -> tuple[Tensor, tuple[Tensor, ...]]: ...


class DerivativeTable(Protocol):
    """A function of the arguments of f that returns one derivative for each pair of several argnums."""

    def __call__(self, *args: Argument) -> tuple[tuple[Tensor, ...], ...]: ...


def vjp(f: Differentiable[P], *primals: Argument) -> tuple[Tensor, Callable[[Argument], tuple[Tensor, ...]]]:
    """f(x₁, …) and the pullback ȳ ↦ (x̄₁, …), which may be called any number of times.

    Raises ``OperandError`` if f returns no Tensor, ``DTypeError`` for integer primals; the pullback raises
    ``ShapeError`` and ``DTypeError`` for a cotangent unlike the output.
    """
    variables = [_fresh(primal) for primal in primals]
    output = _call(f, variables)

    def pull(out_grad: Argument) -> tuple[Tensor, ...]:
        seed = _constant(out_grad, output.dtype)
        with enable_grad():
            adjoints = pullback(output, variables, seed)
        return _outside(adjoints, variables)

    (value,) = _outside([output], variables)
    return value, pull


def jvp(
    f: Differentiable[P], primals: Sequence[Argument], tangents: Sequence[Argument]
) -> tuple[Tensor, Tensor]:
    """f(x₁, …) and its tangent ẏ = Σ (∂f/∂xᵢ) ẋᵢ.

    Raises ``ParameterError`` for other than one tangent a primal, ``ShapeError`` and ``DTypeError`` for a
    tangent unlike its primal.
    """
    variables, moved = _moving("jvp", primals, tangents)
    output = _call(f, variables)
    with enable_grad():
        (out_tangent,) = pushforward([output], variables, moved)
    value, result = _outside([output, out_tangent], variables)
    return value, result


@overload
def value_and_grad(f: Differentiable[P], argnums: int = 0) -> ValueAndDerivative: ...
@overload
def value_and_grad(f: Differentiable[P], argnums: Sequence[int]) -> ValueAndDerivatives: ...
def value_and_grad(
    f: Differentiable[P], argnums: int | Sequence[int] = 0
) -> ValueAndDerivative | ValueAndDerivatives:
    """A function that returns f(x₁, …) and its gradient with respect to the arguments ``argnums``.

    f returns a 0-d Tensor. For a sequence of argnums the gradient is a tuple.
    Raises ``GradientRequestError`` for another output, ``ParameterError`` for argnums that are no arguments.
    """

    def both(*args: Argument) -> tuple[Tensor, tuple[Tensor, ...]]:
        variables, output = _record(f, args, _numbers(argnums))
        with enable_grad():
            adjoints = pullback(_scalar(output), variables, ones_like(output))
        value, *gradients = _outside([output, *adjoints], variables)
        return value, tuple(gradients)

    def first(*args: Argument) -> tuple[Tensor, Tensor]:
        value, gradients = both(*args)
        return value, gradients[0]

    return both if isinstance(argnums, Sequence) else first


@overload
def grad(f: Differentiable[P], argnums: int = 0) -> Derivative: ...
@overload
def grad(f: Differentiable[P], argnums: Sequence[int]) -> Derivatives: ...
def grad(f: Differentiable[P], argnums: int | Sequence[int] = 0) -> Derivative | Derivatives:
    """A function that returns the gradient of f; ``value_and_grad`` without the value."""
    both = value_and_grad(f, _numbers(argnums))

    def every(*args: Argument) -> tuple[Tensor, ...]:
        return both(*args)[1]

    def first(*args: Argument) -> Tensor:
        return both(*args)[1][0]

    return every if isinstance(argnums, Sequence) else first


@overload
def jacobian(f: Differentiable[P], argnums: int = 0) -> Derivative: ...
@overload
def jacobian(f: Differentiable[P], argnums: Sequence[int]) -> Derivatives: ...
def jacobian(f: Differentiable[P], argnums: int | Sequence[int] = 0) -> Derivative | Derivatives:
    """A function that returns J = ∂f/∂x, by reverse mode; its shape is f's shape, then the argument's."""

    def every(*args: Argument) -> tuple[Tensor, ...]:
        variables, output = _record(f, args, _numbers(argnums))
        with enable_grad():
            rows = [pullback(output, variables, Tensor.make_const(unit)) for unit in _units(output)]
            blocks = [
                _assemble([row[at] for row in rows], output.shape, variable)
                for at, variable in enumerate(variables)
            ]
        return _outside(blocks, variables)

    def first(*args: Argument) -> Tensor:
        return every(*args)[0]

    return every if isinstance(argnums, Sequence) else first


@overload
def hessian(f: Differentiable[P], argnums: int = 0) -> Derivative: ...
@overload
def hessian(f: Differentiable[P], argnums: Sequence[int]) -> DerivativeTable: ...
def hessian(f: Differentiable[P], argnums: int | Sequence[int] = 0) -> Derivative | DerivativeTable:
    """A function that returns H = ∂²f/∂x² of a 0-d f: the Jacobian of its gradient.

    For a sequence of argnums a tuple of rows, one for each pair of arguments.
    """
    numbers = _numbers(argnums)

    def every(*args: Argument) -> tuple[tuple[Tensor, ...], ...]:
        return tuple(jacobian(grad(f, row), numbers)(*args) for row in numbers)

    def first(*args: Argument) -> Tensor:
        return every(*args)[0][0]

    return every if isinstance(argnums, Sequence) else first


@overload
def hvp(f: Differentiable[P], primals: tuple[Argument], tangents: tuple[Argument]) -> Tensor: ...
@overload
def hvp(
    f: Differentiable[P], primals: Sequence[Argument], tangents: Sequence[Argument]
) -> Tensor | tuple[Tensor, ...]: ...
def hvp(
    f: Differentiable[P], primals: Sequence[Argument], tangents: Sequence[Argument]
) -> Tensor | tuple[Tensor, ...]:
    """H v for a 0-d f: the tangent of its gradient (forward over reverse).

    One Tensor for one primal, a tuple for several. Raises as ``jvp`` and ``grad``.
    """
    variables, moved = _moving("hvp", primals, tangents)
    output = _scalar(_call(f, variables))
    with enable_grad():
        gradients = pullback(output, variables)
        products = pushforward(gradients, variables, moved)
    results = _outside(products, variables)
    return results[0] if len(results) == 1 else results


def _record(
    f: Differentiable[P], args: Sequence[Argument], argnums: Sequence[int]
) -> tuple[list[Tensor], Tensor]:
    """The fresh variables in place of the arguments ``argnums``, and the output of f."""
    for number in argnums:
        if not -len(args) <= number < len(args):
            raise ParameterError(
                "argnums", f"{number} for {len(args)} arguments", "the number of an argument", "count from 0"
            )
    chosen = [number % len(args) for number in argnums]
    fresh = {number: _fresh(args[number]) for number in chosen}
    output = _call(f, [fresh[at] if at in fresh else _constant(arg, None) for at, arg in enumerate(args)])
    return [fresh[number] for number in chosen], output


def _call(f: Differentiable[P], args: Sequence[Tensor]) -> Tensor:
    with enable_grad():
        (output,) = starmap(f, [args])
    return _as_tensor(output)


def _as_tensor(output: object) -> Tensor:
    """``output``, which the types call a Tensor and an untyped caller may have made anything."""
    if isinstance(output, Tensor):
        return output
    raise OperandError(
        "transform", type(output).__name__, "a function that returns one Tensor", "return a Tensor"
    )


def _fresh(arg: Argument) -> Tensor:
    """A variable with the value of ``arg`` that no other part of any graph knows."""
    if isinstance(arg, Tensor) and arg.requires_grad:
        with enable_grad():
            return identity(arg)
    return Tensor(arg)


def _constant(arg: Argument, dtype: DType | None) -> Tensor:
    """``arg`` as a constant; numbers and lists, which have no dtype of their own, take ``dtype``."""
    if isinstance(arg, Tensor):
        return arg
    return Tensor(arg, dtype=None if isinstance(arg, np.ndarray) else dtype, requires_grad=False)


def _moving(
    what: str, primals: Sequence[Argument], tangents: Sequence[Argument]
) -> tuple[list[Tensor], list[Tensor]]:
    for role, given in (("primals", primals), ("tangents", tangents)):
        check_listed(what, role, given)
    if len(primals) != len(tangents):
        raise ParameterError(
            what, f"{len(primals)} primals and {len(tangents)} tangents", "one tangent a primal", "pair them"
        )
    variables = [_fresh(primal) for primal in primals]
    pairs = zip(tangents, variables, strict=True)
    return variables, [_constant(tangent, variable.dtype) for tangent, variable in pairs]


def _numbers(argnums: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(argnums) if isinstance(argnums, Sequence) else (index(argnums),)


def _scalar(output: Tensor) -> Tensor:
    if output.shape != ():
        raise GradientRequestError(
            "grad",
            f"an output of shape {output.shape}",
            "a 0-d Tensor",
            "sum it, or ask for the jacobian or vjp",
        )
    return output


def _units(output: Tensor) -> Iterable[Array]:
    """The unit cotangents of the output, in row-major order."""
    for at in range(output.size):
        unit = np.zeros(output.size, output.dtype)
        unit[at] = 1
        yield np.reshape(unit, output.shape)


def _assemble(rows: Sequence[Tensor], out_shape: tuple[int, ...], variable: Tensor) -> Tensor:
    """The rows of a Jacobian as one Tensor."""
    whole = (*out_shape, *variable.shape)
    if prod(out_shape) == 0:
        return Tensor.make_const(np.zeros(whole, variable.dtype))
    return reshape(stack(rows), whole)


def _outside(results: Sequence[Tensor], variables: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The results as the caller may keep them: detached unless a derivative outside still wants them."""
    if not GRAD_MODE.get():
        return tuple(result.detach() for result in results)
    own = set(variables)
    return tuple(result if _depends_on_others(result, own) else result.detach() for result in results)


def _depends_on_others(result: Tensor, own: set[Tensor]) -> bool:
    leaves = (value for value in post_order([result], lambda value: value.inputs) if value.is_leaf())
    return any(leaf.requires_grad and leaf not in own for leaf in leaves)
