"""Bugs of types: values that are right and stand in another dtype, or in no array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
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
    """Adjoints are added to 0, and of an array without axes NumPy makes a scalar then."""

    def pullback(self, case: Case) -> Pullback:
        pull = super().pullback(case)

        return lambda out_grad: tuple(adjoint + 0 for adjoint in pull(out_grad))


class SeedsInDouble(Homework):
    """ȳ is scaled from the ones that backward begins with, and these are NumPy's: float64, whatever y is."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        seeds = [Tensor.make_const(np.ones(seed.shape)) * seed for seed in out_grads]
        return super().pulled(outputs, variables, seeds)


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
        op="accumulate",
        subtlety=3,
        wrong="the adjoint of a 0-d input becomes a NumPy scalar after a reduction, not a 0-d ndarray: "
        "isinstance, in-place adds and .shape writes break",
        trigger="0-d arrays",
        source="HIPS/autograd 2de4286; rsokl/MyGrad #373",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "extreme_values_are_as_declared unused_input_has_zero_gradient detached_value_stops_gradient "
            "second_call_is_identical laziness_is_unobservable"
        ),
        plant=in_engine(alone("Sin"), ScalarsForArrays),
    ),
    Exhibit(
        "backward-seed-float64",
        "dtype",
        op="backward",
        subtlety=4,
        wrong="default seed np.ones(shape) (float64) for a float32 output: every adjoint is promoted",
        trigger="float32 graph with the default seed",
        source="homework CirnoTox; dlsyscourse/hw1 old starter; tinygrad/tinygrad fc11808a79",
        laws=named("gradient_has_type_of_input extreme_values_are_as_declared derivative_is_accurate"),
        plant=in_engine(alone("Sin"), SeedsInDouble, Homework),
    ),
    Exhibit(
        "log-grad-one-element-constant",
        "dtype",
        op="log",
        subtlety=4,
        wrong="dx = g * (Tensor([1.0]) / x): the constant has shape (1,) and the default dtype; a 0-d input "
        "gets a (1,) adjoint, and a float32 one is promoted",
        trigger="0-d input, or dtype other than the default; other shapes absorb it by broadcasting",
        source="homework chega8; the float64 ones/x variant in TingxunShi/cmu_dlsys_hw1",
        laws=named(
            "gradient_has_type_of_input gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds "
            "gradient_is_sum_over_paths gradient_of_several_outputs_is_sum gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared laziness_is_unobservable "
            "derivative_is_accurate"
        ),
        plant=in_op(log_with_one_in_a_list),
    ),
    Exhibit(
        "relu-mask-int64-promotes",
        "dtype",
        op="relu",
        subtlety=4,
        wrong="mask = np.where(x > 0, 1, 0) (int64); float32 g * int64 mask is float64",
        trigger="float32 input; values right",
        source="homework TingxunShi/cmu_dlsys_hw1, LiableFish/dlsyscourse-hw2",
        laws=named(
            "gradient_has_type_of_input modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared laziness_is_unobservable "
            "derivative_is_accurate"
        ),
        plant=in_op(relu_with_a_mask_of_integers),
    ),
]
