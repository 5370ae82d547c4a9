"""A server that scenarios may kill and start again."""

from __future__ import annotations

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
        self.process = self._started("0")

    def _started(self, port: str) -> ServerProcess:
        process = ServerProcess(self._log, "--port", port, **self._settings)
        return process.wait_until_ready()

    def kill(self) -> None:
        """End it without a chance to do anything about it."""
        self.process.process.kill()
        self.process.stop()

    def start(self) -> None:
        """Start it where it was, unless it runs."""
        if self.process.process.poll() is not None:
            self.process = self._started(self.process.target.rpartition(":")[2])
