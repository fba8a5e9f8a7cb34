"""Comparisons: shape before dtype before value, to the bit or within a bound, and never NaN."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, nan

import numpy as np
import pytest

from engine.array import Array, as_array
from engine.dtype import FLOAT32, FLOAT64, DType
from properties.compare import (
    Target,
    at_scale,
    certified_digits,
    identical,
    near,
    same_shape,
    same_type,
    within,
    zero,
)
from properties.verdict import EXACT, HOLDS, Broken, Given, Verdict

GIVEN = Given({"out_grad": as_array(np.ones(1))})


def array(entries: object, dtype: DType = FLOAT64) -> Array:
    return as_array(np.array(entries, dtype))


def broken(check: Callable[[], Verdict]) -> tuple[str, str, str]:
    """What, got and expected of a check that fails."""
    with pytest.raises(Broken) as caught:
        check()
    assert caught.value.given is GIVEN
    return caught.value.what, caught.value.got, caught.value.expected


def target(*entries: float, bounds: list[float]) -> Target:
    return Target(entries, bounds, (len(entries),))


COMPARISONS: dict[str, Callable[[Array, Array], Verdict]] = {
    "same_shape": lambda got, like: same_shape("y", got, like.shape, GIVEN),
    "same_type": lambda got, like: same_type("y", got, like, GIVEN),
    "identical": lambda got, like: identical("y", got, like, GIVEN),
    "zero": lambda got, like: zero("y", got, like, GIVEN),
    "within": lambda got, like: within("y", got, Target([0.0, 0.0], [9.0, 9.0], like.shape), GIVEN),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_shape_is_compared_before_dtype_and_value(name: str) -> None:
    like = array([1.0, 2.0])
    for got in (array([[3.0, 4.0]], FLOAT32), array([3.0], FLOAT32), array(3.0), array([1.0, 2.0, 3.0])):
        found = broken(partial(COMPARISONS[name], got, like))
        assert found == ("shape of y", str(got.shape), "(2,)")


@pytest.mark.parametrize("name", ["same_type", "identical"])
def test_dtype_is_compared_before_value(name: str) -> None:
    found = broken(lambda: COMPARISONS[name](array([3.0, 4.0], FLOAT32), array([1.0, 2.0])))
    assert found == ("dtype of y", "float32", "float64")


def test_the_same_type_is_enough_for_same_type() -> None:
    assert same_type("y", array([1.0]), array([nan]), GIVEN) is HOLDS


@pytest.mark.parametrize("entries", [[], 0.5, [1.0, -0.0, 0.0], [[nan, inf], [-inf, 5e-324]]], ids=str)
@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64], ids=str)
def test_equal_bits_are_identical_nan_among_them(entries: object, dtype: DType) -> None:
    assert identical("y", array(entries, dtype), array(entries, dtype), GIVEN) is HOLDS


def test_memory_layout_is_no_difference() -> None:
    matrix = array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert identical("y", as_array(np.asfortranarray(matrix)), matrix, GIVEN) is HOLDS


@pytest.mark.parametrize(
    ("got", "expected"), [(0.0, -0.0), (-0.0, 0.0), (nan, 0.0), (0.0, nan), (1.0, 1.0 + 2**-52), (inf, -inf)]
)
def test_one_differing_bit_is_found_at_its_index(got: float, expected: float) -> None:
    left, right = array([[1.0, 2.0, 3.0], [4.0, 5.0, got]]), array([[1.0, 2.0, 3.0], [4.0, 5.0, expected]])
    assert broken(lambda: identical("x̄0", left, right, GIVEN)) == (
        "x̄0[1, 2]",
        repr(got),
        f"exactly {expected!r}",
    )


def test_an_entry_of_a_0d_array_has_no_index() -> None:
    assert broken(lambda: identical("y", array(1.0), array(2.0), GIVEN))[0] == "y"
    assert broken(lambda: within("y", array(1.0), Target([2.0], [0.5], ()), GIVEN))[0] == "y"


@pytest.mark.parametrize("bad", [1e-300, -1.0, nan, inf])
def test_zero_means_zero_everywhere(bad: float) -> None:
    like = array([[1.0, 2.0], [3.0, 4.0]])
    assert zero("s̄", array([[0.0, -0.0], [0.0, 0.0]]), like, GIVEN) is HOLDS
    assert broken(lambda: zero("s̄", array([[0.0, 0.0], [bad, 0.0]]), like, GIVEN)) == (
        "s̄[1, 0]",
        repr(bad),
        "0",
    )


def test_every_entry_may_be_off_by_its_own_bound_and_no_more() -> None:
    right = target(1.0, 2.0, 4.0, bounds=[0.5, 0.25, 0.0])
    assert not within("y", array([1.5, 1.75, 4.0]), right, GIVEN).undecided
    assert broken(lambda: within("y", array([1.0, 2.3, 4.0]), right, GIVEN)) == (
        "y[1]",
        "2.3",
        "2.0 ± 2.5e-01",
    )
    just_off = float(np.nextafter(4.0, 5.0))
    assert broken(lambda: within("y", array([1.0, 2.0, just_off]), right, GIVEN))[0] == "y[2]"


def test_the_first_wrong_entry_in_row_major_order_is_reported_with_its_own_index() -> None:
    got = as_array(np.asfortranarray([[1.0, 2.0, 9.0], [9.0, 5.0, 6.0]]))
    right = Target([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.1] * 6, (2, 3))
    what, found, _ = broken(lambda: within("y", got, right, GIVEN))
    assert (what, found) == ("y[0, 2]", "9.0")


@pytest.mark.parametrize("bad", [nan, inf, -inf])
def test_what_is_not_finite_never_passes_for_a_number(bad: float) -> None:
    assert (
        broken(lambda: within("y", array([1.0, bad]), target(1.0, 1.0, bounds=[1e300] * 2), GIVEN))[0]
        == "y[1]"
    )
    assert broken(lambda: near("⟨x̄, ẋ⟩", bad, 1.0, 1e300, GIVEN)) == ("⟨x̄, ẋ⟩", repr(bad), "1.0 ± 1.0e+300")


@pytest.mark.parametrize("bound", [inf, nan])
def test_two_numbers_are_not_compared_within_a_bound_that_is_not_finite(bound: float) -> None:
    verdict = near("⟨x̄, ẋ⟩", 1.0, 1.0, bound, GIVEN)
    assert verdict == Verdict(0.0, "the oracle's value is not finite")


def test_nan_is_not_near_nan() -> None:
    assert broken(lambda: near("⟨x̄, ẋ⟩", nan, nan, 1.0, GIVEN))[1] == "nan"


@pytest.mark.parametrize(("expected", "bound"), [(nan, 1.0), (inf, 1.0), (1.0, nan), (1.0, inf)])
def test_an_oracle_that_is_not_finite_decides_nothing(expected: float, bound: float) -> None:
    verdict = within("y", array([1.0]), target(expected, bounds=[bound]), GIVEN)
    assert verdict == Verdict(0.0, "the oracle's value is not finite")


def test_two_numbers_are_near_when_they_differ_by_no_more_than_the_bound() -> None:
    assert near("⟨x̄, ẋ⟩", 1.25, 1.0, 0.25, GIVEN).digits == pytest.approx(0.602, abs=1e-3)
    assert broken(lambda: near("⟨x̄, ẋ⟩", 1.25, 1.0, 0.24, GIVEN)) == ("⟨x̄, ẋ⟩", "1.25", "1.0 ± 2.4e-01")


@pytest.mark.parametrize(
    ("expected", "bounds", "digits"),
    [
        ([1.0], [1e-10], 10.0),
        ([-1000.0, 1.0], [1e-10, 1e-9], 12.0),
        ([0.0, 0.0], [1e-5, 1e-6], 5.0),
        ([1.0], [1.0], 0.0),
        ([1.0], [100.0], 0.0),
        ([1.0], [1e-300], EXACT),
        ([1.0], [0.0], EXACT),
        ([], [], EXACT),
    ],
)
def test_digits_are_what_the_largest_bound_leaves_of_the_largest_entry(
    expected: list[float], bounds: list[float], digits: float
) -> None:
    assert certified_digits(expected, bounds) == pytest.approx(digits)


def test_a_comparison_of_nothing_holds() -> None:
    assert within("y", array([]), target(bounds=[]), GIVEN) == HOLDS


def test_digits_of_a_sum_are_counted_at_the_size_of_its_terms() -> None:
    cancelled = near("⟨x̄, ẋ⟩", 0.0, 1e-14, 1e-11, GIVEN)
    assert cancelled.digits == 0.0
    assert at_scale(cancelled, 1.0, 1e-11).digits == pytest.approx(11.0)
    assert at_scale(cancelled, 1e-20, 1e-11).digits == 0.0
    assert at_scale(Verdict(6.0), 1.0, 1e-11).digits == 6.0
    assert at_scale(Verdict(0.0, "a kink"), 1.0, 1e-11).undecided == "a kink"
