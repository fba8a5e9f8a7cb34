"""A promise with its figure, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised, the figure measured, the bar; ``met`` is None where nothing could be measured."""

    text: str
    figure: str
    bar: str
    met: bool | None


def at_most(text: str, value: float, bar: float, note: str = "") -> Promise:
    """A figure that is to be no larger than the bar; NaN meets none."""
    return Promise(text, f"{value:.2g}{note}", f"≤ {bar:g}", not isnan(value) and value <= bar)


def broken(promises: Sequence[Promise]) -> bool:
    """Whether one is measured and not met."""
    return any(promise.met is False for promise in promises)


def table_of(promises: Sequence[Promise], title: str = "check_grads") -> Table:
    """One line a promise."""
    table = Table("promise", "measured", "bar", "", title=title, title_justify="left")
    words = {True: "[green]met[/]", False: "[red]not met[/]", None: "not measured"}
    for promise in promises:
        table.add_row(promise.text, promise.figure, promise.bar, words[promise.met])
    return table
