"""Engines that are wrong in how they lend modes and take them back: the reference engine, but for one answer.

A source is named where the bug is one that people made.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

from engine.graph import Op
from engine.mode import GRAD_MODE, LAZY_MODE, eager, enable_grad, lazy, no_grad
from engine.tensor import Tensor
from properties.machine.session import Session

P = ParamSpec("P")
T = TypeVar("T")


def settings_of(name: str) -> tuple[ContextVar[bool], bool]:
    """What a block sets, and to what."""
    return (GRAD_MODE if "grad" in name else LAZY_MODE), name in ("lazy", "enable_grad")


class Switch:
    """A mode that is its own context manager, and remembers the mode before in one place."""

    def __init__(self, name: str) -> None:
        self.variable, self.value = settings_of(name)
        self.before: bool = self.value

    def __enter__(self) -> None:
        self.before = self.variable.get()
        self.variable.set(self.value)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.variable.set(self.before)


class OneSwitch(Session):
    """The decorated function shares one context manager with its own inner calls (pytorch #44531, #10858)."""

    def decorated(self, name: str, f: Callable[P, T]) -> Callable[P, T]:
        switch = Switch(name)

        @wraps(f)
        def switched(*args: P.args, **kwargs: P.kwargs) -> T:
            with switch:
                return f(*args, **kwargs)

        return switched


class LeftBehind(Session):
    """An exception leaves the mode as the block set it: there is no ``finally``."""

    def mode(self, name: str) -> AbstractContextManager[None]:
        return self._block(name)

    @contextmanager
    def _block(self, name: str) -> Generator[None, None, None]:
        variable, value = settings_of(name)
        before = variable.get()
        variable.set(value)
        yield
        variable.set(before)


class Swallowing(Session):
    """A block swallows the exception that leaves it."""

    def mode(self, name: str) -> AbstractContextManager[None]:
        return self._block(name)

    @contextmanager
    def _block(self, name: str) -> Generator[None, None, None]:
        with super().mode(name), suppress(Exception):
            yield


class NotNested(Session):
    """Leaving a block restores the default and not the mode before."""

    def mode(self, name: str) -> AbstractContextManager[None]:
        return self._block(name)

    @contextmanager
    def _block(self, name: str) -> Generator[None, None, None]:
        variable, value = settings_of(name)
        variable.set(value)
        try:
            yield
        finally:
            variable.set(variable is GRAD_MODE)


class GlobalModes(Session):
    """Modes are a global of the module: what one thread sets, another sees."""

    def __init__(self) -> None:
        self.flags: dict[ContextVar[bool], bool] = {LAZY_MODE: False, GRAD_MODE: True}

    def mode(self, name: str) -> AbstractContextManager[None]:
        return self._block(name)

    def decorated(self, name: str, f: Callable[P, T]) -> Callable[P, T]:
        @wraps(f)
        def flagged(*args: P.args, **kwargs: P.kwargs) -> T:
            with self._block(name):
                return f(*args, **kwargs)

        return flagged

    def modes(self) -> tuple[bool, bool]:
        return self.flags[LAZY_MODE], self.flags[GRAD_MODE]

    def apply(self, op: Op, inputs: Sequence[Tensor]) -> Tensor:
        lazy_mode, grad_mode = self.modes()
        with lazy() if lazy_mode else eager(), enable_grad() if grad_mode else no_grad():
            return op(*inputs)

    @contextmanager
    def _block(self, name: str) -> Generator[None, None, None]:
        variable, value = settings_of(name)
        before, self.flags[variable] = self.flags[variable], value
        try:
            yield
        finally:
            self.flags[variable] = before
