"""What the steps of the machine share: who there is, what is known, and how an op or a walk adds to it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from hypothesis import note

from engine.array import Array
from engine.tensor import Tensor
from properties.adapters.counting import Counting, Counts
from properties.machine.actor import Actor, Modes, Oops, Place, inside
from properties.machine.model import BINARY, Adjoint, Applied, Node, Numbers, Tangent, follow, leaf
from properties.machine.pool import LATEST, Known, Pool, State, array_of, fit, require
from properties.machine.session import Pull, Session

ACTORS = ("here", "there")


class Pulled:
    """A function that pulls cotangents back, and of what."""

    def __init__(self, pull: Pull, outputs: Sequence[Known], inputs: Sequence[Known]) -> None:
        self.pull = pull
        self.outputs: tuple[Known, ...] = tuple(outputs)
        self.inputs: tuple[Known, ...] = tuple(inputs)

    def __repr__(self) -> str:
        outputs, inputs = (", ".join(map(repr, each)) for each in (self.outputs, self.inputs))
        return f"pullback of {outputs} to {inputs}"

    @property
    def stale(self) -> bool:
        """Whether a leaf behind it has another value by now."""
        return any(known.stale for known in (*self.outputs, *self.inputs))


class Bench:
    """One run on one engine."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.pool: Pool = Pool(session)
        self.actors: dict[str, Actor] = {name: Actor(session, threaded=name == "there") for name in ACTORS}
        self.pulls: list[Pulled] = []

    def check(self) -> None:
        """Raise ``Broken`` where engine and model do not agree."""
        self.pool.check()
        for actor in self.actors.values():
            actor.check()

    def close(self) -> None:
        """End the threads."""
        for actor in self.actors.values():
            actor.close()

    @contextmanager
    def place(self, where: Place, *, raising: bool = False) -> Generator[Actor, None, None]:
        """A thread, inside a block for one step perhaps, which is left by an exception if ``raising``."""
        who, mode = where
        actor = self.actors[who]
        if mode is not None:
            actor.enter(mode)
        yield actor
        if mode is not None:
            actor.leave(1, raising=raising)

    def inside_blocks(self) -> list[str]:
        """Who has blocks open."""
        return [name for name, actor in self.actors.items() if actor.open]

    def usable_pulls(self) -> list[Pulled]:
        """The pullbacks of which the model knows everything."""
        return [pulled for pulled in self.pulls if not pulled.stale][-LATEST:]

    def cotangent(self, out_grad: Numbers) -> Array:
        """An array that is handed in, and stays as it is."""
        return self.pool.keep("a cotangent", array_of(out_grad))

    def variable(self, actor: Actor, numbers: Numbers) -> Known:
        """A leaf that requires a gradient; the array stays the user's own."""
        array = array_of(numbers)
        tensor = actor.do(lambda: self.session.variable(array))
        self.pool.scribble("an array that a variable was made of", array)
        return self.show(self.pool.add(leaf(numbers, requires_grad=True), tensor, State.COMPUTED))

    def constant(self, actor: Actor, numbers: Numbers) -> Known:
        """A leaf that requires none; the array is the engine's from now on."""
        array = self.pool.keep("an array that is a constant", array_of(numbers))
        tensor = actor.do(lambda: self.session.constant(array))
        return self.show(self.pool.add(leaf(numbers, requires_grad=False), tensor, State.COMPUTED))

    def chain(self, actor: Actor, kinds: Sequence[str], spelling: str, given: tuple[Known, Known]) -> None:
        """Apply one op after the other, with the second input always the same."""
        made, other = given
        for kind in kinds:
            made = self.applied(actor, kind, spelling, (made, other)) or made

    def applied(self, actor: Actor, kind: str, spelling: str, given: Sequence[Known]) -> Known | None:
        """Apply an op; nothing is done where float64 would not be exact."""
        inputs = given if kind in BINARY else given[:1]
        node = _result(kind, inputs, actor.modes)
        if not node.fits:
            return None
        counts = Counts() if spelling == "counted" else None
        tensor = actor.do(self._application(kind, spelling, inputs, counts))
        known = self._made(node, tensor, inputs, actor.modes)
        known.counts = counts
        return known

    def applied_inside(
        self, actor: Actor, names: Sequence[str], kind: str, given: Sequence[Known], *, raising: bool
    ) -> None:
        """Apply an op inside decorated functions that call each other, and perhaps raise."""
        inputs = given if kind in BINARY else given[:1]
        expected = actor.modes
        for name in names:
            expected = inside(name, expected)
        node = _result(kind, inputs, expected)
        if not node.fits:
            return
        made: list[Tensor] = []
        application = self._application(kind, "op", inputs, None)

        def act() -> None:
            made.append(application())
            if raising:
                raise Oops

        seen, should = actor.call(tuple(names), act)
        require(seen == should, "(LAZY_MODE, GRAD_MODE) on the way down and up", seen, should)
        self._made(node, made[0], inputs, expected)

    def walk_back(self, actor: Actor, output: Known, numbers: Numbers | None) -> None:
        """Call ``backward``, and look at every ``grad`` that it may have left."""
        size = output.size
        out_grad = (1,) * size if numbers is None else numbers[:size]
        sure, perhaps = self.pool.gradients(output)
        nodes = {
            known: follow(Adjoint((output.node,), (known.node,), 0, (out_grad,)), requires_grad=False)
            for known in (*sure, *perhaps)
        }
        if not fit(list(nodes.values())):
            return
        array = None if numbers is None else self.cotangent(out_grad)
        actor.do(lambda: self.session.backward(output.tensor, array))
        walked: list[tuple[Node, Tensor]] = []
        for known, node in nodes.items():
            before, known.grad = known.grad, self.session.grad(known.tensor)
            if known.grad is not None and (known in sure or known.grad is not before):
                walked.append((node, known.grad))
            else:
                left_out = known in perhaps and not any(node.numbers) and known.grad is before
                require(left_out, f"{known.name}.grad", known.grad, node.numbers)
        self.walked(actor, [output], [node for node, _ in walked], [grad for _, grad in walked])

    def started(self, actor: Actor, outputs: Sequence[Known], inputs: Sequence[Known]) -> Pulled:
        """Ask for a pullback."""
        given, wanted = _tensors(outputs), _tensors(inputs)
        pull = actor.do(lambda: self.session.pulling(given, wanted))
        self.pulls.append(Pulled(pull, outputs, inputs))
        return self.pulls[-1]

    def pull(self, actor: Actor, pulled: Pulled, numbers: Numbers) -> None:
        """Pull cotangents back: the numbers for the first output, and reversed for the second."""
        every = zip(pulled.outputs, (numbers, numbers[::-1]), strict=False)
        out_grads = tuple(each[: output.size] for output, each in every)
        outputs, inputs = (
            tuple(each.node for each in several) for several in (pulled.outputs, pulled.inputs)
        )
        nodes = [
            follow(Adjoint(outputs, inputs, at, out_grads), requires_grad=False) for at in range(len(inputs))
        ]
        if fit(nodes):
            arrays = list(map(self.cotangent, out_grads))
            self.walked(actor, pulled.outputs, nodes, actor.do(lambda: pulled.pull(arrays)))

    def push(
        self, actor: Actor, outputs: Sequence[Known], inputs: Sequence[Known], numbers: Sequence[Numbers]
    ) -> None:
        """Push tangents forward; those of an input that is named twice add up."""
        given = [each[: known.size] for known, each in zip(inputs, numbers, strict=False)]
        moved: dict[Node, Numbers] = {}
        for known, direction in zip(inputs, given, strict=True):
            before = moved.get(known.node, (0,) * known.size)
            moved[known.node] = tuple(map(int.__add__, before, direction))
        nodes = [follow(Tangent(output.node, moved), requires_grad=False) for output in outputs]
        if fit(nodes):
            arrays = [self.pool.keep("a tangent", array_of(direction)) for direction in given]
            asked, moving = _tensors(outputs), _tensors(inputs)
            tangents = actor.do(lambda: self.session.pushforward(asked, moving, arrays))
            self.walked(actor, outputs, nodes, tangents)

    def walked(
        self, actor: Actor, outputs: Sequence[Known], nodes: Sequence[Node], found: Sequence[Tensor]
    ) -> None:
        """Remember what a walk over the graph of the outputs found."""
        require(len(found) == len(nodes), "derivatives", f"{len(found)} of them", len(nodes))
        lazy, recording = actor.modes
        if not lazy:
            self.pool.touched(outputs)
        state = State.PERHAPS if lazy else State.COMPUTED
        together: list[Known] = []
        for node, tensor in zip(nodes, found, strict=True):
            known = self.pool.add_derived(node, tensor, state, recording=recording)
            if known.state is not State.COMPUTED and not lazy:
                self.pool.computed(known)
            known.together.extend(together)
            for other in together:
                other.together.append(known)
            together.append(known)
            self.show(known)

    def show(self, made: Known) -> Known:
        """Say what a step made; Hypothesis shows it with the steps of a failure."""
        note(f"    {made.name} = {list(made.node.numbers)}, {made.state.value}")
        return made

    def _application(
        self, kind: str, spelling: str, inputs: Sequence[Known], counts: Counts | None
    ) -> Callable[[], Tensor]:
        tensors = _tensors(inputs)
        if spelling == "written":
            return lambda: self.session.write(kind, tensors)
        op = self.session.op_of(kind, inputs[0].size)
        return lambda: self.session.apply(op if counts is None else Counting(op, counts), tensors)

    def _made(self, node: Node, tensor: Tensor, inputs: Sequence[Known], modes: Modes) -> Known:
        lazy, _ = modes
        known = self.pool.add(node, tensor, State.WAITS if lazy else State.COMPUTED, inputs)
        if not lazy and known not in inputs:  # what has the right shape already is handed back as it is
            for each in inputs:
                self.pool.computed(each)
        return self.show(known)


def _result(kind: str, inputs: Sequence[Known], modes: Modes) -> Node:
    _, recording = modes
    requires_grad = recording and any(known.node.requires_grad for known in inputs)
    return follow(Applied(kind, tuple(known.node for known in inputs)), requires_grad=requires_grad)


def _tensors(several: Sequence[Known]) -> list[Tensor]:
    return [known.tensor for known in several]
