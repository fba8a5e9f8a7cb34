"""pytest, run by a test in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Where Hypothesis keeps what it reads off our sources: for each new folder it would read all of them anew.
STORAGE = {"HYPOTHESIS_STORAGE_DIRECTORY": str(Path(__file__).parents[2] / ".hypothesis")}


def run_pytest(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest with no plugin that happens to be installed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "CI" and not name.startswith(("GRADLAWS_", "PYTEST_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**kept, **STORAGE, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def run_with_plugin(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest with the plugin of gradlaws alone."""
    return run_pytest(folder, "-p", "properties.pytest_plugin", *arguments, **environment)
