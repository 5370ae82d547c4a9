"""What a new user does first works, in every language."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
#: Each client's folder, the tool that it needs, and how its README marks a program.
LANGUAGES = {
    "python": ("python3", "python"),
    "go": ("go", "go"),
    "typescript": ("npm", "ts"),
    "java": ("mvn", "java"),
    "rust": ("cargo", "rust"),
}


@pytest.fixture(scope="module")
def open_server(
    tmp_path_factory: pytest.TempPathFactory, model_dir: Path
) -> Iterator[ServerProcess]:
    """A server as it is without any settings: no credentials."""
    folder = tmp_path_factory.mktemp("open")
    settings = {"data_dir": str(folder / "data"), "model_dir": str(model_dir)}
    with ServerProcess(folder / "log", **settings, drain_seconds="0") as process:
        yield process


def first_program(language: str) -> list[str]:
    """Return the lines of the first program in the client's README that are not empty."""
    _, mark = LANGUAGES[language]
    text = (ROOT / "clients" / language / "README.md").read_text("utf-8")
    found = re.search(rf"^```(?:{mark}|typescript)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return [line for line in found.group(1).splitlines() if line.strip()]


@pytest.mark.timeout(450)  # the first time a package manager fetches and builds everything
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_program_of_each_readme_runs(language: str, open_server: ServerProcess) -> None:
    """From an empty folder, with the packed client: what is stored is recalled and printed."""
    tool, _ = LANGUAGES[language]
    if shutil.which(tool) is None and "CI" not in os.environ:
        pytest.skip(f"needs {tool}")
    done = subprocess.run(
        [
            *("make", "--silent", "-C", f"clients/{language}"),
            *("first-program", f"TARGET={open_server.target}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "I moved to Austin in May." in done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_how_long_the_first_program_is(language: str) -> None:
    """docs/clients.md counts the lines that a new user writes."""
    page = (ROOT / "docs/clients.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if f"(../clients/{language}/README.md)" in line)

    assert f" {len(first_program(language))} lines " in row
