"""The rules of the sources against numbers: the right ones hold, and what a document has wrong is found."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from engine import ShapeError, Tensor, exp, grad, jacobian, pushforward, sigmoid, softmax, swish
from engine.array import computed
from examples.adjoint_rules import (
    CODE,
    COLUMN,
    RULES,
    Rule,
    Stated,
    W,
    cross_entropy_gradient,
    rules_table,
    softmax_jacobian,
    swish_slope,
)
from examples.lecture import lecture_function
from properties import GradientError, check_grads

EXACT = sorted(RULES.keys() - {"swish", "softmax", "cross entropy"})
"""Rules of sums and products of numbers that do not round."""


@pytest.mark.parametrize("name", RULES)
def test_numbers_confirm_the_statement(name: str) -> None:
    assert RULES[name].judged().verdict == "PASS"


@pytest.mark.parametrize("name", RULES)
def test_numbers_confirm_the_engine(name: str) -> None:
    rule = RULES[name]
    assert check_grads(rule.program, (rule.x,), seed=0).verdict == "PASS"


@pytest.mark.parametrize("name", EXACT)
def test_the_engines_adjoint_is_the_statement(name: str) -> None:
    rule = RULES[name]
    y = rule.program(rule.x)
    assert y.numpy().tolist() == rule.value(rule.x.numpy()).tolist()
    out_grad = Tensor(np.arange(1.0, y.size + 1).reshape(y.shape) - 2.5)
    assert rule.by_engine(out_grad).numpy().tolist() == rule.stated(out_grad).numpy().tolist()


@pytest.mark.parametrize("name", RULES)
def test_a_stated_op_moves_as_its_program_does(name: str) -> None:
    rule = RULES[name]
    moved = Tensor(np.ones(rule.x.shape))
    (expected,) = pushforward([rule.program(rule.x)], [rule.x], [moved])
    (tangent,) = pushforward([Stated(rule)(rule.x)], [rule.x], [moved])
    assert tangent.numpy().tolist() == expected.numpy().tolist()
    assert Stated(rule).out_shape(rule.x.shape) == expected.shape


def _swish_by_the_wrong_denominator(k: Tensor) -> Tensor:
    """The document's σ(k) = 1 / (1 − e⁻ᵏ)."""
    s = 1 / (1 - exp(-k))
    return s + k * s * (1 - s)


def _autoencoder(transposed: str) -> Callable[[Tensor, Tensor], Tensor]:
    """W x gᵀ + W g xᵀ with one of the outer products transposed."""

    def adjoint(l_bar: Tensor, w: Tensor) -> Tensor:
        g = w.T @ (w @ COLUMN) - COLUMN
        first, second = COLUMN @ g.T, g @ COLUMN.T
        return l_bar * (
            w @ (first.T if transposed == "first" else first)
            + w @ (second.T if transposed == "second" else second)
        )

    return adjoint


WRONG: Mapping[str, tuple[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "swish, 1 − e⁻ᵏ": ("swish", lambda y_bar, k: y_bar * _swish_by_the_wrong_denominator(k)),
    "swish, its product forgotten": (
        "swish",
        lambda y_bar, k: y_bar * sigmoid(k) * (1 - sigmoid(k)),
    ),
    "autoencoder, x gᵀ transposed": ("autoencoder", _autoencoder("first")),
    "autoencoder, g xᵀ transposed": ("autoencoder", _autoencoder("second")),
    "autoencoder, one path": (
        "autoencoder",
        lambda l_bar, w: l_bar * (w @ (w.T @ (w @ COLUMN) - COLUMN) @ COLUMN.T),
    ),
    "product, a cotangent of ones": ("product, left", lambda z_bar, x: (0 * z_bar + 1) @ W.T),
    "softmax, only the diagonal": ("softmax", lambda y_bar, z: y_bar * softmax(z) * (1 - softmax(z))),
    "cross entropy, the target added": (
        "cross entropy",
        lambda l_bar, z: l_bar * (2 * softmax(z) - cross_entropy_gradient(z, 2)),
    ),
    "L1, without its sign": ("L1", lambda l_bar, w: -RULES["L1"].adjoint(l_bar, w)),
    "broadcast, a mean for a sum": ("broadcast", lambda y_bar, a: y_bar.mean(0)),
    "sum, shared out": ("sum", lambda y_bar, a: y_bar.broadcast_to(a.shape) / 2),
}
"""What the documents have wrong, and wrong rules that are near the others."""


@pytest.mark.parametrize("name", WRONG)
def test_numbers_refute_a_wrong_statement(name: str) -> None:
    right, adjoint = WRONG[name]
    with pytest.raises(GradientError):
        replace(RULES[right], adjoint=adjoint).judged()


def test_numbers_refute_the_documents_gradient_of_the_lectures_example() -> None:
    """v̄₂ = −cos x₂ = −0.284 leaves out the path through the product; x₁ − cos x₂ takes both."""
    both = Rule(
        "x̄₂ = x₁ − cos x₂",
        lambda x2: computed(np.log(2.0) + 2.0 * x2 - np.sin(x2)),
        lambda x2: lecture_function(Tensor(2.0), x2),
        lambda y_bar, x2: y_bar * (2.0 - Tensor(np.cos(x2.numpy()))),
        Tensor(5.0),
    )
    assert both.judged().verdict == "PASS"
    one = replace(both, adjoint=_by_the_sine_only)
    assert f"{one.stated(Tensor(1.0)).item():.3f}" == "-0.284"
    with pytest.raises(GradientError):
        one.judged()


def _by_the_sine_only(y_bar: Tensor, x2: Tensor) -> Tensor:
    return y_bar * -Tensor(np.cos(x2.numpy()))


def _with_another_transpose(l_bar: Tensor, w: Tensor) -> Tensor:
    """Wᵀ x gᵀ for W x gᵀ."""
    return l_bar * (w.T @ COLUMN @ COLUMN.T)


def test_a_transpose_that_changes_the_shape_is_refused() -> None:
    wrong = replace(RULES["autoencoder"], adjoint=_with_another_transpose)
    with pytest.raises(ShapeError):
        wrong.judged()


def test_softmaxs_jacobian_is_the_engines() -> None:
    """yᵢ (δᵢⱼ − yⱼ), which is exact where all yᵢ are ¼."""
    level = Tensor([3.0] * 4)
    stated = [[(float(i == j) - 0.25) / 4 for j in range(4)] for i in range(4)]
    assert softmax_jacobian(level).numpy().tolist() == stated
    assert jacobian(softmax)(level).numpy().tolist() == stated


def test_swishs_slope_is_the_engines() -> None:
    """½ at 0, where σ is exact, and 1 where σ has rounded to 1."""
    for k, slope in ((0.0, 0.5), (800.0, 1.0)):
        assert swish_slope(Tensor(k)).item() == grad(swish)(k).item() == slope


def test_the_autoencoder_has_fewer_codes_than_entries() -> None:
    assert CODE.shape == (2, 3)


def test_the_table_has_a_line_for_each_rule_with_what_is_measured_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine's last entry is made one too large; nothing else of what rounds is near 1."""
    right = Rule.by_engine

    def off(rule: Rule, out_grad: Tensor) -> Tensor:
        adjoint = right(rule, out_grad)
        return adjoint + Tensor(np.eye(1, adjoint.size, adjoint.size - 1).reshape(adjoint.shape))

    monkeypatch.setattr(Rule, "by_engine", off)
    console = Console(file=StringIO(), width=160)
    with console.capture() as capture:
        console.print(rules_table())
    lines = capture.get().splitlines()
    for rule in RULES.values():
        (line,) = [line for line in lines if line.startswith(f"  {rule.formula} ")]
        assert line.removeprefix(f"  {rule.formula}").split() == [f"{rule.judged().digits(0):.1f}", "1e+00"]
    assert len({rule.judged().digits(0) for rule in RULES.values()}) > 1
