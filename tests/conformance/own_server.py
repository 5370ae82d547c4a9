"""A server that scenarios may kill and start again."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.support.server import ServerProcess


class OwnServer:
    """A server with its own data; started again it is on the same port."""

    def __init__(self, folder: Path, credentials_file: Path, model_dir: Path) -> None:
        """Start it."""
        self._log = folder / "log"
        self._settings = {
            "data_dir": str(folder / "data"),
            "model_dir": str(model_dir),
            "credentials_file": str(credentials_file),
            "drain_seconds": "0",
            "auth_failures_burst": "100000",
        }
        # Any free port might be the very one that the server is to come back on.
        self._admin_port = free_port()
        self.process = self._started("0")

    def _started(self, port: str) -> ServerProcess:
        ports = ("--port", port, "--admin-port", self._admin_port)
        process = ServerProcess(self._log, *ports, **self._settings)
        return process.wait_until_ready()

    def kill(self) -> None:
        """End it without a chance to do anything about it."""
        self.process.process.kill()
        self.process.stop()

    def start(self) -> None:
        """Start it where it was, unless it runs."""
        if self.process.process.poll() is not None:
            self.process = self._started(self.process.target.rpartition(":")[2])


def free_port() -> str:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
