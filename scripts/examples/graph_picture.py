"""A computational graph as a picture: SVG and PNG by Graphviz, in files and in notebooks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import ParameterError, Tensor, find_topo_sort, graph_dot
from examples.files import written
from examples.formulas import expression, spelled
from examples.libraries import drawn
from examples.trace import NO_NAMES, Trace


@dataclass(frozen=True, slots=True)
class Picture:
    """Graphviz ``source``, and what becomes of it. All but the source raise ``LibraryMissing``."""

    source: str

    def svg(self) -> str:
        """The picture in lines and letters."""
        return drawn(self.source, "svg").decode()

    def png(self) -> bytes:
        """The picture in dots."""
        return drawn(self.source, "png")

    def save(self, path: Path) -> None:
        """Write the file whole, in the format that its name ends in. Raises ``ParameterError``."""
        if path.suffix not in _CONTENTS:
            raise ParameterError(
                "save", f"a file {path.name}", f"a name that ends in {' or '.join(_CONTENTS)}", "rename it"
            )
        content = _CONTENTS[path.suffix](self)
        with written(path) as part:
            part.write_bytes(content)

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows, by the types that it asks for."""
        asked = set(_SHOWN) if include is None else set(include)
        return {kind: _SHOWN[kind](self) for kind in _SHOWN if kind in asked - set(exclude or ())}


_SHOWN: Mapping[str, Callable[[Picture], str]] = {
    "image/svg+xml": Picture.svg,
    "text/plain": lambda picture: picture.source,
}

_CONTENTS: Mapping[str, Callable[[Picture], bytes]] = {
    ".svg": lambda picture: picture.svg().encode(),
    ".png": Picture.png,
}


def graph_picture(primal: Tensor, *adjoints: Tensor, names: Mapping[Tensor, str] = NO_NAMES) -> Picture:
    """The graph of a value, in a first colour, and in a second what its adjoints added to it."""
    return Picture(graph_dot(primal, *adjoints, names=names))


def trace_picture(trace: Trace) -> Picture:
    """The graph of a trace, with the adjoints of all variables, under the names of the table.

    What has no row there, such as the factor cos(v2) of a rule, is named by its formula.
    """
    values = find_topo_sort([trace.output, *trace.gradients])
    names = {value: expression(value, trace.names, _op_name(value)) for value in values}
    return graph_picture(trace.output, *trace.gradients, names=names)


def _op_name(value: Tensor) -> str:
    return "constant" if value.op is None else spelled(type(value.op).__name__)
