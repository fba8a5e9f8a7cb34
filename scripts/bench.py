"""How fast the engine is: the ratio of its time to that of the same work written by hand in NumPy.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python scripts/bench.py [--long]

Run it where gradlaws is installed. The two sides are taken in turn in one process and each figure is the
smallest of many repeats, so that a noisy machine disturbs both alike. ``--long`` adds a chain of a million
ops.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from rich.console import Console
from rich.table import Table

from engine import Tensor, hvp, logsumexp, relu, sin
from engine.array import Array, as_array

REPEATS = 20
LONG = 1_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """The same work on both sides, forward and backward, ``calls`` times a measurement."""

    name: str
    by_hand: Callable[[], object]
    engine: Callable[[], object]
    calls: int = 1
    repeats: int = REPEATS


@dataclass(frozen=True, slots=True)
class Network:
    """Inputs, weights and labels of a two-layer ReLU network with the mean softmax loss."""

    x: Array
    first: Array
    second: Array
    labels: Array

    def by_hand(self) -> tuple[Array, Array]:
        """The gradients of both weights."""
        before = self.x @ self.first
        active = np.maximum(before, 0)
        scores = active @ self.second
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores_bar = (weights / weights.sum(axis=1, keepdims=True) - self.labels) / len(self.x)
        before_bar = (scores_bar @ self.second.T) * (before > 0)
        return as_array(self.x.T @ before_bar), as_array(active.T @ scores_bar)

    def loss(self, first: Tensor, second: Tensor) -> Tensor:
        """The loss on the engine."""
        scores = relu(Tensor.make_const(self.x) @ first) @ second
        return (logsumexp(scores, 1) - (scores * Tensor.make_const(self.labels)).sum(1)).sum() / len(self.x)

    def ours(self) -> tuple[Tensor | None, Tensor | None]:
        """The gradients of both weights on the engine."""
        first, second = (Tensor.make_const(w, requires_grad=True) for w in (self.first, self.second))
        self.loss(first, second).backward()
        return first.grad, second.grad

    def ours_hvp(self) -> object:
        """A Hessian-vector product on the engine."""
        weights = (self.first, self.second)
        return hvp(self.loss, weights, weights)


def network(sizes: tuple[int, int, int], batch: int, dtype: str) -> Network:
    """A network with random weights and data."""
    rng = np.random.default_rng(0)
    inputs, hidden, classes = sizes
    return Network(
        as_array(rng.normal(size=(batch, inputs)).astype(dtype)),
        as_array((rng.normal(size=(inputs, hidden)) / inputs**0.5).astype(dtype)),
        as_array((rng.normal(size=(hidden, classes)) / hidden**0.5).astype(dtype)),
        as_array(np.eye(classes, dtype=dtype)[rng.integers(classes, size=batch)]),
    )


def chain_by_hand(x: Array, links: int) -> Array:
    """The gradient of ``links`` times v ↦ 1.01 sin v."""
    values = [x]
    for _ in range(links):
        values.append(as_array(np.sin(values[-1]) * 1.01))
    adjoint = np.ones(x.shape)
    for value in values[-2::-1]:
        adjoint = adjoint * 1.01 * np.cos(value)
    return as_array(adjoint)


def chain(x: Array, links: int) -> Tensor | None:
    """The same on the engine."""
    leaf = value = Tensor(x)
    for _ in range(links):
        value = sin(value) * 1.01
    value.backward()
    return leaf.grad


def tasks(*, long: bool) -> list[Task]:
    """What is measured."""
    numbers = np.linspace(0, 1, 10)
    large, toy = network((784, 100, 10), 100, "float64"), network((4, 10, 3), 5, "float64")
    large32 = network((784, 100, 10), 100, "float32")
    found = [
        Task(
            "chain of 1,000 ops on 10 numbers",
            partial(chain_by_hand, numbers, 500),
            partial(chain, numbers, 500),
        ),
        Task("network 784-100-10, batch 100, float64", large.by_hand, large.ours, 5),
        Task("network 784-100-10, batch 100, float32", large32.by_hand, large32.ours, 5),
        Task("network 4-10-3, batch 5", toy.by_hand, toy.ours, 50),
        Task("its Hessian-vector product, to the gradient by hand", toy.by_hand, toy.ours_hvp, 20),
    ]
    if long:
        half = LONG // 2
        once = (partial(chain_by_hand, numbers, half), partial(chain, numbers, half))
        found.append(Task(f"chain of {LONG:,} ops on 10 numbers", *once, repeats=2))
    return found


def measure(task: Task) -> tuple[float, float]:
    """Seconds of one call by hand and on the engine."""
    best = [float("inf"), float("inf")]
    for _ in range(task.repeats):
        for side, run in enumerate((task.by_hand, task.engine)):
            start = time.perf_counter()
            for _ in range(task.calls):
                run()
            best[side] = min(best[side], (time.perf_counter() - start) / task.calls)
    return best[0], best[1]


def main(arguments: Sequence[str]) -> None:
    """Measure and print the table."""
    table = Table("task", "by hand", "engine", "ratio")
    for task in tasks(long="--long" in arguments):
        by_hand, ours = measure(task)
        table.add_row(task.name, f"{by_hand * 1e3:.3f} ms", f"{ours * 1e3:.3f} ms", f"{ours / by_hand:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
