from collections.abc import Sequence

import numpy as np
import pytest

from engine import BroadcastTo, Summation, Tensor, broadcast_to, pullback, sum_to, summation
from engine.array import Shape
from engine.dtype import FLOAT32

CUBE = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("axes", "canonical"),
    [
        (None, (0, 1, 2)),
        ((), ()),
        (0, (0,)),
        (1, (1,)),
        (-1, (2,)),
        (-3, (0,)),
        ((0, 2), (0, 2)),
        ((2, 0), (0, 2)),
        ([-1, -3], (0, 2)),
        ((1, -3), (0, 1)),
        ((-1, -2), (1, 2)),
        ((0, 1, 2), (0, 1, 2)),
    ],
)
@pytest.mark.parametrize("keepdims", [False, True])
def test_the_sum_over_axes_however_they_are_written(
    axes: int | Sequence[int] | None, canonical: tuple[int, ...], keepdims: bool
) -> None:
    x = Tensor(CUBE)
    y = summation(x, axes, keepdims)
    expected = np.asarray(np.sum(CUBE, axis=canonical, keepdims=keepdims))
    assert y.op == Summation(canonical, keepdims)
    np.testing.assert_array_equal(y.numpy(), expected, strict=True)
    weights = np.arange(1.0, y.size + 1).reshape(y.shape)
    (x_bar,) = pullback(y, [x], Tensor(weights))
    kept = np.sum(CUBE, axis=canonical, keepdims=True).shape
    np.testing.assert_array_equal(
        x_bar.numpy(), np.broadcast_to(weights.reshape(kept), CUBE.shape), strict=True
    )


def test_the_sum_of_nothing_is_zero() -> None:
    x = Tensor(np.zeros((0, 3)))
    assert summation(x).item() == 0.0
    assert summation(x, 0).numpy().tolist() == [0.0, 0.0, 0.0]
    (x_bar,) = pullback(summation(x, 1), [x])
    assert x_bar.shape == (0, 3)


def test_the_sum_of_a_0_d_value_is_the_value() -> None:
    x = Tensor(3.0)
    assert (summation(x).item(), summation(x, ()).item()) == (3.0, 3.0)


@pytest.mark.parametrize(
    ("shape", "target"),
    [
        ((), (2, 3)),
        ((3,), (2, 3)),
        ((1, 3), (2, 3)),
        ((2, 1), (2, 3)),
        ((1, 1), (2, 3)),
        ((3,), (3, 2, 3)),
        ((2, 1), (2, 2, 2)),
        ((1,), (0,)),
        ((1, 3), (0, 3)),
        ((2, 3), (2, 3)),
    ],
)
def test_the_adjoint_of_a_broadcast_is_the_sum_in_the_shape_of_the_input(shape: Shape, target: Shape) -> None:
    x = Tensor(np.ones(shape))
    y = broadcast_to(x, target)
    weights = np.arange(1.0, y.size + 1).reshape(target)
    (x_bar,) = pullback(y, [x], Tensor(weights))
    assert y.shape == target
    expected = np.zeros(shape)
    for place in np.ndindex(target):
        source = [at if size > 1 else 0 for at, size in zip(place[y.ndim - x.ndim :], shape, strict=True)]
        expected[tuple(source)] += weights[place]
    np.testing.assert_array_equal(x_bar.numpy(), expected, strict=True)


def test_a_broadcast_to_the_same_shape_is_the_value_itself() -> None:
    x = Tensor([1.0, 2.0])
    assert broadcast_to(x, 2) is x
    assert broadcast_to(x, (1, 2)).op == BroadcastTo((1, 2))


def test_sum_to_undoes_a_broadcast_in_shape_and_dtype() -> None:
    like = Tensor(np.ones((3, 1), np.float32))
    x = Tensor(CUBE)
    summed = sum_to(x, like)
    assert summed.dtype is FLOAT32
    assert summed.numpy().tolist() == [[60.0], [92.0], [124.0]]
    assert sum_to(x, x) is x


def test_sum_to_keeps_an_axis_that_was_1_on_both_sides() -> None:
    like = Tensor(np.ones((1, 1)))
    x = Tensor(np.ones((2, 1, 3)))
    assert sum_to(x, like).numpy().tolist() == [[6.0]]


def test_the_legal_sums_are_every_set_of_axes_with_and_without_keepdims() -> None:
    sums = list(Summation.instances((2, 3)))
    assert sums[0] == Summation((0, 1))
    assert len(sums) == len(set(sums)) == 8
    assert {made.axes for made in sums} == {(), (0,), (1,), (0, 1)}
    for made in BroadcastTo.instances((2, 1)):
        assert made.out_shape((2, 1)) == made.shape
