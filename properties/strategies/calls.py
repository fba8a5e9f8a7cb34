"""Calls of one op: legal shapes, a legal instance, arrays in its domain, its axes in some spelling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import count, islice
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine import ops
from engine.array import Array, Axes, Shape
from engine.catalogue import Entry
from engine.domain import Domain
from engine.dtype import FLOAT32, FLOAT64, DType
from engine.graph import Op
from engine.kinds import AlongAxis, Reduction
from properties.case import Case, Spelling, Step, slot_domains
from properties.strategies.arrays import MARGIN, apart, array_of, draw_array, dtypes, laid_out, layouts
from properties.strategies.corners import SMOOTH, can_be_at_corner, corner_of, onto_corner
from properties.strategies.shapes import MOST_ENTRIES, draw_shapes, seldom

T = TypeVar("T")

MOST_INSTANCES = 60
"""How many of an op's legal instances are chosen from, plainest first."""

PATIENCE = 4
"""How often shapes of each least rank are drawn, up to such a rank, for one that a kink or tie fits in."""


@st.composite
def calls(draw: DrawFn, entry: Entry, *, smooth: bool = True) -> Case:
    """A case of one step. With ``smooth``, it is away from kinks and ties; else at one, if the op has any."""
    rough = not smooth and has_corners(entry)
    shapes, instance = _draw_instance(draw, entry, rough=rough)
    each = slot_domains(instance, len(shapes))
    dtype = draw(dtypes)
    mixed = len(shapes) > 1 and draw(seldom)
    inputs = [
        draw_array(draw, shape, _dtype_of(at, dtype, mixed=mixed), domain, smooth=smooth)
        for at, (shape, domain) in enumerate(zip(shapes, each, strict=True))
    ]
    if smooth and any(domain.ties for domain in each):
        inputs = [laid_out(array, draw(layouts)) for array in _without_ties(inputs, each)]
    if rough:
        moved = onto_corner(instance, inputs, draw_one(draw, range(MOST_ENTRIES)))
        inputs = [laid_out(array, draw(layouts)) for array in moved]
    constants = tuple(at for at, domain in enumerate(each) if not domain.differentiable)
    spelling = draw_spelling(draw, instance, inputs[0].shape)
    if len(inputs) > 1 and draw(seldom):
        everywhere = not constants and _fits_every_slot(inputs, each, smooth=smooth)
        if everywhere and not (rough and corner_of(instance, inputs[:1] * len(inputs)) == SMOOTH):
            return Case((inputs[0],), (Step(instance, (0,) * len(inputs), spelling),))
        free = [at for at in range(len(inputs)) if at not in constants]
        if len(free) > 1:
            constants = tuple(sorted({*constants, draw_one(draw, free)}))
    return Case(tuple(inputs), (Step(instance, tuple(range(len(inputs))), spelling),), constants)


def _fits_every_slot(inputs: Sequence[Array], domains: Sequence[Domain], *, smooth: bool) -> bool:
    """Whether the first input may stand in every slot: its shape, its domain, no tie with itself."""
    first = inputs[0]
    entries = [float(entry) for entry in first.ravel().tolist()]
    for array, domain in zip(inputs, domains, strict=True):
        defined = domain.smooth_at if smooth else domain.contains
        if array.shape != first.shape or (smooth and domain.ties):
            return False
        if not all(defined(entry, MARGIN) for entry in entries):
            return False
        if not domain.contains_matrices(entries, first.shape, MARGIN):
            return False
    return True


def has_corners(entry: Entry) -> bool:
    """Whether some instance of the op has a kink or tie."""
    return not all(domain.smooth for domain in possible_domains(entry))


@cache
def possible_domains(entry: Entry) -> frozenset[Domain]:
    """The domains of the inputs of the op's instances, as far as small shapes show them."""
    arity = len(entry.signature.inputs)
    small = [(2,) * rank for rank in range(4)]
    found = [op.domains(entry.domains) for shape in small for op in legal(entry, [shape] * arity)]
    return frozenset(domain for domains in found for domain in domains)


def _draw_instance(draw: DrawFn, entry: Entry, *, rough: bool) -> tuple[tuple[Shape, ...], Op]:
    """Shapes for which the op has a legal instance, and one of these; an op may want a certain rank.

    With ``rough``, one that has a kink or tie, if it is soon found.
    """
    for tried in count():
        least = tried // PATIENCE if rough else tried
        shapes = draw_shapes(draw, entry.signature, least)
        found = legal(entry, shapes)
        if rough and least < PATIENCE:
            found = [op for op in found if can_be_at_corner(op, shapes)]
        if found:
            return shapes, draw_one(draw, found)
    raise AssertionError("count() does not end")


def draw_one(draw: DrawFn, choices: Sequence[T]) -> T:
    """One of the choices; the first is the plainest."""
    return choices[draw(_below(len(choices)))] if len(choices) > 1 else choices[0]


@cache
def _below(count: int) -> SearchStrategy[int]:
    return st.integers(0, count - 1)


def legal(entry: Entry, shapes: Sequence[Shape]) -> Sequence[Op]:
    """The op's instances for these shapes."""
    return _legal(entry.op, tuple(shapes))


@lru_cache(maxsize=4096)  # every law asks for the same few shapes
def _legal(op: type[Op], shapes: tuple[Shape, ...]) -> Sequence[Op]:
    return tuple(islice(op.instances(*shapes), MOST_INSTANCES))


def _dtype_of(at: int, dtype: DType, *, mixed: bool) -> DType:
    if not mixed or at % 2 == 0:
        return dtype
    return FLOAT32 if dtype is FLOAT64 else FLOAT64


def _without_ties(inputs: Sequence[Array], domains: Sequence[Domain]) -> list[Array]:
    """The inputs with every two entries that the op may compare moved apart."""
    compared = [array for array, domain in zip(inputs, domains, strict=True) if domain.ties]
    entries = apart([float(entry) for array in compared for entry in array.ravel().tolist()])
    result: list[Array] = []
    for array, domain in zip(inputs, domains, strict=True):
        if domain.ties:
            result.append(array_of(entries[: array.size], array.shape, array.dtype))
            entries = entries[array.size :]
        else:
            result.append(array)
    return result


def draw_spelling(draw: DrawFn, op: Op, shape: Shape) -> Spelling:
    """A way in which a user may write the op's axes."""
    return draw_one(draw, spellings(op, shape))


def spellings(op: Op, shape: Shape) -> Sequence[Spelling]:
    """The ways in which a user may write the op's axes, plainest first."""
    if isinstance(op, Reduction):
        return _reduction_spellings(op.axes, len(shape))
    if isinstance(op, AlongAxis):
        return ["canonical", op.axis - len(shape)]
    if isinstance(op, ops.Transpose | ops.Permute):
        negative = tuple(axis - len(shape) for axis in op.axes)
        mixed = [(*negative[:1], *op.axes[1:]), (*op.axes[:1], *negative[1:])]
        plain = isinstance(op, ops.Transpose) and negative == (-2, -1)
        return ["canonical", negative, *mixed, *[None] * plain]
    if isinstance(op, ops.Concatenate | ops.Stack):
        rank = len(shape) + isinstance(op, ops.Stack)
        return ["canonical", op.axis - rank]
    return ["canonical"]


@cache
def has_spellings(entry: Entry) -> bool:
    """Whether a user may write the axes of the op in more than one way."""
    matrix = (2, 2)
    return any(len(spellings(op, matrix)) > 1 for op in legal(entry, [matrix] * len(entry.signature.inputs)))


def _reduction_spellings(axes: Axes, rank: int) -> list[Spelling]:
    """The tuple, from the end, backwards, each half from the end; the integer; None for all axes."""
    negative = tuple(axis - rank for axis in axes)
    found: list[Spelling] = [
        "canonical",
        negative,
        axes[::-1],
        (*negative[:1], *axes[1:]),
        (*axes[:1], *negative[1:]),
    ]
    if len(axes) == 1:
        found += [axes[0], negative[0]]
    if len(axes) == rank:
        found.append(None)
    return found
