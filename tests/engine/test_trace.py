"""The lecture's evaluation trace: y = ln x₁ + x₁ x₂ − sin x₂ at (2, 5); its values are v₁ … v₇."""

import math

import pytest

from engine import Tensor, add, find_topo_sort, log, multiply, pullback, pushforward, sin


@pytest.fixture
def v() -> dict[int, Tensor]:
    x1, x2 = Tensor(2.0), Tensor(5.0)
    v3, v4, v5 = log(x1), multiply(x1, x2), sin(x2)
    v6 = add(v3, v4)
    return {1: x1, 2: x2, 3: v3, 4: v4, 5: v5, 6: v6, 7: v6 - v5}


def test_the_values_are_those_of_the_lecture(v: dict[int, Tensor]) -> None:
    assert [f"{v[at].item():.3f}" for at in range(1, 8)] == [
        "2.000",
        "5.000",
        "0.693",
        "10.000",
        "-0.959",
        "10.693",
        "11.652",
    ]


def test_the_forward_tangents_are_those_of_the_lecture(v: dict[int, Tensor]) -> None:
    tangents = pushforward([v[at] for at in range(1, 8)], [v[1]], [Tensor(1.0)])
    assert [tangent.item() for tangent in tangents] == [1.0, 0.0, 0.5, 5.0, 0.0, 5.5, 5.5]


def test_the_tangent_of_the_second_input_is_its_adjoint(v: dict[int, Tensor]) -> None:
    (tangent,) = pushforward([v[7]], [v[2]], [Tensor(1.0)])
    assert tangent.item() == 1.7163378145367738


@pytest.mark.parametrize(
    ("at", "adjoint"), [(7, 1.0), (6, 1.0), (5, -1.0), (4, 1.0), (3, 1.0), (2, 1.7163378145367738), (1, 5.5)]
)
def test_the_adjoint_of_each_value_is_that_of_the_lecture(
    v: dict[int, Tensor], at: int, adjoint: float
) -> None:
    (computed,) = pullback(v[7], [v[at]])
    assert computed.item() == adjoint


def test_backward_leaves_the_adjoints_in_grad(v: dict[int, Tensor]) -> None:
    v[7].backward()
    adjoints = {at: value.grad.item() for at, value in v.items() if value.grad is not None}
    assert adjoints == {1: 5.5, 2: 1.7163378145367738, 3: 1.0, 4: 1.0, 5: -1.0, 6: 1.0, 7: 1.0}


def test_the_adjoints_are_a_graph_beside_the_forward_one(v: dict[int, Tensor]) -> None:
    forward = find_topo_sort([v[7]])
    (adjoint,) = pullback(v[7], [v[1]])
    extended = find_topo_sort([adjoint])
    assert adjoint not in forward
    assert v[1] in extended
    assert v[2] in extended
    assert find_topo_sort([v[7]]) == forward


def test_the_adjoints_are_differentiated_again(v: dict[int, Tensor]) -> None:
    by_x1, by_x2 = pullback(v[7], [v[1], v[2]])
    d11, d12 = pullback(by_x1, [v[1], v[2]])
    d21, d22 = pullback(by_x2, [v[1], v[2]])
    assert [d11.item(), d12.item(), d21.item()] == [-0.25, 1.0, 1.0]
    assert math.isclose(d22.item(), math.sin(5.0), rel_tol=1e-15)
