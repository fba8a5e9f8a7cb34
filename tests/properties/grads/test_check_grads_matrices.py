"""``check_grads`` of ops that NumPy computes in float32, float64 and complex numbers of their size only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    MatrixError,
    Tensor,
    cholesky,
    det,
    eigvalsh,
    inv,
    matrix_norm,
    pinv,
    qr,
    slogdet,
    solve,
    solve_triangular,
    svdvals,
)
from engine.array import Array, Shape
from engine.catalogue import op, visiting
from engine.domain import DOMINANT
from engine.kinds import Unary
from properties.grads.check import check_grads
from properties.grads.report import GradientError

PLAIN = np.array([[3.0, 0.25, -0.5], [0.125, 6.0, 0.25], [-0.25, 0.5, 9.5]])


RULES: list[Callable[[Tensor], Tensor]] = [
    inv,
    det,
    lambda a: cholesky(a)[2],
    eigvalsh,
    svdvals,
    pinv,
    lambda a: solve(a, a * a),
    lambda a: slogdet(a).logabsdet,
    lambda a: qr(a).q,
    lambda a: matrix_norm(a, "nuc"),
]


@pytest.mark.parametrize("f", RULES)
@pytest.mark.filterwarnings("ignore:check_grads")  # rounding leaves no digit of a derivative that is 0
def test_right_rules_hold_by_differences_of_float64(f: Callable[[Tensor], Tensor]) -> None:
    lines = check_grads(f, (PLAIN,), seed=1).checked
    assert {line.mode for line in lines} == {"fwd", "rev"}
    assert all(line.digits > 6 for line in lines)


def test_a_wrong_rule_is_called_wrong_though_rounding_is_measured_in_no_wider_number() -> None:
    with visiting():

        @op(DOMINANT, signature="(n,n)->(n,n)")
        class SlightlyWrong(Unary):
            """A⁻¹, and an adjoint that is off by a millionth."""

            def compute(self, a: Array) -> Array:
                return np.linalg.inv(a)

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return inv.gradient(out_grad, node) * 1.000001

            def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
                return inv.tangent(in_tangent, node)

            def out_shape(self, *shapes: Shape) -> Shape:
                return shapes[0]

        with pytest.raises(GradientError, match="rev"):
            check_grads(SlightlyWrong(), (PLAIN,), seed=1)


def test_a_step_beyond_the_matrices_that_an_op_takes_is_left_out() -> None:
    nearly_singular = np.array([[1.0, 0.98], [0.98, 1.0]])
    with pytest.raises(MatrixError):
        cholesky(Tensor(nearly_singular + 1 / 16 * (1 - np.eye(2))))
    lines = check_grads(lambda a: cholesky(a)[1, 1], (nearly_singular,), seed=1).checked
    assert all(line.digits > 4 for line in lines)


@pytest.mark.filterwarnings("ignore:check_grads")  # rounding leaves no digit of a derivative that is 0
def test_what_cancels_inside_a_triangular_solve_is_no_contradiction_of_oracles() -> None:
    """Uᵀ X = A, where the diagonal of X is 1 but for rounding, and its derivatives are 0."""
    a = np.eye(3) * 3 + np.random.default_rng(32).uniform(-0.3, 0.3, (3, 3))
    lines = check_grads(lambda a: solve_triangular(a, a, lower=False, trans=True), (a,), 2, seed=32).checked
    assert len(lines) == 6
    assert all(line.digits > 6 for line in lines)
