"""A function at a point, seen from both sides: what the engine says and what the oracles say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np

from engine.array import Array, computed
from engine.errors import OperandError
from engine.tensor import Tensor
from properties.grads.asking import (
    adjoints_of,
    check_finite,
    check_type,
    flat,
    tangents_of,
    unravelled,
    variables_at,
)
from properties.grads.jacobian import Chance, Contraction, Form, Jacobian, Probes, probes_for
from properties.grads.measured import NUDGES, ROUNDINGS, by_live_values, careful, quick
from properties.grads.report import Checked, GradientError, Place
from properties.oracles.complex_step import IN_DOUBLE, Shakes, along, split
from properties.oracles.estimate import DOUBLE, LONG, SINGLE, RealDType, unit_of
from properties.oracles.ladder import noise, shaken
from properties.oracles.richardson import Curve, Sample
from properties.recording import Recording, record

Mode: TypeAlias = Literal["fwd", "rev"]
Function: TypeAlias = Callable[[Sequence[Tensor]], tuple[Tensor, ...]]
"""A function of the variables, or a derivative of one."""

NEARBY, OPPOSITE = 2.0**-7, -0.75
"""Where else, as a share of each entry, the function is asked; how a weight is turned round."""


class Look:
    """One function at one point. ``path``: the modes in which it is a derivative of what was given.

    ``nearby``: the point is not the one that was given.
    """

    def __init__(
        self,
        function: Function,
        point: list[Array],
        path: tuple[Mode, ...],
        chance: Chance,
        *,
        nearby: bool = False,
    ) -> None:
        self.function = function
        self.point = point
        self.path = path
        self.chance = chance
        self.nearby = nearby
        self.variables: list[Tensor] = variables_at(point)
        self.outputs: tuple[Tensor, ...] = function(self.variables)
        check_finite(self.outputs, len(path))
        self.recording: Recording = record(self.outputs, self.variables)
        self.probes: Probes = probes_for(self.recording, point, chance)
        self.direction: Array = np.concatenate([chance.signed(x.size) * _sizes(x) for x in point])
        sides = self._both_sides()
        self.near: list[Array] = sides[0]
        self.values_near: Array = flat(function(variables_at(self.near)))
        self.is_its_graph: bool = self._is_its_graph(sides[1])
        first = quick(self.recording, point, self.probes, chance) if self.is_its_graph else None
        self.sure: bool = first is None
        self.jacobian: Jacobian = self._carefully() if first is None else first
        self.cotangents: Array = self._cotangents()

    def compared(self, mode: Mode) -> list[Checked]:
        """The engine's derivatives in this mode, argument by argument. Raises ``GradientError``.

        Where there is but one number to weigh, it is weighed with either sign.
        """
        if mode == "rev":
            cotangents = self.cotangents
            lines = [self._reverse(*each, cotangents) for each in enumerate(self._pulled(cotangents))]
            if self.recording.size == 1:
                for each in enumerate(self._pulled(OPPOSITE * cotangents)):
                    self._reverse(*each, OPPOSITE * cotangents)
            return lines
        for number, array in enumerate(self.point):
            if array.size == 1:
                self._forward(number, OPPOSITE)
        return [self._forward(number, 1.0) for number in range(len(self.point))]

    def derivative(self, mode: Mode) -> Function:
        """The derivative in this mode along one cotangent or direction, as a function of the variables."""
        if mode == "rev":
            return lambda variables: adjoints_of(self.function(variables), variables, self.cotangents)
        return lambda variables: tangents_of(self.function(variables), variables, self.direction)

    def holds_nearby(self, mode: Mode, near: list[Array], derivative: Array) -> bool:
        """Whether the engine's derivative at a point nearby is that of the values there; False if not known.

        ``derivative``: the value there of what ``derivative(mode)`` returns. A rule may be right at the point
        alone; then all that is made of it is wrong.
        """
        if not (self.recording.analytic and self.is_its_graph):
            return False
        direction = _rounded(self.direction, self._dtype())
        try:
            slopes = along(self.recording, near, direction, IN_DOUBLE)
        except TypeError:  # NumPy's, and our DTypeError: an op that does not take complex numbers
            return False
        allowed = 16 * ROUNDINGS * unit_of(self._dtype())  # a first look; a second one decides
        if mode == "fwd":
            return bool((np.abs(derivative - slopes) <= allowed * np.abs(slopes).max(initial=0.0)).all())
        ours, theirs = derivative * direction, self.cotangents * slopes
        return bool(abs(ours.sum() - theirs.sum()) <= allowed * (np.abs(ours).sum() + np.abs(theirs).sum()))

    def _forward(self, number: int, way: float) -> Checked:
        weights = _rounded(way * self._weights(number), self._dtype())
        tangents = self._pushed(number, self.probes.tangent(number, weights))
        expected = self._compared("fwd", number, tangents, lambda: self.jacobian.forward(number, weights))
        return self._summed_up("fwd", number, expected)

    def _reverse(self, number: int, adjoint: Tensor, cotangents: Array) -> Checked:
        expected = self._compared("rev", number, [adjoint], lambda: self.jacobian.reverse(number, cotangents))
        return self._summed_up("rev", number, expected)

    def _weights(self, number: int) -> Array:
        """Random weights of an input's probes, such that each has about the same share in the tangent."""
        weights = self.chance.signed(self.probes.count(number))
        if self.probes.form is not Form.FULL:
            return weights
        rows = self.jacobian.values[self.probes.rows[number]]
        return computed(weights / self._clipped(np.abs(rows).max(axis=1, initial=0.0)))

    def _clipped(self, sizes: Array) -> Array:
        """The sizes, such that one over them is a number of the dtype, and 1 for 0."""
        most = 2.0**20 if self.recording.coarse else 2.0**60
        return computed(np.clip(np.where(sizes > 0, sizes, 1.0), 1 / most, most))

    def _summed_up(self, mode: Mode, number: int, expected: Contraction) -> Checked:
        name = self._name(mode)
        return Checked(number, len(self.path) + 1, name, self.probes.form, expected, self.jacobian.cause)

    def _name(self, mode: Mode) -> str:
        """The mix of modes, the last one first."""
        return " over ".join(reversed((*self.path, mode)))

    def _compared(
        self, mode: Mode, number: int, answer: Sequence[Tensor], contracted: Callable[[], Contraction]
    ) -> Contraction:
        """What is expected of an answer. Raises ``GradientError`` if it is not that.

        Before it is, the Jacobian is looked at with care, and the rounding of the answer itself is measured.
        """
        numbers = flat(answer)
        got = numbers if mode == "fwd" else self.jacobian.observed(number, numbers)
        own = unit_of(self._dtype()) * self._summed(mode, number, np.abs(numbers))
        expected = contracted().loosened(ROUNDINGS * own)
        if expected.first_wrong(got) is None:
            return expected
        if not self.sure:
            self.sure, self.jacobian = True, self._carefully()
            expected = contracted().loosened(ROUNDINGS * own)
        if expected.first_wrong(got) is not None:
            more = self._rounding(answer)
            summed = more if mode == "fwd" else self.jacobian.observed(number, more, sizes=True)
            expected = expected.loosened(ROUNDINGS * summed)
        wrong = expected.first_wrong(got)
        if wrong is not None:
            raise self._blame(mode, number, wrong, got, expected)
        return expected

    def _summed(self, mode: Mode, number: int, sizes: Array) -> Array | float:
        """What is rounded when an answer's entries, of these sizes, are summed along directions."""
        if mode == "fwd" or self.probes.form is not Form.DIRECTIONS:
            return 0.0
        return self.jacobian.observed(number, sizes, sizes=True)

    def _rounding(self, answer: Sequence[Tensor]) -> Array:
        """How far rounding moves an answer of the engine's: its graph replayed, every step off by some.

        And in wider numbers: some are too small for the engine's dtype, and then made larger. Infinite where
        one on the way is too large for it.
        """
        recording = record(answer, self.variables)
        right, unit = flat(answer), unit_of(self._dtype())
        found = Shakes(NUDGES, 2 * unit, 2 * unit).effect(recording.replay, self.point, right)
        try:
            wide = recording.replay([computed(array.astype(LONG)) for array in self.point])
        except TypeError:  # an op that computes with its own dtypes only
            return found
        overflowed = np.isfinite(wide) & ~np.isfinite(right)
        return computed(np.where(overflowed, np.inf, np.fmax(found, np.abs(wide - right))))

    def _blame(self, mode: Mode, number: int, wrong: int, got: Array, expected: Contraction) -> GradientError:
        """The error: of one entry of the Jacobian, if one alone is seen to be wrong, else of their sum."""
        single = None if self.probes.form is Form.DIRECTIONS else self._single(mode, number, wrong)
        at = None
        if single is not None:
            at, got, expected = single
        entry, out_entry = (wrong, at) if mode == "rev" else (at, wrong)
        if self.probes.form is Form.DIRECTIONS and mode == "rev":
            entry = None
        place = Place(
            argument=number,
            index=None if entry is None else unravelled(entry, [self.point[number].shape]),
            out_index=None if out_entry is None else unravelled(out_entry, self.recording.out_shapes),
            mode=self._name(mode),
            order=len(self.path) + 1,
            nearby=self.nearby,
        )
        numbers = got[wrong], expected.expected[wrong], expected.allowed[wrong]
        return GradientError(place, float(numbers[0]), float(numbers[1]), float(numbers[2]), self.chance.seed)

    def _single(self, mode: Mode, number: int, wrong: int) -> tuple[int, Array, Contraction] | None:
        """The first unit cotangent (or direction) for which number ``wrong`` is wrong, and both sides."""
        size = self.recording.size if mode == "rev" else self.point[number].size
        for at in range(size):
            unit = np.zeros(size)
            unit[at] = 1
            if mode == "rev":
                got, expected = flat([self._pulled(unit)[number]]), self.jacobian.reverse(number, unit)
            else:
                got, expected = flat(self._pushed(number, unit)), self.jacobian.forward(number, unit)
            if expected.is_wrong(got)[wrong]:
                return at, got, expected
        return None

    def _pushed(self, number: int, direction: Array) -> Sequence[Tensor]:
        """The engine's J v for a direction of one input."""
        variable = self.variables[number]
        tangents = tangents_of(self.outputs, [variable], direction)
        for tangent, output in zip(tangents, self.outputs, strict=True):
            check_type(f"the tangent for argument {number}", tangent, output)
        return tangents

    def _pulled(self, cotangents: Array) -> Sequence[Tensor]:
        """The engine's Jᵀ ȳ, for each input."""
        adjoints = adjoints_of(self.outputs, self.variables, cotangents)
        for number, (adjoint, variable) in enumerate(zip(adjoints, self.variables, strict=True)):
            check_type(f"the adjoint of argument {number}", adjoint, variable)
        return adjoints

    def _cotangents(self) -> Array:
        """Random weights that give every output entry about the same share, small ones too."""
        if self.probes.form is Form.DIAGONAL:
            return _rounded(self.chance.signed(self.recording.size), self._dtype())
        sizes = self._clipped(np.abs(self.jacobian.values).max(axis=0, initial=0.0))
        return _rounded(self.chance.signed(self.recording.size) / sizes, self._dtype())

    def _dtype(self) -> RealDType:
        """The coarsest dtype in the graph."""
        return SINGLE if self.recording.coarse else DOUBLE

    def _carefully(self) -> Jacobian:
        if self.is_its_graph:
            return careful(self.recording, self.point, self.probes, self.chance)
        return by_live_values(self._live_curve, self.recording, self.point, self.probes)

    def _live_curve(self, direction: Array) -> Curve:
        """t ↦ the function itself at x + tv, in float64, with the rounding of its graph."""
        start = [array.astype(np.float64) for array in self.point]
        moves = split(direction, [array.shape for array in start])
        floor = noise(self.recording, start, unit_of(DOUBLE))

        def sample(t: float) -> Sample:
            outputs = self.function(variables_at([x + t * v for x, v in zip(start, moves, strict=True)]))
            values = flat(outputs)
            return Sample(values, floor + 8 * unit_of(DOUBLE) * np.abs(values))

        return sample

    def _is_its_graph(self, opposite: list[Array]) -> bool:
        """Whether the recorded graph gives the function's values at a point nearby as well.

        It does not where a value left the graph on its way (``detach``, ``numpy()``), or where the function
        branches on its arguments. Raises ``OperandError`` if the function changes from call to call.
        """
        values = flat(self.function(variables_at(opposite)))
        sides = (self.near, self.values_near), (opposite, values)
        if all(_alike(self.recording, point, values, self._dtype()) for point, values in sides):
            return True
        again = flat(self.function(variables_at(self.near)))
        if not np.array_equal(self.values_near, again, equal_nan=True):
            raise OperandError(
                "check_grads", "a function with two values at one point", "one value", "fix its random seed"
            )
        return False

    def _both_sides(self) -> tuple[list[Array], list[Array]]:
        """Two points nearby: each entry moved by the share ``NEARBY`` of itself, one way and the other."""
        shifts = [
            computed((NEARBY * np.where(array == 0, 1 / 8, array) * way).astype(array.dtype))
            for array, way in zip(
                self.point, split(np.sign(self.direction), [x.shape for x in self.point]), strict=True
            )
        ]
        pairs = list(zip(self.point, shifts, strict=True))
        return [computed(x + shift) for x, shift in pairs], [computed(x - shift) for x, shift in pairs]


def _sizes(array: Array) -> Array:
    """The sizes of the entries; of those nearer to 0 than 1/8, 1/8."""
    return np.maximum(np.abs(array.reshape(-1)), 1 / 8)


def _rounded(weights: Array, dtype: RealDType) -> Array:
    """The weights as numbers of the dtype, so that the engine and the oracle get the same ones."""
    return computed(weights.astype(dtype).astype(np.float64))


def _alike(recording: Recording, point: list[Array], values: Array, dtype: RealDType) -> bool:
    """Whether a replay gives these values, entry by entry, but for rounding."""
    replayed = recording.replay(point)
    off = np.abs(replayed - values)
    if (off <= 8 * unit_of(dtype) * np.abs(values)).all():
        return True
    _, noise_of_double = shaken(recording, [computed(array.astype(np.float64)) for array in point])
    allowed = ROUNDINGS * unit_of(dtype) * (noise_of_double / unit_of(DOUBLE) + np.abs(replayed))
    return bool(((off <= allowed) | (np.isnan(replayed) & np.isnan(values))).all())
