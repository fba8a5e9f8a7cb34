"""Numbers of many digits go through NumPy's functions, and an op's own ``compute`` with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import ops
from engine.array import Array, computed
from engine.tensor import Tensor
from properties.oracles.complex_step import TINY
from properties.oracles.estimate import LONG, unit_of
from properties.oracles.many_digits import ManyDigits, Number, mpmath
from tests.properties.recorded import alone

UNARY: dict[str, tuple[float, ...]] = {
    "absolute": (-0.75, 0.75),
    "arccos": (-0.75, 0.25),
    "arccosh": (1.25, 30.0),
    "arcsin": (-0.75, 0.25),
    "arcsinh": (-3.0, 0.25),
    "arctan": (-3.0, 0.25),
    "arctanh": (-0.75, 0.25),
    "cbrt": (-8.0, -0.3, 27.0),
    "ceil": (-1.25, -0.5, 1.25, 2.0),
    "cos": (-3.0, 0.25),
    "cosh": (-3.0, 0.25),
    "exp": (-3.0, 0.25),
    "exp2": (-3.0, 0.25),
    "expm1": (-3.0, 2.0**-40),
    "floor": (-1.25, -0.5, 1.25, 2.0),
    "log": (0.25, 30.0),
    "log10": (0.25, 1000.0),
    "log1p": (-0.75, 2.0**-40),
    "log2": (0.25, 30.0),
    "negative": (-0.75, 0.75),
    "reciprocal": (-0.75, 3.0),
    "rint": (-1.5, -0.5, 0.5, 0.75, 2.5, 3.5),
    "sign": (-0.75, 0.0, 3.0),
    "sin": (-3.0, 0.25),
    "sinh": (-3.0, 0.25),
    "sqrt": (0.25, 2.0),
    "square": (-0.75, 3.0),
    "tan": (-1.25, 0.25),
    "tanh": (-3.0, 0.25),
    "trunc": (-1.25, -0.5, 1.25, 2.0),
}
BINARY: dict[str, tuple[tuple[float, float], ...]] = {
    "add": ((0.75, -3.0),),
    "arctan2": ((0.75, -3.0), (-0.75, -3.0), (0.75, 3.0)),
    "divide": ((0.75, -3.0),),
    "fmod": ((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)),
    "hypot": ((0.75, -3.0), (3.0, 4.0)),
    "maximum": ((0.75, -3.0),),
    "minimum": ((0.75, -3.0),),
    "multiply": ((0.75, -3.0),),
    "power": ((0.75, -3.0), (2.0, 0.5)),
    "remainder": ((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)),
    "subtract": ((0.75, -3.0),),
}


def ufunc(name: str) -> np.ufunc:
    found: object = getattr(np, name)
    assert isinstance(found, np.ufunc)
    return found


def numbers(*entries: float) -> Array:
    array = np.empty(len(entries), object)
    array[:] = [Number(mpmath().mpf(entry)) for entry in entries]
    return computed(array)


def floats(array: Array) -> list[float]:
    return [float(entry.real) if isinstance(entry, Number) else float(entry) for entry in array.tolist()]


@pytest.mark.parametrize("name", UNARY)
def test_a_function_of_numbers_is_that_of_floats(name: str) -> None:
    found = floats(computed(ufunc(name)(numbers(*UNARY[name]))))
    assert found == pytest.approx(floats(computed(ufunc(name)(np.array(UNARY[name])))), rel=1e-15, abs=0)


@pytest.mark.parametrize("name", BINARY)
def test_a_function_of_two_numbers_is_that_of_floats(name: str) -> None:
    for a, b in BINARY[name]:
        expected = float(ufunc(name)(a, b))
        assert floats(computed(ufunc(name)(numbers(a), numbers(b)))) == pytest.approx(
            [expected], rel=1e-15, abs=0
        )
        assert floats(computed(ufunc(name)(numbers(a), b))) == pytest.approx([expected], rel=1e-15, abs=0)


SPOKEN_OF: dict[str, tuple[Callable[[Tensor], Tensor], float, float]] = {
    "arccosh": (ops.arccosh, 1.25, 4 / 3),
    "arctan": (ops.arctan, 0.75, 0.64),
    "arctan2": (lambda x: ops.arctan2(x, 4.0 * x.detach()), 0.75, 4 / 3 / (1 / 16 + 1) / 4),
    "ceil": (ops.ceil, 0.75, 0.0),
    "expm1": (ops.expm1, 0.0, 1.0),
    "floor": (ops.floor, 0.75, 0.0),
    "hypot": (lambda x: ops.hypot(x, 4 / 3 * x), 0.75, 5 / 3),
    "log1p": (ops.log1p, 1.0, 0.5),
    "round": (ops.round, 0.75, 0.0),
    "tan": (ops.tan, 0.0, 1.0),
    "trunc": (ops.trunc, -0.75, 0.0),
}


@pytest.mark.parametrize("name", SPOKEN_OF)
def test_the_last_rung_speaks_of_ops_with_these_functions(name: str) -> None:
    f, x, slope = SPOKEN_OF[name]
    found = ManyDigits().derivative(*alone(f, x), np.ones(1))
    assert float(found.values[0]) == pytest.approx(slope, rel=1e-15, abs=0)
    assert float(found.bounds[0]) <= 16 * unit_of(LONG) * slope + TINY


def test_at_a_jump_it_says_nothing() -> None:
    found = ManyDigits().derivative(*alone(ops.floor, 2.0), np.ones(1))
    assert np.isinf(found.bounds).all()


def test_it_says_nothing_of_an_op_whose_terms_are_chosen_for_the_digits_of_a_float() -> None:
    with pytest.raises(TypeError, match="erfc"):
        ManyDigits().derivative(*alone(ops.erfc, 0.75), np.ones(1))
