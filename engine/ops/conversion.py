"""Ops that hand their input on: the same entries, in another dtype or under another name; and constants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.array import Array, Shape, as_array, is_float
from engine.catalogue import op
from engine.domain import REALS
from engine.dtype import FLOAT32, FLOAT64, DType, DTypeName, dtype_of
from engine.kinds import Elementwise, Linear

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["AsType", "Identity", "astype", "identity", "ones_like", "zeros_like"]


@op(REALS)
class Identity(Elementwise, Linear):
    """yᵢ = aᵢ. A second name for a value, so that a derivative can be taken with respect to it alone."""

    def compute(self, a: Array) -> Array:
        return a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad


identity: Identity = Identity()


@op(REALS)
class AsType(Elementwise, Linear):
    """yᵢ = aᵢ rounded to ``dtype``. The rounding has derivative 1; the adjoint is rounded back."""

    dtype: DType

    def compute(self, a: Array) -> Array:
        return as_array(a.astype(self.dtype)) if is_float(a) else a  # a replay keeps its wider numbers

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return astype(out_grad, node.inputs[0].dtype)

    def out_dtype(self, *dtypes: DType) -> DType:
        return self.dtype

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        yield cls(FLOAT64)
        yield cls(FLOAT32)


def astype(a: Tensor, dtype: DTypeName) -> Tensor:
    """a in another dtype; a itself where it has that dtype already. Raises ``DTypeError``."""
    wanted = dtype_of(dtype)
    return a if a.dtype is wanted else AsType(wanted)(a)


def zeros_like(a: Tensor) -> Tensor:
    """The constant 0 of a's shape and dtype."""
    return a.make_const(np.zeros(a.shape, a.dtype))


def ones_like(a: Tensor) -> Tensor:
    """The constant 1 of a's shape and dtype."""
    return a.make_const(np.ones(a.shape, a.dtype))
