"""Layers that are compositions: shapes, masks, what is drawn, and what is refused."""

from collections.abc import Callable
from math import inf

import numpy as np
import pytest

from engine import (
    EngineError,
    ItemError,
    ParameterError,
    ShapeError,
    Tensor,
    dropout,
    embedding,
    linear,
    pullback,
    scaled_dot_product_attention,
)

QUERY, KEY, VALUE = (np.random.default_rng(at).normal(size=(2, 3, 4)) for at in range(3))


def test_a_linear_layer_multiplies_by_the_transposed_weight() -> None:
    a, weight, bias = (
        Tensor([[1.0, 2.0, 3.0]]),
        Tensor([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]]),
        Tensor([10.0, 20.0]),
    )
    y = linear(a, weight, bias)
    assert y.numpy().tolist() == [[14.0, 24.0]]
    assert linear(a, weight).numpy().tolist() == [[4.0, 4.0]]
    bars = [bar.numpy().tolist() for bar in pullback(y, [a, weight, bias], Tensor([[1.0, 5.0]]))]
    assert bars == [[[1.0, 10.0, 1.0]], [[1.0, 2.0, 3.0], [5.0, 10.0, 15.0]], [1.0, 5.0]]


def test_dropout_drops_what_the_generator_draws_and_scales_the_rest() -> None:
    a = Tensor(np.arange(1.0, 1001.0), dtype="float32")
    y = dropout(a, 0.25, np.random.default_rng(7))
    kept = np.random.default_rng(7).random(1000) >= 0.25
    assert y.numpy().tolist() == np.where(kept, a.numpy() / np.float32(0.75), 0).tolist()
    assert pullback(y, [a])[0].numpy().tolist() == np.where(kept, 1 / np.float32(0.75), 0).tolist()
    assert 700 < kept.sum() < 800
    assert y.dtype is a.dtype
    assert dropout(a, 0.0, np.random.default_rng(7)).numpy().tolist() == a.numpy().tolist()
    assert set(dropout(Tensor([inf] * 99), 0.5, np.random.default_rng(7)).numpy().tolist()) == {0.0, inf}


def test_a_row_that_is_read_twice_gets_both_adjoints() -> None:
    weight = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    y = embedding(weight, np.array([[2, 0], [2, 2]]))
    assert y.numpy().tolist() == [[[5.0, 6.0], [1.0, 2.0]], [[5.0, 6.0], [5.0, 6.0]]]
    assert pullback(y, [weight])[0].numpy().tolist() == [[1.0, 1.0], [0.0, 0.0], [3.0, 3.0]]


def test_attention_is_a_mean_of_values_by_softmax_of_products() -> None:
    y = scaled_dot_product_attention(Tensor(QUERY), Tensor(KEY), Tensor(VALUE))
    scores = np.exp(QUERY @ KEY.swapaxes(1, 2) / 2)
    expected = scores / scores.sum(axis=2, keepdims=True) @ VALUE
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-12)


def test_a_key_that_is_masked_is_not_seen_and_has_no_adjoint() -> None:
    query, key, value = Tensor(QUERY), Tensor(KEY), Tensor(VALUE)
    mask = np.array([True, True, False])
    y = scaled_dot_product_attention(query, key, value, mask)
    shorter = scaled_dot_product_attention(query, key[:, :2], value[:, :2])
    np.testing.assert_allclose(y.numpy(), shorter.numpy(), rtol=1e-15)
    for bar, expected in zip(
        pullback(y, [query, key, value]), pullback(shorter, [query, key, value]), strict=True
    ):
        np.testing.assert_allclose(bar.numpy(), expected.numpy(), rtol=1e-13, atol=1e-15)
    assert not pullback(y, [key])[0].numpy()[:, 2].any()


def test_each_token_may_see_those_before_it() -> None:
    query, key, value = Tensor(QUERY), Tensor(KEY), Tensor(VALUE)
    y = scaled_dot_product_attention(query, key, value, np.tril(np.ones((3, 3))) > 0)
    np.testing.assert_allclose(y.numpy()[:, 0], VALUE[:, 0], rtol=1e-15)
    assert not pullback(y[:, 0], [query])[0].numpy().any()


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "a weight that is no matrix": (
        lambda: linear(Tensor([1.0]), Tensor([1.0])),
        ShapeError,
        "linear: got a weight of shape (1,); expected a matrix (outputs, inputs); *.",
    ),
    "a table that is no matrix": (
        lambda: embedding(Tensor([1.0]), np.array([0])),
        ShapeError,
        "embedding: got a weight of shape (1,); expected a matrix (number, size); *.",
    ),
    "an index beyond the table": (
        lambda: embedding(Tensor([[1.0]]), np.array([1])),
        ItemError,
        "*: got *; expected *; *.",
    ),
    "a rate of all": (
        lambda: dropout(Tensor([1.0]), 1.0, np.random.default_rng(0)),
        ParameterError,
        "dropout: got rate 1.0; expected 0 ≤ rate < 1; *.",
    ),
    "a token that is no row": (
        lambda: scaled_dot_product_attention(Tensor([1.0]), Tensor([[1.0]]), Tensor([[1.0]])),
        ShapeError,
        "attention: got shapes (1,), (1, 1), (1, 1); expected matrices (…, n, d); *.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_layer_is_refused(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
