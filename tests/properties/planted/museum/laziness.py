"""Bugs of waiting: values that are replaced by their numbers, and forget what they were made of."""

from __future__ import annotations

from collections.abc import Sequence

from engine.reverse import pullback
from engine.tensor import Tensor
from engine.topo import find_topo_sort
from properties.adapters.reference import Reference
from tests.properties.planted import wrong_walks
from tests.properties.planted.bug import programs_of
from tests.properties.planted.museum.exhibit import Exhibit, in_engine


class Waiting(Reference):
    """An engine that is lazy, and right."""

    def __init__(self) -> None:
        super().__init__(lazy_mode=True)


class CutWhereRead(Waiting):
    """What was read since the graph was built has its value only."""

    def pulled(
        self, outputs: Sequence[Tensor], variables: Sequence[Tensor], out_grads: Sequence[Tensor]
    ) -> Sequence[Tensor]:
        for value in find_topo_sort(outputs):
            if value.cached_data is not None:
                value.op, value.inputs = None, ()
        return pullback(outputs, variables, out_grads)


EXHIBITS = [
    Exhibit(
        "retain-grad-on-intermediate-detaches",
        "laziness",
        op="detach",
        subtlety=3,
        wrong="requesting the gradient of an intermediate (attach_grad / requires_grad = True) turns it "
        "into a new leaf: the adjoint stops there",
        trigger="gradient asked for a non-leaf and for a leaf below it",
        source="apache/mxnet #11865",
        session=wrong_walks.AskingCutsOff,
    ),
    Exhibit(
        "realize-mid-trace-detaches",
        "laziness",
        op="lazy",
        subtlety=5,
        wrong="realising a node (tolist, numpy, comparison) during the trace replaces it by its value and "
        "drops its inputs; the adjoint of everything below is zero",
        trigger="an intermediate is inspected (even only a value derived from it) between forward and "
        "backward",
        source="ml-explore/mlx #610",
        laws=("second_call_is_identical",),
        plant=in_engine(programs_of("Sigmoid", "EWiseMul"), CutWhereRead, Waiting),
    ),
]
