"""A real server process, started as an operator would and watched through its log."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar, Final

#: Two tenants, as an operator would configure them: the file holds hashes, the callers the keys.
KEYS: Final = {"acme": "acme-key-0123456789", "globex": "globex-key-9876543210"}
#: Keys of acme that may do nothing, only look, and only touch one user's data.
BARE_KEY: Final = "acme-bare-0123456789"
READER_KEY: Final = "acme-reader-0123456789"
BOUND_KEY: Final = "acme-bound-0123456789"
BOUND_USER: Final = "user-of-the-bound-key"
#: In whatever a test stores or asks; must never stand in a log.
CANARY: Final = "quokka7419"
READY: Final = re.compile(r"memsvc ready grpc=(\S+)")


class ServerProcess:
    """`memsvc serve` as a process of its own."""

    verb: ClassVar[tuple[str, ...]] = ("serve", "--port", "0")
    ready: ClassVar[re.Pattern[str]] = READY

    def __init__(self, log_file: Path, *arguments: str, **environment: str) -> None:
        """Start it with *arguments*; settings come from *environment* without their prefix."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MEMSVC_")}
        settings = {f"MEMSVC_{name.upper()}": value for name, value in environment.items()}
        self._log_file = log_file
        command = [sys.executable, "-m", "memsvc", *self.verb, "--admin-port", "0"]
        with log_file.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*command, *arguments],
                env={**clean, **settings},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.target = ""

    def wait_until_ready(self, seconds: float = 60) -> ServerProcess:
        """Return once the ready line is out; fail with the log if it does not come."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        try:
            for line in self.process.stdout or ():
                if match := self.ready.match(line):
                    self.target = "".join(match.groups())
                    return self
        finally:
            timer.cancel()
        self.process.kill()
        self.stop()
        message = f"the process did not become ready:\n{self.log()[-4000:]}"
        raise AssertionError(message)

    def log(self) -> str:
        """Return everything that it has logged."""
        return self._log_file.read_text(encoding="utf-8")

    def log_lines(self) -> list[dict[str, Any]]:
        """Return the log's JSON lines."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def stop(self) -> int:
        """End it in order and return its exit status."""
        if self.process.poll() is None:
            self.signal()
        status = self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()
        return status

    def __enter__(self) -> ServerProcess:
        """Wait until it is ready."""
        return self.wait_until_ready()

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.stop()


class WorkerProcess(ServerProcess):
    """`memsvc worker` as a process of its own."""

    verb: ClassVar[tuple[str, ...]] = ("worker",)
    ready: ClassVar[re.Pattern[str]] = re.compile(r"memsvc worker ready")
