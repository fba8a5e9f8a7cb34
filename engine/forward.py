"""Forward mode: walk the topological order upwards and call ``tangent``.

The tangent of a value v is v̇ = (∂v/∂x) ẋ. It is computed beside v, from the tangents of v's inputs. Like the
adjoints, tangents are values of the graph and can be differentiated again, in either mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.errors import OperandError, ParameterError
from engine.mode import LAZY_MODE, lazy
from engine.ops.conversion import zeros_like
from engine.reverse import check_alike, check_list, check_variables, depending_on

if TYPE_CHECKING:
    from engine.tensor import Tensor


def pushforward(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], in_tangents: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    """The tangents of ``outputs``: ẏ = (∂y/∂x) ẋ, each of its output's shape and dtype.

    ``inputs`` may be any values, leaves or not. They are independent of each other, also where one was made
    of another (the tangents of one that is named twice add up); other variables are constants. An output
    that depends on no input has tangent 0.

    Raises ``GradientRequestError`` for an input that requires no gradient, ``OperandError`` for what is no
    list of Tensors, ``ParameterError`` for other than one tangent an input, ``ShapeError`` and ``DTypeError``
    for a tangent unlike its input.
    """
    for role, given in (("outputs", outputs), ("inputs", inputs), ("tangents", in_tangents)):
        check_list("pushforward", role, given)
    check_variables("pushforward", inputs)
    if len(inputs) != len(in_tangents):
        raise ParameterError(
            "pushforward",
            f"{len(inputs)} inputs and {len(in_tangents)} tangents",
            "one tangent for each input",
            "pair them",
        )
    for value, moved in zip(inputs, in_tangents, strict=True):
        check_alike("pushforward", "tangent", moved, value)
    tangents: dict[Tensor, Tensor] = {}
    for value, moved in zip(inputs, in_tangents, strict=True):
        tangents[value] = tangents[value] + moved if value in tangents else moved
    for node in depending_on(set(inputs), outputs):
        if node not in tangents:
            tangents[node] = _tangent(node, [tangents.get(value) for value in node.inputs])
    return tuple(tangents[node] if node in tangents else zeros_like(node) for node in outputs)


def _tangent(node: Tensor, in_tangents: Sequence[Tensor | None]) -> Tensor:
    """The tangent of ``node``, given those of its inputs, None for an input that does not move.

    A rule speaks of all inputs. Where only some move it is called lazily, so that the terms of the others
    are never computed.
    """
    assert node.op is not None  # a leaf is an input of the walk or does not move
    moves = [moved is not None for moved in in_tangents]
    filled = [
        zeros_like(value) if moved is None else moved
        for value, moved in zip(node.inputs, in_tangents, strict=True)
    ]
    if all(moves) or LAZY_MODE.get():
        return _checked(node, node.op.tangent_as_sum(filled, moves, node))
    with lazy():
        result = _checked(node, node.op.tangent_as_sum(filled, moves, node))
    result.realize_cached_data()
    return result


def _checked(node: Tensor, result: Tensor) -> Tensor:
    """The result of a rule, if it is a Tensor."""
    kind: type = result.__class__
    if kind is node.__class__:
        return result
    got = kind.__name__
    raise OperandError(f"tangent of {node.op!r}", got, "a Tensor", "write the rule in Tensors")
