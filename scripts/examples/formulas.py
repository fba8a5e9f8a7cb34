"""A value of a graph as an expression of values that have names: ``v6 - v5``, ``log(v1)``, ``v̄4 * v1``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from engine import (
    AddScalar,
    DivPower,
    DivScalar,
    EWiseAdd,
    EWiseDiv,
    EWiseMul,
    EWisePow,
    MatMul,
    MulScalar,
    Negate,
    Op,
    Permute,
    PowerScalar,
    Summation,
    Tensor,
    Transpose,
)

MOST_NESTED = 6
LONGEST = 48

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly a text is bound, in Python's order."""

INFIX: Mapping[type[Op], tuple[str, int]] = {
    EWiseAdd: ("+", SUM),
    EWiseMul: ("*", PRODUCT),
    EWiseDiv: ("/", PRODUCT),
    MatMul: ("@", PRODUCT),
    EWisePow: ("**", POWER),
}


class Text(NamedTuple):
    """An expression, and how tightly its outermost op binds."""

    words: str
    binds: int

    def within(self, binds: int) -> str:
        """The expression as an operand that must bind at least so tightly."""
        return self.words if self.binds >= binds else f"({self.words})"


def formula(value: Tensor, names: Mapping[Tensor, str], otherwise: str) -> str:
    """The expression for ``value``; its own name is not used, unless it is a leaf.

    ``otherwise`` where that would be long, or hold an array that neither has a name nor is the result of an
    op: a mask, say.
    """
    text = _leaf(value, names) if value.is_leaf() else _made(value, names, MOST_NESTED)
    return otherwise if text is None or len(text.words) > LONGEST else text.words


def expression(value: Tensor, names: Mapping[Tensor, str], otherwise: str) -> str:
    """The name of ``value``, or its formula."""
    return names[value] if value in names else formula(value, names, otherwise)


def _text(value: Tensor, names: Mapping[Tensor, str], depth: int) -> Text | None:
    if value in names or value.is_leaf():
        return _leaf(value, names)
    return _made(value, names, depth - 1) if depth else None


def _leaf(value: Tensor, names: Mapping[Tensor, str]) -> Text | None:
    """A name, or the number of a constant that has none."""
    if value in names:
        return Text(names[value], ATOM)
    if value.size != 1:
        return None
    number = value.item()
    return Text(f"{number:g}", SIGN if number < 0 else ATOM)


def _made(value: Tensor, names: Mapping[Tensor, str], depth: int) -> Text | None:
    """What the op of ``value`` makes of its inputs."""
    assert value.op is not None  # leaves are said by their names
    taken = _subtracted(value, names)
    inputs: list[Text] = []
    for below in value.inputs if taken is None else (value.inputs[0], taken):
        text = _text(below, names, depth)
        if text is None:
            return None
        inputs.append(text)
    if type(value.op) in INFIX:
        sign, binds = INFIX[type(value.op)]
        return _infix(sign if taken is None else "-", binds, inputs)
    return _of_one(value.op, inputs[0], value.inputs[0]) or _call(value.op, inputs)


def _subtracted(value: Tensor, names: Mapping[Tensor, str]) -> Tensor | None:
    """b, if the value is a − b: the engine makes it as a + (−b)."""
    if not isinstance(value.op, EWiseAdd):
        return None
    second = value.inputs[1]
    return second.inputs[0] if isinstance(second.op, Negate) and second not in names else None


def _infix(sign: str, binds: int, inputs: list[Text]) -> Text:
    left, right = inputs
    if binds == POWER:  # the only one that is taken from the right
        return Text(f"{left.within(ATOM)} {sign} {right.within(SIGN)}", binds)
    return Text(f"{left.within(binds)} {sign} {right.within(binds + 1)}", binds)


def _of_one(op: Op, a: Text, below: Tensor) -> Text | None:
    """An op of one input, or with a number in it, that is written with a sign."""
    text: Text | None = None
    match op:
        case Negate():
            text = Text(f"-{a.within(PRODUCT + 1)}", SIGN)
        case AddScalar(scalar=c):
            text = Text(f"{a.words} {'-' if c < 0 else '+'} {abs(c):g}", SUM)
        case MulScalar(scalar=c):
            text = Text(f"{c:g} * {a.within(PRODUCT + 1)}", PRODUCT)
        case DivScalar(scalar=c):
            text = Text(f"{a.within(PRODUCT)} / {c:g}", PRODUCT)
        case PowerScalar(scalar=c):
            text = Text(f"{a.within(ATOM)} ** {c:g}", POWER)
        case Transpose() | Permute() if below.ndim == 2:
            text = Text(f"{a.within(ATOM)}.T", ATOM)
        case Summation() if not op.keepdims and len(op.axes) == below.ndim:
            text = Text(f"sum({a.words})", ATOM)
        case _:
            pass
    return text


def _call(op: Op, inputs: list[Text]) -> Text:
    """name(inputs, parameters)"""
    if isinstance(op, DivPower):
        a, b = inputs
        return Text(f"{a.within(PRODUCT)} / {b.within(ATOM)} ** {op.power}", PRODUCT)
    name, _, parameters = repr(op).partition("(")
    words = [text.words for text in inputs]
    shown = re.sub(r"^\w+=", "", parameters.removesuffix(")").replace(", keepdims=False", ""))
    return Text(f"{spelled(name)}({', '.join([*words, shown] if shown else words)})", ATOM)


def spelled(name: str) -> str:
    """The class name of an op as a function's: ReLU is relu, BroadcastTo is broadcast_to."""
    return re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", name).lower()
