"""Reverse mode from several outputs: one walk, the sum of their pullbacks."""

import pytest

from engine import ParameterError, ShapeError, Tensor, exp, negate, pullback
from engine.errors import DTypeError


def test_the_adjoint_of_several_outputs_is_the_sum() -> None:
    x = Tensor([1.0, 2.0])
    first, second = x * x, (3 * x).sum()
    (x_bar,) = pullback([first, second], [x], [Tensor([1.0, 10.0]), Tensor(0.5)])
    assert x_bar.numpy().tolist() == [2.0 + 1.5, 40.0 + 1.5]


def test_cotangents_are_ones_where_none_are_given() -> None:
    x = Tensor(3.0)
    assert pullback([x * x, 4 * x], [x])[0].item() == 10.0


def test_an_output_that_is_named_twice_counts_twice() -> None:
    x = Tensor(3.0)
    y = x * x
    assert pullback([y, y], [x], [Tensor(1.0), Tensor(10.0)])[0].item() == 66.0


def test_an_output_may_be_made_of_another() -> None:
    x = Tensor(2.0)
    low = x * x
    high = low * x
    for outputs in ([low, high], [high, low]):
        assert pullback(outputs, [x])[0].item() == 4.0 + 12.0


def test_an_output_may_be_an_input() -> None:
    x = Tensor(2.0)
    y = x * x
    assert [each.item() for each in pullback([x, y], [x, y], [Tensor(5.0), Tensor(7.0)])] == [5.0, 7.0]
    assert pullback([x, y], [x], [Tensor(5.0), Tensor(7.0)])[0].item() == 5.0 + 28.0


def test_no_output_has_adjoint_0() -> None:
    x = Tensor([1.0, 2.0])
    assert pullback([], [x])[0].numpy().tolist() == [0.0, 0.0]


def test_an_output_on_which_nothing_depends_adds_nothing() -> None:
    x, other = Tensor(2.0), Tensor(3.0)
    assert pullback([negate(other), x * x], [x])[0].item() == 4.0


def test_the_sum_is_a_value_of_the_graph() -> None:
    x = Tensor(1.0)
    (x_bar,) = pullback([exp(x), x * x * x], [x])
    (second,) = pullback(x_bar, [x])
    assert second.item() == pytest.approx(exp(x).item() + 6.0, rel=1e-15, abs=0)


def test_each_output_has_one_cotangent_of_its_shape_and_dtype() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ParameterError, match=r"1 cotangents for 2 outputs.*one cotangent for each output"):
        pullback([x * x, x], [x], [x])
    with pytest.raises(ShapeError, match=r"cotangent of shape \(\)"):
        pullback([x * x, x], [x], [x, Tensor(1.0)])
    with pytest.raises(DTypeError, match="cotangent of dtype float32"):
        pullback([x * x, x], [x], [x, x.astype("float32")])
