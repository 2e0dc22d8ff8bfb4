"""Loaded before Django reads its settings, however tests are started (see `addopts` in pyproject.toml).

Tests never touch the data of a running deployment.
"""

import os
from pathlib import Path

os.environ.setdefault("WEIWANG_VAR", str(Path(__file__).resolve().parents[1] / "var" / "tests"))
(Path(os.environ["WEIWANG_VAR"]) / "static").mkdir(parents=True, exist_ok=True)  # or WhiteNoise warns
