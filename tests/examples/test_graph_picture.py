import struct
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine import ParameterError, Tensor, Unary, pullback
from engine.array import Array, Shape
from examples import libraries
from examples.errors import LibraryMissing
from examples.graph_picture import Picture, graph_picture, trace_picture
from examples.lecture import Program, autoencoder_program, lecture_program, swish_program

SVG = "{http://www.w3.org/2000/svg}"


class Drawing:
    """What an SVG shows: the labels of its boxes, their colours and classes, and the edges between them."""

    def __init__(self, svg: str) -> None:
        groups = list(ElementTree.fromstring(svg).iter(f"{SVG}g"))
        boxes = [group for group in groups if group.attrib["class"].startswith("node")]
        arrows = [group for group in groups if group.attrib["class"] == "edge"]
        label = {_title(box): _texts(box)[0] for box in boxes}
        self.facts: dict[str, str] = {label[_title(box)]: " ".join(_texts(box)[1:]) for box in boxes}
        self.part: dict[str, str] = {
            label[_title(box)]: box.attrib["class"].removeprefix("node ") for box in boxes
        }
        self.fill: dict[str, str] = {label[_title(box)]: _fill(box) for box in boxes}
        ends = [_title(arrow).split("->") for arrow in arrows]
        self.edges: list[tuple[str, str]] = [(label[start], label[end]) for start, end in ends]

    def users(self, name: str, part: str = "primal") -> list[str]:
        return sorted(end for start, end in self.edges if start == name and self.part[end] == part)

    def made_of(self, name: str) -> list[str]:
        return sorted(start for start, end in self.edges if end == name)


class Notebook(Picture):
    """A picture, asked as a notebook asks."""

    def svg_shown(self) -> str:
        return self._repr_svg_()

    def bundle(
        self, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
    ) -> dict[str, str]:
        return self._repr_mimebundle_(include=include, exclude=exclude)


def _title(group: ElementTree.Element) -> str:
    return "".join(title.text or "" for title in group.iter(f"{SVG}title"))


def _texts(group: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{SVG}text")]


def _fill(group: ElementTree.Element) -> str:
    return next(shape.attrib["fill"] for shape in group.iter(f"{SVG}polygon"))


def _drawing(program: Program) -> Drawing:
    return Drawing(trace_picture(program.trace()).svg())


def _size(png: bytes) -> Sequence[int]:
    """Width and height, which stand in a PNG file behind its signature and the head of its first chunk."""
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


@pytest.fixture
def picture() -> Picture:
    x = Tensor(2.0)
    y = x * x
    return graph_picture(y, *pullback(y, [x]), names={x: "x", y: "y"})


def test_forward_and_adjoint_part_have_two_colours() -> None:
    drawing = _drawing(lecture_program())
    assert {drawing.part[name] for name in drawing.part} == {"primal", "adjoint"}
    assert {drawing.fill[name] for name, part in drawing.part.items() if part == "primal"} == {"lightblue"}
    assert {drawing.fill[name] for name, part in drawing.part.items() if part == "adjoint"} == {"lightsalmon"}
    assert {f"v{number}" for number in range(1, 8)} <= {
        name for name, part in drawing.part.items() if part == "primal"
    }


def test_the_picture_has_the_names_of_the_table() -> None:
    drawing = _drawing(lecture_program())
    assert drawing.made_of("v̄2") == ["v̄2→v4", "v̄2→v5"]
    assert drawing.made_of("v̄2→v5") == ["cos(v2)", "v̄5"]
    assert drawing.made_of("v7") == ["-v5", "v6"]
    assert drawing.users("v̄7 = v̄6 = v̄4 = v̄3", "adjoint") == ["v̄1→v3", "v̄1→v4", "v̄2→v4", "v̄5"]


def test_two_paths_lead_to_the_autoencoders_weights() -> None:
    drawing = _drawing(autoencoder_program())
    assert drawing.users("W") == ["D", "h"]
    assert drawing.made_of("z") == ["D", "h"]
    assert drawing.made_of("W̄") == ["W̄→D", "W̄→h"]
    assert drawing.part["W̄→D"] == drawing.part["W̄→h"] == "adjoint"


def test_swish_is_seen_to_be_a_product() -> None:
    drawing = _drawing(swish_program())
    assert drawing.made_of("y") == ["k", "s"]
    assert drawing.facts["y"].startswith("EWiseMul()")
    assert drawing.users("k") == ["s", "y"]
    assert drawing.made_of("k̄") == ["k̄→s", "k̄→y"]


def test_a_picture_without_adjoints_has_one_colour() -> None:
    x = Tensor(2.0)
    assert set(Drawing(graph_picture(x * 3).svg()).fill.values()) == {"lightblue"}


@pytest.mark.parametrize(
    "name",
    [
        'a "quoted" name',
        "back\\slash",
        "ends in \\",
        '\\"',
        "\\N \\G \\l",
        "<b>&amp;</b>",
        "ẋ̄ → ½",
        "a; }",
        "#",
    ],
)
def test_any_name_is_drawn_as_it_is(name: str) -> None:
    x = Tensor(2.0)
    drawing = Drawing(graph_picture(x * x, names={x: name}).svg())
    assert drawing.part == {name: "primal", "v2": "primal"}
    assert drawing.facts[name] == "variable \N{NO-BREAK SPACE}() float64"


def test_two_values_of_one_name_are_two_boxes() -> None:
    x, w = Tensor(2.0), Tensor(3.0)
    svg = graph_picture(x * w, names={x: "w", w: "w"}).svg()
    assert svg.count('class="node') == 3


class Quoting(Unary):
    """An op whose name holds what Graphviz would take for the end of a label."""

    def compute(self, a: Array) -> Array:
        return a

    def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
        return out_grad

    def tangent(self, in_tangent: Tensor, node: Tensor) -> Tensor:
        return in_tangent

    def out_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def __repr__(self) -> str:
        return 'Quoting(text="{a|b}")'


def test_quotes_in_an_op_are_drawn() -> None:
    drawing = Drawing(graph_picture(Quoting()(Tensor(1.0))).svg())
    assert drawing.facts["v2"].startswith('Quoting(text="{a|b}")')


def test_a_png_is_a_png(picture: Picture) -> None:
    png = picture.png()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert min(_size(png)) > 50


@pytest.mark.parametrize("name", ["graph.svg", "graph.png", "in/a/new folder/graph.svg"])
def test_a_picture_is_saved_in_the_format_of_its_name(tmp_path: Path, picture: Picture, name: str) -> None:
    path = tmp_path / name
    picture.save(path)
    expected = picture.png() if name.endswith("png") else picture.svg().encode()
    assert path.read_bytes() == expected
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_there_is_replaced(tmp_path: Path, picture: Picture) -> None:
    path = tmp_path / "graph.svg"
    path.write_text("old")
    picture.save(path)
    assert path.read_text() == picture.svg()


@pytest.mark.parametrize("name", ["graph", "graph.jpg", "graph.svg.gz", ".svg", "graph.SVG"])
def test_another_format_is_refused_and_nothing_written(tmp_path: Path, picture: Picture, name: str) -> None:
    with pytest.raises(ParameterError, match=r"a name that ends in \.svg or \.png"):
        picture.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_svg(picture: Picture) -> None:
    notebook = Notebook(picture.source)
    assert notebook.bundle() == {"image/svg+xml": picture.svg(), "text/plain": picture.source}
    assert notebook.svg_shown() == picture.svg()


def test_a_notebook_gets_what_it_asks_for(picture: Picture) -> None:
    notebook = Notebook(picture.source)
    assert set(notebook.bundle(include=["text/plain", "text/html"])) == {"text/plain"}
    assert set(notebook.bundle(exclude=["text/plain"])) == {"image/svg+xml"}
    assert notebook.bundle(include=[]) == {}


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(libraries, "import_module", missing)


def test_without_graphviz_the_error_says_what_to_install(
    tmp_path: Path, picture: Picture, no_graphviz: None
) -> None:
    with pytest.raises(LibraryMissing, match="an installed pygraphviz; pip install"):
        picture.save(tmp_path / "graph.svg")
    assert list(tmp_path.iterdir()) == []
