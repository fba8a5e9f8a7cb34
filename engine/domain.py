"""Where an op is defined and where it is smooth, as data.

A domain speaks of the entries of one input: an interval, the points inside it where the op is not defined
(poles), and those where it is defined and not differentiable (kinks: the derivative there is a convention).
Two facts concern entries together: ``ties`` says that the op compares entries and is not differentiable
where two are equal; ``values`` says that an entry is one of a few marks, such as a condition's 0 and 1,
and that no derivative with respect to it is meant.

One fact is about matrices: ``dominant`` says that the last two axes hold matrices with a diagonal that
dominates (``discs_lie_apart``). Such a matrix is regular, its symmetric part is positive definite, and its
eigenvalues, those of its symmetric part and its singular values are distinct and positive, by construction
and with nothing computed. It is not all that an op is defined for; it is where the op is smooth for sure.

Two more facts are the conventions. At a kink or tie the op has one derivative to the left, ∂₋, and one to
the right, ∂₊. ``share`` says which derivative the op takes at a kink: ∂₋ + share · (∂₊ − ∂₋); a tuple has
one for each kink. ``even`` says that k entries that tie share evenly: each takes the one of its two that is
nearer to 0 and 1/k of the way to the other; with ``ties`` and not ``even``, ``share`` is that of ties too. An
op that declares neither promises no more than a derivative between the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod

from engine.array import Shape

SHARES = {0.0: "that of the left side", 0.5: "halfway between the sides", 1.0: "that of the right side"}
"""The usual shares in words."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The open interval from ``low`` to ``high``, less the poles; smooth but at the kinks and ties."""

    low: float = -inf
    high: float = inf
    poles: tuple[float, ...] = ()
    kinks: tuple[float, ...] = ()
    share: float | tuple[float, ...] | None = None
    ties: bool = False
    even: bool = False
    values: tuple[float, ...] = ()
    dominant: bool = False

    @property
    def differentiable(self) -> bool:
        """Whether a derivative with respect to such an input is meant."""
        return not self.values

    @property
    def smooth(self) -> bool:
        """Whether there is neither a kink nor a tie."""
        return not (self.kinks or self.ties)

    @property
    def convention(self) -> str:
        """The derivative that is taken at kinks and ties, in words; nothing where none is declared."""
        words: list[str] = []
        by_share: dict[float, list[float]] = {}
        for kink in self.kinks:
            share = self.share_at(kink)
            if share is not None:
                by_share.setdefault(share, []).append(kink)
        for share, kinks in by_share.items():
            words.append(f"at {_listed(kinks)}: {_in_words(share)}")
        if self.ties and self.even:
            words.append("at ties: even shares")
        elif self.ties and isinstance(self.share, float):
            words.append(f"at ties: {_in_words(self.share)}")
        return "; ".join(words)

    def share_at(self, x: float) -> float | None:
        """The share at x, a kink or in a tie that is not shared evenly; None where none is declared."""
        if x not in self.kinks:
            return self.share if self.ties and not self.even and isinstance(self.share, float) else None
        return self.share[self.kinks.index(x)] if isinstance(self.share, tuple) else self.share

    def contains(self, x: float, margin: float = 0.0) -> bool:
        """Whether the op is defined at x, and at every point nearer to x than ``margin``."""
        if self.values:
            return x in self.values
        inside = self.low + margin < x < self.high - margin
        return inside and all(abs(x - pole) > margin for pole in self.poles)

    def smooth_at(self, x: float, margin: float = 0.0) -> bool:
        """Whether the op is defined and differentiable at x, and no kink is nearer than ``margin``."""
        return self.contains(x, margin) and all(abs(x - kink) > margin for kink in self.kinks)

    def contains_matrices(self, entries: Sequence[float], shape: Shape, margin: float = 0.0) -> bool:
        """Whether entries in row-major order have, as matrices, what the domain asks for."""
        if not self.dominant:
            return True
        if len(shape) < 2:
            return False
        rows, columns = shape[-2:]
        size = rows * columns
        starts = range(0, prod(shape), size) if size else ()
        return all(discs_lie_apart(entries[at : at + size], columns, margin) for at in starts)


def discs_lie_apart(matrix: Sequence[float], columns: int, margin: float) -> bool:
    """Whether the discs of a matrix (row-major) lie apart, and to the right of 0, by ``margin`` or more.

    Disc i has the centre aᵢᵢ and *twice* the radius of Gershgorin's: the sum of |aᵢⱼ|, j ≠ i, or of |aⱼᵢ|,
    whichever is larger. So the discs of A, Aᵀ, (A + Aᵀ)/2 and of the singular values (L. Qi, Some simple
    estimates for singular values of a matrix, Linear Algebra Appl. 56, 1984, p. 105) lie in them. A row or
    column that has no entry on the diagonal is a disc around 0, of which the others lie to the right. The
    factor 2 keeps the largest entry of an eigenvector twice as large as any other.
    """
    rows = len(matrix) // columns
    centres, radii = [0.0] * max(rows, columns), [0.0] * max(rows, columns)
    for i in range(max(rows, columns)):
        row = [abs(matrix[i * columns + j]) for j in range(columns) if j != i] if i < rows else []
        column = [abs(matrix[j * columns + i]) for j in range(rows) if j != i] if i < columns else []
        radii[i] = 2 * max(sum(row), sum(column))
        centres[i] = matrix[i * columns + i] if i < min(rows, columns) else 0.0
    inner = range(min(rows, columns))
    left = max(radii[len(inner) :], default=0.0)
    return all(centres[i] - radii[i] > left + margin for i in inner) and all(
        abs(centres[i] - centres[j]) > radii[i] + radii[j] + margin for j in inner for i in range(j)
    )


def _in_words(share: float) -> str:
    return SHARES.get(share, f"{share:g} of the way from the left side to the right")


def _listed(numbers: Sequence[float]) -> str:
    """The numbers; the first two and the last, where there are many."""
    words = [f"{number:g}" for number in numbers]
    return ", ".join(words if len(words) <= 4 else [*words[:2], "…", words[-1]])


REALS = Domain()
POSITIVE = Domain(low=0.0)
NONZERO = Domain(poles=(0.0,))
KINK_AT_0 = Domain(kinks=(0.0,))
ORDERED = Domain(ties=True, even=True)
MASK = Domain(values=(0.0, 1.0))
DOMINANT = Domain(dominant=True)
