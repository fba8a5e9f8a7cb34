"""Why a library's answers differ from the engine's: conventions of the engine, each documented.

An op and a library that stand here may differ; whether they do is measured each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, the engine's convention, and where it is documented."""

    what: str
    convention: str
    where: str


MASKS = "[0005](decisions/0005-masks-are-constants.md)"
TRAPS = "[design.md](design.md#traps-in-engines-and-what-the-house-does)"
LOST = Difference("it loses digits where the result is small beside its terms", "digits in the tails", TRAPS)


def _lost(*names: str) -> Iterator[tuple[str, Difference]]:
    return ((name, LOST) for name in names)


def _tied(what: str, *names: str) -> Iterator[tuple[str, Difference]]:
    """Ties and kinks that the engine shares evenly."""
    return ((name, Difference(what, "ties share evenly", MASKS)) for name in names)


def _at(what: str, convention: str, *names: str) -> Iterator[tuple[str, Difference]]:
    """Kinks at which the engine takes another side."""
    return ((name, Difference(what, convention, MASKS)) for name in names)


TORCH: Mapping[str, Difference] = dict(
    [
        *_lost("Ndtr", "Tanh", "Expm1", "Gelu"),
        *_tied("one of the entries that tie gets all", "CumMax", "CumMin", "MaxPool1d", "MaxPool2d"),
        *_tied("the first input gets all", "Fmax", "Fmin"),
        (
            "Hardsigmoid",
            Difference("its factor 1/6 has the digits of float32 only, for float64 too", "1/6", MASKS),
        ),
    ]
)
JAX: Mapping[str, Difference] = dict(
    [
        *_lost("Tanh", "Expm1", "Gelu"),
        *_at("at 0 it takes the right side, 1", "0 at 0", "Abs"),
    ]
)
DIFFERENCES: Mapping[tuple[str, str], Difference] = {
    **{(name, "torch"): difference for name, difference in TORCH.items()},
    **{(name, "jax"): difference for name, difference in JAX.items()},
}
"""By op and library."""
