"""Any engine, with what it promises held against what it answers: an exception, too, is an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import TypeVar

import numpy as np

from engine.array import Array
from engine.errors import CatalogueError
from engine.graph import Op
from properties.adapters.subject import Capability, Mix, Moves, Pullback, Subject, Work, joint
from properties.case import Case, Digraph
from properties.verdict import Broken, Given

T = TypeVar("T")
Answers = TypeVar("Answers", bound=Sized)


class Guarded(Subject):
    """An engine whose every exception is a broken law: whatever it raises is its answer.

    Unless a law ``lends`` its own, the engine is given copies of all arrays, lest it overwrite what the law
    is to compare with. Raises ``CatalogueError`` for one that promises more mixes of modes than it names.
    """

    def __init__(self, subject: Subject, *, lends: bool = False) -> None:
        mixes = len(subject.mixes)
        promised = 2 if Capability.MIXES in subject.capabilities else 1
        promised *= Capability.SECOND in subject.capabilities
        if mixes < promised:
            raise CatalogueError(
                subject.name,
                f"second derivatives in {mixes} mixes of modes",
                f"{promised} for what its capabilities promise",
                "name them in ``mixes``, or promise neither SECOND nor MIXES",
            )
        self.subject = subject
        self.lends: bool = lends
        self.name: str = subject.name
        self.capabilities: Capability = subject.capabilities
        self.mixes: tuple[Mix, ...] = subject.mixes

    def supports(self, op: Op) -> bool:
        return self.subject.supports(op)

    def forward(self, case: Case) -> Array:
        lent = self._case(case)
        return _asked(case, "y", lambda: _an_array(self.subject.forward(lent)))

    def pullback(self, case: Case) -> Pullback:
        lent, count = self._case(case), len(case.variables)
        pull = _asked(case, "the graph", lambda: self.subject.pullback(lent))
        return lambda out_grad: _asked(
            case, "x̄", lambda: _one_each(pull(self._array(out_grad)), count), out_grad=out_grad
        )

    def tangent(self, case: Case, in_tangents: Sequence[Array]) -> Array:
        lent, moved = self._case(case), self._arrays(in_tangents)
        return _asked(
            case, "ẏ", lambda: _an_array(self.subject.tangent(lent, moved)), **_numbered(in_tangents)
        )

    def joint_gradient(
        self, case: Case, outputs: Sequence[int], out_grads: Sequence[Array]
    ) -> tuple[Array, ...]:
        lent, seeds, count = self._case(case), self._arrays(out_grads), len(case.variables)
        return _asked(
            case,
            f"x̄ of {', '.join(f'v{number}' for number in outputs)} together",
            lambda: _one_each(self.subject.joint_gradient(lent, outputs, seeds), count),
            **joint(outputs, out_grads),
        )

    def second(self, case: Case, mix: Mix, out_grad: Array, inner: Moves, outer: Moves) -> tuple[Array, ...]:
        lent, seed = self._case(case), self._array(out_grad)
        along, then = self._moves(inner), self._moves(outer)
        count = len(mix.weights(out_grad, list(inner.values()), list(outer.values())))
        return _asked(
            case,
            f"{mix.value} (v{', v'.join(map(str, outer))} over v{', v'.join(map(str, inner))})",
            lambda: _one_each(self.subject.second(lent, mix, seed, along, then), count),
            out_grad=out_grad,
            **_numbered(list(inner.values()), "along"),
            **_numbered(list(outer.values())),
        )

    def second_pullback(self, case: Case, out_grad: Array, in_cotangents: Sequence[Array]) -> Array:
        lent, seed, others = self._case(case), self._array(out_grad), self._arrays(in_cotangents)
        return _asked(
            case,
            "the pullback of the pullback",
            lambda: _an_array(self.subject.second_pullback(lent, seed, others)),
            out_grad=out_grad,
            **_numbered(in_cotangents, "along"),
        )

    def third(self, case: Case, out_grad: Array, along: Sequence[Array]) -> tuple[Array, ...]:
        lent, seed, moved = self._case(case), self._array(out_grad), self._arrays(along)
        return _asked(
            case,
            "the third derivative",
            lambda: _one_each(self.subject.third(lent, seed, moved), len(case.variables)),
            out_grad=out_grad,
            **_numbered(along, "along"),
        )

    def detached_gradient(self, case: Case, value: int, out_grad: Array) -> tuple[Array, ...]:
        lent, seed = self._case(case), self._array(out_grad)
        return _asked(
            case,
            f"x̄ with v{value} detached",
            lambda: _one_each(self.subject.detached_gradient(lent, value, seed), len(case.variables)),
            out_grad=out_grad,
        )

    def lazily(self) -> Subject:
        return Guarded(_asked(None, "the lazy engine", self.subject.lazily), lends=self.lends)

    def compute_counts(self, case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return _asked(case, "y, lazily,", lambda: _two_tuples(self.subject.compute_counts(case)))

    def gradient_work(self, case: Case, out_grad: Array, wanted: int) -> Work:
        return _asked(
            case,
            f"x̄{wanted}, of which the work is counted,",
            lambda: _work(self.subject.gradient_work(case, out_grad, wanted)),
            out_grad=out_grad,
        )

    def orders(self, case: Case, times: int) -> list[tuple[int, ...]]:
        def asked() -> list[tuple[int, ...]]:
            return [tuple(order) for order in _so_many(self.subject.orders(case, times), times, "orders")]

        return _asked(case, "the order", asked)

    def sort(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        what = f"the order of {len(graph)} nodes"
        return _asked(None, what, lambda: tuple(self.subject.sort(graph, roots)))

    def cycle(self, graph: Digraph, roots: Sequence[int]) -> tuple[int, ...]:
        what = f"the cycle among {len(graph)} nodes"
        return _asked(None, what, lambda: tuple(self.subject.cycle(graph, roots)))

    def rule_counts(self, case: Case, out_grad: Array) -> tuple[int, ...]:
        count = len(case.steps)
        return _asked(
            case,
            "x̄",
            lambda: _so_many(tuple(self.subject.rule_counts(case, out_grad)), count, "counts"),
            out_grad=out_grad,
        )

    def tangent_rule_counts(self, case: Case, in_tangents: Sequence[Array]) -> tuple[int, ...]:
        count = len(case.steps)
        return _asked(
            case,
            "ẏ",
            lambda: _so_many(tuple(self.subject.tangent_rule_counts(case, in_tangents)), count, "counts"),
            **_numbered(in_tangents),
        )

    def source(self, case: Case, given: Given) -> str:
        return self.subject.source(case, given)

    def _array(self, array: Array) -> Array:
        return array if self.lends else copied(array)

    def _arrays(self, arrays: Sequence[Array]) -> list[Array]:
        return list(map(self._array, arrays))

    def _moves(self, moves: Moves) -> Moves:
        return {number: self._array(array) for number, array in moves.items()}

    def _case(self, case: Case) -> Case:
        return case if self.lends else replace(case, inputs=tuple(map(copied, case.inputs)))


def copied(array: Array) -> Array:
    """A copy that lies in memory as the array does: strided, if it is a view of a block, and read-only."""
    owner = array.base
    if isinstance(owner, np.ndarray) and owner.flags.forc and array.size:
        block: Array = owner.copy("K").ravel("K")
        first = (array.ctypes.data - owner.ctypes.data) // array.itemsize
        twin = np.lib.stride_tricks.as_strided(block[first:], array.shape, array.strides)
    else:
        twin = array.copy("K")
    if not array.flags.writeable:
        twin.flags.writeable = False
    return twin


def _an_array(answer: Array) -> Array:
    """The answer, which is an array only if the engine keeps its promise."""
    if answer.__class__ is not np.ndarray:
        raise TypeError(f"{type(answer).__name__} in place of an array; return np.asarray(…)")
    if answer.dtype.kind not in "fiub":
        raise TypeError(f"{answer.dtype} in place of real numbers")
    return answer


def _one_each(answer: tuple[Array, ...], count: int) -> tuple[Array, ...]:
    """The answer, with one array for each of the values that were asked for."""
    return tuple(map(_an_array, _so_many(answer, count, "arrays")))


def _so_many(answer: Answers, count: int, what: str) -> Answers:
    """The answer, with ``count`` parts."""
    if len(answer) != count:
        raise TypeError(f"{len(answer)} {what} in place of {count}")
    return answer


def _two_tuples(answer: tuple[Sequence[int], Sequence[int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    before, after = answer
    return tuple(before), tuple(after)


def _work(answer: Work) -> Work:
    """The answer, which is a ``Work`` only if the engine keeps its promise."""
    if answer.__class__ is not Work:
        raise TypeError(f"{type(answer).__name__} in place of a Work")
    return answer


def _numbered(tangents: Sequence[Array], name: str = "in_tangents") -> dict[str, Array]:
    return {f"{name}{at}": tangent for at, tangent in enumerate(tangents)}


def _asked(case: Case | None, what: str, answer: Callable[[], T], **chosen: Array) -> T:
    try:
        return answer()
    except Exception as error:  # an engine on trial may raise anything: that is its answer
        last = extract_tb(error.__traceback__)[-1]
        expected = f"a value; {Path(last.filename).name} raised this in line {last.lineno}"
        raise Broken(what, f"{type(error).__name__}: {error}", expected, Given(chosen, case)) from error
