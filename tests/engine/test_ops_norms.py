import math

import numpy as np
import pytest

from engine import (
    Norm,
    ParameterError,
    ShapeError,
    Tensor,
    cosine_similarity,
    grad,
    hessian,
    norm,
    pullback,
    pushforward,
)
from engine.array import as_array

ORDERS = (1.0, 2.0, math.inf)


def test_norms_over_axes() -> None:
    x = Tensor([[3.0, -4.0], [0.0, -2.0]])
    assert norm(x, 1).numpy().tolist() == [5.0, 2.0]
    assert norm(x, -1, order=1).numpy().tolist() == [7.0, 2.0]
    assert norm(x, 0, keepdims=True, order=math.inf).numpy().tolist() == [[3.0, 4.0]]
    assert norm(x, (1, 0), order="fro").op == Norm((0, 1))
    assert norm(Tensor(np.zeros((2, 0))), 1).numpy().tolist() == [0.0, 0.0]
    assert norm(Tensor(np.zeros((2, 0))), 1, order=1).numpy().tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("order", "slopes"), [(1.0, [1.0, -1.0, 0.0]), (2.0, [0.6, -0.8, 0.0]), (math.inf, [0.0, -1.0, 0.0])]
)
def test_the_gradient_of_a_norm(order: float, slopes: list[float]) -> None:
    assert grad(lambda a: norm(a, order=order))([3.0, -4.0, 0.0]).numpy().tolist() == pytest.approx(slopes)


def test_sizes_that_tie_share_the_derivative_with_their_signs() -> None:
    slopes = grad(lambda a: norm(a, order=math.inf))([2.0, -2.0, 1.0, -2.0, 2.0]).numpy().tolist()
    assert slopes == [0.25, -0.25, 0.0, -0.25, 0.25]


@pytest.mark.parametrize("order", ORDERS)
def test_at_0_all_derivatives_of_a_norm_are_0(order: float) -> None:
    x = Tensor(np.zeros((2, 3)))
    y = norm(x, 1, order=order)
    (x_bar,) = pullback(y, [x])
    (moved,) = pushforward([y], [x], [Tensor(np.ones((2, 3)))])
    assert not x_bar.numpy().any()
    assert not moved.numpy().any()
    assert not hessian(lambda a: norm(a, order=order))([0.0, 0.0]).numpy().any()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("scale", [1e-300, 5e-324, 1e300])
def test_norms_of_tiny_and_huge_entries_neither_vanish_nor_overflow(order: float, scale: float) -> None:
    x = as_array(np.array([scale, 0.0]))
    assert norm(Tensor(x), order=order).item() == scale
    assert grad(lambda a: norm(a, order=order))(x).numpy().tolist() == [1.0, 0.0]


@pytest.mark.parametrize("order", ORDERS)
def test_the_norm_of_an_infinite_entry_is_infinite(order: float) -> None:
    assert norm(Tensor([1.0, -math.inf]), order=order).item() == math.inf


def test_the_hessian_of_the_euclidean_norm_projects() -> None:
    found = hessian(norm)([3.0, 4.0]).numpy()
    np.testing.assert_allclose(found, np.array([[16.0, -12.0], [-12.0, 9.0]]) / 125, rtol=1e-15)


def test_other_orders_and_empty_maxima_are_refused() -> None:
    with pytest.raises(ParameterError) as caught:
        norm(Tensor([1.0]), order=3.0)
    assert str(caught.value) == "Norm: got order=3.0; expected 1, 2 or inf; choose one, or write the sum."
    with pytest.raises(ShapeError, match="at least one entry along axis 0"):
        norm(Tensor(np.zeros(0)), order=math.inf)


def test_the_cosine_of_an_angle_and_its_derivative_across() -> None:
    a, b = Tensor([[3.0, 4.0], [0.0, 0.0]]), Tensor([4.0, 3.0])
    y = cosine_similarity(a, b)
    assert y.numpy().tolist() == pytest.approx([0.96, 0.0], rel=1e-15, abs=0)
    a_bar, b_bar = pullback(y, [a, b], Tensor([1.0, 0.0]))
    np.testing.assert_allclose(
        a_bar.numpy()[0], [0.8 / 5 - 0.96 * 3 / 25, 0.6 / 5 - 0.96 * 4 / 25], rtol=1e-14
    )
    assert abs(float(b_bar.numpy() @ b.numpy())) < 1e-15


@pytest.mark.parametrize(
    ("shapes", "axes"), [(((2, 3), (2, 1)), -1), (((3,), (2, 3)), 0), (((3,), (2, 3)), (0, -1))]
)
def test_the_cosine_is_that_of_the_inputs_broadcast(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], axes: int | tuple[int, ...]
) -> None:
    a, b = (np.arange(1.0, 1.0 + math.prod(shape)).reshape(shape) for shape in shapes)
    wide_a, wide_b = np.broadcast_arrays(a, b)
    lengths = np.sqrt((wide_a**2).sum(axes) * (wide_b**2).sum(axes))
    expected = (wide_a * wide_b).sum(axes) / lengths
    found = cosine_similarity(Tensor(a), Tensor(b), axes).numpy()
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-14)
