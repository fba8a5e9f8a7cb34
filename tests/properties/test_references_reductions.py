"""Second definitions of reductions, scans and sorts against NumPy on shapes of unequal sizes."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from engine import ops
from engine.array import as_array
from engine.axes import subsets
from engine.graph import Op
from properties.case import one_step
from properties.oracles.definition import evaluate

ENTRIES = np.random.default_rng(24).permutation(np.linspace(-3.0, 3.0, 24))
A = as_array(ENTRIES.reshape(2, 3, 4))
B = as_array(ENTRIES[::-1].reshape(2, 3, 4))


def reductions() -> list[tuple[Op, object]]:
    """Each reduction over each set of axes, and what NumPy makes of it."""
    found: list[tuple[Op, object]] = []
    for axes in subsets(range(3)):
        for keepdims in (False, True):
            found += [
                (ops.Mean(axes, keepdims), np.mean(A, axes, keepdims=keepdims)),
                (ops.Min(axes, keepdims), np.min(A, axes, keepdims=keepdims)),
                (ops.Prod(axes, keepdims), np.prod(A, axes, keepdims=keepdims)),
                (ops.SumOfSquares(axes, keepdims), np.sum(A**2, axes, keepdims=keepdims)),
                (ops.Var(axes, keepdims), np.var(A, axes, keepdims=keepdims)),
                (ops.Std(axes, keepdims), np.std(A, axes, keepdims=keepdims)),
                (ops.Norm(axes, keepdims), np.sqrt(np.sum(A**2, axes, keepdims=keepdims))),
                (ops.Norm(axes, keepdims, 1.0), np.sum(np.abs(A), axes, keepdims=keepdims)),
                (ops.Norm(axes, keepdims, inf), np.max(np.abs(A), axes, keepdims=keepdims)),
            ]
            if axes:
                found.append((ops.Var(axes, keepdims, 1), np.var(A, axes, keepdims=keepdims, ddof=1)))
                found.append((ops.Std(axes, keepdims, 1), np.std(A, axes, keepdims=keepdims, ddof=1)))
    return found


def along_axes() -> list[tuple[Op, object]]:
    """Each op along each axis, and what NumPy makes of it."""
    found: list[tuple[Op, object]] = []
    for axis in range(3):
        found += [
            (ops.CumSum(axis), np.cumsum(A, axis)),
            (ops.CumSum(axis, True), np.flip(np.cumsum(np.flip(A, axis), axis), axis)),
            (ops.CumProd(axis), np.cumprod(A, axis)),
            (ops.CumProd(axis, True), np.flip(np.cumprod(np.flip(A, axis), axis), axis)),
            (ops.CumMax(axis), np.maximum.accumulate(A, axis)),
            (ops.CumMin(axis), np.minimum.accumulate(A, axis)),
            (ops.LogCumSumExp(axis), np.logaddexp.accumulate(A, axis)),
            (ops.Sort(axis), np.sort(A, axis)),
            (ops.Diff(axis), np.diff(A, axis=axis)),
        ]
    return found


@pytest.mark.parametrize(("op", "expected"), [*reductions(), *along_axes()], ids=repr)
def test_a_second_definition_agrees_with_numpy(op: Op, expected: object) -> None:
    wanted = as_array(np.asarray(expected, np.float64))
    found = evaluate(one_step(op, A))
    assert found.output.shape == wanted.shape
    np.testing.assert_allclose(found.values, wanted.ravel(), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("axis", range(3))
def test_the_recurrence_agrees_with_a_loop(axis: int) -> None:
    a, b = np.moveaxis(A, axis, 0), np.moveaxis(B, axis, 0)
    lines = [b[0]]
    for k in range(1, len(b)):
        lines.append(a[k] * lines[-1] + b[k])
    expected = np.moveaxis(np.array(lines), 0, axis)
    found = evaluate(one_step(ops.Recurrence(axis), A, B))
    np.testing.assert_allclose(found.values, expected.ravel(), rtol=1e-14, atol=1e-14)
