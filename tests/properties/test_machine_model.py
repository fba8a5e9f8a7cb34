"""The model of the state machine finds derivatives worked out by hand; its actors have modes of their own."""

from __future__ import annotations

import pytest

from properties.machine.actor import Actor, Oops, inside
from properties.machine.jet import Jet, epsilon, whole
from properties.machine.model import (
    LIMIT,
    MEANING,
    Adjoint,
    Applied,
    Made,
    Node,
    Tangent,
    depends_on_variables,
    follow,
    leaf,
    passed,
    reach,
)
from properties.machine.session import OPS, WRITTEN, Session
from properties.verdict import Broken


def of(kind: str, *inputs: Node) -> Node:
    return follow(Applied(kind, inputs), requires_grad=any(each.requires_grad for each in inputs))


def value(made: Made) -> tuple[int, ...]:
    return follow(made, requires_grad=True).numbers


@pytest.fixture
def x() -> Node:
    return leaf((3, -2), requires_grad=True)


@pytest.fixture
def w() -> Node:
    return leaf((5,), requires_grad=True)


def test_jets_multiply_as_truncated_polynomials() -> None:
    a = whole(3) + epsilon(1)
    b = whole(-2) + epsilon(2)
    product = a * a * b
    assert product.real == -18
    assert product.coefficient(1).real == -12
    assert product.coefficient(2).real == 9
    assert product.coefficient(1).coefficient(2).real == 6
    assert (epsilon(1) * epsilon(1)).parts == {}


def test_the_size_of_a_jet_sees_what_cancels() -> None:
    gone = whole(2**30) + whole(-(2**30))
    assert (gone.real, gone.size) == (0, 2**31)
    assert Jet({}).size == 0


def test_every_kind_has_a_meaning_an_op_and_a_spelling() -> None:
    assert list(MEANING) == list(OPS) == list(WRITTEN)


def test_a_value_of_one_entry_is_read_for_each_entry(x: Node, w: Node) -> None:
    assert of("multiply", x, w).numbers == (15, -10)
    assert of("total", of("multiply", x, w)).numbers == (5,)
    assert of("spread", w).numbers == (5, 5)


def test_an_adjoint_contracts_with_the_cotangent_and_sums_over_paths(x: Node, w: Node) -> None:
    y = of("add", of("multiply", x, w), of("square", x))  # x w + x²
    assert value(Adjoint((y,), (x,), 0, ((1, 10),))) == (11, 10)
    assert value(Adjoint((y,), (w,), 0, ((1, 10),))) == (3 - 20,)


def test_of_several_outputs_the_adjoints_add_up(x: Node, w: Node) -> None:
    outputs = (of("multiply", x, w), w, of("square", x), w)
    out_grads = ((1, 10), (100,), (1, 1), (1000,))
    assert value(Adjoint(outputs, (x,), 0, out_grads)) == (5 + 6, 50 - 4)
    assert value(Adjoint(outputs, (w,), 0, out_grads)) == (3 - 20 + 100 + 1000,)


def test_a_tangent_moves_several_inputs(x: Node, w: Node) -> None:
    assert value(Tangent(of("multiply", x, w), {x: (1, 2), w: (1,)})) == (8, 8)


def test_inputs_are_independent(x: Node) -> None:
    square = of("square", x)
    y = of("multiply", square, x)
    assert value(Adjoint((y,), (x,), 0, ((1, 1),))) == (27, 12)
    assert value(Adjoint((y,), (x, square), 0, ((1, 1),))) == (9, 4)
    assert value(Adjoint((y,), (x, square), 1, ((1, 1),))) == (3, -2)


def test_a_derivative_is_a_value_that_can_be_moved(x: Node) -> None:
    square = of("square", x)
    slope = follow(Adjoint((of("multiply", square, x),), (x,), 0, ((1, 1),)), requires_grad=True)  # 3x²
    assert slope.order == 1
    assert value(Adjoint((slope,), (x,), 0, ((1, 1),))) == (18, -12)
    # With respect to x² the slope is that of 2 x · x + x²: once.
    assert value(Adjoint((slope,), (square,), 0, ((1, 1),))) == (1, 1)


def test_nothing_passes_a_value_that_requires_no_gradient(x: Node) -> None:
    cut = Node(Applied("identity", (x,)), False, x.entries)
    y = of("multiply", x, cut)
    assert value(Adjoint((y,), (x,), 0, ((1, 1),))) == (3, -2)
    assert cut not in passed(y)
    assert cut in reach(y)


def test_relu_has_slope_0_at_0() -> None:
    x = leaf((0, 1), requires_grad=True)
    assert value(Adjoint((of("relu", x),), (x,), 0, ((1, 1),))) == (0, 1)


def test_what_depends_on_variables_is_known(x: Node) -> None:
    constant = leaf((1,), requires_grad=False)
    slope = follow(Adjoint((of("triple", x),), (x,), 0, ((1, 1),)), requires_grad=True)
    curved = follow(Adjoint((of("square", x),), (x,), 0, ((1, 1),)), requires_grad=True)
    found = [depends_on_variables(each) for each in (x, constant, slope, curved)]
    assert found == [True, False, False, True]


def test_what_float64_might_round_does_not_fit() -> None:
    large = leaf((LIMIT,), requires_grad=True)
    assert large.fits
    assert not of("double", large).fits
    assert not of("add", large, of("negate", large)).fits


def test_modes_inside_blocks() -> None:
    assert inside("lazy", (False, True)) == (True, True)
    assert inside("no_grad", (True, True)) == (True, False)
    assert inside("enable_grad", inside("no_grad", (True, True))) == (True, True)


@pytest.mark.parametrize("threaded", [False, True])
def test_an_actor_has_modes_of_its_own(threaded: bool) -> None:
    session = Session()
    actor = Actor(session, threaded=threaded)
    actor.enter("lazy")
    actor.enter("no_grad")
    assert (actor.do(session.modes), session.modes()) == ((True, False), (False, True))
    actor.leave(1, raising=True)
    assert actor.do(session.modes) == actor.modes == (True, True)
    seen, expected = actor.call(("no_grad", "no_grad"), lambda: None)
    down = [(True, True), (True, False), (True, False)]
    assert seen == expected == [*down, *down[::-1]]
    actor.close()


def test_what_an_engine_raises_is_broken() -> None:
    actor = Actor(Session(), threaded=True)

    def fails() -> None:
        raise LookupError("no graph")

    def leaves() -> None:
        raise Oops

    with pytest.raises(Broken, match="LookupError: no graph"):
        actor.do(fails)
    with pytest.raises(Broken, match="LookupError: no graph"):
        actor.raises(fails)
    assert (actor.raises(leaves), actor.raises(lambda: None)) == (True, False)
    assert actor.call(("lazy",), leaves) == ([(False, True), (True, True)],) * 2
    actor.close()
