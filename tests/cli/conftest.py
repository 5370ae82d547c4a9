"""The command line in this process, against a server that does what a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from typer.testing import CliRunner, Result

from memsvc.__main__ import app
from tests.cli.fake_server import FakeServer

#: Runs `memsvc import` with the arguments.
Import = Callable[..., Result]
#: Writes lines of JSON and returns their file.
Lines = Callable[..., Path]


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A state folder of the test's own, and new attempts without a wait between them."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("MEMSVC_API_KEY", raising=False)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    """A server of the test's own."""
    with FakeServer() as server:
        yield server


@pytest.fixture
def run_import(fake: FakeServer, surroundings: None) -> Import:
    """`memsvc import` to the fake server."""

    def run(file: Path, *arguments: str) -> Result:
        command = ["import", str(file), "--target", fake.target, *arguments]
        return CliRunner().invoke(app, command)

    return run


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    """A file of JSON lines; a string stands for a line as it is."""

    def write(*values: Any) -> Path:
        path = tmp_path / "talk.jsonl"
        texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return path

    return write
