"""Data, dtypes and truth values that are refused."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    DTypeError,
    EngineError,
    OperandError,
    Tensor,
    TruthError,
    astype,
    concatenate,
    exp,
    stack,
    where,
)


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


def constant(*shape: int) -> Tensor:
    return Tensor(np.ones(shape), requires_grad=False)


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "integers that should carry a gradient": (
        lambda: Tensor([1, 2]),
        DTypeError,
        "Tensor*: got *int64*; expected *float32 or float64*; *requires_grad=False*.",
    ),
    "truth values that should carry a gradient": (
        lambda: Tensor(np.array([True])),
        DTypeError,
        "Tensor*: got *bool*; expected *float32 or float64*; *requires_grad=False*.",
    ),
    "a dtype of integers": (
        lambda: Tensor([1.0], dtype="int64"),
        DTypeError,
        "dtype*: got *'int64'*; expected *float32 or float64*; *choose*.",
    ),
    "astype to half precision": (
        lambda: astype(ones(2), "float16"),
        DTypeError,
        "dtype*: got *'float16'*; expected *float32 or float64*; *choose*.",
    ),
    "a ragged list": (
        lambda: Tensor([[1.0], [1.0, 2.0]]),
        OperandError,
        "Tensor*: got *[[1.0], [1.0, 2.0]]*; expected *rectangular*; *pad*.",
    ),
    "an op on nothing": (exp, OperandError, "Exp()*: got *nothing*; expected *Tensors*; *wrap*."),
    "where without a Tensor": (
        lambda: where(constant(1), 1.0, 2.0),
        OperandError,
        "where*: got *two numbers*; expected *a Tensor*; *wrap*.",
    ),
    "concatenate of nothing": (
        lambda: concatenate([]),
        OperandError,
        "concatenate*: got *no operand*; expected *at least one Tensor*; *list*.",
    ),
    "stack of nothing": (
        lambda: stack([]),
        OperandError,
        "stack*: got *no operand*; expected *at least one Tensor*; *list*.",
    ),
    "several elements as truth value": (
        lambda: bool(ones(2)),
        TruthError,
        "truth value*: got *shape (2,)*; expected *one element*; *reduce*.",
    ),
    "no element as truth value": (
        lambda: bool(ones(0)),
        TruthError,
        "truth value*: got *shape (0,)*; expected *one element*; *reduce*.",
    ),
    "several elements as a number": (
        lambda: float(ones(2)),
        TruthError,
        "item*: got *2 elements*; expected *exactly one*; *reduce*.",
    ),
    "the item of several elements": (
        lambda: ones(2, 3).item(),
        TruthError,
        "item*: got *6 elements*; expected *exactly one*; *index*.",
    ),
    "a number that fits no dtype": (
        lambda: Tensor(10**30, requires_grad=False),
        OperandError,
        "Tensor*: got *1000*; expected *real numbers*; *floats*.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
