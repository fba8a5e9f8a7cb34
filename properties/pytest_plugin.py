"""The pytest plugin ``gradlaws``: profiles, seeds, and what a test of a law needs.

``GRADLAWS_PROFILE`` is dev (few cases; the default), ci (the default where ``CI`` is set) or deep. Cases are
drawn from the seed that the header prints; ``GRADLAWS_SEED`` repeats a run.
"""

from __future__ import annotations

import os
import secrets

import pytest
from hypothesis import settings

from properties.judge import BUDGETS, PROFILE

PROFILES = {"dev": "quick", "ci": "default", "deep": "deep"}
SEED = "GRADLAWS_SEED"


def pytest_configure() -> None:
    """Choose the profile and the seed once; the workers of xdist inherit both through the environment.

    The Hypothesis profile ``gradlaws`` is registered and not loaded: other projects' tests are their own.
    """
    name = os.environ.setdefault("GRADLAWS_PROFILE", "ci" if os.environ.get("CI") else "dev")
    if name not in PROFILES:
        raise pytest.UsageError(f"GRADLAWS_PROFILE={name}: one of {', '.join(PROFILES)}")
    os.environ.setdefault(SEED, str(secrets.randbelow(2**32)))
    if not os.environ[SEED].isdecimal():
        raise pytest.UsageError(f"{SEED}={os.environ[SEED]}: a whole number, as the header prints it")
    settings.register_profile("gradlaws", PROFILE, max_examples=examples())


def pytest_report_header() -> str:
    """Say how to repeat the run."""
    return f"gradlaws: GRADLAWS_PROFILE={os.environ['GRADLAWS_PROFILE']} {SEED}={os.environ[SEED]}"


def examples() -> int:
    """How many cases a cell gets under the profile of this run."""
    return BUDGETS[PROFILES[os.environ["GRADLAWS_PROFILE"]]]


def start() -> int:
    """The seed of this run."""
    return int(os.environ[SEED])
