"""Right functions at hard points: saturation, cancellation, overflow, chaos. None is called wrong."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pytest

from engine import ops
from engine.tensor import Tensor
from engine.transforms import Argument
from properties import NotDecided, Report, check_grads
from tests.properties.grads.planted import Function

Hard = tuple[Function, Sequence[Argument]]


def logistic(times: int) -> Function:
    """The logistic map, whose derivative grows by half with every step."""

    def f(x: Tensor) -> Tensor:
        for _ in range(times):
            x = 3.9 * x * (1 - x)
        return x

    return f


def softmax(x: Tensor) -> Tensor:
    return ops.exp(x - ops.logsumexp(x, (0,)))


def gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + ops.tanh(0.79788456 * (x + 0.044715 * x**3)))


def variance(x: Tensor) -> Tensor:
    return (x * x).sum() / x.size - (x.sum() / x.size) ** 2


def numbers(count: int) -> Sequence[float]:
    drawn: list[float] = np.random.default_rng(3).normal(size=count).tolist()
    return drawn


HILBERT = 1 / (np.arange(8.0)[:, np.newaxis] + np.arange(8.0) + 1)

PASS: dict[str, Hard] = {
    **{f"sigmoid at {x}": (ops.sigmoid, (x,)) for x in (-800.0, -40.0, 40.0, 800.0)},
    **{f"tanh at {x}": (ops.tanh, (x,)) for x in (-800.0, -40.0, 40.0, 800.0)},
    **{f"3x at {x}": (lambda x: 3 * x, (x,)) for x in (1e300, 1e-300, 5e-324, -1e-320)},
    **{f"sin at {x}": (ops.sin, (x,)) for x in (1e-300, 5e-324)},
    "x sin x, 1000 entries": (lambda x: x * ops.sin(x), (numbers(1000),)),
    "exp at -700": (ops.exp, (-700.0,)),
    "exp at -40 and 700": (ops.exp, ([-40.0, 0.0, 700.0],)),
    "log at 1e-8": (ops.log, (1e-8,)),
    "log at 1e-300": (ops.log, (1e-300,)),
    "log at 1e300": (ops.log, (1e300,)),
    "sqrt at 1e-300": (ops.sqrt, (1e-300,)),
    "1/x at 1e-8": (lambda x: 1 / x, (1e-8,)),
    "x squared at 1e-150": (lambda x: x * x, (1e-150,)),
    "x squared at 1e150": (lambda x: x * x, (1e150,)),
    "10000 terms": (lambda x: ops.exp(x).sum(), (numbers(10_000),)),
    "an offset": (lambda x: (x + 1e10) - 1e10, (1.0,)),
    "Vandermonde": (lambda x: Tensor.make_const(np.vander(np.linspace(0, 1, 6))) @ x, (numbers(6),)),
    "|sin 1000x|": (lambda x: ops.absolute(ops.sin(1000 * x)), (1.3,)),
    "log |x| at 1e150": (lambda x: ops.log(ops.absolute(x)), (1e150,)),
    "gelu": (gelu, ([-4.0, -2.0, 0.0, 5.0, 30.0],)),
    "softplus": (lambda x: ops.log(1 + ops.exp(x)), ([-30.0, 0.0, 30.0, 700.0],)),
    "silu": (lambda x: x * ops.sigmoid(x), ([-800.0, -40.0, 0.0, 40.0, 800.0],)),
}
"""Here enough is known."""

OPEN: dict[str, Hard] = {
    "softplus at -50": (lambda x: ops.log(1 + ops.exp(x)), ([-50.0, 1.0],)),
    "log sigmoid": (lambda x: ops.log(ops.sigmoid(x)), ([-700.0, -40.0, 0.0, 40.0, 800.0],)),
    "cross entropy": (lambda x: -ops.log(1 - ops.sigmoid(x)), ([-40.0, -20.0, 0.0, 5.0, 20.0, 30.0],)),
    "softmax": (softmax, ([0.0, 40.0, -40.0, 800.0, -800.0],)),
    "logistic map, 50 times": (logistic(50), (0.3,)),
    "logistic map, 200 times": (logistic(200), (0.3,)),
    "variance of large numbers": (variance, ([1e6 + x for x in numbers(5)],)),
    "Hilbert": (lambda x: Tensor.make_const(np.linalg.inv(HILBERT)) @ (Tensor.make_const(HILBERT) @ x),
                (numbers(8),)),
    "(1 - cos x) / x squared": (lambda x: (1 - ops.cos(x)) / (x * x), (1e-5,)),
    "a difference of roots": (lambda x: ops.sqrt(x + 1) - ops.sqrt(x), (1e10,)),
    "1/x at 1e-150": (lambda x: 1 / x, (1e-150,)),
    "gelu where 1 + tanh is lost": (gelu, ([-30.0, -10.0, -5.0],)),
    "tanh at 300": (ops.tanh, (300.0,)),
    "exp at -720": (ops.exp, (-720.0,)),
    "x squared at 1e-300": (lambda x: x * x, (1e-300,)),
    "x squared at the least number": (lambda x: x * x, (5e-324,)),
    "x cubed at the least number": (lambda x: x**3, (5e-324,)),
    "a quotient of small numbers": (lambda x, y: x / y, (1e-200, 1e-150)),
    "a product of a large and a small one": (lambda x, y: x * y, (1e200, 1e-200)),
    "sin at 1e15": (ops.sin, (1e15,)),
    "sin at 1e22": (ops.sin, (1e22,)),
    "sin at 1e160": (ops.sin, (1e160,)),
    "sin 1e6 x": (lambda x: ops.sin(1e6 * x), (1.3,)),
    "sin 1/x": (lambda x: ops.sin(1 / x), (1e-3,)),
    "|sin 1e6 x|": (lambda x: ops.absolute(ops.sin(1e6 * x)), (1.3,)),
    "x |x| at 0": (lambda x: x * ops.absolute(x), (0.0,)),
    "float32 exp": (ops.exp, (np.array([-100.0, -80.0, 80.0], np.float32),)),
    "float32 cancellation": (lambda x: x**3 - 3 * x**2 + 3 * x - 1, (np.array([1.01], np.float32),)),
    "float32 ends": (lambda x: 2 * x, (np.array([1e38, 1e-45], np.float32),)),
}  # fmt: skip
"""Here little may be known, but nothing is wrong."""

FIRST: dict[str, Hard] = {
    "1/x where its slope overflows": (lambda x: 1 / x, (1e-160,)),
    "exp where a direction overflows": (ops.exp, (709.7,)),
    "1/x squared": (lambda x: 1 / (x * x), (1e-100,)),
    "norm at 0": (lambda x: ops.sqrt((x * x).sum()), ([0.0, 0.0],)),
    "sqrt at 0": (ops.sqrt, (0.0,)),
    "x to the 2.5 at 0": (lambda x: x**2.5, (0.0,)),
    "a power at 0": (ops.power, (0.0, 2.0)),
    "float32 log": (ops.log, (np.array([1e-40, 1e-30, 1e30], np.float32),)),
}
"""The same, where the first derivative is not finite and has no second."""


FAR = [
    (2138118370, [[-268.08242996, 692.02531217, 547.00033898, -314.4475565],
                  [-556.1771316, 265.52370262, -303.96410594, 442.78012607],
                  [417.8938476, 606.43423672, -582.59726903, 595.32688005]]),
    (1816710733, [[-2018.23499739, 4715.29534205, 4673.95231188, -3308.91233861],
                  [4055.8433211, -4824.63055496, 1873.11028177, 4664.96898857],
                  [1952.37674519, -3536.04387952, 4601.83765587, 3354.74994373]]),
]  # fmt: skip
"""Seeds and points. At the first, products in the engine's second derivative underflow and are scaled up;
at the second the largest radius of an extrapolation saw a value to two digits that no other saw at all."""


def asked(hard: Hard, order: int, seed: int) -> Report:
    f, args = hard
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotDecided)
        return check_grads(f, args, order, seed=seed)


@pytest.mark.parametrize("name", PASS)
def test_what_can_be_known_is_certified(name: str) -> None:
    for seed in (0, 1):
        report = asked(PASS[name], 1, seed)
        assert report.verdict == "PASS", report


@pytest.mark.parametrize("name", [*OPEN, *FIRST])
def test_what_is_right_is_never_called_wrong(name: str) -> None:
    for seed in (0, 1):
        asked({**OPEN, **FIRST}[name], 1, seed)


@pytest.mark.parametrize(("seed", "point"), FAR)
def test_nor_is_a_softmax_far_out(seed: int, point: list[list[float]]) -> None:
    def rows(x: Tensor) -> Tensor:
        weights = ops.exp(x - ops.max(x.detach(), 1, keepdims=True))
        return weights / ops.summation(weights, 1, keepdims=True)

    assert asked((rows, (point,)), 2, seed).verdict == "INCONCLUSIVE"


@pytest.mark.parametrize("name", [*OPEN, *PASS])
def test_nor_at_order_two(name: str) -> None:
    asked({**OPEN, **PASS}[name], 2, 0)
