"""The products of vectors, matrices and arrays, each a sum of products over some axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from string import ascii_letters
from typing import TYPE_CHECKING, SupportsIndex

from engine.axes import canonical_axis, distinct_axes, whole_number
from engine.errors import ParameterError, ShapeError
from engine.ops.contraction import Einsum
from engine.ops.gathering import take
from engine.ops.shape import moveaxis, ravel, reshape

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["cross", "dot", "inner", "kron", "outer", "tensordot", "vdot"]


def tensordot(
    a: Tensor, b: Tensor, axes: int | tuple[int | Sequence[int], int | Sequence[int]] = 2
) -> Tensor:
    """The sum of products over axes of a and of b: the last n and the first n, or those that are listed.

    The other axes stay, first those of a. Raises ``AxisError``, ``ParameterError``, ``ShapeError``.
    """
    if isinstance(axes, SupportsIndex):
        axes = whole_number("tensordot", "axes", axes)
        if not 0 <= axes <= min(a.ndim, b.ndim):
            raise ParameterError(
                "tensordot",
                f"axes={axes}",
                f"0 ≤ axes ≤ {min(a.ndim, b.ndim)}",
                "sum over axes of both",
            )
        axes = range(a.ndim - axes, a.ndim), range(axes)
    try:
        of_first, of_second = axes
    except (TypeError, ValueError) as error:
        raise ParameterError(
            "tensordot", f"axes {axes!r}", "a number, or axes of a and axes of b", "list both, as a pair"
        ) from error
    first, second = (
        distinct_axes("tensordot", own if isinstance(own, Sequence) else [own], each.ndim)
        for own, each in ((of_first, a), (of_second, b))
    )
    if len(first) != len(second):
        raise ParameterError(
            "tensordot", f"{len(first)} axes of a and {len(second)} of b", "as many of both", "pair them up"
        )
    of_a = ascii_letters[: a.ndim]
    shared = dict(zip(second, (of_a[axis] for axis in first), strict=True))
    spare = iter(ascii_letters[a.ndim :])
    of_b = "".join(shared[axis] if axis in shared else next(spare) for axis in range(b.ndim))
    of_y = "".join(letter for letter in of_a + of_b if letter not in shared.values())
    return Einsum(f"{of_a},{of_b}->{of_y}")(a, b)


def inner(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products over the last axes of both; the product if one is 0-d. Raises ``ShapeError``."""
    return tensordot(a, b, (-1, -1)) if a.ndim and b.ndim else a * b


def dot(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products over the last axis of a and the last but one of b, its only one if it is a vector.

    The product if one is 0-d. Raises ``ShapeError``.
    """
    return tensordot(a, b, (-1, -2 if b.ndim > 1 else -1)) if a.ndim and b.ndim else a * b


def vdot(a: Tensor, b: Tensor) -> Tensor:
    """The sum of products of all entries, in row-major order. Raises ``ShapeError``."""
    return tensordot(ravel(a), ravel(b), 1)


def outer(a: Tensor, b: Tensor) -> Tensor:
    """The matrix of all products, yᵢⱼ = aᵢ bⱼ, of the entries in row-major order."""
    return tensordot(ravel(a), ravel(b), 0)


def kron(a: Tensor, b: Tensor) -> Tensor:
    """Copies of b side by side, one for each entry of a, and multiplied by it.

    Where one has fewer axes, it has axes of size 1 in front.
    """
    rank = max(a.ndim, b.ndim)
    a, b = (reshape(each, (1,) * (rank - each.ndim) + each.shape) for each in (a, b))
    of_a, of_b = ascii_letters[:rank], ascii_letters[rank : 2 * rank]
    blocks = Einsum(f"{of_a},{of_b}->{''.join(chain.from_iterable(zip(of_a, of_b, strict=True)))}")(a, b)
    return reshape(blocks, [m * n for m, n in zip(a.shape, b.shape, strict=True)])


def cross(a: Tensor, b: Tensor, axis: int = -1) -> Tensor:
    """The vector product along ``axis``, of size 3 in both; the other axes broadcast.

    yᵢ = aⱼ bₖ − aₖ bⱼ, for (i, j, k) in cyclic order. Raises ``AxisError``, ``ShapeError``.
    """
    a, b = (moveaxis(each, canonical_axis("cross", axis, each.ndim), -1) for each in (a, b))
    for each in (a, b):
        if each.shape[-1] != 3:
            raise ShapeError("cross", f"{each.shape[-1]} entries along axis {axis}", "3", "give 3-vectors")
    then, last = [1, 2, 0], [2, 0, 1]
    product = take(a, then, -1) * take(b, last, -1) - take(a, last, -1) * take(b, then, -1)
    return moveaxis(product, -1, axis)
