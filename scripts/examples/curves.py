"""How training went, as pictures: the loss, the accuracies, and what the first layer looks for."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path

import numpy as np

from engine.array import Array, Shape, computed, largest, select
from examples.files import written
from examples.libraries import Figure, make_figure
from examples.state import Dataset, State

MOST = 100
"""As many units of the first layer are shown."""


def pictures(folder: Path, data: Dataset, state: State) -> list[Path]:
    """Write the learning curves and the first layer's weights to the folder; the paths of both files.

    Raises ``LibraryMissing``.
    """
    curves, weights = (folder / f"{data.name}-{subject}.png" for subject in ("curves", "weights"))
    save_picture(learning_curves(data.name, state), curves)
    save_picture(first_weights(data, state), weights)
    return [curves, weights]


def learning_curves(name: str, state: State) -> Figure:
    """The loss of each batch, and the accuracies in per cent after each epoch."""
    figure = make_figure(9, 3.5)
    batches = len(state.losses) / max(state.epoch, 1)
    loss = figure.add_subplot(1, 2, 1)
    loss.plot([(at + 1) / batches for at in range(len(state.losses))], state.losses)
    loss.set_title(f"{name}: loss of each batch")
    loss.set_xlabel("epoch")
    loss.set_ylabel("loss")
    accuracy = figure.add_subplot(1, 2, 2)
    epochs = range(1, state.epoch + 1)
    for label, shares in (("train", state.train_accuracies), ("test", state.test_accuracies)):
        accuracy.plot(epochs, [100 * share for share in shares], "o-", label=label)
    accuracy.set_title(f"{name}: accuracy after each epoch")
    accuracy.set_xlabel("epoch")
    accuracy.set_ylabel("accuracy, %")
    accuracy.legend()
    return figure


def first_weights(data: Dataset, state: State) -> Figure:
    """The weights of each unit of the first layer, as an image of the data's shape."""
    weights = state.parameters["W1"]
    figure = make_figure(6, 6.5)
    axes = figure.add_subplot(1, 1, 1)
    axes.imshow(mosaic(weights, data.shape), cmap="gray")
    shown = f"{min(weights.shape[1], MOST)} of {weights.shape[1]}"
    axes.set_title(f"{data.name}: first-layer weights, {shown} units")
    axes.set_axis_off()
    return figure


def mosaic(weights: Array, shape: Shape) -> Array:
    """The columns of W (D, H), at most ``MOST``, side by side: one image (rows, columns, 3), white between.

    A weight w is shown as ½ + w / (2 max |w|), the maximum being its unit's, so that 0 is grey. ``shape`` is
    (r, c), or (r, c, 3) for colours, and D is its product.
    """
    units = computed(weights.T[:MOST].reshape(-1, *shape))
    top = largest(computed(np.abs(units)), tuple(range(1, units.ndim)), keepdims=True)
    shades = 0.5 + units / (2 * select(top > 0, top, np.ones_like(top)))
    across = ceil(sqrt(len(units)))
    height, width = shape[0] + 1, shape[1] + 1
    image: Array = np.ones((ceil(len(units) / across) * height - 1, across * width - 1, 3))
    for at, shade in enumerate(shades.reshape(len(units), *shape[:2], -1)):
        row, column = at // across * height, at % across * width
        image[row : row + height - 1, column : column + width - 1] = shade
    return image


def save_picture(figure: Figure, path: Path) -> None:
    """Write the picture in the format of the path's suffix, whole or not at all."""
    with written(path) as part:
        figure.savefig(part, format=path.suffix.removeprefix("."))
