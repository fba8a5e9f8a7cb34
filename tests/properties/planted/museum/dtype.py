"""Bugs of types: values that are right and stand in another dtype, or in no array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
from engine.array import Array, item_of
from engine.ops.conversion import ones_like
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.subject import Pullback
from properties.case import Case
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_engine, in_op, named
from tests.properties.planted.museum.graph import RawScalar
from tests.properties.planted.museum.walks import Homework


class ScalarsForArrays(Reference):
    """An adjoint without axes is what NumPy returns of a sum: a scalar."""

    def pullback(self, case: Case) -> Pullback:
        pull = super().pullback(case)

        def unwrapped(out_grad: Array) -> tuple[Array, ...]:
            return tuple(item_of(adjoint, ()) for adjoint in pull(out_grad))

        return unwrapped


class OfALoss(Homework):
    """ȳ is given as a loss is made, Σ ȳ y, and its backward starts from ones."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        loss = ops.summation(outputs[0] * out_grads[0]) if len(outputs) == 1 else outputs[0]
        seeds = [self.seed(loss)] if len(outputs) == 1 else out_grads
        return super().pulled([loss, *outputs[1:]], variables, seeds)

    def seed(self, loss: Tensor) -> Tensor:
        return ones_like(loss)


class SeedsInDouble(OfALoss):
    """The ones are NumPy's, float64 whatever the loss is."""

    def seed(self, loss: Tensor) -> Tensor:
        return Tensor.make_const(np.ones(loss.shape))


def log_with_one_in_a_list(wrong: bool) -> Row:
    if not wrong:
        return alone("Log")()

    @instead_of(ops.Log)
    class LogByOneOver(ops.Log):
        """ā = ȳ · ([1] / a)."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (Tensor([1.0]) / node.inputs[0])

    return row_of(LogByOneOver())


def relu_with_a_mask_of_integers(wrong: bool) -> Row:
    if not wrong:
        return alone("ReLU")()

    @instead_of(ops.ReLU)
    class ReLUByIntegers(ops.ReLU):
        """The mask is int64, and NumPy says that float32 · int64 is float64."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            mask = np.where(node.inputs[0].realize_cached_data() > 0, 1, 0)
            return RawScalar(mask)(out_grad)

    return row_of(ReLUByIntegers())


EXHIBITS = [
    Exhibit(
        "grad-of-0d-is-python-scalar",
        "dtype",
        wrong="the adjoint of a 0-d input becomes a NumPy scalar after a reduction, not a 0-d ndarray: "
        "isinstance, in-place adds and .shape writes break",
        trigger="0-d arrays",
        source="HIPS/autograd 2de4286; rsokl/MyGrad #373",
        laws=named(""),
        plant=in_engine(alone("Sin"), ScalarsForArrays),
    ),
    Exhibit(
        "backward-seed-float64",
        "dtype",
        wrong="default seed np.ones(shape) (float64) for a float32 output: every adjoint is promoted",
        trigger="float32 graph with the default seed",
        source="homework CirnoTox; dlsyscourse/hw1 old starter; tinygrad/tinygrad fc11808a79",
        laws=named(""),
        plant=in_engine(alone("Sin"), SeedsInDouble, OfALoss),
    ),
    Exhibit(
        "log-grad-one-element-constant",
        "dtype",
        wrong="dx = g * (Tensor([1.0]) / x): the constant has shape (1,) and the default dtype; a 0-d input "
        "gets a (1,) adjoint, and a float32 one is promoted",
        trigger="0-d input, or dtype other than the default; other shapes absorb it by broadcasting",
        source="homework chega8; the float64 ones/x variant in TingxunShi/cmu_dlsys_hw1",
        laws=named(""),
        plant=in_op(log_with_one_in_a_list),
    ),
    Exhibit(
        "relu-mask-int64-promotes",
        "dtype",
        wrong="mask = np.where(x > 0, 1, 0) (int64); float32 g * int64 mask is float64",
        trigger="float32 input; values right",
        source="homework TingxunShi/cmu_dlsys_hw1, LiableFish/dlsyscourse-hw2",
        laws=named(""),
        plant=in_op(relu_with_a_mask_of_integers),
    ),
]
