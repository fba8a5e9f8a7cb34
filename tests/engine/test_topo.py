from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from engine import CycleError, Tensor, find_topo_sort
from engine.topo import post_order


@dataclass(eq=False)
class Node:
    """A node that is not the engine's: the order asks for ``inputs`` only."""

    name: str
    inputs: Sequence["Node"] = field(default=())

    def __str__(self) -> str:
        return self.name


def names(order: Sequence[Node]) -> str:
    return "".join(node.name for node in order)


def test_inputs_come_first_and_from_left_to_right() -> None:
    a, b, c = Node("a"), Node("b"), Node("c")
    assert names(find_topo_sort([Node("y", (b, a, c))])) == "bacy"


def test_the_order_is_depth_first() -> None:
    a, b = Node("a"), Node("b")
    left, right = Node("l", (a,)), Node("r", (b,))
    assert names(find_topo_sort([Node("y", (left, right))])) == "albry"


def test_a_shared_node_stands_once_where_it_is_met_first() -> None:
    a = Node("a")
    b = Node("b", (a,))
    assert names(find_topo_sort([Node("y", (b, a, b))])) == "aby"


def test_a_node_that_waits_is_taken_up_by_an_input_further_left() -> None:
    shared = Node("s", (Node("t"),))
    left = Node("l", (shared,))
    assert names(find_topo_sort([Node("y", (left, shared))])) == "tsly"


def test_several_roots_are_visited_from_left_to_right() -> None:
    a = Node("a")
    first, second = Node("1", (a,)), Node("2", (a,))
    assert names(find_topo_sort([second, first])) == "a21"
    assert names(find_topo_sort([first, second, first])) == "a12"
    assert names(find_topo_sort([a, first])) == "a1"
    assert find_topo_sort([]) == []


def test_the_order_of_a_graph_of_tensors_is_needles() -> None:
    a, b = Tensor(2.0), Tensor(3.0)
    product = a * b
    total = product + a
    y = total * product
    assert find_topo_sort([y]) == [a, b, product, total, y]


def test_post_order_stops_where_the_inputs_are_withheld() -> None:
    below = Node("x")
    stop = Node("s", (below,))
    order = post_order([Node("y", (stop,))], lambda node: () if node is stop else node.inputs)
    assert names(order) == "sy"


def test_a_cycle_is_named_from_a_node_to_itself() -> None:
    a, b, c = Node("a"), Node("b"), Node("c")
    a.inputs, b.inputs, c.inputs = (b,), (Node("leaf"), c), (a,)
    with pytest.raises(CycleError) as caught:
        find_topo_sort([Node("root", (Node("other"), a))])
    assert caught.value.cycle == (a, b, c, a)
    assert caught.value.got == "a -> b -> c -> a"
    assert caught.value.what == "find_topo_sort"


def test_a_node_that_is_its_own_input_is_a_cycle() -> None:
    a = Node("a")
    a.inputs = (a,)
    with pytest.raises(CycleError) as caught:
        find_topo_sort([a])
    assert caught.value.cycle == (a, a)


def test_nodes_beside_the_cycle_are_not_named() -> None:
    a, b = Node("a"), Node("b")
    beside = Node("beside", (Node("leaf"),))
    a.inputs, b.inputs = (beside, b, beside), (beside, a)
    with pytest.raises(CycleError) as caught:
        find_topo_sort([a])
    assert caught.value.cycle == (a, b, a)


def test_a_long_cycle_behind_a_long_tail_is_named_without_the_tail() -> None:
    ring = [Node("r") for _ in range(20_000)]
    for node, below in zip(ring, [*ring[1:], ring[0]], strict=True):
        node.inputs = (below,)
    tail = ring[7]
    for _ in range(20_000):
        tail = Node("t", (tail,))
    with pytest.raises(CycleError) as caught:
        find_topo_sort([Node("beside"), tail])
    assert caught.value.cycle == (*ring[7:], *ring[:8])


def test_a_cycle_that_no_root_leads_to_is_nobodys_business() -> None:
    a, b = Node("a"), Node("b")
    a.inputs = (a, b)
    assert names(find_topo_sort([b])) == "b"


def test_a_cycle_of_tensors_stops_every_walk() -> None:
    x = Tensor(2.0)
    y = x * 3
    z = y + 1
    y.inputs = (z,)
    with pytest.raises(CycleError) as caught:
        z.backward()
    assert caught.value.cycle == (z, y, z)
    assert "MulScalar(scalar=3.0)" in str(caught.value)
    assert (x.grad, y.grad, z.grad) == (None, None, None)


def test_a_ladder_of_diamonds_is_visited_in_linear_time() -> None:
    node = Node("x")
    for _ in range(60):
        node = Node("y", (node, node))
    calls = list[Node]()

    def inputs_of(asked: Node) -> Sequence[Node]:
        calls.append(asked)
        return asked.inputs

    assert len(post_order([node], inputs_of)) == 61
    assert len(calls) == 61
