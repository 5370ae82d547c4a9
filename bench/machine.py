"""What a measurement was taken on, as far as it bears on the figures."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psycopg

from bench.server import BenchServer

_PROCESSORS: Final = Path("/proc/cpuinfo")
_MODEL: Final = "model name"


def machine() -> dict[str, object]:
    """Return what the programs run on."""
    return {
        "processors": os.cpu_count() or 1,
        "processor": _processor(),
        "Python": platform.python_version(),
        "memsvc": version("memsvc"),
        "onnxruntime": version("onnxruntime"),
    }


def postgres_versions(server: BenchServer) -> dict[str, object]:
    """Return the versions of the database and of its vectors."""
    with psycopg.connect(server.conninfo("postgres")) as connection:
        rows = connection.execute(
            "select current_setting('server_version'), extversion from pg_extension "
            "where extname = 'vector'"
        ).fetchall()
    return dict(zip(("PostgreSQL", "pgvector"), rows[0], strict=True))


def _processor() -> str:
    if _PROCESSORS.exists():
        for line in _PROCESSORS.read_text(encoding="utf-8").splitlines():
            if line.startswith(_MODEL):
                return line.partition(":")[2].strip()
    return platform.machine()
