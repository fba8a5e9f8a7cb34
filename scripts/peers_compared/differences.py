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
BOUNDS = "[0003](decisions/0003-numbers-that-carry-a-derivative-and-a-bound.md)"
OPS = "[ops.md](ops.md#hardsigmoid)"
LOST = Difference("it loses digits where the result is small beside its terms", "digits in the tails", TRAPS)


def _lost(*names: str) -> Iterator[tuple[str, Difference]]:
    return ((name, LOST) for name in names)


def _tied(what: str, *names: str) -> Iterator[tuple[str, Difference]]:
    """Ties and kinks that the engine shares evenly."""
    return ((name, Difference(what, "ties share evenly", MASKS)) for name in names)


def _at(what: str, convention: str, *names: str) -> Iterator[tuple[str, Difference]]:
    """Kinks at which the engine takes another side."""
    return ((name, Difference(what, convention, MASKS)) for name in names)


ROUNDED = Difference(
    "its last digits, by more than the bound of the second definition", "rounding is bounded", BOUNDS
)
ONE = "one of the entries that tie gets all"
TORCH: Mapping[str, Difference] = dict(
    [
        *_lost("Expm1", "Gelu", "Ndtr", "Tanh"),
        *_tied(ONE, "CumMax", "CumMin", "MaxPool1d", "MaxPool2d", "Sort"),
        *_tied("the first input gets all", "Fmax", "Fmin"),
        *((name, ROUNDED) for name in ("Eigvalsh", "Svdvals")),
        (
            "Hardsigmoid",
            Difference("its factor 1/6 has the digits of float32 only, for float64 too", "1/6", OPS),
        ),
    ]
)
JAX: Mapping[str, Difference] = dict(
    [
        *_lost("Elu", "Expm1", "Gelu", "Tanh"),
        *_tied(ONE, "MaxPool1d", "MaxPool2d", "Sort"),
        *_tied("halves of halves: of three that tie the last gets one half", "CumMax", "CumMin"),
        *_tied("the second input gets all", "Fmax", "Fmin"),
        *_at("at 0 it takes the right side, 1", "0 at a = 0", "Abs", "Copysign"),
        *_at("at 0 it takes the right side, 1", "the slope at 0", "LeakyReLU"),
        *_at("at a bound it takes one half", "1 at a bound", "Clip"),
        *_at("at −1 it takes the right side, 1", "0 at both ends", "Hardtanh"),
        *_at("where the value is 0 it is NaN", "0 where the value is 0", "Norm", "Std"),
        ("Eigvalsh", ROUNDED),
    ]
)
DIFFERENCES: Mapping[tuple[str, str], Difference] = {
    **{(name, "torch"): difference for name, difference in TORCH.items()},
    **{(name, "jax"): difference for name, difference in JAX.items()},
}
"""By op and library."""
