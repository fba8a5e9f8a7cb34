"""The derivatives of elementwise ops in closed form, in many digits: what an engine's floats are measured by.

Written apart from the engine's rules, for mpmath's numbers, in which nothing overflows and nothing that is
written here cancels more digits than there are to spare. The files are families of ops.
"""

from properties.truths import activations, angles, bells, exponentials, lines, pairs, powers
from properties.truths.table import TRUTHS, Sum, Truth, summed, tell

__all__ = [
    "TRUTHS", "Sum", "Truth", "activations", "angles", "bells", "exponentials", "lines", "pairs", "powers",
    "summed", "tell",
]  # fmt: skip
