"""A state machine that lives with an engine: steps in any order, and each must leave it as a model says.

``properties.machine.session`` says what the steps ask of the engine, ``model`` what they should find, and
``machine`` what steps there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from properties.judge import PROFILE
from properties.machine.machine import Machine
from properties.machine.session import Session
from properties.verdict import Broken

__all__ = ["Failure", "Session", "run"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What did not agree, and the steps that lead there."""

    broken: str
    steps: str

    def __str__(self) -> str:
        return f"{self.broken}\n{self.steps}"


STEPS_OF_A_RUN = 40


def run(
    begin: Callable[[], Session],
    *,
    examples: int,
    start: int,
    steps: int = STEPS_OF_A_RUN,
    shrink: bool = True,
) -> Failure | None:
    """So many runs of so many steps, each on a session of its own. The seed ``start`` fixes them.

    Hypothesis begins with the plainest run, draws another, and then varies that for a while. A run is long,
    and many that differ show more than a few with their variations, so each is drawn by a seed of its own.
    """

    class Trial(Machine):
        def begin(self) -> Session:
            return begin()

    phases = PROFILE.phases if shrink else (Phase.generate,)
    plainest_and_another = settings(
        PROFILE, max_examples=2, stateful_step_count=steps, phases=phases, verbosity=Verbosity.normal
    )
    try:
        for number in range(examples):
            run_state_machine_as_test(seed(f"{start} {number}")(Trial), settings=plainest_and_another)
    except (Broken, Flaky) as error:
        return Failure(str(error), "\n".join(getattr(error, "__notes__", ())))
    return None
