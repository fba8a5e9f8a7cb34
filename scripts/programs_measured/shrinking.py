"""Shrinking: how many steps a failing program has left, where a wrong op or engine meets all other ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from rich.table import Table

from checks.pool import Run
from checks.promise import Promise
from programs_measured.drawn import usable
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject
from properties.judge import BUDGETS, judge
from properties.laws import LAWS
from properties.rows import PROGRAMS, Row
from tests.properties.planted import wrong_engines, wrong_ops, wrong_rules
from tests.properties.planted.bug import visitors

MOST = 4
"""The median of the steps left is to be no larger."""


@dataclass(frozen=True, slots=True)
class Bug:
    """A law, and the op or the engine that breaks it."""

    law: str
    plant: Callable[[], Row] | None = None
    engine: Callable[[], Subject] = Reference

    @property
    def name(self) -> str:
        """Of the op, or of the engine."""
        return (self.plant or self.engine).__name__.replace("_", " ")


BUGS: tuple[Bug, ...] = (
    Bug("gradient_matches_numeric", wrong_rules.bell_with_a_lost_sign),
    Bug("gradient_has_type_of_input", wrong_rules.product_that_does_not_sum),
    Bug("gradient_matches_numeric", wrong_rules.product_that_does_not_sum),
    Bug("value_matches_reference", wrong_ops.log_cosh_off_by_log_2),
    Bug("gradient_has_type_of_input", wrong_ops.cube_of_which_the_adjoint_promotes),
    Bug("tangent_has_type_of_output", wrong_ops.square_of_which_the_tangent_promotes),
    Bug("tangent_matches_numeric", wrong_rules.running_total_with_a_late_step),
    Bug("gradient_is_adjoint_of_tangent", wrong_ops.maximum_of_two_minds_at_ties),
    Bug("zero_cotangent_gives_zero", wrong_rules.softplus_that_normalises),
    Bug("gradient_matches_numeric", engine=wrong_engines.AddingInPlace),
    Bug("unused_input_has_zero_gradient", engine=wrong_engines.BareZero),
    Bug("second_call_is_identical", engine=wrong_engines.NeverZeroed),
    Bug("each_rule_is_called_once", engine=wrong_engines.PathByPath),
)


def steps_left(job: tuple[int, int]) -> int | None:
    """The steps of the smallest failing case, for one bug and seed; None if the law finds none."""
    number, start = job
    bug = BUGS[number]
    with visitors():
        if bug.plant:
            bug.plant()
        row = Row(PROGRAMS, usable())
        failure = judge(LAWS[bug.law], row, bug.engine(), examples=BUDGETS["deep"], start=start).failure
    return len(failure.case.steps) if failure else None


def measure(run: Run, seeds: Sequence[int]) -> tuple[list[Promise], Table]:
    """The promise for each bug, and the steps left by seed."""
    jobs = [(number, start) for number in range(len(BUGS)) for start in seeds]
    found = run(steps_left, jobs, "shrinking")
    table = Table("bug", "law", *(f"seed {start}" for start in seeds), "median", title="steps left")
    medians: list[float] = []
    for number, bug in enumerate(BUGS):
        left = found[number * len(seeds) : (number + 1) * len(seeds)]
        known = [steps for steps in left if steps is not None]
        medians.append(median(known) if known else inf)
        table.add_row(bug.name, bug.law, *(str(steps or "not found") for steps in left), f"{medians[-1]:g}")
    text = f"steps left of a failing program, median over {len(BUGS)} bugs"
    worst = f" (of a bug at most {max(medians):g})"
    middle = median(medians)
    return [Promise(text, f"{middle:g}{worst}", f"≤ {MOST}", middle <= MOST)], table
