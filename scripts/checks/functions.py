"""The functions that ``check_grads`` is measured on, each with the arguments for which it is meant.

An argument is a scale, log-uniform between two magnitudes, times entries from U(1/2, 2) of random or positive
sign; in a *mixed* one every entry has a scale of its own. The magnitudes are 1e-4 to 1e4 but where a function
leaves the numbers: exp ends at 700 (e^709 overflows), or at 80 in float32; exp(−x²) at 26 (9), where it
underflows; powers keep xʸ below 1e120 (1e16). sin(eˣ) ends at x = 10, where eˣ has the magnitude 1e4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np

from engine import (
    Tensor,
    absolute,
    broadcast_to,
    concatenate,
    cos,
    exp,
    log,
    logsumexp,
    max,
    maximum,
    minimum,
    power,
    relu,
    reshape,
    sigmoid,
    sin,
    sqrt,
    summation,
    tanh,
    transpose,
    where,
)
from engine.array import Array, Shape, computed


class Variadic(Protocol):
    """A function of any number of Tensors."""

    def __call__(self, *args: Tensor) -> Tensor: ...


Function: TypeAlias = (
    Variadic
    | Callable[[Tensor], Tensor]
    | Callable[[Tensor, Tensor], Tensor]
    | Callable[[Tensor, Tensor, Tensor], Tensor]
)
Point: TypeAlias = Sequence[Array]

SMALLEST, LARGEST = 1e-4, 1e4
GAP = 1 / 64
"""Entries that are compared differ by this share of the larger one, or more."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument: its shape, the largest magnitude in float64 and float32, and whether it is positive."""

    shape: Shape = (3, 4)
    largest: float = LARGEST
    largest32: float = LARGEST
    positive: bool = False

    def draw(self, random: np.random.Generator, dtype: str, *, mixed: bool) -> Array:
        """An argument of random scale."""
        top = self.largest if dtype == "float64" else self.largest32
        exponents = random.uniform(np.log10(SMALLEST), np.log10(top), self.shape if mixed else ())
        sizes = np.clip(10**exponents * random.uniform(0.5, 2, self.shape), SMALLEST, top)
        signs = 1.0 if self.positive else random.choice([-1.0, 1.0], self.shape)
        return computed((sizes * signs).astype(dtype))


def _anywhere(_: Point) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Subject:
    """A function with its arguments; ``smooth`` says of a point whether it is away from ties."""

    name: str
    function: Function
    slots: tuple[Slot, ...] = (Slot(),)
    smooth: Callable[[Point], bool] = field(default=_anywhere)

    def draw(self, random: np.random.Generator, dtype: str, *, mixed: bool) -> list[Array]:
        """A point away from ties."""
        while True:
            point = [slot.draw(random, dtype, mixed=mixed) for slot in self.slots]
            if self.smooth(point):
                return point


def apart(point: Point) -> bool:
    """Whether no two entries at one place are nearly equal."""
    a, b = point
    return bool(np.all(np.abs(a - b) > GAP * np.maximum(np.abs(a), np.abs(b))))


def one_wins(point: Point) -> bool:
    """Whether the largest entry of each row is apart from the next."""
    rows = np.sort(point[0], axis=-1)
    return bool(np.all(rows[..., -1] - rows[..., -2] > GAP * np.abs(rows[..., -2:]).max(axis=-1)))


def softmax(x: Tensor) -> Tensor:
    """exp(x − max) / Σ exp(x − max) over the last axis."""
    weights = exp(x - max(x.detach(), 1, keepdims=True))
    return weights / summation(weights, 1, keepdims=True)


def variance(x: Tensor) -> Tensor:
    """The mean square distance from the mean, over the last axis."""
    off = x - summation(x, 1, keepdims=True) / 4
    return summation(off * off, 1) / 4


MASK = np.array([[True, False, True, False], [False, False, True, True], [True, True, False, False]])
POSITIVE = (Slot(positive=True),)
PAIR = (Slot(), Slot())
POSITIVE_PAIR = (Slot(positive=True), Slot(positive=True))
MATRICES = (Slot(), Slot((4, 3)))
TO_700 = (Slot(largest=700.0, largest32=80.0),)
TO_26 = (Slot(largest=26.0, largest32=9.0),)
TO_10 = (Slot(largest=10.0, largest32=10.0),)
POWER = (Slot(positive=True), Slot(largest=30.0, largest32=4.0))
NETWORK = (Slot(), Slot((4, 5), 10.0, 10.0), Slot((5, 2), 10.0, 10.0))

SUBJECTS: tuple[Subject, ...] = (
    Subject("sin", sin),
    Subject("cos", cos),
    Subject("exp", exp, TO_700),
    Subject("log", log, POSITIVE),
    Subject("tanh", tanh),
    Subject("sigmoid", sigmoid),
    Subject("sqrt", sqrt, POSITIVE),
    Subject("relu", relu),
    Subject("abs", absolute),
    Subject("x³", lambda x: x**3),
    Subject("x^1.5", lambda x: x**1.5, POSITIVE),
    Subject("1/x", lambda x: 1 / x),
    Subject("x·y", lambda x, y: x * y, PAIR),
    Subject("x/y", lambda x, y: x / y, PAIR),
    Subject("x^y", power, POWER),
    Subject("x − y", lambda x, y: x - y, PAIR),
    Subject("maximum", maximum, PAIR, apart),
    Subject("minimum", minimum, PAIR, apart),
    Subject("where", lambda x, y: where(MASK, x * y, sin(x)), PAIR),
    Subject("matmul", lambda x, y: x @ y, MATRICES),
    Subject("sum over an axis", lambda x: summation(x, 1)),
    Subject("mean", lambda x: summation(x) / 12),
    Subject("max over an axis", lambda x: max(x, 1), smooth=one_wins),
    Subject("logsumexp", lambda x: logsumexp(x, 1)),
    Subject("softmax", softmax),
    Subject("variance", variance),
    Subject("norm", lambda x: sqrt(summation(x * x))),
    Subject("broadcast product", lambda x, y: x * y, (Slot(), Slot((4,)))),
    Subject("broadcast quotient", lambda x, y: x / y, (Slot((3, 1)), Slot((4,)))),
    Subject("broadcast_to", lambda x: broadcast_to(reshape(x, (4, 1)), (4, 3)) ** 2, (Slot((4,)),)),
    Subject("joined parts", lambda x, y: concatenate([x[1:], transpose(y)], 0) ** 2, MATRICES),
    Subject("x log x", lambda x: x * log(x), POSITIVE),
    Subject("tanh of matmul", lambda x, y: tanh(x @ y), MATRICES),
    Subject("log of Σ x·y", lambda x, y: log(summation(x * y, 1)), POSITIVE_PAIR),
    Subject("two-layer network", lambda x, v, w: tanh(x @ v) @ w, NETWORK),
    Subject("cross entropy", lambda x: summation(logsumexp(x, 1) - x[:, 1]) / 3),
    Subject("sin(exp x)", lambda x: sin(exp(x)), TO_10),
    Subject("exp(−x²)", lambda x: exp(-(x * x)), TO_26),
    Subject("softplus", lambda x: log(1 + exp(x)), TO_700),
    Subject("√(1 + x²)", lambda x: sqrt(1 + x * x)),
)

BY_NAME: dict[str, Subject] = {subject.name: subject for subject in SUBJECTS}
"""At least 24 correct functions."""

SEVEN: tuple[str, ...] = ("sin", "exp", "x·y", "matmul", "softmax", "logsumexp", "sum over an axis")
"""The functions of the promises on sensitivity and speed."""
