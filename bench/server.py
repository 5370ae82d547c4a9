"""A server in a process of its own, on a folder of its own, with nothing that others configured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Final

from memsvc.store.migrate import APPLICATION_ROLE

ROOT: Final = Path(__file__).resolve().parent.parent
#: What a server without credentials takes every caller for.
OPEN_TENANT: Final = "default"
#: As `memsvc.store.embedded` makes it, whose import alone would look for a Postgres to start.
_DATABASE: Final = "memsvc"
#: Settings that would lead a measurement to a database, or to callers, that are not its own.
_FOREIGN: Final = (
    "MEMSVC_BOOTSTRAP_ADMIN_KEY",
    "MEMSVC_BOOTSTRAP_ADMIN_KEY_FILE",
    "MEMSVC_CONFIG",
    "MEMSVC_CREDENTIALS_FILE",
    "MEMSVC_DATABASE_URL",
    "MEMSVC_HOST",
    "MEMSVC_ISSUERS",
    "MEMSVC_MIGRATE_DATABASE_URL",
    "MEMSVC_PROCESSES",
    "MEMSVC_REQUIRE_CREDENTIALS",
    "MEMSVC_TENANT_HEADER",
    "MEMSVC_TLS_CERTIFICATE_FILE",
    "MEMSVC_TLS_CLIENT_CA_FILE",
    "MEMSVC_TLS_KEY_FILE",
)
#: Lines of postmaster.pid: the process, and the folder of its socket.
_PID_LINE: Final = 0
_SOCKET_LINE: Final = 4


class BenchFailed(Exception):
    """The measurement cannot go on; the message says why."""


def end_in_order() -> None:
    """Let SIGTERM end this program as an exception does: no server and no database stays behind."""
    signal.signal(signal.SIGTERM, _exit)


def _exit(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


@dataclass(frozen=True, slots=True)
class BenchServer:
    """A running server and what it runs on."""

    target: str
    #: The number of the server's process.
    process: int
    #: The folder of its embedded Postgres.
    postgres: Path
    tenant: str = OPEN_TENANT
    api_key: str | None = None

    @property
    def postgres_process(self) -> int:
        """The number of the Postgres process that all others descend from."""
        return int(self._note()[_PID_LINE])

    def conninfo(self, role: str = APPLICATION_ROLE) -> str:
        """Return how to connect to its Postgres: as the service does, unless as another *role*."""
        return f"host={self._note()[_SOCKET_LINE]} user={role} dbname={_DATABASE}"

    def _note(self) -> list[str]:
        return (self.postgres / "postmaster.pid").read_text(encoding="utf-8").splitlines()


@contextmanager
def running_server(folder: Path) -> Generator[str]:
    """Run a server on *folder* and yield its target, "" if it did not start."""
    with _process(folder) as process:
        yield _target(process)


@contextmanager
def measured_server(folder: Path, **settings: str) -> Generator[BenchServer]:
    """Run a server on *folder* with *settings* and yield it; raise BenchFailed if it did not start."""
    with _process(folder, settings) as process:
        target = _target(process)
        if not target:
            message = "the server did not start; its log says why"
            raise BenchFailed(message)
        yield BenchServer(target, process.pid, folder / "postgres")


@contextmanager
def _process(
    folder: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Generator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    command = [sys.executable, "-m", "memsvc", "serve", "--port", "0", "--admin-port", "0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder)],
        env={
            **kept,
            "MEMSVC_DRAIN_SECONDS": "0",
            "MEMSVC_LOG_LEVEL": "warning",
            **{f"MEMSVC_{name.upper()}": value for name, value in settings.items()},
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    # Leaving the block closes its output and waits for its end.
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _target(process: subprocess.Popen[str]) -> str:
    ready = next((line for line in process.stdout or () if "memsvc ready" in line), "")
    return ready.strip().partition("grpc=")[2]
