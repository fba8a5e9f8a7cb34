"""docs/ops.md is what scripts/list_ops.py writes, and a stale page is seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

import list_ops
from engine import CATALOGUE, NONZERO, REALS, Domain, Elementwise, Linear, Tensor, op, ops
from engine.array import Array
from engine.catalogue import visiting


def test_the_page_is_up_to_date() -> None:
    assert list_ops.PAGE.read_text(encoding="utf-8") == list_ops.page(), "run scripts/list_ops.py"


def test_every_op_and_every_function_of_the_engine_stands_on_the_page() -> None:
    text = list_ops.page()
    lines = set(text.splitlines())
    assert {f"### {name}" for name in CATALOGUE} <= lines
    for name in (name for name in ops.__all__ if not isinstance(getattr(ops, name), type)):
        assert f"`{name}`" in text or f"`{name}(" in text, name


def test_the_sources_are_files_in_which_the_op_stands() -> None:
    defined = list_ops.sources()
    for name, entry in CATALOGUE.items():
        assert f"ops.{name}," in (list_ops.ROOT / defined[name]).read_text(encoding="utf-8")
        family = list_ops.ROOT / f"{entry.op.__module__.replace('.', '/')}.py"
        assert f"class {name}(" in family.read_text(encoding="utf-8")


def test_the_parameters_are_the_fields() -> None:
    for entry in CATALOGUE.values():
        plain = next(iter(entry.op.instances(*[(2, 2)] * len(entry.domains))), None)
        names = [name for name, _ in list_ops.parameters(entry.op)]
        assert names == list(getattr(entry.op, "__match_args__", ()))
        assert plain is None or all(hasattr(plain, name) for name in names)


def test_domains_and_conventions_are_put_in_words() -> None:
    assert list_ops.in_words(REALS) == "ℝ"
    assert list_ops.in_words(NONZERO) == "ℝ ∖ {0}"
    assert list_ops.in_words(Domain(low=-1.0)) == "(−1, ∞)"
    assert list_ops.in_words(Domain(values=(0.0, 1.0))) == "{0, 1}"
    assert list_ops.convention(CATALOGUE["ReLU"]) == "at 0: that of the left side"
    assert list_ops.convention(CATALOGUE["Hardtanh"]).startswith("of `Hardtanh(low=-1.0, high=1.0)`, at -1: ")
    assert list_ops.convention(CATALOGUE["Sin"]) == ""


def _planted() -> None:
    """An op that says it is of the family of exponentials."""

    class Late(Elementwise, Linear):
        """yᵢ = aᵢ, late."""

        __module__ = "engine.ops.exponential"

        def compute(self, a: Array) -> Array:
            return a

        def gradient(self, out_grad: Tensor, node: Tensor) -> Tensor:
            return out_grad

    op(REALS)(Late)


def test_a_page_is_stale_once_an_op_enters_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {**list_ops.sources(), "Late": "properties/references/smooth.py"}
    with visiting():
        _planted()
        monkeypatch.setattr(list_ops, "sources", lambda: found)
        text = list_ops.page()
    assert "### Late\n\nyᵢ = aᵢ, late.\n" in text
    assert list_ops.PAGE.read_text(encoding="utf-8") != text


@pytest.mark.parametrize("planted", ["| another formula", "", None])
def test_the_check_finds_a_page_that_was_edited_is_empty_or_is_not_there(
    planted: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "ops.md"
    if planted is not None:
        stale.write_text(
            list_ops.page().replace("yᵢ = exp aᵢ.", planted) if planted else "", encoding="utf-8"
        )
    monkeypatch.setattr(list_ops, "PAGE", stale)
    assert list_ops.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().out
    assert list_ops.main([]) == 0
    assert list_ops.main(["--check"]) == 0
