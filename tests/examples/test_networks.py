"""Fully connected networks: the numbers of the founding documents, and every gradient against differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pytest

from engine import ShapeError, Tensor, pullback, relu, softmax_loss
from engine.array import Array, IntArray, Shape, computed
from examples.gradient_check import eval_numerical_gradient, rel_error
from examples.networks import affine, initial, leaves, loss, scores, transposed
from examples.toy import parameters, samples
from tests.examples.rounding import agree, drawn

LABELS = np.array([0, 5, 1])
SCORES = """
[[11.53165108 12.2917344  13.05181771 13.81190102 14.57198434 15.33206765 16.09215096]
 [12.05769098 12.74614105 13.43459113 14.1230412  14.81149128 15.49994135 16.18839143]
 [12.58373087 13.20054771 13.81736455 14.43418138 15.05099822 15.66781506 16.2846319 ]]
"""


def line(first: float, last: float, shape: Shape) -> Array:
    return np.linspace(first, last, int(np.prod(shape))).reshape(shape)


def two_layers() -> dict[str, Array]:
    return {
        "W1": line(-0.7, 0.3, (5, 50)),
        "b1": line(-0.1, 0.9, (50,)),
        "W2": line(-0.3, 0.4, (50, 7)),
        "b2": line(-0.9, 0.1, (7,)),
    }


def images() -> Array:
    return line(-5.5, 4.5, (5, 3)).T


def joined(tensors: Sequence[Tensor]) -> Array:
    """The entries of all, one behind the other."""
    return computed(np.concatenate([tensor.numpy().ravel() for tensor in tensors]))


def worst_error(arrays: Mapping[str, Array], x: Array, labels: IntArray, reg: float) -> float:
    """The largest relative error of the engine's gradients by all parameters, beside differences."""
    variables, batch = leaves(arrays), Tensor.make_const(x)
    adjoints = pullback(loss(variables, batch, labels, reg), list(variables.values()))
    constants = {name: Tensor.make_const(array) for name, array in arrays.items()}

    def value(_: Array) -> float:
        return loss(constants, batch, labels, reg).item()

    pairs = zip(arrays.values(), adjoints, strict=True)
    return max(rel_error(adjoint.numpy(), eval_numerical_gradient(value, array)) for array, adjoint in pairs)


def test_an_affine_layer_has_the_documents_numbers() -> None:
    x = line(-0.1, 0.5, (2, 4, 5, 6))
    leaf = Tensor(x)
    out = affine(leaf, Tensor(line(-0.2, 0.3, (120, 3))), Tensor(line(-0.3, 0.1, (3,))))
    shown = "[[1.49834967 1.70660132 1.91485297]\n [3.25553199 3.5141327  3.77273342]]"
    assert np.array2string(out.numpy(), precision=8) == shown
    (adjoint,) = pullback(out, [leaf])
    assert adjoint.shape == x.shape


def test_relu_has_the_documents_numbers() -> None:
    out = relu(Tensor(line(-0.5, 0.5, (3, 4)))).numpy()
    shown = [0.0] * 6 + [0.04545455, 0.13636364, 0.22727273, 0.31818182, 0.40909091, 0.5]
    assert out.ravel().round(8).tolist() == shown


def test_the_softmax_loss_of_small_scores_is_that_of_guessing() -> None:
    draw = np.random.RandomState(231)  # the seed of the course's own notebooks
    guesses = softmax_loss(Tensor(0.001 * draw.randn(50, 10)), draw.randint(10, size=50))
    assert f"{guesses.item():.3f}" == "2.303"


def test_the_two_layer_net_has_the_documents_scores() -> None:
    out = scores(leaves(two_layers()), Tensor.make_const(images())).numpy()
    assert np.array2string(out, precision=8, max_line_width=200) == SCORES.strip()


@pytest.mark.parametrize(("reg", "shown"), [(0.0, "3.4702243556"), (1.0, "26.5948426952")])
def test_the_two_layer_net_has_the_documents_loss(reg: float, shown: str) -> None:
    value = loss(leaves(two_layers()), Tensor.make_const(images()), LABELS, reg)
    assert f"{value.item():.10f}" == shown


def test_gradients_of_the_toy_net_are_those_of_differences() -> None:
    data = samples()
    arrays = {name: array.T.copy() for name, array in parameters(np.random.RandomState(0)).items()}
    assert worst_error(arrays, data.x, data.labels, 0.05) < 1e-8


@pytest.mark.parametrize("reg", [0.0, 3.14])
@pytest.mark.parametrize("sizes", [(6, 4), (6, 7, 4), (6, 7, 5, 4), (4, 5, 5, 5, 3)])
def test_gradients_of_a_net_of_any_depth_are_those_of_differences(sizes: Shape, reg: float) -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(8, sizes[0])), rng.integers(sizes[-1], size=8)
    assert worst_error(initial(sizes, 0), x, labels, reg) < 1e-7


def test_a_net_that_stores_its_weights_the_other_way_has_the_gradients_the_other_way() -> None:
    labels = np.array([0, 1, 2])

    def plain(arrays: Sequence[Array]) -> Array:
        """All adjoints, one behind the other."""
        x, *rest = arrays
        net = leaves(dict(zip(("W1", "b1", "W2", "b2"), rest, strict=True)))
        return joined(pullback(loss(net, Tensor.make_const(x), labels, 1.0), list(net.values())))

    def stored(arrays: Sequence[Array], slip: float = 0.0) -> Array:
        x, *rest = (array.T.copy() for array in arrays)
        net = leaves(dict(zip(("W1", "b1", "W2", "b2"), rest, strict=True)))
        value = loss(transposed(net), Tensor.make_const(x.T), labels, 1.0 + slip)
        return joined([adjoint.T for adjoint in pullback(value, list(net.values()))])

    points = drawn((3, 5), (5, 4), (4,), (4, 3), (3,))
    assert agree(plain, stored, points)
    assert not agree(plain, partial(stored, slip=1e-12), points)


def test_the_regulariser_is_half_the_squares_of_the_weights_and_leaves_the_biases() -> None:
    arrays = {
        "W1": np.array([[3.0, 0.0]]),
        "b1": np.array([5.0, 7.0]),
        "W2": np.eye(2),
        "b2": np.array([1.0, 1.0]),
    }
    net, x = leaves(arrays), Tensor.make_const(np.ones((1, 1)))
    labels = np.array([0])
    assert loss(net, x, labels, 2.0).item() - loss(net, x, labels).item() == 9 + 1 + 1


def test_a_net_of_one_layer_is_affine() -> None:
    net = leaves({"W1": np.array([[1.0, -1.0]]), "b1": np.array([0.5, -8.0])})
    assert scores(net, Tensor.make_const(np.array([[2.0], [-3.0]]))).numpy().tolist() == [
        [2.5, -10.0],
        [-2.5, -5.0],
    ]


def test_the_weights_to_start_from_are_drawn_in_order_and_scaled_by_their_inputs() -> None:
    rng = np.random.default_rng(7)
    arrays = initial((8, 200, 3), 7)
    assert list(arrays) == ["W1", "b1", "W2", "b2"]
    assert (arrays["W1"] == rng.normal(size=(8, 200)) * 0.5).all()
    assert (arrays["W2"] == rng.normal(size=(200, 3)) * 0.1).all()
    assert not arrays["b1"].any()
    assert (arrays["b2"] == np.zeros(3)).all()


def test_images_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError):
        scores(leaves(initial((4, 3), 0)), Tensor.make_const(np.ones((2, 5))))
    with pytest.raises(ShapeError):
        affine(Tensor(np.ones((2, 3, 5))), Tensor(np.ones((14, 3))), Tensor(np.ones(3)))
