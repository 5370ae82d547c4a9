"""The server that is measured: started, found with its Postgres, measured and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from bench.server import ROOT, BenchFailed, BenchServer, measured_server
from bench.usage import ProcessorTime, memory_mib, processor_time
from memsvc_client import MemoryClient
from tests.support.waiting import until


def _runs(number: int) -> bool:
    try:
        # One that nobody has waited for has ended all the same.
        return bool(psutil.Process(number).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _postgres_in(folder: Path) -> int:
    """The number of the Postgres that serves a folder below; 0 while there is none."""
    for note in folder.glob("memsvc-bench-*/data/postgres/postmaster.pid"):
        try:
            words = note.read_text().split()
        except FileNotFoundError:
            continue
        # The one that only makes the folder has a number below 0.
        if words and int(words[0]) > 0:
            return int(words[0])
    return 0


def test_a_server_is_started_on_its_own_folder_and_ended(
    tmp_path: Path, model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever database the environment names, it is left alone; nothing runs on afterwards."""
    monkeypatch.setenv("MEMSVC_MODEL_DIR", str(model_dir))
    monkeypatch.setenv("MEMSVC_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    with measured_server(tmp_path / "data") as server:
        with MemoryClient(server.target) as client:
            assert not client.recall(user_id="nobody", query="Is anything there?").results
        with psycopg.connect(server.conninfo()) as connection:
            assert connection.execute("select current_user").fetchone() == ("memsvc_app",)
        processes = (server.process, server.postgres_process)
        assert all(map(_runs, processes))

    assert not any(map(_runs, processes))


def test_a_server_that_does_not_start_ends_the_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to be measured then."""
    monkeypatch.setattr(sys, "executable", "false")

    with pytest.raises(BenchFailed, match="did not start"), measured_server(tmp_path / "data"):
        pass


def test_processor_time_is_told_by_the_call() -> None:
    """What was taken between two looks, divided by the calls between them."""
    before, after = ProcessorTime(1.0, 2.0, 3.0), ProcessorTime(3.0, 3.0, 3.5)

    taken = after.since(before, 10)

    assert (taken.server, taken.postgres, taken.client) == pytest.approx((0.2, 0.1, 0.05))
    assert taken.service == pytest.approx(0.3)


def test_usage_is_that_of_the_server_and_of_its_postgres(bench_server: BenchServer) -> None:
    """All of its processes count; memory that is shared is not counted for each of them."""
    taken, memory = processor_time(bench_server), memory_mib(bench_server)

    assert taken.server > 0
    assert taken.postgres > 0
    assert memory["server, resident"] > memory["server, unique"] > 10
    assert memory["Postgres, proportional"] > memory["Postgres, unique"] > 1


def test_a_measurement_that_is_told_to_end_leaves_nothing_behind(
    tmp_path: Path, model_dir: Path
) -> None:
    """Its servers have ended and their databases, which may be large, are gone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ingest", "--quick", "--report", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "MEMSVC_MODEL_DIR": str(model_dir), "TMPDIR": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    postgres = until(lambda: _postgres_in(folder))

    process.terminate()

    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert not _runs(postgres)
    assert not list(folder.glob("memsvc-bench-*"))
