"""Kinks and ties on purpose: whether an op is at one, and entries moved until it is."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from engine.array import Array, Shape
from engine.domain import Domain
from engine.dtype import FLOAT64
from engine.graph import Op
from properties.case import one_step, slot_domains
from properties.sides import sides
from properties.strategies.arrays import array_of, into_domain

SMOOTH, BRANCHING, BENT = 0, 1, 2
"""At no kink or tie; at one with the same derivative on both sides, as at a jump; at one with two."""


def corner_of(op: Op, inputs: Sequence[Array]) -> int:
    """SMOOTH, BRANCHING or BENT, seen along a direction in which no two entries move alike."""
    speeds = iter(range(1, 1 + sum(array.size for array in inputs)))
    direction = {slot: [float(next(speeds)) for _ in range(each.size)] for slot, each in enumerate(inputs)}
    found = sides(one_step(op, *inputs), direction)
    if any(map(found.differ, range(len(found.left)))):
        return BENT
    return BRANCHING if found.branching else SMOOTH


def can_be_at_corner(op: Op, shapes: Sequence[Shape]) -> bool:
    """Whether the op has a kink or tie for inputs of these shapes: seen where every entry is at one."""
    domains = slot_domains(op, len(shapes))
    if all(domain.smooth for domain in domains):
        return False
    plain = [into_domain([0.5], domain, smooth=True)[0] for domain in domains]
    inputs = [array_of([x] * prod(shape), shape, FLOAT64) for x, shape in zip(plain, shapes, strict=True)]
    return corner_of(op, _at_goals(inputs, _goals(inputs, domains))) > SMOOTH


def onto_corner(op: Op, inputs: Sequence[Array], first: int) -> list[Array]:
    """The inputs with entries moved, as many as it takes, until the op is at a kink or tie.

    An entry moves to a kink, or to the largest of those that are compared. Number ``first`` moves first.
    """
    goals = _goals(inputs, slot_domains(op, len(inputs)))
    wanted = corner_of(op, _at_goals(inputs, goals))
    moved = [array.copy() for array in inputs]
    places = [(slot, at) for slot in goals for at in range(inputs[slot].size)]
    first %= max(1, len(places))
    for slot, at in (*places[first:], *places[:first]):
        if corner_of(op, moved) >= wanted:
            break
        moved[slot].flat[at] = goals[slot]
    return moved


def _goals(inputs: Sequence[Array], domains: Sequence[Domain]) -> dict[int, float]:
    """Where an entry of each slot moves to: a kink, or the largest entry of the slots that are compared."""
    compared = [array for array, domain in zip(inputs, domains, strict=True) if domain.ties and array.size]
    largest = max((float(array.max()) for array in compared), default=0.0)
    goals = {slot: domain.kinks[0] for slot, domain in enumerate(domains) if domain.kinks}
    ties = {slot: largest for slot, domain in enumerate(domains) if domain.ties and domain.contains(largest)}
    return {**ties, **goals}


def _at_goals(inputs: Sequence[Array], goals: dict[int, float]) -> list[Array]:
    return [
        array_of([goals[slot]] * each.size, each.shape, FLOAT64) if slot in goals else each
        for slot, each in enumerate(inputs)
    ]
