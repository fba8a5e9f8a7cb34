"""What an oracle says: numbers, how far each may be off, and why some could not be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from engine.array import Array

RealDType: TypeAlias = np.dtype[np.float32] | np.dtype[np.float64] | np.dtype[np.longdouble]

SINGLE: RealDType = np.dtype(np.float32)
DOUBLE: RealDType = np.dtype(np.float64)
LONG: RealDType = np.dtype(np.longdouble)
WIDE: bool = bool(np.finfo(np.longdouble).eps < np.finfo(np.float64).eps)
"""Whether this machine has a float wider than float64 (80 bits on x86; not on Windows, nor on ARM)."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """One number for each output entry. Where its bound is infinite, ``cause`` says why."""

    values: Array
    bounds: Array
    cause: str = ""

    @property
    def digits(self) -> float:
        """The decimal digits that the weakest entry certifies, relative to itself; 0 if one is undecided."""
        sizes, bounds = np.abs(self.values), np.abs(self.bounds)
        inexact = bounds > 0
        if not inexact.any():
            return 17.0
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log10(sizes[inexact] / bounds[inexact])
        return float(np.clip(np.nan_to_num(found.min(), nan=0.0), 0.0, 17.0))


def unit_of(dtype: RealDType) -> float:
    """The unit roundoff of a real dtype."""
    return float(np.finfo(dtype).eps) / 2
