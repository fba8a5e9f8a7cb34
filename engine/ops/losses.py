"""Losses: how far predictions are from what they should be, as one number.

``CrossEntropy``, ``BCEWithLogits`` and ``Huber`` have rules of their own, for accuracy: they never take the
logarithm of a probability, and no derivative is a difference of nearly equal numbers. The other losses are
sums of ops that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, prod
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

import numpy as np

from engine.array import Array, NumberArray, Shape, computed, select, total
from engine.axes import real_number
from engine.catalogue import op
from engine.domain import REALS, Domain
from engine.errors import OperandError, ParameterError, ShapeError
from engine.graph import Value
from engine.kinds import Binary, Elementwise, Unary
from engine.ops.arithmetic import subtract
from engine.ops.broadcasting import sum_to, summation
from engine.ops.clipping import Clip
from engine.ops.conversion import astype
from engine.ops.exponential import sigmoid
from engine.ops.piecewise import absolute
from engine.ops.probabilities import less_share, log_softmax, log_softmax_of, softmax

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = [
    "BCEWithLogits", "CrossEntropy", "Huber", "bce_with_logits", "cross_entropy", "huber_loss",
    "l1_loss", "mse_loss", "softmax_loss",
]  # fmt: skip

Total: TypeAlias = Literal["mean", "sum"]
Reduction: TypeAlias = Literal["mean", "sum", "none"]
"""What becomes of the losses of all entries or rows."""


def _check_reduction(what: str, reduction: str, *known: str) -> None:
    if reduction not in known:
        raise ParameterError(
            what, f"reduction {reduction!r}", " or ".join(map(repr, known)), "choose one of them"
        )


def _check_not_empty(what: str, shape: Shape, count: int) -> None:
    """Raise ``ShapeError`` if there is nothing to take the mean of."""
    if count == 0:
        raise ShapeError(what, f"shape {shape}", "at least one loss to take the mean of", "take the sum")


def _reduced(what: str, losses: Tensor, reduction: Reduction) -> Tensor:
    """The mean or the sum of the losses, or the losses themselves."""
    _check_reduction(what, reduction, "mean", "sum", "none")
    if reduction == "none":
        return losses
    if reduction == "sum":
        return summation(losses)
    _check_not_empty(what, losses.shape, losses.size)
    return summation(losses) / losses.size


@op(REALS, REALS, signature="(i*,k),(i*,k)->()")
class CrossEntropy(Binary):
    """y = −Σᵢₖ tᵢₖ log softmax(a)ᵢₖ, of logits a and weights t of the k classes; ``reduction``: sum, or mean
    over the rows i.

    t is 1 for the class of the row and 0 for the others, or any weights. A logit −∞ of weight 0 adds nothing.
    """

    reduction: Total = "mean"

    def __post_init__(self) -> None:
        _check_reduction(type(self).__name__, self.reduction, "mean", "sum")

    def compute(self, a: Array, b: Array) -> Array:
        logits, weights = a.astype(np.result_type(a, b)), b
        self.out_shape(a.shape, b.shape)  # NumPy would broadcast, and divide by no rows
        logs = log_softmax_of(logits, (logits.ndim - 1,))
        terms = select(weights == 0, np.zeros_like(logs), logs) * weights
        return computed(total(terms, tuple(range(terms.ndim)), keepdims=False) / -self._rows(a.shape))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        logits, weights = (astype(x, node.dtype) for x in node.inputs)
        scale = out_grad / -self._rows(logits.shape)
        logits_bar = less_share(scale * weights, softmax(logits), (logits.ndim - 1,))
        return sum_to(logits_bar, node.inputs[0]), sum_to(scale * log_softmax(logits), node.inputs[1])

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        logits, weights = (astype(x, node.dtype) for x in node.inputs)
        d_logits, d_weights = in_tangents
        rows = -self._rows(logits.shape)
        slopes = less_share(weights, softmax(logits), (logits.ndim - 1,))
        return summation(d_logits * slopes) / rows, summation(d_weights * log_softmax(logits)) / rows

    def _rows(self, shape: Shape) -> int:
        return prod(shape[:-1]) if self.reduction == "mean" else 1

    def out_shape(self, *shapes: Shape) -> Shape:
        logits, weights = shapes
        if logits != weights or not logits:
            raise ShapeError(
                repr(self),
                f"shapes {logits} and {weights}",
                "two equal shapes (…, classes)",
                "give one weight for each logit, or whole numbers to cross_entropy",
            )
        _check_not_empty(repr(self), logits, self._rows(logits))
        return ()

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        logits, weights = shapes
        if logits == weights and logits:
            if prod(logits[:-1]):
                yield cls("mean")
            yield cls("sum")


def cross_entropy(
    logits: Tensor, labels: Tensor | NumberArray | Sequence[int], reduction: Total = "mean"
) -> Tensor:
    """The cross entropy of logits (…, classes) and labels: a Tensor of weights of the logits' shape, or an
    array or list (…) of whole numbers, the class of each row.

    Raises ``ShapeError``, ``ParameterError``, ``OperandError``.
    """
    weights = labels if isinstance(labels, Value) else logits.make_const(_one_hot(logits, _numbers(labels)))
    return CrossEntropy(reduction)(logits, weights)


softmax_loss = cross_entropy


def _numbers(labels: NumberArray | Sequence[int]) -> NumberArray:
    try:
        return np.asarray(labels)
    except ValueError as error:
        raise OperandError(
            "cross_entropy", "labels of several lengths", "an array of whole numbers", "pad or split them"
        ) from error


def _one_hot(logits: Tensor, labels: NumberArray) -> Array:
    """1 at the class of each row, 0 elsewhere."""
    if labels.dtype.kind not in "iu":
        raise OperandError(
            "cross_entropy", f"labels of {labels.dtype}", "whole numbers", "wrap weights: Tensor(labels)"
        )
    if not logits.ndim or labels.shape != logits.shape[:-1]:
        raise ShapeError(
            "cross_entropy",
            f"labels of shape {labels.shape} for logits of shape {logits.shape}",
            "one label for each row of logits",
            "give labels of shape (…) for logits of shape (…, classes)",
        )
    classes = logits.shape[-1]
    if labels.size and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        wrong = int(labels.min()) if int(labels.min()) < 0 else int(labels.max())
        raise ParameterError(
            "cross_entropy", f"label {wrong}", f"0 ≤ label < {classes}", "count the classes from 0"
        )
    return computed((labels[..., np.newaxis] == np.arange(classes)).astype(logits.dtype))


@op(REALS, REALS)
class BCEWithLogits(Elementwise, Binary):
    """yᵢ = −tᵢ log σ(aᵢ) − (1 − tᵢ) log σ(−aᵢ), of a logit a and a target t; shapes broadcast."""

    def compute(self, a: Array, b: Array) -> Array:
        a = a.astype(np.result_type(a, b))
        positive = a > 0
        weight = select(positive, 1 - b, -b)
        linear = select(weight == 0, np.zeros_like(weight), a) * weight  # not 0 · ∞
        return computed(linear + np.log1p(np.exp(select(positive, -a, a))))

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        logit, target = node.inputs
        return sum_to(out_grad * self._slope(node), logit), sum_to(-(out_grad * logit), target)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        d_logit, d_target = in_tangents
        return d_logit * self._slope(node), -(node.inputs[0] * d_target)

    def _slope(self, node: Tensor) -> Tensor:
        """(1 − c) σ(a) − c σ(−a) + (c − t), which is σ(a) − t; c is t, or what of −1 and 2 is nearer.

        Nothing cancels where t is 0 or 1; and where t is large, σ′ is not lost beside it.
        """
        logit, target = (astype(x, node.dtype) for x in node.inputs)
        near = Clip(-1.0, 2.0)(target)
        return (1 - near) * sigmoid(logit) - near * sigmoid(-logit) + (near - target)


def bce_with_logits(logits: Tensor, targets: Tensor, reduction: Reduction = "mean") -> Tensor:
    """The binary cross entropy of logits and targets from 0 to 1; ``reduction``: mean, sum or none.

    Raises ``ShapeError``, ``ParameterError``.
    """
    return _reduced("bce_with_logits", BCEWithLogits()(logits, targets), reduction)


@op(REALS)
class Huber(Elementwise, Unary):
    """yᵢ = aᵢ²/2 for |aᵢ| ≤ d, else d (|aᵢ| − d/2), for the number d = ``delta`` > 0.

    The derivative is aᵢ, clipped to ±d; it bends there, and its own derivative at ±d is 1.
    """

    delta: float

    def __post_init__(self) -> None:
        if not (isfinite(self.delta) and self.delta > 0):
            raise ParameterError(
                type(self).__name__, f"delta {self.delta}", "a finite number > 0", "choose another delta"
            )

    def compute(self, a: Array) -> Array:
        clipped = np.minimum(np.maximum(a, -self.delta), self.delta)
        return clipped * (a - clipped / 2)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._clipped(node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._clipped(node)

    def _clipped(self, node: Tensor) -> Tensor:
        return Clip(-self.delta, self.delta)(node.inputs[0])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield from map(cls, (1.0, 0.25, 5.0, 3.0))

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        return (Domain(kinks=(-self.delta, self.delta), share=0.5),)


def huber_loss(
    prediction: Tensor, target: Tensor, delta: float = 1.0, reduction: Reduction = "mean"
) -> Tensor:
    """The squared error near 0 (half of it), the absolute one (times delta) beyond ±delta.

    Raises ``ShapeError``, ``ParameterError``.
    """
    return _reduced(
        "huber_loss",
        Huber(real_number("huber_loss", "delta", delta))(subtract(prediction, target)),
        reduction,
    )


def mse_loss(prediction: Tensor, target: Tensor, reduction: Reduction = "mean") -> Tensor:
    """The squared errors, their mean, their sum or all. Raises ``ShapeError``, ``ParameterError``."""
    error = subtract(prediction, target)
    return _reduced("mse_loss", error * error, reduction)


def l1_loss(prediction: Tensor, target: Tensor, reduction: Reduction = "mean") -> Tensor:
    """The absolute errors, their mean, their sum or all. Raises ``ShapeError``, ``ParameterError``."""
    return _reduced("l1_loss", absolute(subtract(prediction, target)), reduction)
