"""Einsum and the products that it is made of: NumPy's grammar and conventions, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine import (
    AxisError,
    Einsum,
    EngineError,
    ParameterError,
    ShapeError,
    Tensor,
    cross,
    dot,
    einsum,
    inner,
    kron,
    outer,
    pullback,
    tensordot,
    vdot,
)
from engine.array import Array, Shape, as_array
from engine.dtype import FLOAT32, FLOAT64


def whole(*shape: int) -> Array:
    """Whole numbers, so that sums of products are exact."""
    numbers = np.arange(float(np.prod(shape)))
    return as_array((numbers * 7 % 11 - 5).reshape(shape))


def ones(*shape: int) -> Tensor:
    return Tensor(np.ones(shape))


def agree(got: Tensor, expected: object) -> None:
    np.testing.assert_array_equal(got.numpy(), as_array(expected), strict=True)


CALLS: list[tuple[str, list[Shape]]] = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    (" i j , j k -> k i ", [(2, 3), (3, 4)]),
    ("ba", [(2, 3)]),
    ("Ba", [(2, 3)]),
    ("ij->", [(2, 3)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iii->i", [(3, 3, 3)]),
    ("jiij->j", [(2, 3, 3, 2)]),
    ("ii,i->i", [(3, 3), (3,)]),
    ("i,j", [(2,), (3,)]),
    ("i,i", [(3,), (3,)]),
    ("i,i,i->i", [(3,), (3,), (3,)]),
    ("ij,ij,jk->k", [(2, 3), (2, 3), (3, 4)]),
    ("ij,jk,kl,lm->im", [(2, 3), (3, 4), (4, 2), (2, 3)]),
    ("ij,kl->", [(2, 3), (4, 2)]),
    ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]),
    ("...ij,...jk", [(2, 1, 3, 4), (5, 4, 2)]),
    ("ij...,j...->i...", [(2, 3, 4), (3, 4)]),
    ("i...", [(2, 3, 4)]),
    ("...ij->...ji", [(2, 3, 4)]),
    ("...,...", [(2, 3), (3,)]),
    (",i->i", [(), (3,)]),
    ("ij,jk", [(2, 1), (3, 4)]),
    ("ij,jk", [(2, 0), (0, 4)]),
    ("ij,ij->j", [(1, 3), (0, 3)]),
]


@pytest.mark.parametrize(("subscripts", "shapes"), CALLS, ids=repr)
def test_einsum_is_numpys(subscripts: str, shapes: list[Shape]) -> None:
    arrays = [whole(*shape) for shape in shapes]
    agree(einsum(subscripts, *map(Tensor, arrays)), np.einsum(subscripts, *arrays))


@pytest.mark.parametrize(("subscripts", "shapes"), CALLS, ids=repr)
def test_its_adjoints_are_found_by_moving_one_entry_at_a_time(subscripts: str, shapes: list[Shape]) -> None:
    arrays = [whole(*shape) for shape in shapes]
    tensors = [Tensor(array) for array in arrays]
    y = einsum(subscripts, *tensors)
    seed = whole(*y.shape) + 1
    for slot, adjoint in enumerate(pullback(y, tensors, Tensor(seed))):
        expected = np.zeros(shapes[slot])
        for place in np.ndindex(*shapes[slot]):
            one = np.zeros(shapes[slot])
            one[place] = 1.0
            moved = as_array(np.einsum(subscripts, *arrays[:slot], one, *arrays[slot + 1 :]))
            expected[place] = np.sum(seed * moved)
        agree(adjoint, expected)


def test_two_operands_are_summed_at_a_time_in_a_cheap_order() -> None:
    y = einsum("ij,jk,k->i", ones(50, 50), ones(50, 50), ones(50))
    assert y.op is not None
    shapes = sorted(each.shape for each in y.inputs[0].inputs)
    assert shapes == [(50,), (50, 50)]


def test_subscripts_are_canonical() -> None:
    y = einsum("...j,jk", ones(2, 3), ones(3, 4))
    operands = y.inputs[0]
    assert isinstance(operands.op, Einsum)
    assert operands.shape == (2, 4)


VECTORS = [whole(3), whole(2, 3), whole(4, 2, 3)]


@pytest.mark.parametrize("a", VECTORS, ids=np.shape)
def test_products_of_vectors_and_arrays_are_numpys(a: Array) -> None:
    x = Tensor(a)
    for b in VECTORS:
        agree(inner(x, Tensor(b)), np.inner(a, b))
        agree(outer(x, Tensor(b)), np.outer(a, b))
        agree(kron(x, Tensor(b)), np.kron(a, b))
        agree(tensordot(x, Tensor(b), (-1, -1)), np.tensordot(a, b, (-1, -1)))
        agree(tensordot(x, Tensor(b), 0), np.tensordot(a, b, 0))
    for b in (whole(3), whole(3, 2), whole(2, 3, 4)):
        agree(dot(x, Tensor(b)), np.dot(a, b))
    agree(vdot(x, x), np.vdot(a, a))
    agree(cross(x, Tensor(whole(3) + 1)), np.cross(a, whole(3) + 1))


def test_a_number_multiplies_in_inner_and_dot() -> None:
    x, number = Tensor([1.0, 2.0]), Tensor(3.0)
    for product in (inner, dot):
        assert product(x, number).numpy().tolist() == [3.0, 6.0]
        assert product(number, x).numpy().tolist() == [3.0, 6.0]
        assert product(number, number).item() == 9.0


def test_axes_of_tensordot_are_listed_in_pairs() -> None:
    a, b = whole(4, 2, 3), whole(3, 2)
    agree(tensordot(Tensor(a), Tensor(b), ((1, 2), (1, 0))), np.tensordot(a, b, ((1, 2), (1, 0))))
    agree(tensordot(Tensor(a), Tensor(whole(2, 3))), np.tensordot(a, whole(2, 3)))
    agree(tensordot(Tensor(a), Tensor(b), 1), np.tensordot(a, b, 1))


def test_cross_takes_any_axis() -> None:
    a, b = whole(3, 4), whole(3, 4) + 2
    agree(cross(Tensor(a), Tensor(b), 0), np.cross(a, b, axis=0))
    x, y = Tensor([1.0, 0.0, 0.0]), Tensor([0.0, 1.0, 0.0])
    (x_bar,) = pullback(cross(x, y), [x], Tensor([1.0, 2.0, 3.0]))
    assert x_bar.numpy().tolist() == [3.0, 0.0, -1.0]


def test_operands_of_two_dtypes_keep_their_own_in_the_adjoint() -> None:
    a, b = Tensor([1.0, 2.0], dtype="float32"), Tensor([3.0, 4.0])
    y = einsum("i,i->", a, b)
    a_bar, b_bar = pullback(y, [a, b])
    assert (y.dtype, a_bar.dtype, b_bar.dtype) == (FLOAT64, FLOAT32, FLOAT64)


REFUSALS: dict[str, tuple[Callable[[], object], type[EngineError], str]] = {
    "fewer operands than terms": (
        lambda: einsum("i,j", ones(2)),
        ParameterError,
        "einsum 'i,j': got 1 operands; expected 2; write one term for each operand*.",
    ),
    "a term with a digit": (
        lambda: einsum("i1", ones(2, 2)),
        ParameterError,
        "einsum 'i1': got a term 'i1'; expected letters and one ...; name axes by letters.",
    ),
    "two ellipses in a term": (
        lambda: einsum("...i...", ones(2, 2)),
        ParameterError,
        "einsum '...i...': got a term '...i...'; expected letters and one ...; *.",
    ),
    "fewer axes than letters": (
        lambda: einsum("ij", ones(2)),
        ShapeError,
        "einsum 'ij': got shape (2,) for the term 'ij'; expected 2 axes; *.",
    ),
    "more axes than letters": (
        lambda: einsum("i", ones(2, 3)),
        ShapeError,
        "einsum 'i': got shape (2, 3) for the term 'i'; expected 1 axes; *.",
    ),
    "a letter of the result that no operand has": (
        lambda: einsum("ij->ik", ones(2, 3)),
        ParameterError,
        "einsum 'ij->ik': got a result 'ik'; expected letters of the operands*; *.",
    ),
    "a letter twice in the result": (
        lambda: einsum("ij->ijj", ones(2, 3)),
        ParameterError,
        "einsum 'ij->ijj': got a result 'ijj'; expected letters of the operands, each once*; *.",
    ),
    "axes that the result forgets": (
        lambda: einsum("...i->i", ones(2, 3)),
        ParameterError,
        "einsum '...i->i': got a result 'i'; expected *... if an operand has it; *.",
    ),
    "a diagonal of a rectangle": (
        lambda: einsum("ii", ones(2, 3)),
        ShapeError,
        "einsum, 'i' twice in one operand: got 2 and 3 entries; expected as many along both axes; *.",
    ),
    "two sizes for one letter": (
        lambda: einsum("ij,jk", ones(2, 3), ones(4, 2)),
        ShapeError,
        "einsum: got 3 and 4 entries along 'j'; expected one size, or 1; reshape one operand.",
    ),
    "a letter in one place of the class": (
        lambda: Einsum("ij,j->"),
        ParameterError,
        "Einsum: got subscripts 'ij,j->'; expected each letter once in at least two of a, b and y*; *.",
    ),
    "a letter twice in an operand of the class": (
        lambda: Einsum("ii,i->i"),
        ParameterError,
        "Einsum: got subscripts 'ii,i->i'; expected each letter once in at least two of a, b and y*; *.",
    ),
    "one operand of the class": (
        lambda: Einsum("ij->ji"),
        ParameterError,
        "Einsum: got subscripts 'ij->ji'; expected '…,…->…'; write two operands.",
    ),
    "an op with too few axes": (
        lambda: Einsum("ij,j->i")(ones(2), ones(2)),
        ShapeError,
        "Einsum(*): got shape (2,); expected axes ij; give a letter for each axis.",
    ),
    "an op whose axes of size 1 would stretch": (
        lambda: Einsum("ij,j->i")(ones(2, 3), ones(1)),
        ShapeError,
        "Einsum(*): got 3 and 1 entries along j; expected one size for each letter; reshape one operand.",
    ),
    "more axes to sum over than there are": (
        lambda: tensordot(ones(2), ones(2), 2),
        ParameterError,
        "tensordot: got axes=2; expected 0 ≤ axes ≤ 1; sum over axes of both.",
    ),
    "axes that do not pair": (
        lambda: tensordot(ones(2, 2), ones(2, 2), ((0, 1), (0,))),
        ParameterError,
        "tensordot: got 2 axes of a and 1 of b; expected as many of both; pair them up.",
    ),
    "an axis that is not there": (
        lambda: tensordot(ones(2), ones(2), (1, 0)),
        AxisError,
        "tensordot: got axis 1 for 1 dimensions; *; *.",
    ),
    "vectors of two lengths": (
        lambda: inner(ones(2), ones(3)),
        ShapeError,
        "Einsum(*): got 2 and 3 *; *; *.",
    ),
    "vectors in the plane": (
        lambda: cross(ones(2), ones(2)),
        ShapeError,
        "cross: got 2 entries along axis -1; expected 3; give 3-vectors.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_was_asked_and_got_what_is_expected_and_what_to_do(
    name: str, refused: Callable[[Callable[[], object], type[EngineError], str], None]
) -> None:
    refused(*REFUSALS[name])
