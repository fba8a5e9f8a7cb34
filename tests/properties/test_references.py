"""Second definitions against NumPy on shapes of unequal sizes, and none missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from engine import ops
from engine.array import Array, Shape, as_array
from engine.axes import subsets
from engine.catalogue import CATALOGUE, op, visiting
from engine.domain import REALS
from engine.dtype import FLOAT32
from engine.errors import CatalogueError
from engine.graph import Op
from engine.kinds import Elementwise, Linear
from engine.tensor import Tensor
from properties.case import one_step
from properties.grid import Grid, broadcast, places
from properties.number import Arithmetic
from properties.oracles.definition import evaluate
from properties.references import REFERENCES, refer, refer_entry, second_definition


def numbers(*shape: int, low: float = -3.0, high: float = 3.0) -> Array:
    """Entries that all differ, in no order."""
    size = int(np.prod(shape))
    entries = np.random.default_rng(size).permutation(np.linspace(low, high, max(size, 2) + 2)[1:-1][:size])
    return as_array(entries.reshape(shape))


def positive(*shape: int) -> Array:
    return numbers(*shape, low=0.25, high=4.0)


@dataclass(frozen=True)
class Example:
    """An op, its inputs, and what NumPy makes of them."""

    op: Op
    inputs: tuple[Array, ...]
    expected: object


def example(op: Op, expected: object, *inputs: Array) -> Example:
    return Example(op, inputs, expected)


A, B, ROW, COLUMN, ONE = numbers(2, 3, 4), numbers(2, 3, 4) * 0.5 + 0.1, numbers(4), numbers(3, 1), numbers()
P, Q = positive(2, 3), positive(3)
M, N = numbers(2, 3), numbers(3, 4)
X = numbers(3, 4) * 2
MASK = as_array(np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]]))
HEAD, TAIL = numbers(2, 1, 4), numbers(2, 2, 4)

ELEMENTWISE = [
    example(ops.Identity(), X, X),
    example(ops.AsType(FLOAT32), X.astype(np.float32), X.astype(np.float32)),
    example(ops.EWiseAdd(), A + ROW, A, ROW),
    example(ops.EWiseAdd(), COLUMN + ROW, COLUMN, ROW),
    example(ops.EWiseAdd(), ONE + A, ONE, A),
    example(ops.AddScalar(-2.5), X - 2.5, X),
    example(ops.EWiseMul(), COLUMN * A, COLUMN, A),
    example(ops.MulScalar(-0.75), -0.75 * X, X),
    example(ops.EWiseDiv(), ROW / positive(3, 1), ROW, positive(3, 1)),
    example(ops.DivScalar(-0.75), X / -0.75, X),
    example(ops.Negate(), -X, X),
    example(ops.EWisePow(), P**Q, P, Q),
    example(ops.EWisePow(), P ** numbers(2, 1), P, numbers(2, 1)),
    *[example(ops.PowerScalar(n), X**n, X) for n in (0.0, 1.0, 2.0, 3.0)],
    *[example(ops.PowerScalar(n), P**n, P) for n in (-1.0, -2.0, 0.5, -1.5)],
    example(ops.Sqrt(), np.sqrt(P), P),
    example(ops.Exp(), np.exp(X), X),
    example(ops.Log(), np.log(P), P),
    example(ops.Sigmoid(), 1 / (1 + np.exp(-X)), X),
    example(ops.Tanh(), np.tanh(X), X),
    example(ops.Sin(), np.sin(X), X),
    example(ops.Cos(), np.cos(X), X),
    example(ops.Step(), np.heaviside(X, 0), X),
    example(ops.Sign(), np.sign(X), X),
    example(ops.ReLU(), np.maximum(X, 0), X),
    example(ops.Abs(), np.abs(X), X),
    example(ops.Compare(), np.sign(A - ROW), A, ROW),
    example(ops.Maximum(), np.maximum(COLUMN, ROW), COLUMN, ROW),
    example(ops.Minimum(), np.minimum(A, COLUMN), A, COLUMN),
    example(ops.Where(), np.where(MASK != 0, A, ROW), MASK, A, ROW),
]
AT_CORNERS = as_array(np.array([-1.0, -0.0, 0.0, 2.0]))
CORNERS = [
    example(ops.Step(), np.heaviside(AT_CORNERS, 0), AT_CORNERS),
    example(ops.Sign(), np.sign(AT_CORNERS), AT_CORNERS),
    example(ops.ReLU(), np.maximum(AT_CORNERS, 0), AT_CORNERS),
    example(ops.Abs(), np.abs(AT_CORNERS), AT_CORNERS),
    example(ops.Compare(), [-1.0, 0.0, 0.0, 0.0], AT_CORNERS, as_array(np.array([0.0, 0.0, -0.0, 2.0]))),
    example(ops.Maximum(), AT_CORNERS, AT_CORNERS, AT_CORNERS),
]
REDUCTIONS = [
    each
    for axes in subsets(range(3))
    for keepdims in (False, True)
    for each in (
        example(ops.Summation(axes, keepdims), np.sum(A, axes, keepdims=keepdims), A),
        example(ops.Max(axes, keepdims), np.max(A, axes, keepdims=keepdims), A),
        example(ops.LogSumExp(axes, keepdims), np.log(np.sum(np.exp(A), axes, keepdims=keepdims)), A),
    )
]
MOVES = [
    example(ops.BroadcastTo((2, 3, 4)), np.broadcast_to(COLUMN, (2, 3, 4)), COLUMN),
    example(ops.BroadcastTo((2, 0, 4)), np.zeros((2, 0, 4)), ROW),
    example(ops.Reshape((4, 6)), A.reshape(4, 6), A),
    example(ops.Reshape((3, 1, 8)), A.reshape(3, 1, 8), A),
    *[example(ops.Transpose(pair), np.swapaxes(A, *pair), A) for pair in ((0, 1), (0, 2), (1, 2))],
    *[example(ops.Permute(order), A.transpose(order), A) for order in ((1, 2, 0), (2, 0, 1), (0, 2, 1))],
    example(ops.GetItem((1, slice(2, None, -1), slice(0, 4, 3))), A[1, ::-1, ::3], A),
    example(ops.GetItem((slice(0, 2, 1), None, 2, slice(1, 4, 1))), A[:, None, 2, 1:], A),
    example(ops.GetItem((slice(0, 0, 1), 0, slice(0, 4, 1))), A[:0, 0], A),
    example(
        ops.PutItem((slice(2, None, -2), slice(0, 4, 1)), (3, 4)),
        [N[1], np.zeros(4), N[0]],
        as_array(N[:2]),
    ),
    example(ops.PutItem((1, slice(0, 2, 1)), (2, 3)), [[0, 0, 0], [5, 7, 0]], as_array(np.array([5.0, 7.0]))),
    example(ops.Concatenate(1), np.concatenate([HEAD, TAIL, HEAD], 1), HEAD, TAIL, HEAD),
    example(ops.Concatenate(0), np.concatenate([ROW]), ROW),
    *[example(ops.Stack(axis), np.stack([M, -M, M], axis), M, as_array(-M), M) for axis in range(3)],
    example(ops.Stack(0), [ONE, ONE], ONE, ONE),
]
PRODUCTS = [
    example(ops.MatMul(), np.matmul(a, b), a, b)
    for a, b in (
        (M, N),
        (numbers(3), N),
        (M, numbers(3)),
        (numbers(3), numbers(3)),
        (numbers(2, 1, 2, 3), numbers(5, 3, 4)),
        (numbers(3), numbers(2, 3, 4)),
        (numbers(2, 4, 3), numbers(3)),
        (numbers(2, 0), numbers(0, 3)),
        (numbers(0, 3), N),
    )
]


@pytest.mark.parametrize(
    "example",
    [*ELEMENTWISE, *CORNERS, *REDUCTIONS, *MOVES, *PRODUCTS],
    ids=lambda example: f"{example.op!r}-{'-'.join(str(array.shape) for array in example.inputs)}",
)
def test_a_second_definition_agrees_with_numpy(example: Example) -> None:
    expected = as_array(np.asarray(example.expected, np.float64))
    found = evaluate(one_step(example.op, *example.inputs))
    assert found.output.shape == expected.shape
    np.testing.assert_allclose(found.values, expected.ravel(), rtol=1e-14, atol=1e-14)


def test_no_op_of_the_catalogue_lacks_a_second_definition() -> None:
    lacking = sorted(name for name, entry in CATALOGUE.items() if entry.op not in REFERENCES)
    assert not lacking, f"without a second definition in properties/references/: {', '.join(lacking)}"


def test_an_op_without_a_second_definition_is_refused_by_name() -> None:
    with visiting():

        @op(REALS)
        class Newcomer(Elementwise, Linear):
            """yᵢ = aᵢ."""

            def compute(self, a: Array) -> Array:
                return a

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                return out_grad

        with pytest.raises(CatalogueError) as caught:
            evaluate(one_step(Newcomer(), X))
    assert str(caught.value) == (
        "Newcomer: got no second definition; expected one entry in properties/references/; "
        "add refer_entry(Newcomer, …)."
    )


def grid(array: Array) -> Grid:
    arithmetic = Arithmetic(2.0**-53)
    return Grid(array.shape, [arithmetic.number(float(x)) for x in array.ravel().tolist()], arithmetic)


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Second definitions that a test enters stay for that test only."""
    kept = dict(REFERENCES)
    monkeypatch.setattr("properties.references.table.REFERENCES", kept)


@pytest.mark.usefixtures("restored")
def test_a_formula_for_one_entry_is_applied_to_broadcast_operands() -> None:
    refer_entry(ops.EWiseAdd, lambda op, x: x[0] * 10.0 + x[1])
    found = second_definition(ops.EWiseAdd(), [grid(COLUMN), grid(ROW)])
    assert found.shape == (3, 4)
    assert [number.value for number in found.entries] == (COLUMN * 10 + ROW).ravel().tolist()


@pytest.mark.usefixtures("restored")
def test_a_definition_is_given_the_op_and_all_its_grids() -> None:
    refer(ops.Reshape, lambda op, grids: grids[0].filled(op.shape, lambda place: grids[0].entries[-1]))
    found = second_definition(ops.Reshape((2, 2)), [grid(ROW)])
    assert [number.value for number in found.entries] == [ROW[-1].item()] * 4


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3), (1, 2, 1, 3)])
def test_places_are_numpys_indices_in_row_major_order(shape: Shape) -> None:
    assert list(places(shape)) == list(np.ndindex(shape))


@pytest.mark.parametrize(
    "shapes",
    [
        [()],
        [(), (2, 3)],
        [(3, 1), (4,)],
        [(2, 1, 4), (3, 1)],
        [(0,), (1,)],
        [(1, 1), (2, 0)],
        [(1,), (5, 1), (1, 1, 1)],
    ],
)
def test_broadcast_finds_the_shape_that_numpy_finds(shapes: list[Shape]) -> None:
    assert broadcast(*shapes) == np.broadcast_shapes(*shapes)
    assert broadcast(*reversed(shapes)) == np.broadcast_shapes(*shapes)


def test_a_stretched_grid_repeats_as_a_broadcast_array_does() -> None:
    stretched = np.broadcast_to(COLUMN, (2, 3, 4))
    small = grid(COLUMN)
    assert all(small.stretched(place).value == stretched[place] for place in places((2, 3, 4)))


def test_a_sum_of_nothing_is_zero() -> None:
    total = grid(ROW).total([])
    assert (total.value, total.value_bound, total.tangent) == (0.0, 0.0, 0.0)
