"""Pages under test: their code runs and says what stands beside it, their quotations are verbatim."""

from __future__ import annotations

import ast
import io
import math
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


@dataclass(frozen=True)
class Block:
    """What stands between two fences, its language, and the line above it."""

    above: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks, in order."""
    parts = re.split(r"^```(\w*)\n", page, flags=re.MULTILINE)  # text, language, block, "", text, ...
    return [
        Block(above.rstrip().rpartition("\n")[2], language, text)
        for above, language, text in zip(parts[::4], parts[1::4], parts[2::4], strict=False)
    ]


def code_errors(page: str) -> list[str]:
    """What the python blocks say otherwise than the comments beside them and the output below them."""
    namespace: dict[str, object] = {"__name__": "page"}
    found = blocks(page)
    wrong: list[str] = []
    for block, below in zip(found, [*found[1:], Block("", "", "")], strict=True):
        if block.language == "python":
            printed = io.StringIO()
            with redirect_stdout(printed):
                wrong += statement_errors(block.text, namespace)
            got = "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())
            if got and not says(got, below.text):
                wrong.append(f"printed {got!r}, not {below.text!r}")
    return wrong


def says(got: str, shown: str) -> bool:
    """Whether what is shown begins it, up to the first …, and what stands between further ones follows.

    There numbers may be others: how many digits a law certifies is a matter of the machine.
    """
    first, *others = shown.split("…")
    if not got.startswith(first):
        return False
    rest = masked(got.removeprefix(first))
    for part in filter(None, (masked(other).strip() for other in others)):
        _, found, rest = rest.partition(part)
        if not found:
            return False
    return True


def masked(text: str) -> str:
    """The text without its numbers, without what their widths make of spaces, and without empty lines."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(" +", " ", NUMBER.sub("0", text)))


def statement_errors(code: str, namespace: dict[str, object]) -> list[str]:
    """Run a block; an expression with a comment behind it has that value."""
    wrong: list[str] = []
    lines = code.splitlines()
    for statement in ast.parse(code).body:
        said = lines[(statement.end_lineno or 1) - 1].partition("  # ")[2]
        if isinstance(statement, ast.Expr) and said:
            value: object = eval(ast.unparse(statement), namespace)
            if not alike(repr(value), said):
                wrong.append(f"{ast.unparse(statement)} is {value!r}, not {said}")
        else:
            exec(compile(ast.Module([statement], []), "page", "exec", dont_inherit=True), namespace)
    return wrong


def alike(text: str, other: str) -> bool:
    """The same text, but for the last digits of its numbers."""
    if NUMBER.sub("0", text) != NUMBER.sub("0", other):
        return False
    pairs = zip(NUMBER.findall(text), NUMBER.findall(other), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=1e-12) for a, b in pairs)


def quotation_errors(page: str) -> list[str]:
    """Each ```py block stands in the file that the line above it links to."""
    wrong: list[str] = []
    for block in blocks(page):
        source = re.search(r"\((\S+\.py)\):?$", block.above)
        if block.language == "py" and not (
            source and block.text in (ROOT / source[1]).read_text(encoding="utf-8")
        ):
            wrong.append(f"{source and source[1]} has not: {block.text}")
    return wrong
