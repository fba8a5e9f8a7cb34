"""The virtual environments that the scripts run in: made when first needed, kept until a source changes."""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

SCRIPTS = Path(__file__).resolve().parent
ROOT = SCRIPTS.parent


def run(name: str, *, extras: str, command: str) -> NoReturn:
    """Become ``command`` of the environment ``.venv/<name>``, with the script's own arguments after it.

    Whoever called the script gets the command's output, signals and exit code, with nothing in between.
    """
    home = ROOT / ".venv" / name
    stamp = home / "stamp"
    sources = _sources(home, extras)
    # An interrupted installation leaves no stamp; an upgrade of the system's Python leaves a dead link.
    if not (home / "bin" / "python").exists() or not stamp.exists() or stamp.read_text() != sources:
        _make(home, extras)
        stamp.write_text(sources)
    program, *arguments = command.split()
    path = str(home / "bin" / program)
    os.execv(path, [path, *arguments, *sys.argv[1:]])


def _sources(home: Path, extras: str) -> str:
    """A digest of all that an environment depends on: what is installed, where, and for which Python."""
    digest = hashlib.sha256(repr((str(home), extras, sys.base_prefix, sys.version)).encode())
    for file in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / file).read_bytes())
    return digest.hexdigest()


def _make(home: Path, extras: str) -> None:
    script = Path(sys.argv[0]).name
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            sys.exit(
                f"scripts/{script}: {sys.executable} lacks the module {module}, which makes environments; "
                f"install it (Debian, Ubuntu: the package python3-venv) or use another Python"
            )
    print(f"scripts/{script}: installing into {home.relative_to(ROOT)}, once", file=sys.stderr)
    # Relative, because pip splits its variables at spaces. From 25.3 on, pip reads the second one for builds.
    constraints = {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
    for step in (
        [sys.executable, "-m", "venv", "--clear", str(home)],
        [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--editable", f".[{extras}]"],
    ):
        if subprocess.run(step, cwd=ROOT, env=os.environ | constraints, check=False).returncode != 0:
            sys.exit(f"scripts/{script}: failed: {' '.join(step)}")
