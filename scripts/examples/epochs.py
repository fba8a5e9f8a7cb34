"""Epochs of softmax regression and of a two-layer ReLU network without biases, under a course's names.

The course is Deep Learning Systems (https://dlsyscourse.org). The batches are taken in order, not shuffled,
the last one with what is left. The weights that are given stay as they are: new leaves are returned. The loss
is the engine's ``softmax_loss``.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine import Tensor, relu, softmax_loss
from engine.array import Array, NumberArray
from engine.errors import ParameterError, ShapeError
from examples.solver import batches, descended


def softmax_regression_epoch(
    X: Array,  # noqa: N803 - the course's name
    y: NumberArray,
    theta: Tensor,
    lr: float = 0.1,
    batch: int = 100,
) -> Tensor:
    """θ (D, classes) after an epoch of SGD on the logits X θ, for X (N, D) and labels y (N,).

    Raises ``ShapeError`` for other shapes, ``ParameterError`` for a batch of nothing.
    """
    parameters = {"theta": theta}
    for x, labels in _batches(X, y, batch):
        parameters = descended(softmax_loss(x @ parameters["theta"], labels), parameters, lr)
    return parameters["theta"]


def nn_epoch(  # noqa: PLR0913, PLR0917 - the course's signature
    X: Array,  # noqa: N803 - the course's name
    y: NumberArray,
    W1: Tensor,  # noqa: N803 - the course's name
    W2: Tensor,  # noqa: N803 - the course's name
    lr: float = 0.1,
    batch: int = 100,
) -> tuple[Tensor, Tensor]:
    """W1 (D, H) and W2 (H, classes) after an epoch of SGD on the logits ReLU(X W1) W2.

    Raises ``ShapeError`` for other shapes, ``ParameterError`` for a batch of nothing.
    """
    parameters = {"W1": W1, "W2": W2}
    for x, labels in _batches(X, y, batch):
        logits = relu(x @ parameters["W1"]) @ parameters["W2"]
        parameters = descended(softmax_loss(logits, labels), parameters, lr)
    return parameters["W1"], parameters["W2"]


def _batches(x: Array, y: NumberArray, batch: int) -> Iterator[tuple[Tensor, NumberArray]]:
    """The rows of x, as a constant, and the labels of each batch."""
    if len(x) != len(y):
        raise ShapeError("epoch", f"{len(x)} rows and {len(y)} labels", "a label for each row", "match them")
    if batch < 1:
        raise ParameterError("epoch", f"batch {batch}", "a number > 0", "take 100")
    return ((Tensor.make_const(x[rows]), y[rows]) for rows in batches(len(x), batch))
