import copy
import pickle
from collections import Counter
from collections.abc import Callable
from itertools import starmap

import numpy as np
import pytest

from engine import (
    AddScalar,
    DTypeError,
    EWiseAdd,
    Exp,
    MulScalar,
    Op,
    OperandError,
    Summation,
    Tensor,
    Value,
    eager,
    exp,
    lazy,
    no_grad,
)
from engine.array import Array


def test_an_op_without_parameters_is_one_shared_instance() -> None:
    assert Exp() is Exp()
    assert Exp() is exp
    assert EWiseAdd() is EWiseAdd()


def test_ops_are_equal_when_their_parameters_are() -> None:
    assert MulScalar(2.0) == MulScalar(2.0)
    assert MulScalar(2.0) != MulScalar(3.0)
    assert len({MulScalar(2.0), AddScalar(2.0)}) == 2
    assert len({Summation((0,)), Summation((0,), keepdims=False), Summation((0,), keepdims=True)}) == 2


def test_the_repr_of_an_op_rebuilds_it() -> None:
    assert repr(Summation((0, 1), keepdims=True)) == "Summation(axes=(0, 1), keepdims=True)"
    assert repr(MulScalar(2.5)) == "MulScalar(scalar=2.5)"
    assert repr(exp) == "Exp()"


def test_an_op_is_frozen() -> None:
    made = MulScalar(2.0)
    with pytest.raises(AttributeError):
        next(starmap(setattr, [(made, "scalar", 3.0)]))
    assert made.scalar == 2.0


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copies_of_different_ops_stay_different(duplicate: Callable[[MulScalar], MulScalar]) -> None:
    three, four = duplicate(MulScalar(3.0)), duplicate(MulScalar(4.0))
    assert (three, four) == (MulScalar(3.0), MulScalar(4.0))


def test_ops_that_come_through_pickle_stay_different() -> None:
    sent = (MulScalar(3.0), MulScalar(4.0), exp)
    arrived: object = pickle.loads(pickle.dumps(sent))
    assert arrived == sent


def test_a_leaf_was_made_by_no_op() -> None:
    x = Tensor([1.0])
    assert x.is_leaf()
    assert (x.op, x.inputs) == (None, ())
    assert isinstance(x, Value)


def test_a_result_knows_its_op_and_inputs() -> None:
    a, b = Tensor([1.0]), Tensor([2.0])
    y = a + b
    assert not y.is_leaf()
    assert y.op is EWiseAdd()
    assert y.inputs == (a, b)
    assert y.requires_grad


def test_a_result_that_needs_no_gradient_keeps_no_graph() -> None:
    constant = Tensor([1.0], requires_grad=False)
    for result in (constant + constant, constant * 2, exp(constant)):
        assert not result.requires_grad
        assert result.is_leaf()
        assert result.inputs == ()
    with no_grad():
        assert (Tensor([1.0]) * 2).is_leaf()


def test_one_input_that_needs_a_gradient_is_enough_to_keep_the_graph() -> None:
    constant, variable = Tensor([1.0], requires_grad=False), Tensor([1.0])
    assert (constant + variable).inputs == (constant, variable)
    assert (variable + constant).requires_grad


def test_a_lazy_result_without_gradient_drops_its_graph_once_it_is_computed() -> None:
    with lazy():
        y = Tensor([1.0], requires_grad=False) * 2
    assert y.inputs
    assert y.numpy().tolist() == [2.0]
    assert (y.op, y.inputs) == (None, ())


def test_a_lazy_result_with_gradient_keeps_its_graph_when_it_is_computed() -> None:
    x = Tensor([3.0])
    with lazy():
        y = x * x
        z = y * 2
    assert z.numpy().tolist() == [18.0]
    assert (y.inputs, z.inputs) == ((x, x), (y,))
    z.backward()
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [12.0]


def test_realize_cached_data_returns_the_array_that_the_graph_holds() -> None:
    x = Tensor([1.0, 2.0])
    assert x.realize_cached_data() is x.realize_cached_data()
    assert x.realize_cached_data() is x.cached_data
    y = x * 2
    assert y.realize_cached_data() is y.cached_data


def test_numpy_returns_a_copy() -> None:
    x = Tensor([1.0, 2.0])
    taken = x.numpy()
    taken[0] = 7.0
    assert x.numpy().tolist() == [1.0, 2.0]


def test_a_value_in_the_middle_may_be_computed_first() -> None:
    with lazy():
        x = Tensor(2.0)
        y = x * 3
        z = y + 1
    assert y.item() == 6.0
    assert z.cached_data is None
    assert z.item() == 7.0


def test_what_compute_returns_becomes_an_array() -> None:
    for mode in (eager, lazy):
        with mode():
            y = Tensor([1.0, 2.0], dtype="float32").sum()
        array = y.realize_cached_data()
        assert type(array) is np.ndarray
        assert (array.shape, array.dtype) == ((), np.dtype(np.float32))


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (None, OperandError),
        (np.ones(2, np.int64), DTypeError),
        (np.ones(2, np.float16), DTypeError),
        (np.ones(2, bool), DTypeError),
    ],
)
def test_a_compute_that_returns_no_float_array_is_refused(
    result: object, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def compute(op: Exp, a: Array) -> object:
        return result

    monkeypatch.setattr(Exp, "compute", compute)
    with pytest.raises(error, match="compute"):
        exp(Tensor([1.0, 2.0]))
    with lazy():
        waiting = exp(Tensor([1.0, 2.0]))
    with pytest.raises(error, match="compute"):
        waiting.numpy()


def test_an_error_of_compute_that_is_not_about_shapes_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compute(op: Exp, a: Array) -> Array:
        raise ValueError("of the op's own")

    monkeypatch.setattr(Exp, "compute", compute)
    with pytest.raises(ValueError, match="of the op's own"):
        exp(Tensor([1.0]))


def test_one_op_instance_may_stand_in_many_places(
    counted: tuple[Callable[[Tensor], Tensor], Counter[str]],
) -> None:
    doubled, calls = counted
    a, b = Tensor([1.0, 2.0]), Tensor([[5.0]])
    y, z = doubled(a), doubled(b)
    z.backward()
    y.backward(Tensor([3.0, 4.0]))
    assert [x.grad.numpy().tolist() for x in (a, b) if x.grad is not None] == [[6.0, 8.0], [[2.0]]]
    assert calls["gradient"] == 2


def test_the_kind_of_an_op_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        next(starmap(Op, [()]))
