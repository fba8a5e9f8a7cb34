from math import inf, nan

import pytest

from engine import KINK_AT_0, MASK, NONZERO, ORDERED, POSITIVE, REALS, Domain


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        (REALS, (-1e300, 0.0, 1e300), (inf, -inf, nan)),
        (POSITIVE, (5e-324, 1.0), (0.0, -1.0, inf, nan)),
        (NONZERO, (-1.0, 5e-324), (0.0, -0.0, nan)),
        (MASK, (0.0, 1.0), (0.5, -1.0, nan)),
        (Domain(low=-1.0, high=1.0), (-0.5, 0.999), (-1.0, 1.0)),
    ],
)
def test_a_domain_contains_where_the_op_is_defined(
    domain: Domain, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    assert all(domain.contains(x) for x in inside)
    assert not any(domain.contains(x) for x in outside)


def test_a_margin_keeps_away_from_ends_and_poles() -> None:
    assert POSITIVE.contains(0.25, margin=0.125)
    assert not POSITIVE.contains(0.0625, margin=0.125)
    assert not NONZERO.contains(-0.0625, margin=0.125)
    assert Domain(high=1.0).contains(0.75, margin=0.125)
    assert not Domain(high=1.0).contains(0.9375, margin=0.125)


def test_an_op_is_defined_at_a_kink_and_not_smooth_there() -> None:
    assert KINK_AT_0.contains(0.0)
    assert not KINK_AT_0.smooth_at(0.0)
    assert KINK_AT_0.smooth_at(0.25, margin=0.125)
    assert not KINK_AT_0.smooth_at(-0.0625, margin=0.125)


def test_nothing_is_smooth_outside_the_domain() -> None:
    assert not POSITIVE.smooth_at(-1.0)
    assert not NONZERO.smooth_at(0.0)


def test_no_derivative_is_meant_with_respect_to_marks() -> None:
    assert not MASK.differentiable
    assert all(domain.differentiable for domain in (REALS, POSITIVE, NONZERO, KINK_AT_0, ORDERED))


def test_ties_are_a_fact_of_entries_together() -> None:
    assert ORDERED.ties
    assert ORDERED.smooth_at(0.0)
    assert not REALS.ties
