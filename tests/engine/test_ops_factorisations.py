from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    MatrixError,
    OperandError,
    Pinv,
    ShapeError,
    Tensor,
    TensorTuple,
    cholesky,
    eigh,
    eigvalsh,
    grad,
    jacobian,
    lstsq,
    matrix_norm,
    pinv,
    pullback,
    qr,
    svd,
    svdvals,
)
from engine.array import Array, Shape
from engine.ops.packing import Packing

RNG = np.random.default_rng(5)
STACK = RNG.normal(size=(4, 3, 3))
TALL = RNG.normal(size=(4, 5, 3))


def test_cholesky_is_of_the_symmetric_part_and_so_is_its_adjoint() -> None:
    a = Tensor([[4.0, 3.0], [1.0, 5.0]])
    assert cholesky(a).numpy().tolist() == [[2.0, 0.0], [1.0, 2.0]]
    a_bar = grad(lambda a: cholesky(a)[1, 0])(a).numpy()
    assert a_bar.tolist() == [[-0.125, 0.25], [0.25, 0.0]]


def test_what_is_not_positive_definite_is_refused() -> None:
    with pytest.raises(MatrixError, match="positive definite"):
        cholesky(Tensor([[1.0, 2.0], [2.0, 1.0]]))


@pytest.mark.parametrize("a", [STACK, TALL, TALL[:, :1, :1], TALL[:, :, :0], TALL[:0]])
def test_qr_has_a_positive_diagonal_on_a_triangle(
    a: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> None:
    q, r = qr(Tensor(a))
    assert q.numpy() @ r.numpy() == pytest.approx(a, abs=1e-14)
    assert np.array_equal(np.triu(r.numpy()), r.numpy())
    assert (np.diagonal(r.numpy(), axis1=-2, axis2=-1) > 0).all()


def test_more_columns_than_rows_have_no_qr() -> None:
    with pytest.raises(ShapeError, match="m ≥ n"):
        qr(Tensor(np.ones((2, 3))))


def test_eigenvalues_ascend_and_the_largest_component_is_positive() -> None:
    w, v = eigh(Tensor(STACK))
    s = (STACK + np.swapaxes(STACK, -1, -2)) / 2
    assert (np.diff(w.numpy()) > 0).all()
    assert s @ v.numpy() == pytest.approx(v.numpy() * w.numpy()[:, np.newaxis], abs=1e-13)
    largest = np.take_along_axis(v.numpy(), np.argmax(np.abs(v.numpy()), axis=-2)[:, np.newaxis], axis=-2)
    assert (largest > 0).all()
    assert eigvalsh(Tensor(STACK)).numpy() == pytest.approx(w.numpy(), abs=1e-13)


@pytest.mark.parametrize("a", [STACK, TALL, np.swapaxes(TALL, -1, -2)])
def test_singular_values_descend_and_left_vectors_are_upright(
    a: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> None:
    u, s, vh = svd(Tensor(a))
    assert (u.numpy() * s.numpy()[:, np.newaxis]) @ vh.numpy() == pytest.approx(a, abs=1e-13)
    assert (np.diff(s.numpy()) < 0).all()
    largest = np.take_along_axis(u.numpy(), np.argmax(np.abs(u.numpy()), axis=-2)[:, np.newaxis], axis=-2)
    assert (largest > 0).all()
    assert svdvals(Tensor(a)).numpy() == pytest.approx(s.numpy(), abs=1e-13)


@pytest.mark.parametrize("f", [svdvals, eigvalsh])
def test_where_values_are_equal_those_alone_have_a_finite_derivative(f: Callable[[Tensor], Tensor]) -> None:
    assert grad(lambda a: f(a).sum())(Tensor(np.eye(3))).numpy().tolist() == np.eye(3).tolist()


def test_norms_of_matrices() -> None:
    a = np.array([[3.0, 0.0], [4.0, 5.0]])
    longest, shortest = float(np.sqrt(45)), float(np.sqrt(5))
    assert float(matrix_norm(Tensor(a), "nuc")) == pytest.approx(longest + shortest, rel=1e-15, abs=0)
    assert float(matrix_norm(Tensor(a), 2)) == pytest.approx(longest, rel=1e-15, abs=0)
    assert float(matrix_norm(Tensor(a), -2)) == pytest.approx(shortest, rel=1e-15, abs=0)
    assert matrix_norm(Tensor([a, 2 * a])).numpy() == pytest.approx(np.sqrt([50.0, 200.0]), rel=1e-15, abs=0)
    with pytest.raises(ShapeError):
        matrix_norm(Tensor([1.0, 2.0]))


def test_shapes_that_an_op_does_not_take_are_refused_where_numpy_would_not() -> None:
    for of_squares in (cholesky, eigh, eigvalsh):
        for shape in ((1, 3), (3,), ()):
            with pytest.raises(ShapeError, match="square matrices"):
                of_squares(Tensor(np.ones(shape)))
    for of_matrices in (svd, svdvals, pinv, qr):
        with pytest.raises(ShapeError):
            of_matrices(Tensor(np.ones(3)))
    with pytest.raises(ShapeError, match="m ≥ n"):
        Pinv()(Tensor(np.ones((2, 3))))


def pseudo_inverse(a: Array) -> Array:
    """NumPy's, of which the stubs know no type."""
    invert: Callable[[Array], Array] = np.linalg.pinv
    return invert(a)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (3, 3), (2, 5, 3), (3, 0), (0, 3)])
def test_the_pseudo_inverse_of_full_rank(shape: Shape) -> None:
    a = RNG.normal(size=shape)
    expected = pseudo_inverse(a).reshape(*shape[:-2], shape[-1], shape[-2])
    assert pinv(Tensor(a)).numpy() == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("b", [TALL[0, :, 0], TALL[0], TALL[:, :, :1]])
def test_least_squares(b: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    a = TALL[1]
    expected = pseudo_inverse(a) @ b
    assert lstsq(Tensor(a), Tensor(b)).numpy() == pytest.approx(expected, abs=1e-13)


def test_the_parts_of_a_tuple_have_places_and_names() -> None:
    a = Tensor(TALL)
    parts = qr(a)
    q, r = parts
    assert isinstance(parts, TensorTuple)
    assert parts.names == ("q", "r")
    assert (parts[0] is q, parts.r is r, parts[-1] is r, parts[:1] == (q,), len(parts) == 2) == (True,) * 5
    with pytest.raises(AttributeError, match="expected one of q, r"):
        _ = parts.s
    with pytest.raises(AttributeError):
        setattr(parts, "names", ())  # noqa: B010 - the types refuse the assignment


def test_both_parts_carry_derivatives_of_one_node() -> None:
    a = Tensor(TALL[0])
    q, r = qr(a)
    (whole,) = pullback(q @ r, [a], Tensor(TALL[1]))
    assert whole.numpy() == pytest.approx(TALL[1], abs=1e-13)
    rows = jacobian(lambda a: qr(a).r)(Tensor(TALL[0, :3])).numpy()
    assert rows.shape == (3, 3, 3, 3)
    assert not rows[np.tril_indices(3, -1)].any()


def test_what_was_packed_otherwise_is_refused() -> None:
    with pytest.raises(OperandError, match="a last axis of 3"):
        Packing(("a", "b"), ((2,), ())).unpack(Tensor([1.0, 2.0]))
