from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatch

import numpy as np
import pytest

from engine import (
    MatMul,
    OperandError,
    Tensor,
    compute_gradient_of_variables,
    divide,
    enable_grad,
    exp,
    find_topo_sort,
    jvp,
    matmul,
    no_grad,
    pullback,
    pushforward,
    sqrt,
)
from engine.array import Array, Shape

Doubled = tuple[Callable[[Tensor], Tensor], Counter[str]]


def gradient_of(x: Tensor) -> Tensor:
    assert x.grad is not None
    return x.grad


def test_an_adjoint_is_the_sum_over_all_uses() -> None:
    x = Tensor(3.0)
    (x_bar,) = pullback(x * x + 4 * x + x, [x])
    assert x_bar.item() == 11.0


def test_a_value_in_two_slots_of_one_op_gets_both_parts() -> None:
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    seed = Tensor([[1.0, 0.0], [0.0, 0.0]])
    (x_bar,) = pullback(x @ x, [x], seed)
    assert x_bar.numpy().tolist() == [[2.0, 3.0], [2.0, 0.0]]


def test_uses_of_different_path_lengths_are_all_counted() -> None:
    x = Tensor(2.0)
    short = x * 3
    long = exp(short * 0) * x
    for y in (short + long, long + short):
        (x_bar,) = pullback(y, [x])
        assert x_bar.item() == 4.0


def test_each_rule_is_called_once_in_a_tower_of_diamonds(counted: Doubled) -> None:
    doubled, calls = counted
    x = Tensor(1.0)
    y = x
    for _ in range(30):
        half = doubled(y) * 0.5
        y = half + half
    (x_bar,) = pullback(y, [x])
    assert x_bar.item() == 2.0**30
    assert calls["gradient"] == 30
    y.backward()
    assert gradient_of(x).item() == 2.0**30
    assert calls["gradient"] == 60


def test_a_rule_beside_the_way_to_the_inputs_is_not_called(counted: Doubled) -> None:
    doubled, calls = counted
    x, other = Tensor(1.0), Tensor(2.0)
    y = x * 3 + doubled(other)
    pullback(y, [x])
    assert calls["gradient"] == 0
    pullback(y, [x, other])
    assert calls["gradient"] == 1


def test_a_rule_below_the_inputs_is_not_called(counted: Doubled) -> None:
    doubled, calls = counted
    middle = doubled(Tensor(1.0))
    (adjoint,) = pullback(middle * middle, [middle])
    assert adjoint.item() == 4.0
    assert calls["gradient"] == 0


def test_the_adjoint_of_a_constant_operand_is_never_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    products = list[tuple[Shape, Shape]]()
    original = MatMul.compute

    def compute(op: MatMul, a: Array, b: Array) -> Array:
        products.append((a.shape, b.shape))
        return original(op, a, b)

    monkeypatch.setattr(MatMul, "compute", compute)
    images = Tensor(np.ones((5, 3)), requires_grad=False)
    weights = Tensor(np.ones((3, 2)))
    loss = matmul(images, weights).sum()
    (weights_bar,) = pullback(loss, [weights])
    assert products == [((5, 3), (3, 2)), ((3, 5), (5, 2))]
    assert weights_bar.numpy().tolist() == [[5.0, 5.0]] * 3
    loss.backward()
    assert products[2:] == [((3, 5), (5, 2))]
    (images @ weights).sum().backward()
    assert images.grad is None


def test_an_unused_adjoint_raises_no_warning() -> None:
    a, b = Tensor([1.0, 2.0]), Tensor([-1.0, 2.0])
    (b_bar,) = pullback(a**b, [a])
    assert b_bar.numpy().tolist() == [-1.0, 4.0]
    negative = Tensor([-2.0])
    (base_bar,) = pullback(negative ** Tensor([3.0]), [negative])
    assert base_bar.numpy().tolist() == [12.0]


def test_pullback_reaches_values_in_the_middle_of_a_graph() -> None:
    x = Tensor(2.0)
    middle = x * 3
    y = middle * middle
    (middle_bar,) = pullback(y, [middle])
    (y_bar,) = pullback(y, [y])
    assert (middle_bar.item(), y_bar.item()) == (12.0, 1.0)


def test_the_modes_agree_where_one_input_depends_on_another() -> None:
    x, one = Tensor(2.0), Tensor(1.0)
    middle = x * 3
    for y in (middle * middle, middle * x, x * middle * middle):
        inputs = [x, middle]
        adjoints = pullback(y, inputs)
        tangents = [pushforward([y], inputs, [one * (at == 0), one * (at == 1)])[0] for at in range(2)]
        assert [adjoint.item() for adjoint in adjoints] == [tangent.item() for tangent in tangents]


def test_pullback_may_be_asked_twice() -> None:
    x = Tensor([1.0, 2.0])
    y = x * x
    first, second = pullback(y, [x]), pullback(y, [x])
    assert first[0] is not second[0]
    assert first[0].numpy().tolist() == second[0].numpy().tolist() == [2.0, 4.0]


def test_pullback_leaves_grad_alone() -> None:
    x = Tensor(1.0)
    pullback(x * 2, [x])
    assert x.grad is None


def test_an_input_that_is_not_used_has_adjoint_zero() -> None:
    x, unused = Tensor([1.0, 2.0]), Tensor(np.ones((2, 3), np.float32))
    x_bar, unused_bar = pullback(x * 2, [x, unused])
    assert x_bar.numpy().tolist() == [2.0, 2.0]
    assert unused_bar.numpy().tolist() == [[0.0] * 3] * 2
    assert unused_bar.dtype is unused.dtype


def test_an_input_named_twice_has_its_adjoint_twice() -> None:
    x = Tensor(3.0)
    first, second = pullback(x * x, [x, x])
    assert first.item() == second.item() == 6.0


def test_the_cotangent_weights_the_adjoint() -> None:
    x = Tensor([1.0, 2.0])
    (x_bar,) = pullback(x * x, [x], Tensor([10.0, 0.0]))
    assert x_bar.numpy().tolist() == [20.0, 0.0]


def test_cotangents_and_values_are_not_written_into() -> None:
    x = Tensor([1.0, 2.0])
    seed = Tensor([1.0, 1.0])
    doubled = x + x
    y = doubled * 2 + (x + doubled)
    held = {value: value.numpy() for value in find_topo_sort([y, seed])}
    y.backward(seed)
    pullback(y, [x], seed)
    for value, before in held.items():
        assert value.numpy().tolist() == before.tolist()


def test_backward_leaves_the_adjoint_of_every_variable_it_passes() -> None:
    x, constant = Tensor(2.0), Tensor(5.0, requires_grad=False)
    middle = x * constant
    y = middle + 1
    compute_gradient_of_variables(y)
    assert [gradient_of(value).item() for value in (x, middle, y)] == [5.0, 1.0, 1.0]
    assert constant.grad is None


def test_backward_seeds_ones_of_the_outputs_shape_and_dtype() -> None:
    x = Tensor(np.ones((2, 3), np.float32))
    y = x * 2
    y.backward()
    seed = gradient_of(y)
    assert (seed.shape, seed.dtype) == ((2, 3), np.dtype(np.float32))
    assert seed.numpy().tolist() == [[1.0] * 3] * 2
    assert gradient_of(x).numpy().tolist() == [[2.0] * 3] * 2


def test_backward_takes_a_cotangent() -> None:
    x = Tensor([1.0, 2.0])
    (x * x).backward(Tensor([1.0, -1.0]))
    assert gradient_of(x).numpy().tolist() == [2.0, -4.0]


def test_each_backward_replaces_grad() -> None:
    x = Tensor(3.0)
    y = x * x
    y.backward()
    first = gradient_of(x)
    y.backward()
    assert gradient_of(x) is not first
    assert gradient_of(x).item() == first.item() == 6.0
    (x * 10).backward()
    assert gradient_of(x).item() == 10.0


def test_backward_of_another_output_leaves_the_gradient_of_what_it_does_not_pass() -> None:
    x, other = Tensor(3.0), Tensor(4.0)
    (x * 2).backward()
    before = x.grad
    (other * 5).backward()
    assert x.grad is before


def test_grad_is_a_tensor_of_the_extended_graph() -> None:
    x = Tensor(3.0)
    y = x * x * x
    y.backward()
    first = gradient_of(x)
    assert isinstance(first, Tensor)
    assert first.requires_grad
    assert x in find_topo_sort([first])
    first.backward()
    second = gradient_of(x)
    second.backward()
    third = gradient_of(x)
    assert [first.item(), second.item(), third.item()] == [27.0, 18.0, 6.0]


def test_the_adjoint_of_a_cotangent_is_part_of_the_graph_too() -> None:
    x, seed = Tensor([2.0, 3.0]), Tensor([5.0, 7.0])
    (x_bar,) = pullback(x * x, [x], seed)
    (seed_bar,) = pullback(x_bar, [seed])
    assert seed_bar.numpy().tolist() == [4.0, 6.0]


def test_a_leaf_is_its_own_output() -> None:
    x = Tensor([1.0, 2.0])
    x.backward()
    assert gradient_of(x).numpy().tolist() == [1.0, 1.0]
    (x_bar,) = pullback(x, [x], Tensor([3.0, 4.0]))
    assert x_bar.numpy().tolist() == [3.0, 4.0]


def test_a_failing_rule_leaves_every_gradient_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Tensor(3.0)
    y = divide(x * 2, sqrt(x))
    y.backward()
    before = x.grad

    def gradient(op: object, out_grad: Tensor, node: Tensor) -> Tensor:
        raise ZeroDivisionError

    monkeypatch.setattr(type(sqrt), "gradient", gradient)
    with pytest.raises(ZeroDivisionError):
        y.backward()
    assert x.grad is before


def test_a_gradient_is_recorded_where_recording_is_on() -> None:
    x = Tensor(2.0)
    y = x * x
    with no_grad():
        (bare,) = pullback(y, [x])
        with enable_grad():
            (recorded,) = pullback(y, [x])
    assert not bare.requires_grad
    assert recorded.requires_grad
    assert bare.item() == recorded.item() == 4.0


def test_empty_values_have_empty_adjoints() -> None:
    x = Tensor(np.ones((0, 3)))
    (x_bar,) = pullback((x * x).sum(), [x])
    assert (x_bar.shape, x_bar.numpy().shape) == ((0, 3), (0, 3))


def test_a_smooth_function_of_many_values_has_all_its_adjoints() -> None:
    inputs = [Tensor(float(at)) for at in range(200)]
    y = inputs[0] * 0
    for at, x in enumerate(inputs):
        y = y + x * at
    assert [x_bar.item() for x_bar in pullback(y, inputs)] == [float(at) for at in range(200)]


UNLISTED = {
    "pullback(w * w, w)": "pullback: got one Tensor for the inputs; expected a list; write [x] for one.",
    "pullback(w * w, [w], 1.0)": "pullback: got float among the cotangents; expected Tensors; wrap *.",
    "pullback(3.0, [w])": "pullback: got float among the outputs; expected Tensors; wrap *.",
    "pushforward([w], w, [w])": "pushforward: got one Tensor for the inputs; expected a list; *.",
    "pushforward(w, [w], [w])": "pushforward: got one Tensor for the outputs; expected a list; *.",
    "jvp(exp, w, [w])": "jvp: got one Tensor for the primals; expected a list; *.",
    "jvp(exp, [1.0], 1.0)": "jvp: got one number for the tangents; expected a list; *.",
}


@pytest.mark.parametrize("call", UNLISTED)
def test_one_tensor_is_no_list(call: str) -> None:
    """Its rows would be taken for the list, and the output depends on none of them."""
    scope = {
        "pullback": pullback,
        "pushforward": pushforward,
        "jvp": jvp,
        "exp": exp,
        "w": Tensor([1.0, 2.0]),
    }
    with pytest.raises(OperandError) as caught:
        exec(call, scope)
    assert fnmatch(str(caught.value), UNLISTED[call].replace("[", "[[]"))
