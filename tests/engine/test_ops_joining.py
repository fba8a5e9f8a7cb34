import numpy as np

from engine import Concatenate, Stack, Tensor, concatenate, grad, pullback, stack
from engine.dtype import FLOAT32, FLOAT64


def test_concatenate_puts_operands_behind_one_another() -> None:
    a, b = Tensor([[1.0], [2.0]]), Tensor([[3.0, 4.0], [5.0, 6.0]])
    y = concatenate([a, b], -1)
    assert y.op == Concatenate(1)
    assert y.numpy().tolist() == [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]
    assert concatenate((a, a)).numpy().tolist() == [[1.0], [2.0], [1.0], [2.0]]


def test_the_adjoint_of_concatenate_cuts_at_the_right_places_beside_constants() -> None:
    constant, x = Tensor([9.0, 9.0], requires_grad=False), Tensor([1.0, 2.0])
    y = concatenate([constant, x, Tensor([7.0])])
    (x_bar,) = pullback(y, [x], Tensor([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert x_bar.numpy().tolist() == [3.0, 4.0]


def test_stack_puts_operands_beside_one_another_along_any_axis() -> None:
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    assert stack([a, b]).numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert stack([a, b], 1).numpy().tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert stack([a, b], -1).op == Stack(1)
    assert stack([Tensor(1.0), Tensor(2.0)]).numpy().tolist() == [1.0, 2.0]


def test_one_value_in_several_places_gets_the_sum_of_its_adjoints() -> None:
    x = Tensor([1.0, 2.0])
    seed = Tensor([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    (x_bar,) = pullback(stack([x, x, x]), [x], seed)
    assert x_bar.numpy().tolist() == [111.0, 222.0]
    (x_bar,) = pullback(concatenate([x, x]), [x], Tensor([1.0, 2.0, 10.0, 20.0]))
    assert x_bar.numpy().tolist() == [11.0, 22.0]


def test_operands_of_two_dtypes_join_in_the_wider_and_keep_their_own_in_the_adjoint() -> None:
    narrow, wide = Tensor([1.0], dtype="float32"), Tensor([2.0])
    for y in (concatenate([narrow, wide]), stack([narrow, wide])):
        narrow_bar, wide_bar = pullback(y, [narrow, wide])
        assert (y.dtype, narrow_bar.dtype, wide_bar.dtype) == (FLOAT64, FLOAT32, FLOAT64)
        assert narrow_bar.shape == wide_bar.shape == (1,)


def test_a_single_operand_is_joined_too() -> None:
    x = Tensor([1.0, 2.0])
    assert concatenate([x]).numpy().tolist() == [1.0, 2.0]
    assert stack([x]).shape == (1, 2)


def test_empty_operands_join() -> None:
    empty, x = Tensor(np.zeros(0)), Tensor([1.0])
    empty_bar, x_bar = pullback(concatenate([empty, x, empty]), [empty, x])
    assert empty_bar.shape == (0,)
    assert x_bar.numpy().tolist() == [1.0]


def test_a_gradient_passes_a_stack_of_numbers() -> None:
    def polar(r: Tensor, weight: Tensor) -> Tensor:
        return (stack([r, r * r]) * weight).sum()

    assert grad(polar)(3.0, [1.0, 10.0]).item() == 61.0


def test_very_many_pieces_are_cut_each_at_its_place() -> None:
    pieces = [Tensor([[float(at)] * (at % 4)] * 2) for at in range(75)]
    whole = concatenate(pieces, 1)
    seed = Tensor.make_const([[float(at) for at in range(whole.shape[1])]] * 2)
    adjoints = pullback(whole, pieces, seed)
    assert concatenate(adjoints, 1).numpy().tolist() == seed.numpy().tolist()
    assert [adjoint.shape for adjoint in adjoints] == [piece.shape for piece in pieces]
    (last,) = pullback(pullback(whole * whole, [pieces[-1]], seed)[0], [pieces[-1]])
    assert last.numpy().tolist() == [[2.0 * at for at in range(whole.shape[1] - 2, whole.shape[1])]] * 2
