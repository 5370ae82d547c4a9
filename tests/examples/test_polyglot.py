"""The example of several languages does what its page says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MISSING = [tool for tool in ("go", "npm") if shutil.which(tool) is None]


@pytest.mark.skipif(bool(MISSING) and "CI" not in os.environ, reason=f"needs {MISSING}")
def test_what_go_stores_typescript_recalls(model_dir: Path) -> None:
    """One command builds and starts the system; what one service is told the other one answers."""
    done = subprocess.run(
        [sys.executable, "-m", "examples.polyglot.run", "--once"],
        cwd=ROOT,
        env={**os.environ, "MEMSVC_MODEL_DIR": str(model_dir)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    answers = done.stdout.partition("? Where does Ana live now?")[2]
    assert "Austin" in answers.splitlines()[1]
    assert "peanuts" in answers.partition("? What must she not eat?")[2].splitlines()[1]
    assert "cello" in answers.partition("? Which instrument does she play?")[2].splitlines()[1]
