import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar

import pytest

from engine import (
    GRAD_MODE,
    LAZY_MODE,
    ShapeError,
    Tensor,
    add,
    eager,
    enable_grad,
    grad,
    hessian,
    jacobian,
    jvp,
    lazy,
    no_grad,
    pullback,
    pushforward,
    value_and_grad,
    vjp,
)

Doubled = tuple[Callable[[Tensor], Tensor], Counter[str]]
Mode = Callable[[], AbstractContextManager[None]]


def cube(x: Tensor) -> Tensor:
    return x * x * x


def test_lazy_computes_nothing_until_a_value_is_asked_for(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        x = Tensor([[1.0, 2.0, 3.0]])
        y = doubled(doubled(x)).sum(1)
        assert (y.shape, y.dtype, y.ndim, y.size) == ((1,), x.dtype, 1, 1)
        assert "waits to be computed" in repr(y)
        (x_bar,) = pullback(y, [x])
        (tangent,) = pushforward([y], [x], [x])
        y.backward()
        assert (x_bar.shape, tangent.shape) == ((1, 3), (1,))
        assert calls["compute"] == 0
        assert y.numpy().tolist() == [24.0]
    assert calls["compute"] == 2


def test_a_lazy_value_is_computed_once(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        y = doubled(Tensor(1.0))
        z = y * y + doubled(y) * y
    assert [z.item(), z.item(), y.item()] == [12.0, 12.0, 2.0]
    assert calls["compute"] == 2


def test_a_tower_of_lazy_diamonds_is_computed_once_a_storey(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        y = Tensor(1.0)
        for _ in range(30):
            half = doubled(y) * 0.25
            y = half + half
    assert y.item() == 1.0
    assert calls["compute"] == 30


def test_what_is_not_asked_for_is_never_computed(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        x = Tensor(1.0)
        doubled(x)
        wanted = x + 1
    assert wanted.item() == 2.0
    assert calls["compute"] == 0


def test_leaving_the_block_computes_nothing(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        y = doubled(Tensor(1.0))
    assert y.cached_data is None
    assert calls["compute"] == 0


def test_an_eager_op_on_a_waiting_value_computes_it(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        y = doubled(Tensor(1.0))
    assert (y + 1).item() == 3.0
    assert y.cached_data is not None
    assert calls["compute"] == 1


def test_shape_errors_are_raised_when_the_op_is_called_not_when_it_is_computed() -> None:
    with lazy(), pytest.raises(ShapeError):
        add(Tensor([1.0, 2.0]), Tensor([1.0, 2.0, 3.0]))


def test_detach_of_a_waiting_value_computes_nothing_and_shares_its_array(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        y = doubled(Tensor([1.0]))
    constant = y.detach()
    assert not constant.requires_grad
    assert constant.shape == (1,)
    assert calls["compute"] == 0
    assert constant.realize_cached_data() is y.realize_cached_data()
    assert calls["compute"] == 1


@pytest.mark.parametrize("inner", [eager, lazy])
def test_no_derivative_passes_a_detached_value(inner: Mode) -> None:
    with inner():
        x = Tensor(3.0)
        y = x * 2
        z = y * y.detach()
        (x_bar,) = pullback(z, [x])
        (tangent,) = pushforward([z], [x], [Tensor(1.0)])
        z.backward()
    assert (z.item(), x_bar.item(), tangent.item()) == (36.0, 12.0, 12.0)
    assert x.grad is not None
    assert x.grad.item() == 12.0


@pytest.mark.parametrize("inner", [eager, lazy])
def test_backward_passes_beside_a_value_that_was_only_detached(inner: Mode) -> None:
    with inner():
        x, w = Tensor(3.0), Tensor(5.0)
        z = (x * 2).detach() * w
        z.backward()
    assert x.grad is None
    assert w.grad is not None
    assert w.grad.item() == 6.0


@pytest.mark.parametrize("inner", [eager, lazy])
def test_no_derivative_passes_what_was_made_under_no_grad(inner: Mode) -> None:
    with inner():
        x = Tensor(3.0)
        with no_grad():
            y = x * 2
        z = y * x
        (x_bar,) = pullback(z, [x])
    assert x_bar.item() == 6.0


def test_eager_inside_lazy_computes_at_once(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        waiting = doubled(Tensor(1.0))
        with eager():
            made = doubled(Tensor(1.0))
        waiting_again = doubled(Tensor(1.0))
    assert calls["compute"] == 1
    assert made.cached_data is not None
    assert (waiting.cached_data, waiting_again.cached_data) == (None, None)


def test_eager_and_lazy_give_the_same_values_and_derivatives() -> None:
    def results() -> list[float]:
        x = Tensor([1.0, 2.0])
        y = (cube(x) / (x + 1)).sum()
        y.backward()
        assert x.grad is not None
        first = x.grad
        first.backward()
        return [y.item(), *first.numpy().tolist(), *x.grad.numpy().tolist()]

    with lazy():
        waiting = results()
    assert waiting == results()


@pytest.mark.parametrize(
    ("mode", "variable", "inside"),
    [
        (lazy, LAZY_MODE, True),
        (eager, LAZY_MODE, False),
        (no_grad, GRAD_MODE, False),
        (enable_grad, GRAD_MODE, True),
    ],
)
def test_a_mode_is_lent_and_handed_back(mode: Mode, variable: ContextVar[bool], inside: bool) -> None:
    def fail() -> None:
        with mode():
            assert variable.get() is inside
            raise ZeroDivisionError

    before = variable.get()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert variable.get() is before
    with mode(), mode():
        assert variable.get() is inside
    assert variable.get() is before


def test_modes_nest_and_are_restored_one_by_one() -> None:
    seen = list[tuple[bool, bool]]()

    def look() -> None:
        seen.append((LAZY_MODE.get(), GRAD_MODE.get()))

    with lazy():
        look()
        with no_grad():
            look()
            with eager(), enable_grad():
                look()
            look()
        look()
    look()
    assert seen == [(True, True), (True, False), (False, True), (True, False), (True, True), (False, True)]


def test_a_mode_is_a_decorator() -> None:
    @lazy()
    @no_grad()
    def made() -> Tensor:
        return Tensor(2.0) * 3

    first, second = made(), made()
    assert not LAZY_MODE.get()
    for y in (first, second):
        assert y.cached_data is None
        assert not y.requires_grad
        assert y.item() == 6.0


def test_each_thread_has_its_own_modes() -> None:
    inside, leave, seen = threading.Event(), threading.Event(), list[bool]()

    def work() -> None:
        seen.append(LAZY_MODE.get())
        with lazy():
            inside.set()
            leave.wait(timeout=10)
            seen.append((Tensor(2.0) * 3).cached_data is None)

    with no_grad():
        worker = threading.Thread(target=work)
        worker.start()
        assert inside.wait(timeout=10)
        assert not LAZY_MODE.get()
        assert (Tensor(2.0) * 3).cached_data is not None
        leave.set()
        worker.join(timeout=10)
    assert seen == [False, True]


def test_results_under_no_grad_keep_no_graph() -> None:
    x = Tensor(2.0)
    with no_grad():
        y = x * x
        assert x.requires_grad
        with enable_grad():
            z = x * x
    assert (y.requires_grad, y.op, y.inputs) == (False, None, ())
    assert z.requires_grad


def test_backward_under_no_grad_leaves_gradients_without_a_graph() -> None:
    x = Tensor(2.0)
    y = cube(x)
    with no_grad():
        y.backward()
    assert x.grad is not None
    assert (x.grad.item(), x.grad.requires_grad, x.grad.op) == (12.0, False, None)


def test_transforms_under_no_grad_still_differentiate_and_keep_no_graph() -> None:
    x = Tensor(2.0)
    with no_grad():
        value, gradient = value_and_grad(cube)(x)
        primal, tangent = jvp(cube, [x], [1.0])
        output, pull = vjp(cube, x)
        (adjoint,) = pull(1.0)
        second = grad(grad(cube))(x)
        results = [value, gradient, primal, tangent, output, adjoint, second]
        results += [jacobian(cube)(x), hessian(cube)(x)]
    assert [result.item() for result in results] == [8.0, 12.0, 8.0, 12.0, 8.0, 12.0, 12.0, 12.0, 12.0]
    assert not any(result.requires_grad for result in results)
    assert all(result.is_leaf() for result in results)


def test_a_function_that_uses_no_grad_keeps_its_constants_inside_a_transform() -> None:
    def f(x: Tensor) -> Tensor:
        with no_grad():
            weight = x * x
        return weight * x

    assert grad(f)(3.0).item() == 9.0
    with lazy():
        gradient = grad(f)(3.0)
    assert gradient.item() == 9.0


def test_transforms_under_lazy_wait_for_their_results(counted: Doubled) -> None:
    doubled, calls = counted
    with lazy():
        value, gradient = value_and_grad(doubled)(3.0)
        _, tangent = jvp(doubled, [3.0], [1.0])
        assert calls["compute"] == 0
        assert calls["gradient"] == calls["tangent"] == 1
    assert (value.item(), gradient.item(), tangent.item()) == (6.0, 2.0, 2.0)
    assert not gradient.requires_grad
