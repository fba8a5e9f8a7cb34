"""The programs of the founding documents, each at numbers of its own, for its trace and its picture.

Numbers of arrays are whole or dyadic, so that sums and products of them are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine import (
    Tensor,
    absolute,
    exp,
    log,
    logsumexp,
    matmul,
    multiply,
    ones_like,
    sigmoid,
    sin,
    sumofsquares,
)
from examples.trace import Trace, trace


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A formula of the documents, and the graph that it made at some numbers.

    ``inputs``: the variables; in the forward mode of the trace the first one moves, by ones. ``out_grad``:
    the cotangent, ones by default.
    """

    title: str
    output: Tensor
    inputs: tuple[Tensor, ...]
    names: Mapping[Tensor, str] = field(default_factory=dict[Tensor, str])
    out_grad: Tensor | None = None

    def trace(self) -> Trace:
        """The evaluation trace, in both modes."""
        moved = self.inputs[0]
        return trace(self.output, {moved: ones_like(moved)}, self.out_grad, self.names)


def lecture_function(x1: Tensor, x2: Tensor) -> Tensor:
    """y = ln x₁ + x₁ x₂ − sin x₂, of two numbers."""
    return log(x1) + x1 * x2 - sin(x2)


def lecture_program() -> Program:
    """The lecture's example: two inputs, each used twice."""
    x1, x2 = Tensor(2.0), Tensor(5.0)
    return Program("y = ln x1 + x1 x2 − sin x2 at (2, 5)", lecture_function(x1, x2), (x1, x2))


def swish_program() -> Program:
    """y = k σ(k), with its product in the open: ȳ goes to k directly and through σ."""
    k = Tensor(1.5)
    gate = sigmoid(k)
    y = multiply(k, gate)
    return Program("swish y = k σ(k) at 1.5", y, (k,), {k: "k", gate: "s", y: "y"})


def autoencoder_loss(w: Tensor, x: Tensor) -> Tensor:
    """L = ½ ‖Wᵀ W x − x‖² of weights (m, n) and a column (n, 1)."""
    return sumofsquares(matmul(w.T, matmul(w, x)) - x) / 2


def autoencoder_program() -> Program:
    """The autoencoder with tied weights: two paths lead from L to W."""
    w = Tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]])
    x = Tensor([[2.0], [1.0], [-1.0]])
    code = matmul(w, x)
    decoder = w.T
    guess = matmul(decoder, code)
    error = guess - x
    loss = sumofsquares(error) / 2
    names = {w: "W", x: "x", code: "h", decoder: "D", guess: "z", error: "g", loss: "L"}
    return Program("autoencoder L = ½‖WᵀWx − x‖²", loss, (w, x), names)


def l1_loss(w: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """L(w) = ‖y − X w‖₁ of weights (n,) or (n, 1), inputs (N, n) and targets (N,) or (N, 1)."""
    return absolute(y - matmul(x, w)).sum()


def l1_program() -> Program:
    """L1 regression: X and y are constants, and no derivative goes there."""
    x = Tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]], requires_grad=False)
    y = Tensor([[1.0], [-2.0], [3.0]], requires_grad=False)
    w = Tensor([[0.5], [-1.0]])
    loss = l1_loss(w, x, y)
    return Program("L1 regression L(w) = ‖y − Xw‖₁", loss, (w,), {w: "w", x: "X", y: "y", loss: "L"})


def softmax_of(z: Tensor) -> Tensor:
    """yᵢ = exp zᵢ / Σⱼ exp zⱼ in the open: the exponentials are used twice. For z of moderate size."""
    weights = exp(z)
    return weights / weights.sum()


def softmax_program() -> Program:
    """Softmax; with the cotangent e₁ the adjoint of z is the first row of the Jacobian, y₁ (δ₁ⱼ − yⱼ)."""
    z = Tensor([1.0, 2.0, 0.0])
    y = softmax_of(z)
    first = Tensor([1.0, 0.0, 0.0])
    return Program("softmax y = exp z / Σ exp z, with ȳ = e₁", y, (z,), {z: "z", y: "y"}, first)


def cross_entropy_of(z: Tensor, target: Tensor) -> Tensor:
    """L = log Σⱼ exp zⱼ − ⟨t, z⟩ of logits and a one-hot target, which is −log softmax(z) at its 1."""
    return logsumexp(z) - (target * z).sum()


def cross_entropy_program() -> Program:
    """The cross entropy of softmax for the class 1: the adjoint of z is softmax(z) − e₁."""
    z = Tensor([1.0, 2.0, 0.0])
    target = Tensor([1.0, 0.0, 0.0], requires_grad=False)
    loss = cross_entropy_of(z, target)
    names = {z: "z", target: "e1", loss: "L"}
    return Program("cross entropy L = log Σ exp z − z₁", loss, (z,), names)
