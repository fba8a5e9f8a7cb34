"""Shapes for an op's signature: sizes that repeat and that differ, 0 and 1 too, every broadcast pattern.

The first choice of each draw is the plainest, so that cases shrink to small ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import prod

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.array import Shape
from engine.signature import Dimension, Signature

MOST_ENTRIES = 24
"""Arrays are kept this small, so that every entry of a derivative can be checked."""

SIZES = (2, 3, 2, 1, 3, 4, 5, 0)
"""Sizes to choose from; 2 and 3 come more than once, so that axes coincide often."""

sizes: SearchStrategy[int] = st.sampled_from(SIZES)
seldom: SearchStrategy[bool] = st.sampled_from([False, False, True])
evenly: SearchStrategy[bool] = st.sampled_from([False, True])
often: SearchStrategy[bool] = st.sampled_from([False, True, True])
_operands: SearchStrategy[int] = st.integers(1, 3)
_places: SearchStrategy[int] = st.sampled_from([0, 0, 1, 2])


def draw_run(draw: DrawFn, most: int = 3, least: int = 0) -> Shape:
    """A run of axes: ``least`` of them, up to ``most``, and now and then one more."""
    return fitted(tuple([draw(sizes) for _ in range(max(least, draw(_ranks(most))))]))


@st.composite
def runs(draw: DrawFn, most: int = 3) -> Shape:
    """A run of axes."""
    return draw_run(draw, most)


@cache
def _ranks(most: int) -> SearchStrategy[int]:
    return st.sampled_from([*range(most + 1), 2, most + 1])


def fitted(shape: Shape) -> Shape:
    """The shape with sizes set to 1, last axes first, until it has few enough entries."""
    kept = list(shape)
    entries = 1
    for axis, size in enumerate(kept):
        if entries * size > MOST_ENTRIES:
            kept[axis] = 1
        entries *= max(1, kept[axis])
    return tuple(kept)


def draw_shapes(draw: DrawFn, signature: Signature, least: int = 0) -> tuple[Shape, ...]:
    """One shape for each operand, by the signature; leading axes broadcast where the signature allows it.

    A run has at least ``least`` axes.
    """
    operands = list(signature.inputs)
    if signature.variadic:
        operands = operands[:-1] + [operands[-1]] * draw(_operands)
    common: dict[str, Shape] = {}
    for dimension in signature.inputs[-1] if signature.variadic else ():
        if dimension.run:
            common[dimension.name] = draw_run(draw, 1 if len(signature.inputs[-1]) > 1 else 3, least)
    drawn = [_draw_core(draw, operand, common, least, shared=not signature.variadic) for operand in operands]
    if not signature.broadcasts:
        return tuple(drawn)
    loop = draw_run(draw, 3 if not any(signature.inputs) else 1)
    if any(signature.inputs):
        loop = _beside_cores(loop, max(map(prod, drawn)))
    return tuple([_draw_pattern(draw, loop) + core if not _is_vector(core, operand) else core
                  for core, operand in zip(drawn, operands, strict=True)])  # fmt: skip


def _beside_cores(loop: Shape, entries: int) -> Shape:
    """The leading axes made shorter, until so many times the entries of a core are few enough."""
    room = MOST_ENTRIES // max(1, entries)
    kept: list[int] = []
    for size in loop:
        kept.append(min(size, max(1, room)))
        room //= max(1, kept[-1])
    return tuple(kept)


def _is_vector(core: Shape, operand: Sequence[Dimension]) -> bool:
    """Whether an optional axis was left out: such an operand has no leading axes either."""
    return len(core) < len(operand)


def _draw_core(
    draw: DrawFn, operand: Sequence[Dimension], common: dict[str, Shape], least: int, *, shared: bool
) -> Shape:
    """The named axes of one operand; sizes are remembered in ``common`` where operands share them."""
    shape: Shape = ()
    for dimension in operand:
        if dimension.optional and draw(seldom):
            continue
        if dimension.name not in common or not (shared or dimension.run):
            common[dimension.name] = draw_run(draw, least=least) if dimension.run else (draw(sizes),)
        shape += common[dimension.name]
    return shape


def _draw_pattern(draw: DrawFn, loop: Shape) -> Shape:
    """A shape that broadcasts to ``loop``: axes left out in front, others of size 1."""
    if not draw(often):
        return loop
    start = draw(_places)
    kept = loop[min(start, len(loop)) if start else 0 :]
    return tuple(1 if draw(evenly) else size for size in kept)
