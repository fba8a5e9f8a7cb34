"""Windows, convolutions and pools: numbers worked by hand, defaults, and what is refused."""

from collections.abc import Callable
from math import inf

import numpy as np
import pytest

from engine import (
    AvgPool1d,
    Conv1d,
    EngineError,
    Fold,
    MaxPool2d,
    ParameterError,
    ShapeError,
    Tensor,
    Unfold,
    avg_pool1d,
    avg_pool2d,
    conv1d,
    conv2d,
    jacobian,
    max_pool1d,
    max_pool2d,
    pullback,
    unfold,
)
from engine.array import Array, as_array

LINE = Tensor([1.0, 2.0, 3.0, 4.0, 5.0])
SQUARE = Tensor(np.arange(16.0).reshape(4, 4))


def test_windows_are_read_and_added_up_again() -> None:
    assert unfold(LINE, 2).numpy().tolist() == [[1, 2], [2, 3], [3, 4], [4, 5]]
    assert unfold(LINE, 2, 2).numpy().tolist() == [[1, 2], [3, 4]]
    assert unfold(LINE, 2, 3, padding=1).numpy().tolist() == [[0, 1], [3, 4]]
    assert unfold(LINE, 3, dilation=2).numpy().tolist() == [[1, 3, 5]]
    assert unfold(SQUARE, (2, 1), 2)[1, 1].numpy().tolist() == [[10], [14]]
    back = Fold((2,), (1,), (0,), (1,), (5,))(unfold(LINE, 2))
    assert back.numpy().tolist() == [1.0, 4.0, 6.0, 8.0, 5.0]


def test_a_kernel_slides_without_being_turned_round() -> None:
    line, kernel = LINE.reshape((1, 5)), Tensor([[[1.0, 10.0]]])
    assert conv1d(line, kernel).numpy().tolist() == [[21.0, 32.0, 43.0, 54.0]]
    assert conv1d(line, kernel, Tensor([100.0]), stride=2).numpy().tolist() == [[121.0, 143.0]]
    assert conv1d(line, kernel, padding=1).numpy().tolist() == [[10.0, 21.0, 32.0, 43.0, 54.0, 5.0]]
    assert conv1d(line, kernel, dilation=3).numpy().tolist() == [[41.0, 52.0]]


def by_hand(a: Array, b: Array, groups: int) -> Array:
    """The convolution of (batch, channels, height, width), stride (2, 1), padding (1, 0), dilation (1, 2)."""
    wide = np.pad(a, ((0, 0), (0, 0), (1, 1), (0, 0)))
    outputs, each, height, width = b.shape
    rows, columns = (wide.shape[2] - height) // 2 + 1, wide.shape[3] - (width - 1) * 2
    result = np.zeros((a.shape[0], outputs, rows, columns))
    for n, o, i, j in np.ndindex(*result.shape):
        first = o // (outputs // groups) * each
        for c, k, m in np.ndindex(each, height, width):
            result[n, o, i, j] += wide[n, first + c, 2 * i + k, j + 2 * m] * b[o, c, k, m]
    return as_array(result)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_convolution_in_two_dimensions_by_its_indices(groups: int) -> None:
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 4, 5, 6)), generator.normal(size=(6, 4 // groups, 3, 2))
    y = conv2d(Tensor(a), Tensor(b), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=groups)
    np.testing.assert_allclose(y.numpy(), by_hand(as_array(a), as_array(b), groups), rtol=1e-12, atol=1e-12)


def test_a_bias_is_one_number_for_each_channel() -> None:
    a, b, bias = Tensor(np.ones((2, 3, 3, 3))), Tensor(np.zeros((2, 3, 1, 1))), Tensor([1.0, -2.0])
    y = conv2d(a, b, bias)
    assert y.numpy()[:, 0].tolist() == np.ones((2, 3, 3)).tolist()
    assert pullback(y, [bias])[0].numpy().tolist() == [18.0, 18.0]


def test_the_two_second_derivatives_of_a_convolution_agree() -> None:
    a, b = Tensor(np.arange(8.0).reshape(1, 2, 4)), Tensor(np.arange(6.0).reshape(1, 2, 3))

    def adjoint(kernel: Tensor) -> Tensor:
        return pullback(conv1d(a, kernel), [a])[0]

    def kernel_adjoint(image: Tensor) -> Tensor:
        return pullback(conv1d(image, b), [b])[0]

    mixed = jacobian(adjoint)(b).numpy().reshape(8, 6)
    assert mixed.tolist() == jacobian(kernel_adjoint)(a).numpy().reshape(6, 8).T.tolist()
    assert mixed.sum() == 2 * 2 * 3  # each kernel entry meets two entries of its channel


def test_pools_lie_side_by_side_by_default() -> None:
    assert max_pool1d(LINE, 2).numpy().tolist() == [2.0, 4.0]
    assert avg_pool1d(LINE, 2).numpy().tolist() == [1.5, 3.5]
    assert max_pool1d(LINE, 3, 1).numpy().tolist() == [3.0, 4.0, 5.0]
    assert max_pool2d(SQUARE, 2).numpy().tolist() == [[5.0, 7.0], [13.0, 15.0]]
    assert avg_pool2d(SQUARE, 2).numpy().tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_padding_is_nothing_to_a_maximum_and_zeros_to_a_mean() -> None:
    a = Tensor([-3.0, -1.0, -2.0])
    y = max_pool1d(a, 2, 1, 1)
    assert y.numpy().tolist() == [-3.0, -1.0, -1.0, -2.0]
    assert pullback(y, [a])[0].numpy().tolist() == [1.0, 2.0, 1.0]
    assert avg_pool1d(a, 2, 1, 1).numpy().tolist() == [-1.5, -2.0, -1.5, -1.0]
    lowest = Tensor([-inf, -inf])
    assert max_pool1d(lowest, 2, 1, 1).numpy().tolist() == [-inf] * 3


def test_entries_that_tie_share_the_derivative_of_their_window() -> None:
    a = Tensor([0.0, 0.0, 0.0, -1.0])
    assert pullback(max_pool1d(a, 3, 1, 1), [a])[0].numpy().tolist() == [
        0.5 + 1 / 3,
        0.5 + 1 / 3 + 0.5,
        1 / 3 + 0.5 + 1.0,
        0.0,
    ]


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "a window larger than the array": (
        lambda: unfold(LINE, 6),
        ShapeError,
        "Unfold*: got shape (5,); expected at least 1 axes, *(6,)*; *smaller windows*.",
    ),
    "a window with more axes than the array": (
        lambda: unfold(LINE, (1, 1)),
        ShapeError,
        "Unfold*: got shape (5,); expected at least 2 axes, *; *.",
    ),
    "a window of nothing": (
        lambda: unfold(LINE, 0),
        ParameterError,
        "Unfold: got size (0,); expected 1 whole numbers ≥ 1; *.",
    ),
    "a stride that stands still": (
        lambda: conv1d(LINE.reshape((1, 5)), Tensor([[[1.0]]]), stride=0),
        ParameterError,
        "Conv1d: got stride (0,); expected 1 whole numbers ≥ 1; *.",
    ),
    "negative padding": (
        lambda: Unfold((1,), (1,), (-1,), (1,)),
        ParameterError,
        "Unfold: got padding (-1,); expected 1 whole numbers ≥ 0; *.",
    ),
    "numbers for other axes": (
        lambda: conv1d(LINE.reshape((1, 5)), Tensor([[[1.0]]]), stride=(1, 1)),
        ParameterError,
        "conv1d: got (1, 1); expected one number, or 1; *.",
    ),
    "windows of another number": (
        lambda: Fold((2,), (1,), (0,), (1,), (5,))(Tensor(np.ones((3, 2)))),
        ShapeError,
        "Fold*: got shape (3, 2); expected last axes (4, 2); *unfold*.",
    ),
    "windows put into axes that are too many": (
        lambda: Fold((2,), (1,), (0,), (1,), (5, 1)),
        ParameterError,
        "Fold: got sizes (5, 1); expected 1 sizes; *.",
    ),
    "a kernel for other channels": (
        lambda: conv1d(Tensor(np.ones((2, 5))), Tensor(np.ones((1, 3, 2)))),
        ShapeError,
        "Conv1d*: got 2 channels for a kernel (1, 3, 2); expected 3 channels, and a multiple of 1 *; *.",
    ),
    "groups that do not divide the outputs": (
        lambda: conv1d(Tensor(np.ones((2, 5))), Tensor(np.ones((3, 1, 2))), groups=2),
        ShapeError,
        "Conv1d*: got 2 channels for a kernel (3, 1, 2); expected 2 channels, and a multiple of 2 *; *.",
    ),
    "a kernel with too few axes": (
        lambda: conv2d(Tensor(np.ones((2, 5, 5))), Tensor(np.ones((2, 5, 5)))),
        ShapeError,
        "Conv2d*: got shapes (2, 5, 5) and (2, 5, 5); expected an input (…, channels, 2 sizes) and *; *.",
    ),
    "no groups": (
        lambda: Conv1d((1,), (0,), (1,), 0),
        ParameterError,
        "Conv1d: got groups 0; expected a whole number ≥ 1; *.",
    ),
    "padding of more than half a window": (
        lambda: max_pool1d(LINE, 2, 1, 2),
        ParameterError,
        "MaxPool1d: got size (2,) and padding (2,); expected 1 sizes, and padding of at most half *; *.",
    ),
    "a pool of another rank": (
        lambda: MaxPool2d((2,), (2,), (0,)),
        ParameterError,
        "MaxPool2d: got size (2,) and padding (0,); expected 2 sizes, *; *.",
    ),
    "a pool of nothing": (
        lambda: AvgPool1d((2,), (1,), (1,))(Tensor(np.zeros(0))),
        ShapeError,
        "AvgPool1d*: got shape (0,); expected at least one entry to a window; *.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_window_is_refused(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
