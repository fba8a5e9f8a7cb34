from collections.abc import Callable

import pytest

from engine import (
    CATALOGUE,
    NONZERO,
    POSITIVE,
    REALS,
    CatalogueError,
    Elementwise,
    EWiseDiv,
    Linear,
    MatMul,
    Op,
    Tensor,
    entry_of,
    op,
    ops,
)
from engine.array import Array
from engine.catalogue import check_has_instances, visiting


class Plain(Elementwise, Linear):
    """yᵢ = aᵢ."""

    def compute(self, a: Array) -> Array:
        return a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad


def plain(name: str, doc: str | None = "yᵢ = aᵢ.") -> type[Plain]:
    """A class with the rules of ``Plain`` that no ``@op`` line has seen."""
    return type(name, (Plain,), {"__doc__": doc})


def test_every_op_class_of_the_engine_is_in_the_catalogue() -> None:
    classes = {
        name
        for name, value in vars(ops).items()
        if isinstance(value, type) and issubclass(value, Op) and value.__module__.startswith("engine.ops.")
    }
    assert classes == set(CATALOGUE)


def test_every_entry_has_one_domain_for_each_input_and_a_formula() -> None:
    for name, entry in CATALOGUE.items():
        assert entry.name == name
        assert len(entry.domains) == len(entry.signature.inputs)
        assert entry.formula.isprintable()
        assert entry.formula


def test_an_entry_holds_the_facts_of_the_op_line() -> None:
    entry = entry_of(EWiseDiv())
    assert entry.op is EWiseDiv
    assert entry.domains == (REALS, NONZERO)
    assert entry.signature.text == "(),()->()"
    assert entry.formula == "yᵢ = aᵢ / bᵢ, for bᵢ ≠ 0; shapes broadcast."
    assert entry.elementwise
    assert not entry_of(MatMul()).elementwise


def test_op_makes_a_slotted_dataclass() -> None:
    for entry in CATALOGUE.values():
        assert {"__dataclass_fields__", "__slots__"} <= set(vars(entry.op))
    assert not hasattr(EWiseDiv(), "__dict__")


def test_an_op_of_a_class_that_is_shared_is_its_own() -> None:
    with visiting():
        above = op(REALS)(plain("Above"))
        derived: type[Plain] = type("Below", (above,), {"__doc__": "yᵢ = aᵢ."})
        below = op(REALS)(derived)
        assert type(below()) is below
        assert below() is below()
        assert above() is above()


def test_an_op_that_visits_stays_to_the_end_of_the_block_only() -> None:
    before = dict(CATALOGUE)
    with visiting():
        made = op(POSITIVE)(plain("Visitor"))
        assert CATALOGUE["Visitor"].op is made
        assert entry_of(made()).domains == (POSITIVE,)
    assert before == CATALOGUE
    with pytest.raises(CatalogueError):
        entry_of(made())


def test_an_op_that_visits_leaves_when_the_block_raises() -> None:
    def twice() -> None:
        with visiting():
            op(REALS)(plain("Visitor"))
            op(REALS)(plain("Visitor"))

    with pytest.raises(CatalogueError):
        twice()
    assert "Visitor" not in CATALOGUE


MISUSES: dict[str, tuple[Callable[[], object], str]] = {
    "a name that is taken": (
        lambda: op(REALS)(plain("Exp")),
        "Exp: got a second op of this name; expected one op for each name; rename the class.",
    ),
    "no domain": (lambda: op()(plain("Visitor")), "*: got *; expected *; *."),
    "too few domains": (
        lambda: op(REALS, signature="(),()->()")(plain("Visitor")),
        "Visitor: got 1 domains for (),()->(); expected one domain for each input; list *.",
    ),
    "too many domains": (
        lambda: op(REALS, REALS, signature="()->()")(plain("Visitor")),
        "Visitor: got 2 domains for ()->(); expected one domain for each input; *.",
    ),
    "domains of another number than the kind has inputs": (
        lambda: op(REALS, REALS)(plain("Visitor")),
        "Visitor: got 2 domains for 1 inputs; expected one domain for each input; *.",
    ),
    "a signature that is none": (
        lambda: op(REALS, signature="n->n")(plain("Visitor")),
        "signature: got 'n->n'; expected gufunc notation *; rewrite it.",
    ),
    "no docstring": (
        lambda: op(REALS)(plain("Visitor", doc=None)),
        "Visitor: got no docstring; expected the formula as docstring; *.",
    ),
    "an empty docstring": (
        lambda: op(REALS)(plain("Visitor", doc="")),
        "Visitor: got no docstring; expected the formula as docstring; *.",
    ),
    "an op that was never entered": (
        lambda: entry_of(plain("Visitor")()),
        "Visitor: got a class without an @op line; expected an op of the catalogue; put @op*.",
    ),
    "a namesake that was never entered": (lambda: entry_of(plain("Exp")()), "Exp: got *; expected *; *."),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_refused_and_enters_nothing(
    misuse: str, refused: Callable[[Callable[[], object], type[CatalogueError], str], None]
) -> None:
    call, words = MISUSES[misuse]
    before = dict(CATALOGUE)
    with visiting():
        refused(call, CatalogueError, words)
        assert before == CATALOGUE


def test_the_formula_is_one_line_however_the_docstring_is_broken() -> None:
    with visiting():
        op(REALS)(plain("Broken", doc="yᵢ = aᵢ,\n    for all i.\n\n    A remark.\n    "))
        assert CATALOGUE["Broken"].formula == "yᵢ = aᵢ, for all i."
        op(REALS)(plain("Dedented", doc="yᵢ = aᵢ,\nfor all i.\n\nA remark."))
        assert CATALOGUE["Dedented"].formula == "yᵢ = aᵢ, for all i."


def test_an_op_with_parameters_lists_some_before_it_is_judged() -> None:
    class Visitor(Plain):
        """yᵢ = c aᵢ."""

        c: float

    with visiting():
        op(REALS)(Visitor)
        with pytest.raises(CatalogueError, match="got the parameters c, and no instances; expected"):
            check_has_instances(CATALOGUE["Visitor"])
    for entry in CATALOGUE.values():
        check_has_instances(entry)
