import pytest

from engine import DTypeError, GradientRequestError, ParameterError, ShapeError, Tensor
from examples.lecture import lecture_program
from examples.trace import trace


def test_a_constant_has_no_trace() -> None:
    with pytest.raises(GradientRequestError, match="a constant"):
        trace(Tensor(1.0, requires_grad=False), {})


def test_a_cotangent_is_alike_its_output() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match="cotangent of shape"):
        trace(x * 2, {}, Tensor(1.0))
    with pytest.raises(DTypeError, match="cotangent of dtype"):
        trace(x * 2, {}, Tensor([1.0, 1.0], dtype="float32"))


def test_a_tangent_is_alike_its_value() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match="tangent of shape"):
        trace(x * 2, {x: Tensor(1.0)})


@pytest.mark.parametrize(("first", "second", "twice"), [("a", "a", "a"), ("v3", "b", "v3")])
def test_two_values_of_one_name_are_refused(first: str, second: str, twice: str) -> None:
    a, b = Tensor(1.0), Tensor(2.0)
    with pytest.raises(ParameterError, match=f"2 values with the name '{twice}'"):
        trace(a * b, {}, names={a: first, b: second})


def test_a_row_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ParameterError, match="'w'; expected one of v1, v2, v3"):
        lecture_program().trace().row("w")


def test_only_a_variable_moves() -> None:
    x, c = Tensor(1.0), Tensor(2.0, requires_grad=False)
    with pytest.raises(GradientRequestError, match="requires no gradient"):
        trace(x * c, {c: Tensor(1.0)})
