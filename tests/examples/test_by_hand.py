"""The gradients that are derived by hand, against differences. The epoch by hand is in test_digits."""

from __future__ import annotations

import numpy as np
import pytest

from engine.array import Array, Shape
from examples.by_hand import loss_and_gradients
from examples.gradient_check import eval_numerical_gradient, rel_error
from examples.networks import initial


@pytest.mark.parametrize("reg", [0.0, 3.14])
@pytest.mark.parametrize("sizes", [(6, 4), (6, 7, 4), (6, 7, 5, 4), (4, 5, 5, 5, 3)])
def test_the_gradients_by_hand_are_those_of_differences(sizes: Shape, reg: float) -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(8, sizes[0])), rng.integers(sizes[-1], size=8)
    parameters = initial(sizes, 0)
    _, gradients = loss_and_gradients(parameters, x, labels, reg)

    def loss(_: Array) -> float:
        return loss_and_gradients(parameters, x, labels, reg)[0]

    assert sorted(gradients) == sorted(parameters)
    for name, gradient in gradients.items():
        assert rel_error(gradient, eval_numerical_gradient(loss, parameters[name])) < 1e-7
