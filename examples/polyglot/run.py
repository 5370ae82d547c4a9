"""A system in three languages, by one command: `make polyglot`.

A memsvc server, a Go service that stores what people say, and a TypeScript service that answers out of
it. A short talk goes through all of them; then they run until Ctrl-C. With --once they end after it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from rich.console import Console

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
READY: Final = re.compile(r"(?:memsvc ready grpc=|ready )(\S+)")
#: The first start makes a database and, without a model folder, the model's graph.
START_SECONDS: Final = 180
SAID: Final = (
    "I moved to Austin in May, after six years in Oslo.",
    "My daughter Ida started school this week.",
    "I am allergic to peanuts, so no satay for me.",
    "On Thursdays I play the cello in a quartet.",
)
ASKED: Final = (
    "Where does Ana live now?",
    "What must she not eat?",
    "Which instrument does she play?",
)


def build(console: Console) -> None:
    """Build both services; raise CalledProcessError if that fails."""
    recall = HERE / "recall"
    steps: Sequence[tuple[str, list[str], Path]] = (
        ("the Go service", ["go", "build", "-o", "build/ingest", "."], HERE / "ingest"),
        ("the TypeScript client", ["make", "--silent", "build"], ROOT / "clients/typescript"),
        ("what the TypeScript service needs", ["npm", "ci", "--silent"], recall),
        ("the TypeScript service", ["npm", "run", "--silent", "build"], recall),
    )
    for what, command, folder in steps:
        console.print(f"building {what}")
        subprocess.run(command, cwd=folder, check=True)


def start(stack: ExitStack, command: Sequence[str | Path], **environment: str) -> str:
    """Start a process that ends with *stack*; return the address of its ready line."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    stack.callback(_end, process)
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        for line in process.stdout or ():
            if found := READY.match(line):
                return found.group(1)
    finally:
        timer.cancel()
    message = f"{Path(command[0]).name} did not start"
    raise RuntimeError(message)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(timeout=60)
    if process.stdout:
        process.stdout.close()


def call(url: str, body: object = None) -> Any:
    """Return the JSON that a service answers."""
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as reply:  # ruff: ignore[suspicious-url-open-usage] - our own services
        return json.load(reply)


def talk(console: Console, ingest: str, recall: str) -> None:
    """Say something to one service and ask the other about it."""
    for text in SAID:
        call(f"{ingest}/said", {"user": "ana", "author": "Ana", "text": text})
        console.print(f"[green]Ana[/] {text}")
    for question in ASKED:
        query = urllib.parse.urlencode({"user": "ana", "question": question})
        best = call(f"{recall}/answer?{query}")["memories"][0]
        console.print(f"[cyan]?[/] {question}\n  {best['score']:.2f} {best['text']}")


def main() -> None:
    """Build, start, talk, and stay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the talk")
    once = parser.parse_args().once
    console = Console(highlight=False)
    build(console)
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        serve = [sys.executable, "-m", "memsvc", "serve", "--port", "0", "--admin-port", "0"]
        server = start(stack, [*serve, "--data-dir", data], MEMSVC_LOG_LEVEL="error")
        services = {"MEMSVC_TARGET": server, "LISTEN": "127.0.0.1:0"}
        ingest = start(stack, [HERE / "ingest/build/ingest"], **services)
        recall = start(stack, ["node", HERE / "recall/build/main.js"], **services)
        console.print(f"memsvc {server}, Go {ingest}, TypeScript {recall}\n")
        talk(console, ingest, recall)
        if not once:
            console.print("\nrunning; Ctrl-C ends it")
            signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
