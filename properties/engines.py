"""The engines that can be put on trial, by name."""

from __future__ import annotations

from collections.abc import Callable

from properties.adapters.autograd import Autograd
from properties.adapters.reference import Reference
from properties.adapters.subject import Subject

ENGINES: dict[str, Callable[[], Subject]] = {"reference": Reference, "autograd": Autograd}
"""What makes each engine; it raises ``EngineMissing`` for one that is not installed."""
