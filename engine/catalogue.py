"""The catalogue: every op with its facts, entered by the ``@op`` line above its class.

An ``Entry`` holds what is true of the op: a domain for each input and the signature of its shapes. It holds
no instruction to a test, no tolerance and no exemption.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter
from inspect import signature as signature_of
from typing import TypeVar, dataclass_transform

from engine.domain import Domain
from engine.errors import CatalogueError
from engine.graph import Op
from engine.kinds import Binary, Elementwise, Ternary, Unary
from engine.signature import Signature, parse_signature

SomeOp = TypeVar("SomeOp", bound=Op)


@dataclass(frozen=True, slots=True)
class Entry:
    """An op class and its facts."""

    op: type[Op]
    domains: tuple[Domain, ...]
    signature: Signature
    analytic: bool

    @property
    def name(self) -> str:
        """The name of the class, under which the op stands in the catalogue."""
        return self.op.__name__

    @property
    def formula(self) -> str:
        """The first paragraph of the docstring: what entry i of the result is, and where it is defined."""
        return " ".join((self.op.__doc__ or "").split("\n\n")[0].replace("``", "").split())

    @property
    def elementwise(self) -> bool:
        """Whether entry i of the result depends on entries i of the inputs alone."""
        return issubclass(self.op, Elementwise)


CATALOGUE: dict[str, Entry] = {}
"""Every op by name, in the order in which the families are imported."""


@dataclass_transform(frozen_default=True)
def op(
    *domains: Domain, signature: str | None = None, analytic: bool = True
) -> Callable[[type[SomeOp]], type[SomeOp]]:
    """Make the class a frozen, slotted dataclass and enter it in the catalogue.

    ``domains``: one for each input. ``signature``: the shapes (``engine.signature``); elementwise by default.
    ``analytic``: between its kinks, ``compute`` takes complex numbers and is an analytic function of them.
    np.abs, np.sign and np.linalg.cholesky take them and are not, silently; a cast drops their imaginary part.
    Raises ``CatalogueError`` for a name that is taken, and for facts that do not fit each other.
    """
    notation = signature or ",".join(["()"] * len(domains)) + "->()"

    def enter(cls: type[SomeOp]) -> type[SomeOp]:
        documented = bool((cls.__doc__ or "").strip())  # a dataclass writes a docstring where there is none
        made = dataclass(frozen=True, slots=True)(cls)
        if not getattr(made, "__match_args__", ()):  # the fields, those of a kind too
            _share(made)
        entry = Entry(made, domains, parse_signature(notation), analytic)
        _check(entry, documented=documented)
        CATALOGUE[entry.name] = entry
        return made

    return enter


def _share(cls: type[Op]) -> None:
    """Make every call of a class without parameters return one instance."""
    instance = object.__new__(cls)  # cls() would be that of a class above which is shared, too

    def shared(_: type[Op]) -> Op:
        return instance

    type.__setattr__(cls, "__new__", shared)


def entry_of(instance: Op) -> Entry:
    """The catalogue's entry for an op. Raises ``CatalogueError`` if it was never entered."""
    name = type(instance).__name__
    if name not in CATALOGUE or CATALOGUE[name].op is not type(instance):
        raise CatalogueError(
            name, "a class without an @op line", "an op of the catalogue", "put @op(...) above the class"
        )
    return CATALOGUE[name]


def is_analytic(instance: Op) -> bool:
    """Whether the op says that its ``compute`` is analytic; a class without an ``@op`` line says nothing."""
    entry = CATALOGUE.get(type(instance).__name__)
    return entry is not None and entry.op is type(instance) and entry.analytic


@contextmanager
def visiting() -> Generator[None, None, None]:
    """Inside, ops that are entered stay only until the end of the block."""
    before = dict(CATALOGUE)
    try:
        yield
    finally:
        CATALOGUE.clear()
        CATALOGUE.update(before)


def _check(entry: Entry, *, documented: bool) -> None:
    if entry.name in CATALOGUE:
        raise CatalogueError(
            entry.name, "a second op of this name", "one op for each name", "rename the class"
        )
    if len(entry.domains) != len(entry.signature.inputs):
        raise CatalogueError(
            entry.name,
            f"{len(entry.domains)} domains for {entry.signature.text}",
            "one domain for each input",
            "list the missing domains in the @op line",
        )
    inputs = _inputs(entry.op)
    if inputs not in (None, len(entry.domains)):
        raise CatalogueError(
            entry.name,
            f"{len(entry.domains)} domains for {inputs} inputs",
            "one domain for each input",
            "list as many in the @op line as the kind has inputs",
        )
    if not documented:
        raise CatalogueError(
            entry.name, "no docstring", "the formula as docstring", "write it as the first line"
        )


def check_has_instances(entry: Entry) -> None:
    """Raise ``CatalogueError`` for an op with parameters that says nowhere which ones to try."""
    _, *parameters = signature_of(entry.op.__init__).parameters.values()
    needed = [each.name for each in parameters if each.default is Parameter.empty]
    below_op = entry.op.__mro__[: entry.op.__mro__.index(Op)]
    if needed and not any("instances" in vars(each) for each in below_op):
        raise CatalogueError(
            entry.name,
            f"the parameters {', '.join(needed)}, and no instances",
            "the parameters to try",
            "yield ops from the classmethod instances(cls, *shapes)",
        )


def _inputs(op: type[Op]) -> int | None:
    """How many inputs the kind of the op has, if it says."""
    if issubclass(op, Unary):
        return 1
    if issubclass(op, Binary):
        return 2
    return 3 if issubclass(op, Ternary) else None
