"""A weight or a bias that would enlarge a result: each layer refuses it, and takes one that broadcasts."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    EngineError,
    ShapeError,
    Tensor,
    batch_norm,
    conv1d,
    conv2d,
    layer_norm,
    linear,
    rms_norm,
)


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


LAYERS: dict[str, tuple[Callable[[Tensor], Tensor], str, tuple[int, ...]]] = {
    "conv1d": (lambda bias: conv1d(ones(2, 5), ones(3, 2, 2), bias), "bias", (4, 3)),
    "conv2d": (lambda bias: conv2d(ones(2, 5, 5), ones(3, 2, 2, 2), bias), "bias", (4, 3)),
    "conv1d of one channel": (lambda bias: conv1d(ones(2, 5), ones(1, 2, 2), bias), "bias", (3,)),
    "conv2d of one channel": (lambda bias: conv2d(ones(2, 5, 5), ones(1, 2, 2, 2), bias), "bias", (3,)),
    "linear": (lambda bias: linear(ones(2, 5), ones(3, 5), bias), "bias", (4, 2, 3)),
    "linear of one output": (lambda bias: linear(ones(2, 5), ones(1, 5), bias), "bias", (3,)),
    "layer_norm": (lambda weight: layer_norm(ones(2, 3), weight=weight), "weight", (4, 2, 3)),
    "layer_norm with a bias": (lambda bias: layer_norm(ones(2, 1), bias=bias), "bias", (3,)),
    "rms_norm": (lambda weight: rms_norm(ones(2, 1), weight=weight), "weight", (3,)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_what_would_enlarge_the_result_is_refused(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    layer, operand, shape = LAYERS[name]
    what, *_ = name.split()
    words = f"{what}: got a {operand} of shape {shape} for *; expected *; reshape the {operand}."
    refused(lambda: layer(ones(*shape)), ShapeError, words)


@pytest.mark.parametrize("name", LAYERS)
def test_what_broadcasts_to_the_result_is_taken(name: str) -> None:
    layer, *_ = LAYERS[name]
    assert layer(ones(1)).shape == layer(ones()).shape


@pytest.mark.parametrize("shape", [(3,), (1, 2), ()])
def test_a_batch_norm_takes_one_number_for_each_channel(
    shape: tuple[int, ...], refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    words = f"batch_norm: got shape {shape} for 2 channels; expected *; *."
    refused(lambda: batch_norm(ones(4, 2), bias=ones(*shape)), ShapeError, words)
