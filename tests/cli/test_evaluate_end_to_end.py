"""`memsvc evaluate` as a process of its own, on a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from memsvc_client import MemoryClient, Message, Role
from tests.cli.conftest import Lines
from tests.support.server import KEYS, ServerProcess
from tests.support.texts import contents

SAID = {
    "tea": "My tea grows on a hill above the village.",
    "kite": "The kite that I flew on Sunday is red.",
    "cat": "I adopted a cat and called her Miso.",
    "bread": "The bakery sells rye bread before seven.",
}
ASKED = {
    "kite": "Which colour has my kite?",
    "cat": "What is the name of my cat?",
    "tea": "Where does the tea grow?",
}


def test_the_figures_are_those_of_recall(
    server: ServerProcess, client: MemoryClient, user: str, lines: Lines
) -> None:
    """Each rank is the place at which Recall itself gives the message, with the weights given too."""
    messages = [
        Message(role=Role.ROLE_USER, message_id=name, content=text) for name, text in SAID.items()
    ]
    client.ingest(user_id=user, conversation_id="talk", messages=messages)
    questions = [
        {"user_id": user, "query": text, "relevant_ids": [name, "never said"], "category": name}
        for name, text in ASKED.items()
    ]
    command = [sys.executable, "-m", "memsvc", "evaluate", str(lines(*questions)), "--json"]
    weights = ["--weight", "keyword=0", "--compare", "--batch", "2"]

    done = subprocess.run(
        [*command, *weights, "--target", server.target],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "MEMSVC_API_KEY": KEYS["acme"]},
    )

    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    expected = []
    for name, text in ASKED.items():
        found = contents(client.recall(user_id=user, query=text, limit=20))
        expected.append([found.index(SAID[name]) + 1, 0])
    assert [query["default_ranks"] for query in document["queries"]] == expected
    assert document["metrics"]["query_count"] == 3
    assert document["weights"]["keyword"] == 0
    assert document["comparison"]["weights"]["keyword"] > 0
    assert {"semantic", "keyword", "context.speaker"} <= {arm["arm"] for arm in document["arms"]}
    assert 0 < document["latency_ms"]["p50"] <= document["latency_ms"]["p95"]
