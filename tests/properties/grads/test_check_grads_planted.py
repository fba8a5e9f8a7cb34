"""``check_grads`` finds planted bugs, and says where they are."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from engine import ops
from engine.array import Array, computed
from engine.catalogue import visiting
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.errors import EngineError, ShapeError
from engine.kinds import Elementwise, Unary
from engine.tensor import Tensor
from engine.transforms import Argument
from properties import GradientError, NotDecided, OracleError, check_grads
from properties.grads.look import Mode
from properties.grads.report import Place
from tests.properties.grads.planted import Function, Mixing, Product, Rule, Square, cosine, sine_like

SEEDS = (0, 1, 2)
BOTH: tuple[Mode, ...] = ("fwd", "rev")


@pytest.fixture(autouse=True)
def _() -> Generator[None, None, None]:
    with visiting():
        yield


def found(f: Function, *args: Argument, order: int = 1, modes: tuple[Mode, ...] = BOTH) -> GradientError:
    """What is found with every seed; it is the same place each time."""
    errors: list[GradientError] = []
    for seed in SEEDS:
        with pytest.raises(GradientError) as caught:
            check_grads(f, args, order, modes, seed=seed)
        errors.append(caught.value)
    assert len({error.place for error in errors}) == 1
    assert all(f"seed={seed}" in str(error) for seed, error in zip(SEEDS, errors, strict=True))
    return errors[0]


def numbers(count: int) -> Array:
    return computed(np.random.default_rng(7).uniform(0.25, 1.25, count))


def factor(count: int, at: int, share: float) -> Tensor:
    """Ones, but for the entry ``at``."""
    entries = np.ones(count)
    entries[at] = share
    return Tensor.make_const(entries)


def cosine_times(count: int, at: int, share: float) -> Rule:
    return lambda moved, node: cosine(moved, node) * factor(count, at, share)


@pytest.mark.parametrize("analytic", [True, False])
@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_a_share_of_1e_11_in_one_entry(mode: str, analytic: bool) -> None:
    wrong = cosine_times(8, 3, 1 + 1e-11)
    op = sine_like(*((cosine, wrong) if mode == "fwd" else (wrong, cosine)), analytic=analytic)
    error = found(op, numbers(8))
    assert error.place == Place(argument=0, index=(3,), out_index=(3,), mode=mode, order=1)
    cos = float(np.cos(numbers(8)[3]))
    assert error.expected == pytest.approx(cos, rel=1e-13, abs=0)
    assert error.got == pytest.approx(cos * (1 + 1e-11), rel=1e-13, abs=0)
    assert error.bound < 1e-12


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_the_same_in_an_op_without_an_op_line_that_mixes_entries(mode: str) -> None:
    wrong = cosine_times(8, 3, 1 + 1e-9)
    error = found(Mixing(*((cosine, wrong) if mode == "fwd" else (wrong, cosine))), numbers(8))
    assert error.place == Place(argument=0, index=(3,), out_index=(3,), mode=mode, order=1)


def test_the_second_argument_only() -> None:
    error = found(Product(off=1e-10), np.array([0.5, 0.75]), np.array([3.0, 5.0]))
    assert (error.place.argument, error.place.mode) == (1, "rev")
    assert check_grads(Product(), (0.5, 3.0), 2).verdict == "PASS"


def test_a_zeroed_entry_of_256() -> None:
    error = found(sine_like(cosine_times(256, 77, 0.0)), numbers(256))
    assert error.place == Place(0, (77,), (77,), "rev", 1)
    assert error.got == 0.0
    assert error.expected == pytest.approx(float(np.cos(numbers(256)[77])), rel=1e-13, abs=0)


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_a_zeroed_entry_of_2000_that_are_seen_along_random_directions(mode: str) -> None:
    wrong = cosine_times(2000, 777, 0.0)
    op = sine_like(*((cosine, wrong) if mode == "fwd" else (wrong, cosine)))
    error = found(lambda x: op(x).sum(), numbers(2000))
    assert (error.place.argument, error.place.index, error.place.mode) == (0, None, mode)


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_an_off_diagonal_term_in_an_elementwise_op(mode: str) -> None:
    def wrong(moved: Tensor, node: Tensor) -> Tensor:
        return cosine(moved, node) + 1e-9 * ops.concatenate([moved[1:], moved[:1]], 0)

    error = found(sine_like(*((cosine, wrong) if mode == "fwd" else (wrong, cosine))), numbers(5))
    assert error.place.index != error.place.out_index
    assert (error.got, error.expected) == (1e-9, 0.0)


def test_the_transposed_adjoint_of_a_square_product() -> None:
    a, b = numbers(9).reshape(3, 3), numbers(18)[9:].reshape(3, 3)
    error = found(Square(transposed=True), a, b)
    assert (error.place.argument, error.place.mode) == (0, "rev")
    assert check_grads(Square(), (a, b)).verdict == "PASS"


def double(moved: Tensor, node: Tensor) -> Tensor:
    """2x, where x is right: right at 0 alone."""
    return 2 * moved * node.inputs[0]


@pytest.mark.parametrize("analytic", [True, False])
def test_a_rule_that_is_right_at_the_point_only_shows_at_order_two(analytic: bool) -> None:
    op = sine_like(double, double, lambda a: a * a / 2, analytic=analytic)
    assert check_grads(op, (0.0,), 1).verdict == "PASS"
    assert found(op, 0.0, order=2).place.mode.startswith("fwd")


def test_a_rule_of_which_the_slope_too_is_right_at_the_point_only_shows_when_it_is_differentiated() -> None:
    def wrong(moved: Tensor, node: Tensor) -> Tensor:
        x = node.inputs[0]
        return moved * 3 * x * x * (1 + (x - 0.75) ** 2)

    op = sine_like(wrong, wrong, lambda a: a**3)
    assert check_grads(op, (0.75,), 1).verdict == "PASS"
    assert found(op, 0.75, order=3).place.mode.startswith("fwd")


@pytest.mark.parametrize("modes", [("fwd",), ("rev",), ("fwd", "rev")])
def test_a_detached_factor_shows_at_order_two(modes: tuple[Mode, ...]) -> None:
    def wrong(moved: Tensor, node: Tensor) -> Tensor:
        return moved * ops.cos(node.inputs[0].detach())

    op = sine_like(wrong, wrong)
    assert check_grads(op, (0.75,), 1).verdict == "PASS"
    error = found(op, 0.75, order=2, modes=modes)
    assert (error.place.order, error.got) == (2, 0.0)


def test_a_rule_that_is_wrong_from_the_third_order_on() -> None:
    def taylor(moved: Tensor, node: Tensor) -> Tensor:
        x = node.inputs[0]
        centre = x.detach()
        return moved * (ops.cos(centre) - ops.sin(centre) * (x - centre))

    op = sine_like(taylor, taylor)
    assert check_grads(op, (0.75,), 2).verdict == "PASS"
    error = found(op, 0.75, order=3)
    assert (error.place.order, error.place.mode) == (3, "fwd over fwd over fwd")


def test_float32_only() -> None:
    def wrong(moved: Tensor, node: Tensor) -> Tensor:
        return cosine(moved, node) * (1.0001 if moved.dtype == np.float32 else 1.0)

    op = sine_like(wrong)
    assert check_grads(op, (0.75,), 2).verdict == "PASS"
    assert found(op, np.array([0.75, 0.25], np.float32)).place.mode == "rev"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_nan_and_infinity(mode: str, value: float) -> None:
    wrong = cosine_times(3, 1, value)
    error = found(sine_like(*((cosine, wrong) if mode == "fwd" else (wrong, cosine))), numbers(3))
    assert (error.place.index if mode == "rev" else error.place.out_index) == (1,)
    assert not np.isfinite(error.got)
    assert np.isfinite(error.expected)


SHAPES: dict[str, Rule] = {
    "a sum": lambda moved, node: moved.sum(),
    "one axis more": lambda moved, node: ops.reshape(cosine(moved, node), (1, 3)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_a_wrong_shape_is_said_to_be_one(mode: str, shape: str) -> None:
    op = Mixing(*((cosine, SHAPES[shape]) if mode == "fwd" else (SHAPES[shape], cosine)))
    with pytest.raises(ShapeError, match=r"expected shape \(3,\)"):
        check_grads(op, (numbers(3),))


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_a_wrong_dtype_is_said_to_be_one(mode: str) -> None:
    def wrong(moved: Tensor, node: Tensor) -> Tensor:
        return ops.astype(cosine(moved, node), "float64")

    op = sine_like(*((cosine, wrong) if mode == "fwd" else (wrong, cosine)))
    with pytest.raises(EngineError, match="float32"):
        check_grads(op, (computed(numbers(3).astype(np.float32)),))


def test_an_adjoint_that_takes_the_size_of_its_cotangent_is_seen_whatever_its_sign() -> None:
    op = sine_like(lambda moved, node: cosine(ops.absolute(moved), node))
    assert found(op, 0.75).place.mode == "rev"


def test_an_adjoint_where_nothing_depends_on_the_input() -> None:
    op = sine_like(lambda moved, node: 1e-9 * moved, lambda moved, node: 0 * moved, lambda a: a * 0 + 1)
    assert found(op, 0.75).expected == 0.0


def test_one_tangent_term_beside_a_large_one() -> None:
    def wrong(moved: Tensor, node: Tensor) -> Tensor:
        return moved * Tensor.make_const([1e8, 1 + 1e-5])

    scales = np.array([1e8, 1.0])
    op = sine_like(lambda moved, node: moved * Tensor.make_const(scales), wrong, lambda a: a * scales)
    assert found(lambda x: op(x).sum(), np.array([0.75, 0.25])).place.mode == "fwd"


LEAKS: dict[str, Function] = {
    "detach": lambda x: x * x.detach(),
    "numpy": lambda x: x * Tensor.make_const(x.numpy()),
    "everything": lambda x: Tensor.make_const(np.sin(x.numpy())),
    "a small output beside a large one": lambda x: ops.stack([1e14 * x, x * x.detach()], 0),
    "a small one": lambda x: ops.stack([x, 1e-15 * x * x.detach()], 0),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_value_that_left_the_graph(leak: str) -> None:
    error = found(LEAKS[leak], 0.75)
    assert error.got == pytest.approx(error.expected / 2) or not error.got


def test_an_op_that_is_not_analytic_and_says_that_it_is() -> None:
    op = sine_like(
        lambda moved, node: moved * ops.sign(node.inputs[0]),
        lambda moved, node: moved * ops.sign(node.inputs[0]),
        np.abs,
    )
    for point in (0.75, -0.75, np.array([0.5, -0.25])):
        with pytest.raises(OracleError, match="Planted says analytic=True"):
            check_grads(op, (point,))


def test_an_op_that_casts_the_imaginary_part_away() -> None:
    op = sine_like(double, double, lambda a: a.astype(np.float64) ** 2)
    with pytest.raises(OracleError, match="Planted"), pytest.warns(np.exceptions.ComplexWarning):
        check_grads(op, (0.75,))


@pytest.mark.parametrize("refused", ["clongdouble", "longdouble", "complex128"])
def test_an_op_that_refuses_a_wider_type_is_asked_without_it(refused: str) -> None:
    def value(a: Array) -> Array:
        if a.dtype == np.dtype(refused):
            raise TypeError(f"array type {a.dtype} is unsupported in linalg")
        return np.sin(a)

    assert check_grads(sine_like(value=value), (numbers(3),), 2, seed=0).verdict == "PASS"


@pytest.mark.parametrize(("dtype", "large"), [(FLOAT64, 1.5e307), (FLOAT32, 2e37)])
@pytest.mark.parametrize("slope", [1.0, 2.0])
def test_a_derivative_next_to_overflow_is_not_certified(dtype: DType, large: float, slope: float) -> None:
    class Large(Elementwise, Unary):
        def compute(self, a: Array) -> Array:
            return large * a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (slope * large)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * (slope * large)

    with pytest.warns(NotDecided):
        report = check_grads(Large(), (np.array([1.0, 2.0], dtype),), seed=0)
    assert [line.held for line in report.checked] == [0, 0]
