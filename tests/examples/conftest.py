"""The tests of the examples import them as a script does: from the folder ``scripts``."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
