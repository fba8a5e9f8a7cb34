"""How the reference engine's ops are called, and the same calls as the program of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from engine import ops
from engine.kinds import AlongAxis, Reduction
from engine.tensor import Tensor
from properties.adapters.subject import outputs_of
from properties.case import Case, Step, literal
from properties.verdict import Given


def apply(step: Step, tensors: Sequence[Tensor]) -> Tensor:
    """The op of a step as a user would call it: by its function where the axes are spelled out."""
    op, axes = step.op, step.spelling
    if axes == "canonical":
        return op(*tensors)
    match op:
        case Reduction():
            return op.spelled(tensors[0], axes)
        case AlongAxis() if isinstance(axes, int):
            return op.spelled(tensors, axes)
        case ops.Transpose():
            return ops.transpose(tensors[0], axes)
        case ops.Permute() if isinstance(axes, tuple):
            return ops.permute(tensors[0], axes)
        case ops.Concatenate() | ops.Stack() if isinstance(axes, int):
            join = ops.concatenate if isinstance(op, ops.Concatenate) else ops.stack
            return join(tensors, axes)
        case _:
            raise AssertionError(f"{op!r} has no axes to be written as {axes!r}")


def written(step: Step) -> str:
    """The call that ``apply`` makes, as source."""
    args = [f"v{arg}" for arg in step.args]
    op = step.op
    if step.spelling == "canonical":
        return f"{op!r}({', '.join(args)})"
    if isinstance(op, ops.Concatenate | ops.Stack):
        return f"{type(op).__name__.lower()}([{', '.join(args)}], {step.spelling!r})"
    named = _other_fields(op) if isinstance(op, Reduction | AlongAxis) else ()
    others = "".join(f", {name}={value!r}" for name, value in named)
    return f"{type(op).__name__.lower()}({', '.join(args)}, {step.spelling!r}{others})"


def _other_fields(op: Reduction | AlongAxis) -> Iterator[tuple[str, object]]:
    """The fields beside the axes that have another value than they have by default."""
    for field in fields(op):
        value: object = getattr(op, field.name)
        if field.name not in {"axes", "axis"} and value != field.default:
            yield field.name, value


def program(case: Case, given: Given) -> str:
    """The program of a report: the case, then every derivative that the law may have asked for."""
    classes = {type(step.op) for step in case.steps}
    others = sorted(
        f"from {cls.__module__} import {cls.__name__}"
        for cls in classes
        if not cls.__module__.startswith("engine.")
    )
    lines = ["from numpy import array, dtype, inf, nan", "from engine import *", *others, ""]
    for number, array in enumerate(case.inputs):
        facts = ", requires_grad=False" if number in case.constants else ""
        lines.append(f"v{number} = Tensor({literal(array)}{facts})")
    for number, step in enumerate(case.steps, start=len(case.inputs)):
        lines.append(f"v{number} = {written(step)}")
    output, variables = f"v{case.output}", ", ".join(f"v{number}" for number in case.variables)
    lines.append(f"print({output})")
    lines.extend(_asked(output, f"[{variables}]", given))
    return "\n".join(lines)


def _asked(output: str, variables: str, given: Given) -> Iterator[str]:
    """The lines that ask for every derivative that a law may have asked for with what it chose."""
    chosen = {name: f"Tensor.make_const({literal(array)})" for name, array in given.arrays.items()}
    outer, inner = (
        f"[{', '.join(text for name, text in chosen.items() if name.startswith(kind))}]"
        for kind in ("in_tangents", "along")
    )
    if roots := outputs_of(given):
        values = ", ".join(f"v{number}" for number in roots.values())
        seeds = ", ".join(chosen[name] for name in roots)
        yield f"print(pullback([{values}], {variables}, [{seeds}]))  # x̄ of all together"
    if "other_out_grad" in chosen:
        yield f"print(pullback({output}, {variables}, {chosen['other_out_grad']}))  # x̄ of the other ȳ"
    if "out_grad" in chosen:
        yield f"out_grad = Tensor.make_const({literal(given.arrays['out_grad'])}, requires_grad=True)"
        yield f"adjoints = pullback({output}, {variables}, out_grad)"
        yield "print(adjoints)  # x̄"
    if outer != "[]":
        yield f"print(pushforward([{output}], {variables}, {outer}))  # ẏ"
    if inner != "[]":
        yield from _asked_twice(output, variables, inner, outer)


def _asked_twice(output: str, variables: str, inner: str, outer: str) -> Iterator[str]:
    """The lines for higher derivatives, along ``inner`` and, if there is one, ``outer``."""
    yield f"(moved,) = pushforward([{output}], {variables}, {inner})"
    yield "print(moved)  # ẏ along the inner direction"
    if outer == "[]":
        yield f"print(pullback(adjoints, [out_grad], {inner}))  # the pullback of the pullback"
        yield f"(bent,) = pushforward([moved], {variables}, {inner})"
        yield f"print(pullback(bent, {variables}, out_grad))  # reverse over forward over forward"
        return
    yield f"print(pushforward(adjoints, {variables}, {outer}))  # forward over reverse"
    yield f"print(pushforward(adjoints, {variables}, {inner}))  # the same, the directions exchanged"
    yield f"print(pullback(adjoints, {variables}, {inner}))  # reverse over reverse"
    yield f"print(pullback(moved, {variables}, out_grad))  # reverse over forward"
    yield f"print(pushforward([moved], {variables}, {outer}))  # forward over forward"
