"""Parameters that are no numbers, or of another kind than the op takes: refused in the engine's own words."""

from collections.abc import Callable
from itertools import starmap
from typing import ParamSpec, TypeVar

import numpy as np
import pytest

from engine import (
    AxisError,
    Conv1d,
    Diagonal,
    EngineError,
    Fold,
    OperandError,
    ParameterError,
    PutDiagonal,
    Repeat,
    Summation,
    Tensor,
    Tril,
    Triu,
    Var,
    batch_norm,
    celu,
    clip,
    conv1d,
    cosine_similarity,
    cross_entropy,
    divide_by_power,
    dropout,
    elu,
    gaussian,
    hardshrink,
    hardtanh,
    huber_loss,
    layer_norm,
    leaky_relu,
    logistic_density,
    nan_to_num,
    norm,
    pad,
    polar_monomial,
    power_log,
    power_scalar,
    put_item,
    quantile,
    remainder_scalar,
    repeat,
    reshape,
    rms_norm,
    roll,
    scatter_add,
    softshrink,
    tensordot,
    trapezoid,
    unfold,
)

P = ParamSpec("P")
T = TypeVar("T")

Check = Callable[[Callable[[], object], type[EngineError], str], None]


def called(function: Callable[P, T], *args: object) -> T:
    """``function(*args)``, for arguments that the types refuse."""
    (result,) = starmap(function, [args])
    return result


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


def grouped(groups: int) -> Tensor:
    return conv1d(ones(2, 5), ones(3, 2, 2), groups=groups)


def similarity(eps: float) -> Tensor:
    return cosine_similarity(ones(2), ones(2), eps=eps)


def with_eps(eps: float) -> Tensor:
    return batch_norm(ones(3, 2), statistics=(ones(2), ones(2)), eps=eps)


WHOLE: dict[str, tuple[Callable[[], object], str]] = {
    "divide_by_power": (lambda: called(divide_by_power, ones(2), ones(2), 1.5), "DivPower: got power 1.5"),
    "polar_monomial": (
        lambda: called(polar_monomial, ones(2), ones(2), 1.5, 0, 1),
        "PolarMonomial: got by_a 1.5",
    ),
    "power_log": (
        lambda: called(power_log, ones(2), ones(2), ((1, 0.5, 0),), 0),
        "PowerLog: got a number 0.5",
    ),
    "power_log shift": (
        lambda: called(power_log, ones(2), ones(2), ((1, 0, 0),), 0.5),
        "PowerLog: got a number 0.5",
    ),
    "groups 1.0": (lambda: called(grouped, 1.0), "Conv1d: got groups 1.0"),
    "groups True": (lambda: grouped(True), "Conv1d: got groups True"),
    "groups None": (lambda: called(grouped, None), "Conv1d: got groups None"),
    "Conv1d": (lambda: called(Conv1d, (1,), (0,), (1,), 1.5), "Conv1d: got groups 1.5"),
    "roll": (lambda: called(roll, ones(3), 1.5), "roll: got shift 1.5"),
    "repeat": (lambda: called(repeat, ones(3), [1, 2]), "repeat: got count [1, 2]"),
    "Repeat": (lambda: called(Repeat, 1.5, 0), "Repeat: got count 1.5"),
    "Tril": (lambda: called(Tril, 1.5), "Tril: got offset 1.5"),
    "Triu": (lambda: called(Triu, None), "Triu: got offset None"),
    "Diagonal": (lambda: called(Diagonal, 0.5, (0, 1)), "Diagonal: got offset 0.5"),
    "PutDiagonal": (lambda: called(PutDiagonal, 0.5, (0, 1), (2, 2)), "PutDiagonal: got offset 0.5"),
    "Var": (lambda: called(Var, (0,), False, 1.5), "Var: got ddof 1.5"),
    "Fold": (lambda: called(Fold, (2,), (1,), (0,), (1,), (1.5,)), "Fold: got sizes 1.5"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_parameter_that_is_no_whole_number_is_refused(name: str, refused: Check) -> None:
    call, words = WHOLE[name]
    refused(call, ParameterError, f"{words}; expected an integer; give a whole number.")


REAL: dict[str, Callable[[float], object]] = {
    "clip": lambda c: clip(ones(2), c, 2.0),
    "celu": lambda c: celu(ones(2), c),
    "cosine_similarity": similarity,
    "dropout": lambda c: dropout(ones(2), c, np.random.default_rng(0)),
    "elu": lambda c: elu(ones(2), c),
    "gaussian": lambda c: gaussian(ones(2), c),
    "hardshrink": lambda c: hardshrink(ones(2), c),
    "hardtanh": lambda c: hardtanh(ones(2), c, 2.0),
    "huber_loss": lambda c: huber_loss(ones(2), ones(2), c),
    "layer_norm": lambda c: layer_norm(ones(2), eps=c),
    "batch_norm": with_eps,
    "leaky_relu": lambda c: leaky_relu(ones(2), c),
    "logistic_density": lambda c: logistic_density(ones(2), c),
    "nan_to_num": lambda c: nan_to_num(ones(2), c),
    "norm": lambda c: norm(ones(2), order=c),
    "pad": lambda c: pad(ones(2), 1, value=c),
    "power_scalar": lambda c: power_scalar(ones(2), c),
    "quantile": lambda c: quantile(ones(2), c),
    "remainder_scalar": lambda c: remainder_scalar(ones(2), c),
    "rms_norm": lambda c: rms_norm(ones(2), eps=c),
    "softshrink": lambda c: softshrink(ones(2), c),
    "trapezoid": lambda c: trapezoid(ones(2), dx=c),
}


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("number", ["x", "0.5", True, 1j, [[0.5]], np.array("x"), np.bool_(True), 10**400])
def test_a_parameter_that_is_no_real_number_is_refused(name: str, number: object, refused: Check) -> None:
    if name == "quantile" and isinstance(number, list):
        number = [["x"]]  # a list is several
    refused(lambda: called(REAL[name], number), ParameterError, f"{name}: got *; expected a real number; *.")


@pytest.mark.parametrize("name", [name for name in REAL if name != "clip"])
def test_none_is_no_real_number(name: str, refused: Check) -> None:
    refused(lambda: called(REAL[name], None), ParameterError, f"{name}: got * None; expected a real *; *.")


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("number", [np.float32(0.5), np.array(0.5), np.float64(0.5)])
def test_a_number_of_numpys_is_a_real_number(name: str, number: object) -> None:
    if name != "norm":
        called(REAL[name], number)
    assert norm(ones(2), order=1).item() == called(norm, ones(2), None, False, np.array(1)).item() == 2.0


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "axes of one": (
        lambda: called(tensordot, ones(2), ones(2), (0,)),
        ParameterError,
        "tensordot: got axes (0,); expected *; *.",
    ),
    "axes of three": (
        lambda: called(tensordot, ones(2), ones(2), ([0], [0], [0])),
        ParameterError,
        "tensordot: got axes ([0], [0], [0]); expected *; *.",
    ),
    "no axes": (
        lambda: called(tensordot, ones(2), ones(2), None),
        ParameterError,
        "tensordot: got axes None; expected *; *.",
    ),
    "roll along a fraction": (
        lambda: called(roll, ones(2), 1, 0.5),
        AxisError,
        "roll: got axis 0.5; expected an integer; *.",
    ),
    "an axis that is a fraction": (
        lambda: called(Summation, (0.5,)),
        AxisError,
        "Summation: got axis 0.5; expected an integer; *.",
    ),
    "a pad of an array": (
        lambda: called(pad, ones(2), np.array([1, 2])),
        ParameterError,
        "pad: got *; expected *; *.",
    ),
    "a ragged pad": (
        lambda: called(pad, ones(2, 2), [[1, 2], 3]),
        ParameterError,
        "pad: got *; expected *; *.",
    ),
    "a shape of arrays": (
        lambda: called(reshape, ones(2), [np.array([1, 2])]),
        ParameterError,
        "reshape: got *; expected a tuple of integers; *.",
    ),
    "labels that are fractions": (
        lambda: called(cross_entropy, ones(2, 3), [0.0, 1.0]),
        OperandError,
        "cross_entropy: got labels of float64; expected whole numbers; *.",
    ),
    "ragged labels": (
        lambda: called(cross_entropy, ones(2, 3), [[0], [0, 1]]),
        OperandError,
        "cross_entropy: got labels of several lengths; expected *; *.",
    ),
    "a negative length": (
        lambda: similarity(-1.0),
        ParameterError,
        "cosine_similarity: got eps -1.0; expected a finite number ≥ 0; *.",
    ),
    "windows along no axis": (
        lambda: unfold(ones(2), ()),
        ParameterError,
        "Unfold: got size (); expected some whole numbers ≥ 1; *.",
    ),
    "a fold to less than nothing": (
        lambda: Fold((2,), (1,), (0,), (1,), (-3,)),
        ParameterError,
        "Fold: got sizes (-3,); expected whole numbers ≥ 0; *.",
    ),
    "a diagonal in less than nothing": (
        lambda: PutDiagonal(0, (0, 1), (2, -3)),
        ParameterError,
        "PutDiagonal: got shape (2, -3); expected whole numbers ≥ 0; *.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_parameter_of_another_kind_is_refused(name: str, refused: Check) -> None:
    refused(*REFUSALS[name])


def test_a_share_may_be_a_number_of_numpys_or_an_array_of_several() -> None:
    x = Tensor([1.0, 2.0, 4.0])
    assert quantile(x, np.float32(0.5)).item() == quantile(x, np.array(0.5)).item() == 2.0
    assert quantile(x, np.array([0.0, 0.5])).numpy().tolist() == [1.0, 2.0]


def test_a_shape_may_be_one_size_and_labels_a_list() -> None:
    assert put_item(Tensor(2.0), 0, 3).numpy().tolist() == [2.0, 0.0, 0.0]
    assert scatter_add(Tensor([1.0, 2.0]), [1, 1], 3).numpy().tolist() == [0.0, 3.0, 0.0]
    logits = Tensor([[1.0, 2.0], [0.0, 3.0]])
    assert cross_entropy(logits, [0, 1]).item() == cross_entropy(logits, np.array([0, 1])).item()
