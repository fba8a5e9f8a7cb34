"""Every op defined a second time, apart from the engine on purpose: numbers one at a time, index by index.

Nothing here calls the NumPy function that ``compute`` calls. The files are those of ``engine.ops``.
"""

from properties.references import (
    arranging,
    clipping,
    contraction,
    convolution,
    elementwise,
    factorisations,
    gathering,
    joining,
    linalg,
    losses,
    normalisation,
    pairs,
    pooling,
    products,
    reductions,
    rounding,
    shapes,
    smooth,
    softmax,
    spectra,
    windows,
)
from properties.references.table import REFERENCES, refer, refer_entry, second_definition

__all__ = [
    "REFERENCES",
    "arranging",
    "clipping",
    "contraction",
    "convolution",
    "elementwise",
    "factorisations",
    "gathering",
    "joining",
    "linalg",
    "losses",
    "normalisation",
    "pairs",
    "pooling",
    "products",
    "reductions",
    "refer",
    "refer_entry",
    "rounding",
    "second_definition",
    "shapes",
    "smooth",
    "softmax",
    "spectra",
    "windows",
]
