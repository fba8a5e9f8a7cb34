"""An op that is wrong by as little as one likes, in one entry of its adjoint or its tangent."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from checks.functions import Function, Variadic
from engine.array import Array
from engine.catalogue import CATALOGUE, Entry, visiting
from engine.domain import REALS
from engine.kinds import Elementwise, Unary
from engine.signature import parse_signature
from engine.tensor import Tensor
from properties.grads.look import Mode


@dataclass(frozen=True, slots=True)
class Skewed(Elementwise, Unary):
    """yᵢ = aᵢ. In one mode the derivative's entry ``at`` is 1 + ``error`` times the right one."""

    mode: Mode
    at: int
    error: float

    def compute(self, a: Array) -> Array:
        return a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad * self._factors(node) if self.mode == "rev" else out_grad

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent * self._factors(node) if self.mode == "fwd" else in_tangent

    def _factors(self, node: Tensor) -> Tensor:
        return Tensor.make_const(skew(node.realize_cached_data(), self.at, self.error))


def skew(like: Array, at: int, error: float) -> Array:
    """Ones, but for entry ``at``."""
    factors = np.ones_like(like)
    factors.reshape(-1)[at] += error
    return factors


@contextmanager
def in_catalogue() -> Generator[None]:
    """Inside, the op is a user's own one, which says that it is analytic."""
    with visiting():
        CATALOGUE[Skewed.__name__] = Entry(Skewed, (REALS,), parse_signature("()->()"), analytic=True)
        yield


def planted(f: Function, number: int, op: Skewed) -> Variadic:
    """f of its arguments, of which one goes through the op first."""

    def wrong(*args: Tensor) -> Tensor:
        return f(*[op(arg) if at == number else arg for at, arg in enumerate(args)])

    return wrong
