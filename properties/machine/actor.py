"""Who takes a step: somebody with modes of their own, which stay as they are from step to step.

One has a context in the thread that runs the machine, the other has a thread. What a wrong engine leaves
behind in either ends with it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import Context
from typing import TypeAlias, TypeVar

from properties.machine.session import Session
from properties.verdict import Broken, Given

T = TypeVar("T")

Modes: TypeAlias = tuple[bool, bool]
"""Whether ops wait, and whether results remember how they were made."""

Place: TypeAlias = tuple[str, str | None]
"""Who takes a step, and in which block, if in one that is for this step alone."""

DEFAULT: Modes = (False, True)

PLACES = {"lazy": (0, True), "eager": (0, False), "no_grad": (1, False), "enable_grad": (1, True)}
"""What each block changes, and to what."""


class Oops(Exception):
    """What a user's own code raises."""


def inside(name: str, modes: Modes) -> Modes:
    """The modes inside a block."""
    place, value = PLACES[name]
    lazy, grad = (value if at == place else mode for at, mode in enumerate(modes))
    return lazy, grad


class Actor:
    """The blocks that somebody has open, and what the modes must be: around each, and now."""

    def __init__(self, session: Session, *, threaded: bool) -> None:
        self.session = session
        self.context: Context = Context()
        self.thread: ThreadPoolExecutor | None = ThreadPoolExecutor(1) if threaded else None
        self.idle: bool = True
        self.open: list[AbstractContextManager[None]] = []
        self.expected: list[Modes] = [DEFAULT]
        self.decorated: dict[str, Callable[[tuple[str, ...], Callable[[], None], list[Modes]], None]] = {
            name: session.decorated(name, self._descend) for name in PLACES
        }

    @property
    def modes(self) -> Modes:
        """What the modes must be now."""
        return self.expected[-1]

    def do(self, act: Callable[[], T]) -> T:
        """Take a step. Whatever the engine raises is its answer, and wrong."""
        self.idle = False
        try:
            return self.thread.submit(act).result() if self.thread else self.context.run(act)
        except Exception as error:  # an engine on trial may raise anything
            raise Broken("the engine", f"{type(error).__name__}: {error}", "an answer", Given()) from error

    def raises(self, act: Callable[[], object]) -> bool:
        """Take a step; whether it raises ``Oops``, which is no answer of the engine's."""

        def attempt() -> bool:
            try:
                act()
            except Oops:
                return True
            return False

        return self.do(attempt)

    def enter(self, name: str) -> None:
        """Open a block."""
        block = self.session.mode(name)
        self.do(block.__enter__)
        self.open.append(block)
        self.expected.append(inside(name, self.modes))

    def leave(self, count: int, *, raising: bool) -> None:
        """Leave so many blocks, by an exception perhaps. Raises ``Broken`` if one swallows it."""
        for _ in range(count):
            block = self.open.pop()
            self.expected.pop()
            if self._exit(block, Oops() if raising else None) and raising:
                raise Broken("a block", "it swallows the exception", "the exception", Given())
            self.check()

    def call(self, names: tuple[str, ...], act: Callable[[], None]) -> tuple[list[Modes], list[Modes]]:
        """Call decorated functions, each from inside the last; what modes they saw, and should have seen.

        Each looks on its way down and on its way up; ``act`` is done at the bottom. If it raises ``Oops``,
        nobody looks on the way up.
        """
        seen: list[Modes] = []
        raised = self.raises(lambda: self._descend(names, act, seen))
        expected = [self.modes]
        for name in names:
            expected.append(inside(name, expected[-1]))
        return seen, expected if raised else [*expected, *expected[::-1]]

    def _descend(self, names: tuple[str, ...], act: Callable[[], None], seen: list[Modes]) -> None:
        seen.append(self.session.modes())
        if names:
            self.decorated[names[0]](names[1:], act, seen)
        else:
            act()
        seen.append(self.session.modes())

    def check(self) -> None:
        """Raise ``Broken`` unless the modes are what the open blocks say."""
        if self.idle:
            return
        found = self.do(self.session.modes)
        if found != self.modes:
            raise Broken("(LAZY_MODE, GRAD_MODE)", str(found), str(self.modes), Given())

    def close(self) -> None:
        """Leave every block, and end the thread."""
        try:
            while self.open:
                self._exit(self.open.pop(), None)
        finally:
            if self.thread:
                self.thread.shutdown()

    def _exit(self, block: AbstractContextManager[None], raised: Oops | None) -> bool | None:
        return self.do(lambda: block.__exit__(type(raised) if raised else None, raised, None))
