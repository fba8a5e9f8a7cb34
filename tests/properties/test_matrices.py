"""Matrices whose diagonal dominates: what is drawn is such, what is such has the promised spectrum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis.strategies import SearchStrategy

from engine.array import Array
from engine.catalogue import CATALOGUE, Entry
from engine.domain import DOMINANT, REALS
from engine.dtype import FLOAT64
from properties.case import Case
from properties.strategies.arrays import LIMIT, MARGIN, array_of
from properties.strategies.calls import calls
from properties.strategies.line import TALLEST
from properties.strategies.matrices import dominated
from properties.strategies.orders import curved_programs
from properties.strategies.programs import programs
from properties.strategies.shapes import MOST_ENTRIES
from tests.properties.samples import sample

LINALG = [name for name, entry in CATALOGUE.items() if any(domain.dominant for domain in entry.domains)]
RNG = np.random.default_rng(3)


def _contained(array: Array) -> bool:
    return DOMINANT.contains_matrices([float(x) for x in array.ravel()], array.shape, MARGIN)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (4, 2), (2, 5), (3, 2, 2), (5, 1)])
def test_any_numbers_become_matrices_of_the_domain(shape: tuple[int, ...]) -> None:
    size = int(np.prod(shape))
    for entries in ([0.0] * size, [LIMIT] * size, [-LIMIT] * size, RNG.uniform(-LIMIT, LIMIT, size).tolist()):
        array = array_of(dominated(entries, shape), shape, FLOAT64)
        assert _contained(array)
        assert np.abs(array).max() <= TALLEST


def test_matrices_of_the_domain_have_what_it_promises() -> None:
    for _ in range(200):
        size = int(RNG.integers(2, 5))
        a = array_of(
            dominated(RNG.uniform(-LIMIT, LIMIT, size * size).tolist(), (size, size)), (size, size), FLOAT64
        )
        for values in (np.linalg.eigvalsh((a + a.T) / 2), np.linalg.svd(a, compute_uv=False)[::-1]):
            assert values[0] > MARGIN
            assert all(b - a > MARGIN for a, b in pairwise(values.tolist()))
        _, vectors = np.linalg.eigh((a + a.T) / 2)
        second, largest = np.sort(np.abs(vectors), axis=0)[-2:]
        assert (second <= largest / 2).all()


@pytest.mark.parametrize(
    "outside",
    [
        [[1.0, 1.0], [0.0, 9.0]],
        [[0.0, 0.0], [0.0, 9.0]],
        [[-3.0, 0.0], [0.0, 9.0]],
        [[3.0, 0.5], [0.5, 4.0]],
        [[3.0, 0.0], [0.0, 3.0]],
        [[3.0, 0.0], [0.0, 9.0], [2.0, 0.0]],
        [[[3.0, 0.0], [0.0, 9.0]], [[3.0, 0.0], [0.0, 3.0]]],
        [3.0, 9.0],
        3.0,
    ],
)
def test_what_does_not_dominate_is_outside(outside: object) -> None:
    array = np.asarray(outside, FLOAT64)
    assert not DOMINANT.contains_matrices(array.ravel().tolist(), array.shape)
    assert REALS.contains_matrices(array.ravel().tolist(), array.shape)


@pytest.mark.parametrize("name", LINALG)
def test_calls_stay_in_the_domain_and_small(name: str) -> None:
    for case in sample(calls(CATALOGUE[name]), 40, name):
        (step,) = case.steps
        for arg, domain in zip(step.args, step.domains, strict=True):
            assert not domain.dominant or _contained(case.inputs[arg])
        assert all(array.size <= MOST_ENTRIES + 1 for array in case.inputs)


@pytest.mark.parametrize("strategy", [programs, curved_programs])
def test_programs_feed_matrices_of_the_domain_only(
    strategy: Callable[[Sequence[Entry]], SearchStrategy[Case]],
) -> None:
    pool = [CATALOGUE[name] for name in (*LINALG, "EWiseAdd", "MatMul", "Transpose", "Negate")]
    drawn = sample(strategy(pool), 60, "linalg")
    fed = [
        (case, arg)
        for case in drawn
        for step in case.steps
        for arg, domain in zip(step.args, step.domains, strict=True)
        if domain.dominant
    ]
    assert len(fed) > 8
    assert all(_contained(case.inputs[arg]) for case, arg in fed if arg < len(case.inputs))
