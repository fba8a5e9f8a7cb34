"""Smooth activations: tails, the neighbourhood of 0, refusals."""

import math
from collections.abc import Callable

import pytest

from engine import (
    ParameterError,
    Tensor,
    elu,
    gelu,
    grad,
    log_sigmoid,
    pullback,
    silu,
    softplus,
    softsign,
    swish,
    tanhshrink,
)


def gelu_tanh(a: Tensor) -> Tensor:
    return gelu(a, approximate="tanh")


ALL: list[Callable[[Tensor], Tensor]] = [
    log_sigmoid, softplus, silu, softsign, gelu, gelu_tanh, elu, tanhshrink,
]  # fmt: skip


def test_softplus_and_log_sigmoid_keep_their_digits() -> None:
    x = Tensor([-700.0, -1.0, 0.0, 1.0, 700.0])
    expected = [
        math.exp(-700.0),
        math.log1p(math.exp(-1.0)),
        math.log(2.0),
        1 + math.log1p(math.exp(-1.0)),
        700.0,
    ]
    assert softplus(x).numpy().tolist() == pytest.approx(expected, rel=4 * 2**-52, abs=0)
    assert log_sigmoid(-x).numpy().tolist() == (-softplus(x)).numpy().tolist()


def test_far_out_derivatives_of_all_orders_are_finite_and_nothing_warns() -> None:
    for function in ALL:
        x = Tensor([-1e300, -800.0, 800.0, 1e300])
        y = function(x)
        for _ in range(3):
            (y,) = pullback(y, [x])
            assert all(map(math.isfinite, y.numpy().tolist()))


def test_the_derivative_of_silu_far_below_zero() -> None:
    """(1 + a) exp a: at −740 the float exp(−740) has seven bits left, the derivative more."""
    exact = -739 * math.exp(-370.0) * math.exp(-370.0)
    assert abs(grad(silu)(-740.0).item() - exact) <= 739 * 4 * 2**-1074
    assert grad(silu)(-740.0).item() != -739 * math.exp(-740.0)
    assert swish is silu


def test_gelu_by_hand() -> None:
    assert gelu(Tensor(1.0)).item() == pytest.approx(
        (1 + math.erf(math.sqrt(0.5))) / 2, rel=4 * 2**-52, abs=0
    )
    assert gelu_tanh(Tensor(1.0)).item() == pytest.approx(
        (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715)) / 2, rel=4 * 2**-52, abs=0
    )
    assert grad(gelu)(0.0).item() == grad(gelu_tanh)(0.0).item() == 0.5
    assert grad(grad(gelu))(0.0).item() == pytest.approx(2 / math.sqrt(2 * math.pi), rel=4 * 2**-52, abs=0)


def test_gelu_names_its_approximations() -> None:
    with pytest.raises(ParameterError, match="Gelu: got approximate='erf'; expected 'none' or 'tanh'; "):
        gelu(Tensor(1.0), approximate="erf")


def test_softsign_at_zero() -> None:
    assert grad(softsign)(0.0).item() == 1.0
    assert softsign(Tensor([-3.0, 1.0])).numpy().tolist() == [-0.75, 0.5]


def test_elu_takes_the_left_derivative_at_zero() -> None:
    for alpha in (1.0, 0.5):
        x = Tensor([-1.0, 0.0, 2.0])
        (x_bar,) = pullback(elu(x, alpha), [x])
        assert x_bar.numpy().tolist() == pytest.approx(
            [alpha * math.exp(-1.0), alpha, 1.0], rel=2**-51, abs=0
        )
    assert elu(Tensor([-1e300, 1e300])).numpy().tolist() == [-1.0, 1e300]


@pytest.mark.parametrize("alpha", [math.inf, math.nan])
def test_elu_refuses_an_alpha_that_is_no_number(alpha: float) -> None:
    with pytest.raises(ParameterError, match=r"Elu: got alpha .*; expected a finite number; "):
        elu(Tensor(1.0), alpha)


def test_tanhshrink_near_zero() -> None:
    assert grad(tanhshrink)(1e-150).item() == pytest.approx(1e-300, rel=2**-51, abs=0)
    assert tanhshrink(Tensor(0.0)).item() == grad(tanhshrink)(0.0).item() == 0.0
