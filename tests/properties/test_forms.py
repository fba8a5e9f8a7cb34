"""Forms of an op that its plainest parameters do not show: an adjoint that is wrong in one alone is found."""

from collections.abc import Callable, Sequence

import pytest

from engine import Tensor, ops
from engine.array import ArrayIndex
from engine.graph import Op
from properties.adapters.reference import Reference
from properties.judge import BUDGETS, judge
from properties.laws import LAWS
from tests.properties.planted.bug import alone

BY_NUMBERS = LAWS["gradient_matches_numeric"]
SEEDS = range(6)


class DoublingSome(Reference):
    """The reference engine, in which the adjoints of some instances of an op are doubled."""

    def __init__(self, wrong: Callable[[Op], bool]) -> None:
        super().__init__()
        self.wrong: Callable[[Op], bool] = wrong

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        pairs = zip(outputs, out_grads, strict=True)
        seeds = [x + x if y.op is not None and self.wrong(y.op) else x for y, x in pairs]
        return super().pulled(outputs, variables, seeds)


def _batched(op: Op) -> bool:
    """Einsum with a letter in a, b and y, and one that is summed, as in "bij,bjk->bik"."""
    if not isinstance(op, ops.Einsum):
        return False
    a, b, y = map(set, op.subscripts.replace("->", ",").split(","))
    return bool(a & b & y) and bool((a & b) - y) and bool(b - a)


def _unlike(op: Op) -> bool:
    """Windows with another stride and another dilation along each axis."""
    if not isinstance(op, ops.Unfold | ops.Fold | ops.Conv2d):
        return False
    return len(set(op.stride)) > 1 and len(set(op.dilation)) > 1


def _far(op: Op) -> bool:
    """Windows with padding > 1."""
    return isinstance(op, ops.Unfold | ops.Fold | ops.Conv1d | ops.Conv2d) and max(op.padding) > 1


def _strided(op: Op) -> bool:
    """Windows with stride and dilation > 1 along one axis."""
    if not isinstance(op, ops.Unfold | ops.Fold | ops.Conv1d | ops.Conv2d):
        return False
    return any(s > 1 and d > 1 for s, d in zip(op.stride, op.dilation, strict=True))


def _large(op: Op) -> bool:
    """A pool of four entries or more along an axis."""
    return isinstance(op, ops.MaxPool1d | ops.MaxPool2d | ops.AvgPool1d | ops.AvgPool2d) and max(op.size) > 3


def _deep(op: Op) -> bool:
    """Windows of three axes."""
    return isinstance(op, ops.Unfold) and op.rank == 3


def _index(op: Op) -> ArrayIndex:
    return op.index if isinstance(op, ops.SetItem | ops.ScatterAdd | ops.GetItems) else ()


def _arrays(op: Op) -> list[int]:
    """Where arrays stand in the index."""
    return [at for at, item in enumerate(_index(op)) if isinstance(item, tuple)]


def _beside_none(op: Op) -> bool:
    return None in _index(op) and bool(_arrays(op))


def _apart(op: Op) -> bool:
    """Arrays with something between them."""
    places = _arrays(op)
    return bool(places) and places[-1] - places[0] >= len(places)


def _behind(op: Op) -> bool:
    """An array, and none along the first axis."""
    return bool(_arrays(op)) and isinstance(_index(op)[0], slice)


def _stepped(op: Op) -> bool:
    """A slice by steps beside an array."""
    slices = [item for item in _index(op) if isinstance(item, slice)]
    return bool(_arrays(op)) and any(item.step not in (None, 1) for item in slices)


def _of_two(op: Op) -> bool:
    return len(_arrays(op)) == 2


def _of_three(op: Op) -> bool:
    return len(_arrays(op)) == 3


def _none_beside_a_table(op: Op) -> bool:
    return isinstance(op, ops.GetItems) and _beside_none(op) and len(op.picked) > 1


def _of_few(op: Op) -> bool:
    """Two degrees of freedom less than entries."""
    return isinstance(op, ops.Var | ops.Std) and op.ddof == 2


def _wide(op: Op) -> bool:
    return isinstance(op, ops.Huber) and op.delta > 3


def _fourth(op: Op) -> bool:
    return isinstance(op, ops.MatrixPower) and op.exponent == 4


FORMS: dict[Callable[[Op], bool], tuple[str, ...]] = {
    _batched: ("Einsum",),
    _unlike: ("Unfold", "Fold", "Conv2d"),
    _far: ("Unfold", "Fold", "Conv1d", "Conv2d"),
    _strided: ("Unfold", "Fold", "Conv1d", "Conv2d"),
    _large: ("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"),
    _deep: ("Unfold",),
    _of_two: ("SetItem", "GetItems", "ScatterAdd"),
    _of_three: ("GetItems",),
    _behind: ("SetItem", "GetItems", "ScatterAdd"),
    _beside_none: ("SetItem", "GetItems"),
    _none_beside_a_table: ("GetItems",),
    _apart: ("GetItems", "ScatterAdd"),
    _stepped: ("SetItem", "ScatterAdd"),
    _of_few: ("Var", "Std"),
    _wide: ("Huber",),
    _fourth: ("MatrixPower",),
}
"""Forms, and the ops that have them."""


@pytest.mark.parametrize(("wrong", "name"), [(form, name) for form, names in FORMS.items() for name in names])
def test_an_adjoint_wrong_in_one_form_is_found(wrong: Callable[[Op], bool], name: str) -> None:
    """By one run of six at least: a form is one of many that a run chooses from."""
    row, engine = alone(name)(), DoublingSome(wrong)
    cells = (judge(BY_NUMBERS, row, engine, examples=BUDGETS["default"], start=start) for start in SEEDS)
    assert any(cell.failure for cell in cells)
