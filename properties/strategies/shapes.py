"""Shapes for an op's signature: sizes that repeat and that differ, 0 and 1 among them, every broadcast pattern.

The first choice of each draw is the plainest, so that cases shrink to small ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.array import Shape
from engine.signature import Dimension, Signature

MOST_ENTRIES = 24
"""Arrays are kept this small, so that every entry of a derivative can be checked."""

SIZES = (2, 3, 2, 1, 3, 4, 2, 0)
"""Sizes to choose from; 2 and 3 come more than once, so that axes coincide often."""

sizes: SearchStrategy[int] = st.sampled_from(SIZES)


@st.composite
def runs(draw: DrawFn, most: int = 3) -> Shape:
    """A run of axes: 0-d, up to rank ``most``, and now and then one more."""
    rank = draw(st.sampled_from([*range(most + 1), 2, most + 1]))
    shape: list[int] = []
    for _ in range(rank):
        shape.append(draw(sizes))
    return fitted(tuple(shape))


def fitted(shape: Shape) -> Shape:
    """The shape with sizes set to 1, last axes first, until it has few enough entries."""
    kept = list(shape)
    entries = 1
    for axis, size in enumerate(kept):
        if entries * size > MOST_ENTRIES:
            kept[axis] = 1
        entries *= max(1, kept[axis])
    return tuple(kept)


@st.composite
def shapes_for(draw: DrawFn, signature: Signature) -> tuple[Shape, ...]:
    """One shape for each operand, by the signature; leading axes broadcast where the signature allows it."""
    operands = list(signature.inputs)
    if signature.variadic:
        operands = operands[:-1] + [operands[-1]] * draw(st.integers(1, 3))
    common: dict[str, Shape] = {}
    for dimension in signature.inputs[-1] if signature.variadic else ():
        if dimension.run:
            common[dimension.name] = draw(runs(most=1 if len(signature.inputs[-1]) > 1 else 3))
    drawn = [draw(_core(operand, common, shared=not signature.variadic)) for operand in operands]
    if not signature.broadcasts:
        return tuple(drawn)
    loop = draw(runs(most=3 if not any(signature.inputs) else 1))
    return tuple([draw(_broadcast_pattern(loop)) + core if not _is_vector(core, operand) else core
                  for core, operand in zip(drawn, operands, strict=True)])  # fmt: skip


def _is_vector(core: Shape, operand: Sequence[Dimension]) -> bool:
    """Whether an optional axis was left out: such an operand has no leading axes either."""
    return len(core) < len(operand)


@st.composite
def _core(draw: DrawFn, operand: Sequence[Dimension], common: dict[str, Shape], *, shared: bool) -> Shape:
    """The named axes of one operand; sizes are remembered in ``common`` where operands share them."""
    shape: Shape = ()
    for dimension in operand:
        if dimension.optional and draw(st.sampled_from([False, False, True])):
            continue
        if dimension.name not in common or not (shared or dimension.run):
            common[dimension.name] = draw(runs()) if dimension.run else (draw(sizes),)
        shape += common[dimension.name]
    return shape


@st.composite
def _broadcast_pattern(draw: DrawFn, loop: Shape) -> Shape:
    """A shape that broadcasts to ``loop``: axes left out in front, others of size 1."""
    pattern = draw(st.integers(0, 2 ** (len(loop) + 1) - 1)) if draw(st.booleans()) else 0
    start = draw(st.integers(0, len(loop))) if pattern >> len(loop) else 0
    return tuple(1 if pattern >> axis & 1 else size for axis, size in enumerate(loop))[start:]
