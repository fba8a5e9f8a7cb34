from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from examples import both_ways, libraries, show
from examples.show import MISUSED, SHOWN, SHOWN_BY_NAME, STOPPED, main, pictured

FEW = 200
GRAPHS = ["autoencoder", "cross_entropy", "l1", "softmax", "swish", "trace"]


def test_one_command_shows_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    few = partial(pictured, partial(both_ways.show, images=FEW))
    monkeypatch.setattr(show, "SHOWN_BY_NAME", {**SHOWN_BY_NAME, "both_ways": few})
    folder = tmp_path / "new" / "pictures"
    assert main(["--folder", str(folder)]) == SHOWN
    written = sorted(path.name for path in folder.iterdir())
    graphs = [f"{name}.{suffix}" for name in GRAPHS for suffix in ("png", "svg")]
    assert written == sorted([*graphs, "boxes.png", "both_ways.png"])
    printed = capsys.readouterr().out
    assert [str(folder / name) for name in written if str(folder / name) not in printed.splitlines()] == []
    for words in (
        "v3 = log(v1)",
        "1.716337815",
        "-0.25, 1; 1, -0.9589242747",
        "digits certified",
        "‖WᵀWx − x‖²",
        "largest error",
        "by the document",
    ):
        assert words in printed


def test_one_example_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["swish", "--folder", str(tmp_path)]) == SHOWN
    assert sorted(path.name for path in tmp_path.iterdir()) == ["swish.png", "swish.svg"]
    assert "k * s" in capsys.readouterr().out


def test_a_name_given_twice_is_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["swish", "swish", "--folder", str(tmp_path)]) == SHOWN
    assert capsys.readouterr().out.count("swish y = k σ(k)") == 1


def test_the_folder_is_pictures_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["l1"]) == SHOWN
    assert (tmp_path / "pictures" / "l1.svg").is_file()


def test_an_unknown_name_is_refused_with_those_that_are_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["swich", "--folder", str(tmp_path / "pictures")])
    assert stopped.value.code == MISUSED
    assert f"no example 'swich'; choose from all, {', '.join(SHOWN_BY_NAME)}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    assert main(["swish", "--folder", str(file)]) == MISUSED
    said = "got File exists; expected a folder to write to; name another."
    assert f"show: --folder {file}: {said}" in capsys.readouterr().err
    assert file.read_text() == "mine"


def test_without_graphviz_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(libraries, "import_module", missing)
    assert main(["swish", "--folder", str(tmp_path)]) == MISUSED
    assert "an installed pygraphviz; pip install" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", SHOWN_BY_NAME)
def test_help_lists_every_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == SHOWN
    assert name in capsys.readouterr().out


def test_control_c_ends_it_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(folder: Path, console: Console) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(show, "SHOWN_BY_NAME", {**SHOWN_BY_NAME, "both_ways": stopped})
    assert main(["both_ways", "--folder", str(tmp_path)]) == STOPPED
    assert capsys.readouterr().err == "show: stopped\n"


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    assert main(["rules", "--folder", str(tmp_path / "file" / "pictures")]) == MISUSED
    assert capsys.readouterr().out == ""
