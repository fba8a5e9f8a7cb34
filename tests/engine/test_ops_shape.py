import numpy as np
import pytest

from engine import Permute, Reshape, Tensor, Transpose, permute, pullback, reshape, transpose
from engine.array import Shape

CUBE = np.arange(24.0).reshape(2, 3, 4)


def test_transpose_swaps_the_last_two_axes_by_default() -> None:
    y = transpose(Tensor(CUBE))
    assert y.op == Transpose((1, 2))
    np.testing.assert_array_equal(y.numpy(), np.swapaxes(CUBE, 1, 2), strict=True)


@pytest.mark.parametrize(
    ("axes", "canonical"), [((0, 1), (0, 1)), ((1, 0), (0, 1)), ((0, -1), (0, 2)), ([-1, -3], (0, 2))]
)
def test_transpose_swaps_a_pair_of_axes(axes: tuple[int, int], canonical: tuple[int, int]) -> None:
    x = Tensor(CUBE)
    y = transpose(x, axes)
    assert y.op == Transpose(canonical)
    np.testing.assert_array_equal(y.numpy(), np.swapaxes(CUBE, *axes), strict=True)
    (x_bar,) = pullback(y, [x], y)
    np.testing.assert_array_equal(x_bar.numpy(), CUBE, strict=True)


def test_permute_takes_a_whole_order_and_its_adjoint_the_inverse() -> None:
    x = Tensor(CUBE)
    y = permute(x, (1, 2, 0))
    assert y.op == Permute((1, 2, 0))
    np.testing.assert_array_equal(y.numpy(), np.transpose(CUBE, (1, 2, 0)), strict=True)
    (x_bar,) = pullback(y, [x], y)
    np.testing.assert_array_equal(x_bar.numpy(), CUBE, strict=True)
    assert permute(x, (-1, 0, 1)).op == Permute((2, 0, 1))


def test_t_reverses_all_axes() -> None:
    np.testing.assert_array_equal(Tensor(CUBE).T.numpy(), CUBE.T, strict=True)
    assert Tensor([1.0, 2.0]).T.shape == (2,)
    assert Tensor(1.0).T.shape == ()


@pytest.mark.parametrize(
    ("shape", "target"),
    [((6, 4), (6, 4)), ((-1,), (24,)), ((2, -1), (2, 12)), ((-1, 4), (6, 4)), ((1, 24, -1), (1, 24, 1))],
)
def test_reshape_keeps_row_major_order_and_fills_in_one_size(shape: Shape, target: Shape) -> None:
    x = Tensor(CUBE)
    y = reshape(x, shape)
    assert y.op == Reshape(target)
    np.testing.assert_array_equal(y.numpy(), CUBE.reshape(target), strict=True)
    (x_bar,) = pullback(y, [x], y)
    np.testing.assert_array_equal(x_bar.numpy(), CUBE, strict=True)


def test_reshape_of_a_transposed_view_is_row_major_in_the_view() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert reshape(transpose(x), 4).numpy().tolist() == [1.0, 3.0, 2.0, 4.0]


def test_reshape_to_the_same_shape_is_the_value_itself() -> None:
    x = Tensor(CUBE)
    assert reshape(x, (2, 3, 4)) is x


def test_reshape_of_0_d_and_of_empty_values() -> None:
    assert reshape(Tensor(1.0), (1, 1)).shape == (1, 1)
    assert reshape(Tensor([1.0]), ()).shape == ()
    assert reshape(Tensor(1.0), -1).shape == (1,)
    assert reshape(Tensor(np.zeros((0, 3))), (3, 0, 2)).shape == (3, 0, 2)
    assert reshape(Tensor(np.zeros((0, 3))), (-1, 3)).shape == (0, 3)


def test_the_legal_parameters_of_each_op_come_plainest_first() -> None:
    assert list(Transpose.instances((2, 3, 4))) == [Transpose((1, 2)), Transpose((0, 2)), Transpose((0, 1))]
    assert list(Transpose.instances((2,))) == []
    assert next(Permute.instances((2, 3))) == Permute((0, 1))
    assert len(set(Permute.instances((2, 3, 4)))) == 6
    assert {op.shape for op in Reshape.instances((2, 3))} >= {(6,), (2, 3), (3, 2), (1, 6), (6, 1), (1, 2, 3)}
    for op in Reshape.instances((2, 0)):
        assert op.out_shape((2, 0)) == op.shape
