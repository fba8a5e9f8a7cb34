"""Deep and wide graphs: nothing recurses, is quadratic, or waits for the cyclic collector."""

import gc
import inspect
import sys
import weakref
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np
import pytest

from engine import (
    Tensor,
    find_topo_sort,
    graph_dot,
    graph_text,
    identity,
    jvp,
    lazy,
    negate,
    pullback,
    pushforward,
    stack,
)

MILLION = 1_000_000
DEEP = 50_000
WIDE = 100_000
TALL = 10_000


@pytest.fixture
def without_collector() -> Generator[None, None, None]:
    """Python's cyclic garbage collector is off: what is freed is freed by reference counts."""
    assert sys.getrecursionlimit() < DEEP
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def chain(x: Tensor, length: int) -> Tensor:
    """x, one op after the other, of which one in ten turns the sign."""
    y = x
    for _ in range(length // 10):
        for _ in range(9):
            y = identity(y)
        y = negate(y)
    return y


@contextmanager
def little_stack() -> Generator[None, None, None]:
    """Inside, Python lends a hundred frames more than there are."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def test_a_chain_of_a_million_ops_is_built_differentiated_and_freed(without_collector: None) -> None:
    with little_stack():
        x = Tensor(0.5)
        y = chain(x, MILLION)
        (x_bar,) = pullback(y, [x])
        (tangent,) = pushforward([y], [x], [Tensor(1.0)])
        assert (y.item(), x_bar.item(), tangent.item()) == (0.5, 1.0, 1.0)
        middle, adjoint, moved = weakref.ref(y.inputs[0]), weakref.ref(x_bar), weakref.ref(tangent)
        del y
        assert middle() is None
        del x_bar, tangent
        assert adjoint() is None
        assert moved() is None


def test_the_adjoints_of_a_deep_chain_are_a_million_ops_and_differentiated_again(
    without_collector: None,
) -> None:
    with little_stack():
        x = Tensor(0.5)
        y = chain(x, MILLION // 2)
        (x_bar,) = pullback(y * y, [x])
        middle, adjoint = weakref.ref(y.inputs[0]), weakref.ref(x_bar.inputs[0])
        (curvature,) = pullback(x_bar, [x])
        assert (x_bar.item(), curvature.item()) == (1.0, 2.0)
        del y
        assert middle()
        del x_bar
        assert adjoint() is None
        assert middle() is None


def test_a_value_of_a_hundred_thousand_users_and_an_op_of_as_many_inputs(without_collector: None) -> None:
    with little_stack():
        x = Tensor(0.5)
        users = [identity(x) for _ in range(WIDE)]
        y = stack(users).sum()
        user = weakref.ref(users.pop())
        del users
        (x_bar,) = pullback(y * y, [x])
        (curvature,) = pullback(x_bar, [x])
        (tangent,) = pushforward([y], [x], [Tensor(1.0)])
        assert (x_bar.item(), curvature.item(), tangent.item()) == (WIDE**2, 2 * WIDE**2, WIDE)
        del y, x_bar, tangent
        assert user() is None


def test_a_tower_of_diamonds_is_climbed_in_every_mode(without_collector: None) -> None:
    with little_stack():
        x = Tensor(0.5)
        y = x
        for _ in range(TALL):
            y = y * 0.5 + y * 0.5
        (x_bar,) = pullback(y * y, [x])
        (curvature,), (moved,) = pullback(x_bar, [x]), pushforward([x_bar], [x], [Tensor(3.0)])
        (tangent,) = pushforward([y], [x], [Tensor(1.0)])
        assert (x_bar.item(), curvature.item(), moved.item(), tangent.item()) == (1.0, 2.0, 6.0, 1.0)
        middle = weakref.ref(y.inputs[0])
        del y, x_bar, tangent
        assert middle() is None


def test_a_deep_chain_waits_is_computed_and_differentiated_in_both_modes(without_collector: None) -> None:
    with lazy():
        x = Tensor(0.5)
        y = chain(x, DEEP)
        (x_bar,) = pullback(y, [x])
        (tangent,) = pushforward([y], [x], [Tensor(1.0)])
    assert y.cached_data is None
    assert (x_bar.item(), tangent.item(), y.item()) == (1.0, 1.0, 0.5)
    middle = weakref.ref(y.inputs[0])
    del y, x_bar, tangent
    assert middle() is None


def test_a_deep_chain_that_was_never_computed_is_freed(without_collector: None) -> None:
    with lazy():
        y = chain(Tensor(0.5), DEEP)
    middle = weakref.ref(y.inputs[0])
    del y
    assert middle() is None


def test_a_deep_lazy_chain_without_gradient_forgets_its_graph() -> None:
    with lazy():
        y = chain(Tensor(0.5, requires_grad=False), DEEP)
    assert y.item() == 0.5
    assert y.inputs == ()


def test_backward_reaches_the_end_of_a_deep_chain_and_can_be_repeated() -> None:
    x = Tensor(2.0)
    y = x
    for _ in range(2_000):
        y = y * x * 0.5
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 2001.0
    x.grad.backward()
    assert x.grad.item() == 2001 * 2000 / 2


def test_the_order_of_a_deep_chain_starts_at_its_leaf() -> None:
    x = Tensor(0.5)
    order = find_topo_sort([chain(x, DEEP)])
    assert len(order) == DEEP + 1
    assert order[0] is x


def test_a_deep_chain_is_displayed() -> None:
    y = chain(Tensor(0.5), 5_000)
    text, dot = graph_text(y), graph_dot(y)
    assert text.count("\n") == 5_000
    assert text.endswith("v1  variable  () float64")
    assert dot.count(" -> ") == 5_000


def test_a_tangent_passes_a_deep_chain() -> None:
    def f(x: Tensor) -> Tensor:
        return chain(x, DEEP)

    assert jvp(f, [0.5], [3.0])[1].item() == 3.0


def test_one_value_may_be_used_very_often() -> None:
    x = Tensor(2.0)
    total = x
    for _ in range(20_000):
        total = total + x
    (x_bar,) = pullback(total, [x])
    assert (total.item(), x_bar.item()) == (40_002.0, 20_001.0)


def test_one_op_may_have_very_many_inputs() -> None:
    x = Tensor([1.0, 2.0])
    others = [Tensor([float(at), 0.0]) for at in range(2_000)]
    y = stack([x, *others, x])
    weights = Tensor(np.arange(2.0 * 2_002).reshape(2_002, 2))
    x_bar, last_bar = pullback(y, [x, others[-1]], weights)
    assert x_bar.numpy().tolist() == [4002.0, 4004.0]
    assert last_bar.numpy().tolist() == [4000.0, 4001.0]


def test_a_chain_of_ops_leaves_nothing_for_the_cyclic_collector(without_collector: None) -> None:
    def work() -> float:
        x = Tensor([1.0, 2.0])
        y = ((x * x + 1) / x).sum()
        (first,) = pullback(y, [x])
        (second,) = pullback(first, [x], Tensor([1.0, 0.0]))
        return second.sum().item()

    work()
    gc.collect()
    assert [work() for _ in range(50)] == [2.0] * 50
    assert gc.collect() == 0
