"""Where an op is defined and where it is smooth, as data.

A domain speaks of the entries of one input: an interval, the points inside it where the op is not defined
(poles), and those where it is defined and not differentiable (kinks: the derivative there is a convention).
Two facts concern entries together: ``ties`` says that the op compares entries and is not differentiable
where two are equal; ``values`` says that an entry is one of a few marks, such as a condition's 0 and 1,
and that no derivative with respect to it is meant.
"""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Domain:
    """The open interval from ``low`` to ``high``, less the poles; smooth but at the kinks and ties."""

    low: float = -inf
    high: float = inf
    poles: tuple[float, ...] = ()
    kinks: tuple[float, ...] = ()
    ties: bool = False
    values: tuple[float, ...] = ()

    @property
    def differentiable(self) -> bool:
        """Whether a derivative with respect to such an input is meant."""
        return not self.values

    def contains(self, x: float, margin: float = 0.0) -> bool:
        """Whether the op is defined at x, and at every point nearer to x than ``margin``."""
        if self.values:
            return x in self.values
        inside = self.low + margin < x < self.high - margin
        return inside and all(abs(x - pole) > margin for pole in self.poles)

    def smooth_at(self, x: float, margin: float = 0.0) -> bool:
        """Whether the op is defined and differentiable at x, and no kink is nearer than ``margin``."""
        return self.contains(x, margin) and all(abs(x - kink) > margin for kink in self.kinks)


REALS = Domain()
POSITIVE = Domain(low=0.0)
NONZERO = Domain(poles=(0.0,))
KINK_AT_0 = Domain(kinks=(0.0,))
ORDERED = Domain(ties=True)
MASK = Domain(values=(0.0, 1.0))
