"""Bugs of the graph: how it is sorted, walked, switched off and made smaller."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine import ops
from engine.array import Array, as_array
from engine.catalogue import op
from engine.domain import Domain
from engine.kinds import Elementwise, Unary
from engine.tensor import Tensor
from properties.adapters.reference import Reference
from properties.adapters.reference_calls import apply
from properties.case import Case
from properties.references import refer_entry
from properties.rows import Row
from tests.properties.planted import wrong_graphs, wrong_modes
from tests.properties.planted.bug import alone, graphs_of, programs_of, row_of
from tests.properties.planted.museum.exhibit import Exhibit, in_engine, in_op, named
from tests.properties.planted.museum.walks import Homework

IntArray = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


class NeverStoring(Homework):
    """The adjoints stand in a dict of the loop."""

    def backward(self, order: Sequence[Tensor], output: Tensor, out_grad: Tensor) -> None:
        adjoints = {output: out_grad}
        for node in reversed(order):
            for value, part in self.parts(node, adjoints[node], order) if node in adjoints else ():
                adjoints[value] = adjoints[value] + part if value in adjoints else part


class Descending(Homework):
    """No order: a value that gets a part hands on all that it has, at once."""

    def backward(self, order: Sequence[Tensor], output: Tensor, out_grad: Tensor) -> None:
        output.grad = out_grad if output.grad is None else output.grad + out_grad
        for value, part in self.parts(output, output.grad, order):
            self.backward(order, value, part)


class RawScalar(Elementwise, Unary):
    """yᵢ = c aᵢ, where c was meant to be a number."""

    __slots__ = ("scalar",)

    def __init__(self, scalar: IntArray) -> None:
        self.scalar: IntArray = scalar

    def compute(self, a: Array) -> Array:
        return as_array(a * self.scalar)

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return self(out_grad)

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return self(in_tangent)


def relu_with_a_raw_mask(wrong: bool) -> Row:
    @op(Domain(kinks=(0.0,), share=0.0))
    class Ramp(Elementwise, Unary):
        """yᵢ = max(aᵢ, 0)."""

        def compute(self, a: Array) -> Array:
            return np.maximum(a, 0)

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            (a,) = node.inputs
            if wrong:
                return RawScalar(np.where(a.realize_cached_data() > 0, 1, 0))(out_grad)
            return out_grad * ops.step(a.detach())

        def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
            return in_tangent * ops.step(node.inputs[0].detach())

    refer_entry(Ramp, lambda op, x: x[0] if x[0] > 0.0 else x[0].constant(0.0))
    return row_of(Ramp())


class MergingByType(Reference):
    """Common subexpressions are made once, and ops are equal if their classes are."""

    def _values(self, case: Case) -> list[Tensor]:
        values = self._inputs(case)
        made: dict[tuple[object, ...], Tensor] = {}
        for step in case.steps:
            args = [values[arg] for arg in step.args]
            key = (type(step.op), *args)
            if key not in made:
                made[key] = apply(step, args)
            values.append(made[key])
        return values


EXHIBITS = [
    Exhibit(
        "backward-never-stores-grad",
        "graph",
        op="backward",
        subtlety=1,
        wrong="the adjoint is computed in the loop but node.grad is never assigned",
        trigger="every backward()",
        source="homework of dlsyscourse, AvailableUsernameA among others",
        laws=named(
            "gradient_matches_numeric product_rule_holds extreme_values_are_as_declared "
            "derivative_is_accurate"
        ),
        plant=in_engine(alone("Sin"), NeverStoring, Homework),
    ),
    Exhibit(
        "backward-recursion-without-topo",
        "graph",
        op="backward",
        subtlety=3,
        wrong="backward(node) accumulates into node.grad and at once recurses into the inputs with the "
        "accumulated grad, once per incoming edge: earlier contributions are propagated again",
        trigger="a non-leaf used twice, e.g. b = 2*a; b*b; a leaf used twice is right",
        source="karpathy/micrograd before 9fd9cc0",
        laws=named("gradient_matches_numeric gradient_is_sum_over_paths depth_is_no_limit"),
        plant=in_engine(programs_of("MulScalar", "EWiseMul", "EWiseAdd"), Descending, Homework),
    ),
    Exhibit(
        "relu-grad-raw-ndarray-operand",
        "graph",
        op="relu",
        subtlety=3,
        wrong="gradient returns g * mask with mask a raw ndarray: the operator dispatches to MulScalar "
        "with an array as its scalar attribute",
        trigger="value is right; node arity, scalar type and dtype are not",
        source="homework of dlsyscourse",
        laws=named(
            "gradient_has_type_of_input modes_agree_in_second_order inner_derivative_closes_over_outer "
            "pullback_of_pullback_is_pushforward laziness_is_unobservable"
        ),
        plant=in_op(relu_with_a_raw_mask),
    ),
    Exhibit(
        "topo-sort-recursion-depth",
        "graph",
        op="topo_sort",
        subtlety=3,
        wrong="recursive post-order DFS: RecursionError near depth 1000",
        trigger="chain of more than about 1000 ops",
        source="homework of dlsyscourse, every solution seen",
        laws=named("any_graph_is_sorted cycle_is_named"),
        plant=in_engine(graphs_of("EWiseAdd"), wrong_graphs.SortingByRecursion),
    ),
    Exhibit(
        "no-grad-decorator-shared-state",
        "graph",
        op="no_grad",
        subtlety=4,
        wrong="the decorator object is the context manager: __enter__ stores the previous mode in "
        "self.prev; a recursive call overwrites it, and the outer exit restores the wrong mode",
        trigger="decorated function that calls itself, or the same instance nested; gradients are "
        "silently off afterwards",
        source="pytorch #44531, #10858",
        session=wrong_modes.OneSwitch,
    ),
    Exhibit(
        "op-equality-ignores-parameters",
        "graph",
        op="graph_merge",
        subtlety=4,
        wrong="two op instances compare equal by type and a subset of their attributes (e.g. without the "
        "axis, the exponent or the inner function); common-subexpression caching then merges different nodes",
        trigger="two uses of the op on the same input with different parameters in one graph: x**2 and x**3",
        source="pymc-devs/pytensor a95959eaa",
        laws=named(
            "value_matches_reference tangent_matches_numeric gradient_matches_numeric "
            "gradient_is_sum_over_paths pullback_of_pullback_is_pushforward detached_value_stops_gradient "
            "every_value_is_visited_once each_rule_is_called_once each_tangent_rule_is_called_once "
            "each_value_computes_once"
        ),
        plant=in_engine(graphs_of("MulScalar", "EWiseAdd"), MergingByType),
    ),
]
