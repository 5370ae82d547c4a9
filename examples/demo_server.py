"""The server of the demo: started in a folder of its own, ended with the demo."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

READY: Final = re.compile(r"memsvc ready grpc=(\S+)")
#: The first start builds the database and, without a model folder, the model's graph.
START_SECONDS: Final = 180
STOP_SECONDS: Final = 60
LOG_LINES: Final = 15
#: Tells a folder that the demo made, and may remove, from any other.
MARK: Final = "made-by-the-demo"


class DemoFailed(Exception):
    """The demo cannot go on; the message says why."""


def fresh_folder(folder: Path) -> None:
    """Make *folder* anew; raise DemoFailed rather than remove what the demo did not make."""
    if folder.exists():
        if not (folder / MARK).exists() and any(folder.iterdir()):
            message = f"{folder} was not made by the demo; remove it, or give another --data-dir"
            raise DemoFailed(message)
        for process_id in filter(None, map(_running, folder.rglob("postmaster.pid"))):
            message = (
                f"the database in {folder} is running (process {process_id}); "
                "end it, or give another --data-dir"
            )
            raise DemoFailed(message)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Removed and made anew by every run of the demo.\n")


def _running(pid_file: Path) -> int | None:
    """Return the process that a file of Postgres names, None if it has ended."""
    try:
        process_id = int(pid_file.read_text(encoding="utf-8").split(maxsplit=1)[0])
        os.kill(process_id, 0)
    except PermissionError:
        return process_id
    except (OSError, ValueError, IndexError):
        return None
    return process_id


@contextmanager
def server(server_dir: Path, model_dir: Path, log_file: Path, progress: Console) -> Generator[str]:
    """Run `memsvc serve` on *server_dir* and give its address; raise DemoFailed if it does not start."""
    # The caller's own settings, such as a database, are not for the demo.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEMSVC_")}
    environment["MEMSVC_MODEL_DIR"] = str(model_dir)
    environment["MEMSVC_DRAIN_SECONDS"] = "0"
    command = [sys.executable, "-m", "memsvc", "serve", "--port", "0", "--admin-port", "0"]
    command += ["--data-dir", str(server_dir)]
    with log_file.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        yield _ready_target(process, log_file, progress)
    finally:
        _stop(process)


def _ready_target(process: subprocess.Popen[str], log_file: Path, progress: Console) -> str:
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        with progress.status("starting the server"):
            for line in process.stdout or ():
                if match := READY.match(line):
                    return match.group(1)
    finally:
        timer.cancel()
    last = log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    message = "\n".join(["the server did not start; the end of its log:", *last])
    raise DemoFailed(message)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
