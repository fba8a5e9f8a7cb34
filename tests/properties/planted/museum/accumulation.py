"""Bugs of adding up: contributions, seeds, and what an earlier pass left behind."""

from __future__ import annotations

from collections.abc import Sequence

from engine.array import Array
from engine.ops.conversion import ones_like
from engine.reverse import pullback
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.subject import Pullback
from properties.case import Case
from tests.properties.planted.bug import alone, graphs_of, programs_of
from tests.properties.planted.museum.exhibit import Exhibit, in_engine, named
from tests.properties.planted.museum.walks import Homework


class HandingOnTheFirst(Homework):
    """The contributions are summed up for ``grad``, and the rule is given the first of them."""

    def backward(self, order: Sequence[Tensor], output: Tensor, out_grad: Tensor) -> None:
        contributions = {output: [out_grad]}
        for node in reversed(order):
            if node in contributions:
                first, *rest = contributions[node]
                node.grad = sum(rest, start=first)
                for value, part in self.parts(node, first, order):  # wrong: node.grad
                    contributions.setdefault(value, []).append(part)


class FalsySeed(Reference):
    """``out_grad if out_grad else ones``, of a cotangent with one entry; others have no truth value."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        seeds = [ones_like(seed) if seed.shape == () and not seed else seed for seed in out_grads]
        return pullback(outputs, variables, seeds)


class LeavesZeroed(Homework):
    """Values keep their ``grad`` from pass to pass; those of leaves a user zeroes, and the root's is set."""

    def clear(self, order: Sequence[Tensor]) -> None:
        for value in order:
            if value.is_leaf():
                value.grad = None


class BufferOfTheGraph(Reference):
    """The adjoints' buffer is made with the graph, and each call of the pullback adds to it."""

    def pullback(self, case: Case) -> Pullback:
        pull = super().pullback(case)
        buffer = [array * 0 for array in case.variable_arrays()]

        def adding(out_grad: Array) -> tuple[Array, ...]:
            buffer[:] = [known + adjoint for known, adjoint in zip(buffer, pull(out_grad), strict=True)]
            return tuple(buffer)

        return adding


EXHIBITS = [
    Exhibit(
        "backward-discards-summed-adjoint",
        "accumulation",
        op="accumulate",
        subtlety=2,
        wrong="the sum of the contributions is computed, but the unsummed list (or its first element) is "
        "handed to op.gradient",
        trigger="a tensor with two or more consumers",
        source="homework of dlsyscourse",
        laws=named("gradient_matches_numeric gradient_is_sum_over_paths"),
        plant=in_engine(graphs_of("EWiseAdd", "Negate"), HandingOnTheFirst, Homework),
    ),
    Exhibit(
        "backward-falsy-seed-replaced",
        "accumulation",
        op="backward",
        subtlety=3,
        wrong="seed = out_grad if out_grad else ones: an explicit zero 0-d cotangent is falsy and is "
        "replaced by ones",
        trigger="explicit zero cotangent (linearity at 0)",
        source="homework of dlsyscourse; dlsyscourse/hw1 starter",
        laws=named("gradient_is_linear_in_out_grad zero_cotangent_gives_zero product_rule_holds"),
        plant=in_engine(alone("Sin"), FalsySeed),
    ),
    Exhibit(
        "intermediate-grads-not-reset",
        "accumulation",
        op="backward",
        subtlety=4,
        wrong="backward() accumulates into .grad of all nodes and only leaves are zeroed by the user; on "
        "the second call the stale grads of intermediates are propagated again",
        trigger="second backward() on the same graph",
        source="karpathy/micrograd #53, PR #102",
        laws=named("second_call_is_identical"),
        plant=in_engine(programs_of("Sin", "EWiseMul"), LeavesZeroed, Homework),
    ),
    Exhibit(
        "vjp-closure-accumulates-across-calls",
        "accumulation",
        op="backward",
        subtlety=4,
        wrong="the pullback captures an adjoint buffer created when the graph was built and adds into it "
        "on every call",
        trigger="the pullback is called twice (a Jacobian assembled row by row)",
        source="SciML/SciMLBase #1237",
        laws=named(
            "inputs_are_not_mutated gradient_has_type_of_input gradient_matches_numeric "
            "gradient_is_adjoint_of_tangent gradient_is_linear_in_out_grad zero_cotangent_gives_zero "
            "product_rule_holds gradient_is_sum_over_paths gradient_of_several_outputs_is_sum "
            "extreme_values_are_as_declared unused_input_has_zero_gradient detached_value_stops_gradient "
            "second_call_is_identical laziness_is_unobservable"
        ),
        plant=in_engine(alone("Sin"), BufferOfTheGraph),
    ),
]
