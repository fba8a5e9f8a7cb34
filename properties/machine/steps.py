"""What a user may do next, in some thread: in the modes it is in, or in a block around the step alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from properties.machine.actor import Place
from properties.machine.bench import Bench
from properties.machine.model import Applied, Node, Numbers, leaf
from properties.machine.pool import Known, State, array_of, require, same

DEEPEST = 4
"""How many blocks one thread leaves open inside each other."""


class Step(ABC):
    """One thing done."""

    @abstractmethod
    def take(self, bench: Bench) -> None:
        """Do it with the engine, and say what must follow."""


# Handing in and out. An array that is the user's own is written to at once.


@dataclass(frozen=True, slots=True)
class HandIn(Step):
    """A new leaf."""

    where: Place
    numbers: Numbers
    constant: bool

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            if self.constant:
                bench.constant(actor, self.numbers)
            else:
                bench.variable(actor, self.numbers)


@dataclass(frozen=True, slots=True)
class Ask(Step):
    """A value is read; ``own``: as an array that is the user's."""

    where: Place
    value: Known
    own: bool

    def take(self, bench: Bench) -> None:
        value, session = self.value, bench.session
        read = session.numpy if self.own else session.realise
        with bench.place(self.where) as actor:
            array = actor.do(lambda: read(value.tensor))
        bench.pool.agree(value, f"what {value.name} is read as", array)
        bench.pool.computed(value)
        if self.own:
            require(array.flags.writeable, f"{value.name}.numpy()", "a locked array", "one's own")
            bench.pool.scribble(f"{value.name}.numpy()", array)


@dataclass(frozen=True, slots=True)
class Assign(Step):
    """A leaf is given another value."""

    where: Place
    value: Known
    numbers: Numbers

    def take(self, bench: Bench) -> None:
        value = self.value
        given = leaf(self.numbers[: value.size], requires_grad=False)
        array = array_of(given.numbers)
        with bench.place(self.where) as actor:
            actor.do(lambda: bench.session.assign(value.tensor, array))
        value.node.entries = given.entries
        bench.pool.replaced(value)
        bench.pool.scribble(f"an array that was assigned to {value.name}", array)


# Building.


@dataclass(frozen=True, slots=True)
class Apply(Step):
    """One op after the other, with the second input always the same."""

    where: Place
    kinds: list[str]
    spelling: str
    given: tuple[Known, Known]

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            bench.chain(actor, self.kinds, self.spelling, self.given)


@dataclass(frozen=True, slots=True)
class ApplyTwins(Step):
    """Two ops of one class, which differ in a parameter, on one input."""

    where: Place
    kinds: tuple[str, str]
    value: Known

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            for kind in self.kinds:
                bench.applied(actor, kind, "op", (self.value, self.value))


@dataclass(frozen=True, slots=True)
class ApplyOneOpTwice(Step):
    """One instance on two inputs, then the derivative of the first result."""

    where: Place
    kind: str
    first: Known
    second: Known
    numbers: Numbers

    def take(self, bench: Bench) -> None:
        with bench.place(self.where) as actor:
            made = bench.applied(actor, self.kind, "op", (self.first, self.second))
            bench.applied(actor, self.kind, "op", (self.second, self.first))
            if made is not None:
                bench.pull(actor, bench.started(actor, [made], [self.first]), self.numbers)


@dataclass(frozen=True, slots=True)
class Detach(Step):
    """The same value as a constant. Where it waits, a derivative passes beside it, and not through it."""

    where: Place
    value: Known
    numbers: Numbers
    as_data: bool

    def take(self, bench: Bench) -> None:
        value, session = self.value, bench.session
        cut = session.data if self.as_data else session.detach
        with bench.place(self.where) as actor:
            tensor = actor.do(lambda: cut(value.tensor))
        require(not session.requires_grad(tensor), f"requires_grad of {value.name} detached", True, False)
        done = value.state is State.COMPUTED
        node = Node(None if done else Applied("identity", (value.node,)), False, value.node.entries)
        cut_off = bench.show(bench.pool.add(node, tensor, value.state, () if done else (value,)))
        if not done and value.node.requires_grad and not value.node.derived:
            bench.pool.check()  # a walk may compute what waits; detaching may not
            self._derive(bench, cut_off)

    def _derive(self, bench: Bench, cut_off: Known) -> None:
        who, _ = self.where
        with bench.place((who, "lazy")) as actor:
            made = bench.applied(actor, "add", "op", (self.value, cut_off))
        if made is not None:
            with bench.place(self.where) as actor:
                bench.pull(actor, bench.started(actor, [made], [self.value]), self.numbers)
                bench.push(actor, [made], [self.value], [self.numbers])


@dataclass(frozen=True, slots=True)
class Sort(Step):
    """The topological order."""

    value: Known

    def take(self, bench: Bench) -> None:
        expected = bench.pool.order(self.value)
        if expected is not None:
            found = bench.session.order(self.value.tensor)
            require(same(found, expected), f"find_topo_sort([{self.value.name}])", found, expected)


# Modes.


@dataclass(frozen=True, slots=True)
class Enter(Step):
    """A block is opened, and stays open."""

    who: str
    mode: str

    def take(self, bench: Bench) -> None:
        if len(bench.actors[self.who].open) < DEEPEST:
            bench.actors[self.who].enter(self.mode)


@dataclass(frozen=True, slots=True)
class Leave(Step):
    """The innermost blocks are left, by an exception perhaps."""

    who: str
    count: int
    raising: bool

    def take(self, bench: Bench) -> None:
        actor = bench.actors[self.who]
        actor.leave(min(self.count, len(actor.open)), raising=self.raising)


@dataclass(frozen=True, slots=True)
class CallDecorated(Step):
    """An op is applied inside decorated functions that call each other, and themselves, and perhaps raise."""

    who: str
    names: list[str]
    kind: str
    given: tuple[Known, Known]
    raising: bool

    def take(self, bench: Bench) -> None:
        bench.applied_inside(bench.actors[self.who], self.names, self.kind, self.given, raising=self.raising)
