import pytest

from engine import CatalogueError
from engine.signature import Dimension, parse_signature


def test_elementwise_operands_have_no_named_dimension_and_broadcast() -> None:
    signature = parse_signature("(),()->()")
    assert signature.inputs == ((), ())
    assert signature.output == ()
    assert signature.broadcasts
    assert not signature.variadic


def test_a_dimension_is_a_size_a_size_that_may_be_missing_or_a_run() -> None:
    signature = parse_signature("(n?,k),(k,m?)->(n?,m?)")
    n, k, m = (Dimension("n", True, False), Dimension("k", False, False), Dimension("m", True, False))
    assert signature.inputs == ((n, k), (k, m))
    assert signature.output == (n, m)
    assert signature.broadcasts


def test_where_there_is_a_run_there_is_no_broadcasting() -> None:
    signature = parse_signature("(i*)->(j*)")
    assert signature.inputs == ((Dimension("i", False, True),),)
    assert not signature.broadcasts


def test_dots_allow_more_operands_like_the_last() -> None:
    signature = parse_signature("(i*,n,j*),...->(i*,m,j*)")
    assert signature.variadic
    assert len(signature.inputs) == 1
    assert len(signature.output) == 3


def test_a_signature_keeps_its_text() -> None:
    assert parse_signature("(i*)->(j*)").text == "(i*)->(j*)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "()",
        "->()",
        "()->",
        "(n)->(n),(n)",
        "(N)->()",
        "n->n",
        "(n)(n)->()",
        "(n) -> ()",
        "(nm)->()",
        "(n*?)->()",
        "(,n)->()",
        "(n,)->()",
        "(n)->(nm)",
        "(*)->()",
        "(n),(nm)->()",
    ],
)
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_signature(text)
    assert caught.value.what == "signature"
    assert caught.value.got == repr(text)
