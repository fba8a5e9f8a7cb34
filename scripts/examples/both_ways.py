"""The sigmoid network trained both ways: by the document's hand-written backward pass, and by gradients.

    cd scripts && python -m examples.both_ways [--images N]

Of the 10,000 bundled images the first 8,000 are trained by, in their order, and the last 2,000 are the test.
It prints the tables and writes docs/both_ways.md with its picture; with ``--images`` it trains by the first N
only, and writes nothing.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from examples.files import written
from examples.libraries import make_figure
from examples.sigmoid_net import Score
from examples.ways import (
    AS_DOCUMENTED,
    EPOCHS,
    FIRST,
    OTHER_SEEDS,
    PARTS,
    SCALED,
    TEST,
    TRAIN,
    Run,
    Setting,
    Way,
    apart,
    first_losses,
    trained,
)

PAGE = Path(__file__).parents[2] / "docs" / "both_ways.md"
PICTURE = "both_ways.png"
SHOWN = 2000
"""Images that ``show`` trains by: a minute instead of several."""

BY_HAND = (Way.DOCUMENT, Way.REPAIRED)
ACCURACIES = ("pixels", "rate", "epoch", *(way.value for way in Way))
MEASURES = ("pixels", "rate", "way", "loss at last", "saturated at first", "at last", "s an epoch")
STARTS = ("seed", *(way.value for way in BY_HAND))
LOSSES = ("image", *(way.value for way in Way))

Rows: TypeAlias = list[tuple[str, ...]]
Starts: TypeAlias = dict[int, tuple[Score, ...]]


def compare(settings: Sequence[Setting], images: int, console: Console) -> list[Run]:
    """Every way in every setting. Raises ``ParameterError`` as ``trained``."""
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("both ways", total=len(settings) * len(Way) * EPOCHS * PARTS)
        return [
            trained(setting, way, images, lambda: progress.advance(task))
            for setting in settings
            for way in Way
        ]


def accuracies(runs: Sequence[Run]) -> Rows:
    """The share of test images that are right, epoch by epoch, a column for each way."""
    return [
        (*setting.cells, str(epoch + 1), *(f"{run.epochs[epoch].accuracy:.2%}" for run in group))
        for setting, group in by_setting(runs)
        for epoch in range(EPOCHS)
    ]


def measures(runs: Sequence[Run]) -> Rows:
    """The loss, the saturation of the first layer, and the time: the least of the epochs."""
    return [
        (
            *run.setting.cells,
            run.way.value,
            f"{run.epochs[-1].loss:.3f}",
            *(f"{share:.1%}" for share in run.saturated),
            f"{min(run.seconds):.2f}",
        )
        for run in runs
    ]


def losses(setting: Setting) -> Rows:
    """The losses of some of the first images, each before its step."""
    columns = [first_losses(setting, way) for way in Way]
    return [
        (str(number), *(f"{loss:.6f}" for loss in row)) for number, *row in zip(FIRST, *columns, strict=True)
    ]


def starts(images: int, seeds: Sequence[int], tell: Callable[[], object]) -> Starts:
    """For each seed the last scores of both ways by hand, in the document's setting, from its start."""
    return {
        seed: tuple(trained(AS_DOCUMENTED, way, images, tell, seed).epochs[-1] for way in BY_HAND)
        for seed in seeds
    }


def start_rows(others: Starts) -> Rows:
    """The share of test images that are right at last, a column for each way by hand."""
    return [(str(seed), *(f"{score.accuracy:.2%}" for score in scores)) for seed, scores in others.items()]


def by_setting(runs: Sequence[Run]) -> list[tuple[Setting, list[Run]]]:
    """The runs of each setting, in the order of the ways."""
    settings = dict.fromkeys(run.setting for run in runs)
    return [(setting, [run for run in runs if run.setting == setting]) for setting in settings]


def outcomes(runs: Sequence[Run]) -> list[str]:
    """For each setting, who is ahead at last, how far rounding has grown, and what the engine costs."""
    lines: list[str] = []
    for setting, (document, repaired, engine) in by_setting(runs):
        by = engine.epochs[-1].accuracy - document.epochs[-1].accuracy
        times = min(engine.seconds) / min(repaired.seconds)
        place = "level with" if by == 0 else f"{abs(by) * 100:.2f} points {'above' if by > 0 else 'below'}"
        lines.append(
            f"{setting}: after {EPOCHS} epochs the engine is {place} the document. The nets by the engine "
            f"and by hand, repaired, are apart by max |W − W′| = {apart(engine.net, repaired.net):.0e}. "
            f"An epoch by the engine takes {times:.1f} times as long as by hand."
        )
    return lines


def draw(runs: Sequence[Run], path: Path) -> None:
    """A plot for each setting: accuracy against epochs, a curve for each way, as PNG."""
    groups = by_setting(runs)
    columns = min(len(groups), 2)
    rows = -(-len(groups) // columns)
    figure = make_figure(4.5 * columns, 3.2 * rows)
    for number, (setting, group) in enumerate(groups, start=1):
        axes = figure.add_subplot(rows, columns, number)
        for run, style in zip(group, ("r-", "k:", "b-"), strict=True):
            epochs = [at / PARTS for at in range(len(run.scores))]
            axes.plot(epochs, [100 * each.accuracy for each in run.scores], style, label=run.way.value)
        axes.set_title(str(setting))
        axes.set_xlabel(f"epochs of {group[0].images:,} images")
        axes.set_ylabel(f"% right of {TEST:,}")
        axes.legend()
    with written(path) as beside:
        figure.savefig(beside, format="png")


def show(folder: Path, console: Console, images: int = SHOWN) -> list[Path]:
    """The document's setting and one with pixels 0 to 1, trained by so many images: tables and the picture.

    Raises ``ParameterError`` for fewer images than are scored in an epoch, or more than 8,000.
    """
    runs = compare((AS_DOCUMENTED, SCALED[1]), images, console)
    tell(runs, console)
    console.print(
        f"docs/{PAGE.name} has the same with {TRAIN:,} images, and says why right gradients need not win."
    )
    path = folder / PICTURE
    draw(runs, path)
    return [path]


def tell(runs: Sequence[Run], console: Console) -> None:
    """Print the tables and what comes out."""
    title = f"Right of {TEST:,} test images, trained by {runs[0].images:,}"
    for name, head, rows in ((title, ACCURACIES, accuracies(runs)), ("", MEASURES, measures(runs))):
        table = Table(*head, title=name)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in outcomes(runs):
        console.print(line, highlight=False)


def markdown(head: Sequence[str], rows: Rows) -> list[str]:
    """A table of Markdown."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def page(runs: Sequence[Run], others: Starts) -> str:
    """The page, from these runs and what comes out from other starts."""
    ahead = sum(document.right > repaired.right for document, repaired in others.values())
    here, *_, there = (f"{run.saturated[0]:.1%}" for run in runs)
    return "\n".join([
        *HEAD,
        "## Accuracy",
        "",
        *markdown(ACCURACIES, accuracies(runs)),
        "",
        f"![The accuracies as curves]({PICTURE})",
        "",
        *(f"- {line}" for line in outcomes(runs)),
        "",
        f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}.",
        "",
        *WHY,
        f"Before training {here} of the first layer's units are saturated; with pixels 0 to 1, {there} are.",
        *ROUNDING,
        *markdown(STARTS, start_rows(others)),
        "",
        f"The document is ahead from {ahead} of {len(others)}.",
        "",
        *TIME,
        *markdown(MEASURES, measures(runs)),
        "",
        *START,
        *markdown(LOSSES, losses(AS_DOCUMENTED)),
        "",
    ])  # fmt: skip


HEAD = [
    "# The sigmoid network, both ways",
    "",
    "Written by `python -m examples.both_ways` in the folder `scripts`. A founding document trains a network",
    "784-32-32-10 (sigmoid, sigmoid, softmax; cross entropy) from scratch, one image at a time, by a",
    "backward pass written by hand. That has two errors: σ′ is taken of the activation a = σ(z) where σ′(z)",
    "is meant, and a layer is updated before the error is propagated through it. Here the network starts",
    "from the document's weights, `default_rng(80085)`, and sees the same images in the same order in three",
    "ways: by the document, by hand with both errors repaired, and by the engine's gradients.",
    "",
    f"Of the 10,000 MNIST test images, which are bundled, the first {TRAIN:,} are trained by and the last",
    f"{TEST:,} are the test. The document has 60,000 to train by, and reports 80.23, 84.81 and 85.63 % after",
    "one, two and three epochs; this page does not repeat these. Its pixels are 0 to 255 and its learning",
    "rate is 0.003; the other settings have pixels 0 to 1 and learning rates a decade apart. The engine's",
    "gradients are right, so that its accuracy was expected to be the higher one. This came out:",
    "",
]
WHY = [
    "## Why true gradients need not win",
    "",
    "A gradient says how the loss changes for a small step. In the document's setting steps are not small:",
    "with pixels 0 to 1 the same training would have first weights 255 times as large, and for them the",
    "learning rate 255² · 0.003 ≈ 195. A unit of the first layer is called saturated if σ′(z) is below 1 %",
    "of its peak ¼: hardly any gradient passes through it. With the first error the factor is σ′(a) with",
    "0 ≤ a ≤ 1, which is never below 0.19, so that saturated units go on moving, if not along the gradient.",
]
ROUNDING = [
    "",
    "From the same weights, the gradients by hand, repaired, and by the engine are the same to rounding; the",
    "tests hold that. Where two such runs end far apart, training itself makes rounding grow, and what each",
    "reaches is one draw of many: another machine, or another NumPy, may draw quite another. These are draws",
    "by hand from other starts, in the document's setting, after the last epoch:",
    "",
]
TIME = [
    "## Loss, saturation, time",
    "",
    "Mean loss and saturated units on the test images; seconds of processor time for the steps of an epoch,",
    f"the least of {EPOCHS}.",
    "",
]
START = [
    "## The first steps",
    "",
    "The loss of some of the first images in the document's setting, each before the step that it makes. The",
    "tests compute this table again.",
    "",
]


def main(words: Sequence[str]) -> None:
    """Train, print, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, help=f"train by the first N of {TRAIN}; write nothing")
    options = parser.parse_args(words)
    images: int | None = options.images
    console = Console()
    runs = compare((AS_DOCUMENTED, *SCALED), TRAIN if images is None else images, console)
    tell(runs, console)
    if images is None:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("other starts", total=len(OTHER_SEEDS) * len(BY_HAND) * EPOCHS * PARTS)
            others = starts(TRAIN, OTHER_SEEDS, lambda: progress.advance(task))
        draw(runs, PAGE.with_name(PICTURE))
        with written(PAGE) as beside:
            beside.write_text(page(runs, others), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
