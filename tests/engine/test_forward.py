from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    EngineError,
    Tensor,
    concatenate,
    find_topo_sort,
    matmul,
    maximum,
    pullback,
    pushforward,
    sqrt,
    stack,
    where,
)

Doubled = tuple[Callable[[Tensor], Tensor], Counter[str]]


def test_a_tangent_is_the_sum_over_all_inputs_that_move() -> None:
    a, b = Tensor(2.0), Tensor(5.0)
    (tangent,) = pushforward([a * b + a], [a, b], [Tensor(1.0), Tensor(10.0)])
    assert tangent.item() == 26.0


def test_inputs_that_are_not_named_stand_still() -> None:
    a, b = Tensor(2.0), Tensor(5.0)
    (tangent,) = pushforward([a * b], [a], [Tensor(1.0)])
    assert tangent.item() == 5.0


def test_each_rule_is_called_once_in_a_tower_of_diamonds(counted: Doubled) -> None:
    doubled, calls = counted
    x = Tensor(1.0)
    y = x
    for _ in range(30):
        half = doubled(y) * 0.5
        y = half + half
    (tangent,) = pushforward([y], [x], [Tensor(1.0)])
    assert tangent.item() == 2.0**30
    assert calls["tangent"] == 30


def test_a_rule_of_what_does_not_move_is_not_called(counted: Doubled) -> None:
    doubled, calls = counted
    x, still = Tensor(1.0), doubled(Tensor(2.0))
    (tangent,) = pushforward([x * still], [x], [Tensor(1.0)])
    assert tangent.item() == 4.0
    assert calls["tangent"] == 0


def test_several_outputs_share_their_tangents(counted: Doubled) -> None:
    doubled, calls = counted
    x = Tensor(3.0)
    shared = doubled(x)
    first, second, third = pushforward([shared * 5, shared, x], [x], [Tensor(1.0)])
    assert [first.item(), second.item(), third.item()] == [10.0, 2.0, 1.0]
    assert calls["tangent"] == 1


def test_an_output_that_does_not_move_has_tangent_zero_of_its_own_shape_and_dtype() -> None:
    x, other = Tensor(1.0), Tensor(np.ones((2, 3), np.float32))
    (tangent,) = pushforward([other * 2], [x], [Tensor(1.0)])
    assert tangent.numpy().tolist() == [[0.0] * 3] * 2
    assert tangent.dtype is other.dtype


def test_the_term_of_an_input_that_does_not_move_is_left_out_and_not_multiplied_by_zero() -> None:
    x, still = Tensor([2.0, 2.0]), Tensor([0.0, 4.0])
    with np.errstate(divide="ignore"):
        y = x * sqrt(still)
        quotient = x / still
    (tangent,) = pushforward([y], [x], [Tensor([1.0, 1.0])])
    assert tangent.numpy().tolist() == [0.0, 2.0]
    with np.errstate(divide="ignore"):
        (tangent,) = pushforward([quotient], [x], [Tensor([1.0, 1.0])])
    assert tangent.numpy().tolist() == [float("inf"), 0.25]
    power = x ** Tensor([0.0, -1.0])
    (tangent,) = pushforward([power], [x], [Tensor([1.0, 1.0])])
    assert tangent.numpy().tolist() == [0.0, -0.25]


def test_the_term_of_an_input_that_does_not_move_raises_no_warning() -> None:
    base, exponent = Tensor([-2.0]), Tensor([3.0])
    (tangent,) = pushforward([base**exponent], [base], [Tensor([1.0])])
    assert tangent.numpy().tolist() == [12.0]


@pytest.mark.parametrize("moving", [0, 1, 2])
def test_ops_of_many_inputs_take_zeros_for_those_that_do_not_move(moving: int) -> None:
    parts = [Tensor([1.0]), Tensor([2.0]), Tensor([3.0])]
    expected = [0.0, 0.0, 0.0]
    expected[moving] = 7.0
    for y in (concatenate(parts), stack(parts).reshape(3)):
        (tangent,) = pushforward([y], [parts[moving]], [Tensor([7.0])])
        assert tangent.numpy().tolist() == expected


def test_where_moves_with_the_branch_that_is_selected_alone() -> None:
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    y = where(np.array([True, False]), a, b)
    for moving, expected in ((a, [5.0, 0.0]), (b, [0.0, 5.0])):
        (tangent,) = pushforward([y], [moving], [Tensor([5.0, 5.0])])
        assert tangent.numpy().tolist() == expected


def test_a_tangent_is_broadcast_where_its_value_is() -> None:
    row, column = Tensor([1.0, 2.0]), Tensor([[3.0], [4.0]])
    for y in (row + column, row - column, maximum(row, column - 10)):
        (tangent,) = pushforward([y], [row], [Tensor([1.0, 10.0])])
        assert tangent.numpy().tolist() == [[1.0, 10.0], [1.0, 10.0]]


def test_the_tangent_of_a_matrix_product_has_one_term_for_each_factor() -> None:
    a, b = Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]])
    da, db = Tensor([[1.0, 0.0]]), Tensor([[0.0], [1.0]])
    y = matmul(a, b)
    for moving, moved, expected in (([a], [da], 3.0), ([b], [db], 2.0), ([a, b], [da, db], 5.0)):
        (tangent,) = pushforward([y], moving, moved)
        assert tangent.numpy().tolist() == [[expected]]


def test_pushforward_starts_at_values_in_the_middle_of_a_graph(counted: Doubled) -> None:
    doubled, calls = counted
    middle = doubled(Tensor(3.0))
    (tangent,) = pushforward([middle * middle], [middle], [Tensor(1.0)])
    assert tangent.item() == 12.0
    assert calls["tangent"] == 0


def test_a_tangent_is_a_tensor_that_is_differentiated_again_in_either_mode() -> None:
    x = Tensor(2.0)
    one = Tensor(1.0, requires_grad=False)
    (first,) = pushforward([x * x * x], [x], [one])
    (forward,) = pushforward([first], [x], [one])
    (reverse,) = pullback(first, [x])
    assert x in find_topo_sort([first])
    assert (first.item(), forward.item(), reverse.item()) == (12.0, 12.0, 12.0)


def test_a_tangent_may_itself_be_a_variable() -> None:
    x, v = Tensor(3.0), Tensor(5.0)
    (tangent,) = pushforward([x * x], [x], [v])
    (v_bar,) = pullback(tangent, [v])
    assert (tangent.item(), v_bar.item()) == (30.0, 6.0)


def test_pushforward_leaves_grad_alone() -> None:
    x = Tensor(1.0)
    pushforward([x * 2], [x], [Tensor(1.0)])
    assert x.grad is None


def test_a_derivative_with_respect_to_a_constant_is_refused_and_not_silently_zero() -> None:
    constant = Tensor(3.0, requires_grad=False)
    y = constant * 2
    with pytest.raises(EngineError):
        pushforward([y], [constant], [Tensor(1.0)])


def test_other_than_one_tangent_for_each_input_is_refused() -> None:
    x = Tensor(3.0)
    with pytest.raises(EngineError):
        pushforward([x * 2], [x], [])
