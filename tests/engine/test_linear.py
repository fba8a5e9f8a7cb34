"""The work and the memory of a walk grow as the graph does, counted in calls and in bytes.

No seconds are measured: they depend on the machine. What is counted is every call of a function, Python's own
included, every entry that an op computes, and the bytes that tracemalloc sees at the peak, from the building
of the graph to the derivative.
"""

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import log2
from types import FrameType

import numpy as np
import pytest

from engine import Tensor, concatenate, identity, negate, pullback, pushforward, stack
from engine.ops import joining

FEW, MANY = 64, 512
"""Sizes whose work is compared: powers of 8, by which a stack is cut to pieces."""

SMALL, LARGE = 256, 1_024
"""Sizes whose memory is compared."""

TABLES = 1.05
"""Tables of dicts grow in leaps, those of sets fourfold: so much may hide between two such sizes."""


def chain(x: Tensor, size: int) -> Tensor:
    for _ in range(size // 2):
        x = negate(identity(x))
    return x


def fan(x: Tensor, size: int) -> Tensor:
    """One value is used so often, and one op has so many inputs."""
    return stack([identity(x) for _ in range(size)]).sum()


def tower(x: Tensor, size: int) -> Tensor:
    """Diamonds, one upon the other: 2ⁿ paths."""
    for _ in range(size):
        x = x * 0.5 + x * 0.5
    return x


Shape = Callable[[Tensor, int], Tensor]
Walk = Callable[[Tensor, Tensor], Tensor]


def reverse(y: Tensor, x: Tensor) -> Tensor:
    return pullback(y, [x])[0]


def forward(y: Tensor, x: Tensor) -> Tensor:
    return pushforward([y], [x], [Tensor(1.0)])[0]


def second(y: Tensor, x: Tensor) -> Tensor:
    return reverse(reverse(y, x), x)


WALKS = {"reverse": reverse, "forward": forward, "second order": second}
SHAPES = {"chain": chain, "fan": fan, "tower": tower}

every_walk = pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def run(shape: Shape, walk: Walk, size: int) -> None:
    x = Tensor(0.5)
    y = shape(x, size)
    walk(y * y, x)


def peak(shape: Shape, walk: Walk, size: int) -> int:
    """The most bytes that were in use at one time."""
    gc.collect()
    tracemalloc.start()
    try:
        run(shape, walk, size)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@contextmanager
def counting() -> Generator[Counter[str], None, None]:
    """How often each function was called, and how many entries ops computed."""
    counts = Counter[str]()

    def count(frame: FrameType, event: str, subject: object) -> None:
        name = frame.f_code.co_name
        if event == "call":
            counts[name] += 1
        elif event == "c_call":
            counts["in C"] += 1
        elif event == "return" and name == "evaluate" and isinstance(subject, np.ndarray):
            counts["entries"] += subject.size

    sys.setprofile(count)
    try:
        yield counts
    finally:
        sys.setprofile(None)


def work(shape: Shape, walk: Walk, size: int) -> tuple[int, int]:
    """How many calls there were, and how many entries were computed."""
    with counting() as counts:
        run(shape, walk, size)
    entries = counts.pop("entries")
    return counts.total(), entries


@every_walk
@every_shape
def test_memory_is_linear(shape: Shape, walk: Walk) -> None:
    run(shape, walk, FEW)
    small, large = peak(shape, walk, SMALL), peak(shape, walk, LARGE)
    each = f"{small / SMALL:.0f} bytes for each of {SMALL}, {large / LARGE:.0f} for each of {LARGE}"
    assert large / LARGE <= TABLES * small / SMALL, each


@every_walk
@every_shape
def test_work_is_linear(shape: Shape, walk: Walk) -> None:
    """Calls are a·n + b, with b for what is done once. Entries may be n log n: see ``joining``."""
    run(shape, walk, FEW)
    (few_calls, few_entries), (many_calls, many_entries) = work(shape, walk, FEW), work(shape, walk, MANY)
    assert many_calls / MANY <= few_calls / FEW
    assert many_entries / (MANY * log2(MANY)) <= few_entries / (FEW * log2(FEW))


def wedge(x: Tensor, size: int) -> Tensor:
    """Each value is longer than the one before by an entry."""
    y = stack([x])
    for _ in range(size):
        y = concatenate([y, stack([x])])
    return y.sum()


def test_values_that_grow_are_seen_by_either_measure() -> None:
    assert peak(wedge, reverse, LARGE) / LARGE > TABLES * peak(wedge, reverse, SMALL) / SMALL
    few, many = work(wedge, reverse, FEW)[1], work(wedge, reverse, MANY)[1]
    assert many / (MANY * log2(MANY)) > few / (FEW * log2(FEW))


def test_pieces_that_are_all_cut_from_one_array_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "PIECES", MANY)
    few, many = work(fan, second, FEW)[1], work(fan, second, MANY)[1]
    assert many / (MANY * log2(MANY)) > few / (FEW * log2(FEW))


@pytest.mark.parametrize(("shape", "ops"), [(chain, FEW), (fan, FEW + 2), (tower, 3 * FEW)])
def test_each_rule_is_called_once(shape: Shape, ops: int) -> None:
    """Of each op of the shape, and of the square behind it."""
    for walk, rule in ((reverse, "gradient_as_tuple"), (forward, "tangent_as_sum")):
        with counting() as counts:
            run(shape, walk, FEW)
        assert counts[rule] == ops + 1


def test_a_billion_paths_are_walked_in_as_many_calls_as_there_are_sums() -> None:
    x = Tensor(1.0)
    y = x
    for _ in range(30):
        y = y + y
    with counting() as counts:
        x_bar, tangent = reverse(y, x), forward(y, x)
    assert x_bar.item() == tangent.item() == 2.0**30
    assert counts["gradient_as_tuple"] == counts["tangent_as_sum"] == 30
