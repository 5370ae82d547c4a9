"""`memsvc import` as a process of its own, to a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from memsvc_client import MemoryClient
from tests.cli.conftest import Lines
from tests.support.server import KEYS, ServerProcess
from tests.support.texts import contents


def _import(server: ServerProcess, file: Path, state: Path) -> tuple[int, dict[str, Any], str]:
    """Return the exit status, the summary and what stands on standard error."""
    command = [sys.executable, "-m", "memsvc", "import", str(file), "--target", server.target]
    done = subprocess.run(
        [*command, "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "MEMSVC_API_KEY": KEYS["acme"], "XDG_STATE_HOME": str(state)},
    )
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def test_what_was_imported_is_recalled_and_stored_once(
    server: ServerProcess, client: MemoryClient, user: str, lines: Lines, tmp_path: Path
) -> None:
    """A file's messages are found when the import ends; a second import changes nothing."""
    file = lines(
        {"user_id": user, "conversation_id": "c1", "content": "My tea grows on a hill."},
        {"user_id": user, "conversation_id": "c2", "content": "My kite is red."},
        *({"user_id": user, "content": f"Entry {number}."} for number in range(150)),
    )

    first = _import(server, file, tmp_path)
    second = _import(server, file, tmp_path)

    assert first[0] == 0, first[2]
    assert (first[1]["messages"], first[1]["duplicates"]) == (152, 0)
    assert second[0] == 0, second[2]
    assert (second[1]["messages"], second[1]["duplicates"]) == (0, 152)
    recalled = contents(client.recall(user_id=user, query="Which colour has my kite?", limit=1))
    assert recalled == ["My kite is red."]
    assert len(list(client.list_memories(user_id=user))) == 152


def test_a_message_that_the_server_refuses_does_not_take_the_others(
    server: ServerProcess, client: MemoryClient, user: str, lines: Lines, tmp_path: Path
) -> None:
    """The message that breaks a rule only the server knows is named; its batch is stored."""
    too_deep = {"a": {"b": {"c": {"d": {"e": 1}}}}}
    file = lines(
        {"user_id": user, "content": "Tea.", "metadata": {"page": 1}},
        {"user_id": user, "content": "Coffee.", "metadata": too_deep},
        {"user_id": user, "content": "Water."},
    )

    status, summary, told = _import(server, file, tmp_path)

    assert status == 1, told
    assert (summary["messages"], summary["errors"]) == (2, 1)
    assert "line 2: INVALID_ARGUMENT" in told
    stored = {memory.content for memory in client.list_memories(user_id=user)}
    assert stored == {"Tea.", "Water."}
