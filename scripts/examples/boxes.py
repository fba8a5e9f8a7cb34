"""Universal approximation with step units: a sum of boxes is a network with one hidden layer.

With the unit step σ, a box of height h from e to e + δ is h σ(x − e) − h σ(x − e − δ): two hidden units. The
engine's σ is 0 at 0, so a box holds its right edge and not its left one. Boxes side by side over [−B, B],
each as high as f at its midpoint, are off by at most δ/2 · max |f′| on (−B, B], by the mean value theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from engine import Tensor, cos, no_grad, sin, step
from engine.array import Array, computed
from engine.errors import ParameterError
from examples.files import written
from examples.libraries import make_figure

REACH = 3.0
"""B."""
STEEPEST = 3.5
"""|f′| = |2 cos 2x − 1.5 sin 3x| is not above it."""
COUNTS = (4, 8, 16, 32, 64, 128, 256, 512)
SHOWN = (8, 32)
POINTS = 3000
"""Points of (−B, B] at which the error is taken: several in every box."""
PICTURE = "boxes.png"


def wave(x: Tensor) -> Tensor:
    """f(x) = sin 2x + ½ cos 3x."""
    return sin(2 * x) + cos(3 * x) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """The network y = Σⱼ vⱼ σ(x − tⱼ): thresholds t and weights v, a pair of units for each box."""

    thresholds: Tensor
    weights: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """The values (N,) at the points x (N,)."""
        return step(x.reshape(-1, 1) - self.thresholds) @ self.weights


@dataclass(frozen=True, slots=True)
class Off:
    """How far so many boxes of this width are from the function, at most and in the mean."""

    count: int
    width: float
    most: float
    mean: float

    @property
    def bound(self) -> float:
        """δ/2 · max |f′|."""
        return self.width / 2 * STEEPEST


def box(height: float, start: float, width: float) -> Boxes:
    """h σ(x − e) − h σ(x − e − δ)."""
    return Boxes(Tensor([start, start + width]), Tensor([height, -height]))


def approximation(f: Callable[[Tensor], Tensor], reach: float, count: int) -> Boxes:
    """``count`` boxes side by side over [−B, B], each as high as f at its midpoint.

    Raises ``ParameterError`` for less than one box.
    """
    if count < 1:
        raise ParameterError("approximation", f"{count} boxes", "at least one", "choose how many")
    edges = np.linspace(-reach, reach, count + 1)
    heights = values(f, computed((edges[:-1] + edges[1:]) / 2))
    thresholds = np.stack([edges[:-1], edges[1:]], axis=1)
    weights = np.stack([heights, -heights], axis=1)
    return Boxes(Tensor(thresholds.reshape(-1)), Tensor(weights.reshape(-1)))


def points(reach: float = REACH) -> Array:
    """Points a constant distance apart in (−B, B]: at −B itself no box has begun."""
    return computed(np.linspace(-reach, reach, POINTS + 1)[1:])


def values(f: Callable[[Tensor], Tensor], x: Array) -> Array:
    """The values of a function or of boxes at the points x (N,)."""
    with no_grad():
        return f(Tensor.make_const(x)).numpy()


def errors(counts: Sequence[int] = COUNTS) -> list[Off]:
    """For each number of boxes how far they are from ``wave`` over (−B, B]."""
    x = points()
    right = values(wave, x)
    found: list[Off] = []
    for count in counts:
        off = computed(np.abs(values(approximation(wave, REACH, count), x) - right))
        found.append(Off(count, 2 * REACH / count, float(np.max(off)), float(np.mean(off))))
    return found


def show(folder: Path, console: Console) -> list[Path]:
    """The errors as a table; functions and errors as a picture."""
    found = errors()
    table = Table("boxes", "units", "width δ", "largest error", "mean error", "δ/2 · max |f′|")
    for off in found:
        numbers = (off.width, off.most, off.mean, off.bound)
        table.add_row(str(off.count), str(2 * off.count), *(f"{number:.5f}" for number in numbers))
    console.print(table)
    path = folder / PICTURE
    draw(found, path)
    return [path]


def draw(found: Sequence[Off], path: Path) -> None:
    """The function under few boxes and under more, and the errors against the width, as PNG."""
    figure = make_figure(11.0, 3.4)
    x = points()
    for place, count in enumerate(SHOWN, start=1):
        axes = figure.add_subplot(1, 3, place)
        axes.plot(x.tolist(), values(wave, x).tolist(), "k-", label="f")
        edges = np.linspace(-REACH, REACH, count + 1)
        heights = values(approximation(wave, REACH, count), edges)
        axes.step(edges.tolist(), heights.tolist(), where="pre", label=f"{count} boxes")
        axes.set_title(f"{2 * count} step units")
        axes.legend()
    axes = figure.add_subplot(1, 3, 3)
    widths = [off.width for off in found]
    axes.plot(widths, [off.bound for off in found], "k:", label="δ/2 · max |f′|")
    axes.plot(widths, [off.most for off in found], "ro-", label="largest error")
    axes.plot(widths, [off.mean for off in found], "bo-", label="mean error")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("width δ of a box")
    axes.legend()
    with written(path) as beside:
        figure.savefig(beside, format="png")
