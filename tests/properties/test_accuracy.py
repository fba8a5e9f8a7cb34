"""Units of the last place, points in the tails, and the law of accuracy where mpmath is missing."""

from __future__ import annotations

from math import inf, nan
from random import Random

import pytest

from engine.catalogue import CATALOGUE
from engine.domain import POSITIVE, REALS, Domain
from engine.dtype import FLOAT32, FLOAT64
from properties.adapters.reference import Reference
from properties.judge import judge
from properties.laws import LAWS, accuracy
from properties.oracles.many_digits import mpmath
from properties.rows import Row
from properties.strategies.tails import tails
from properties.truths import summed
from properties.truths.ulps import relatively_off, ulps_off

TINY, MAX = 2.0**-1022, 1.7976931348623157e308


def off(got: float, *truth: float) -> float:
    return ulps_off(got, summed(truth), FLOAT64)


def test_an_ulp_is_the_distance_of_two_floats_at_the_truth() -> None:
    assert off(1 + 2.0**-52, 1.0) == 1
    assert off(1 - 2.0**-53, 1.0) == 0.5
    assert off(5e-324, 0.0) == 1
    assert off(TINY - 5e-324, TINY) == 1
    assert off(nan, 1.0) == off(nan, inf) == inf
    assert ulps_off(1 + 2.0**-23, summed(1.0), FLOAT32) == 1


def test_a_sum_is_measured_by_its_largest_term() -> None:
    assert off(2.0**-52, 1.0, -1.0) == 1
    assert off(1 + 2.0**-51, 0.75, 0.25) == 2
    assert off(2.0**-51, 1.0, 1.0, -2.0) == 1
    assert off(nan, MAX, -MAX) == inf


def test_an_infinity_is_read_as_the_float_after_the_largest() -> None:
    huge = mpmath().mpf(MAX) * 4.0
    for told in (summed(huge), summed((huge, 1.0))):
        assert ulps_off(inf, told, FLOAT64) == 0
        assert ulps_off(-inf, told, FLOAT64) == 2.0**54
        assert ulps_off(MAX, told, FLOAT64) == 1
        assert ulps_off(nan, told, FLOAT64) == inf
    assert ulps_off(nan, summed((huge, -1.0)), FLOAT64) == 0
    assert off(inf, MAX) == 1
    assert off(inf, MAX / 2) > 2.0**51


def test_a_second_derivative_is_asked_for_where_it_is_a_normal_number() -> None:
    def relative(got: float, truth: float) -> float:
        return relatively_off(got, summed(truth), FLOAT64)

    assert relative(1 + 2.0**-52, 1.0) == 1
    assert relative(0.0, TINY / 2) == 0
    assert relative(inf, TINY / 2) == relative(nan, 0.0) == inf
    assert relative(nan, inf) == 0


@pytest.mark.parametrize(
    "domain", [REALS, POSITIVE, Domain(low=5.0, high=6.0), Domain(kinks=(1.0,)), Domain(low=-1.0, high=1.0)]
)
@pytest.mark.parametrize("coarse", [False, True])
def test_points_lie_in_the_domain_off_its_kinks(domain: Domain, coarse: bool) -> None:
    random = Random(1)
    numbers = [random.getrandbits(64) for _ in range(4000)]
    found = tails(numbers, domain, FLOAT32 if coarse else FLOAT64, [()] * len(numbers), ())
    assert all(domain.smooth_at(x) for x in found)
    assert len(set(found)) > 500


def test_points_are_of_every_magnitude_and_near_what_is_named() -> None:
    random = Random(1)
    numbers = [random.getrandbits(64) for _ in range(4000)]
    found = tails(numbers, REALS, FLOAT64, [()] * len(numbers), (-1.25,))
    assert min(abs(x) for x in found if x) < TINY
    assert max(map(abs, found)) > 1e300
    assert any(0 < abs(x + 1.25) < 1e-12 for x in found)
    assert {x > 0 for x in found} == {True, False}


def test_without_mpmath_the_law_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("Tanh", (CATALOGUE["Tanh"],))
    law = LAWS["derivative_is_accurate"]
    assert judge(law, row, Reference(), examples=2, start=0).held == 2
    monkeypatch.setattr(accuracy, "INSTALLED", False)
    cell = judge(law, row, Reference(), examples=2, start=0)
    assert cell.lacking
    assert cell.executed == 0
