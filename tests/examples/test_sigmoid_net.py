"""The sigmoid network starts as the document's does, and the engine's gradients of it are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import acosh

import numpy as np
import pytest

from engine import Tensor, cross_entropy
from engine.array import Array, as_array, computed
from examples.by_document import DOCUMENT, Slip, adjoints
from examples.sigmoid_net import (
    RATE,
    Layer,
    Net,
    Score,
    descend,
    gradients,
    initial,
    logits,
    samples,
    saturated,
    score,
    targets,
    variables,
)
from examples.state import Split
from examples.ways import AS_DOCUMENTED, SCALED, Setting, Way, bundled
from properties.grads.check import check_grads
from properties.grads.measured import NUDGES, ROUNDINGS
from properties.oracles.complex_step import nudged
from properties.oracles.estimate import DOUBLE, unit_of

SMALL = (5, 4, 4, 3)


def arrays_of(net: Net) -> list[Array]:
    return [array for layer in net for array in (layer.weight, layer.bias)]


def net_of(arrays: list[Array]) -> Net:
    return tuple(map(Layer, arrays[::2], arrays[1::2]))


def by_hand(net: Net, image: Array, label: int, slips: Slip) -> list[Array]:
    return arrays_of(adjoints(net, image, label, RATE, slips))


def spread(
    right: list[Array], point: list[Array], compute: Callable[[list[Array]], list[Array]]
) -> list[Array]:
    """How far rounding may move what is computed: as ``check_grads`` measures it, some roundings apart."""
    unit = unit_of(DOUBLE)
    worst = [np.abs(each) * unit for each in right]
    for seed in range(NUDGES):
        moved = compute(nudged(point, 4 * unit, seed))
        worst = [np.maximum(w, np.abs(m - r)) for w, m, r in zip(worst, moved, right, strict=True)]
    return [ROUNDINGS * each for each in worst]


def agreement(ours: list[Array], theirs: list[Array], allowed: list[Array]) -> list[bool]:
    """Of each array whether every entry is as far from the other as is allowed, or less."""
    return [bool(np.all(np.abs(a - b) <= most)) for a, b, most in zip(ours, theirs, allowed, strict=True)]


def rounding(net: Net, image: Array, label: int) -> list[Array]:
    """How far rounding may move each adjoint."""

    def near(point: list[Array]) -> list[Array]:
        *arrays, image_near = point
        return by_hand(net_of(arrays), image_near, label, Slip.NONE)

    return spread(by_hand(net, image, label, Slip.NONE), [*arrays_of(net), image], near)


def squashed(z: Array) -> Array:
    """σ(z) = ½ (1 + tanh ½z)."""
    return computed((1 + np.tanh(z / 2)) / 2)


def as_it_stands(arrays: list[Array], images: Array, labels: Sequence[int], rate: float) -> list[Array]:
    """The document's loop, literally: σ′ of the activations, each layer updated before the error goes on."""
    w1, b1, w2, b2, w3, b3 = (array.copy() for array in arrays)
    for x, label in zip(images, labels, strict=True):
        a1 = squashed(w1 @ x + b1)
        a2 = squashed(w2 @ a1 + b2)
        powers = np.exp(w3 @ a2 + b3)
        error3 = powers / powers.sum() - np.eye(10)[label]
        w3 -= rate * np.outer(error3, a2)
        b3 -= rate * error3
        error2 = (w3.T @ error3) * squashed(a2) * (1 - squashed(a2))
        w2 -= rate * np.outer(error2, a1)
        b2 -= rate * error2
        error1 = (w2.T @ error2) * squashed(a1) * (1 - squashed(a1))
        w1 -= rate * np.outer(error1, x)
        b1 -= rate * error1
    return [w1, b1, w2, b2, w3, b3]


def test_before_training_loss_and_accuracy_are_the_documents() -> None:
    before = score(initial(), bundled(255.0))
    assert before == Score(2.3632215062575064, 994, 10_000)
    assert before.accuracy == 0.0994


def test_another_layout_of_the_same_draws_is_another_start() -> None:
    first, second, third = initial()
    turned = (first, Layer(second.weight.T, second.bias), third)
    split = bundled(255.0, 0, 100)
    assert score(turned, split) != score(initial(), split)


def test_the_engines_gradients_agree_with_numeric_ones() -> None:
    image, one_hot = Tensor.make_const(np.linspace(-2, 2, 5).reshape(1, 5)), targets(3)[2]

    def loss(*parameters: Tensor) -> Tensor:
        return cross_entropy(logits(parameters, image), one_hot)

    report = check_grads(loss, arrays_of(initial(SMALL)), seed=0)
    assert report.verdict == "PASS"
    assert {line.argument for line in report.checked} == set(range(6))


@pytest.mark.parametrize("white", [255.0, 1.0])
@pytest.mark.parametrize("slips", [*Slip, DOCUMENT])
def test_by_hand_the_gradients_are_the_engines_once_both_slips_are_repaired(
    slips: Slip, white: float
) -> None:
    net = initial()
    for image, label in samples(bundled(white, 0, 3)):
        ours = [adjoint.numpy() for adjoint in gradients(variables(net), image, targets(10)[label])]
        allowed = rounding(net, image, label)
        for slip, same in ((Slip.NONE, True), (slips, False)):
            theirs = by_hand(net, image, label, slip)
            agree = agreement(ours, theirs, allowed)
            assert agree == [same] * 4 + [True] * 2  # the last layer's adjoints come before either slip


@pytest.mark.parametrize("setting", [AS_DOCUMENTED, SCALED[1]], ids=str)
def test_by_the_document_the_steps_are_those_of_its_loop(setting: Setting) -> None:
    split = bundled(setting.white, 0, 40)
    labels: list[int] = split.labels.tolist()

    def loop(point: list[Array]) -> list[Array]:
        *arrays, images = point
        return as_it_stands(arrays, images, labels, setting.rate)

    start = [*arrays_of(initial()), split.images]
    theirs = loop(start)
    allowed = spread(theirs, start, loop)
    for way in Way:
        net = initial()
        way.descend(net, split, setting.rate)
        assert agreement(arrays_of(net), theirs, allowed) == [way is Way.DOCUMENT] * 6


def test_an_epoch_is_a_step_for_each_image_in_their_order() -> None:
    split = bundled(1.0, 0, 20)
    backwards = Split(split.images[::-1], split.labels[::-1])
    nets: list[Net] = []
    for each in (split, backwards):
        nets.append(initial())
        descend(nets[-1], each, RATE)
    one_by_one = initial()
    for at in range(20):
        before = arrays_of(one_by_one)
        image, label = split.images[at], int(split.labels[at])
        adjoints_here = gradients(variables(one_by_one), image, targets(10)[label])
        after = [w - RATE * g.numpy() for w, g in zip(before, adjoints_here, strict=True)]
        one_by_one = net_of([as_array(each) for each in after])
    same, other = (
        all(np.array_equal(a, b) for a, b in zip(arrays_of(net), arrays_of(one_by_one), strict=True))
        for net in nets
    )
    assert same
    assert not other


def test_a_unit_is_saturated_where_the_slope_of_its_sigmoid_is_below_a_hundredth_of_the_peak() -> None:
    edge = 2 * acosh(10)  # 4 σ′(z) = 1 / cosh²(z/2)
    images = np.array([[0.0], [0.99 * edge], [1.01 * edge], [-1.01 * edge]])
    net = (Layer(np.ones((1, 1)), np.zeros(1)),)
    assert saturated(net, images) == 0.5
