"""Several server processes on one port: a parent that starts, watches and ends them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from types import FrameType
from typing import IO

from memsvc.config import Settings
from memsvc.telemetry import log
from memsvc.wiring.databases import wait_for_database


def run(settings: Settings) -> int:
    """Serve with `settings.processes` processes until told to end; return the exit status.

    The processes are started afresh, never forked from one that has used gRPC. If one of them ends
    by itself, all are ended: whoever supervises this process starts it again as a whole.
    """
    with ExitStack() as stack:
        conninfo, stop_database = wait_for_database(settings, lambda: False)
        stack.callback(stop_database)
        # Bound but not listening: it keeps the port for the processes that will listen on it.
        placeholder = stack.enter_context(closing(_bound(settings.host, settings.port)))
        port = placeholder.getsockname()[1]
        children = [
            _started(settings, number, port, conninfo) for number in range(settings.processes)
        ]
        told_to_end = threading.Event()
        _forward_signals(children, told_to_end)
        if not all(_is_ready(child.stdout) for child in children):
            log.error("process_not_ready")
            _terminate(children)
            _wait(children, told_to_end)
            return 1
        print(f"memsvc ready grpc={settings.host}:{port}", flush=True)  # ruff: ignore[print] - promised
        return _wait(children, told_to_end)


def _bound(host: str, port: int) -> socket.socket:
    address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    placeholder = socket.socket(address[0])
    placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    placeholder.bind(address[4])
    return placeholder


def _started(settings: Settings, number: int, port: int, conninfo: str) -> subprocess.Popen[str]:
    """Start process *number*: as this one was started, on the shared port and the same database."""
    environment = {
        **os.environ,
        "MEMSVC_SHARE_PORT": "true",
        # Not as an argument: those can be read by everybody on the machine.
        "MEMSVC_DATABASE_URL": conninfo,
    }
    command = [sys.executable, "-m", "memsvc", *sys.argv[1:]]
    command += ["--processes", "1", "--port", str(port)]
    if settings.admin_port:
        command += ["--admin-port", str(settings.admin_port + number)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _is_ready(output: IO[str] | None) -> bool:
    return output is not None and any(line.startswith("memsvc ready") for line in output)


def _terminate(children: list[subprocess.Popen[str]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()


def _forward_signals(children: list[subprocess.Popen[str]], told_to_end: threading.Event) -> None:
    def forward(number: int, _: FrameType | None) -> None:
        told_to_end.set()
        for child in children:
            if child.poll() is None:
                child.send_signal(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)


def _wait(children: list[subprocess.Popen[str]], told_to_end: threading.Event) -> int:
    """Wait until all have ended, and return the worst status.

    One that ends by itself ends the rest. When all were told to end, each ends at its own pace: a
    second signal would cut its draining short.
    """
    ended = threading.Semaphore(0)

    def watch(child: subprocess.Popen[str]) -> None:
        child.wait()
        ended.release()

    for child in children:
        threading.Thread(target=watch, args=(child,), daemon=True).start()
    while not ended.acquire(timeout=0.2):
        pass  # a short timeout lets the signal handlers run
    if not told_to_end.is_set():
        _terminate(children)
    return max(abs(child.wait()) for child in children)
