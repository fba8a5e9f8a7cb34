"""NumPy's notation of einsum, spelled out: a letter for each axis of the operands and of the result."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

from engine.array import Shape
from engine.errors import ParameterError, ShapeError


def spelled_out(subscripts: str, shapes: Sequence[Shape]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, letters in place of "...".

    Raises ``ParameterError``, and ``ShapeError`` for an operand with another number of axes.
    """
    text = subscripts.replace(" ", "")
    operands, arrow, output = text.partition("->")
    terms = operands.split(",")
    if len(terms) != len(shapes):
        raise ParameterError(
            f"einsum {subscripts!r}",
            f"{len(shapes)} operands",
            f"{len(terms)}",
            "write one term for each operand, with commas between",
        )
    unnamed = [_unnamed(subscripts, term, shape) for term, shape in zip(terms, shapes, strict=True)]
    spare = [letter for letter in ascii_letters if letter not in text]
    if max(unnamed) > len(spare):
        raise ParameterError(f"einsum {subscripts!r}", "more than 52 axes", "a letter each", "reshape some")
    dots = "".join(spare[: max(unnamed)])
    named = "".join(terms).replace("...", "")
    full = [term.replace("...", dots[len(dots) - rank :]) for term, rank in zip(terms, unnamed, strict=True)]
    if not arrow:
        return full, dots + "".join(sorted(letter for letter in named if named.count(letter) == 1))
    return full, _result(subscripts, output, named, dots)


def _unnamed(subscripts: str, term: str, shape: Shape) -> int:
    """How many axes "..." stands for in a term."""
    letters = term.replace("...", "", 1)
    if not set(letters) <= set(ascii_letters):
        raise ParameterError(
            f"einsum {subscripts!r}", f"a term {term!r}", "letters and one ...", "name axes by letters"
        )
    rest = len(shape) - len(letters)
    if rest < 0 or (rest and "..." not in term):
        raise ShapeError(
            f"einsum {subscripts!r}",
            f"shape {shape} for the term {term!r}",
            f"{len(letters)} axes",
            "give a letter for each axis, or ... for the others",
        )
    return rest


def _result(subscripts: str, output: str, named: str, dots: str) -> str:
    """The letters of a result that is written behind the arrow."""
    letters = output.replace("...", "", 1)
    wrong = len(set(letters)) < len(letters) or not set(letters) <= set(named)
    if wrong or (dots and "..." not in output):
        raise ParameterError(
            f"einsum {subscripts!r}",
            f"a result {output!r}",
            "letters of the operands, each once, and ... if an operand has it",
            "correct what stands behind ->",
        )
    return output.replace("...", dots)
