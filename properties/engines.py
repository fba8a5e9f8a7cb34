"""The engines that can be put on trial, by name."""

from __future__ import annotations

from collections.abc import Callable

from properties.adapters.reference import Reference
from properties.adapters.subject import Subject

ENGINES: dict[str, Callable[[], Subject]] = {"reference": Reference}
