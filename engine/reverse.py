"""Reverse mode: walk the topological order backwards and call ``gradient``.

The adjoint of a value v is v̄ = ∂y/∂v contracted with the cotangent ȳ of the output. By the multi-path rule it
is the sum of one partial adjoint from each use of v. When the walk reaches v every user of v has been
visited, so v̄ is complete and the rule of v's op is called once, however many paths lead there.

Rules speak Tensors, so the walk *extends the graph*: an adjoint is a value like any other and can be
differentiated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.errors import DTypeError, GradientRequestError, OperandError, ParameterError, ShapeError
from engine.graph import Value
from engine.mode import LAZY_MODE, lazy
from engine.ops.conversion import ones_like, zeros_like
from engine.topo import post_order

if TYPE_CHECKING:
    from engine.graph import Op
    from engine.tensor import Tensor


def pullback(
    output: Tensor | Sequence[Tensor],
    inputs: Sequence[Tensor],
    out_grad: Tensor | Sequence[Tensor] | None = None,
) -> tuple[Tensor, ...]:
    """The adjoints of ``inputs``: x̄ = (∂y/∂x)ᵀ ȳ, each of its input's shape and dtype.

    ``inputs`` may be any values, leaves or not. They are independent of each other, also where one was made
    of another; other variables are constants. An input on which the output does not depend has adjoint 0.
    ``out_grad`` is ȳ, ones by default. Of several outputs x̄ = Σₖ (∂yₖ/∂x)ᵀ ȳₖ, in one walk; one that is named
    twice counts twice.

    Raises ``GradientRequestError`` for an input that requires no gradient, ``OperandError`` for what is no
    list of Tensors, ``ShapeError`` and ``DTypeError`` for a cotangent unlike its output, ``ParameterError``
    for other than one cotangent an output.
    """
    check_list("pullback", "inputs", inputs)
    check_variables("pullback", inputs)
    outputs = output if isinstance(output, Sequence) else [output]
    given = out_grad if out_grad is None or isinstance(out_grad, Sequence) else [out_grad]
    seeds = _checked_cotangents(outputs, given)
    wanted = set(inputs)
    adjoints = _walk_back(outputs, seeds, depending_on(wanted, outputs), wanted)
    return tuple(adjoints[value] if value in adjoints else zeros_like(value) for value in inputs)


def compute_gradient_of_variables(output: Tensor, out_grad: Tensor | None = None) -> None:
    """Store in ``grad`` of every value that requires a gradient its adjoint; what was there is replaced.

    Raises ``GradientRequestError`` if the output depends on no variable, ``ShapeError`` and ``DTypeError``
    for a cotangent unlike the output.
    """
    if not output.requires_grad:
        raise GradientRequestError(
            "backward",
            f"an output that requires no gradient, {output!r}",
            "a value that depends on a variable",
            "make the inputs with requires_grad=True, outside no_grad, and do not detach them",
        )
    seed = _checked_cotangent("backward", output, out_grad)
    order = [value for value in post_order([output], _inputs_of_variables) if value.requires_grad]
    for value, adjoint in _walk_back([output], [seed], order, set()).items():
        value.grad = adjoint


def depending_on(variables: set[Tensor], outputs: Iterable[Tensor]) -> list[Tensor]:
    """The values between the variables and the outputs, both included, in topological order.

    Variables are independent: what a variable itself was made of is not looked at.
    """
    order = post_order(outputs, lambda value: () if value in variables else _inputs_of_variables(value))
    reached: set[Tensor] = set()
    for value in order:
        if value in variables or not reached.isdisjoint(_inputs_of_variables(value)):
            reached.add(value)
    return [value for value in order if value in reached]


def _inputs_of_variables(value: Tensor) -> tuple[Tensor, ...]:
    """The inputs of a value through which a derivative passes: a detached value that waits has inputs too."""
    return value.inputs if value.requires_grad else ()


def _walk_back(
    outputs: Sequence[Tensor], out_grads: Sequence[Tensor], order: Sequence[Tensor], ends: set[Tensor]
) -> dict[Tensor, Tensor]:
    """The adjoints of the values that the derivative passes through; it passes no further than ``ends``."""
    passes = set(order)
    adjoints: dict[Tensor, Tensor] = {}
    for value, seed in zip(outputs, out_grads, strict=True):
        if value in passes:
            adjoints[value] = adjoints[value] + seed if value in adjoints else seed
    for node in reversed(order):
        if node.op is None or node in ends or passes.isdisjoint(node.inputs):
            continue
        adjoint = adjoints[node]
        if passes.issuperset(node.inputs):
            parts = node.op.gradient_as_tuple(adjoint, node)
        else:
            parts = _wanted_parts(node.op, adjoint, node, passes)
        _check_parts(node.op, node.inputs, parts)
        for value, part in zip(node.inputs, parts, strict=True):
            if value in passes:
                adjoints[value] = adjoints[value] + part if value in adjoints else part
    return adjoints


def _check_parts(op: Op, inputs: Sequence[Tensor], parts: Sequence[Tensor]) -> None:
    """Raise unless a rule returned one Tensor for each input."""
    kind = inputs[0].__class__
    if parts.__class__ is tuple and len(parts) == len(inputs):
        for part in parts:
            if part.__class__ is not kind:
                break
        else:
            return
    returned = parts if isinstance(parts, tuple) else (parts,)
    got = ", ".join(type(part).__name__ for part in returned)
    expected = f"one Tensor for each of {len(inputs)} inputs"
    raise OperandError(f"gradient of {op!r}", f"({got})", expected, "write the rule in Tensors")


def _wanted_parts(op: Op, out_grad: Tensor, node: Tensor, passes: set[Tensor]) -> tuple[Tensor, ...]:
    """The partial adjoints of the inputs; only those that the derivative passes through are computed.

    A rule speaks of all inputs. Where only some are wanted it is called lazily, so that the others (the
    adjoint of a batch of images, say) wait for ever.
    """
    with lazy():
        parts = op.gradient_as_tuple(out_grad, node)
    if not LAZY_MODE.get():
        for value, part in zip(node.inputs, parts, strict=True):
            if value in passes:
                part.realize_cached_data()
    return parts


def _checked_cotangent(what: str, output: Tensor, out_grad: Tensor | None) -> Tensor:
    if out_grad is None:
        return ones_like(output)
    check_alike(what, "cotangent", out_grad, output)
    return out_grad


def _checked_cotangents(outputs: Sequence[Tensor], given: Sequence[Tensor] | None) -> Sequence[Tensor]:
    check_list("pullback", "outputs", outputs)
    check_list("pullback", "cotangents", given or [])
    if given is not None and len(given) != len(outputs):
        raise ParameterError(
            "pullback",
            f"{len(given)} cotangents for {len(outputs)} outputs",
            "one cotangent for each output",
            "pair them",
        )
    each = [None] * len(outputs) if given is None else given
    return [_checked_cotangent("pullback", *pair) for pair in zip(outputs, each, strict=True)]


def check_listed(what: str, role: str, given: Sequence[object]) -> None:
    """Raise for one Tensor, which is no list, though it has rows, and for one number."""
    if isinstance(given, Value | int | float):
        got = "one Tensor" if isinstance(given, Value) else "one number"
        raise OperandError(what, f"{got} for the {role}", "a list", "write [x] for one")


def check_list(what: str, role: str, given: Sequence[object]) -> None:
    """Raise unless Tensors are listed."""
    check_listed(what, role, given)
    for each in given:
        if not isinstance(each, Value):
            raise OperandError(
                what, f"{type(each).__name__} among the {role}", "Tensors", "wrap numbers in Tensor"
            )


def check_variables(what: str, inputs: Sequence[Tensor]) -> None:
    """Raise unless a derivative with respect to each of the inputs is meant."""
    for value in inputs:
        if not value.requires_grad:
            raise GradientRequestError(
                what,
                f"an input that requires no gradient, {value!r}",
                "a variable of the graph",
                "make it with requires_grad=True, outside no_grad",
            )


def check_alike(what: str, role: str, given: Tensor, value: Tensor) -> None:
    """Raise unless ``given`` has the shape and dtype of ``value``."""
    if given.shape != value.shape:
        raise ShapeError(
            what,
            f"a {role} of shape {given.shape}",
            f"shape {value.shape}",
            f"give the {role} the shape of its value",
        )
    if given.dtype is not value.dtype:
        raise DTypeError(
            what, f"a {role} of dtype {given.dtype}", str(value.dtype), f"convert the {role} with astype"
        )
