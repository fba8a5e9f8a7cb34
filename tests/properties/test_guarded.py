"""An engine is given copies, laid out as the law's own arrays are, and its mistakes are told as such."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine import ops
from engine.array import Array
from engine.errors import CatalogueError
from properties.adapters.guarded import Guarded, copied
from properties.adapters.reference import Reference
from properties.adapters.subject import Capability, Mix, Pullback
from properties.case import Case, Digraph, one_step
from properties.judge import judge
from properties.laws import LAWS
from properties.rows import GRAPHS, rows_for

ROWS = {row.name: row for row in rows_for(Reference())}
X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    "array",
    [X, X.T, X[:, ::2], X[::-1], X[1], np.asfortranarray(X), np.broadcast_to(X[:1], (2, 3)), X[:0],
     np.array(3.0), X[:, ::2][:, :1], X[::-1][1:], X.reshape(6, 1)[::4, ::3], np.asfortranarray(X)[:, 1:]],
)  # fmt: skip
@pytest.mark.parametrize("writeable", [True, False])
def test_a_copy_has_the_numbers_the_strides_and_the_lock_of_the_array(array: Array, writeable: bool) -> None:
    array = array.view()
    array.flags.writeable = writeable and array.flags.writeable
    twin = copied(array)
    assert not np.shares_memory(twin, array)
    assert twin.tobytes() == array.tobytes()
    assert (twin.shape, twin.dtype, twin.flags.writeable) == (array.shape, array.dtype, array.flags.writeable)
    assert twin.strides == array.strides or not array.size


def test_a_copy_of_a_part_of_what_is_no_block_has_the_numbers() -> None:
    part = np.moveaxis(np.arange(24.0).reshape(2, 3, 4), 0, 1).copy("K")[:, ::2]
    assert part.base is not None
    assert not part.base.flags.forc
    assert copied(part).tolist() == part.tolist()


class Overwriting(Reference):
    """An engine that leaves sevens in whatever it is given."""

    def pullback(self, case: Case) -> Pullback:
        pull = super().pullback(case)

        def wipe(out_grad: Array) -> tuple[Array, ...]:
            adjoints = tuple(adjoint.copy() for adjoint in pull(out_grad))
            for array in (out_grad, *case.inputs):
                array[...] = 7.0
            return adjoints

        return wipe


@pytest.mark.parametrize("lends", [False, True])
def test_what_is_overwritten_is_not_the_laws_own_unless_it_is_lent(lends: bool) -> None:
    case, out_grad = one_step(ops.Sin(), np.array([1.0, 2.0])), np.array([3.0, 4.0])
    Guarded(Overwriting(), lends=lends).gradient(case, out_grad)
    assert out_grad.tolist() == ([7.0, 7.0] if lends else [3.0, 4.0])
    assert case.inputs[0].tolist() == ([7.0, 7.0] if lends else [1.0, 2.0])


def test_an_engine_must_name_as_many_mixes_as_it_promises() -> None:
    engine = Reference()
    for engine.mixes in ((), (Mix.REVERSE_OVER_REVERSE,)):
        with pytest.raises(CatalogueError, match=f"in {len(engine.mixes)} mixes of modes; expected 2"):
            Guarded(engine)
    engine.capabilities = Capability.SECOND
    Guarded(engine)


class Clueless:
    """What an adapter without types may give for an answer."""

    def gradient_work(self, case: Case, out_grad: Array, wanted: int) -> None:
        return None

    def compute_counts(self, case: Case) -> None:
        return None

    def lazily(self) -> None:
        raise RuntimeError("no such mode")


@pytest.mark.parametrize(
    ("method", "law"),
    [
        ("gradient_work", "unread_gradient_costs_nothing"),
        ("compute_counts", "each_value_computes_once"),
        ("lazily", "laziness_is_unobservable"),
    ],
)
def test_what_is_no_answer_breaks_the_law_and_ends_no_run(
    method: str, law: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reference, method, getattr(Clueless, method))
    failure = judge(LAWS[law], ROWS["EWiseMul"], Reference(), examples=2, start=1).failure
    assert failure
    assert failure.broken.expected.startswith("a value; ")


def test_an_order_may_be_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Reference.sort

    def listed(subject: Reference, graph: Digraph, roots: Sequence[int]) -> list[int]:
        return list(right(subject, graph, roots))

    monkeypatch.setattr(Reference, "sort", listed)
    assert judge(LAWS["any_graph_is_sorted"], ROWS[GRAPHS], Reference(), examples=5, start=1).decided
