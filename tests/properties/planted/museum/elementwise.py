"""Bugs of ops that make an entry of an entry: slips in a formula, and conventions at a tie or a bound."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array, as_array
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def power_of_an_input_not_unpacked(wrong: bool) -> Row:
    """No checker lets a name pass that is bound nowhere; so what Python makes of it is written down."""
    if not wrong:
        return alone("PowerScalar")()

    @instead_of(ops.PowerScalar)
    class PowerOfNoName(ops.PowerScalar):
        """Its rule says x, and nothing is called so."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            raise NameError("name 'x' is not defined")

    return row_of(PowerOfNoName(2.0))


def relu_that_returns_nothing(wrong: bool) -> Row:
    """No checker lets it pass; so None is handed to what an engine does with every result."""
    if not wrong:
        return alone("ReLU")()

    @instead_of(ops.ReLU)
    class ReLUOfNothing(ops.ReLU):
        """Its value is None."""

        def compute(self, a: Array) -> Array:
            np.maximum(a, 0)
            return as_array(None)

    return row_of(ReLUOfNothing())


def silu_with_a_lost_term(wrong: bool) -> Row:
    if not wrong:
        return alone("Silu")()

    @instead_of(ops.Silu)
    class SiluOfWrongSigns(ops.Silu):
        """y = a / (1 − e), and y′ = (1 − e) / (1 − e)², with e = exp(−a)."""

        def compute(self, a: Array) -> Array:
            return as_array(a / (1 - np.exp(-a)))

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            away = 1 - ops.exp(-node.inputs[0])
            return out_grad * (away / away**2)

    return row_of(SiluOfWrongSigns())


def power_0_that_hands_on(wrong: bool) -> Row:
    if not wrong:
        return alone("PowerScalar")()

    @instead_of(ops.PowerScalar)
    class PowerOfNone(ops.PowerScalar):
        """The adjoint of a⁰ is ȳ."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return ops.PowerScalar.gradient(self, out_grad, node) if self.scalar else out_grad

    return row_of(PowerOfNone(2.0))


def sigmoid_of_a_sigmoid(wrong: bool) -> Row:
    if not wrong:
        return alone("Sigmoid")()

    @instead_of(ops.Sigmoid)
    class SigmoidAtActivation(ops.Sigmoid):
        """Its slope is asked for at σ(a)."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            again = ops.sigmoid(node)
            return out_grad * (again * (1 - again))

    return row_of(SigmoidAtActivation())


def clip_of_minimum_and_maximum(wrong: bool) -> Row:
    if not wrong:
        return alone("Clip")()

    @instead_of(ops.Clip)
    class ClipByTies(ops.Clip):
        """Its rules are those of minimum(maximum(a, low), high)."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * self._shares(node)

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * self._shares(node)

        def _shares(self, node: Tensor) -> Tensor:
            """1 inside, 0 outside, 1/2 at a bound."""
            a = node.inputs[0].detach()
            share = ops.ones_like(a)
            if self.low is not None:
                share = share * (ops.sign(a - self.low) + 1) / 2
            return share if self.high is None else share * (ops.sign(self.high - a) + 1) / 2

    return row_of(ClipByTies())


def maximum_with_all_to_both(wrong: bool) -> Row:
    if not wrong:
        return alone("Maximum")()

    @instead_of(ops.Maximum)
    class MaximumForBoth(ops.Maximum):
        """ā = ȳ where a ≥ b, b̄ = ȳ where b ≥ a."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = node.inputs
            less, more = (ops.step(x.detach() - y.detach()) for x, y in ((b, a), (a, b)))
            return sum_to(out_grad * (1 - less), a), sum_to(out_grad * (1 - more), b)

    return row_of(MaximumForBoth())


def power_without_its_exponent(wrong: bool) -> Row:
    if not wrong:
        return alone("PowerScalar")()

    @instead_of(ops.PowerScalar)
    class PowerAsSquare(ops.PowerScalar):
        """ā = ȳ n a."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (self.scalar * node.inputs[0])

    return row_of(PowerAsSquare(2.0))


EXHIBITS = [
    Exhibit(
        "power-scalar-grad-undefined-name",
        "elementwise",
        op="power_scalar",
        subtlety=1,
        wrong="gradient(g, node) uses a name for the input that is never bound, as the input is not "
        "unpacked from node.inputs: the first backward raises NameError; the forward value is fine",
        trigger="first backward through the op (a forward-only test passes)",
        source="homework of dlsyscourse",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds place_is_unobservable gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared "
            "unused_input_has_zero_gradient second_call_is_identical each_rule_is_called_once "
            "laziness_is_unobservable unread_gradient_costs_nothing derivative_is_accurate"
        ),
        plant=in_op(power_of_an_input_not_unpacked),
    ),
    Exhibit(
        "relu-forward-missing-return",
        "elementwise",
        op="relu",
        subtlety=1,
        wrong="compute(a) evaluates np.maximum(a, 0) as a statement and falls off the end, so the value is "
        "None",
        trigger="every call",
        source="homework of dlsyscourse (same slip: Reshape.compute in AryamanJaggi/hw1; arctan backward in "
        "rsokl/MyGrad c26f3af3)",
        laws=named(
            "value_matches_reference inputs_are_not_mutated gradient_has_type_of_input "
            "tangent_has_type_of_output tangent_matches_numeric gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds place_is_unobservable gradient_is_sum_over_paths "
            "gradient_of_several_outputs_is_sum gradient_is_differentiable hessian_is_symmetric "
            "modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward third_order_matches_numeric "
            "subgradient_lies_between_sides kink_convention_holds extreme_values_are_as_declared "
            "unused_input_has_zero_gradient detached_value_stops_gradient second_call_is_identical "
            "every_value_is_visited_once inputs_come_before_users inputs_are_visited_left_to_right "
            "order_is_reproducible each_rule_is_called_once each_tangent_rule_is_called_once "
            "laziness_is_unobservable each_value_computes_once unread_gradient_costs_nothing "
            "derivative_is_accurate"
        ),
        plant=in_op(relu_that_returns_nothing),
    ),
    Exhibit(
        "swish-derivative-lost-term",
        "elementwise",
        op="swish",
        subtlety=2,
        wrong="derivative of x/(1 + exp(-x)) written as (1 - exp(-x))/(1 - exp(-x))**2: the x*exp(-x) term "
        "is lost and both signs of the exponential are flipped (the forward divides by 1 - exp(-x) too)",
        trigger="every input; division by zero at x = 0",
        source="a page of notes on activations (forward sign and derivative; the forward is repaired further "
        "down)",
        laws=named(
            "value_matches_reference gradient_matches_numeric gradient_is_adjoint_of_tangent "
            "zero_cotangent_gives_zero gradient_is_differentiable modes_agree_in_second_order "
            "pullback_of_pullback_is_pushforward extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(silu_with_a_lost_term),
    ),
    Exhibit(
        "integer-pow-zero-exponent-returns-cotangent",
        "elementwise",
        op="power_scalar",
        subtlety=3,
        wrong="special case for n == 0 returns g (or ones_like(x)) instead of zero",
        trigger="n == 0 only",
        source="jax-ml/jax 0a89fc83cb and 6fe573147e (#17995)",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent pullback_of_pullback_is_pushforward "
            "extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(power_0_that_hands_on),
    ),
    Exhibit(
        "sigmoid-grad-evaluated-at-activation",
        "elementwise",
        op="sigmoid",
        subtlety=3,
        wrong="the layer keeps a = sigma(z) and calls dsigmoid(a), dsigmoid(t) = sigma(t)*(1 - sigma(t)): "
        "the local derivative is between 0.196 and 0.25 whatever z is",
        trigger="every z; the factor is a positive near-constant, so training still descends",
        source="a training script",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "modes_agree_in_second_order pullback_of_pullback_is_pushforward "
            "extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(sigmoid_of_a_sigmoid),
    ),
    Exhibit(
        "clip-composed-of-min-max-halves-boundary",
        "elementwise",
        op="clip",
        subtlety=4,
        wrong="clip(x, lo, hi) built as minimum(maximum(x, lo), hi) with tie-splitting min and max: at "
        "x == lo or x == hi the gradient is g/2",
        trigger="x exactly equal to a bound",
        source="tinygrad/tinygrad e8879f7e31; pytorch #76522",
        laws=named("kink_convention_holds extreme_values_are_as_declared"),
        plant=in_op(clip_of_minimum_and_maximum),
    ),
    Exhibit(
        "maximum-tie-full-cotangent-both",
        "elementwise",
        op="maximum",
        subtlety=4,
        wrong="da = g*(a >= b), db = g*(b >= a): at a tie both sides receive the full cotangent",
        trigger="exact ties a[i] == b[i], e.g. maximum(x, x), maximum(x, 0) at 0",
        source="HIPS/autograd 855fa5a (#141); also Theano d308c69a7, rsokl/MyGrad 78eafdb5, pytorch #56734",
        laws=named("gradient_is_adjoint_of_tangent kink_convention_holds extreme_values_are_as_declared"),
        plant=in_op(maximum_with_all_to_both),
    ),
    Exhibit(
        "power-scalar-grad-exponent-dropped",
        "elementwise",
        op="power_scalar",
        subtlety=4,
        wrong="dx = g * n * x: the power x**(n-1) became x",
        trigger="n != 2 (right for n == 2, the exponent of most fixed tests)",
        source="homework ACZD254/Reverse-Mode-Automatic-Differenctiation",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "modes_agree_in_second_order pullback_of_pullback_is_pushforward "
            "extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(power_without_its_exponent),
    ),
]
