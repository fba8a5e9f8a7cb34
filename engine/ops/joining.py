"""Ops that put several operands into one: the adjoint cuts them out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Self

from engine.array import Array, Shape, join, pile
from engine.axes import canonical_axis, canonical_shape, check_axes_exist, check_canonical
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import OperandError, ParameterError, ShapeError
from engine.graph import Value
from engine.kinds import LinearNary
from engine.ops.conversion import astype
from engine.ops.indexing import get_item
from engine.ops.shape import reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Concatenate", "Stack", "concatenate", "dstack", "hstack", "split", "stack", "unstack", "vstack"]


@op(REALS, signature="(i*,n,j*),...->(i*,m,j*)")
class Concatenate(LinearNary):
    """y is x₁, x₂, … one behind the other along the axis ``axis``; all other sizes agree."""

    axis: int

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, [self.axis])

    def compute(self, arrays: Sequence[Array]) -> Array:
        return join(arrays, self.axis)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        ends = list(accumulate((x.shape[self.axis] for x in node.inputs), initial=0))
        pieces = _cut(out_grad, self.axis, ends)
        return tuple(astype(piece, x.dtype) for piece, x in zip(pieces, node.inputs, strict=True))

    def out_shape(self, *shapes: Shape) -> Shape:
        for shape in shapes:
            check_axes_exist(repr(self), [self.axis], len(shape))
        others = {(*shape[: self.axis], *shape[self.axis + 1 :]) for shape in shapes}
        if len(others) > 1 or len({len(shape) for shape in shapes}) > 1:
            raise ShapeError(
                repr(self),
                f"shapes {', '.join(map(str, shapes))}",
                f"equal sizes on every axis but {self.axis}",
                "reshape the operands",
            )
        first = shapes[0]
        return (*first[: self.axis], sum(shape[self.axis] for shape in shapes), *first[self.axis + 1 :])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        ranks = {len(shape) for shape in shapes}
        for axis in range(max(ranks)) if len(ranks) == 1 else ():
            if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) == 1:
                yield cls(axis)


def concatenate(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """The Tensors one behind the other along ``axis``.

    Raises ``AxisError``, ``ShapeError``, ``OperandError``.
    """
    _check_list("concatenate", tensors)
    return Concatenate(canonical_axis("concatenate", axis, tensors[0].ndim))(*tensors)


@op(REALS, signature="(i*),...->(j*)")
class Stack(LinearNary):
    """y has x₁, x₂, …, all of one shape, side by side along a new axis ``axis``."""

    axis: int

    def __post_init__(self) -> None:
        check_canonical(type(self).__name__, [self.axis])

    def compute(self, arrays: Sequence[Array]) -> Array:
        return pile(arrays, self.axis)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        pieces = _cut(out_grad, self.axis, range(len(node.inputs) + 1), flat=True)
        return tuple(astype(piece, x.dtype) for piece, x in zip(pieces, node.inputs, strict=True))

    def out_shape(self, *shapes: Shape) -> Shape:
        first = shapes[0]
        check_axes_exist(repr(self), [self.axis], len(first) + 1)
        if any(shape != first for shape in shapes):
            raise ShapeError(
                repr(self), f"shapes {', '.join(map(str, shapes))}", "equal shapes", "reshape the operands"
            )
        return (*first[: self.axis], len(shapes), *first[self.axis :])

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        if all(shape == shapes[0] for shape in shapes):
            yield from map(cls, range(len(shapes[0]) + 1))


def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """The Tensors side by side along a new axis. Raises ``AxisError``, ``ShapeError``, ``OperandError``."""
    _check_list("stack", tensors)
    return Stack(canonical_axis("stack", axis, tensors[0].ndim + 1))(*tensors)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """The Tensors one below the other, vectors as rows. Raises ``ShapeError``, ``OperandError``."""
    _check_list("vstack", tensors)
    return concatenate([reshape(each, (1,) * (2 - each.ndim) + each.shape) for each in tensors], 0)


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """The Tensors side by side, vectors one behind the other. Raises ``ShapeError``, ``OperandError``."""
    _check_list("hstack", tensors)
    listed = [reshape(each, each.shape or (1,)) for each in tensors]
    return concatenate(listed, 0 if listed[0].ndim == 1 else 1)


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """The Tensors one behind the other along a third axis, a vector as a row of points.

    Raises ``ShapeError``, ``OperandError``.
    """
    _check_list("dstack", tensors)
    rows = [reshape(each, (1,) * (2 - each.ndim) + each.shape) for each in tensors]
    return concatenate([reshape(each, (*each.shape, 1)) if each.ndim == 2 else each for each in rows], 2)


def split(a: Tensor, sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """The pieces of a along ``axis``: so many equal ones, or those that end where ``sections`` says.

    As in NumPy an end may be negative or beyond a, and a piece empty. Raises ``AxisError``, ``ShapeError``,
    ``ParameterError``.
    """
    along = canonical_axis("split", axis, a.ndim)
    size, before = a.shape[along], (slice(None),) * along
    if isinstance(sections, Sequence):
        bounds = [0, *sections, None]
        return [get_item(a, (*before, slice(start, stop))) for start, stop in pairwise(bounds)]
    (count,) = canonical_shape("split", sections)
    if count < 1:
        raise ParameterError("split", f"{count} sections", "at least 1", "ask for one piece or more")
    if size % count:
        raise ShapeError(
            f"split into {count}",
            f"{size} entries along axis {along}",
            f"a multiple of {count}",
            "list the ends",
        )
    return _cut(a, along, range(0, size + 1, size // count) if size else [0] * (count + 1))


def unstack(a: Tensor, axis: int = 0) -> list[Tensor]:
    """The items of a along ``axis``, which they no longer have. Raises ``AxisError``."""
    along = canonical_axis("unstack", axis, a.ndim)
    return _cut(a, along, range(a.shape[along] + 1), flat=True)


PIECES = 8
"""An adjoint is cut into so many pieces at a time."""


def _cut(a: Tensor, axis: int, ends: Sequence[int], *, flat: bool = False) -> list[Tensor]:
    """The pieces of ``a`` from each of ``ends`` to the next, along ``axis``; ``flat``: without that axis.

    The adjoint of a piece is as large as what it was cut from. So very many are cut from larger pieces: that
    costs n log n in second order, where n pieces of one array would cost n².
    """
    count = len(ends) - 1
    before = (slice(None),) * axis
    if count <= PIECES:
        return [
            get_item(a, (*before, start if flat else slice(start, stop))) for start, stop in pairwise(ends)
        ]
    pieces: list[Tensor] = []
    size = PIECES
    while size * PIECES < count:
        size *= PIECES
    for first in range(0, count, size):
        part = ends[first : first + size + 1]
        larger = get_item(a, (*before, slice(part[0], part[-1])))
        pieces += _cut(larger, axis, [end - part[0] for end in part], flat=flat)
    return pieces


def _check_list(what: str, tensors: Sequence[Tensor]) -> None:
    if isinstance(tensors, Value) or not tensors:
        got = "one Tensor" if isinstance(tensors, Value) else "no operand"
        raise OperandError(what, got, "at least one Tensor in a list", "pass a list: [a, b]")
