"""``check_grads``: the derivatives of one function at one point, against oracles that bound their own errors.

There is no eps, atol or rtol to choose. The function is recorded once and its graph replayed (``recording``);
the numeric Jacobian comes with the rounding that each entry may show (``measured``); the engine is asked, in
both modes, for sums of entries with random signed weights, in which every entry has a share (``look``). Order
n + 1 is order n of the derivatives themselves, each of which is a function of Tensors again.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import starmap
from secrets import randbits

import numpy as np

from engine.array import Array
from engine.errors import OperandError, ParameterError
from engine.mode import eager, enable_grad
from engine.tensor import Tensor
from engine.transforms import Argument, Differentiable, P
from properties.grads.jacobian import Chance
from properties.grads.look import Look, Mode
from properties.grads.report import Checked, Report


def check_grads(
    f: Differentiable[P],
    args: Sequence[Argument],
    order: int = 1,
    modes: Sequence[Mode] = ("fwd", "rev"),
    *,
    seed: int | None = None,
) -> Report:
    """Compare the derivatives of f at ``args``, up to ``order`` and in every mix of ``modes``, with numbers.

    f takes Tensors and returns one; its ops may be anybody's. ``args``: one float Tensor, array or number for
    each parameter. ``seed``: repeat the random weights of an earlier report.

    Raises ``GradientError`` for a wrong derivative, ``OracleError`` where oracles contradict each other; for
    wrong usage ``OperandError``, ``DTypeError`` or ``ParameterError``. What cannot be decided (at a kink,
    say) is in the report with its cause, and a ``NotDecided`` warning says so.
    """
    point = _point(args)
    _check_wishes(order, modes)
    chance = Chance(randbits(32) if seed is None else _checked_seed(seed))

    def outputs(variables: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return (_a_tensor(_called(f, variables)),)

    found: list[Checked] = []

    def examine(look: Look) -> None:
        for mode in modes:
            found.extend(look.compared(mode))
        if len(look.path) + 1 < order:
            for mode in modes:
                deeper = Look(look.derivative(mode), point, (*look.path, mode), chance)
                if not look.holds_nearby(mode, deeper.near, deeper.values_near):
                    Look(look.function, deeper.near, look.path, chance, nearby=True).compared(mode)
                examine(deeper)

    with np.errstate(all="ignore"), eager(), enable_grad():
        examine(Look(outputs, point, (), chance))
    return Report(tuple(found), chance.seed).warned()


def _point(args: Sequence[Argument]) -> list[Array]:
    """The arguments as arrays of floats, in row-major order."""
    if not isinstance(args, tuple | list):
        raise OperandError("check_grads", type(args).__name__, "a tuple of arguments", "write (x,) for x")
    arrays = [Tensor(arg).numpy().copy(order="C") for arg in args]
    if not arrays:
        raise OperandError("check_grads", "no argument", "a float argument", "give one for each parameter")
    for number, array in enumerate(arrays):
        if not np.isfinite(array).all():
            raise OperandError(
                f"check_grads: argument {number}", "NaN or infinity", "finite numbers", "choose another point"
            )
    return arrays


def _called(f: Differentiable[P], variables: Sequence[Tensor]) -> Tensor:
    """f of the variables. Raises ``OperandError`` if it takes another number of them, or is no function."""
    if not callable(f):
        raise OperandError("check_grads", type(f).__name__, "a function of Tensors", "give it first")
    try:
        (value,) = starmap(f, [tuple(variables)])
    except TypeError as error:
        if _takes(f, len(variables)):
            raise
        raise OperandError(
            "check_grads", f"{len(variables)} arguments: {error}", "one for each parameter", "pair them"
        ) from error
    return value


def _takes(f: Differentiable[P], count: int) -> bool:
    """Whether f can be called with so many arguments."""
    try:
        inspect.signature(f).bind(*[None] * count)
    except TypeError:
        return False
    except ValueError:  # a callable that does not tell its parameters
        return True
    return True


def _check_wishes(order: int, modes: Sequence[Mode]) -> None:
    if order.__class__ is not int or order < 1:
        raise ParameterError("check_grads: order", repr(order), "a whole number from 1", "give 1 or 2")
    if not isinstance(modes, tuple | list) or not modes or any(mode not in ("fwd", "rev") for mode in modes):
        raise ParameterError("check_grads: modes", repr(modes), '"fwd", "rev" or both', 'write ("rev",)')


def _checked_seed(seed: int) -> int:
    if seed.__class__ is not int or seed < 0:
        raise ParameterError("check_grads: seed", repr(seed), "a whole number from 0", "as a report shows it")
    return seed


def _a_tensor(value: object) -> Tensor:
    """The value of f, which the types call a Tensor and an untyped caller may have made anything."""
    if isinstance(value, Tensor):
        return value
    raise OperandError("check_grads", f"{type(value).__name__} from f", "one Tensor", "return a Tensor")
