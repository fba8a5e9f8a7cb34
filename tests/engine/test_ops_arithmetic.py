import numpy as np
import pytest

from engine import (
    AddScalar,
    DivScalar,
    MulScalar,
    Tensor,
    add,
    add_scalar,
    divide,
    divide_scalar,
    mul_scalar,
    multiply,
    negate,
    pullback,
    pushforward,
)


def test_the_functions_are_the_ops_of_needle() -> None:
    a, b = Tensor([6.0]), Tensor([2.0])
    made = [add(a, b), multiply(a, b), divide(a, b), negate(a)]
    made += [add_scalar(a, 2.0), mul_scalar(a, 2.0), divide_scalar(a, 2.0)]
    assert [y.item() for y in made] == [8.0, 12.0, 3.0, -6.0, 8.0, 12.0, 3.0]
    assert [y.op for y in made[4:]] == [AddScalar(2.0), MulScalar(2.0), DivScalar(2.0)]


def test_operands_broadcast_and_their_adjoints_are_summed() -> None:
    a, b = Tensor([[1.0], [2.0]]), Tensor([10.0, 20.0, 30.0])
    y = a * b
    a_bar, b_bar = pullback(y, [a, b])
    assert y.numpy().tolist() == [[10.0, 20.0, 30.0], [20.0, 40.0, 60.0]]
    assert a_bar.numpy().tolist() == [[60.0], [60.0]]
    assert b_bar.numpy().tolist() == [3.0, 3.0, 3.0]


def test_a_0_d_operand_gets_the_sum_over_every_entry() -> None:
    a, b = Tensor(2.0), Tensor([[1.0, 2.0], [3.0, 4.0]])
    (a_bar,) = pullback(a * b, [a], Tensor([[1.0, 10.0], [100.0, 1000.0]]))
    assert (a_bar.shape, a_bar.item()) == ((), 4321.0)


def test_a_size_0_operand_broadcasts_against_a_size_1_operand() -> None:
    a, b = Tensor(np.zeros((0, 3))), Tensor(np.ones((1, 3)))
    y = a + b
    a_bar, b_bar = pullback(y, [a, b])
    assert (y.shape, a_bar.shape) == ((0, 3), (0, 3))
    assert b_bar.numpy().tolist() == [[0.0, 0.0, 0.0]]


def test_division_by_zero_follows_numpy_and_warns() -> None:
    x = Tensor([1.0, 0.0, -1.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        assert str((x / Tensor([0.0])).numpy().tolist()) == "[inf, nan, -inf]"
        assert str((x / 0).numpy().tolist()) == "[inf, nan, -inf]"
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        divide_scalar(Tensor([1.0]), 0.0)


@pytest.mark.parametrize(("a", "b"), [(1e-300, 1e-200), (1e300, 1e200), (-3.0, 1e-140), (2.0, -1e160)])
def test_the_derivative_of_a_quotient_does_not_square_the_denominator(a: float, b: float) -> None:
    numerator, denominator = Tensor(a), Tensor(b)
    y = numerator / denominator
    (by_denominator,) = pullback(y, [denominator])
    (tangent,) = pushforward([y], [denominator], [Tensor(1.0)])
    np.testing.assert_allclose(by_denominator.item(), -a / b / b, rtol=1e-15)
    np.testing.assert_allclose(tangent.item(), -a / b / b, rtol=1e-15)


def test_second_derivatives_of_a_quotient_know_both_operands() -> None:
    a, b = Tensor(3.0), Tensor(2.0)
    a_bar, b_bar = pullback(a / b, [a, b])
    ab = pullback(a_bar, [a, b])
    ba = pullback(b_bar, [a, b])
    assert [bar.item() for bar in ab] == [0.0, -0.25]
    assert [bar.item() for bar in ba] == [-0.25, 0.75]
