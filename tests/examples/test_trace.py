from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    Binary,
    Elementwise,
    Linear,
    Tensor,
    exp,
    find_topo_sort,
    lazy,
    no_grad,
    pullback,
    relu,
)
from engine.array import Array
from examples.lecture import (
    Program,
    autoencoder_program,
    cross_entropy_program,
    l1_program,
    lecture_function,
    lecture_program,
    softmax_program,
    swish_program,
)
from examples.trace import Trace, trace

PROGRAMS = [
    lecture_program, swish_program, autoencoder_program, l1_program, softmax_program, cross_entropy_program,
]  # fmt: skip


@pytest.fixture
def lecture() -> Trace:
    return lecture_program().trace()


def _told(traced: Trace) -> list[object]:
    """All that a trace says, as numbers and words."""
    return [
        (
            row.name,
            row.formula,
            row.value.tolist(),
            row.tangent.tolist(),
            None if row.adjoint is None else row.adjoint.tolist(),
            [(part.name, part.user, part.formula, part.value.tolist()) for part in row.partials],
        )
        for row in traced.rows
    ]


def test_the_values_are_the_lectures_to_the_digits_that_it_shows(lecture: Trace) -> None:
    values = [row.value.item() for row in lecture.rows]
    shown_digits = [f"{value:.3f}".removesuffix(".000") for value in values]
    assert shown_digits == ["2", "5", "0.693", "10", "-0.959", "10.693", "11.652"]


def test_forward_mode_is_the_lectures(lecture: Trace) -> None:
    assert [row.tangent.item() for row in lecture.rows] == [1, 0, 0.5, 5, 0, 5.5, 5.5]


def test_reverse_mode_is_right_to_the_last_bit(lecture: Trace) -> None:
    adjoints = [row.adjoint.item() for row in lecture.rows if row.adjoint is not None]
    assert adjoints == [5.5, 1.7163378145367738, 1, 1, -1, 1, 1]


def test_the_formulas_are_the_lectures(lecture: Trace) -> None:
    assert [f"{row.name} = {row.formula}" for row in lecture.rows] == [
        "v1 = variable",
        "v2 = variable",
        "v3 = log(v1)",
        "v4 = v1 * v2",
        "v5 = sin(v2)",
        "v6 = v3 + v4",
        "v7 = v6 - v5",
    ]


def test_the_partial_adjoints_are_written_edge_by_edge(lecture: Trace) -> None:
    edges = [(part.name, part.formula, part.value.item()) for row in lecture.rows for part in row.partials]
    assert edges == [
        ("v̄1→v3", "v̄3 / v1", 0.5),
        ("v̄1→v4", "v̄4 * v2", 5),
        ("v̄2→v4", "v̄4 * v1", 2),
        ("v̄2→v5", "v̄5 * cos(v2)", -np.cos(5.0)),
        ("v̄3→v6", "v̄6", 1),
        ("v̄4→v6", "v̄6", 1),
        ("v̄5→v7", "-v̄7", -1),
        ("v̄6→v7", "v̄7", 1),
    ]


def test_what_the_document_prints_is_one_of_the_two_paths(lecture: Trace) -> None:
    row = lecture.row("v2")
    by_product, by_sine = row.partials
    assert f"{by_sine.value.item():.3f}" == "-0.284"
    assert row.adjoint == by_sine.value + by_product.value
    assert by_product.value.item() == 2


@pytest.mark.parametrize("make", PROGRAMS)
def test_adjoints_are_the_engines_bit_for_bit(make: Callable[[], Program]) -> None:
    program = make()
    traced = program.trace()
    by_name = {name: value for value, name in traced.names.items()}
    asked = 0
    for row in traced.rows:
        if row.adjoint is not None:
            value = by_name[row.name]
            (expected,) = pullback(program.output, [value], program.out_grad)
            assert row.adjoint.tobytes() == expected.numpy().tobytes()
            assert row.adjoint.shape == row.value.shape == row.tangent.shape
            asked += 1
    assert asked >= len(program.inputs) + 1


@pytest.mark.parametrize("make", PROGRAMS)
def test_every_use_of_a_variable_has_its_partial_adjoint(make: Callable[[], Program]) -> None:
    program = make()
    users = [value for value in find_topo_sort([program.output]) if value.requires_grad]
    uses = sum(below.requires_grad for user in users for below in user.inputs)
    hidden = len(users) - sum(row.adjoint is not None for row in program.trace().rows)
    assert sum(len(row.partials) for row in program.trace().rows) == uses - hidden


def test_a_value_that_one_op_uses_twice_has_two_partial_adjoints() -> None:
    x = Tensor(3.0)
    row = trace(x * x, {}, names={x: "x"}).row("x")
    assert [(part.name, part.formula, part.value.item()) for part in row.partials] == [
        ("x̄→v2", "v̄2 * x", 3),
        ("x̄→v2", "v̄2 * x", 3),
    ]
    assert row.adjoint == 6


def test_a_negation_that_is_used_again_keeps_its_row() -> None:
    x, y = Tensor(2.0), Tensor(5.0)
    minus = -x
    assert [row.formula for row in trace((y + minus) * minus, {}).rows] == [
        "variable", "variable", "-v2", "v1 + v3", "v4 * v3",
    ]  # fmt: skip


def test_a_negation_that_has_a_name_keeps_its_row() -> None:
    x, y = Tensor(2.0), Tensor(5.0)
    minus = -x
    assert [row.name for row in trace(y + minus, {}, names={minus: "m"}).rows] == ["v1", "v2", "m", "v4"]


def test_a_difference_of_broadcast_values_hands_down_a_sum() -> None:
    x, y = Tensor([2.0, 1.0]), Tensor(5.0)
    row = trace(x - y, {}, names={y: "y"}).row("y")
    assert [part.user for part in row.partials] == ["v3"]
    assert row.adjoint == -2


def test_constants_have_no_adjoint_and_do_not_move() -> None:
    row = l1_program().trace().row("X")
    assert row.formula == "constant"
    assert row.adjoint is None
    assert row.partials == ()
    assert not row.tangent.any()
    assert row.tangent.shape == (3, 2)


class Forbidden(Elementwise, Linear):
    """An op that must not be computed."""

    def compute(self, a: Array) -> Array:
        raise AssertionError("computed for nobody")

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad


class Product(Elementwise, Binary):
    """a b, with an adjoint of b that nobody may ask for."""

    def compute(self, a: Array, b: Array) -> Array:
        return a * b

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        return out_grad * node.inputs[1], Forbidden()(out_grad)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        return in_tangents[0] * b, a * in_tangents[1]


def test_what_only_a_constant_would_get_is_not_computed() -> None:
    constant = Tensor(3.0, requires_grad=False)
    assert trace(Product()(Tensor(2.0), constant), {}).row("v1").adjoint == 3
    with pytest.raises(AssertionError, match="computed for nobody"):
        trace(Product()(Tensor(2.0), Tensor(3.0)), {})


def test_what_is_made_of_a_constant_is_told() -> None:
    (part,) = l1_program().trace().row("w").partials
    assert part.formula == "X.T @ v̄4"


def test_the_cotangent_scales_every_adjoint() -> None:
    x1, x2 = Tensor(2.0), Tensor(5.0)
    y = lecture_function(x1, x2)
    twice = trace(y, {}, Tensor(2.0))
    assert twice.row("v1").adjoint == 11
    assert twice.row("v7").adjoint == 2


def test_a_derivative_that_no_short_formula_tells_is_told_as_a_jacobian() -> None:
    x = Tensor([1.0, -1.0])
    (part,) = trace(relu(x), {}).row("v1").partials
    assert part.formula == "(∂v2/∂v1)ᵀ v̄2"
    assert part.value.tolist() == [1, 0]


def test_modes_of_the_caller_change_nothing(lecture: Trace) -> None:
    x1, x2 = Tensor(2.0), Tensor(5.0)
    with lazy():
        y = lecture_function(x1, x2)
        with no_grad():
            again = trace(y, {x1: Tensor(1.0)})
    assert _told(again) == _told(lecture)
    assert pullback(again.gradients[0], [x1])[0].item() == -0.25


def test_a_program_keeps_its_dtype() -> None:
    x = Tensor([1.0, 2.0], dtype="float32")
    for row in trace(exp(x).sum(), {x: x}).rows:
        assert row.adjoint is not None
        assert row.value.dtype == row.tangent.dtype == row.adjoint.dtype == np.float32


def test_depth_is_no_limit() -> None:
    x = y = Tensor(1.0)
    for _ in range(1500):
        y = y * 1.0
    traced = trace(y, {x: Tensor(1.0)})
    assert traced.rows[-1].name == "v1501"
    assert traced.rows[0].adjoint == traced.rows[-1].tangent == 1


def test_an_adjoint_that_many_values_share_has_a_short_name() -> None:
    y = Tensor(1.0)
    for _ in range(9):
        y = y + 1.0
    assert list(trace(y, {}).names.values())[-1] == "v̄10 = … = v̄1"


def test_nothing_is_left_in_grad() -> None:
    program = lecture_program()
    program.trace()
    assert [x.grad for x in program.inputs] == [None, None]
