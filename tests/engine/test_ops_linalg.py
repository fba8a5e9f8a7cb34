import numpy as np
import pytest

from engine import (
    MatrixError,
    ParameterError,
    ShapeError,
    Tensor,
    det,
    grad,
    inv,
    logdet,
    matrix_power,
    multi_dot,
    pullback,
    slogdet,
    solve,
    solve_triangular,
)
from engine.array import Shape
from engine.errors import OperandError
from engine.ops.matrix_functions import Expm, MatrixPower, expm

A = np.array([[2.0, 1.0], [0.0, 4.0]])


def test_the_inverse_and_its_adjoint_by_hand() -> None:
    a = Tensor(A)
    y = inv(a)
    assert y.numpy().tolist() == [[0.5, -0.125], [0.0, 0.25]]
    (a_bar,) = pullback(y, [a], Tensor([[1.0, 0.0], [0.0, 0.0]]))
    assert a_bar.numpy().tolist() == [[-0.25, 0.0], [0.0625, 0.0]]


@pytest.mark.parametrize(
    ("a", "b", "y"),
    [
        ((2, 2), (2,), (2,)),
        ((2, 2), (2, 3), (2, 3)),
        ((5, 2, 2), (2,), (5, 2)),
        ((5, 2, 2), (2, 3), (5, 2, 3)),
        ((2, 2), (5, 2, 3), (5, 2, 3)),
        ((4, 1, 2, 2), (5, 2, 3), (4, 5, 2, 3)),
        ((0, 0), (0, 3), (0, 3)),
        ((0, 2, 2), (2, 1), (0, 2, 1)),
    ],
)
def test_shapes_of_solutions_and_adjoints(a: Shape, b: Shape, y: Shape) -> None:
    left = Tensor(np.zeros(a) + 2 * np.eye(a[-1]))
    right = Tensor(np.ones(b))
    for x in (solve(left, right), solve_triangular(left, right)):
        assert x.shape == y
        assert np.unique(x.numpy()).tolist() == ([0.5] if x.size else [])
        assert [each.shape for each in pullback(x, [left, right])] == [a, b]


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (3, 2, 3)])
def test_what_is_not_square_is_refused(shape: Shape) -> None:
    a = Tensor(np.ones(shape))
    for function in (inv, det, slogdet, expm, MatrixPower(2)):
        with pytest.raises(ShapeError, match="square matrices"):
            function(a)
    with pytest.raises(ShapeError, match=r"\(…, n, n\) and \(n\)"):
        solve(a, Tensor(np.ones(2)))


def test_right_sides_of_another_size_are_refused() -> None:
    for b in ((), (3,), (3, 2), (2, 3, 1)):
        with pytest.raises(ShapeError, match="shapes"):
            solve(Tensor(A), Tensor(np.ones(b)))


def test_singular_matrices_are_refused_in_the_words_of_the_engine() -> None:
    singular = Tensor([[1.0, 2.0], [2.0, 4.0]])
    with pytest.raises(MatrixError, match=r"Inv\(\): got singular matrix; expected regular matrices"):
        inv(singular)
    with pytest.raises(MatrixError, match="Solve"):
        solve(singular, singular)


def test_the_sign_of_a_determinant_and_the_logarithm_of_its_size() -> None:
    sign, logabsdet = slogdet(Tensor([A, -A[::-1], [[1.0, 1.0], [1.0, 1.0]]]))
    assert sign.numpy().tolist() == [1.0, -1.0, 0.0]
    assert logabsdet.numpy().tolist() == [np.log(8.0), np.log(8.0), -np.inf]


def test_a_determinant_that_overflows_has_a_logarithm() -> None:
    a = Tensor(1e200 * np.eye(3))
    assert float(logdet(a)) == pytest.approx(600 * np.log(10), rel=1e-15, abs=0)
    assert np.diag(grad(logdet)(a).numpy()).tolist() == pytest.approx([1e-200] * 3, rel=1e-15, abs=0)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_there_is_no_logarithm_of_a_negative_determinant() -> None:
    assert np.isnan(float(logdet(Tensor(A[::-1].copy()))))


def test_the_derivative_of_a_determinant_is_its_cofactors() -> None:
    assert grad(det)(Tensor(A)).numpy().tolist() == pytest.approx(
        np.array([[4.0, 0.0], [-1.0, 2.0]]), abs=1e-14
    )


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("trans", [True, False])
@pytest.mark.parametrize("unit_diagonal", [True, False])
def test_only_the_triangle_is_read(lower: bool, trans: bool, unit_diagonal: bool) -> None:
    full = np.array([[2.0, 3.0, 5.0], [7.0, 4.0, 9.0], [1.0, 6.0, 8.0]])
    triangle = np.tril(full) if lower else np.triu(full)
    if unit_diagonal:
        triangle += np.diag(1 - np.diag(full))
    b = np.array([[1.0], [2.0], [4.0]])
    a = Tensor(full)
    x = solve_triangular(a, Tensor(b), lower=lower, trans=trans, unit_diagonal=unit_diagonal)
    assert (triangle.T if trans else triangle) @ x.numpy() == pytest.approx(b, rel=1e-14, abs=0)
    (a_bar,) = pullback(x, [a])
    unread = (
        np.triu(np.ones((3, 3)), not unit_diagonal)
        if lower
        else np.tril(np.ones((3, 3)), -(not unit_diagonal))
    )
    assert not a_bar.numpy()[unread > 0].any()
    assert a_bar.numpy().any()


def test_powers_of_a_matrix() -> None:
    a = Tensor(A)
    for n in (0, 1, 2, 5, -1, -3):
        assert matrix_power(a, n).numpy() == pytest.approx(np.linalg.matrix_power(A, n), rel=1e-14, abs=0)
    with pytest.raises(ParameterError, match="an exponent ≥ 0"):
        MatrixPower(-1)
    singular = Tensor(np.zeros((2, 2)))
    assert grad(lambda a: matrix_power(a, 2).sum())(singular).numpy().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(MatrixError):
        matrix_power(singular, -1)


def test_the_exponential_of_what_has_one_in_closed_form() -> None:
    turn = expm(Tensor([[0.0, -1.0], [1.0, 0.0]]))
    assert turn.numpy() == pytest.approx(
        np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]), rel=4e-16, abs=0
    )
    nilpotent = expm(Tensor([[0.0, 8.0], [0.0, 0.0]])).numpy()
    assert nilpotent.tolist() == [[1.0, 8.0], [0.0, 1.0]]
    assert np.diag(expm(Tensor(np.diag([-700.0, 0.0, 700.0]))).numpy()) == pytest.approx(
        np.exp([-700.0, 0.0, 700.0]), rel=700 * 2.0**-50, abs=0
    )
    assert Expm().compute(np.zeros((0, 0))).shape == (0, 0)


def test_each_matrix_of_a_stack_is_halved_as_often_as_it_needs() -> None:
    small = np.array([[1e-3, 2e-3], [0.0, 1e-3]])
    alone = expm(Tensor(small)).numpy()
    beside = expm(Tensor([small, 1e3 * small, -3e5 * small])).numpy()
    assert np.array_equal(beside[0], alone)


def test_a_large_cotangent_costs_no_digit() -> None:
    a, out_grad = Tensor([[0.5, 1.0], [-0.25, 0.125]]), np.array([[1.0, 2.0], [3.0, -1.0]])
    (plain,), (large,) = (pullback(expm(a), [a], Tensor(scale * out_grad)) for scale in (1.0, 2.0**100))
    assert large.numpy() / 2.0**100 == pytest.approx(plain.numpy(), rel=1e-14, abs=0)


def test_a_product_of_many_is_that_of_any_order() -> None:
    shapes = [(2, 5), (5, 1), (1, 7), (7, 3)]
    arrays = [np.arange(1.0, 1 + np.prod(shape)).reshape(shape) for shape in shapes]
    expected = arrays[0] @ arrays[1] @ arrays[2] @ arrays[3]
    assert np.array_equal(multi_dot([Tensor(each) for each in arrays]).numpy(), expected)
    vectors = [Tensor([1.0, 2.0]), *(Tensor(each) for each in arrays), Tensor([1.0, 0.0, 2.0])]
    assert float(multi_dot(vectors)) == float(np.array([1.0, 2.0]) @ expected @ np.array([1.0, 0.0, 2.0]))


def test_the_cheapest_order_is_taken() -> None:
    thin = [Tensor(np.ones((9, 1))), Tensor(np.ones((1, 9))), Tensor(np.ones((9, 1)))]
    product = multi_dot(thin)
    assert product.inputs[1].shape == (1, 1)


def test_what_is_no_chain_is_refused() -> None:
    with pytest.raises(OperandError, match="at least two"):
        multi_dot([Tensor(A)])
    with pytest.raises(ShapeError, match="a vector at either end"):
        multi_dot([Tensor(A), Tensor([1.0, 2.0]), Tensor(A)])
