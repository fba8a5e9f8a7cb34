"""The two-layer net on toy data: every number that its document prints."""

from __future__ import annotations

import numpy as np

from engine import Tensor
from examples.networks import leaves, loss, transposed
from examples.toy import BATCH, ITERATIONS, parameters, samples, toy_loss, toy_scores, trained

SCORES = """
[[-1.07260209  0.05083871 -0.87253915]
 [-2.02778743 -0.10832494 -1.52641362]
 [-0.74225908  0.15259725 -0.39578548]
 [-0.38172726  0.10835902 -0.17328274]
 [-0.64417314 -0.18886813 -0.41106892]]
"""


def test_the_scores_are_those_of_the_document() -> None:
    scores = toy_scores(leaves(parameters(np.random.RandomState(0))), samples().x).numpy()
    assert np.array2string(scores, precision=8) == SCORES.strip()


def test_the_loss_is_that_of_the_document_in_its_order_of_operations_and_in_the_engines() -> None:
    stored, data = leaves(parameters(np.random.RandomState(0))), samples()
    assert toy_loss(stored, data, 0.05).item() == 1.071696123862817
    assert loss(transposed(stored), Tensor.make_const(data.x), data.labels, 0.05).item() == 1.071696123862817


def test_the_last_loss_of_the_training_is_that_of_the_document() -> None:
    losses = trained()
    assert len(losses) == ITERATIONS
    assert losses[-1] == 0.014497864587765886


def test_the_batches_are_drawn_by_single_calls_of_the_legacy_generator() -> None:
    draw = np.random.RandomState(0)
    stored = parameters(draw)
    np.random.seed(0)  # noqa: NPY002 - the document's call, which the generator above stands for
    again = 0.1 * np.random.randn(10, 4), 0.1 * np.random.randn(3, 10)  # noqa: NPY002 - the document's call
    batch = [np.random.choice(5) for _ in range(BATCH)]  # noqa: NPY002 - the document's call
    assert (again[0] == stored["W1"]).all()
    assert (again[1] == stored["W2"]).all()
    assert [draw.choice(5) for _ in range(BATCH)] == batch
