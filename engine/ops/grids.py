"""Several Tensors repeated to one shape, and vectors to the coordinates of a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.errors import ParameterError, ShapeError
from engine.kinds import broadcast_shape
from engine.ops.broadcasting import BroadcastTo, broadcast_to
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["broadcast_arrays", "meshgrid"]


def broadcast_arrays(*tensors: Tensor) -> list[Tensor]:
    """The Tensors repeated to the one shape that they broadcast to. Raises ``ShapeError``."""
    shape = (
        broadcast_shape(BroadcastTo(tensors[0].shape), *(each.shape for each in tensors)) if tensors else ()
    )
    return [broadcast_to(each, shape) for each in tensors]


def meshgrid(*vectors: Tensor, indexing: Literal["xy", "ij"] = "xy") -> list[Tensor]:
    """The coordinates of the points of a grid: the k-th result has the k-th vector along one axis.

    It is axis k for "ij"; for "xy" the first two axes are exchanged, as in NumPy. Raises ``ShapeError``,
    ``ParameterError``.
    """
    if indexing not in ("xy", "ij"):
        raise ParameterError("meshgrid", f"indexing {indexing!r}", "'xy' or 'ij'", "choose one")
    for each in vectors:
        if each.ndim > 1:
            raise ShapeError("meshgrid", f"shape {each.shape}", "vectors", "flatten it first")
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[:2] = 1, 0
    lined = [
        reshape(each, [each.size if axis == own else 1 for axis in range(len(vectors))])
        for each, own in zip(vectors, order, strict=True)
    ]
    return broadcast_arrays(*lined)
