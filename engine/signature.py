"""Which shapes an op takes, as a gufunc signature (NumPy's notation, with two additions).

``(),()->()``               every operand elementwise; the operands broadcast
``(n?,k),(k,m?)->(n?,m?)``  matmul: ``k`` is shared, ``n?`` and ``m?`` may be missing; leading axes broadcast
``(i*)->(j*)``              one operand of any shape; the op itself says the shape of its result
``(i*,n,j*),...->(i*,m,j*)``  any number of operands: the runs ``i*`` and ``j*`` are common to all,
                            the size ``n`` is each operand's own

A starred name is a *run*: any number of axes. Where there is a run there is no broadcasting.
Source: NumPy's generalized universal function API, https://numpy.org/doc/stable/reference/c-api/generalized-ufuncs.html
"""

import re
from dataclasses import dataclass

from engine.errors import CatalogueError

_NAMES = r"(?:[a-z][*?]?(?:,[a-z][*?]?)*)?"
_OPERAND = re.compile(rf"\(({_NAMES})\)")
_WHOLE = re.compile(
    rf"(?P<inputs>\({_NAMES}\)(?:,\({_NAMES}\))*)(?P<more>,\.\.\.)?->\((?P<output>{_NAMES})\)"
)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One name in a signature: a size, a size that may be missing, or a run of sizes."""

    name: str
    optional: bool
    run: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """The dimensions of each input and of the output; ``variadic``: more inputs like the last may follow."""

    inputs: tuple[tuple[Dimension, ...], ...]
    output: tuple[Dimension, ...]
    variadic: bool
    text: str

    @property
    def broadcasts(self) -> bool:
        """Whether axes in front of the named ones broadcast."""
        return not any(dimension.run for operand in self.inputs for dimension in operand)


def parse_signature(text: str) -> Signature:
    """The signature that ``text`` writes down. Raises ``CatalogueError`` if it is none."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise CatalogueError(
            "signature", repr(text), "gufunc notation such as '(n,k),(k,m)->(n,m)'", "rewrite it"
        )
    inputs = tuple(_dimensions(operand) for operand in _OPERAND.findall(match["inputs"]))
    return Signature(inputs, _dimensions(match["output"]), match["more"] is not None, text)


def _dimensions(operand: str) -> tuple[Dimension, ...]:
    names = operand.split(",") if operand else []
    return tuple(Dimension(name[0], name.endswith("?"), name.endswith("*")) for name in names)
