"""Sums of products of entries, over axes that are named by letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_letters
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np

from engine.array import Array, Shape, contraction_path, summed_product
from engine.catalogue import op
from engine.domain import REALS
from engine.errors import ParameterError, ShapeError
from engine.kinds import Binary
from engine.ops.broadcasting import sum_to, summation
from engine.ops.diagonals import diagonal
from engine.ops.shape import permute, reshape
from engine.ops.subscripts import spelled_out

if TYPE_CHECKING:
    from engine.tensor import Tensor

__all__ = ["Einsum", "einsum"]


@op(REALS, REALS, signature="(n?,i*),(i*)->(k*)")
class Einsum(Binary):
    """y = Σ a b over the axes whose letter the result lacks: "ij,jk->ik" is yᵢₖ = Σⱼ aᵢⱼ bⱼₖ.

    ``subscripts`` is canonical: a letter for each axis of a, b and y, none twice in one of them, and each in
    at least two. So the adjoint of a is such a sum of ȳ and b, and that of b one of ȳ and a. (``einsum``
    takes all of NumPy's notation, and any number of operands, and sums two at a time.)
    """

    subscripts: str

    def __post_init__(self) -> None:
        parts = self._parts()
        letters = "".join(parts)
        once = all(len(set(part)) == len(part) for part in parts)
        if not once or any(letters.count(each) < 2 or each not in ascii_letters for each in letters):
            raise ParameterError(
                type(self).__name__,
                f"subscripts {self.subscripts!r}",
                "each letter once in at least two of a, b and y, as in 'ij,jk->ik'",
                "use the function: it takes any",
            )

    def _parts(self) -> tuple[str, str, str]:
        """The letters of a, of b and of y."""
        operands, arrow, y = self.subscripts.partition("->")
        a, comma, b = operands.partition(",")
        if not arrow or not comma:
            raise ParameterError(
                type(self).__name__, f"subscripts {self.subscripts!r}", "'…,…->…'", "write two operands"
            )
        return a, b, y

    def compute(self, a: Array, b: Array) -> Array:
        self.out_shape(a.shape, b.shape)  # NumPy would stretch axes of size 1
        return summed_product(self.subscripts, a, b)

    def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        of_a, of_b, of_y = self._parts()
        a_bar = Einsum(f"{of_y},{of_b}->{of_a}")(out_grad, b)
        b_bar = Einsum(f"{of_y},{of_a}->{of_b}")(out_grad, a)
        return sum_to(a_bar, a), sum_to(b_bar, b)

    def tangent(self, in_tangents: tuple[Tensor, Tensor], node: Tensor) -> tuple[Tensor, Tensor]:
        a, b = node.inputs
        da, db = in_tangents
        return self(da, b), self(a, db)

    def out_shape(self, *shapes: Shape) -> Shape:
        of_a, of_b, of_y = self._parts()
        sizes: dict[str, int] = {}
        for letters, shape in zip((of_a, of_b), shapes, strict=True):
            if len(letters) != len(shape):
                raise ShapeError(
                    repr(self),
                    f"shape {shape}",
                    f"axes {letters}",
                    "give a letter for each axis",
                )
            for letter, size in zip(letters, shape, strict=True):
                if sizes.setdefault(letter, size) != size:
                    raise ShapeError(
                        repr(self),
                        f"{sizes[letter]} and {size} entries along {letter}",
                        "one size for each letter",
                        "reshape one operand",
                    )
        return tuple(sizes[letter] for letter in of_y)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        a, b = shapes
        own, others = ascii_letters[: len(a)], ascii_letters[len(a) : len(a) + len(b)]
        front, shared = own[: len(a) - len(b)], own[len(a) - len(b) :]
        if a[len(front) :] == b:
            yield cls(f"{own},{shared}->{front}")
            yield cls(f"{own},{shared}->{own}")
            yield cls(f"{own},{shared}->{own[::-1]}")
            if b:
                yield cls(f"{own},{shared[:-1]}{others[-1]}->{front}{shared[-1]}{others[-1]}")
                yield cls(f"{own},{others[0]}{shared[1:]}->{others[0]}{front}{shared[0]}")
        if len(b) < 2:
            yield cls(f"{own},{others}->{own}{others}")
        elif a[len(front) :] == b:
            yield from map(cls, _batched(front, shared, others, crossed=b[-1] == b[-2]))


def _batched(front: str, shared: str, others: str, *, crossed: bool) -> Iterator[str]:
    """Subscripts with letters that stand in a, b and y, as in "bij,bjk->bik", where the sizes allow it."""
    batch, own = shared[0], front + shared
    if crossed:
        rows, summed, columns = shared[-2], shared[-1], others[-1]
        yield f"{own},{shared[:-2]}{summed}{columns}->{shared[:-2]}{front}{rows}{columns}"
    yield f"{own},{shared}->{batch}{front}"
    yield f"{own},{shared[:-1]}{others[-1]}->{batch}{front}{shared[-1]}{others[-1]}"
    if len(shared) > 2:
        yield f"{own},{batch}{others[1]}{shared[2:]}->{batch}{front}{shared[1]}{others[1]}"


def einsum(subscripts: str, *operands: Tensor) -> Tensor:
    """The sum of products of the operands that the subscripts say, in NumPy's notation.

    A letter names an axis, "..." all that have none; a letter twice in one operand is its diagonal; without
    "->" the result has the letters that stand once, sorted. Two operands are summed at a time, in the order
    that ``numpy.einsum_path`` finds. Raises ``ParameterError``, ``ShapeError``.
    """
    terms, output = spelled_out(subscripts, [each.shape for each in operands])
    pairs = [_without_repeats(*each) for each in zip(operands, terms, strict=True)]
    named = _without_ones(pairs)
    for step in _path(named, output):
        chosen = [named[at] for at in step]
        named = [each for at, each in enumerate(named) if at not in step]
        done = chosen.pop(0)
        while chosen:
            other = chosen.pop(0)
            done = _pair(done, other, output + "".join(letters for _, letters in (*named, *chosen)))
        named.append(done)
    result, letters = _summed(*named[0], output)
    return permute(result, [letters.index(letter) for letter in output])


Named: TypeAlias = "tuple[Tensor, str]"
"""A Tensor and a letter for each of its axes."""


def _without_repeats(a: Tensor, letters: str) -> Named:
    """The diagonal of axes that have one letter, until none is there twice. Raises ``ShapeError``."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            if a.shape[first] != a.shape[second]:
                raise ShapeError(
                    f"einsum, {letter!r} twice in one operand",
                    f"{a.shape[first]} and {a.shape[second]} entries",
                    "as many along both axes",
                    "index the operand first",
                )
            a = diagonal(a, 0, first, second)
            letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + letter
    return a, letters


def _without_ones(operands: Sequence[Named]) -> list[Named]:
    """The operands without the axes of size 1 whose letter has another size elsewhere: they broadcast."""
    sizes: dict[str, int] = {}
    for a, letters in operands:
        for letter, size in zip(letters, a.shape, strict=True):
            if size != 1 and sizes.setdefault(letter, size) != size:
                raise ShapeError(
                    "einsum",
                    f"{sizes[letter]} and {size} entries along {letter!r}",
                    "one size, or 1",
                    "reshape one operand",
                )
    found: list[Named] = []
    for a, letters in operands:
        kept = [axis for axis, letter in enumerate(letters) if a.shape[axis] == sizes.get(letter, 1)]
        found.append((reshape(a, [a.shape[axis] for axis in kept]), "".join(letters[axis] for axis in kept)))
    return found


def _path(operands: Sequence[Named], output: str) -> list[tuple[int, ...]]:
    """Which operands to sum together, step by step; their result goes behind the others."""
    subscripts = f"{','.join(letters for _, letters in operands)}->{output}"
    stand_ins = [np.broadcast_to(0.0, a.shape) for a, _ in operands]
    return contraction_path(subscripts, stand_ins)


def _summed(a: Tensor, letters: str, wanted: str) -> Named:
    """a summed over the axes whose letter nobody wants."""
    gone = [axis for axis, letter in enumerate(letters) if letter not in wanted]
    left = "".join(letter for letter in letters if letter in wanted)
    return (summation(a, gone) if gone else a), left


def _pair(first: Named, second: Named, waiting: str) -> Named:
    """The sum of products of two operands over the axes that neither the result nor another waits for."""
    a, of_a = _summed(*first, second[1] + waiting)
    b, of_b = _summed(*second, of_a + waiting)
    of_y = "".join(letter for letter in dict.fromkeys(of_a + of_b) if letter in waiting)
    return Einsum(f"{of_a},{of_b}->{of_y}")(a, b), of_y
