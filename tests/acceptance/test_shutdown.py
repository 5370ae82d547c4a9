"""The end of a server, orderly or not: no call of two servers fails, nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from psycopg import conninfo as connection_info

from memsvc_client import ClientOptions, MemoryClient, Unavailable
from memsvc_client.channel import service_config
from memsvc_client.connection import SyncInterceptor
from tests.support.server import ServerProcess
from tests.support.texts import say
from tests.support.waiting import until

HEALTH = {"healthCheckConfig": {"serviceName": "memsvc.v1.MemoryService"}}
HEEDS_HEALTH: ClientOptions[SyncInterceptor] = ClientOptions(
    channel_options=[("grpc.service_config", json.dumps(json.loads(service_config()) | HEALTH))]
)
CALLS = 300
RATE = 100


def start(folder: Path, name: str, model_dir: Path, **settings: str) -> ServerProcess:
    """Start a server on the data that all servers of the test share."""
    return ServerProcess(
        folder / f"{name}.log",
        data_dir=str(folder / "data"),
        model_dir=str(model_dir),
        **settings,
    )


def test_no_unary_call_fails_when_one_of_two_servers_ends(tmp_path: Path, model_dir: Path) -> None:
    """At 100 calls/s over two servers of one database, SIGTERM to one fails no call at all.

    The client heeds health, as balancers and meshes do: that is what a server drains for. gRPC drops a
    call that reaches a server in the very moment in which it stops taking calls.
    """
    staying = start(tmp_path, "staying", model_dir, drain_seconds="0")
    leaving = start(tmp_path, "leaving", model_dir, drain_seconds="0.5")
    half_way, pace = threading.Event(), threading.Event()
    with staying, leaving:
        target = f"ipv4:{leaving.target},{staying.target}"
        heedful = MemoryClient(target, options=HEEDS_HEALTH)
        with heedful as client, ThreadPoolExecutor(32) as pool:
            say(client, "u", "I live in Austin.")

            def call(number: int) -> str:
                if number % 3 == 0:
                    return say(client, "u", f"message {number}")[0]
                return client.recall(user_id="u", query="live").results[0].memory.memory_id

            calls = []
            for number in range(CALLS):
                calls.append(pool.submit(call, number))
                if number == CALLS // 3:
                    leaving.signal(signal.SIGTERM)
                    half_way.set()
                pace.wait(1 / RATE)
            answers = [each.result() for each in calls]
        assert leaving.process.wait(timeout=15) == 0

        with MemoryClient(staying.target) as client:
            stored = [
                m.content
                for m in client.list_memories(
                    user_id="u", kinds=["MEMORY_KIND_EPISODE"], page_size=500
                )
            ]
    assert len(answers) == CALLS
    assert len(stored) == len(set(stored)) == 1 + CALLS // 3


def test_a_call_past_the_grace_ends_unavailable(tmp_path: Path, model_dir: Path) -> None:
    """What still runs when the grace is over ends UNAVAILABLE; the server ends all the same."""
    process = start(tmp_path, "one", model_dir, drain_seconds="0", grace_seconds="0.3")
    with process, MemoryClient(process.target) as client, ThreadPoolExecutor(1) as pool:
        memory = client.create_memory(user_id="u", content="locked").memory
        info = connection_info.make_conninfo(
            host=str(tmp_path / "data" / "postgres"), user="postgres", dbname="memsvc"
        )
        with suppress(psycopg.OperationalError), psycopg.connect(info) as holder:
            holder.execute("select from memory for update")
            memory.content = "changed"
            slow = pool.submit(client.update_memory, memory=memory, timeout=20)
            until(lambda: waiting(info))
            process.signal(signal.SIGTERM)

            with pytest.raises(Unavailable):
                slow.result(timeout=15)
        assert process.process.wait(timeout=15) == 0


def waiting(info: str) -> bool:
    """Return whether a statement of the service waits for a lock."""
    with psycopg.connect(info, autocommit=True) as connection:
        row: Any = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        ).fetchone()
    return bool(row[0])


def test_health_says_not_serving_before_the_listener_closes(
    tmp_path: Path, model_dir: Path
) -> None:
    """After SIGTERM every service is NOT_SERVING while calls are still answered."""
    process = start(tmp_path, "one", model_dir, drain_seconds="2")
    with process, grpc.insecure_channel(process.target) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(service="memsvc.v1.MemoryService")
        )
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        process.signal(signal.SIGTERM)

        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with MemoryClient(process.target) as client:
            assert say(client, "u", "still here")
        watch.cancel()
        assert process.process.wait(timeout=20) == 0


@pytest.mark.parametrize("victim", ["server", "postgres"])
def test_a_killed_server_or_database_loses_nothing(
    tmp_path: Path, model_dir: Path, victim: str
) -> None:
    """After kill -9 the next start finds every acknowledged message, and ends as cleanly as ever."""
    note = tmp_path / "data" / "postgres" / "postmaster.pid"
    first = start(tmp_path, "first", model_dir).wait_until_ready()
    with MemoryClient(first.target) as client:
        for number in range(20):
            say(client, "u", f"message {number}")
    if victim == "postgres":
        os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
    first.signal(signal.SIGKILL)
    first.stop()

    second = start(tmp_path, "second", model_dir, drain_seconds="0")
    with second, MemoryClient(second.target) as client:
        stored = {memory.content for memory in client.list_memories(user_id="u")}
        assert say(client, "u", "alive")

    assert stored == {f"message {number}" for number in range(20)}
    assert second.process.returncode == 0
    assert not note.exists()
