"""What the tests of the engine share: a guard against state that leaks, and an op that counts its calls."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Generator

import numpy as np
import pytest

from engine import (
    CATALOGUE,
    GRAD_MODE,
    LAZY_MODE,
    REALS,
    Elementwise,
    EngineError,
    Tensor,
    Unary,
    eager,
    lazy,
    op,
)
from engine.array import Array
from engine.catalogue import visiting


@pytest.fixture(autouse=True)
def nothing_leaks() -> Generator[None, None, None]:
    """A test leaves modes, catalogue, NumPy's error state and recursion limit as it found them."""
    names, floating, limit = list(CATALOGUE), np.geterr(), sys.getrecursionlimit()
    yield
    assert not LAZY_MODE.get()
    assert GRAD_MODE.get()
    assert list(CATALOGUE) == names
    assert np.geterr() == floating
    assert sys.getrecursionlimit() == limit


@pytest.fixture
def counted() -> Generator[tuple[Callable[[Tensor], Tensor], Counter[str]], None, None]:
    """The op y = 2a, and how often each of its three sayings was called."""
    calls = Counter[str]()
    with visiting():

        @op(REALS)
        class Doubled(Elementwise, Unary):
            """yᵢ = 2 aᵢ; every call is counted."""

            def compute(self, a: Array) -> Array:
                calls["compute"] += 1
                return a + a

            def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
                calls["gradient"] += 1
                return out_grad + out_grad

            def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
                calls["tangent"] += 1
                return in_tangent + in_tangent

        yield Doubled(), calls


@pytest.fixture
def refused() -> Callable[[Callable[[], object], type[EngineError], str], None]:
    """A check that a call is refused, eagerly and lazily, in these words; a ``*`` stands for any."""

    def check(call: Callable[[], object], error: type[EngineError], words: str) -> None:
        pattern = ".*".join(map(re.escape, words.split("*")))
        for mode in (eager, lazy):
            with mode(), pytest.raises(error) as caught:
                call()
            said = caught.value
            assert type(said) is error
            assert all((said.what, said.got, said.expected, said.do))
            assert re.fullmatch(pattern, str(said)), f"{said} is not {words}"

    return check
