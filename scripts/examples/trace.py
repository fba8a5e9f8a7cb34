"""The evaluation trace of a program: its values, tangents and adjoints, and the partial adjoint of each use.

Forward mode goes down the table, v̇ⱼ = Σᵢ (∂vⱼ/∂vᵢ) v̇ᵢ, reverse mode up. By the multi-path rule an adjoint is
the sum of its partial adjoints, one for each use of the value: v̄ᵢ = Σⱼ v̄ᵢ→ⱼ with v̄ᵢ→ⱼ = (∂vⱼ/∂vᵢ)ᵀ v̄ⱼ. The
derivatives are not stated here: ``trace`` asks the rules of the ops, as the walks of the engine do.
"""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine import (
    EWiseAdd,
    GradientRequestError,
    Negate,
    ParameterError,
    Tensor,
    enable_grad,
    find_topo_sort,
    lazy,
    ones_like,
    pushforward,
)
from engine.array import Array
from engine.reverse import check_alike
from examples.formulas import expression, formula

NO_NAMES: Mapping[Tensor, str] = {}
MOST_EQUATED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """What one use contributes to an adjoint: v̄ᵢ→ⱼ = (∂vⱼ/∂vᵢ)ᵀ v̄ⱼ, of the shape of vᵢ.

    ``formula`` is read off the graph that the rule of vⱼ's op made.
    """

    name: str
    user: str
    formula: str
    value: Array


class Use(NamedTuple):
    """A value that another was made of: the ``user``, and the partial adjoint that it hands down."""

    user: Tensor
    part: Tensor
    said: Partial


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One value of the program; its tangent and its adjoint are of its shape and dtype.

    ``adjoint``: the sum of ``partials``; of the output the cotangent, which no use contributes. None for a
    constant, whose adjoint nobody asks for.
    """

    name: str
    formula: str
    value: Array
    tangent: Array
    adjoint: Array | None
    partials: tuple[Partial, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The rows, each below the rows that it is made of, and the graph that they show.

    ``gradients``: the adjoints of the variables, each a value of the extended graph. ``names``: of all values
    and adjoints, and of partial adjoints where there are several.
    """

    rows: tuple[Row, ...]
    output: Tensor
    gradients: tuple[Tensor, ...]
    names: Mapping[Tensor, str]

    def row(self, name: str) -> Row:
        """The row of this name. Raises ``ParameterError``."""
        for row in self.rows:
            if row.name == name:
                return row
        known = ", ".join(row.name for row in self.rows)
        raise ParameterError("row", repr(name), f"one of {known}", "choose one of them")


def trace(
    output: Tensor,
    direction: Mapping[Tensor, Tensor],
    out_grad: Tensor | None = None,
    names: Mapping[Tensor, str] = NO_NAMES,
) -> Trace:
    """The evaluation trace of the program that made ``output``.

    ``direction``: the tangents of the inputs that move. ``out_grad``: the cotangent, ones by default. Values
    without a name are v1, v2 …, by their row. The inputs come first, then what is one op away from them, and
    so on. A difference is one row: the negation in it, which is an op of the engine, has none.

    Raises ``GradientRequestError`` if the output depends on no variable, or one that moves is none;
    ``ShapeError`` and ``DTypeError`` for a tangent or cotangent unlike its value, ``ParameterError`` for a
    name that is there twice.
    """
    if not output.requires_grad:
        raise GradientRequestError(
            "trace", f"a constant, {output!r}", "a value that depends on a variable", "detach no input"
        )
    with enable_grad():
        order = find_topo_sort([output])
        folded = {negated: difference for negated, difference in _folded(order) if negated not in names}
        values = _by_depth([value for value in order if value not in folded])
        named = _named(values, names)
        adjoints, uses = _walk_back(order, _seed(output, out_grad), named, folded)
        tangents = pushforward(values, list(direction), list(direction.values()))
        rows = tuple(
            Row(
                named[value],
                _row_formula(value, named),
                value.numpy(),
                tangent.numpy(),
                adjoints[value].numpy() if value in adjoints else None,
                tuple(use.said for use in uses[value]),
            )
            for value, tangent in zip(values, tangents, strict=True)
        )
    variables = [value for value in values if value.is_leaf() and value.requires_grad]
    gradients = tuple(adjoints[value] for value in variables)
    return Trace(rows, output, gradients, named | _adjoint_names(values, named, adjoints, uses))


def _seed(output: Tensor, out_grad: Tensor | None) -> Tensor:
    """The cotangent as a variable, so that the adjoints remember how they were made of it."""
    if out_grad is not None:
        check_alike("trace", "cotangent", out_grad, output)
    return Tensor(ones_like(output) if out_grad is None else out_grad)


def _walk_back(
    order: Sequence[Tensor], seed: Tensor, named: dict[Tensor, str], folded: Mapping[Tensor, Tensor]
) -> tuple[dict[Tensor, Tensor], Mapping[Tensor, Sequence[Use]]]:
    """The adjoints of all variables, and for each row what its uses contribute, in the order of the rows.

    A rule speaks of all inputs; it is called lazily, so that what a constant would get is never computed, and
    the factors of a partial adjoint are still known when it is put into words.
    """
    adjoints = {order[-1]: seed}
    uses: dict[Tensor, list[Use]] = {value: [] for value in named}
    for node in reversed(order):
        if node.op is None or not node.requires_grad:
            continue
        with lazy():
            parts = node.op.gradient_as_tuple(adjoints[node], node)
        user = folded.get(node, node)
        for value, part in zip(node.inputs, parts, strict=True):
            if value.requires_grad:
                if value in named:
                    uses[value].append(Use(user, part, _partial(value, user, part, adjoints[user], named)))
                part.realize_cached_data()
                adjoints[value] = adjoints[value] + part if value in adjoints else part
    place = {value: number for number, value in enumerate(named)}
    for found in uses.values():
        found.sort(key=lambda use: place[use.user])
    return adjoints, uses


def _folded(order: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """The negations that are there for one difference only, each with that difference: a − b is a + (−b)."""
    times = Counter(value for user in order for value in user.inputs)
    for user in order:
        if isinstance(user.op, EWiseAdd):
            second = user.inputs[1]
            if isinstance(second.op, Negate) and times[second] == 1:
                yield second, user


def _by_depth(values: Sequence[Tensor]) -> list[Tensor]:
    """In the order of the longest path from an input; a topological order, too."""
    depth: dict[Tensor, int] = {}
    for value in find_topo_sort(values):
        depth[value] = 1 + max((depth[below] for below in value.inputs), default=-1)
    return sorted(values, key=depth.__getitem__)


def _named(values: Sequence[Tensor], names: Mapping[Tensor, str]) -> dict[Tensor, str]:
    named = {value: names.get(value, f"v{number}") for number, value in enumerate(values, start=1)}
    for name, times in Counter(named.values()).items():
        if times > 1:
            raise ParameterError(
                "trace",
                f"{times} values with the name {name!r}",
                "one name a value",
                "choose others; a value without a name is v and the number of its row",
            )
    return named


def _row_formula(value: Tensor, named: Mapping[Tensor, str]) -> str:
    if value.is_leaf():
        return "variable" if value.requires_grad else "constant"
    return formula(value, named, repr(value.op))


def _partial(
    value: Tensor, user: Tensor, part: Tensor, out_grad: Tensor, named: dict[Tensor, str]
) -> Partial:
    """What one use contributes, in terms of the values and of the adjoint of the user."""
    v, v_bar, u, u_bar = named[value], barred(named[value]), named[user], barred(named[user])
    said = expression(part, ChainMap({out_grad: u_bar}, named), f"(∂{u}/∂{v})ᵀ {u_bar}")
    return Partial(f"{v_bar}→{u}", u, said, part.numpy())


def _adjoint_names(
    values: Sequence[Tensor],
    named: Mapping[Tensor, str],
    adjoints: Mapping[Tensor, Tensor],
    uses: Mapping[Tensor, Sequence[Use]],
) -> dict[Tensor, str]:
    """The names of adjoints, and of partial adjoints that are added up; one Tensor may be several of them."""
    meant: dict[Tensor, list[str]] = defaultdict(list)
    for value in reversed(values):
        if value in adjoints:
            meant[adjoints[value]].append(barred(named[value]))
    for value in values:
        if len(uses[value]) > 1:
            for use in uses[value]:
                meant[use.part].append(use.said.name)
    return {adjoint: _equated(list(dict.fromkeys(words))) for adjoint, words in meant.items()}


def _equated(names: Sequence[str]) -> str:
    """v̄7 = v̄6 = v̄4; of many the first and the last."""
    return " = ".join(names if len(names) <= MOST_EQUATED else [names[0], "…", names[-1]])


def barred(name: str) -> str:
    """The name of an adjoint: v̄1 for v1."""
    return f"{name[:1]}\N{COMBINING MACRON}{name[1:]}"


def dotted(name: str) -> str:
    """The name of a tangent: v̇1 for v1."""
    return f"{name[:1]}\N{COMBINING DOT ABOVE}{name[1:]}"
