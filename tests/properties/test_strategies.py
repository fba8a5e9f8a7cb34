"""What is drawn: as diverse as promised, always legal, away from kinks where asked, and small once shrunk.

The statistics are of a fixed seed; each floor is about half of what is drawn today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from math import inf, isfinite, prod
from random import Random

import numpy as np
import pytest
from hypothesis import find, settings
from hypothesis.strategies import SearchStrategy

from engine import ops
from engine.array import Array, Shape
from engine.catalogue import CATALOGUE, entry_of
from engine.domain import Domain
from engine.dtype import FLOAT32, FLOAT64
from engine.graph import Op
from engine.kinds import AlongAxis, Reduction
from properties.adapters.reference import Reference
from properties.case import Case, Spelling, Step
from properties.judge import PROFILE
from properties.oracles.definition import evaluate
from properties.strategies.arrays import (
    LIMIT,
    MARGIN,
    apart,
    array_of,
    arrays,
    cotangents,
    directions,
    into_domain,
    laid_out,
)
from properties.strategies.calls import calls, has_corners, possible_domains
from properties.strategies.corners import (
    BENT,
    BRANCHING,
    SMOOTH,
    can_be_at_corner,
    onto_corner,
)
from properties.strategies.shapes import MOST_ENTRIES, fitted
from tests.properties.samples import NAMES, corners, entries, sample, share

BROADCASTING = ["EWiseAdd", "EWiseMul", "EWiseDiv", "EWisePow", "Maximum", "Minimum", "Compare"]


@cache
def called(name: str, *, smooth: bool) -> list[Case]:
    return sample(calls(CATALOGUE[name], smooth=smooth), 40 if smooth else 20, name)


@cache
def many(name: str) -> list[Case]:
    return sample(calls(CATALOGUE[name]), 160, name)


def slots(case: Case) -> list[tuple[Array, Domain]]:
    """What stands in each slot of a call, and the domain of the slot."""
    (step,) = case.steps
    found = step.op.domains(entry_of(step.op).domains)
    return [(case.inputs[arg], found[min(at, len(found) - 1)]) for at, arg in enumerate(step.args)]


# Calls: legal, in the domain, away from kinks or on them.


@pytest.mark.parametrize("name", NAMES)
def test_a_smooth_call_is_in_the_domain_and_no_comparison_in_it_is_close(name: str) -> None:
    cases = called(name, smooth=True)
    assert len(cases) >= 30
    for case in cases:
        compared: list[float] = []
        for array, domain in slots(case):
            assert all(domain.smooth_at(x, MARGIN) for x in entries(array)), case
            compared += entries(array) if domain.ties else []
        assert all(b - a > MARGIN for a, b in pairwise(sorted(compared))), case
        assert evaluate(case, unit=case.unit_roundoff()).close == 0, case


@pytest.mark.parametrize("name", NAMES)
def test_every_call_is_legal_and_finite_and_in_the_domain(name: str) -> None:
    for case in (*called(name, smooth=True), *called(name, smooth=False)):
        for array, domain in slots(case):
            assert all(domain.contains(x) for x in entries(array)), case
        output = Reference().forward(case)
        assert (output.shape, output.dtype) == case.specs()[-1]
        assert all(map(isfinite, entries(output))), case
        assert case.variables


BENDS: dict[str, set[int]] = {
    **{name: {BENT} for name in (
        "Abs", "Clip", "Copysign", "CumMax", "CumMin", "Hardtanh", "Max", "MaxPool1d", "MaxPool2d", "Maximum",
        "Min", "Minimum", "Norm", "ReLU", "Sort", "Std",
    )},
    **{name: {BRANCHING} for name in (
        "Ceil", "Compare", "Floor", "Huber", "RemainderScalar", "Round", "Sign", "Softsign", "Step", "Trunc",
    )},
    "Elu": {BENT, BRANCHING},  # with a slope of 1, both sides are one line
    "LeakyReLU": {BENT, BRANCHING},
}  # fmt: skip
"""How ops with kinks and ties stand at one: with two derivatives, or with one on both sides."""

CORNERED = [name for name in NAMES if has_corners(CATALOGUE[name])]


def test_these_ops_have_kinks_and_ties_and_these_have_none() -> None:
    assert set(BENDS) <= set(CORNERED)
    assert set(CORNERED).isdisjoint({"Exp", "EWiseDiv", "MatMul", "Softplus", "Summation", "Transpose"})


@pytest.mark.parametrize("run", [10, 60])
@pytest.mark.parametrize("name", CORNERED)
def test_a_rough_call_of_an_op_with_kinks_or_ties_is_at_one(name: str, run: int) -> None:
    cases = sample(calls(CATALOGUE[name], smooth=False), 60, name, run=run)
    found = [corner for case in cases for corner in corners(case)]
    assert share(corner in BENDS.get(name, {BENT, BRANCHING}) for corner in found) >= 0.9
    assert BENDS.get(name, set()) <= set(found)


@pytest.mark.parametrize("name", CORNERED)
def test_a_smooth_call_is_at_no_kink_or_tie(name: str) -> None:
    assert all(corners(case) == [SMOOTH] for case in called(name, smooth=True))


@pytest.mark.parametrize("name", ["ReLU", "Maximum", "Max"])
def test_rough_calls_have_other_entries_too(name: str) -> None:
    cases = [case for case in called(name, smooth=False) if sum(array.size for array in case.inputs) > 3]
    assert share(len({x for array in case.inputs for x in entries(array)}) > 1 for case in cases) > 0.5


@pytest.mark.parametrize(
    ("op", "shapes", "possible"),
    [
        (ops.ReLU(), [()], True),
        (ops.ReLU(), [(0, 2)], False),
        (ops.Max((0,)), [(2, 1)], True),
        (ops.Max((1,)), [(2, 1)], False),
        (ops.Max(()), [(3,)], False),
        (ops.Maximum(), [(), (2,)], True),
        (ops.Maximum(), [(), (0,)], False),
        (ops.Exp(), [(2,)], False),
    ],
    ids=str,
)
def test_shapes_have_room_for_a_kink_or_tie_or_not(op: Op, shapes: list[Shape], possible: bool) -> None:
    assert can_be_at_corner(op, shapes) == possible


@pytest.mark.parametrize("first", range(6))
def test_as_few_entries_move_as_it_takes(first: int) -> None:
    far = array_of([1.0, -2.0, 3.0], (3,), FLOAT32)
    (moved,) = onto_corner(ops.ReLU(), [far], first)
    assert moved.dtype is FLOAT32
    assert [at for at, x in enumerate(entries(moved)) if x != entries(far)[at]] == [first % 3]
    (moved,) = onto_corner(ops.Max((0,)), [far], first)
    assert sorted(entries(moved))[-2:] == [3.0, 3.0]
    assert onto_corner(ops.Exp(), [far], first)[0].tolist() == entries(far)
    at_kink = array_of([0.0, 5.0, 5.0], (3,), FLOAT64)
    for op in (ops.ReLU(), ops.Max((0,))):
        assert onto_corner(op, [at_kink], first)[0].tolist() == entries(at_kink)


def untouched(domain: Domain) -> bool:
    """Whether numbers are drawn into the domain as they come, but for their sign and a margin."""
    return domain.low in {-inf, 0.0} and domain.high == inf and not (domain.ties or domain.dominant)


@pytest.mark.parametrize("name", [n for n in NAMES if any(map(untouched, possible_domains(CATALOGUE[n])))])
def test_entries_are_dyadic_numbers_between_minus_eight_and_eight(name: str) -> None:
    """Not where an op is defined between two ends or from one other than 0, nor in matrices made regular."""
    found: list[float] = []
    for case in called(name, smooth=True):
        moved = [array for array, domain in slots(case) if not untouched(domain)]
        found += [
            x for array in case.inputs if all(array is not each for each in moved) for x in entries(array)
        ]
    assert found
    for x in found:
        assert abs(x) <= LIMIT
        assert (x * 2**12).is_integer()


# Calls: the diversity of shapes, dtypes, layouts and spellings.


def shapes(case: Case) -> list[Shape]:
    return [array.shape for array in case.inputs]


SHAPES: dict[str, Callable[[Shape], bool]] = {
    "size 0": lambda shape: 0 in shape,
    "0-d": lambda shape: shape == (),
    "rank 3 and more": lambda shape: len(shape) >= 3,
    "size 1 in front": lambda shape: shape[:1] == (1,),
    "size 1 inside": lambda shape: 1 in shape[1:-1],
    "size 1 at the end": lambda shape: shape[-1:] == (1,),
    "a size twice": lambda shape: len(set(shape)) < len(shape),
    "sizes that all differ": lambda shape: len(shape) > 1 and len(set(shape)) == len(shape),
}


@pytest.mark.parametrize("name", ["Exp", "EWiseMul", "Summation", "Permute", "BroadcastTo", "MatMul"])
@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_are_of_every_kind(name: str, kind: str) -> None:
    if name == "MatMul" and kind == "0-d":
        assert not any(() in shapes(case) for case in many(name))
    else:
        assert share(any(map(SHAPES[kind], shapes(case))) for case in many(name)) > 0.01


def has_runs_alone(name: str) -> bool:
    """Whether each input of the op is an entry or one run of axes, with no named axes beside it."""
    return all(
        not operand or (len(operand) == 1 and operand[0].run) for operand in CATALOGUE[name].signature.inputs
    )


@pytest.mark.parametrize("name", [name for name in NAMES if has_runs_alone(name)])
def test_arrays_of_one_run_of_axes_are_small_enough_to_check_every_entry(name: str) -> None:
    assert all(array.size <= MOST_ENTRIES for case in called(name, smooth=True) for array in case.inputs)


def operands(case: Case) -> list[Shape]:
    """The shapes in an op's slots; one input may stand in several."""
    return [case.inputs[arg].shape for arg in case.steps[0].args]


BROADCASTS: dict[str, Callable[[Shape, Shape, Shape], bool]] = {
    "none": lambda a, b, out: a == b,
    "the rank of the left operand": lambda a, b, out: len(a) < len(b),
    "the rank of the right operand": lambda a, b, out: len(a) > len(b),
    "an axis of the left operand": lambda a, b, out: a != out[len(out) - len(a) :],
    "an axis of the right operand": lambda a, b, out: b != out[len(out) - len(b) :],
    "both operands at once": lambda a, b, out: out not in (a, b),
    "a scalar on the left": lambda a, b, out: a == () != b,
    "a scalar on the right": lambda a, b, out: b == () != a,
}


@pytest.mark.parametrize("kind", BROADCASTS)
def test_operands_broadcast_both_ways(kind: str) -> None:
    found = [
        BROADCASTS[kind](a, b, case.specs()[-1][0])
        for name in BROADCASTING
        for case in called(name, smooth=True)
        for a, b in [operands(case)]
    ]
    assert share(found) > 0.01


def test_matrix_products_have_vectors_on_either_side_and_batches_that_broadcast() -> None:
    pairs = [operands(case) for case in many("MatMul")]
    assert share(len(a) == 1 for a, _ in pairs) > 0.1
    assert share(len(b) == 1 for _, b in pairs) > 0.1
    assert share(len(a) == len(b) == 1 for a, b in pairs) > 0.005
    assert share(len(a) > len(b) > 1 for a, b in pairs) > 0.005
    assert share(len(b) > len(a) > 1 for a, b in pairs) > 0.005
    assert share(len(a) > 2 and a[:-2] != b[:-2] for a, b in pairs) > 0.05


@pytest.mark.parametrize("name", ["EWiseMul", "MatMul", "Where", "Concatenate", "Stack"])
def test_dtypes_are_single_double_and_mixed(name: str) -> None:
    dtypes = [{array.dtype for array in case.inputs} for case in many(name)]
    assert share(found == {FLOAT32} for found in dtypes) > 0.1
    assert share(found == {FLOAT64} for found in dtypes) > 0.1
    assert share(len(found) == 2 for found in dtypes) > 0.03
    firsts = {case.inputs[0].dtype for case in many(name) if len({a.dtype for a in case.inputs}) == 2}
    assert firsts == {FLOAT32, FLOAT64}


@pytest.mark.parametrize("name", ["Concatenate", "Stack"])
def test_variadic_ops_have_one_two_and_three_operands(name: str) -> None:
    found = Counter(len(case.inputs) for case in many(name))
    assert min(found[1], found[2], found[3]) > 10


LAYOUTS: dict[str, Callable[[Array], bool]] = {
    "not contiguous": lambda array: not array.flags.c_contiguous,
    "column-major": lambda array: array.flags.f_contiguous and not array.flags.c_contiguous,
    "every other entry": lambda array: any(step == 2 * array.itemsize for step in array.strides[-1:]),
    "backwards": lambda array: any(step < 0 for step in array.strides),
    "read-only": lambda array: not array.flags.writeable,
}


@pytest.mark.parametrize("name", ["Exp", "EWiseMul", "Summation", "Max", "Maximum"])
@pytest.mark.parametrize("kind", LAYOUTS)
def test_arrays_lie_in_memory_in_every_way(name: str, kind: str) -> None:
    assert share(any(map(LAYOUTS[kind], case.inputs)) for case in many(name)) > 0.01


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "strided", "reversed", "read-only"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2), (2, 1, 3)], ids=str)
def test_a_layout_changes_no_entry(layout: str, shape: Shape) -> None:
    array = array_of([float(at) for at in range(prod(shape))], shape, FLOAT32)
    moved = laid_out(array, layout)
    assert (moved.shape, moved.dtype, moved.tobytes()) == (array.shape, array.dtype, array.tobytes())


def spelled(step: Step) -> str:
    """How the axes are written."""
    spelling: Spelling = step.spelling
    if spelling is None:
        return "None"
    if isinstance(spelling, str):
        return spelling
    if isinstance(spelling, int):
        return "negative int" if spelling < 0 else "int"
    signs = {axis < 0 for axis in spelling}
    if len(spelling) < 2:
        return "short tuple"
    if len(signs) == 2:
        return "mixed"
    order = "reversed" if list(spelling) != sorted(spelling) else "in order"
    return f"negative {order}" if True in signs else order


def test_axes_of_a_reduction_are_spelled_in_every_way() -> None:
    cases = [case for name in ("Summation", "Max", "LogSumExp") for case in many(name)]
    found = Counter(spelled(case.steps[0]) for case in cases)
    kinds = (
        "None",
        "canonical",
        "int",
        "negative int",
        "negative in order",
        "reversed",
        "mixed",
        "short tuple",
    )
    assert all(found[kind] > 3 for kind in kinds), dict(found)


REDUCTIONS = [name for name, entry in CATALOGUE.items() if issubclass(entry.op, Reduction)]
ALONG_AXIS = [name for name, entry in CATALOGUE.items() if issubclass(entry.op, AlongAxis)]


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_keep_axes_or_not_and_reduce_some_all_or_none(name: str) -> None:
    found = [case.steps[0].op for case in many(name)]
    reductions = [op for op in found if isinstance(op, Reduction)]
    ranks = [case.inputs[0].ndim for case in many(name)]
    assert len(reductions) == len(ranks)
    assert 0.1 < share(op.keepdims for op in reductions) < 0.9
    assert share(op.axes == () for op in reductions) > 0.05
    assert share(len(op.axes) == rank for op, rank in zip(reductions, ranks, strict=True)) > 0.1
    assert share(0 < len(op.axes) < rank for op, rank in zip(reductions, ranks, strict=True)) > 0.1


@pytest.mark.parametrize("name", ["Transpose", "Permute", "Concatenate", "Stack", *ALONG_AXIS])
def test_axes_of_other_ops_are_counted_from_either_end(name: str) -> None:
    spellings = [case.steps[0].spelling for case in many(name)]
    assert share(spelling == "canonical" for spelling in spellings) > 0.2
    assert share(spelling != "canonical" for spelling in spellings) > 0.2


@pytest.mark.parametrize("name", ["Transpose", "Permute", "Concatenate", "Stack", *REDUCTIONS, *ALONG_AXIS])
def test_a_spelling_is_another_way_to_say_the_same(name: str) -> None:
    for case in called(name, smooth=True):
        (step,) = case.steps
        plain = Case(case.inputs, (Step(step.op, step.args),), case.constants)
        np.testing.assert_array_equal(Reference().forward(case), Reference().forward(plain), strict=True)


@pytest.mark.parametrize("name", ["Exp", "EWiseMul", "MatMul"])
def test_in_a_long_run_few_cases_are_zero_everywhere(name: str) -> None:
    """Hypothesis makes cases of others by changing a shape; the entries must survive that."""
    cases = sample(calls(CATALOGUE[name]), 250, name, run=250)
    filled = [case for case in cases if any(array.size for array in case.inputs)]
    assert len(filled) > 100
    assert share(not any(array.any() for array in case.inputs) for case in filled) < 0.27


# Arrays, cotangents and directions.


def test_dense_arrays_have_99_percent_distinct_entries() -> None:
    drawn = [array for array in sample(arrays((4, 6), FLOAT64), 250) if not is_coarse(array)]
    assert len(drawn) > 50
    assert sum(len(set(entries(array))) for array in drawn) >= 0.99 * sum(array.size for array in drawn)


def is_coarse(array: Array) -> bool:
    """Whether every entry is a whole number of sixteenths."""
    return all((x * 16).is_integer() for x in entries(array))


def test_arrays_of_whole_numbers_and_of_sixteenths_are_drawn_too() -> None:
    drawn = sample(arrays((4, 6), FLOAT64), 250)
    assert share(is_coarse(array) for array in drawn) > 0.3
    assert share(all(x.is_integer() for x in entries(array)) for array in drawn) > 0.15


def test_cotangents_are_signed_and_vary_and_are_never_zero_everywhere() -> None:
    drawn = sample(cotangents((2, 3), FLOAT32), 100)
    assert {(array.shape, array.dtype) for array in drawn} == {((2, 3), FLOAT32)}
    assert all(any(entries(array)) for array in drawn)
    assert share(min(entries(array)) < 0 < max(entries(array)) for array in drawn) > 0.6
    assert share(len(set(entries(array))) > 1 for array in drawn) > 0.7


def test_directions_match_their_inputs_and_are_never_zero_everywhere() -> None:
    likes = (array_of([1.0], (), FLOAT64), array_of([], (0, 2), FLOAT32), array_of([1.0, 2.0], (2,), FLOAT32))
    for drawn in sample(directions(likes), 100):
        assert [(a.shape, a.dtype) for a in drawn] == [(a.shape, a.dtype) for a in likes]
        assert any(x for array in drawn for x in entries(array))


def test_cotangents_and_directions_of_nothing_can_be_drawn() -> None:
    assert [array.shape for array in sample(cotangents((0, 2), FLOAT64), 1)] == [(0, 2)]
    assert sample(directions(()), 1) == [()]


def test_entries_that_are_moved_apart_differ_by_more_than_a_margin() -> None:
    random = Random(0)
    for _ in range(100):
        moved = apart([random.randrange(-20, 20) / 2**7 for _ in range(24)])
        assert len(moved) == 24
        assert all(b - a > MARGIN for a, b in pairwise(sorted(moved)))


DOMAINS = [
    Domain(),
    Domain(low=0.0),
    Domain(low=-1.5),
    Domain(high=1.0),
    Domain(low=-1.0, high=1.0),
    Domain(low=0.5, high=0.75),
    Domain(low=-1.0, high=1.0, poles=(0.25,), kinks=(0.0,)),
    Domain(poles=(0.0,)),
    Domain(poles=(-1.0, 2.0)),
    Domain(low=0.0, poles=(1.0,), kinks=(2.0,)),
    Domain(kinks=(0.0,)),
    Domain(kinks=(-2.5, 0.0, 3.0)),
    Domain(values=(0.0, 1.0)),
    Domain(values=(-1.0, 0.0, 2.0)),
]
GRID = [at / 16 for at in range(-128, 129)]


@pytest.mark.parametrize("domain", DOMAINS, ids=str)
def test_any_number_is_moved_into_a_domain_and_away_from_its_kinks(domain: Domain) -> None:
    moved = into_domain(GRID, domain, smooth=True)
    assert len(moved) == len(GRID)
    assert all(domain.smooth_at(x, MARGIN) for x in moved)
    assert len(set(moved)) >= len(domain.values or GRID) / 2.5


@pytest.mark.parametrize(
    "domain",
    [
        Domain(kinks=(0.0,)),
        Domain(kinks=(-2.5, 0.0, 3.0)),
        Domain(ties=True),
        Domain(low=0.0, kinks=(1.0,)),
        Domain(low=-1.0, high=1.0, kinks=(0.0,)),
    ],
    ids=str,
)
def test_without_smoothness_kinks_are_met_and_ties_abound(domain: Domain) -> None:
    moved = into_domain(GRID, domain, smooth=False)
    assert all(domain.contains(x) for x in moved)
    assert set(domain.kinks) < set(moved)
    assert len(set(moved)) <= len(domain.kinks) + 3


@pytest.mark.parametrize("shape", [(4, 4, 4), (2, 3, 4), (0, 4, 4, 4), (3, 0, 9, 9), (30,), ()], ids=str)
def test_a_shape_is_fitted_by_dropping_to_1_the_axes_that_do_not_fit(shape: Shape) -> None:
    kept = fitted(shape)
    assert prod(max(size, 1) for size in kept) <= MOST_ENTRIES
    assert all(new in (old, 1) for old, new in zip(shape, kept, strict=True))
    assert prod(shape) > MOST_ENTRIES or 0 in shape or kept == shape


# Shrinking.


def smallest(strategy: SearchStrategy[Case], wanted: Callable[[Case], bool]) -> Case:
    return find(strategy, wanted, settings=settings(PROFILE, max_examples=2_000), random=Random(0))


def test_a_call_with_one_large_entry_shrinks_to_zeros_around_it() -> None:
    case = smallest(
        calls(CATALOGUE["EWiseMul"]),
        lambda case: case.inputs[0].size > 3 and max(entries(case.inputs[0])) > 1,
    )
    assert case.inputs[0].size == 4
    assert sorted(map(bool, entries(case.inputs[0]))) == [False, False, False, True]
    assert not any(entries(case.inputs[1]))
    assert {array.dtype for array in case.inputs} == {FLOAT64}


def test_a_reduction_shrinks_to_the_plainest_axes_and_spelling() -> None:
    case = smallest(calls(CATALOGUE["Summation"]), lambda case: case.inputs[0].ndim == 2)
    assert case.inputs[0].size <= 4
    assert case.steps == (Step(ops.Summation((0, 1)), (0,)),)
