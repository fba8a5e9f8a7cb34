"""Bugs of numbers at the ends: 0 · ∞, what overflows unselected, and digits that are lost in the tails."""

from __future__ import annotations

import numpy as np

from engine import ops
from engine.array import Array, as_array, total
from engine.ops.broadcasting import sum_to
from engine.tensor import Tensor
from properties.rows import Row
from tests.properties.planted.bug import alone, instead_of, row_of
from tests.properties.planted.museum.deviation import standardised_with_a_misplaced_eps
from tests.properties.planted.museum.exhibit import Exhibit, in_op, named


def absolute_by_a_quotient(wrong: bool) -> Row:
    if not wrong:
        return alone("Abs")()

    @instead_of(ops.Abs)
    class AbsByQuotient(ops.Abs):
        """y′ = a / |a|."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (node.inputs[0] / node)

    return row_of(AbsByQuotient())


def cross_entropy_of_probabilities(wrong: bool) -> Row:
    if not wrong:
        return alone("CrossEntropy")()

    @instead_of(ops.CrossEntropy)
    class CrossEntropyOfProbabilities(ops.CrossEntropy):
        """y = −Σ t log p, p̄ = −ȳ t / p, of probabilities p that may have become 0."""

        def compute(self, a: Array, b: Array) -> Array:
            logits = as_array(a.astype(np.result_type(a, b)))
            p = ops.Softmax((a.ndim - 1,)).compute(logits)
            return as_array(total(b * np.log(p), tuple(range(a.ndim)), keepdims=False) / -self._rows(a.shape))

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            logits, weights = (ops.astype(x, node.dtype) for x in node.inputs)
            p = ops.softmax(logits)
            scale = out_grad / -self._rows(logits.shape)
            p_bar = scale * weights / p
            logits_bar = p * (p_bar - ops.summation(p * p_bar, -1, keepdims=True))
            return sum_to(logits_bar, node.inputs[0]), sum_to(scale * ops.log(p), node.inputs[1])

    return row_of(CrossEntropyOfProbabilities())


def power_by_an_unguarded_logarithm(wrong: bool) -> Row:
    if not wrong:
        return alone("EWisePow")()

    @instead_of(ops.EWisePow)
    class PowerUnguarded(ops.EWisePow):
        """ā = ȳ b aᵇ⁻¹, b̄ = ȳ y log a, as the formulas stand."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, Tensor]:
            a, b = (ops.astype(x, node.dtype) for x in node.inputs)
            by_base, by_exponent = b * a ** (b - 1), node * ops.log(a)
            return sum_to(out_grad * by_base, node.inputs[0]), sum_to(out_grad * by_exponent, node.inputs[1])

    return row_of(PowerUnguarded())


def cross_entropy_of_a_ratio(wrong: bool) -> Row:
    if not wrong:
        return alone("CrossEntropy")()

    @instead_of(ops.CrossEntropy)
    class CrossEntropyOfARatio(ops.CrossEntropy):
        """The exponentials are taken of the logits as they are."""

        def compute(self, a: Array, b: Array) -> Array:
            logits = as_array(a.astype(np.result_type(a, b)))
            weights = as_array(np.exp(logits))
            logs = np.log(weights / total(weights, (a.ndim - 1,), keepdims=True))
            terms = np.where(b == 0, 0, b * logs)
            return as_array(total(terms, tuple(range(a.ndim)), keepdims=False) / -self._rows(a.shape))

    return row_of(CrossEntropyOfARatio())


def relu_by_a_product(wrong: bool) -> Row:
    if not wrong:
        return alone("ReLU")()

    @instead_of(ops.ReLU)
    class ReLUByProduct(ops.ReLU):
        """y = a · (a > 0)."""

        def compute(self, a: Array) -> Array:
            return a * (a > 0)

    return row_of(ReLUByProduct())


def elu_through_both_branches(wrong: bool) -> Row:
    if not wrong:
        return alone("Elu")()

    @instead_of(ops.Elu)
    class EluOfBothBranches(ops.Elu):
        """Its rule goes through the branch that was not selected, with an adjoint of 0."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            above = ops.step(a.detach())
            return out_grad * above + (out_grad * (1 - above)) * (self.alpha * ops.exp(a))

    return row_of(EluOfBothBranches(1.0))


def power_with_a_branch_of_its_own(wrong: bool) -> Row:
    if not wrong:
        return alone("PowerScalar")()

    @instead_of(ops.PowerScalar)
    class PowerByBranches(ops.PowerScalar):
        """ā = ȳ n y / a, and at a = 0 the slope, 1 for n = 1, alone."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            zero = as_array((a.realize_cached_data() == 0).astype(a.dtype))
            mark = Tensor.make_const(zero)
            there = mark * float(self.scalar == 1)
            return ops.where(mark, there, out_grad * self.scalar * node / (a + mark))

    return row_of(PowerByBranches(2.0))


def sigmoid_by_its_value(wrong: bool) -> Row:
    if not wrong:
        return alone("Sigmoid")()

    @instead_of(ops.Sigmoid)
    class SigmoidByValue(ops.Sigmoid):
        """y′ = y (1 − y)."""

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad * (node * (1 - node))

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * (node * (1 - node))

    return row_of(SigmoidByValue())


EXHIBITS = [
    Exhibit(
        "abs-grad-x-over-abs",
        "numerics",
        op="abs",
        subtlety=3,
        wrong="dx = g * x/abs(x): nan at 0 (only one of the two aliases abs and absolute was repaired)",
        trigger="x == 0 exactly; the unrepaired alias",
        source="HIPS/autograd 2df6a84, 4209341 (#100); Theano b1ff32350",
        laws=named(
            "zero_cotangent_gives_zero subgradient_lies_between_sides kink_convention_holds "
            "extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(absolute_by_a_quotient),
    ),
    Exhibit(
        "cross-entropy-zero-times-log-zero",
        "numerics",
        op="cross_entropy",
        subtlety=3,
        wrong="loss = -sum(y*log(p)) with p a finite-precision softmax: y == 0 and p == 0 gives 0*-inf; "
        "gradient -y/p gives 0/0 = nan",
        trigger="a class probability underflows to 0 (logit gap > 104 float32, > 745 float64)",
        source="a training script",
        laws=named("extreme_values_are_as_declared"),
        plant=in_op(cross_entropy_of_probabilities),
    ),
    Exhibit(
        "pow-exponent-grad-log-unguarded",
        "numerics",
        op="pow",
        subtlety=3,
        wrong="for y = a**b: db = g*a**b*log(a) unguarded (0*-inf = nan at a == 0), and da = g*b*a**(b-1), "
        "inf*0 = nan at a == 0 with b < 1",
        trigger="base exactly 0 (or negative with an integer-valued exponent)",
        source="homework; also pytorch #27134, HIPS/autograd cbf5c42 (#149), ml-explore/mlx #628",
        laws=named("extreme_values_are_as_declared derivative_is_accurate"),
        plant=in_op(power_by_an_unguarded_logarithm),
    ),
    Exhibit(
        "softmax-loss-log-of-ratio-overflow",
        "numerics",
        op="softmax_loss",
        subtlety=3,
        wrong="loss = -log(sum(onehot*exp(z)) / sum(exp(z))) without subtracting the row maximum: inf/inf = "
        "nan for large logits, log(0) = -inf where the true logit is far below the rest",
        trigger="|logit| > 88 (float32) or > 709 (float64), or a gap > 104 / 745",
        source="homework of dlsyscourse",
        laws=named("extreme_values_are_as_declared"),
        plant=in_op(cross_entropy_of_a_ratio),
    ),
    Exhibit(
        "relu-as-product-nan-at-minus-inf",
        "numerics",
        op="relu",
        subtlety=4,
        wrong="compute(x) = x * (x > 0): -inf * 0 = nan",
        trigger="x == -inf (masked logits); for finite x only the sign of zero differs",
        source="a training script; also homework TingxunShi/cmu_dlsys_hw1, Salehbigdeli/hw2",
        laws=named("extreme_values_are_as_declared"),
        plant=in_op(relu_by_a_product),
    ),
    Exhibit(
        "where-unselected-branch-overflow",
        "numerics",
        op="where",
        subtlety=4,
        wrong="elu(x) = where(x > 0, x, alpha*(exp(x) - 1)) differentiated through both branches: for large "
        "x the unselected exp overflows and its adjoint is 0*inf = nan",
        trigger="x large enough for exp(x) to overflow (89 float32, 710 float64); forward value is right",
        source="jax-ml/jax b0805a8a31, #347, #5798; pytorch #68425",
        laws=named("extreme_values_are_as_declared derivative_is_accurate"),
        plant=in_op(elu_through_both_branches),
    ),
    Exhibit(
        "pow-zero-base-branch-forgets-cotangent",
        "numerics",
        op="pow",
        subtlety=5,
        wrong="base adjoint computed as where(a == 0, d0, g*b*y/a) with d0 = (b == 1) the local derivative "
        "at zero: the special branch is not multiplied by g",
        trigger="a exactly 0 and b == 1 and cotangent != 1",
        source="tinygrad/tinygrad 73af42aeab (0/0 form), 990c240b82 (branch repaired)",
        laws=named(
            "gradient_is_linear_in_out_grad gradient_is_differentiable modes_agree_in_second_order "
            "extreme_values_are_as_declared derivative_is_accurate"
        ),
        plant=in_op(power_with_a_branch_of_its_own),
    ),
    Exhibit(
        "sigmoid-derivative-saturates-to-zero",
        "numerics",
        op="sigmoid",
        subtlety=5,
        wrong="local derivative from the output alone, s*(1-s): on the saturated side s rounds to 1, so the "
        "result is exactly 0 although the true value exp(-x) is representable",
        trigger="x > 37 (float64) or > 17 (float32), compared relatively",
        source="jax-ml/jax 893b483e3f",
        laws=named(
            "tangent_matches_numeric gradient_matches_numeric pullback_of_pullback_is_pushforward "
            "derivative_is_accurate"
        ),
        plant=in_op(sigmoid_by_its_value),
    ),
    Exhibit(
        "std-grad-eps-misplaced",
        "numerics",
        op="standardize",
        subtlety=5,
        wrong="y = (x-mu)/(s+eps), s = sqrt(var): backward through s uses 0.5/(s+eps) for ds/dvar, and 1/var "
        "for 1/(s+eps)**2",
        trigger="eps not negligible against s (near-constant rows)",
        source="chainer/chainer 06fee7326d",
        laws=named(
            "gradient_matches_numeric gradient_is_adjoint_of_tangent gradient_is_differentiable "
            "hessian_is_symmetric modes_agree_in_second_order pullback_of_pullback_is_pushforward"
        ),
        plant=in_op(standardised_with_a_misplaced_eps),
    ),
]
