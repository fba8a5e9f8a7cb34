"""A recording gives the function's values: bit for bit in its own dtype, and in any wider or complex one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.array import Array, computed
from engine.catalogue import CATALOGUE
from engine.graph import Op
from engine.reverse import pullback
from engine.tensor import Tensor
from properties.case import Case
from properties.recording import SELECTING, Recording, record
from properties.references import REFERENCES
from properties.strategies.calls import calls
from properties.strategies.programs import programs
from tests.properties.samples import sample

REPEATABLE = settings(derandomize=True, database=None, deadline=None, max_examples=15)
NAMES = sorted(name for name in CATALOGUE if CATALOGUE[name].op in REFERENCES)
POOL = [CATALOGUE[name] for name in NAMES]


def values_of(case: Case, variables: Sequence[Tensor]) -> list[Tensor]:
    values = list(variables)
    for step in case.steps:
        values.append(step.op(*(values[arg] for arg in step.args)))
    return values


def variables_of(arrays: Sequence[Array]) -> list[Tensor]:
    return [Tensor.make_const(array, requires_grad=True) for array in arrays]


def recorded(case: Case) -> tuple[Recording, Array]:
    """The recording of a case, and the entries of its output."""
    variables = variables_of(case.inputs)
    output = values_of(case, variables)[-1]
    return record([output], variables), output.numpy().reshape(-1)


def check_replays(case: Case) -> None:
    recording, expected = recorded(case)
    got = recording.replay(case.inputs)
    assert got.dtype == expected.dtype
    assert got.tobytes() == computed(expected).tobytes()
    if not recording.analytic:  # such an op may refuse complex numbers
        return
    wide = recording.replay([computed(array.astype(np.complex128)) for array in case.inputs])
    single = recording.coarse
    assert np.allclose(np.real(wide), expected, rtol=1e-3 if single else 1e-9, atol=1e-3 if single else 1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_of_each_op_is_its_value_bit_for_bit(name: str) -> None:
    @REPEATABLE
    @given(calls(CATALOGUE[name]))
    def check(case: Case) -> None:
        check_replays(case)

    check()


@REPEATABLE
@given(programs(POOL))
def test_a_replay_of_a_program_is_its_value_bit_for_bit(case: Case) -> None:
    check_replays(case)


@REPEATABLE
@given(programs(POOL), st.integers(0, 2**32 - 1))
def test_a_replay_elsewhere_is_the_value_there(case: Case, seed: int) -> None:
    recording, _ = recorded(case)
    random = np.random.default_rng(seed)
    elsewhere = [
        computed((array * random.uniform(0.5, 1.5, array.shape)).astype(array.dtype)) for array in case.inputs
    ]
    with np.errstate(all="ignore"):
        expected = values_of(case, variables_of(elsewhere))[-1].numpy()
        got = recording.replay(elsewhere)
    assert got.tobytes() == computed(expected.reshape(-1)).tobytes()


@pytest.mark.parametrize("name", sorted(op.__name__ for op in SELECTING))
def test_of_an_op_that_rounds_nothing_a_wider_float_knows_no_more(name: str) -> None:
    assert all(
        knows_no_more(case, seed) for seed, case in enumerate(sample(calls(CATALOGUE[name]), 60, name))
    )


@pytest.mark.parametrize(
    "name", ["AsType", "EWiseAdd", "Exp", "LeakyReLU", "ScatterAdd", "Sqrt", "Summation"]
)
def test_of_an_op_that_rounds_it_knows_more(name: str) -> None:
    cases = sample(calls(CATALOGUE[name]), 60, name)
    assert CATALOGUE[name].op not in SELECTING
    assert not all(knows_no_more(case, seed) for seed, case in enumerate(cases))


def knows_no_more(case: Case, seed: int) -> bool:
    """Whether float64 gives the values of float32, at a point beside the case with all the digits of that."""
    random = np.random.default_rng(seed)
    near = [
        computed((array * (1 + random.uniform(-1, 1, array.shape) / 512)).astype(np.float32))
        for array in case.inputs
    ]
    recording, _ = recorded(Case(tuple(near), case.steps, case.constants))
    with np.errstate(all="ignore"):
        narrow, wide = recording.replay(near), recording.replay([each.astype(np.float64) for each in near])
    return wide.dtype == np.float64 and np.array_equal(narrow.astype(np.float64), wide, equal_nan=True)


def test_an_adjoint_can_be_recorded_and_replayed() -> None:
    x = Tensor([0.5, 1.5])
    (adjoint,) = pullback(ops.sin(x) * x, [x], Tensor.make_const([1.0, 2.0]))
    recording = record([adjoint], [x])
    elsewhere = np.array([0.25, -3.0])
    expected = np.array([1.0, 2.0]) * (np.cos(elsewhere) * elsewhere + np.sin(elsewhere))
    assert np.allclose(recording.replay([elsewhere]), expected, rtol=1e-14)


def test_what_depends_on_no_input_is_a_constant_and_makes_no_steps() -> None:
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    recording = record([x * (w * w + ops.exp(w))], [x])
    assert [type(op).__name__ for op, _ in recording.steps] == ["EWiseMul"]
    assert recording.replay([np.ones(2)]).tolist() == (np.array([9.0, 16.0]) + np.exp([3.0, 4.0])).tolist()


def test_what_was_detached_is_a_constant() -> None:
    x = Tensor(3.0)
    recording = record([x * x.detach()], [x])
    assert recording.replay([np.array(5.0)]).tolist() == [15.0]


def test_what_lies_beneath_an_input_is_not_recorded() -> None:
    below = Tensor(2.0)
    x = ops.exp(below)
    recording = record([x * x + below], [x])
    assert [type(op).__name__ for op, _ in recording.steps] == ["EWiseMul", "EWiseAdd"]
    assert recording.replay([np.array(3.0)]).tolist() == [11.0]


def test_a_replay_leaves_graph_inputs_and_constants_untouched() -> None:
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    y = ops.exp(x * w) + w
    before = y.numpy(), x.numpy(), w.numpy()
    recording = record([y], [x])
    elsewhere = np.array([0.5, 0.25])
    first, second = recording.replay([elsewhere]), recording.replay([elsewhere])
    assert first.tobytes() == second.tobytes()
    assert elsewhere.tolist() == [0.5, 0.25]
    for kept, now in zip(before, (y, x, w), strict=True):
        assert kept.tobytes() == now.numpy().tobytes()
    assert (x.grad, w.grad, y.grad) == (None, None, None)


@pytest.mark.parametrize(
    "name", ["float32", "float64", "longdouble", "complex64", "complex128", "clongdouble"]
)
def test_a_replay_computes_in_the_numbers_it_is_given(name: str) -> None:
    x = Tensor([0.5, 2.0])
    y = (
        ops.relu(ops.sigmoid(x) * x - 0.25)
        + ops.tanh(ops.sqrt(x))
        + ops.logsumexp(x, (0,))
        + ops.max(x, (0,))
    )
    dtype = np.dtype(name)
    got = record([y], [x]).replay([computed(np.array([0.5, 2.0], dtype))])
    assert got.dtype == dtype
    assert np.allclose(got, y.numpy(), rtol=16 * float(np.finfo(dtype).eps) + 1e-15)


def test_a_constant_does_not_narrow_a_wider_replay() -> None:
    x, w = Tensor(1.0), Tensor(3.0)
    third = np.array(1, np.longdouble) / 3
    got = record([x * w], [x]).replay([computed(third)])
    assert got[0] == third * 3


def test_a_shared_node_is_one_step() -> None:
    x = Tensor(2.0)
    y = ops.exp(x)
    recording = record([y * y + y], [x])
    assert [type(op).__name__ for op, _ in recording.steps] == ["Exp", "EWiseMul", "EWiseAdd"]


def test_a_graph_of_ten_thousand_ops_is_recorded_and_replayed() -> None:
    x = Tensor(1.0)
    y = x
    for _ in range(10_000):
        y = y * 1.0001
    recording = record([y], [x])
    assert len(recording.steps) == 10_000
    assert recording.replay([np.array(1.0)])[0] == y.item()


def test_outputs_stand_behind_one_another_and_an_input_may_be_one() -> None:
    x, w = Tensor([[1.0, 2.0]]), Tensor(3.0)
    recording = record([x * w, w, ops.exp(w)], [x, w])
    assert recording.size == 4
    assert recording.out_shapes == ((1, 2), (), ())
    got = recording.replay([np.array([[5.0, 7.0]]), np.array(2.0)])
    assert got.tolist() == [10.0, 14.0, 2.0, float(np.exp(2.0))]


def test_of_nothing_but_a_constant_every_replay_is_the_constant() -> None:
    x = Tensor(1.0)
    recording = record([Tensor([2.0, 3.0])], [x])
    assert recording.steps == ()
    assert recording.replay([np.array(9.0)]).tolist() == [2.0, 3.0]


def test_without_entries_a_replay_has_none() -> None:
    x = Tensor(np.zeros((0, 3)))
    recording = record([ops.exp(x)], [x])
    assert recording.replay([np.zeros((0, 3))]).shape == (0,)


@pytest.mark.parametrize(
    ("op", "analytic"),
    [(ops.Sin(), True), (ops.ReLU(), True), (ops.Abs(), False), (ops.Sign(), False)],
    ids=repr,
)
def test_analytic_is_what_every_varying_op_says(op: Op, analytic: bool) -> None:
    x = Tensor(2.0)
    assert record([ops.exp(op(x))], [x]).analytic is analytic
    assert record([x * op(Tensor(2.0))], [x]).analytic


def test_diagonal_means_elementwise_ops_on_one_shape() -> None:
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    assert record([ops.exp(x) * w + 1], [x]).diagonal
    assert record([ops.exp(x) * w + 1], [x, w]).diagonal
    y, z = Tensor(2.0), Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert not record([x * y], [x, y]).diagonal
    assert not record([x.sum()], [x]).diagonal
    assert not record([x[::-1]], [x]).diagonal
    assert not record([ops.transpose(z) + z], [z]).diagonal


def test_coarse_means_float32_somewhere_on_the_way() -> None:
    x, w = Tensor([1.0, 2.0]), Tensor(np.array([1.0, 2.0], np.float32))
    assert not record([x * x], [x]).coarse
    assert record([w * w], [w]).coarse
    assert record([ops.astype(ops.astype(x, "float32"), "float64")], [x]).coarse
    assert record([x * w], [x, w]).coarse
