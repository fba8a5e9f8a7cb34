from itertools import starmap
from operator import eq, lt

import numpy as np
import pytest

from engine import GradientRequestError, MulScalar, Tensor, exp, identity, lazy, where
from engine.dtype import FLOAT32, FLOAT64


def test_a_tensor_holds_a_copy_of_its_data() -> None:
    data = np.array([1.0, 2.0])
    x = Tensor(data)
    data[0] = 7.0
    assert x.numpy().tolist() == [1.0, 2.0]


def test_make_const_holds_the_array_itself() -> None:
    data = np.array([1.0, 2.0])
    constant = Tensor.make_const(data)
    assert constant.realize_cached_data() is data
    assert not constant.requires_grad
    assert constant.is_leaf()


def test_make_const_may_make_a_variable() -> None:
    x = Tensor.make_const([1.0, 2.0], requires_grad=True)
    (x * x).backward()
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [2.0, 4.0]


def test_a_tensor_is_a_variable_unless_it_is_said_not_to_be() -> None:
    assert Tensor(1.0).requires_grad
    assert not Tensor(1.0, requires_grad=False).requires_grad


def test_data_may_be_numbers_nested_lists_arrays_or_tensors() -> None:
    assert Tensor(2.5).shape == ()
    assert Tensor([[1.0, 2.0], [3.0, 4.0]]).shape == (2, 2)
    assert Tensor(np.float32(2.5)).dtype is FLOAT32
    assert Tensor([1, 2.5]).numpy().tolist() == [1.0, 2.5]
    assert Tensor(np.arange(6.0).reshape(2, 3)).shape == (2, 3)
    assert Tensor(()).shape == (0,)
    assert Tensor([[], []]).shape == (2, 0)


def test_a_tensor_of_a_tensor_is_a_new_leaf() -> None:
    x = Tensor([1.0, 2.0])
    y = Tensor(x * 2)
    assert y.is_leaf()
    assert y.requires_grad
    assert y.numpy().tolist() == [2.0, 4.0]
    assert Tensor(x).realize_cached_data() is not x.realize_cached_data()
    assert Tensor(x, dtype="float32").dtype is FLOAT32


def test_subclasses_of_arrays_become_plain_arrays() -> None:
    masked = np.ma.masked_array(np.array([1.0, 2.0]))
    for x in starmap(Tensor, [[masked]]), starmap(Tensor.make_const, [[masked]]):
        assert type(next(x).realize_cached_data()) is np.ndarray


def test_shape_dtype_ndim_and_size_describe_the_value() -> None:
    x = Tensor(np.zeros((2, 0, 3), np.float32))
    assert (x.shape, x.dtype, x.ndim, x.size) == ((2, 0, 3), FLOAT32, 3, 0)
    assert (Tensor(1.0).shape, Tensor(1.0).ndim, Tensor(1.0).size) == ((), 0, 1)


def test_detach_is_the_same_array_as_a_constant() -> None:
    x = Tensor([1.0, 2.0])
    y = x * 2
    for value in (x, y):
        constant = value.detach()
        assert constant.is_leaf()
        assert not constant.requires_grad
        assert constant.realize_cached_data() is value.realize_cached_data()
        assert value.data.realize_cached_data() is value.realize_cached_data()
    (x * x.detach()).backward()
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [1.0, 2.0]


def test_assigning_data_replaces_the_value_of_a_leaf_by_a_copy() -> None:
    x = Tensor([1.0, 2.0])
    new = Tensor([3.0, 4.0])
    x.data = new
    assert x.numpy().tolist() == [3.0, 4.0]
    assert x.realize_cached_data() is not new.realize_cached_data()
    assert x.requires_grad
    assert x.is_leaf()


def test_assigning_data_is_the_step_of_gradient_descent() -> None:
    w = Tensor([1.0, 2.0])
    (w * w).sum().backward()
    assert w.grad is not None
    w.data = w - 0.25 * w.grad
    assert w.numpy().tolist() == [0.5, 1.0]
    assert w.is_leaf()
    (w * w).sum().backward()
    assert w.grad.numpy().tolist() == [1.0, 2.0]


def test_assigning_data_leaves_the_gradient_of_the_last_backward() -> None:
    x = Tensor([1.0, 2.0])
    (x * x).backward()
    before = x.grad
    x.data = Tensor([3.0, 4.0])
    assert before is not None
    assert x.grad is before


def test_assigning_data_leaves_what_was_computed_before() -> None:
    x = Tensor([1.0, 2.0])
    y = identity(x)
    x.data = Tensor([3.0, 4.0])
    assert y.numpy().tolist() == [1.0, 2.0]


def test_assigning_data_to_a_result_is_refused() -> None:
    y = Tensor([1.0]) * 2
    with pytest.raises(GradientRequestError):
        y.data = Tensor([1.0])
    assert y.numpy().tolist() == [2.0]


def test_item_and_float_take_the_one_number() -> None:
    for x in (Tensor(2.5), Tensor([2.5]), Tensor([[2.5]], dtype="float32")):
        assert (x.item(), float(x)) == (2.5, 2.5)
        assert type(x.item()) is float


def test_the_truth_of_one_element_is_that_of_its_number() -> None:
    assert Tensor(2.0)
    assert Tensor([[-1.0]])
    assert not Tensor([0.0])


def test_len_and_iteration_follow_the_first_axis() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    rows = list(x)
    assert len(x) == len(rows) == 3
    assert [row.numpy().tolist() for row in rows] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    (rows[0] * rows[2]).sum().backward()
    assert x.grad is not None
    assert x.grad.numpy().tolist() == [[5.0, 6.0], [0.0, 0.0], [1.0, 2.0]]
    first, second = Tensor([7.0, 8.0])
    assert (first.item(), second.item()) == (7.0, 8.0)


def test_a_tensor_equals_itself_alone_so_that_it_can_be_a_key() -> None:
    x, twin = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    assert "__eq__" not in vars(Tensor)
    assert (eq(x, x), eq(x, twin), x != twin) == (True, False, True)
    assert {x: "x", twin: "twin"}[x] == "x"
    assert len({x, twin, x}) == 2
    assert [twin, x].index(x) == 1


def test_comparisons_give_masks() -> None:
    x, y = Tensor([1.0, 2.0, 3.0]), Tensor([2.0, 2.0, 2.0])
    for mask, expected in (
        (x < y, [True, False, False]),
        (x <= y, [True, True, False]),
        (x > y, [False, False, True]),
        (x >= y, [False, True, True]),
        (x < 2, [True, False, False]),
        (lt(2, x), [False, False, True]),
        (x >= np.array([2.0, 2.0, 2.0]), [False, True, True]),
    ):
        assert mask.dtype == np.bool_
        assert mask.tolist() == expected


def test_a_mask_of_a_0_d_tensor_is_an_array_too() -> None:
    mask = Tensor(2.0) > 1
    assert isinstance(mask, np.ndarray)
    assert where(Tensor(2.0) > 1, Tensor(3.0), 0.0).item() == 3.0


def test_a_comparison_with_a_number_is_made_in_the_tensors_dtype() -> None:
    x = Tensor([0.1], dtype="float32")
    assert (x >= 0.1).tolist() == [True]
    assert (x <= 0.1).tolist() == [True]


def test_a_tensor_is_not_extended_by_a_class() -> None:
    assert getattr(Tensor, "__final__", False) is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Tensor([1.0, 2.5]), "Tensor([1. , 2.5])"),
        (Tensor(0.1), "Tensor(0.1)"),
        (Tensor([1.0], dtype="float32"), "Tensor([1.], dtype='float32')"),
        (Tensor([1.0], requires_grad=False), "Tensor([1.], requires_grad=False)"),
        (
            Tensor([1.0], dtype="float32", requires_grad=False),
            "Tensor([1.], dtype='float32', requires_grad=False)",
        ),
        (Tensor([1.0]) * 2, "Tensor([2.], op=MulScalar(scalar=2.0))"),
        (Tensor([[1.0, 2.0], [3.0, 4.0]]), "Tensor([[1., 2.],\n        [3., 4.]])"),
    ],
)
def test_the_repr_shows_the_value_and_what_is_not_the_default(value: Tensor, expected: str) -> None:
    assert repr(value) == expected


def test_the_repr_of_a_leaf_pastes_back() -> None:
    x = Tensor([0.1, 1 / 3, 1e-300])
    text = repr(x)
    assert text.startswith("Tensor(")
    numbers = [float(number) for number in text.removeprefix("Tensor([").removesuffix("])").split(",")]
    assert numbers == x.numpy().tolist()


def test_the_repr_of_a_value_that_waits_does_not_compute_it() -> None:
    with lazy():
        y = Tensor([1.0, 2.0]) * 2
    assert repr(y) == "Tensor(<waits to be computed, shape (2,)>, op=MulScalar(scalar=2.0))"
    assert y.cached_data is None


def test_the_repr_of_many_elements_is_short() -> None:
    assert len(repr(Tensor(np.arange(10_000.0)))) < 200


def test_operators_use_one_shared_op() -> None:
    x = Tensor(1.0)
    assert (2 * x).op == MulScalar(2.0)
    assert exp(x).op is exp


def test_methods_are_the_ops_of_the_same_name() -> None:
    x = Tensor(np.arange(6.0).reshape(2, 3))
    assert x.sum().item() == 15.0
    assert x.sum(0).numpy().tolist() == [3.0, 5.0, 7.0]
    assert x.sum((0, 1), keepdims=True).shape == (1, 1)
    assert x.mean().item() == 2.5
    assert x.mean(-1, keepdims=True).numpy().tolist() == [[1.0], [4.0]]
    assert x.max(0).numpy().tolist() == [3.0, 4.0, 5.0]
    assert x.reshape(3, 2).numpy().tolist() == x.reshape((3, -1)).numpy().tolist() == [[0, 1], [2, 3], [4, 5]]
    assert x.transpose().numpy().tolist() == x.T.numpy().tolist() == [[0, 3], [1, 4], [2, 5]]
    assert Tensor(np.zeros((2, 3, 4))).T.shape == (4, 3, 2)
    assert x[0].broadcast_to((2, 3)).numpy().tolist() == [[0, 1, 2], [0, 1, 2]]
    assert x.astype("float32").dtype is FLOAT32
    assert x.astype(FLOAT64) is x


def test_reshape_takes_sizes_that_are_numpy_integers() -> None:
    x = Tensor(np.zeros((2, 3)))
    (one_by_one,) = starmap(x.reshape, [np.array([3, 2])])
    (together,) = starmap(x.reshape, [[tuple(np.array([3, 2]))]])
    assert (one_by_one.shape, together.shape) == ((3, 2), (3, 2))


def test_the_mean_of_nothing_is_nan() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(Tensor(np.zeros((0, 3))).mean().item())
        assert Tensor(np.zeros((0, 3))).mean(1).shape == (0,)
