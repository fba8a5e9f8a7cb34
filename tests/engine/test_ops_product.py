import numpy as np
import pytest

from engine import Tensor, grad, hessian, matmul, pullback, pushforward
from engine.array import Shape


@pytest.mark.parametrize(
    ("a", "b", "y"),
    [
        ((2, 3), (3, 4), (2, 4)),
        ((3,), (3,), ()),
        ((3,), (3, 4), (4,)),
        ((2, 3), (3,), (2,)),
        ((5, 2, 3), (3, 4), (5, 2, 4)),
        ((2, 3), (5, 3, 4), (5, 2, 4)),
        ((1, 2, 3), (5, 3, 4), (5, 2, 4)),
        ((5, 1, 2, 3), (6, 3, 4), (5, 6, 2, 4)),
        ((3,), (5, 3, 4), (5, 4)),
        ((5, 2, 3), (3,), (5, 2)),
        ((2, 0), (0, 4), (2, 4)),
        ((0, 3), (3, 4), (0, 4)),
        ((1, 1), (1, 1), (1, 1)),
    ],
)
def test_shapes_of_products_adjoints_and_tangents(a: Shape, b: Shape, y: Shape) -> None:
    left, right = Tensor(np.ones(a)), Tensor(np.ones(b))
    product = matmul(left, right)
    left_bar, right_bar = pullback(product, [left, right])
    (tangent,) = pushforward([product], [left, right], [left, right])
    assert product.shape == y
    assert (left_bar.shape, right_bar.shape, tangent.shape) == (a, b, y)
    assert np.unique(product.numpy()).tolist() == ([float(a[-1])] if product.size else [])
    assert np.unique(tangent.numpy()).tolist() == ([2.0 * a[-1]] if product.size else [])
    if product.size and left.size:
        assert np.unique(left_bar.numpy()).tolist() == [product.size * a[-1] / left.size]
        assert np.unique(right_bar.numpy()).tolist() == [product.size * b[0 - min(len(b), 2)] / right.size]


def test_the_adjoints_of_a_matrix_product_are_z_bar_w_transposed_and_x_transposed_z_bar() -> None:
    x, w = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), Tensor([[1.0, -1.0], [0.0, 2.0], [3.0, 0.0]])
    z_bar = Tensor([[1.0, 10.0], [100.0, 1000.0]])
    x_bar, w_bar = pullback(x @ w, [x, w], z_bar)
    assert x_bar.numpy().tolist() == [[-9.0, 20.0, 3.0], [-900.0, 2000.0, 300.0]]
    assert w_bar.numpy().tolist() == [[401.0, 4010.0], [502.0, 5020.0], [603.0, 6030.0]]


def test_batches_that_broadcast_are_summed_in_the_adjoint() -> None:
    a, b = Tensor([[[1.0, 2.0]]]), Tensor([[[1.0], [1.0]], [[10.0], [20.0]]])
    a_bar, b_bar = pullback(a @ b, [a, b], Tensor([[[3.0]], [[5.0]]]))
    assert a_bar.numpy().tolist() == [[[53.0, 103.0]]]
    assert b_bar.numpy().tolist() == [[[3.0], [6.0]], [[5.0], [10.0]]]


def test_the_autoencoder_uses_its_weights_twice() -> None:
    weights = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
    x = np.array([1.0, -1.0, 2.0])

    def loss(w: Tensor) -> Tensor:
        g = w.T @ (w @ x) - x
        return 0.5 * (g @ g)

    g = weights.T @ weights @ x - x
    expected = np.outer(weights @ x, g) + np.outer(weights @ g, x)
    assert grad(loss)(weights).numpy().tolist() == expected.tolist()


def test_the_hessian_of_a_quadratic_form_is_its_symmetric_part_twice() -> None:
    matrix = np.array([[1.0, 2.0], [5.0, 3.0]])

    def form(x: Tensor) -> Tensor:
        image: Tensor = matrix @ x
        return x @ image

    assert hessian(form)([1.0, 1.0]).numpy().tolist() == [[2.0, 7.0], [7.0, 6.0]]
