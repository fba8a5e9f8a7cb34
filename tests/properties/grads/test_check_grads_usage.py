"""Wrong usage of ``check_grads`` is refused with what was got, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

import numpy as np
import pytest

from engine import ops
from engine.errors import DTypeError, EngineError, OperandError, ParameterError
from engine.tensor import Tensor
from properties import Report
from tests.properties.grads.planted import cosine


class Untyped(Protocol):
    """``check_grads`` as a caller without types sees it."""

    def __call__(
        self, f: object, args: object, order: object = 1, modes: object = ("fwd",), *, seed: object = None
    ) -> Report: ...


check: Untyped = import_module("properties").check_grads


def first(x: Tensor) -> Tensor:
    return x * x


def product(x: Tensor, y: Tensor) -> Tensor:
    return x * y


def returning(value: object) -> Callable[[Tensor], object]:
    def f(x: Tensor) -> object:
        return value

    return f


def refused(
    error: type[EngineError],
    f: object,
    args: object,
    order: object = 1,
    modes: object = ("fwd", "rev"),
) -> None:
    with pytest.raises(error, match=r"got .*; expected .*; .*\.") as caught:
        check(f, args, order, modes)
    assert type(caught.value) is error


@pytest.mark.parametrize("arg", [1, True, np.arange(3), np.array([True]), np.float16(1), [1, 2], 1j])
def test_arguments_are_float32_or_float64(arg: object) -> None:
    refused(DTypeError, ops.sin, (arg,))
    refused(DTypeError, ops.multiply, (1.0, arg))


@pytest.mark.parametrize(
    "arg", ["a", None, len, [[1.0], [1.0, 2.0]]], ids=["text", "None", "function", "ragged"]
)
def test_arguments_are_numbers(arg: object) -> None:
    refused(OperandError, ops.sin, (arg,))


@pytest.mark.parametrize(
    "args", [np.ones(3), Tensor(1.0), 1.0, 1, np.float64(1), np.float32(1), None, "x", {"x": 1.0}], ids=repr
)
def test_args_is_a_tuple_of_arguments(args: object) -> None:
    refused(OperandError, ops.sin, args)


def test_there_is_an_argument() -> None:
    refused(OperandError, ops.sin, ())
    refused(OperandError, ops.sin, [])


@pytest.mark.parametrize("value", [1.0, None, (), np.ones(1)], ids=repr)
def test_f_returns_a_tensor(value: object) -> None:
    refused(OperandError, returning(value), (1.0,))
    refused(OperandError, returning((Tensor(1.0),)), (1.0,))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_the_point_is_finite(bad: float) -> None:
    refused(OperandError, ops.sin, (bad,))
    with pytest.raises(OperandError, match="argument 1"):
        check(ops.multiply, (1.0, np.array([1.0, bad])))


def test_the_value_is_finite() -> None:
    for f, x in ((ops.log, -1.0), (ops.exp, 1000.0), (ops.log, 0.0)):
        refused(OperandError, f, (x,))


@pytest.mark.parametrize("order", [0, -1, 1.5, True, None, "1"], ids=repr)
def test_the_order_is_a_whole_number_from_one(order: object) -> None:
    refused(ParameterError, ops.sin, (1.0,), order)


@pytest.mark.parametrize("modes", ["fwd", "rev", (), [], ("x",), ("fwd", "x"), None, 3, (["fwd"],)], ids=repr)
def test_modes_are_fwd_and_rev(modes: object) -> None:
    refused(ParameterError, ops.sin, (1.0,), 1, modes)


@pytest.mark.parametrize("seed", [-1, 1.5, "a"], ids=repr)
def test_a_seed_is_a_whole_number_from_zero(seed: object) -> None:
    with pytest.raises(ParameterError, match=r"seed: got .*; expected .*; .*\."):
        check(ops.sin, (1.0,), seed=seed)


def test_f_takes_as_many_arguments_as_it_is_given() -> None:
    refused(OperandError, first, (1.0, 2.0))
    refused(OperandError, product, (1.0,))
    refused(OperandError, ops.sin, (1.0, 2.0))


def test_f_is_a_function() -> None:
    refused(OperandError, 3, (1.0,))


def test_nothing_is_called_before_all_is_checked() -> None:
    def never(x: Tensor) -> Tensor:
        raise AssertionError("called")

    refused(ParameterError, never, (1.0,), 0)
    refused(ParameterError, never, (1.0,), 1, ())
    refused(DTypeError, never, (1,))


def test_an_error_of_the_functions_own_comes_through() -> None:
    def own(x: Tensor) -> Tensor:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        check(own, (1.0,))
    with pytest.raises(TypeError, match="own fault"):
        check(raising(TypeError("own fault")), (1.0,))


def raising(error: Exception) -> Callable[[Tensor], Tensor]:
    def f(x: Tensor) -> Tensor:
        raise error

    return f


class Rules(Protocol):
    """``Mixing`` as a caller without types sees it."""

    def __call__(self, back: object, forth: object) -> object: ...


@pytest.mark.parametrize("rule", [None, np.ones(3), 1.0], ids=["None", "array", "number"])
def test_a_rule_that_returns_no_tensor_is_refused(rule: object) -> None:
    def wrong(moved: Tensor, node: Tensor) -> object:
        return rule

    mixing: Rules = import_module("tests.properties.grads.planted").Mixing
    refused(OperandError, mixing(wrong, cosine), (np.ones(3),))
    refused(OperandError, mixing(cosine, wrong), (np.ones(3),))


def test_what_is_bad_raises_no_warning_either(recwarn: pytest.WarningsRecorder) -> None:
    refused(OperandError, ops.log, (-1.0,))
    assert not recwarn.list
