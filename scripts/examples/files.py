"""Files that are whole or not there: what is written takes its name when it is complete."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written(path: Path) -> Generator[Path]:
    """A path beside ``path`` to write to; it replaces ``path`` if nothing is raised, else it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
