"""Numerical gradients and their relative error, under the names that courses know them by.

The names are those of Stanford's course CS231n (https://cs231n.github.io), and so is the floor 1e-8 of the
relative error. For a derivative with a bound on its error there is ``check_grads``.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import numpy as np

from engine.array import Array, Shape, is_float
from engine.errors import DTypeError, OperandError, ParameterError, ShapeError


def eval_numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """∂f/∂x ≈ (f(x + h e) − f(x − h e)) / 2h for each unit array e, of x's shape and dtype.

    ``f`` reads x, in which one entry is moved at a time; afterwards x is as it was, also if f raises.
    Raises ``DTypeError``, ``OperandError``, ``ParameterError`` for an x or h that cannot be moved.
    """
    return eval_numerical_gradient_array(lambda moved: np.array(f(moved)), x, np.ones(()), h)


def eval_numerical_gradient_array(
    f: Callable[[Array], Array], x: Array, dout: Array, h: float = 1e-5
) -> Array:
    """(∂f/∂x)ᵀ ȳ for the cotangent ȳ = ``dout``, of f(x)'s shape; else as ``eval_numerical_gradient``.

    Raises ``ShapeError`` too, for a cotangent unlike f(x).
    """
    _check_movable(x, h)
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        gradient[place] = _slope(f, x, place, dout, h)
    return gradient


def _slope(f: Callable[[Array], Array], x: Array, place: Shape, dout: Array, h: float) -> float:
    """Σ ȳ ∂f/∂x[place], over the distance that x moves by after rounding."""
    before: float = x[place]
    try:
        x[place] = before + h
        right: float = x[place]
        above = _copied(f(x), dout)
        x[place] = before - h
        left: float = x[place]
        below = _copied(f(x), dout)
    finally:
        x[place] = before
    if right == left:
        raise ParameterError(
            "numerical gradient", f"h {h} beside an entry {before}", "an h that moves it", "enlarge h"
        )
    return float(np.sum((above - below) * dout)) / (right - left)


def _copied(result: Array, dout: Array) -> Array:
    """A copy: f may return x itself, which moves on."""
    copy = np.array(result)
    if copy.shape != dout.shape:
        raise ShapeError(
            "numerical gradient",
            f"a cotangent of shape {dout.shape}",
            f"shape {copy.shape}",
            "give dout the shape of f(x)",
        )
    return copy


def _check_movable(x: Array, h: float) -> None:
    what = "numerical gradient"
    if not is_float(x):
        raise DTypeError(what, str(x.dtype), "float32 or float64", "convert x: an integer cannot move by h")
    if not x.flags.writeable:
        raise OperandError(what, "an x that cannot be written to", "one that can", "pass a copy of x")
    if isinstance(h, bool) or not (isfinite(h) and h > 0):  # True would be a step of 1
        raise ParameterError(what, f"h {h}", "a finite number > 0", "take 1e-5")


def rel_error(x: Array, y: Array) -> float:
    """max |x − y| / max(1e-8, |x| + |y|), over the entries of two arrays of one shape; 0 of none.

    NaN where an entry is. Raises ``ShapeError``.
    """
    if x.shape != y.shape:
        raise ShapeError(
            "rel_error", f"shapes {x.shape} and {y.shape}", "one shape", "compare like with like"
        )
    error: float = np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)), initial=0.0)
    return float(error)
