"""Derivatives of the wrong kind, and claims about an op that do not hold."""

from __future__ import annotations

import numpy as np
import pytest

from engine import CATALOGUE, REALS, DTypeError, Elementwise, OperandError, ShapeError, Tensor, Unary, exp, op
from engine.array import Array, Shape, as_array, computed
from engine.catalogue import visiting
from engine.ops import astype, reshape
from properties import OracleError, check_grads
from properties.grads.jacobian import Chance
from properties.recording import Jitter


class Copy(Elementwise, Unary):
    """yᵢ = aᵢ, with rules that say whether they speak of the right shape and dtype."""

    def compute(self, a: Array) -> Array:
        return a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent


class WideAdjoint(Copy):
    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return astype(out_grad, "float64")


class WideTangent(Copy):
    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return astype(in_tangent, "float64")


class LongTangent(Copy):
    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return reshape(in_tangent, (1, *in_tangent.shape))


X = np.array([0.5, 1.5, 2.5], np.float32)


@pytest.mark.parametrize("copy", [WideAdjoint(), WideTangent()], ids=["adjoint", "tangent"])
def test_a_derivative_of_another_dtype_is_refused(copy: Copy) -> None:
    with pytest.raises(DTypeError, match=r"argument 0: got float64; expected float32"):
        check_grads(copy, (X,))
    assert check_grads(Copy(), (X,)).verdict == "PASS"


def test_a_tangent_of_another_shape_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"the tangent for argument 0: got shape \(1, 3\); expected shape"):
        check_grads(LongTangent(), (X,))


def test_an_op_that_says_elementwise_and_mixes_entries_is_named() -> None:
    with visiting():

        @op(REALS)
        class Running(Elementwise, Unary):
            """yᵢ = Σⱼ aⱼ over j ≤ i: not elementwise."""

            def compute(self, a: Array) -> Array:
                return as_array(np.cumsum(a)) if a.dtype.kind == "f" else np.cumsum(a)

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return out_grad

            def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
                return in_tangent

        assert CATALOGUE["Running"].elementwise
        with pytest.raises(OracleError, match="entries mix: one of Running"):
            check_grads(Running(), (np.array([0.5, 1.5, 2.5]),))


def test_a_tangent_that_is_no_tensor_is_refused() -> None:
    class Nothing(Copy):
        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            nothing: Tensor = eval("None")
            return nothing

    with pytest.raises(OperandError, match=r"tangent of .*got NoneType; expected a Tensor"):
        check_grads(Nothing(), (X,))


def test_weights_have_both_signs_and_are_never_small() -> None:
    for seed in range(50):
        weights = Chance(seed).signed(5)
        assert weights[0] < 0 < weights[-1]
        assert (np.abs(weights) >= 0.5).all()
        assert (np.abs(weights) <= 1.5).all()
    assert Chance(7).signed(3).tolist() == Chance(7).signed(3).tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble", "complex128"])
@pytest.mark.parametrize("shape", [(), (4,), (2, 0)])
def test_jitter_moves_results_by_some_units_and_keeps_their_type(dtype: str, shape: Shape) -> None:
    result = np.ones(shape, dtype) * (1 + 2j if dtype == "complex128" else 1)
    moved = Jitter(2.0**-20, 3)(computed(result))
    assert moved.dtype == result.dtype
    assert moved.shape == result.shape
    np.testing.assert_allclose(moved, result, rtol=2.0**-19)
    assert not result.size or (moved != result).all()


def test_a_report_can_be_repeated() -> None:
    report = check_grads(exp, ([1.0, 2.0],))
    again = check_grads(exp, ([1.0, 2.0],), seed=report.seed)
    assert str(again) == str(report)
