"""Normalisation along axes: entries are shifted and scaled by what their slice has in common.

Both ops are one formula with one rule, which says with a handful of ops what the derivatives of mean,
variance and root would say with dozens. Weight and bias are a product and a sum behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite, prod
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Axes, Shape, computed, is_float, largest, square_factor, total
from engine.axes import canonical_axes, check_axes_exist, check_canonical, real_number, subsets
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import Unary
from engine.ops.broadcasting import fitting, summation
from engine.ops.conversion import ones_like
from engine.ops.piecewise import absolute, step, where
from engine.ops.powers import power_scalar
from engine.ops.reduction import max
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["LayerNorm", "RMSNorm", "batch_norm", "layer_norm", "rms_norm"]


def _check_eps(what: str, eps: float) -> None:
    if not (isfinite(eps) and eps > 0):
        raise ParameterError(
            what, f"eps {eps}", "a finite number > 0", "choose a small one: it keeps the root away from 0"
        )


def _mean(a: Tensor, axes: Axes) -> Tensor:
    """The mean over the axes, which stay with size 1; 0 of nothing."""
    return summation(a, axes, keepdims=True) / (prod(a.shape[axis] for axis in axes) or 1)


def _mean_of(a: Array, axes: Axes) -> Array:
    """The same of an array."""
    return computed(total(a, axes, keepdims=True) / (prod(a.shape[axis] for axis in axes)))


def _divided(a: Array, axes: Axes, eps: float) -> Array:
    """a / √(mean a² + ε), of which no square overflows."""
    if not is_float(a):
        return computed(a / np.sqrt(_mean_of(a * a, axes) + eps))
    factor = np.minimum(square_factor(a, axes), 1)
    scaled = a * factor
    return computed(scaled / np.sqrt(_mean_of(scaled * scaled, axes) + eps * (factor * factor)))


def _inverse_root(a: Tensor, axes: Axes, eps: float) -> Tensor:
    """1 / √(mean a² + ε), of which no square overflows."""
    half = int(np.finfo(a.dtype).maxexp) // 2
    top = max(absolute(a.detach()), axes, keepdims=True)
    factor = where(step(top - 2.0 ** (half - 16)), 2.0 ** -(half + 16), ones_like(top))
    scaled = a * factor
    return factor * power_scalar(_mean(scaled * scaled, axes) + eps * (factor * factor), -0.5)


@op(REALS, signature="(i*)->(i*)")
class LayerNorm(Unary):
    """yᵢⱼ = (aᵢⱼ − mⱼ) / √(vⱼ + ε), m and v the mean and variance over the axes ``axes``, ε = ``eps`` > 0.

    The adjoint and the tangent are one map: (v̇ − mean v̇ − y · mean(y v̇)) / √(v + ε).
    """

    axes: Axes
    eps: float = 1e-5

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)
        _check_eps(type(self).__name__, self.eps)

    def compute(self, a: Array) -> Array:
        if not a.size:
            return a
        small = a - largest(a, self.axes, keepdims=True)
        return _divided(small - _mean_of(small, self.axes), self.axes, self.eps)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self._through(out_grad, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self._through(in_tangent, node)

    def _through(self, moved: Tensor, node: Tensor) -> Tensor:
        """The Jacobian, which is symmetric, times what moves."""
        (a,) = node.inputs
        if not a.size:
            return moved
        small = a - max(a.detach(), self.axes, keepdims=True)  # of which the sum is finite where a's is not
        centred = small - _mean(small, self.axes)
        scale = _inverse_root(centred, self.axes, self.eps)
        level = moved - _mean(moved, self.axes)
        return scale * (level - node * _mean(node * level, self.axes))

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        for axes in subsets(range(len(shapes[0]))):
            yield cls(axes)
            yield cls(axes, 0.25)


@op(REALS, signature="(i*)->(i*)")
class RMSNorm(Unary):
    """yᵢⱼ = aᵢⱼ / √(qⱼ + ε), q the mean of the squares over the axes ``axes``, ε = ``eps`` > 0.

    The adjoint and the tangent are one map: (v̇ − y · mean(y v̇)) / √(q + ε).
    """

    axes: Axes
    eps: float = 1e-5

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, self.axes, ordered=True)
        _check_eps(type(self).__name__, self.eps)

    def compute(self, a: Array) -> Array:
        if not a.size:
            return a
        return _divided(a, self.axes, self.eps)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self._through(out_grad, node)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self._through(in_tangent, node)

    def _through(self, moved: Tensor, node: Tensor) -> Tensor:
        """The Jacobian, which is symmetric, times what moves."""
        (a,) = node.inputs
        if not a.size:
            return moved
        scale = _inverse_root(a, self.axes, self.eps)
        return scale * (moved - node * _mean(node * moved, self.axes))

    def out_shape(self, *shapes: Shape) -> Shape:
        check_axes_exist(repr(self), self.axes, len(shapes[0]))
        return shapes[0]

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        (shape,) = shapes
        for axes in subsets(range(len(shape))):
            if prod(shape[axis] for axis in axes) != 1:  # one entry over its size is ±1, and y′ all but lost
                yield cls(axes)
            yield cls(axes, 0.25)


def layer_norm(
    a: Tensor,
    axes: int | Sequence[int] | None = -1,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """a with mean 0 and variance 1 along the axes, times ``weight``, plus ``bias``, which broadcast.

    Raises ``AxisError``, ``ParameterError``, ``ShapeError``.
    """
    y = LayerNorm(canonical_axes("layer_norm", axes, a.ndim), real_number("layer_norm", "eps", eps))(a)
    return _affine("layer_norm", y, weight, bias)


def rms_norm(
    a: Tensor, axes: int | Sequence[int] | None = -1, weight: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """a with mean square 1 along the axes, times ``weight``, which broadcasts.

    Raises ``AxisError``, ``ParameterError``, ``ShapeError``.
    """
    y = RMSNorm(canonical_axes("rms_norm", axes, a.ndim), real_number("rms_norm", "eps", eps))(a)
    return _affine("rms_norm", y, weight, None)


def batch_norm(
    a: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    statistics: tuple[Tensor, Tensor] | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """a (batch, channels, …) with mean 0 and variance 1 in each channel, times ``weight``, plus ``bias``.

    With ``statistics``, a mean and a variance for each channel, these are taken in place of those of a.
    Raises ``ParameterError``, ``ShapeError``.
    """
    if a.ndim < 2:
        raise ShapeError("batch_norm", f"shape {a.shape}", "(batch, channels, …)", "add the missing axes")
    if statistics is None:
        y = layer_norm(a, [axis for axis in range(a.ndim) if axis != 1], eps=eps)
    else:
        eps = real_number("batch_norm", "eps", eps)
        _check_eps("batch_norm", eps)
        mean, variance = (_of_channels(a, each) for each in statistics)
        y = (a - mean) * power_scalar(variance + eps, -0.5)
    scale, shift = (None if each is None else _of_channels(a, each) for each in (weight, bias))
    return _affine("batch_norm", y, scale, shift)


def _of_channels(a: Tensor, vector: Tensor) -> Tensor:
    """One number for each channel of a, so that it broadcasts."""
    if vector.shape != (a.shape[1],):
        raise ShapeError(
            "batch_norm", f"shape {vector.shape} for {a.shape[1]} channels", "one for each", "give a vector"
        )
    return reshape(vector, (a.shape[1], *[1] * (a.ndim - 2)))


def _affine(what: str, y: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """y times the weight, plus the bias. Raises ``ShapeError`` for one that would enlarge it."""
    scaled = y if weight is None else y * fitting(what, "weight", weight, y.shape)
    return scaled if bias is None else scaled + fitting(what, "bias", bias, y.shape)
