import numpy as np
import pytest

from engine import (
    Diff,
    ParameterError,
    ShapeError,
    Tensor,
    cumulative_trapezoid,
    diff,
    grad,
    jacobian,
    pullback,
    summation,
    trapezoid,
)

X = Tensor([[1.0, 4.0, 9.0], [2.0, 2.0, 5.0]])


def test_differences_along_an_axis() -> None:
    assert diff(X).numpy().tolist() == [[3.0, 5.0], [0.0, 3.0]]
    assert diff(X, 0).op == Diff(0)
    assert diff(X, n=2).numpy().tolist() == [[2.0], [3.0]]
    assert diff(X, n=0) is X
    assert diff(Tensor([1.0])).shape == (0,)
    assert jacobian(diff)([1.0, 2.0, 4.0]).numpy().tolist() == [[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]]


def test_differences_of_too_few_entries_or_a_negative_number_of_times_are_refused() -> None:
    with pytest.raises(ShapeError, match="expected at least one entry; choose another axis"):
        diff(Tensor(np.zeros((2, 0))))
    with pytest.raises(ShapeError):
        diff(Tensor([1.0]), n=2)
    with pytest.raises(ParameterError, match="n=-1"):
        diff(X, n=-1)


def test_the_trapezoid_rule() -> None:
    assert trapezoid(X).numpy().tolist() == [9.0, 5.5]
    assert trapezoid(X, 0, dx=0.5).numpy().tolist() == [0.75, 1.5, 3.5]
    assert grad(lambda a: summation(trapezoid(a, dx=2.0)))([1.0, 2.0, 3.0]).numpy().tolist() == [
        1.0,
        2.0,
        1.0,
    ]


def test_integrals_to_each_point_end_in_the_whole_one() -> None:
    x = Tensor([[1.0, 3.0, 2.0], [0.0, -2.0, 4.0]])
    y = cumulative_trapezoid(x, dx=0.5)
    assert y.numpy().tolist() == [[1.0, 2.25], [-0.5, 0.0]]
    assert y.numpy()[:, -1].tolist() == trapezoid(x, dx=0.5).numpy().tolist()
    assert pullback(y, [x])[0].numpy().tolist() == [[0.5, 0.75, 0.25]] * 2
    assert cumulative_trapezoid(Tensor([3.0])).shape == (0,)
    with pytest.raises(ShapeError, match="cumulative_trapezoid: got shape"):
        cumulative_trapezoid(Tensor(np.zeros((2, 0))))
