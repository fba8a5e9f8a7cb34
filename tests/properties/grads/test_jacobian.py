"""The numeric Jacobian: its entries in each form, and the sums that the engine is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from engine import ops
from engine.array import Array
from engine.tensor import Tensor
from properties.grads.jacobian import Chance, Form, Jacobian, probes_for
from properties.grads.measured import careful, quick
from properties.recording import record


def seen(f: Callable[[Sequence[Tensor]], Tensor], *arrays: Array) -> tuple[Jacobian, Jacobian]:
    """The quick Jacobian and the careful one."""
    variables = [Tensor(array) for array in arrays]
    recording = record([f(variables)], variables)
    chance = Chance(0)
    probes = probes_for(recording, arrays, chance)
    first = quick(recording, arrays, probes, chance)
    assert first is not None
    return first, careful(recording, arrays, probes, chance)


A, X = np.arange(1.0, 7.0).reshape(2, 3), np.array([0.5, -0.25, 2.0])


def test_every_entry_of_a_full_one() -> None:
    for jacobian in seen(lambda v: Tensor.make_const(A) @ (v[0] * v[0]), X):
        assert jacobian.probes.form is Form.FULL
        assert np.allclose(jacobian.values, (A * 2 * X).T, rtol=1e-14)
        weights, cotangent = np.array([1.0, 2.0, -1.0]), np.array([0.5, -3.0])
        assert np.allclose(jacobian.forward(0, weights).expected, (A * 2 * X) @ weights)
        assert np.allclose(jacobian.reverse(0, cotangent).expected, (A * 2 * X).T @ cotangent)


def test_a_diagonal_one() -> None:
    for jacobian in seen(lambda v: ops.sin(v[0]) * v[1], X, X + 1):
        assert jacobian.probes.form is Form.DIAGONAL
        assert np.allclose(jacobian.values, [np.cos(X) * (X + 1), np.sin(X)], rtol=1e-14)
        assert np.allclose(jacobian.forward(1, X).expected, np.sin(X) * X)
        assert np.allclose(jacobian.reverse(0, X).expected, np.cos(X) * (X + 1) * X)


def test_random_directions_for_many_entries() -> None:
    many = np.linspace(0.5, 1.5, 300)
    for jacobian in seen(lambda v: (v[0] * v[0]).sum(), many):
        assert jacobian.probes.form is Form.DIRECTIONS
        weights = np.array([1.0, -2.0, 0.5])
        direction = jacobian.probes.tangent(0, weights)
        assert (direction != 0).all()
        assert np.allclose(jacobian.forward(0, weights).expected, 2 * many @ direction)
        adjoint = jacobian.observed(0, 2 * many)
        assert np.allclose(jacobian.reverse(0, np.ones(1)).expected, adjoint)


CLOSE: list[Callable[[Sequence[Tensor]], Tensor]] = [
    lambda v: v[0] ** 3,
    lambda v: (v[0] * v[0]).sum(),
    lambda v: ops.exp(v[0]) - 1,
    lambda v: Tensor.make_const(A) @ v[0],
]


@pytest.mark.parametrize("f", CLOSE)
def test_what_is_allowed_covers_the_engine_and_little_more(f: Callable[[Sequence[Tensor]], Tensor]) -> None:
    for jacobian in seen(f, X):
        sizes = np.abs(jacobian.values)
        assert (jacobian.allowed >= 1e-15 * sizes).all()
        assert (jacobian.allowed <= 1e-12 * sizes + 1e-300).all()
