"""``check_grads``, asked once: its answer as a record, whether it returns or raises."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from checks.functions import Function, Point
from engine.errors import EngineError
from properties.grads.check import check_grads
from properties.grads.report import GradientError, NotDecided
from properties.oracles.ladder import OracleError

ALARM, CONTRADICTION, REFUSAL = "GradientError", "OracleError", "refused"
PASS, INCONCLUSIVE = "PASS", "INCONCLUSIVE"
ANSWERS = (PASS, INCONCLUSIVE, ALARM, CONTRADICTION, REFUSAL)


@dataclass(frozen=True, slots=True)
class Answer:
    """One of ``ANSWERS``, the message of what was raised, the causes of open entries and their share."""

    verdict: str
    said: str = ""
    causes: tuple[str, ...] = ()
    undecided: float = 0.0


Ask: TypeAlias = Callable[[Function, Point, int, int], Answer]
"""A checker of f at a point, to an order, with a seed."""


def ask(f: Function, point: Point, order: int, seed: int) -> Answer:
    """The answer at default settings."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotDecided)
            report = check_grads(f, point, order, seed=seed)
    except GradientError as error:
        return Answer(ALARM, str(error))
    except OracleError as error:
        return Answer(CONTRADICTION, str(error))
    except EngineError as error:
        return Answer(REFUSAL, f"{type(error).__name__}: {error}")
    lines = [line for line in report.checked if line.undecided]
    causes = dict.fromkeys(line.cause or "rounding leaves no digit" for line in lines)
    entries = sum(line.decided.size for line in report.checked)
    return Answer(report.verdict, "", tuple(causes), sum(line.undecided for line in lines) / max(entries, 1))
