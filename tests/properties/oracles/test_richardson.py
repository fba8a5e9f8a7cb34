"""Richardson extrapolation: honest against closed forms, undecided at kinks and decided beside them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest

from engine import ops
from engine.array import computed
from engine.tensor import Tensor
from properties.oracles.estimate import DOUBLE, Estimate
from properties.oracles.ladder import Richardson
from properties.oracles.richardson import Sample, Side, agree, richardson, two_sided
from properties.recording import record

UNIT = 2.0**-53


def curve(f: Callable[[float], float], noise: float = 0.0) -> Callable[[float], Sample]:
    def sample(t: float) -> Sample:
        value = computed(np.array([f(t)]))
        return Sample(value, 4 * UNIT * np.abs(value) + noise)

    return sample


def around(f: Callable[[float], float], x: float, noise: float = 0.0) -> Callable[[float], Sample]:
    """f as a function of t, with x + t for x."""
    return curve(lambda t: f(x + t), noise)


def number(estimate: Estimate) -> tuple[float, float]:
    (value,), (bound,) = estimate.values.tolist(), estimate.bounds.tolist()
    return float(value), float(bound)


CLOSED: dict[str, tuple[Callable[[float], float], Callable[[Decimal], Decimal]]] = {
    "exp": (lambda x: float(np.exp(x)), lambda x: x.exp()),
    "log": (lambda x: float(np.log(x)), lambda x: 1 / x),
    "sqrt": (lambda x: float(np.sqrt(x)), lambda x: 1 / (2 * x.sqrt())),
    "inverse": (lambda x: 1 / x, lambda x: -1 / x**2),
    "tanh": (lambda x: float(np.tanh(x)), lambda x: 4 * (2 * x).exp() / ((2 * x).exp() + 1) ** 2),
    "cube": (lambda x: x * x * x, lambda x: 3 * x * x),
}
POINTS = [float(x) for x in np.random.default_rng(4).uniform(2**-5, 8, 40)]


@pytest.mark.parametrize("name", CLOSED)
def test_both_sides_together_are_within_their_bound_of_the_closed_form(name: str) -> None:
    f, slope = CLOSED[name]
    with localcontext() as context:
        context.prec = 60
        for x in POINTS:
            value, bound = number(two_sided(around(f, x), x / 16))
            truth = slope(Decimal(x))
            assert abs(Decimal(value) - truth) <= Decimal(bound), (x, value, bound, truth)
            assert bound <= 1e-6 * abs(value)  # the tail of tanh; a second radius confirms so many digits


@pytest.mark.parametrize("side", ["central", "left", "right"])
@pytest.mark.parametrize("name", CLOSED)
def test_each_side_is_within_its_bound_of_the_closed_form(name: str, side: Side) -> None:
    f, slope = CLOSED[name]
    with localcontext() as context:
        context.prec = 60
        for x in POINTS:
            value, bound = number(richardson(around(f, x), x / 16, side=side))
            assert abs(Decimal(value) - slope(Decimal(x))) <= 2 * Decimal(bound), (x, value, bound)


def test_left_and_right_see_the_two_sides_of_a_kink() -> None:
    kink = curve(lambda t: 2 * t if t > 0 else -3 * t)
    assert number(richardson(kink, 1.0, side="right"))[0] == 2
    assert number(richardson(kink, 1.0, side="left"))[0] == -3


KINKS: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "relu": lambda t: max(t, 0.0),
    "a bent exponential": lambda t: float(np.exp(t)) if t > 0 else float(np.exp(2 * t)),
    "a jump": lambda t: 1.0 if t > 0 else 0.0,
    "a jump beside a slope": lambda t: t + (1e-6 if t >= 0 else 0.0),
    "root": lambda t: float(np.sqrt(np.abs(t))),
    "a small bend": lambda t: t + 1e-6 * abs(t),
    "max at a tie": lambda t: max(1 + t, 1 - t),
    "noise": lambda t: float(np.sin(1e9 * t)) if t else 0.5,
}


@pytest.mark.parametrize("name", KINKS)
@pytest.mark.parametrize("radius", [1.0, 1 / 16, 1e-3])
def test_at_a_kink_or_jump_no_digit_is_certified(name: str, radius: float) -> None:
    found = two_sided(curve(KINKS[name]), radius)
    value, bound = number(found)
    assert bound >= abs(value) / 10, (value, bound)
    assert bound > 1e-12
    assert bound < np.inf or found.cause == "left and right differ: a kink or noise"


@pytest.mark.parametrize("away", [1e-2, 1e-4, 1e-6, -1e-2, -1e-4, -1e-6])
@pytest.mark.parametrize("radius", [1.0, 1 / 16])
def test_a_kink_beside_the_point_does_not_fool_it(away: float, radius: float) -> None:
    found = two_sided(curve(lambda t: abs(t - away)), radius)
    value, bound = number(found)
    assert abs(value + np.sign(away)) <= bound
    assert bound == np.inf or bound < 1e-5
    assert bound < 1e-5 or abs(away) < 1e-5


@pytest.mark.parametrize("wave", [1e2, 1e4, 1e6, 1e8])
def test_it_is_not_fooled_by_what_oscillates_within_a_step(wave: float) -> None:
    for x in POINTS:
        waves = around(lambda s: float(np.sin(wave * s)), x, 4 * UNIT * wave * x)
        value, bound = number(two_sided(waves, x / 16))
        assert abs(value - wave * float(np.cos(wave * x))) <= 10 * bound + wave * wave * x * UNIT, (x, bound)


@pytest.mark.parametrize("x", [1e-3, 1e-6, 1e-10, 1e-20])
def test_it_is_not_fooled_by_a_pole_within_a_step(x: float) -> None:
    value, bound = number(two_sided(curve(lambda t: 1 / (x + t) if x + t else np.inf), 2**-7))
    assert abs(value + x**-2) <= 10 * bound


def test_entries_are_decided_one_by_one() -> None:
    def sample(t: float) -> Sample:
        values = computed(np.array([abs(t), t, np.exp(t)]))
        return Sample(values, 4 * UNIT * np.abs(values))

    found = two_sided(sample, 1 / 16)
    assert np.isinf(found.bounds).tolist() == [True, False, False]


def test_what_is_flat_for_float64_alone_is_not_certainly_flat() -> None:
    x = Tensor(-50.0)
    recording = record([ops.log(1 + ops.exp(x))], [x])
    value, bound = number(Richardson(DOUBLE).derivative(recording, [x.numpy()], np.ones(1)))
    assert abs(value - float(np.exp(-50.0))) <= 10 * bound


def test_undecided_samples_are_left_out() -> None:
    found = richardson(lambda t: Sample(np.array([t]), np.array([0.0]), "far" if abs(t) > 1 / 8 else ""), 1.0)
    assert number(found)[0] == 1
    assert found.cause == ""
    found = richardson(lambda t: Sample(np.array([t]), np.array([0.0]), "near"), 1.0)
    assert (number(found)[1], found.cause) == (np.inf, "near")


def test_two_estimates_agree_as_far_as_their_bounds_allow() -> None:
    def one(value: float, bound: float) -> Estimate:
        return Estimate(np.array([value]), np.array([bound]))

    assert agree(one(1.0, 0.25), one(2.0, 0.25)).all()
    assert not agree(one(1.0, 1e-3), one(2.0, 1e-3)).any()
    assert not agree(one(1.0, np.inf), one(1.0, 0.0)).any()


def test_what_is_zero_at_every_point_has_slope_zero() -> None:
    value, bound = number(two_sided(curve(lambda t: 0.0, noise=1e-300), 1 / 16))
    assert value == 0
    assert 0 < bound < 1e-280
    value, bound = number(two_sided(curve(lambda t: max(0.0, t - 1e-3), noise=1e-300), 1 / 16))
    assert value == 0
    assert bound < 1e-280


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("size", [1.0, 1e-30])
def test_what_is_zero_on_one_side_only_is_not_decided(side: float, size: float) -> None:
    starts: list[Callable[[float], float]] = [
        lambda t: max(0.0, t),
        lambda t: float(t > 0),
        lambda t: max(0.0, t) ** 0.5,
    ]

    def sample(t: float) -> Sample:
        values = np.array([size * start(side * t) for start in starts])
        return Sample(values, 4 * UNIT * np.abs(values) + 1e-300)

    assert np.isinf(two_sided(sample, 1 / 16).bounds).all()
