"""Functions of the engine that are more than one op, and so under no law: their derivatives, by numbers.

What is undecided warns, which is an error here.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from inspect import isfunction
from typing import TypeAlias

import numpy as np
import pytest

import engine
from engine import CATALOGUE, Shape, Tensor, ops
from properties import GradientError, check_grads

Composition: TypeAlias = Callable[[Sequence[Tensor]], Tensor]

A, B, V, W = (2, 3), (2, 3), (3,), (4,)
CUBE = (2, 3, 4)
MASK = np.array([[True, False, True, True], [False, True, True, False]])

WITHOUT_DERIVATIVES = {
    "argmax", "argmin", "argsort", "count_nonzero", "nanargmax", "nanargmin", "ones_like", "searchsorted",
    "zeros_like",
}  # fmt: skip
"""Functions whose results are integers or constants."""


def _joined(parts: Sequence[Tensor]) -> Tensor:
    """All entries of several Tensors, one after the other."""
    return ops.concatenate([ops.ravel(part) for part in parts])


def _positive(x: Tensor) -> Tensor:
    """A symmetric positive definite matrix, of any."""
    return x @ ops.transpose(x) + Tensor(np.eye(x.shape[-1]))


REDUCTIONS: Mapping[str, tuple[Composition, tuple[Shape, ...]]] = {
    "amax": (lambda x: ops.amax(x[0], 0), (A,)),
    "amin": (lambda x: ops.amin(x[0], 1, keepdims=True), (A,)),
    "average": (lambda x: ops.average(x[0], 1), (A,)),
    "average, weights": (lambda x: ops.average(x[0], 0, weights=ops.exp(x[1])), (A, B)),
    "average, weights that broadcast": (lambda x: ops.average(x[0], None, ops.exp(x[1])), (A, V)),
    "cosine_similarity": (lambda x: ops.cosine_similarity(x[0], x[1]), (A, B)),
    "cosine_similarity, broadcast": (lambda x: ops.cosine_similarity(x[0], x[1], 1), (CUBE, (3, 1))),
    "cumulative_trapezoid": (lambda x: ops.cumulative_trapezoid(x[0], 0, 0.5), (CUBE,)),
    "kl_divergence": (lambda x: ops.kl_divergence(ops.softmax(x[0]), ops.softmax(x[1])), (A, B)),
    "kl_divergence, unscaled": (lambda x: ops.kl_divergence(ops.exp(x[0]), ops.exp(x[1]), 0), (A, B)),
    "matrix_norm": (lambda x: ops.matrix_norm(x[0]), (A,)),
    "matrix_norm, nuclear": (lambda x: ops.matrix_norm(x[0], "nuc"), (A,)),
    "matrix_norm, largest": (lambda x: ops.matrix_norm(x[0], 2), (CUBE,)),
    "matrix_norm, smallest": (lambda x: ops.matrix_norm(x[0], -2), (A,)),
    "median, odd": (lambda x: ops.median(x[0], 1), (A,)),
    "median, even": (lambda x: ops.median(x[0]), (A,)),
    "median, two axes": (lambda x: ops.median(x[0], (0, 2), keepdims=True), (CUBE,)),
    "norm, Frobenius": (lambda x: ops.norm(x[0], order="fro"), (A,)),
    "ptp": (lambda x: ops.ptp(x[0], 0), (A,)),
    "quantile": (lambda x: ops.quantile(x[0], 0.3, 1), (CUBE,)),
    "quantile, several": (lambda x: ops.quantile(x[0], [0.1, 0.5, 0.95], (0, 1)), (CUBE,)),
    "sum": (lambda x: ops.sum(x[0], (0, 2)), (CUBE,)),
    "sum_to": (lambda x: ops.sum_to(x[0], Tensor(np.zeros((3, 1)))), (CUBE,)),
    "trace": (lambda x: ops.trace(x[0]), (A,)),
    "trace, beside the diagonal": (lambda x: ops.trace(x[0], 1, 0, 2), (CUBE,)),
    "trapezoid": (lambda x: ops.trapezoid(x[0], 0, 0.5), (CUBE,)),
}

LOSSES: Mapping[str, tuple[Composition, tuple[Shape, ...]]] = {
    "bce_with_logits": (lambda x: ops.bce_with_logits(x[0], ops.sigmoid(x[1])), (A, B)),
    "bce_with_logits, none": (lambda x: ops.bce_with_logits(x[0], x[1], "none"), (A, V)),
    "cross_entropy": (lambda x: ops.cross_entropy(x[0], np.array([2, 0])), (A,)),
    "huber_loss": (lambda x: ops.huber_loss(x[0], x[1], 0.75), (A, B)),
    "huber_loss, sum": (lambda x: ops.huber_loss(x[0], x[1], 1.25, "sum"), (A, V)),
    "huber_loss, none": (lambda x: ops.huber_loss(x[0], x[1], 0.5, "none"), (A, B)),
    "l1_loss": (lambda x: ops.l1_loss(x[0], x[1]), (A, B)),
    "l1_loss, sum": (lambda x: ops.l1_loss(x[0], x[1], "sum"), (A, V)),
    "mse_loss": (lambda x: ops.mse_loss(x[0], x[1]), (A, B)),
    "mse_loss, sum": (lambda x: ops.mse_loss(x[0], x[1], "sum"), (A, V)),
    "mse_loss, none": (lambda x: ops.mse_loss(x[0], x[1], "none"), (A, B)),
    "softmax_loss": (lambda x: ops.softmax_loss(x[0], ops.softmax(x[1])), (A, B)),
    "softmax_loss, classes": (lambda x: ops.softmax_loss(x[0], np.array([0, 2]), "sum"), (A,)),
}

PRODUCTS: Mapping[str, tuple[Composition, tuple[Shape, ...]]] = {
    "cross": (lambda x: ops.cross(x[0], x[1]), (A, B)),
    "cross, an axis": (lambda x: ops.cross(x[0], x[1], 0), ((3, 2), (3, 2))),
    "divide_by_power": (lambda x: ops.divide_by_power(x[0], ops.exp(x[1]), 3), (A, V)),
    "divide_scalar": (lambda x: ops.divide_scalar(x[0], -4.0), (A,)),
    "dot": (lambda x: ops.dot(x[0], x[1]), (CUBE, (2, 4, 3))),
    "dot, vectors": (lambda x: ops.dot(x[0], x[1]), (V, V)),
    "einsum, batched": (lambda x: ops.einsum("bij,bjk->bik", x[0], x[1]), (CUBE, (2, 4, 2))),
    "einsum, three": (lambda x: ops.einsum("ij,jk,k->i", x[0], x[1], x[2]), (A, (3, 4), W)),
    "einsum, a diagonal": (lambda x: ops.einsum("iij,...j->i...", x[0], x[1]), ((2, 2, 3), (4, 3))),
    "inner": (lambda x: ops.inner(x[0], x[1]), (A, (4, 3))),
    "kron": (lambda x: ops.kron(x[0], x[1]), (A, (3, 2))),
    "kron, unlike ranks": (lambda x: ops.kron(x[0], x[1]), (V, A)),
    "linear": (lambda x: ops.linear(x[0], x[1]), (CUBE, (3, 4))),
    "linear, bias": (lambda x: ops.linear(x[0], x[1], x[2]), (A, (4, 3), W)),
    "logdet": (lambda x: ops.logdet(_positive(x[0])), ((3, 3),)),
    "lstsq": (lambda x: ops.lstsq(x[0], x[1]), ((4, 2), W)),
    "lstsq, columns": (lambda x: ops.lstsq(x[0], x[1]), ((4, 2), (4, 3))),
    "matrix_power": (lambda x: ops.matrix_power(x[0], 4), ((3, 3),)),
    "matrix_power, inverse": (lambda x: ops.matrix_power(_positive(x[0]), -2), ((2, 2),)),
    "multi_dot": (ops.multi_dot, (A, (3, 4), (4, 2))),
    "multi_dot, vectors": (ops.multi_dot, (V, (3, 4), W)),
    "outer": (lambda x: ops.outer(x[0], x[1]), (A, W)),
    "pinv, wide": (lambda x: ops.pinv(x[0]), (A,)),
    "pinv, tall": (lambda x: ops.pinv(x[0]), ((3, 2),)),
    "tensordot": (lambda x: ops.tensordot(x[0], x[1]), (CUBE, (3, 4, 2))),
    "tensordot, axes": (lambda x: ops.tensordot(x[0], x[1], ([0, 2], [1, 0])), (CUBE, (4, 2, 3))),
    "tensordot, none": (lambda x: ops.tensordot(x[0], x[1], 0), (V, A)),
    "vdot": (lambda x: ops.vdot(x[0], x[1]), (A, B)),
}

LAYERS: Mapping[str, tuple[Composition, tuple[Shape, ...]]] = {
    "batch_norm": (lambda x: ops.batch_norm(x[0], x[1], x[2]), ((4, 3), V, V)),
    "batch_norm, images": (lambda x: ops.batch_norm(x[0]), (CUBE,)),
    "batch_norm, statistics": (
        lambda x: ops.batch_norm(x[0], statistics=(x[1], ops.exp(x[2]))),
        ((4, 3), V, V),
    ),
    "conv1d, bias": (lambda x: ops.conv1d(x[0], x[1], x[2], padding=1), (CUBE, (2, 3, 2), (2,))),
    "conv2d, bias": (
        lambda x: ops.conv2d(x[0], x[1], x[2], stride=(2, 1), padding=(0, 2), dilation=(1, 2), groups=2),
        ((2, 2, 4, 3), (2, 1, 2, 3), (2,)),
    ),
    "dropout": (lambda x: ops.dropout(x[0], 0.5, np.random.default_rng(7)), (CUBE,)),
    "embedding": (lambda x: ops.embedding(x[0], np.array([[2, 0], [2, 1]])), ((3, 2),)),
    "layer_norm": (lambda x: ops.layer_norm(x[0], -1, x[1], x[2]), (A, V, V)),
    "relu6": (lambda x: ops.relu6(x[0] * 4), (CUBE,)),
    "rms_norm": (lambda x: ops.rms_norm(x[0], -1, x[1]), (A, V)),
    "scaled_dot_product_attention": (
        lambda x: ops.scaled_dot_product_attention(x[0], x[1], x[2]),
        ((2, 2, 3), (2, 4, 3), (2, 4, 2)),
    ),
    "scaled_dot_product_attention, mask": (
        lambda x: ops.scaled_dot_product_attention(x[0], x[1], x[2], MASK),
        (A, (4, 3), (4, 2)),
    ),
}

SHAPES: Mapping[str, tuple[Composition, tuple[Shape, ...]]] = {
    "broadcast_arrays": (lambda x: _joined(ops.broadcast_arrays(*x)), (A, (2, 1), V)),
    "clip, Tensors": (lambda x: ops.clip(x[0], x[1] - 1, x[1] + 0.5), (CUBE, W)),
    "diag": (lambda x: ops.diag(x[0], -1), (V,)),
    "diag, of a matrix": (lambda x: ops.diag(x[0], 1), (A,)),
    "dstack": (ops.dstack, (A, B)),
    "expand_dims": (lambda x: ops.expand_dims(x[0], (0, -1)) * x[1], (A, (2, 1, 1, 4))),
    "flatten": (lambda x: ops.flatten(x[0], 1) * x[1], (CUBE, (12,))),
    "get_items, arrays apart": (lambda x: ops.get_items(x[0], ([0, 1, 0], ..., [1, 1, 3])), (CUBE,)),
    "hstack": (ops.hstack, (A, (2, 1))),
    "hstack, vectors": (ops.hstack, (V, W)),
    "meshgrid": (lambda x: _joined(ops.meshgrid(*x)), (V, W)),
    "meshgrid, ij": (lambda x: _joined(ops.meshgrid(*x, indexing="ij")), (V, W, (2,))),
    "moveaxis": (lambda x: ops.moveaxis(x[0], (0, 1), (-1, 0)) * x[1], (CUBE, (3, 4, 2))),
    "pad": (lambda x: ops.pad(x[0], ((1, 0), (0, 2)), value=2.0), (A,)),
    "pad, edge": (lambda x: ops.pad(x[0], ((1, 2), (0, 1)), "edge"), (A,)),
    "pad, reflect": (lambda x: ops.pad(x[0], ((1, 1), (2, 3)), "reflect"), (A,)),
    "pad, symmetric": (lambda x: ops.pad(x[0], (2, 1), "symmetric"), (A,)),
    "pad, wrap": (lambda x: ops.pad(x[0], ((0, 3), (4, 1)), "wrap"), (A,)),
    "ravel": (lambda x: ops.ravel(x[0]) * x[1], (A, (6,))),
    "rot90": (lambda x: ops.rot90(x[0]) * x[1], (A, (3, 2))),
    "rot90, axes": (lambda x: ops.rot90(x[0], 3, (2, 0)) * x[1], (CUBE, (4, 3, 2))),
    "scatter_add": (lambda x: ops.scatter_add(x[0], [3, 0, 3], (4,)), (V,)),
    "scatter_add, slices": (lambda x: ops.scatter_add(x[0], (slice(None, None, -2), 1), (3, 2)), ((2,),)),
    "scatter_add, arrays apart": (
        lambda x: ops.scatter_add(x[0], ([1, 0, 1], slice(None), [2, 1, 2]), CUBE),
        ((3, 3),),
    ),
    "scatter_add, an ellipsis between": (lambda x: ops.scatter_add(x[0], ([1, 0], ..., [2, 1]), A), ((2,),)),
    "scatter_add, None between": (
        lambda x: ops.scatter_add(x[0], ([1, 0, 1], None, [2, 1, 2]), A),
        ((3, 1),),
    ),
    "set_item": (lambda x: ops.set_item(x[0], (slice(None), 1), x[1]), (A, (2,))),
    "set_item, arrays apart": (
        lambda x: ops.set_item(x[0], ([1, 0], slice(None), [2, 1]), x[1]),
        (CUBE, (2, 3)),
    ),
    "split": (lambda x: _joined(ops.split(x[0], 2, 2)) * x[1], (CUBE, (24,))),
    "split, places": (lambda x: _joined(ops.split(x[0], [1, 1, 3], 1)[::-1]) * x[1], (CUBE, (24,))),
    "squeeze": (lambda x: ops.squeeze(x[0]) * x[1], ((1, 3, 1), V)),
    "squeeze, an axis": (lambda x: ops.squeeze(x[0], -1) * x[1], ((1, 3, 1), A)),
    "subtract": (lambda x: ops.subtract(x[0], x[1]), (A, V)),
    "swapaxes": (lambda x: ops.swapaxes(x[0], 0, -1) * x[1], (CUBE, (4, 3, 2))),
    "take": (lambda x: ops.take(x[0], [[0, -1], [2, 2]]), (A,)),
    "take, an axis": (lambda x: ops.take(x[0], [2, 0, 2], 1), (CUBE,)),
    "take_along_axis": (lambda x: ops.take_along_axis(x[0], [[2, 0], [1, 1]], 1), (A,)),
    "take_along_axis, first": (lambda x: ops.take_along_axis(x[0], [[1, 0, 1]], 0), (A,)),
    "unstack": (lambda x: _joined(ops.unstack(x[0], 1)) * x[1], (CUBE, (24,))),
    "vstack": (ops.vstack, (A, V)),
    "where": (lambda x: ops.where(MASK, x[0], x[1]), ((2, 4), W)),
}

TABLE = {**REDUCTIONS, **LOSSES, **PRODUCTS, **LAYERS, **SHAPES}
"""By name, and a word on the case: a function of Tensors, and the shapes of its inputs."""


def _inputs(name: str, shapes: Sequence[Shape]) -> list[Tensor]:
    """Normal numbers, the same in every run."""
    generator = np.random.default_rng(list(name.encode()))
    return [Tensor(generator.standard_normal(shape)) for shape in shapes]


@pytest.mark.parametrize("name", TABLE)
def test_derivatives_are_those_of_the_function(name: str) -> None:
    composition, shapes = TABLE[name]

    def called(*tensors: Tensor) -> Tensor:
        return composition(tensors)

    report = check_grads(called, _inputs(name, shapes), seed=0)
    assert {found.mode for found in report.checked} == {"fwd", "rev"}
    assert {found.argument for found in report.checked} == set(range(len(shapes)))


def test_a_factor_that_is_cut_off_is_found() -> None:
    """Half the derivative of mse_loss is lost where one factor is detached."""

    def mse_loss(prediction: Tensor, target: Tensor) -> Tensor:
        error = prediction - target
        return ops.mean(error * error.detach())

    with pytest.raises(GradientError):
        check_grads(mse_loss, _inputs("mse_loss", TABLE["mse_loss"][1]), seed=0)


def _compositions() -> set[str]:
    """The functions of the families of ops that are not named as an op is."""
    named = {name.lower() for name in CATALOGUE}
    found = {name for name in engine.__all__ if isfunction(vars(engine)[name]) and name in ops.__all__}
    return {name for name in found if name.replace("_", "") not in named}


def _forgotten(functions: Set[str]) -> set[str]:
    """Those that are neither checked above nor without a derivative."""
    return set(functions) - {name.split(",")[0] for name in TABLE} - WITHOUT_DERIVATIVES


def test_every_composition_is_in_the_table() -> None:
    assert _forgotten(_compositions()) == set()
    assert _forgotten(_compositions() | {"newcomer"}) == {"newcomer"}


def test_the_table_names_what_is_exported() -> None:
    checked = {name.split(",")[0] for name in TABLE}
    assert checked | WITHOUT_DERIVATIVES <= set(engine.__all__)
    assert not checked & WITHOUT_DERIVATIVES
