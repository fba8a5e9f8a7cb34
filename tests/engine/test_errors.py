"""The classes and the message of a refusal, and that a refused call leaves nothing half-done."""

import pickle

import numpy as np
import pytest

from engine import (
    AxisError,
    CatalogueError,
    CycleError,
    DTypeError,
    EngineError,
    GradientRequestError,
    ItemError,
    OperandError,
    ParameterError,
    ShapeError,
    Tensor,
    TruthError,
    add,
    exp,
    lazy,
)


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (ShapeError, ValueError),
        (AxisError, IndexError),
        (ItemError, IndexError),
        (DTypeError, TypeError),
        (OperandError, TypeError),
        (ParameterError, ValueError),
        (TruthError, ValueError),
        (GradientRequestError, RuntimeError),
        (CycleError, ValueError),
        (CatalogueError, ValueError),
    ],
)
def test_an_error_is_the_engines_and_the_builtin_that_users_expect(
    error: type[EngineError], builtin: type[Exception]
) -> None:
    assert issubclass(error, EngineError)
    assert issubclass(error, builtin)


def test_the_message_is_made_of_the_four_parts() -> None:
    error = ShapeError("Reshape((2, 4))", "6 elements", "8", "choose other sizes")
    assert str(error) == "Reshape((2, 4)): got 6 elements; expected 8; choose other sizes."
    assert error.args == ("Reshape((2, 4))", "6 elements", "8", "choose other sizes")


def test_an_error_passes_through_pickle() -> None:
    error = CycleError("a", "b", "c", "d", (1, 2, 1))
    arrived: object = pickle.loads(pickle.dumps(error))
    assert isinstance(arrived, CycleError)
    assert (str(arrived), arrived.cycle) == ("a: got b; expected c; d.", (1, 2, 1))


def test_an_op_with_the_wrong_number_of_operands_is_refused() -> None:
    for op, operands in ((exp, 2), (add, 1), (add, 3)):
        with pytest.raises(EngineError):
            op(*[ones()] * operands)


def test_a_failed_backward_leaves_the_old_gradients() -> None:
    x = ones(2)
    (x * 3).backward()
    before = x.grad
    with pytest.raises(ShapeError):
        (x * 4).backward(ones(3))
    assert x.grad is before


def test_a_failed_assignment_leaves_the_old_data() -> None:
    x = ones(2)
    held = x.realize_cached_data()
    with pytest.raises(ShapeError):
        x.data = ones(3)
    with pytest.raises(DTypeError):
        x.data = Tensor([1.0, 2.0], dtype="float32")
    assert x.realize_cached_data() is held


def test_a_value_that_could_not_be_computed_can_be_asked_again() -> None:
    with lazy():
        x = Tensor([0.0, 1.0])
        y = 1 / x
    with np.errstate(divide="raise"):
        for _ in range(2):
            with pytest.raises(FloatingPointError):
                y.numpy()
    with np.errstate(divide="ignore"):
        assert y.numpy().tolist() == [float("inf"), 1.0]
