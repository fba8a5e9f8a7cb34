"""Losses: labels, reductions, certain predictions, and what is refused."""

from collections.abc import Callable
from math import exp, inf, isclose, log, nan

import numpy as np
import pytest

from engine import (
    BCEWithLogits,
    CrossEntropy,
    EngineError,
    Huber,
    OperandError,
    ParameterError,
    ShapeError,
    Tensor,
    bce_with_logits,
    cross_entropy,
    hessian,
    huber_loss,
    l1_loss,
    mse_loss,
    pullback,
    softmax_loss,
)

Refused = Callable[[Callable[[], object], type[EngineError], str], None]
LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])
LABELS = np.array([2, 1])


def test_labels_are_classes_or_weights() -> None:
    logits, weights = Tensor(LOGITS), Tensor(np.eye(3)[LABELS])
    expected = np.log(np.exp(LOGITS).sum(axis=1)) - LOGITS[[0, 1], LABELS]
    for labels in (LABELS, weights):
        assert isclose(cross_entropy(logits, labels, "sum").item(), expected.sum(), rel_tol=1e-15)
        assert isclose(softmax_loss(logits, labels).item(), expected.mean(), rel_tol=1e-15)
    assert isclose(cross_entropy(logits[0], np.array(2)).item(), expected[0], rel_tol=1e-15)


def test_the_adjoint_of_logits_is_probability_less_label() -> None:
    logits = Tensor(LOGITS)
    (bar,) = pullback(cross_entropy(logits, LABELS, "sum"), [logits])
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(bar.numpy(), probabilities - np.eye(3)[LABELS], rtol=1e-14)


def test_a_certain_prediction_keeps_the_digits_of_its_small_loss() -> None:
    logits = Tensor([[50.0, 0.0]])
    loss = cross_entropy(logits, np.array([0]))
    assert isclose(loss.item(), exp(-50.0), rel_tol=1e-15)
    assert all(map(isclose, pullback(loss, [logits])[0].numpy().tolist()[0], [-exp(-50.0), exp(-50.0)]))


def test_a_masked_logit_of_weight_zero_adds_nothing() -> None:
    logits = Tensor([[1.0, -inf, 2.0]])
    loss = cross_entropy(logits, np.array([2]))
    plain = Tensor([[1.0, 2.0]])
    assert loss.item() == cross_entropy(plain, np.array([1])).item()
    (bar,), (expected,) = pullback(loss, [logits]), pullback(cross_entropy(plain, np.array([1])), [plain])
    assert bar.numpy()[0, [0, 2]].tolist() == expected.numpy()[0].tolist()
    assert bar.numpy()[0, 1] == 0.0


@pytest.mark.parametrize(("label", "sign"), [(1.0, 1.0), (0.0, -1.0)])
def test_a_binary_loss_has_its_digits_on_both_sides(label: float, sign: float) -> None:
    logit, target = Tensor(sign * 60.0), Tensor(label)
    loss = bce_with_logits(logit, target)
    assert isclose(loss.item(), exp(-60.0), rel_tol=1e-15)
    assert isclose(pullback(loss, [logit])[0].item(), -sign * exp(-60.0), rel_tol=1e-15)
    assert bce_with_logits(Tensor(sign * inf), target).item() == 0.0
    assert bce_with_logits(Tensor(-sign * inf), target).item() == inf
    assert bce_with_logits(Tensor(0.0), target).item() == log(2.0)


def test_the_three_errors_of_predictions() -> None:
    a, b = Tensor([1.0, 5.0, -2.0]), Tensor([1.5, 2.0, -2.0])
    assert mse_loss(a, b).item() == (0.25 + 9.0) / 3
    assert l1_loss(a, b).item() == 3.5 / 3
    assert huber_loss(a, b).item() == (0.125 + 2.5) / 3
    assert huber_loss(a, b, 2.0, "none").numpy().tolist() == [0.125, 4.0, 0.0]
    for loss in (mse_loss, l1_loss, huber_loss, bce_with_logits):
        each = loss(a, b, reduction="none")
        assert each.shape == (3,)
        assert loss(a, b, reduction="sum").item() == each.numpy().sum()
        assert loss(a, b).item() == each.numpy().sum() / 3
        bars = pullback(loss(a, b), [a, b])
        if loss is not bce_with_logits:
            assert bars[0].numpy().tolist() == (-bars[1]).numpy().tolist()


def test_the_curvature_of_huber_is_one_inside_and_at_the_ends() -> None:
    curvature = [hessian(Huber(2.0))(x).item() for x in (-3.0, -2.0, 0.0, 2.0, 3.0)]
    assert curvature == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_each_operand_keeps_its_dtype() -> None:
    logits, weights = Tensor(LOGITS, dtype="float32"), Tensor(np.eye(3)[LABELS])
    for loss in (CrossEntropy()(logits, weights), BCEWithLogits()(logits, weights)):
        bars = pullback(loss.sum(), [logits, weights])
        assert [bar.dtype for bar in bars] == [logits.dtype, weights.dtype]
        assert [bar.shape for bar in bars] == [logits.shape, weights.shape]
    assert cross_entropy(logits, LABELS).dtype is logits.dtype


@pytest.mark.parametrize("loss", [CrossEntropy("sum"), BCEWithLogits()])
def test_a_loss_of_two_dtypes_is_computed_in_the_wider(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    narrow, wide = (Tensor([0.0, 0.0], dtype=dtype) for dtype in ("float32", "float64"))
    target = Tensor([0.0, 1.0])
    assert loss(narrow, target).numpy().tolist() == loss(wide, target).numpy().tolist()


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "weights of another shape": (
        lambda: cross_entropy(Tensor(LOGITS), Tensor([1.0, 0.0, 0.0])),
        ShapeError,
        "CrossEntropy*: got shapes (2, 3) and (3,); expected two equal shapes (…, classes); *.",
    ),
    "labels of another shape": (
        lambda: cross_entropy(Tensor(LOGITS), np.array([0, 1, 2])),
        ShapeError,
        "cross_entropy: got labels of shape (3,) for logits of shape (2, 3); expected one label *; *.",
    ),
    "labels that are not whole": (
        lambda: cross_entropy(Tensor(LOGITS), np.array([0.0, 1.0])),
        OperandError,
        "cross_entropy: got labels of float64; expected whole numbers; *.",
    ),
    "a label above the classes": (
        lambda: cross_entropy(Tensor(LOGITS), np.array([0, 3])),
        ParameterError,
        "cross_entropy: got label 3; expected 0 ≤ label < 3; *.",
    ),
    "a label below the classes": (
        lambda: cross_entropy(Tensor(LOGITS), np.array([0, -1])),
        ParameterError,
        "cross_entropy: got label -1; expected 0 ≤ label < 3; *.",
    ),
    "a mean of no rows": (
        lambda: cross_entropy(Tensor(np.zeros((0, 3))), np.zeros(0, int)),
        ShapeError,
        "CrossEntropy*: got shape (0, 3); expected at least one loss *; take the sum.",
    ),
    "a mean of no errors": (
        lambda: mse_loss(Tensor(np.zeros(0)), Tensor(np.zeros(0))),
        ShapeError,
        "mse_loss: got shape (0,); expected at least one loss *; take the sum.",
    ),
    "a delta of nothing": (
        lambda: huber_loss(Tensor(0.0), Tensor(0.0), 0.0),
        ParameterError,
        "Huber: got delta 0.0; expected a finite number > 0; *.",
    ),
    "a delta that is no number": (
        lambda: Huber(nan),
        ParameterError,
        "Huber: got delta nan; expected a finite number > 0; *.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_loss_is_refused(name: str, refused: Refused) -> None:
    refused(*REFUSALS[name])
