"""The values that the machine knows, each as the engine and as the model has it; and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from engine.array import Array, Shape, as_array
from engine.tensor import Tensor
from properties.adapters.counting import Counts
from properties.machine.model import HIGHEST_ORDER, Node, Numbers, depends_on_variables, passed, reach
from properties.machine.session import Session
from properties.verdict import Broken, Given

FIRST, LATEST, DERIVED = 3, 5, 3
"""Steps are about so many of the first and of the latest values, so that they have to do with each other, and
of the latest derivatives, which would crowd out the rest."""


class State(Enum):
    """What an engine may have computed. ``PERHAPS``: it was free to need the value or not."""

    WAITS = "waits"
    PERHAPS = "perhaps"
    COMPUTED = "computed"


class Known:
    """A value.

    ``inputs``: what the op that made it was given. ``together``: the results of the same walk, whose graphs
    may run through each other. ``counts``: how often its op was asked, where that was counted. ``stale``: a
    leaf behind it has another value since, so that its derivatives are nobody's business. ``array`` and
    ``grad``: what the engine was last seen to hold.
    """

    def __init__(self, name: str, node: Node, tensor: Tensor, state: State, inputs: Sequence[Known]) -> None:
        self.name = name
        self.node = node
        self.tensor = tensor
        self.state = state
        self.inputs: tuple[Known, ...] = tuple(inputs)
        self.together: list[Known] = []
        self.counts: Counts | None = None
        self.stale: bool = False
        self.array: Array | None = None
        self.grad: Tensor | None = None

    def __repr__(self) -> str:
        return self.name

    @property
    def size(self) -> int:
        """The number of entries."""
        return len(self.node.entries)

    @property
    def is_leaf(self) -> bool:
        """Whether it was handed in, or detached of what was computed."""
        return self.node.made is None

    def sources(self) -> tuple[Known, ...]:
        """What the engine remembers that it was made of."""
        forgets = self.state is State.COMPUTED and not self.node.requires_grad
        return () if forgets else self.inputs


@dataclass(frozen=True, slots=True)
class Kept:
    """An array that is to stay as it is, and its bytes."""

    what: str
    array: Array
    copy: bytes


def shape_of(numbers: Numbers) -> Shape:
    """() for one number, (2,) for two."""
    return () if len(numbers) == 1 else (len(numbers),)


def array_of(numbers: Numbers) -> Array:
    """The numbers as an array."""
    return as_array(np.array(numbers, np.float64).reshape(shape_of(numbers)))


def require(agrees: bool, what: str, got: object, expected: object) -> None:
    """Raise ``Broken`` unless the engine agrees."""
    if not agrees:
        raise Broken(what, str(got), str(expected), Given())


def fit(nodes: Sequence[Node]) -> bool:
    """Whether float64 holds the derivatives exactly, and they are of an order that is not too dear."""
    return all(node.fits and node.order <= HIGHEST_ORDER for node in nodes)


class Pool:
    """All values so far, and a copy of every array that was ever handed over, in or out, or computed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: list[Known] = []
        self.kept: dict[int, Kept] = {}
        self.made: int = 0

    # What is there.

    def usable(self) -> list[Known]:
        """The values that the model knows everything about."""
        fresh = [known for known in self.known if not known.stale]
        plain = [known for known in fresh if not known.node.derived]
        derived = [known for known in fresh if known.node.derived]
        return [*plain[:FIRST], *plain[FIRST:][-LATEST:], *derived[-DERIVED:]]

    def leaves(self) -> list[Known]:
        """The values that may be given another."""
        return [known for known in self.usable() if known.is_leaf]

    def outputs(self) -> list[Known]:
        """The values of which a derivative may be asked; results, if there are any."""
        able = [known for known in self.usable() if known.node.requires_grad]
        results = [known for known in able if not known.is_leaf and known.node.order < HIGHEST_ORDER]
        return results or able

    def variables(self) -> list[Known]:
        """The values with respect to which it may be asked: all but those that the engine made by itself.

        A graph of the engine's own may run through those in ways that the model does not know.
        """
        able = [known for known in self.usable() if known.node.requires_grad]
        return [known for known in able if not known.node.derived]

    # What comes in.

    def keep(self, what: str, array: Array) -> Array:
        """Hold the array to what it is now."""
        self.kept[id(array)] = Kept(what, array, array.tobytes())
        return array

    def scribble(self, what: str, array: Array) -> None:
        """Write into an array that is the user's own, and hold it to that."""
        array[...] = 77.0
        self.keep(what, array)

    def add(self, node: Node, tensor: Tensor, state: State, inputs: Sequence[Known] = ()) -> Known:
        """Remember a value; one that is known already must have these numbers, too."""
        for known in self.known:
            if known.tensor is tensor:
                require(known.node.numbers == node.numbers, known.name, known.node.numbers, node.numbers)
                return known
        known = Known(f"v{self.made}", node, tensor, state, inputs)
        self.made += 1
        self.known.append(known)
        return known

    def add_derived(self, node: Node, tensor: Tensor, state: State, *, recording: bool) -> Known:
        """Remember a derivative, which requires a gradient if the engine says so.

        One that does not depend on a variable may, one that does must; and in ``no_grad`` none does.
        """
        claims = self.session.requires_grad(tensor)
        require(recording or not claims, "requires_grad of a derivative in no_grad", claims, False)
        if recording and not claims:
            require(not depends_on_variables(node), "requires_grad of a derivative", False, True)
        node.requires_grad = claims
        return self.add(node, tensor, state)

    # What has been computed.

    def computed(self, known: Known) -> None:
        """A value was asked for: with it everything was computed that it was made of."""
        waiting = [known]
        while waiting:
            each = waiting.pop()
            if each.state is State.COMPUTED:
                continue
            each.state = State.COMPUTED
            waiting.extend(each.inputs)
            if each.node.derived:
                self.touched([each, *each.together])

    def touched(self, several: Sequence[Known]) -> None:
        """A walk went over these: what stands behind them may have been computed."""
        behind = {node for known in several for node in reach(known.node)}
        for each in self.known:
            if each.state is State.WAITS and (each.node in behind or each in several):
                each.state = State.PERHAPS

    def replaced(self, leaf: Known) -> None:
        """A leaf got another value: what was computed stays, what waits is anybody's guess."""
        for each in self.known:
            each.stale = each.stale or (each is not leaf and leaf.node in reach(each.node))
        self.known = [each for each in self.known if not each.stale or each.state is State.COMPUTED]
        leaf.array = None

    # Whether engine and model agree.

    def check(self) -> None:
        """Raise ``Broken`` where they do not."""
        for known in self.known:
            self._check_value(known)
            self._check_graph(known)
            found = self.session.grad(known.tensor)
            if not known.node.derived:
                require(found is known.grad, f"{known.name}.grad", found, known.grad)
        for kept in self.kept.values():
            if kept.array.tobytes() != kept.copy:
                raise Broken(kept.what, str(kept.array), f"{np.frombuffer(kept.copy)}, unchanged", Given())

    def _check_value(self, known: Known) -> None:
        held = self.session.held(known.tensor)
        if held is None:
            require(known.state is not State.COMPUTED, known.name, "no value", known.node.numbers)
        else:
            require(known.state is not State.WAITS, f"{known.name}, which waits", held, "no value yet")
            known.state = State.COMPUTED
            self._check_array(known, held)
        if known.counts is not None:
            computed = int(held is not None)
            require(
                known.counts.computed == computed, f"calls for {known.name}", known.counts.computed, computed
            )

    def _check_array(self, known: Known, held: Array) -> None:
        if known.array is None:
            self.agree(known, known.name, held)
            known.array = self.keep(f"the array of {known.name}", held)
        require(held is known.array, f"the array of {known.name}", "another one", "the one computed first")

    def agree(self, known: Known, what: str, array: Array) -> None:
        """Raise unless an array has the numbers of the model."""
        expected = array_of(known.node.numbers)
        same = array.shape == expected.shape and array.dtype == expected.dtype
        require(same and array.tolist() == expected.tolist(), what, array, expected)

    def _check_graph(self, known: Known) -> None:
        claims = self.session.requires_grad(known.tensor)
        require(claims == known.node.requires_grad, f"requires_grad of {known.name}", claims, not claims)
        if known.state is State.PERHAPS or (known.node.derived and known.node.requires_grad):
            return
        found, expected = self.session.inputs(known.tensor), known.sources()
        require(same(found, expected), f"inputs of {known.name}", found, expected)

    def order(self, known: Known) -> list[Known] | None:
        """The topological order below a value, if the model knows all that stands there."""
        found: dict[Known, None] = {}

        def visit(each: Known) -> bool:
            if each in found:
                return True
            if each.state is State.PERHAPS or each.node.derived or not all(map(visit, each.sources())):
                return False
            found[each] = None
            return True

        return list(found) if visit(known) else None

    def gradients(self, output: Known) -> tuple[list[Known], list[Known]]:
        """The values in which ``backward`` leaves an adjoint, and those in which it may leave one of zeros.

        The second stand behind a derivative, in a graph of the engine's own, and are perhaps not in it.
        """
        surely = set(passed(output.node))
        beyond = {node for each in surely if each.derived for node in reach(each) if node.requires_grad}
        plain = [known for known in self.known if not known.stale and not known.node.derived]
        sure = [known for known in plain if known.node in surely]
        return sure, [known for known in plain if known.node in beyond - surely]


def same(found: Sequence[Tensor], expected: Sequence[Known]) -> bool:
    """Whether the engine's values are those that the model expects, in order."""
    return list(map(id, found)) == [id(known.tensor) for known in expected]
