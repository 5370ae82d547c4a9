"""What a server and its Postgres take of the machine: processor time and memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

import psutil

from bench.server import BenchServer

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProcessorTime:
    """Seconds of processor time, in the user's code and in the kernel."""

    server: float
    #: Of all Postgres processes, those that ended meanwhile included.
    postgres: float
    #: Of this process, which asks.
    client: float

    @property
    def service(self) -> float:
        """What answering takes, asking left out."""
        return self.server + self.postgres

    def since(self, earlier: ProcessorTime, calls: int = 1) -> ProcessorTime:
        """Return what was taken since *earlier*, by each of so many *calls*."""
        return ProcessorTime(
            (self.server - earlier.server) / calls,
            (self.postgres - earlier.postgres) / calls,
            (self.client - earlier.client) / calls,
        )


def processor_time(server: BenchServer) -> ProcessorTime:
    """Return the processor time taken so far."""
    client = os.times()
    return ProcessorTime(
        _seconds(psutil.Process(server.process)),
        _tree_seconds(psutil.Process(server.postgres_process)),
        client.user + client.system,
    )


def _tree_seconds(parent: psutil.Process) -> float:
    ended = parent.cpu_times()
    living = sum(_seconds(child) for child in parent.children(recursive=True))
    return float(_seconds(parent) + living + ended.children_user + ended.children_system)


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def memory_mib(server: BenchServer) -> dict[str, float]:
    """Return the memory that is in use, in MiB.

    Unique is what would be free without the process. Postgres' processes share their buffers:
    proportional counts every shared page once in all.
    """
    process = psutil.Process(server.process).memory_full_info()
    parent = psutil.Process(server.postgres_process)
    infos = list(filter(None, map(_memory, [parent, *parent.children(recursive=True)])))
    found = {
        "server, resident": process.rss,
        "server, unique": process.uss,
        "Postgres, unique": sum(info.uss for info in infos),
        # Only Linux tells the proportional size.
        "Postgres, proportional": sum(getattr(info, "pss", info.rss) for info in infos),
    }
    return {name: size / MEBIBYTE for name, size in found.items()}


def _memory(process: psutil.Process) -> psutil.Process | None:
    try:
        return process.memory_full_info()
    except psutil.NoSuchProcess:
        return None
