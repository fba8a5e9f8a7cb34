"""The kinds of op, seen through ops of each kind that are entered for the length of a test."""

from collections.abc import Generator, Sequence

import numpy as np
import pytest

from engine import (
    REALS,
    Binary,
    Elementwise,
    Linear,
    LinearNary,
    Nary,
    ShapeError,
    Tensor,
    TensorOp,
    Ternary,
    Unary,
    op,
    ops,
    pullback,
    pushforward,
)
from engine.array import Array, Shape, as_array
from engine.catalogue import visiting
from engine.kinds import broadcast_shape


@pytest.fixture(autouse=True)
def visitors() -> Generator[None, None, None]:
    with visiting():
        yield


def test_a_linear_op_is_its_own_tangent() -> None:
    @op(REALS)
    class Tripled(Elementwise, Linear):
        """yᵢ = 3 aᵢ."""

        def compute(self, a: Array) -> Array:
            return 3 * a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return self(out_grad)

    x = Tensor([1.0, 2.0])
    (tangent,) = pushforward([Tripled()(x)], [x], [Tensor([10.0, 20.0])])
    assert tangent.numpy().tolist() == [30.0, 60.0]


def test_a_linear_op_of_many_inputs_is_its_own_tangent() -> None:
    @op(REALS, signature="(i*),...->(i*)")
    class Total(LinearNary):
        """yᵢ = x₁ᵢ + x₂ᵢ + …."""

        def compute(self, arrays: Sequence[Array]) -> Array:
            return as_array(sum(arrays[1:], start=arrays[0]))

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
            return tuple(out_grad for _ in node.inputs)

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

    a, b, c = Tensor([1.0]), Tensor([2.0]), Tensor([4.0])
    y = Total()(a, b, c)
    assert y.numpy().tolist() == [7.0]
    assert [x_bar.numpy().tolist() for x_bar in pullback(y, [a, c])] == [[1.0], [1.0]]
    (tangent,) = pushforward([y], [a, c], [Tensor([1.0]), Tensor([16.0])])
    assert tangent.numpy().tolist() == [17.0]


def test_the_tangent_of_two_inputs_is_the_sum_of_the_terms_of_those_that_move() -> None:
    @op(REALS, REALS)
    class Weighted(Elementwise, Binary):
        """yᵢ = 2 aᵢ + 3 bᵢ."""

        def compute(self, a: Array, b: Array) -> Array:
            return 2 * a + 3 * b

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            return 2 * out_grad, 3 * out_grad

        def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
            da, db = in_tangents
            return 2 * da, 3 * db

    a, b = Tensor(1.0), Tensor(1.0)
    y = Weighted()(a, b)
    one = Tensor(1.0)
    for moving, expected in (([a, b], 5.0), ([a], 2.0), ([b], 3.0)):
        (tangent,) = pushforward([y], moving, [one] * len(moving))
        assert tangent.item() == expected


def test_the_tangent_of_three_inputs_is_the_sum_of_the_terms_of_those_that_move() -> None:
    @op(REALS, REALS, REALS)
    class Product(Elementwise, Ternary):
        """yᵢ = aᵢ bᵢ cᵢ."""

        def compute(self, a: Array, b: Array, c: Array) -> Array:
            return a * b * c

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            a, b, c = node.inputs
            return out_grad * b * c, out_grad * a * c, out_grad * a * b

        def tangent(
            self, in_tangents: tuple[Tensor, Tensor, Tensor], node: Tensor
        ) -> tuple[Tensor, Tensor, Tensor]:
            a, b, c = node.inputs
            da, db, dc = in_tangents
            return da * b * c, a * db * c, a * b * dc

    a, b, c = Tensor(2.0), Tensor(3.0), Tensor(5.0)
    y = Product()(a, b, c)
    assert [x_bar.item() for x_bar in pullback(y, [a, b, c])] == [15.0, 10.0, 6.0]
    one = Tensor(1.0)
    for moving, expected in (([a, b, c], 31.0), ([a], 15.0), ([b], 10.0), ([c], 6.0), ([a, c], 21.0)):
        (tangent,) = pushforward([y], moving, [one] * len(moving))
        assert tangent.item() == expected


def test_an_elementwise_op_has_the_broadcast_shape() -> None:
    assert ops.add.out_shape((2, 1), (3,)) == (2, 3)
    assert ops.add.out_shape((0, 1), (1, 4)) == (0, 4)
    assert ops.Where().out_shape((2, 1), (), (1, 3)) == (2, 3)


def test_shapes_that_do_not_broadcast_are_refused_in_the_name_of_the_op() -> None:
    with pytest.raises(ShapeError) as caught:
        broadcast_shape(ops.add, (2,), (3,))
    assert (caught.value.what, caught.value.got) == ("EWiseAdd()", "(2,) and (3,)")


def test_every_op_is_of_one_kind_by_its_number_of_inputs() -> None:
    made = [value for value in vars(ops).values() if isinstance(value, type) and issubclass(value, TensorOp)]
    assert len(made) > 30
    for kind in made:
        assert sum(issubclass(kind, arity) for arity in (Unary, Binary, Ternary, Nary)) == 1


def test_what_does_not_move_adds_nothing_not_even_a_nan() -> None:
    a, b = Tensor(0.0), Tensor(2.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = a / b
        steep = ops.sqrt(a) * b
        (smooth,) = pushforward([y], [b], [Tensor(1.0)])
        (flat,) = pushforward([steep], [b], [Tensor(1.0)])
    assert smooth.item() == 0.0
    assert flat.item() == 0.0
