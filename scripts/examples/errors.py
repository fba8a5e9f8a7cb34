"""What the examples refuse: what, got, expected, do."""

from __future__ import annotations

from engine.errors import EngineError


class DataError(EngineError, ValueError):
    """A data set that is missing, truncated, mislabelled, or does not match itself."""


class CheckpointError(EngineError, ValueError):
    """A file that is no checkpoint, or one of another run."""


class LibraryMissing(EngineError, ImportError):
    """A library of the extra ``examples`` that is not installed."""
