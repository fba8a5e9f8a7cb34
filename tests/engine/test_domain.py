from math import inf, nan

import pytest

from engine import KINK_AT_0, MASK, NONZERO, ORDERED, POSITIVE, REALS, Domain
from engine.catalogue import CATALOGUE, Entry


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


def test_a_domain_is_smooth_without_kinks_and_ties() -> None:
    assert all(domain.smooth for domain in (REALS, POSITIVE, NONZERO, MASK))
    assert not any(domain.smooth for domain in (KINK_AT_0, ORDERED, Domain(ties=True)))


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (REALS, ""),
        (KINK_AT_0, ""),
        (Domain(ties=True), ""),
        (Domain(share=0.5), ""),
        (Domain(even=True), ""),
        (ORDERED, "at ties: even shares"),
        (Domain(kinks=(0.0,), share=0.0), "at 0: that of the left side"),
        (Domain(kinks=(-1.0, 2.5), share=0.5), "at -1, 2.5: halfway between the sides"),
        (Domain(kinks=(0.0,), share=1.0), "at 0: that of the right side"),
        (
            Domain(kinks=(-1.0, 2.5), share=(0.0, 1.0)),
            "at -1: that of the left side; at 2.5: that of the right side",
        ),
        (
            Domain(kinks=(1.0, 2.0, 3.0, 4.0, 5.0), share=0.0),
            "at 1, 2, …, 5: that of the left side",
        ),
        (Domain(kinks=(0.0,), share=0.25), "at 0: 0.25 of the way from the left side to the right"),
        (
            Domain(kinks=(0.0,), share=0.0, ties=True, even=True),
            "at 0: that of the left side; at ties: even shares",
        ),
        (Domain(ties=True, share=0.5), "at ties: halfway between the sides"),
    ],
    ids=str,
)
def test_a_convention_is_put_into_words(domain: Domain, words: str) -> None:
    assert domain.convention == words


def test_each_kink_may_have_a_share_of_its_own() -> None:
    bounds = Domain(kinks=(-1.0, 1.0), share=(0.0, 1.0))
    assert (bounds.share_at(-1.0), bounds.share_at(1.0), bounds.share_at(0.0)) == (0.0, 1.0, None)
    assert Domain(kinks=(0.0,), share=0.5).share_at(0.0) == 0.5
    assert KINK_AT_0.share_at(0.0) is None


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
def test_every_op_with_a_kink_or_tie_declares_a_convention(entry: Entry) -> None:
    for domain in entry.domains:
        assert domain.share is not None or not domain.kinks
        assert domain.even or domain.share is not None or not domain.ties


@pytest.mark.parametrize(("name", "share"), [("ReLU", 0.0), ("Step", 0.0), ("Sign", 0.0), ("Abs", 0.5)])
def test_the_shares_are_those_of_the_docstrings(name: str, share: float) -> None:
    assert [(domain.kinks, domain.share) for domain in CATALOGUE[name].domains] == [((0.0,), share)]
    assert "0 the derivative is 0." in CATALOGUE[name].formula or "derivative 0." in CATALOGUE[name].formula
