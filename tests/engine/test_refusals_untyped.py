"""Calls that the types refuse, made by a caller without a type checker: the engine refuses them too."""

from collections.abc import Callable
from itertools import starmap
from operator import add as plus
from operator import getitem, setitem
from typing import ParamSpec, TypeVar

import numpy as np
import pytest

from engine import (
    AxisError,
    BroadcastTo,
    DTypeError,
    EngineError,
    ItemError,
    OperandError,
    ParameterError,
    Tensor,
    add,
    exp,
    grad,
    multiply,
    reshape,
    stack,
    summation,
    vjp,
    where,
)

P = ParamSpec("P")
T = TypeVar("T")


def called(function: Callable[P, T], *args: object) -> T:
    """``function(*args)``, for arguments that the types refuse."""
    (result,) = starmap(function, [args])
    return result


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


def twice(x: Tensor) -> tuple[Tensor, Tensor]:
    return x, x


def constantly(value: float) -> Callable[[Tensor], float]:
    return lambda x: value


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "reshape to a fraction": (
        lambda: called(reshape, ones(2), (2.0,)),
        ParameterError,
        "reshape*: got *(2.0,)*; expected *integers*; *list*.",
    ),
    "summation over an axis that is no integer": (
        lambda: called(summation, ones(2), 0.5),
        AxisError,
        "summation*: got *axis 0.5*; expected *an integer*; *int*.",
    ),
    "index by a list of fractions": (
        lambda: called(getitem, ones(3), [0.0, 1.0]),
        ItemError,
        "index [0.0, 1.0]: got *float64*; expected *an array of integers or a mask*; *integers*.",
    ),
    "index by a list of lists of several lengths": (
        lambda: called(getitem, ones(3), [[0], [1, 2]]),
        ItemError,
        "index [[0], [1, 2]]: got *lengths*; expected *an array of integers*; *split*.",
    ),
    "index by a fraction": (
        lambda: called(getitem, ones(3), 1.0),
        ItemError,
        "index 1.0 on axis 0*: got *float*; expected *an integer*; *integers*.",
    ),
    "index by a text": (
        lambda: called(getitem, ones(3), "a"),
        ItemError,
        "index 'a'*: got *; expected *an integer*; *integers*.",
    ),
    "slice with a fraction": (
        lambda: called(getitem, ones(3), slice(0.5, None)),
        ItemError,
        "index *0*: got *; expected *; *.",
    ),
    "half precision": (
        lambda: called(Tensor, np.ones(2, np.float16)),
        DTypeError,
        "Tensor*: got *float16*; expected *float32*; *dtype=*.",
    ),
    "half precision as a constant": (
        lambda: called(Tensor.make_const, np.ones(2, np.float16)),
        DTypeError,
        "Tensor*: got *float16*; expected *float32*; *.",
    ),
    "extended precision": (
        lambda: called(Tensor, np.ones(2, np.longdouble)),
        DTypeError,
        "Tensor*: got *float*; expected *float32*; *dtype=*.",
    ),
    "complex numbers": (
        lambda: called(Tensor, 1j),
        DTypeError,
        "Tensor*: got *complex128*; expected *real numbers*; *real or imaginary part*.",
    ),
    "a text as data": (
        lambda: called(Tensor, "3.0"),
        OperandError,
        "Tensor*: got *'3.0'*; expected *real numbers*; *convert*.",
    ),
    "None as data": (
        lambda: called(Tensor, None),
        OperandError,
        "Tensor*: got *None*; expected *real numbers*; *convert*.",
    ),
    "objects as data": (
        lambda: called(Tensor, [object]),
        OperandError,
        "Tensor*: got *class 'object'*; expected *real numbers*; *convert*.",
    ),
    "dates as data": (
        lambda: called(Tensor, np.array(["2020-01-01"], "M8[D]")),
        OperandError,
        "Tensor*: got *2020*; expected *real*; *convert*.",
    ),
    "a list of Tensors": (
        lambda: called(Tensor, [ones(), ones()]),
        OperandError,
        "Tensor*: got *Tensor(1.)*; expected *real numbers*; *.",
    ),
    "a Tensor plus None": (
        lambda: called(plus, ones(), None),
        OperandError,
        "Tensor*: got *None*; expected *real numbers*; *convert*.",
    ),
    "a Tensor plus a text": (
        lambda: called(plus, ones(), "a"),
        OperandError,
        "Tensor*: got *'a'*; expected *real numbers*; *convert*.",
    ),
    "a complex number plus a Tensor": (
        lambda: called(plus, 1j, ones()),
        DTypeError,
        "Tensor*: got *complex128*; expected *real numbers*; *part*.",
    ),
    "an op on an array": (
        lambda: called(exp, np.ones(2)),
        OperandError,
        "Exp()*: got *(ndarray)*; expected *Tensors*; *wrap*.",
    ),
    "an op on a number": (
        lambda: called(exp, 1.0),
        OperandError,
        "Exp()*: got *(float)*; expected *Tensors*; *wrap*.",
    ),
    "an op on a Tensor and a number": (
        lambda: called(multiply, ones(), 2.0),
        OperandError,
        "EWiseMul()*: got *(Tensor, float)*; expected *Tensors*; *wrap*.",
    ),
    "an op on a number and a Tensor": (
        lambda: called(add, 2.0, ones()),
        OperandError,
        "EWiseAdd()*: got *(float, Tensor)*; expected *Tensors*; *wrap*.",
    ),
    "an op with a parameter on an array": (
        lambda: called(summation, np.ones(2)),
        OperandError,
        "Summation*: got *(ndarray)*; expected *Tensors*; *wrap*.",
    ),
    "an op with a parameter on a number": (
        lambda: called(BroadcastTo((2,)), 1.0),
        OperandError,
        "BroadcastTo*: got *(float)*; expected *Tensors*; *wrap*.",
    ),
    "where with a truth value as condition": (
        lambda: called(where, True, ones(), 0.0),
        OperandError,
        "Where*: got *bool*; expected *Tensors*; *wrap*.",
    ),
    "stack of a Tensor and an array": (
        lambda: called(stack, [ones(2), np.ones(2)]),
        OperandError,
        "Stack*: got *(Tensor, ndarray)*; expected *Tensors*; *wrap*.",
    ),
    "a function that returns several Tensors": (
        lambda: called(vjp, twice, 2.0),
        OperandError,
        "transform: got tuple; expected *returns one Tensor*; *return*.",
    ),
    "a function that returns a number": (
        lambda: called(called(grad, constantly(3.0)), 2.0),
        OperandError,
        "transform*: got *float*; expected *returns one Tensor*; *return*.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])


def test_a_tensor_refuses_assignment_to_an_entry() -> None:
    with pytest.raises(TypeError, match="item assignment"):
        called(setitem, ones(2), 0, 1.0)


def test_a_tensor_is_refused_by_numpys_own_functions() -> None:
    with pytest.raises(TypeError, match="does not support ufuncs"):
        called(np.exp, ones(2))
    with pytest.raises(TypeError, match="does not support ufuncs"):
        called(np.add, np.ones(2), ones(2))
