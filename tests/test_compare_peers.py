"""scripts/compare_peers.py sees what differs: engines that are wrong on purpose stand for the libraries."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

import compare_peers
from engine import CATALOGUE
from engine.array import Array, as_array
from peers_compared.calls import CALLS
from peers_compared.comparison import Comparison, compare, ulps
from peers_compared.differences import DIFFERENCES
from peers_compared.libraries import LIBRARIES, WORDS, Library, Refusal, Value
from properties.adapters.reference import Reference
from properties.adapters.subject import Pullback
from properties.case import Case

CASES = 6


class Standin(Library):
    """The engine under the name of a library, its adjoints times a factor, 0 moved by ``at_zero``."""

    def __init__(self, factor: float = 1.0, *, at_zero: float = 0.0, refuses: bool = False) -> None:
        super().__init__("torch", {})
        self.factor, self.at_zero, self.refuses = factor, at_zero, refuses

    @property
    def version(self) -> str:
        return "0"

    def own(self, array: Array) -> Value:
        return array

    def forward(self, case: Case) -> Array:
        if self.refuses:
            raise Refusal("not today")
        return Reference().forward(case)

    def pullback(self, case: Case) -> Pullback:
        pull = Reference().pullback(case)
        moved = [
            as_array(np.where(x == 0, self.at_zero, 0.0).astype(x.dtype)) for x in case.variable_arrays()
        ]
        return lambda out_grad: tuple(
            as_array(each * self.factor + more) for each, more in zip(pull(out_grad), moved, strict=True)
        )


def test_every_op_has_a_call_or_a_reason_in_every_library() -> None:
    assert {entry.op for entry in CATALOGUE.values()} == set(CALLS)
    for calls in CALLS.values():
        for library in LIBRARIES:
            assert bool(calls.of(library)) != bool(calls.reason(library))
            if calls.of(library):
                ast.parse(calls.of(library), mode="eval")
    for words in WORDS.values():
        for meaning in words.values():
            ast.parse(meaning, mode="eval")


def test_every_explanation_is_of_an_op_that_the_library_has() -> None:
    for (name, library), difference in DIFFERENCES.items():
        assert CALLS[CATALOGUE[name].op].of(library)
        link = difference.where.partition("(")[2].rstrip(")").partition("#")[0]
        assert (compare_peers.PAGE.parent / link).exists()


@pytest.mark.parametrize("name", ["Exp", "MatMul", "Abs", "Sort"])
def test_an_engine_agrees_with_itself(name: str) -> None:
    found = compare(CATALOGUE[name], Standin(), CASES, 1)
    assert (found.ulps, found.wrong, found.other, found.refused) == (0.0, [], [], 0)
    assert found.smooth
    assert bool(found.rough) == (name in {"Abs", "Sort"})


def test_a_small_error_of_every_adjoint_is_seen() -> None:
    found = compare(CATALOGUE["Exp"], Standin(1 + 1e-4), CASES, 1)
    assert found.wrong
    assert "x̄0" in found.wrong[0]


def test_another_convention_at_a_kink_is_seen_and_nothing_else() -> None:
    found = compare(CATALOGUE["Abs"], Standin(at_zero=1.0), CASES, 1)
    assert found.other
    assert not found.wrong
    assert found.differs


def test_a_library_that_takes_no_case_is_not_one_that_agrees() -> None:
    found = compare(CATALOGUE["Exp"], Standin(refuses=True), CASES, 1)
    assert (found.smooth, found.refusal) == (0, "Refusal: not today")
    assert compare_peers.unexplained({("Exp", "torch"): found}) == [
        "Exp, torch: took no case: Refusal: not today"
    ]


def test_a_difference_without_an_explanation_stands_out() -> None:
    entry = CATALOGUE["Exp"]
    assert ("Exp", "torch") not in DIFFERENCES
    found = {("Exp", "torch"): Comparison(smooth=3, wrong=["Exp(): y is 1, not 2"])}
    assert compare_peers.unexplained(found) == ["Exp, torch: Exp(): y is 1, not 2"]
    assert compare_peers.page([entry], found, "now").count("UNEXPLAINED") == 2
    name, library = next(iter(DIFFERENCES))
    assert not compare_peers.unexplained({(name, library): Comparison(smooth=3, wrong=["y"])})


def test_distances_are_in_units_of_the_last_place_of_the_largest_entry() -> None:
    ours = as_array(np.array([1.0, 2.0**-30]))
    assert ulps(ours, ours) == 0.0
    assert ulps(ours, as_array(ours + np.array([0.0, 3 * 2.0**-52]))) == 3.0
    assert ulps(ours, as_array(np.array([np.nan, 0.0]))) == np.inf
    nothing = as_array(np.array([np.nan]))
    assert ulps(nothing, nothing) == 0.0


def test_the_page_speaks_of_every_op() -> None:
    lines = compare_peers.PAGE.read_text(encoding="utf-8").splitlines()
    for name in CATALOGUE:
        assert sum(line.startswith(f"| `{name}` |") for line in lines) >= 2, "run scripts/compare_peers.py"
    assert not any("UNEXPLAINED" in line for line in lines)
