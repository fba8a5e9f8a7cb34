"""The state machine: a user, in two threads, who does with the engine whatever comes to mind, step by step.

There is one rule, which draws among the steps that can be taken. Hypothesis would leave out some of several
rules for a whole run, often most of them, and what is looked for here shows where steps of many kinds meet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, Protocol, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import SearchStrategy

from properties.machine.actor import PLACES, Place
from properties.machine.bench import ACTORS, Bench
from properties.machine.model import BINARY, MEANING, Numbers
from properties.machine.pool import Known
from properties.machine.session import Session
from properties.machine.steps import (
    DEEPEST,
    Apply,
    ApplyOneOpTwice,
    ApplyTwins,
    Ask,
    Assign,
    CallDecorated,
    Detach,
    Enter,
    HandIn,
    Leave,
    Sort,
    Step,
)
from properties.machine.walks import Backward, PullBack, PushForward, StartPullback, WalkIntoARuleThatRaises

P = ParamSpec("P")
T = TypeVar("T")


class Decorator(Protocol):
    """A decorator that leaves the type of a method as it is."""

    def __call__(self, f: Callable[P, None], /) -> Callable[P, None]: ...


def typed(decorator: Decorator) -> Decorator:
    """A decorator of Hypothesis, whose own types forget that of the method."""
    return decorator


runner: SearchStrategy[object] = st.runner()
"""The machine."""


def among(pick: Callable[[Bench], Sequence[T]]) -> SearchStrategy[T]:
    """One of those that there are when the step is drawn."""

    def draw(machine: object) -> SearchStrategy[T]:
        assert isinstance(machine, Machine)
        return st.sampled_from(pick(machine.bench))

    return runner.flatmap(draw)


pairs: SearchStrategy[Numbers] = st.tuples(st.integers(-3, 3), st.integers(-3, 3))
"""Numbers for a value of one entry or of two; one of one entry takes the first."""

two_pairs: SearchStrategy[tuple[Numbers, Numbers]] = st.tuples(pairs, pairs)
cotangents: SearchStrategy[Numbers | None] = st.none() | st.just((0, 0)) | pairs
directions: SearchStrategy[tuple[Numbers, ...]] = st.tuples(pairs, pairs, pairs, pairs)
values: SearchStrategy[Numbers] = pairs | pairs.map(lambda pair: pair[:1])

actors: SearchStrategy[str] = st.sampled_from([ACTORS[0], *ACTORS])
modes: SearchStrategy[str] = st.sampled_from(list(PLACES))
places: SearchStrategy[Place] = st.tuples(actors, st.none() | st.just("lazy") | modes)

kinds: SearchStrategy[str] = st.sampled_from(
    [*MEANING, *3 * sorted(BINARY), "relu"]
)  # graphs branch at ops of two inputs
curved: SearchStrategy[str] = st.sampled_from(["multiply", "square", "relu"])
chains: SearchStrategy[list[str]] = st.lists(kinds, min_size=1, max_size=3)
spellings: SearchStrategy[str] = st.sampled_from(["op", "written", "counted"])
twins: SearchStrategy[tuple[str, str]] = st.sampled_from([("double", "triple"), ("first_power", "square")])

anything: SearchStrategy[Known] = among(lambda bench: bench.pool.usable())
outputs: SearchStrategy[Known] = among(lambda bench: bench.pool.outputs())
variable: SearchStrategy[Known] = among(lambda bench: bench.pool.variables())
variables: SearchStrategy[list[Known]] = st.lists(variable, min_size=1, max_size=3)
twice: SearchStrategy[list[Known]] = outputs.map(lambda value: [value] * 2)
some_outputs: SearchStrategy[list[Known]] = st.lists(outputs | anything, min_size=1, max_size=2) | twice
walks: SearchStrategy[str] = st.sampled_from(["pullback", "pushforward", "backward"])
one_twice: SearchStrategy[tuple[Known, Known]] = anything.map(lambda value: (value, value))
two_values: SearchStrategy[tuple[Known, Known]] = st.tuples(anything, anything) | one_twice

Possible: TypeAlias = Callable[[Bench], bool]


def always(_: Bench) -> bool:
    """A step that can always be taken."""
    return True


def some_value(bench: Bench) -> bool:
    """One that needs a value."""
    return bool(bench.pool.usable())


def some_output(bench: Bench) -> bool:
    """One that needs a value of which a derivative can be asked."""
    return bool(bench.pool.outputs())


def some_variable(bench: Bench) -> bool:
    """One that needs a value with respect to which it can be asked."""
    return bool(bench.pool.variables())


STEPS: list[tuple[int, Possible, SearchStrategy[Step]]] = [
    (2, some_value, st.builds(Sort, anything)),
    (1, always, st.builds(HandIn, places, values, constant=st.booleans())),
    (2, some_value, st.builds(Ask, places, anything, own=st.booleans())),
    (1, lambda bench: bool(bench.pool.leaves()),
        st.builds(Assign, places, among(lambda bench: bench.pool.leaves()), pairs)),
    (3, some_value, st.builds(Apply, places, chains, spellings, two_values)),
    (1, some_value, st.builds(ApplyTwins, places, twins, anything)),
    (2, some_variable, st.builds(ApplyOneOpTwice, places, curved, variable, variable, pairs)),
    (2, some_value, st.builds(Detach, places, anything, pairs, as_data=st.booleans())),
    (4, some_output,
        st.builds(Backward, places, outputs, st.lists(cotangents, min_size=1, max_size=2))),
    (3, some_variable,
        st.builds(StartPullback, places, some_outputs, variables, st.tuples(pairs, pairs))),
    (1, lambda bench: bool(bench.usable_pulls()),
        st.builds(PullBack, places, among(lambda bench: bench.usable_pulls()), pairs)),
    (2, some_variable, st.builds(PushForward, places, some_outputs, variables, directions)),
    (1, some_variable, st.builds(WalkIntoARuleThatRaises, places, variable, walks)),
    (1, always, st.builds(Enter, actors, modes)),
    (1, lambda bench: bool(bench.inside_blocks()),
        st.builds(Leave, among(lambda bench: bench.inside_blocks()), st.integers(1, DEEPEST),
                  raising=st.booleans())),
    (1, some_value,
        st.builds(CallDecorated, actors, st.lists(modes, min_size=1, max_size=3), kinds, two_values,
                  raising=st.booleans())),
]  # fmt: skip
"""How often a step is taken beside the others, when it can be, and about what. The plainest comes first."""

WEIGHTED = [(possible, step) for weight, possible, step in STEPS for _ in range(weight)]


def next_steps(machine: object) -> SearchStrategy[Step]:
    """One of those that can be taken."""
    assert isinstance(machine, Machine)
    bench = machine.bench
    return st.sampled_from(WEIGHTED).filter(lambda each: each[0](bench)).flatmap(lambda each: each[1])


class Machine(RuleBasedStateMachine):
    """One run on one engine."""

    def __init__(self) -> None:
        super().__init__()
        self.bench: Bench = Bench(self.begin())

    def begin(self) -> Session:
        """The engine on trial."""
        return Session()

    def teardown(self) -> None:
        """End the threads."""
        self.bench.close()

    @typed(initialize(numbers=two_pairs, kinds=chains))
    def start(self, numbers: tuple[Numbers, Numbers], kinds: list[str]) -> None:
        """Two variables and something made of them."""
        first, second = numbers
        with self.bench.place((ACTORS[0], None)) as actor:
            given = self.bench.variable(actor, first), self.bench.variable(actor, second[:1])
            self.bench.chain(actor, kinds, "op", given)

    @typed(rule(step=runner.flatmap(next_steps)))
    def take(self, step: Step) -> None:
        """Whatever can be done."""
        step.take(self.bench)

    @typed(invariant())
    def agrees(self) -> None:
        """The engine agrees with the model."""
        self.bench.check()
