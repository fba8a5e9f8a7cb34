import numpy as np
import pytest

from engine import Tensor, graph_dot, graph_text, lazy, pullback


@pytest.fixture
def square() -> tuple[Tensor, Tensor, Tensor]:
    """x, y = x·x and the adjoint x̄ = 1·x + 1·x."""
    x = Tensor(2.0)
    y = x * x
    (x_bar,) = pullback(y, [x])
    return x, y, x_bar


def test_a_graph_is_indented_text_with_each_value_above_its_inputs() -> None:
    x, w = Tensor([1.0, 2.0], dtype="float32"), Tensor(3.0, dtype="float32", requires_grad=False)
    y = (x * w + x).sum()
    assert graph_text(y).splitlines() == [
        "v5  Summation(axes=(0,), keepdims=False)  () float32",
        "  v4  EWiseAdd()  (2,) float32",
        "    v3  EWiseMul()  (2,) float32",
        "      v1  variable  (2,) float32",
        "      v2  constant  () float32",
        "    v1  variable  (2,) float32",
    ]


def test_a_shared_result_is_written_out_once() -> None:
    x = Tensor(2.0)
    half = x * 0.5
    assert graph_text(half * half).splitlines() == [
        "v3  EWiseMul()  () float64",
        "  v2  MulScalar(scalar=0.5)  () float64",
        "    v1  variable  () float64",
        "  v2  (above)",
    ]


def test_what_reverse_mode_added_is_marked(square: tuple[Tensor, Tensor, Tensor]) -> None:
    x, y, x_bar = square
    assert graph_text(y, x_bar, names={x: "x", y: "y", x_bar: "x_bar"}).splitlines() == [
        "y  EWiseMul()  () float64",
        "  x  variable  () float64",
        "  x  variable  () float64",
        "x_bar  EWiseAdd()  () float64  adjoint",
        "  v4  EWiseMul()  () float64  adjoint",
        "    v3  constant  () float64  adjoint",
        "    x  variable  () float64",
        "  v5  EWiseMul()  () float64  adjoint",
        "    v3  constant  () float64  adjoint",
        "    x  variable  () float64",
    ]


def test_a_graph_is_graphviz_source_with_the_adjoint_part_in_a_second_colour(
    square: tuple[Tensor, Tensor, Tensor],
) -> None:
    x, y, x_bar = square
    assert graph_dot(y, x_bar, names={x: "x", y: "y", x_bar: "x_bar"}).splitlines() == [
        "digraph gradlaws {",
        "  rankdir=BT;",
        '  node [shape=box, style=filled, fontname="monospace"];',
        '  n1 [label="x\\nvariable  () float64", fillcolor=lightblue, class=primal];',
        '  n2 [label="y\\nEWiseMul()  () float64", fillcolor=lightblue, class=primal];',
        "  n1 -> n2;",
        "  n1 -> n2;",
        '  n3 [label="v3\\nconstant  () float64", fillcolor=lightsalmon, class=adjoint];',
        '  n4 [label="v4\\nEWiseMul()  () float64", fillcolor=lightsalmon, class=adjoint];',
        "  n3 -> n4;",
        "  n1 -> n4;",
        '  n5 [label="v5\\nEWiseMul()  () float64", fillcolor=lightsalmon, class=adjoint];',
        "  n3 -> n5;",
        "  n1 -> n5;",
        '  n6 [label="x_bar\\nEWiseAdd()  () float64", fillcolor=lightsalmon, class=adjoint];',
        "  n4 -> n6;",
        "  n5 -> n6;",
        "}",
    ]


def test_quotes_in_an_op_are_escaped() -> None:
    made = graph_dot(Tensor([1.0]).astype("float32"))
    assert "label=\"v2\\nAsType(dtype=dtype('float32'))  (1,) float32\"" in made


def test_a_second_derivative_is_part_of_the_picture(square: tuple[Tensor, Tensor, Tensor]) -> None:
    x, y, x_bar = square
    (second,) = pullback(x_bar, [x])
    lines = graph_text(y, x_bar, second).splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "v2  EWiseMul()  () float64",
        "v6  EWiseAdd()  () float64  adjoint",
        "v7  constant  () float64  adjoint",
    ]


def test_a_value_that_waits_is_shown_without_computing_it() -> None:
    with lazy():
        y = Tensor([1.0, 2.0]) * 2
    assert graph_text(y).splitlines() == [
        "v2  MulScalar(scalar=2.0)  (2,) float64",
        "  v1  variable  (2,) float64",
    ]
    assert y.cached_data is None


def test_a_leaf_alone_is_one_line() -> None:
    assert graph_text(Tensor(np.zeros((2, 0)), requires_grad=False)) == "v1  constant  (2, 0) float64"


@pytest.mark.parametrize("same", [False, True])
def test_values_keep_apart_when_a_name_is_taken_already(same: bool) -> None:
    a, b = Tensor(1.0), Tensor(2.0)
    source = graph_dot(a + b, names={a: "w", b: "w"} if same else {a: "v2"})
    nodes = {line.split(" [")[0] for line in source.splitlines() if "fillcolor" in line}
    assert len(nodes) == 3


def test_what_graphviz_reads_as_a_mark_of_its_own_is_escaped() -> None:
    x = Tensor(1.0)
    source = graph_dot(x, names={x: 'a\\b & "c"\\'})
    assert '[label="a\\\\b &amp; \\"c\\"\\\\\\nvariable  () float64"' in source
