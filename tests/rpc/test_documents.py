"""What the documents tell a reader to write and to type does what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from memsvc import config
from tests.support.grpcurl import GRPCURL, needs_grpcurl
from tests.support.server import KEYS, ServerProcess

ROOT: Final = Path(__file__).parents[2]
#: A command, or a variable for commands, with the lines that go on with it; a string may have several.
CALL: Final = re.compile(r"^(?:grpcurl |\w+=)(?:'[^']*'|\\\n|[^'\n])*$", re.MULTILINE)


def blocks(name: str, language: str, word: str) -> list[str]:
    """Return the blocks of a document in *language* that hold *word*."""
    text = (ROOT / name).read_text("utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for block in found if word in block]


SETTINGS: Final = [
    pytest.param(block, id=f"{name}-{place}")
    for name in ("docs/chat.md", "docs/operations.md")
    for place, block in enumerate(blocks(name, "toml", 'name = "'))
]


@pytest.mark.parametrize("block", SETTINGS)
def test_the_settings_of_the_documents_are_taken(block: str, tmp_path: Path) -> None:
    """A reader who copies a block and writes the key into its file has settings without a fault."""
    key = tmp_path / "key"
    key.write_text("sk-1234")
    file = tmp_path / "memsvc.toml"
    file.write_text(re.sub(r'api_key_file = "[^"]*"', f'api_key_file = "{key}"', block))

    config.load(file)


@needs_grpcurl
@pytest.mark.parametrize(
    "name", ["README.md", "docs/chat.md", "docs/personas.md", "docs/conversations.md"]
)
def test_the_calls_of_the_documents_reach_the_server(name: str, server: ServerProcess) -> None:
    """Each request is one that grpcurl can read: what the server says to it is another matter."""
    commands = "\n".join(CALL.findall("\n".join(blocks(name, "(?:sh)?", "grpcurl "))))
    assert commands
    authorized = f"-plaintext -H x-api-key:{KEYS['acme']}"
    commands = commands.replace("-plaintext", authorized)
    script = re.sub(r"(127\.0\.0\.1|localhost):50051", server.target, commands)
    folder = str(Path(str(GRPCURL)).parent)
    done = subprocess.run(
        [str(shutil.which("bash")), "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": f"{folder}:{os.environ['PATH']}"},
    )

    assert "Unauthenticated" not in done.stderr
    assert "Error invoking" not in done.stderr, done.stderr
    assert not re.search(r"command not found|Failed to dial|Too (few|many)", done.stderr)
