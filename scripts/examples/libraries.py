"""Libraries that are no part of gradlaws, each behind what is used of it: their own types are partial."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Protocol

from engine.array import Array
from examples.errors import LibraryMissing


class Axes(Protocol):
    """A plot, of matplotlib."""

    def plot(
        self, x: Sequence[float], y: Sequence[float], format: str = "", *, label: str = ""
    ) -> object: ...
    def step(self, x: Sequence[float], y: Sequence[float], *, where: str, label: str = "") -> object: ...
    def imshow(self, image: Array, *, cmap: str) -> object: ...
    def set_title(self, title: str) -> object: ...
    def set_xlabel(self, label: str) -> object: ...
    def set_ylabel(self, label: str) -> object: ...
    def set_yscale(self, scale: str) -> object: ...
    def set_xscale(self, scale: str) -> object: ...
    def set_axis_off(self) -> object: ...
    def legend(self) -> object: ...


class Figure(Protocol):
    """A picture of several plots, of matplotlib."""

    def add_subplot(self, rows: int, columns: int, index: int) -> Axes: ...
    def savefig(self, path: Path, *, format: str) -> object: ...


class MakeFigure(Protocol):
    """The constructor of a matplotlib figure; its size is in inches."""

    def __call__(self, *, figsize: tuple[float, float], layout: str) -> Figure: ...


class Graph(Protocol):
    """A graph of Graphviz."""

    def draw(self, *, format: str, prog: str) -> bytes: ...


class MakeGraph(Protocol):
    """The constructor of a graph, from Graphviz source."""

    def __call__(self, *, string: str) -> Graph: ...


class Digits(Protocol):
    """scikit-learn's digits: images (1797, 8, 8) with entries 0 to 16, and labels 0 to 9."""

    images: Array
    target: Array


class LoadDigits(Protocol):
    """The loader of the digits, which stand in scikit-learn's package."""

    def __call__(self) -> Digits: ...


def make_figure(width: float, height: float) -> Figure:
    """An empty picture, of a size in inches. Raises ``LibraryMissing``."""
    make: MakeFigure = _module("matplotlib.figure").Figure
    return make(figsize=(width, height), layout="constrained")


def drawn(source: str, format: str) -> bytes:
    """The picture of Graphviz source, as ``svg`` or ``png``. Raises ``LibraryMissing``."""
    make: MakeGraph = _module("pygraphviz").AGraph
    return make(string=source).draw(format=format, prog="dot")


def load_digits() -> Digits:
    """scikit-learn's digits. Raises ``LibraryMissing``."""
    load: LoadDigits = _module("sklearn.datasets").load_digits
    return load()


def _module(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        library = name.partition(".")[0]
        raise LibraryMissing(
            "examples", str(error), f"an installed {library}", "pip install '.[examples]' in the clone"
        ) from error
