"""The adjoint rules that the founding documents state, as matrix calculus, and a judge of such statements.

A rule is one formula for x̄, given ȳ and x. ``Stated`` makes it the gradient of an op, which ``check_grads``
compares with numeric derivatives of the op's value, written in NumPy. So the judge of a formula knows neither
the engine's rules nor a tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from engine import (
    Tensor,
    Unary,
    broadcast_to,
    diag,
    jvp,
    outer,
    pullback,
    sigmoid,
    sign,
    silu,
    softmax,
    softmax_loss,
)
from engine.array import Array, Shape, computed, matrix_product, total
from examples.lecture import autoencoder_loss, l1_loss
from properties import Report, check_grads


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """y = f(x) and the statement x̄ = ``adjoint``(ȳ, x), at one point.

    ``formula``: the statement as it is written. ``value``: f in NumPy. ``program``: f on the engine.
    """

    formula: str
    value: Callable[[Array], Array]
    program: Callable[[Tensor], Tensor]
    adjoint: Callable[[Tensor, Tensor], Tensor]
    x: Tensor

    def stated(self, out_grad: Tensor) -> Tensor:
        """x̄ by the statement."""
        return self.adjoint(out_grad, self.x)

    def by_engine(self, out_grad: Tensor) -> Tensor:
        """x̄ by the engine's reverse mode."""
        (x_bar,) = pullback(self.program(self.x), [self.x], out_grad)
        return x_bar

    def judged(self) -> Report:
        """What numeric derivatives say of the statement. Raises ``GradientError`` for a wrong one."""
        return check_grads(Stated(self), (self.x,), modes=("rev",), seed=0)


@dataclass(frozen=True, slots=True, eq=False)
class Stated(Unary):
    """y = f(x), whose gradient is what a document states."""

    rule: Rule

    def compute(self, a: Array) -> Array:
        return self.rule.value(a)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self.rule.adjoint(out_grad, node.inputs[0])

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return jvp(self.rule.program, [node.inputs[0]], [in_tangent])[1]

    def out_shape(self, *shapes: Shape) -> Shape:
        """The shape of f of ones."""
        return self.rule.value(np.ones(shapes[0])).shape


X = Tensor([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]], requires_grad=False)
W = Tensor([[2.0, 1.0], [-1.0, 0.5], [3.0, -2.0]], requires_grad=False)
ROW = Tensor([1.0, -2.0, 0.5])
KINKLESS = Tensor([0.5, -1.0, 2.0])
TARGETS = Tensor([1.0, -2.0], requires_grad=False)
CODE = Tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]])
COLUMN = Tensor([[2.0], [1.0], [-1.0]], requires_grad=False)
LABEL = 2


def swish_slope(k: Tensor) -> Tensor:
    """σ(k) + k σ(k) (1 − σ(k))."""
    s = sigmoid(k)
    return s + k * s * (1 - s)


def softmax_jacobian(z: Tensor) -> Tensor:
    """∂yᵢ/∂zⱼ = yᵢ (δᵢⱼ − yⱼ), the matrix diag(y) − y yᵀ."""
    y = softmax(z)
    return diag(y) - outer(y, y)


def cross_entropy_gradient(z: Tensor, label: int) -> Tensor:
    """softmax(z) − eₖ."""
    return softmax(z) - Tensor(np.eye(z.size), requires_grad=False)[label]


def l1_gradient(w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """−Xᵀ sign(y − X w)."""
    return -(x.T @ sign(y - x @ w))


def autoencoder_gradient(w: Tensor, x: Tensor) -> Tensor:
    """W x gᵀ + W g xᵀ, with g = WᵀW x − x."""
    g = w.T @ (w @ x) - x
    return w @ x @ g.T + w @ g @ x.T


def _softmax(z: Array) -> Array:
    weights: Array = np.exp(z)
    return weights / total(weights, (0,), keepdims=True)


def _autoencoder(w: Array) -> Array:
    x = COLUMN.numpy()
    g = matrix_product(matrix_product(w.T, w), x) - x
    return total(g * g, (0, 1), keepdims=False) / 2


RULES: Mapping[str, Rule] = {
    "product, left": Rule(
        "Z = XW: X̄ = Z̄ Wᵀ",
        lambda x: matrix_product(x, W.numpy()),
        lambda x: x @ W,
        lambda z_bar, x: z_bar @ W.T,
        Tensor(X),
    ),
    "product, right": Rule(
        "Z = XW: W̄ = Xᵀ Z̄",
        lambda w: matrix_product(X.numpy(), w),
        lambda w: X @ w,
        lambda z_bar, w: X.T @ z_bar,
        Tensor(W),
    ),
    "broadcast": Rule(
        "yᵢⱼ = aⱼ: āⱼ = Σᵢ ȳᵢⱼ",
        lambda a: computed(np.stack([a, a])),
        lambda a: broadcast_to(a, (2, 3)),
        lambda y_bar, a: y_bar.sum(0),
        ROW,
    ),
    "sum": Rule(
        "yⱼ = Σᵢ aᵢⱼ: āᵢⱼ = ȳⱼ",
        lambda a: total(a, (0,), keepdims=False),
        lambda a: a.sum(0),
        lambda y_bar, a: broadcast_to(y_bar, a.shape),
        Tensor(X),
    ),
    "swish": Rule(
        "y = k σ(k): k̄ = ȳ (σ(k) + k σ(k) (1 − σ(k)))",
        lambda k: k / (1 + np.exp(-k)),
        silu,
        lambda y_bar, k: y_bar * swish_slope(k),
        KINKLESS,
    ),
    "softmax": Rule(
        "yᵢ = softmax(z)ᵢ: z̄ⱼ = Σᵢ ȳᵢ yᵢ (δᵢⱼ − yⱼ)",
        _softmax,
        softmax,
        lambda y_bar, z: y_bar @ softmax_jacobian(z),
        ROW,
    ),
    "cross entropy": Rule(
        "L = −log softmax(z)ₖ: z̄ = L̄ (softmax(z) − eₖ)",
        lambda z: computed(-np.log(_softmax(z)[LABEL])),
        lambda z: softmax_loss(z.reshape(1, -1), [LABEL]),
        lambda l_bar, z: l_bar * cross_entropy_gradient(z, LABEL),
        ROW,
    ),
    "L1": Rule(
        "L = ‖y − Xw‖₁: w̄ = −L̄ Xᵀ sign(y − Xw)",
        lambda w: total(computed(np.abs(TARGETS.numpy() - matrix_product(X.numpy(), w))), (0,), False),
        lambda w: l1_loss(w, X, TARGETS),
        lambda l_bar, w: l_bar * l1_gradient(w, X, TARGETS),
        KINKLESS,
    ),
    "autoencoder": Rule(
        "L = ½‖WᵀWx − x‖²: W̄ = L̄ (W x gᵀ + W g xᵀ), g = WᵀWx − x",
        _autoencoder,
        lambda w: autoencoder_loss(w, COLUMN),
        lambda l_bar, w: l_bar * autoencoder_gradient(w, COLUMN),
        CODE,
    ),
}
"""The sources' rules, each as it is right."""


def rules_table() -> Table:
    """Each rule, the digits that numeric derivatives certify of it, and how far the engine's adjoint is."""
    table = Table("adjoint rule", box=box.SIMPLE_HEAD)
    table.add_column("digits certified", justify="right")
    table.add_column("largest difference from the engine's", justify="right")
    for rule in RULES.values():
        y = rule.program(rule.x)
        weights = Tensor(np.arange(1.0, y.size + 1).reshape(y.shape), requires_grad=False)
        difference = rule.stated(weights).numpy() - rule.by_engine(weights).numpy()
        table.add_row(Text(rule.formula), f"{rule.judged().digits(0):.1f}", f"{np.abs(difference).max():.0e}")
    return table
