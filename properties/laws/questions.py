"""What a law asks about a line of the table of extremes: a case, a cotangent, and what is declared of both.

A line is asked as it stands, and in other shapes: an elementwise op as one entry among ordinary ones, which
an extreme neighbour must not disturb, and without any entry; a row as one of two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from math import prod

from engine.array import Array, Shape
from engine.catalogue import entry_of
from engine.domain import Domain
from engine.dtype import DType
from engine.graph import Op
from properties.case import Case, Step, slot_domains
from properties.extremes.point import (
    FLOATS,
    Float,
    Hollow,
    Line,
    Moved,
    Point,
    entries_of,
    nine,
    shape_of,
)
from properties.laws.measures import SLACK, allowed, flat
from properties.oracles.definition import evaluate
from properties.strategies.arrays import MARGIN, array_of

ORDINARY = (0.75, 1.25, 0.5, 1.5, 1.0, -0.75, 2.25)
"""Numbers far from every end; the slots of an op take different ones."""
PLACES = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """Entries in row-major order, and how far each may be off."""

    entries: Sequence[float]
    bounds: Sequence[float]

    def loosened(self, times: float) -> Expected:
        """The same, with bounds that are so many times as far."""
        return Expected(self.entries, [times * bound for bound in self.bounds])

    def joined(self, other: Expected) -> Expected:
        """These and others behind them."""
        return Expected([*self.entries, *other.entries], [*self.bounds, *other.bounds])

    def among(self, other: Expected, place: int, size: int) -> Expected:
        """The one entry at its place in a vector, the others being another's."""
        return Expected(
            _spread(self.entries[0], other.entries[0], place, size),
            _spread(self.bounds[0], other.bounds[0], place, size),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A case, the cotangent, and what is declared of the value and of each variable's adjoint.

    ``own``: so many entries of the value, the first, are those of the line. ``signed``: whether the sign of a
    zero counts. ``second``: what is declared of the second derivative.
    """

    case: Case
    weights: Array
    value: Expected
    adjoints: tuple[Expected, ...]
    own: int
    signed: bool
    second: Expected | None = None

    @property
    def where(self) -> str:
        """The op and the point, as a report names them."""
        return f"of {self.case.steps[0].op!r} at {', '.join(str(x.tolist()) for x in self.case.inputs)}"

    @property
    def elementwise(self) -> bool:
        """Whether entry i of the value is of entries i alone."""
        return entry_of(self.case.steps[0].op).elementwise

    def own_adjoint(self, at: int) -> Sequence[float]:
        """The entries of an adjoint that are the line's, without those of an ordinary row."""
        entries = self.adjoints[at].entries
        rows = max(1, self.weights.size // max(1, self.own))
        return entries[: len(entries) // rows]


Form = Callable[[], Question]
"""A shape in which a line is asked."""


def forms(line: Line, f: Float) -> list[Form]:
    """The shapes in which a line that has a value is asked."""
    if isinstance(line, Moved):
        return [partial(_moved, line, f, turn) for turn in range(9)]
    if entry_of(line.op).elementwise:
        places = [partial(_among, line, f, place, PLACES) for place in range(PLACES)]
        nowhere = [partial(_nowhere, line, f, shape) for shape in ((0,), (2, 0))]
        return [partial(_asked, line, f), partial(_among, line, f, 0, 1), *places, *nowhere]
    if line.beside is not None:
        return [partial(_asked, line, f), partial(_beside, line, line.beside, f)]
    return [partial(_asked, line, f)]


def case_of(line: Point, f: Float) -> Case:
    """The op at the point."""
    return _case(line.op, [array_of(entries_of(x), shape_of(x), f.dtype) for x in line.inputs])


def _case(op: Op, inputs: Sequence[Array]) -> Case:
    """One op on these inputs; those that may be are variables."""
    domains = slot_domains(op, len(inputs))
    constants = tuple(slot for slot, domain in enumerate(domains) if not domain.differentiable)
    return Case(tuple(inputs), (Step(op, tuple(range(len(inputs)))),), constants)


def _asked(line: Point, f: Float) -> Question:
    """The line as it stands."""
    assert line.value is not None  # what is refused has no shape
    case = case_of(line, f)
    shape, dtype = case.specs()[-1]
    weights = entries_of(line.weights) if isinstance(line.weights, tuple) else [1.0] * prod(shape)
    (out,) = (each for each in FLOATS if each.dtype is dtype)
    return Question(
        case,
        array_of(weights, shape, dtype),
        _declared(entries_of(line.value), out).loosened(line.logarithm),
        tuple(_declared(entries_of(adjoint), f) for adjoint in line.adjoints or ()),
        prod(shape),
        not line.unsigned,
        None if line.second is None else _declared([line.second], f),
    )


def _nowhere(line: Point, f: Float, shape: Shape) -> Question:
    """No entry at all."""
    hollow = Hollow(shape)
    inputs, adjoints = (hollow,) * len(line.inputs), (hollow,) * len(line.adjoints or ())
    return _asked(replace(line, inputs=inputs, value=hollow, adjoints=adjoints, second=None), f)


def _among(line: Point, f: Float, place: int, size: int) -> Question:
    """The entry of an elementwise line at a place of a vector, the others being ordinary."""
    own, others = _asked(line, f), _neighbour(line.op, f.dtype)
    pairs = zip(own.case.inputs, others.inputs, strict=True)
    inputs = [_spread(flat(x)[0], other[0], place, size) for x, other in pairs]
    adjoints = zip(own.adjoints, others.adjoints, strict=True)
    return replace(
        own,
        case=_case(line.op, [array_of(entries, (size,), f.dtype) for entries in inputs]),
        weights=array_of([1.0] * size, (size,), own.weights.dtype),
        value=own.value.among(others.value, place, size),
        adjoints=tuple(mine.among(theirs, place, size) for mine, theirs in adjoints),
        second=None,
    )


def _beside(line: Point, op: Op, f: Float) -> Question:
    """The row of a line as the first of two, the second being ordinary."""
    own = _asked(line, f)
    weights = tuple(flat(own.weights))
    others = _other_row(line.op, tuple(x.size for x in own.case.inputs), weights, f.dtype)
    pairs = zip(own.case.inputs, others.inputs, strict=True)
    case = _case(op, [array_of([*flat(x), *other], (2, *x.shape), f.dtype) for x, other in pairs])
    shape, dtype = case.specs()[-1]
    adjoints = zip(own.adjoints, others.adjoints, strict=True)
    return replace(
        own,
        case=case,
        weights=array_of([*weights, *weights], shape, dtype),
        value=own.value.joined(others.value),
        adjoints=tuple(mine.joined(theirs) for mine, theirs in adjoints),
    )


def _moved(line: Moved, f: Float, turn: int) -> Question:
    """Any extremes in every place. Where they go the second definition says, of entries that are labels."""
    sizes = [prod(shape) for shape in line.shapes]
    chosen = [nine(f)[(turn + 4 * at) % 9] for at in range(sum(sizes))]
    starts = [sum(sizes[:slot]) for slot in range(len(sizes))]
    whole = list(zip(starts, sizes, line.shapes, strict=True))
    labels = [[float(start + at + 1) for at in range(size)] for start, size, _ in whole]
    named = [array_of(row, shape, f.dtype) for row, shape in zip(labels, line.shapes, strict=True)]
    sources = [int(entry) for entry in evaluate(_case(line.op, named)).values]
    inputs = [array_of(chosen[start : start + size], shape, f.dtype) for start, size, shape in whole]
    case = _case(line.op, inputs)
    shape, dtype = case.specs()[-1]
    return Question(
        case,
        array_of([1.0] * len(sources), shape, dtype),
        _declared([chosen[source - 1] if source else 0.0 for source in sources], f),
        tuple(_declared([float(sources.count(int(label))) for label in row], f) for row in labels),
        len(sources),
        signed=not line.unsigned,
    )


@dataclass(frozen=True, slots=True)
class _Ordinary:
    """Ordinary inputs of an op, and the value and adjoints by the second definitions."""

    inputs: tuple[tuple[float, ...], ...]
    value: Expected
    adjoints: tuple[Expected, ...]


@cache
def _neighbour(op: Op, dtype: DType) -> _Ordinary:
    """One ordinary entry in each slot of an elementwise op."""
    domains = slot_domains(op, len(entry_of(op).domains))
    inputs = tuple((_inside(domain, slot),) for slot, domain in enumerate(domains))
    return _by_definition(_case(op, [array_of(entry, (), dtype) for entry in inputs]), inputs, (1.0,))


@cache
def _other_row(op: Op, sizes: tuple[int, ...], weights: tuple[float, ...], dtype: DType) -> _Ordinary:
    """An ordinary row for each input, with a cotangent."""
    inputs = tuple(ORDINARY[slot : slot + size] for slot, size in enumerate(sizes))
    case = _case(op, [array_of(row, (len(row),), dtype) for row in inputs])
    return _by_definition(case, inputs, weights)


def _by_definition(
    case: Case, inputs: tuple[tuple[float, ...], ...], weights: tuple[float, ...]
) -> _Ordinary:
    """The value and the adjoints of a cotangent, an entry at a time."""
    unit = case.unit_roundoff()
    still = evaluate(case, unit=unit)
    adjoints: list[Expected] = []
    for slot in case.variables:
        sums: list[float] = []
        bounds: list[float] = []
        for at in range(len(inputs[slot])):
            moved = evaluate(case, {slot: [float(at == each) for each in range(len(inputs[slot]))]}, unit)
            terms = [weight * tangent for weight, tangent in zip(weights, moved.tangents, strict=True)]
            sums.append(sum(terms))
            bounds.append(sum(moved.tangent_bounds) + unit * sum(map(abs, terms)))
        adjoints.append(_computed(case, sums, bounds))
    return _Ordinary(inputs, _computed(case, still.values, still.value_bounds), tuple(adjoints))


def _inside(domain: Domain, slot: int) -> float:
    """An ordinary number of the domain."""
    if domain.values:
        return domain.values[-1]
    choices = (*ORDINARY[slot:], *ORDINARY[:slot])
    return next(number for number in choices if domain.smooth_at(number, MARGIN))


def _spread(entry: float, other: float, place: int, size: int) -> list[float]:
    return [entry if at == place else other for at in range(size)]


def _declared(entries: Sequence[float], f: Float) -> Expected:
    """What the table says, rounded to the dtype: exact where it is 0, s, or not finite."""
    rounded = flat(array_of(entries, (len(entries),), f.dtype))
    return Expected(rounded, [_near(abs(number), f) for number in rounded])


def _near(size: float, f: Float) -> float:
    """How far an engine may be from a number of this size; subnormal ones have fewer digits."""
    coarse = 2 * f.smallest if f.smallest < size < f.tiny else 0.0
    return SLACK * f.unit * size + coarse


def _computed(case: Case, values: Sequence[float], bounds: Sequence[float]) -> Expected:
    """What the second definitions say, and how far an engine may be from it."""
    pairs = zip(values, bounds, strict=True)
    return Expected(values, [allowed(case, value, bound) for value, bound in pairs])
