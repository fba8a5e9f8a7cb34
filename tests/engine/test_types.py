"""What the types promise (``assert_type``, read by mypy and pyright) and what they refuse."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import assert_type

import numpy as np

from engine import (
    CATALOGUE,
    Compare,
    Concatenate,
    Domain,
    Entry,
    EWiseMul,
    Exp,
    GetItem,
    MulScalar,
    Op,
    Summation,
    Tensor,
    Transpose,
    Where,
    add,
    concatenate,
    entry_of,
    exp,
    find_topo_sort,
    grad,
    graph_text,
    hessian,
    hvp,
    jacobian,
    jvp,
    max,
    multiply,
    pullback,
    pushforward,
    summation,
    value_and_grad,
    vjp,
    where,
)
from engine.array import Array, BoolArray, Index, Shape
from engine.dtype import DType
from engine.transforms import (
    Argument,
    Derivative,
    Derivatives,
    DerivativeTable,
    ValueAndDerivative,
    ValueAndDerivatives,
)


def square(x: Tensor) -> Tensor:
    return x * x


def product(x: Tensor, y: Tensor) -> Tensor:
    return x * y


def test_ops_make_tensors() -> None:
    x = Tensor([1.0, 2.0])
    made = [
        assert_type(multiply(x, x), Tensor),
        assert_type(add(x, x), Tensor),
        assert_type(exp(x), Tensor),
        assert_type(summation(x, 0), Tensor),
        assert_type(max(x), Tensor),
        assert_type(concatenate([x, x]), Tensor),
        assert_type(where(x > 1, x, 0.0), Tensor),
        assert_type(MulScalar(2.0)(x), Tensor),
        assert_type(x + 1, Tensor),
        assert_type(1 + x, Tensor),
        assert_type(x - x, Tensor),
        assert_type(2.0 / x, Tensor),
        assert_type(x**2, Tensor),
        assert_type(2**x, Tensor),
        assert_type(x @ x, Tensor),
        assert_type(x * np.ones(2), Tensor),
        assert_type(-x, Tensor),
        assert_type(abs(x), Tensor),
        assert_type(x[0], Tensor),
        assert_type(x[..., None, ::2], Tensor),
        assert_type(x.T, Tensor),
        assert_type(x.data, Tensor),
        assert_type(x.detach(), Tensor),
        assert_type(Tensor.make_const(x), Tensor),
        assert_type(next(iter(x)), Tensor),
    ]
    assert {type(value) for value in made} == {Tensor}


def test_a_tensor_says_what_it_holds() -> None:
    x = Tensor([1.0, 2.0])
    assert isinstance(assert_type(x.numpy(), Array), np.ndarray)
    assert isinstance(assert_type(x.realize_cached_data(), Array), np.ndarray)
    assert isinstance(assert_type(x > 1, BoolArray), np.ndarray)
    assert assert_type(x.shape, Shape) == (2,)
    assert assert_type(x.dtype, DType) == np.dtype(np.float64)
    assert assert_type(x[0].item(), float) == assert_type(float(x[0]), float) == 1.0
    assert assert_type(x.grad, Tensor | None) is None
    assert assert_type(x.op, Op | None) is None
    assert assert_type(x.inputs, tuple[Tensor, ...]) == ()
    assert assert_type(x.requires_grad, bool)
    assert assert_type(len(x), int) == 2


def test_the_fields_of_an_op_are_typed() -> None:
    assert isinstance(assert_type(MulScalar(2.0).scalar, float), float)
    assert assert_type(Summation((0,)).axes, tuple[int, ...]) == (0,)
    assert assert_type(Summation((0,), keepdims=True).keepdims, bool)
    assert assert_type(Transpose((0, 1)).axes, tuple[int, int]) == (0, 1)
    assert assert_type(Concatenate(0).axis, int) == 0
    assert assert_type(GetItem((0, slice(1))).index, Index) == (0, slice(1))


def test_rules_return_one_adjoint_and_one_term_for_each_input() -> None:
    x = Tensor([1.0])
    y, z, w = multiply(x, x), exp(x), where(x, x, x)
    assert len(assert_type(EWiseMul().gradient(y, y), tuple[Tensor, Tensor])) == 2
    assert len(assert_type(EWiseMul().tangent((x, x), y), tuple[Tensor, Tensor])) == 2
    assert len(assert_type(Where().gradient(w, w), tuple[Tensor, Tensor, Tensor])) == 3
    assert isinstance(assert_type(Exp().gradient(z, z), Tensor), Tensor)
    assert isinstance(assert_type(Exp().tangent(x, z), Tensor), Tensor)
    assert isinstance(assert_type(Exp().compute(np.ones(2)), Array), np.ndarray)
    assert len(assert_type(Concatenate(0).gradient(y, concatenate([x])), tuple[Tensor, ...])) == 1
    assert isinstance(assert_type(next(Compare.instances((2,), (2,))), Compare), Compare)


def test_the_walks_return_tuples() -> None:
    x = Tensor(2.0)
    assert len(assert_type(pullback(x * x, [x]), tuple[Tensor, ...])) == 1
    assert len(assert_type(pullback([x * x, x], [x], [x, x]), tuple[Tensor, ...])) == 1
    assert len(assert_type(pushforward([x * x], [x], [x]), tuple[Tensor, ...])) == 1
    assert assert_type(find_topo_sort([x]), list[Tensor]) == [x]
    assert isinstance(assert_type(graph_text(x), str), str)


def test_transforms_return_one_tensor_or_several_as_argnums_say() -> None:
    assert isinstance(assert_type(assert_type(grad(square), Derivative)(2.0), Tensor), Tensor)
    assert isinstance(assert_type(grad(product, 1)(2.0, 3.0), Tensor), Tensor)
    several = assert_type(grad(product, (0, 1)), Derivatives)
    assert len(assert_type(several(2.0, 3.0), tuple[Tensor, ...])) == 2
    one = assert_type(value_and_grad(square), ValueAndDerivative)
    assert len(assert_type(one(2.0), tuple[Tensor, Tensor])) == 2
    both = assert_type(value_and_grad(product, [0, 1]), ValueAndDerivatives)
    assert len(assert_type(both(2.0, 3.0), tuple[Tensor, tuple[Tensor, ...]])[1]) == 2
    assert isinstance(assert_type(assert_type(jacobian(square), Derivative)(2.0), Tensor), Tensor)
    assert len(assert_type(jacobian(product, (0, 1)), Derivatives)(2.0, 3.0)) == 2
    assert isinstance(assert_type(assert_type(hessian(square), Derivative)(2.0), Tensor), Tensor)
    table = assert_type(hessian(product, (0, 1)), DerivativeTable)
    assert len(assert_type(table(2.0, 3.0), tuple[tuple[Tensor, ...], ...])) == 2


def test_transforms_of_transforms_are_typed() -> None:
    assert isinstance(assert_type(grad(grad(square))(2.0), Tensor), Tensor)
    assert isinstance(assert_type(jacobian(grad(product, 1))(2.0, 3.0), Tensor), Tensor)


def test_products_with_derivatives_are_typed() -> None:
    assert len(assert_type(jvp(square, [2.0], [1.0]), tuple[Tensor, Tensor])) == 2
    value, pull = assert_type(vjp(product, 2.0, 3.0), tuple[Tensor, Callable[[Argument], tuple[Tensor, ...]]])
    assert isinstance(value, Tensor)
    assert len(assert_type(pull(1.0), tuple[Tensor, ...])) == 2
    assert isinstance(assert_type(hvp(square, (2.0,), (1.0,)), Tensor), Tensor)
    assert isinstance(assert_type(hvp(product, (2.0, 3.0), (1.0, 1.0)), Tensor | tuple[Tensor, ...]), tuple)


def test_the_catalogue_is_typed() -> None:
    entry = assert_type(entry_of(exp), Entry)
    assert entry is assert_type(CATALOGUE, dict[str, Entry])["Exp"]
    assert assert_type(entry.op, type[Op]) is Exp
    assert len(assert_type(entry.domains, tuple[Domain, ...])) == 1


RULE = "self, out_grad: Tensor, node: Tensor"
REFUSED = {
    "multiply(x, 2.0)": "arg-type",
    "multiply(np.ones(2), x)": "arg-type",
    "exp(1.0)": "arg-type",
    "concatenate(2.0)": "arg-type",
    "where(x > 1, 'a', x)": "arg-type",
    "summation(x, 'a')": "arg-type",
    "summation(x, 0.5)": "arg-type",
    "transpose(x, 0.5)": "arg-type",
    "MulScalar('2')": "arg-type",
    "MulScalar()": "call-arg",
    "MulScalar(2.0, 3.0)": "call-arg",
    "MulScalar(2.0).scalar = 3.0": "misc",
    "Summation(0)": "arg-type",
    "Binary()": "abstract",
    "Tensor(None)": "arg-type",
    "Tensor(1j)": "arg-type",
    "Tensor(1.0, dtype=64)": "arg-type",
    "Tensor(1.0, True)": "call-arg",
    "x + None": "operator",
    "x @ object()": "operator",
    "x['a']": "index",
    "x[0.5]": "index",
    "x[0] = 1.0": "index",
    "x.grad.numpy()": "union-attr",
    "x.shape = (2,)": "misc",
    "grad(square, 'a')": "arg-type",
    "grad(square)(2.0).missing": "attr-defined",
    "grad(number)": "arg-type",
    "jvp(square, 2.0, 1.0)": "arg-type",
    "hvp(square, [2.0], [1.0]).shape": "union-attr",
    "pullback(x, x)": "arg-type",
    "pullback(x, [x], 1.0)": "arg-type",
    "x.backward(1j)": "arg-type",
    "class Special(Tensor): ...": "misc",
    f"class Wrong(Unary):\n    def gradient({RULE}) -> float: return 1.0": "override",
    f"class Few(Binary):\n    def gradient({RULE}) -> tuple[Tensor]: return (node,)": "override",
}
"""Statements that the types refuse, with mypy's name for the error."""
PREAMBLE = [
    "import numpy as np",
    "from engine import Binary, MulScalar, Summation, Tensor, Unary, concatenate, exp, grad, hvp, jvp",
    "from engine import multiply, pullback, summation, transpose, where",
    "def square(x: Tensor) -> Tensor: return x * x",
    "def number(x: Tensor) -> float: return 1.0",
    "x = Tensor(1.0)",
]


def test_what_is_wrong_is_refused_by_the_types(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    expected: dict[int, str] = {}
    lines = list(PREAMBLE)
    for statement, error in REFUSED.items():
        lines += statement.splitlines()
        expected[len(lines)] = error
    snippets = tmp_path / "refused.py"
    snippets.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--no-error-summary", "--hide-error-context"]
    finished = subprocess.run(
        [*command, str(snippets)], cwd=root, capture_output=True, text=True, check=False
    )
    found = dict[int, str]()
    for line in finished.stdout.splitlines():
        if "refused.py:" in line and "error:" in line:
            found.setdefault(int(line.split(":")[1]), line.rsplit("[", 1)[1].removesuffix("]"))
    assert finished.stderr == ""
    assert found == expected
