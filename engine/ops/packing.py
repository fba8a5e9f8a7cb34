"""Several outputs in one: an op computes them *packed*, its function hands them out as a ``TensorTuple``.

A node of a graph holds one array. So the outputs of each matrix are flattened and joined along the last
axis: of shape (*batch, total). The parts are cut out by ``GetItem`` and ``Reshape``, and walks and rules see
ordinary ops (docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import prod
from typing import TYPE_CHECKING, overload

from engine.array import Array, Shape, Slice, join
from engine.errors import OperandError
from engine.ops.indexing import get_item
from engine.ops.joining import concatenate
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["TensorTuple"]


@dataclass(frozen=True, slots=True)
class TensorTuple(Sequence["Tensor"]):
    """An immutable sequence of Tensors with names: ``q, r = qr(a)``, or ``qr(a).q``."""

    names: tuple[str, ...]
    parts: tuple[Tensor, ...]

    @overload
    def __getitem__(self, at: int) -> Tensor: ...
    @overload
    def __getitem__(self, at: Slice) -> tuple[Tensor, ...]: ...
    def __getitem__(self, at: int | Slice) -> Tensor | tuple[Tensor, ...]:
        return self.parts[at]

    def __len__(self) -> int:
        return len(self.parts)

    def __getattr__(self, name: str) -> Tensor:
        """The part of this name. Raises ``AttributeError``."""
        if name not in self.names:
            raise AttributeError(f"TensorTuple: got the name {name}; expected one of {', '.join(self.names)}")
        return self.parts[self.names.index(name)]


@dataclass(frozen=True, slots=True)
class Packing:
    """The names of the outputs, and the shape that each has for one matrix."""

    names: tuple[str, ...]
    shapes: tuple[Shape, ...]

    @property
    def total(self) -> int:
        """The size of the last axis."""
        return sum(map(prod, self.shapes))

    def pack(self, batch: Shape, *arrays: Array) -> Array:
        """The arrays, each of shape (*batch, *its own), as one."""
        flat = [array.reshape(*batch, prod(shape)) for array, shape in zip(arrays, self.shapes, strict=True)]
        return join(flat, axis=len(batch))

    def join(self, *parts: Tensor) -> Tensor:
        """The same of Tensors."""
        pairs = zip(parts, self.shapes, strict=True)
        return concatenate(
            [reshape(part, (*self._batch(part, shape), prod(shape))) for part, shape in pairs], axis=-1
        )

    def unpack(self, packed: Tensor) -> TensorTuple:
        """The parts. Raises ``OperandError`` for a last axis of another size."""
        if packed.shape[-1:] != (self.total,):
            raise OperandError(
                "unpack", f"shape {packed.shape}", f"a last axis of {self.total}", "give what was packed"
            )
        ends = accumulate(map(prod, self.shapes), initial=0)
        parts = [
            reshape(get_item(packed, (..., slice(start, stop))), (*packed.shape[:-1], *shape))
            for (start, stop), shape in zip(pairwise(ends), self.shapes, strict=True)
        ]
        return TensorTuple(self.names, tuple(parts))

    def _batch(self, part: Tensor, shape: Shape) -> Shape:
        return part.shape[: part.ndim - len(shape)]
