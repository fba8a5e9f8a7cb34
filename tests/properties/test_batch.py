"""A batch of replays gives what the replays give one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from engine import CATALOGUE, Elementwise, ops
from engine.array import Array, Shape, computed
from engine.graph import Op
from engine.kinds import Unary
from engine.tensor import Tensor
from properties.batch import NotBatched, has_form, replay_batch
from properties.case import Case
from properties.recording import record
from properties.references import REFERENCES
from properties.strategies.calls import calls
from properties.strategies.programs import programs
from tests.properties.recorded import recorded

POOL = [CATALOGUE[name] for name in sorted(CATALOGUE) if CATALOGUE[name].op in REFERENCES]
ROWS = 3
REPEATABLE = settings(derandomize=True, database=None, deadline=None, max_examples=25)


def rows_of(array: Array, *, turned: bool = True) -> Array:
    """The array and two others behind one another; ``turned``: all complex."""
    rows = np.stack([array * (1 + row / 8) for row in range(ROWS)])
    return computed(rows + 0.25j * np.arange(1, 1 + ROWS).reshape(-1, *[1] * array.ndim) if turned else rows)


def without_form(case: Case) -> list[str]:
    """The ops of the steps that are recorded and have no batched form."""
    ranks = [len(shape) for shape, _ in case.specs()]
    recorded_ones = case.needed() & case.varying()
    numbered = enumerate(case.steps, start=len(case.inputs))
    steps = [step for number, step in numbered if number in recorded_ones]
    return [
        type(step.op).__name__ for step in steps if not has_form(step.op, [ranks[arg] for arg in step.args])
    ]


def agrees(case: Case) -> None:
    recording, point = recorded(case)
    batched = [rows_of(array, turned=recording.analytic) for array in point]
    missing = without_form(case)
    if missing:
        with pytest.raises(NotBatched, match="|".join(missing)):
            replay_batch(recording, batched)
        return
    found = replay_batch(recording, batched)
    assert found.shape == (ROWS, recording.size)
    for row in range(ROWS):
        alone = recording.replay([each[row] for each in batched])
        np.testing.assert_allclose(found[row], alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [entry.name for entry in POOL])
@REPEATABLE
@given(st.data())
def test_a_batch_agrees_with_its_rows(name: str, data: DataObject) -> None:
    with np.errstate(all="ignore"):
        agrees(data.draw(calls(CATALOGUE[name])))


@REPEATABLE
@given(programs(POOL))
def test_a_batch_of_a_program_agrees_with_its_rows(case: Case) -> None:
    with np.errstate(all="ignore"):
        agrees(case)


@pytest.mark.parametrize(
    ("op", "ranks"),
    [
        (ops.Exp(), [0]),
        (ops.Summation((0,)), [1]),
        (ops.MatMul(), [2, 2]),
        (ops.MatMul(), [2, 4]),
        (ops.SolveTriangular(), [2, 3]),
        (ops.MatrixPower(3), [2]),
        (ops.Softmax((0,)), [2]),
        (ops.Pad(((1, 0),)), [1]),
    ],
    ids=str,
)
def test_these_have_a_batched_form(op: Op, ranks: list[int]) -> None:
    assert has_form(op, ranks)


def test_an_axis_that_is_left_out_leaves_no_batched_form() -> None:
    assert not has_form(ops.MatMul(), [1, 2])
    assert not has_form(ops.SolveTriangular(), [2, 1])


@pytest.mark.parametrize("shapes", [((2, 3), (3, 2)), ((4, 2, 3), (3, 2)), ((2, 3), (4, 3, 2))])
def test_matrices_have_a_batched_form_and_vectors_have_none(shapes: tuple[Shape, Shape]) -> None:
    a, b = (computed(np.random.default_rng(0).uniform(1, 2, shape)) for shape in shapes)
    variables = [Tensor.make_const(array, requires_grad=True) for array in (a, b)]
    recording = record([variables[0] @ variables[1]], variables)
    assert replay_batch(recording, [rows_of(a), rows_of(b)]).shape == (ROWS, recording.size)
    vector = computed(np.ones(shapes[0][-1]))
    variables[1] = Tensor.make_const(vector, requires_grad=True)
    with pytest.raises(NotBatched, match="MatMul"):
        replay_batch(record([variables[0] @ variables[1]], variables), [rows_of(a), rows_of(vector)])


def test_a_constant_serves_every_row() -> None:
    x = Tensor.make_const(np.ones((2, 3)), requires_grad=True)
    stacked = ops.stack([x, Tensor(np.zeros((2, 3)), requires_grad=False)], 0)
    assert replay_batch(record([stacked], [x]), [rows_of(x.realize_cached_data())]).shape == (ROWS, 12)


def test_no_entry_is_an_entry_of_every_row() -> None:
    x = Tensor.make_const(np.zeros((0, 3)), requires_grad=True)
    assert replay_batch(record([x * 2.0], [x]), [rows_of(x.realize_cached_data())]).shape == (ROWS, 0)


def test_an_op_of_somebody_else_has_a_batched_form_if_it_is_elementwise() -> None:
    class Twice(Unary):
        def compute(self, a: Array) -> Array:
            return a + a

        def out_shape(self, *shapes: Shape) -> Shape:
            return shapes[0]

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return 2 * out_grad

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return 2 * in_tangent

    class TwiceEach(Elementwise, Twice):
        pass

    def batch_of(op: Op) -> Array:
        x = Tensor.make_const(np.ones(2), requires_grad=True)
        return replay_batch(record([op(x)], [x]), [rows_of(x.realize_cached_data())])

    with pytest.raises(NotBatched, match="Twice"):
        batch_of(Twice())
    assert batch_of(TwiceEach()).shape == (ROWS, 2)
