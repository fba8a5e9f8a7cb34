"""Two modes, each lent for the length of a ``with`` block and handed back even when it raises.

Each is a context variable, so a thread or a task has its own. Every block is a decorator too.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

LAZY_MODE: ContextVar[bool] = ContextVar("LAZY_MODE", default=False)
"""Whether ops wait: nothing is computed before it is asked for."""

GRAD_MODE: ContextVar[bool] = ContextVar("GRAD_MODE", default=True)
"""Whether results remember how they were made."""


@contextmanager
def _lent(variable: ContextVar[bool], value: bool) -> Generator[None, None, None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


@contextmanager
def lazy() -> Generator[None, None, None]:
    """Inside, ops build the graph and compute nothing until a value is asked for."""
    with _lent(LAZY_MODE, True):
        yield


@contextmanager
def eager() -> Generator[None, None, None]:
    """Inside, every op computes at once (the default)."""
    with _lent(LAZY_MODE, False):
        yield


@contextmanager
def no_grad() -> Generator[None, None, None]:
    """Inside, results require no gradient and keep no graph."""
    with _lent(GRAD_MODE, False):
        yield


@contextmanager
def enable_grad() -> Generator[None, None, None]:
    """Inside, results remember how they were made (the default)."""
    with _lent(GRAD_MODE, True):
        yield
