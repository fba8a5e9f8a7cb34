"""Verdicts together: undecided if one is, else as strong as the weakest."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from engine.array import as_array
from properties.verdict import EXACT, HOLDS, Broken, Given, Verdict, weakest


def test_several_checks_certify_what_the_weakest_does() -> None:
    for order in permutations([Verdict(12.0), Verdict(3.5), HOLDS]):
        assert weakest(*order) == Verdict(3.5)


def test_one_undecided_check_leaves_all_undecided() -> None:
    for order in permutations([Verdict(3.5), HOLDS, Verdict(0.0, "a kink")]):
        assert weakest(*order) == Verdict(0.0, "a kink")


def test_no_check_at_all_holds() -> None:
    assert weakest() == HOLDS
    assert Verdict(EXACT, "") == HOLDS


def test_a_broken_law_says_what_it_got_and_expected_and_keeps_what_was_chosen() -> None:
    chosen = Given({"out_grad": as_array(np.ones(2))})
    with pytest.raises(AssertionError, match=r"^y\[0\]: got 1\.0, expected 2\.0$") as caught:
        raise Broken("y[0]", "1.0", "2.0", chosen)
    assert isinstance(caught.value, Broken)
    assert caught.value.given is chosen
