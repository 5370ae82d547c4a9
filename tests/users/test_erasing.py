"""Acceptance 12: a user who is erased is gone, everywhere, and stays gone."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from memsvc.v1 import admin_service_pb2 as admin_pb
from memsvc.v1 import user_service_pb2 as pb
from memsvc_client import FailedPrecondition, MemoryClient, MemsvcError, NotFound
from tests.support.server import CANARY, ServerProcess
from tests.support.stubs import Services, services
from tests.support.texts import found, say
from tests.support.waiting import until
from tests.support.wire import Refused

#: What is left of an erased user: who was erased, as a hash.
TOMBSTONES = {"erased_user", "audit_entry"}


def texts_of(owner: psycopg.Connection[Any], needle: str) -> dict[str, int]:
    """Return in how many rows of each table of the database *needle* stands, as text or as bytes."""
    tables = owner.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema not in ('pg_catalog', 'information_schema') "
        "and table_type = 'BASE TABLE'"
    ).fetchall()
    assert len(tables) > 10
    counts = {}
    for schema, table in tables:
        query = sql.SQL(
            "select count(*) from {} as held where position(%s in held::text) > 0 "
            "or position(%s in held::text) > 0"
        ).format(sql.Identifier(schema, table))
        (count,) = owner.execute(query, (needle, needle.encode().hex())).fetchone() or (0,)
        if count:
            counts[table] = count
    return counts


def erase(acme: Services, user: str) -> pb.ErasureReport:
    """Erase a user until no row is left."""

    def report() -> pb.ErasureReport | None:
        reply = acme("UserService").call("EraseUser", pb.EraseUserRequest(user_id=user))
        done: pb.ErasureReport = reply.report
        return done if done.level == pb.ERASURE_LEVEL_ROWS_REMOVED else None

    return until(report) or pb.ErasureReport()


def test_nothing_of_an_erased_user_is_left_in_any_table(
    client: MemoryClient, acme: Services, owner: psycopg.Connection[Any], user: str
) -> None:
    """No row of any table holds the user's text or id; the report counts what went; others stay."""
    other = f"other-{uuid4()}"
    say(client, user, f"I live in {CANARY}town.", "My dog is called Rex.", conversation_id="c")
    say(client, other, f"I live in {CANARY}city.")
    client.create_memory(
        user_id=user, content=f"{CANARY} note", tags=["t"], request_id=str(uuid4())
    )
    job_id = client.consolidate(user_id=user).job_id
    until(lambda: client.get_job(job_id=job_id).job.state in {3, 4, 5})
    assert {"memory", "conversation"} <= texts_of(owner, user).keys()

    report = erase(acme, user)

    assert texts_of(owner, user) == {}
    assert texts_of(owner, f"{CANARY}town") == {}
    removed = {table.table: table.row_count for table in report.tables}
    assert removed["memory"] >= 3
    assert removed["conversation"] == 1
    assert {
        "memory_embedding",
        "memory_term",
        "memory_count",
        "idempotency",
        "job",
    } <= removed.keys()
    assert f"I live in {CANARY}city." in found(client, other, "where do I live?")


def test_from_the_reply_on_nothing_is_found_and_nothing_is_taken_in(
    client: MemoryClient, acme: Services, user: str
) -> None:
    """Reads find what they find for a user who never was; writes are refused with the reason."""
    say(client, user, "I live in Porto.")
    note = client.create_memory(user_id=user, content="a note").memory

    erase(acme, user)

    assert found(client, user, "where do I live?") == set()
    assert not client.conscious(user_id=user).memories
    assert not list(client.list_memories(user_id=user))
    with pytest.raises(NotFound):
        client.get_memory(memory_id=note.memory_id)
    for write in (
        lambda: say(client, user, "I am back."),
        lambda: client.create_memory(user_id=user, content="back"),
        lambda: client.consolidate(user_id=user),
    ):
        with pytest.raises(FailedPrecondition) as caught:
            write()
        assert caught.value.reason == "USER_ERASED"


def test_an_erasure_wins_over_those_who_write_meanwhile(
    client: MemoryClient, acme: Services, owner: psycopg.Connection[Any], user: str
) -> None:
    """F52: however writers and jobs run, after the erasure no row of the user comes back."""
    stop = threading.Event()
    ends: list[str] = []

    def write() -> None:
        while not stop.is_set():
            try:
                say(
                    client,
                    user,
                    f"I work at {CANARY} {uuid4()}.",
                    extraction="EXTRACTION_MODE_ASYNC",
                )
            except MemsvcError as error:
                ends.append(error.reason)
                return

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    until(lambda: texts_of(owner, user).get("memory", 0) > 20)
    erase(acme, user)
    for writer in writers:
        writer.join(30)
    stop.set()

    assert ends == ["USER_ERASED"] * 4
    assert texts_of(owner, user) == {}


def test_erasing_again_tells_the_same_and_is_recorded_once(acme: Services, user: str) -> None:
    """A second EraseUser changes nothing; the audit log holds one entry that names no user."""
    first = erase(acme, user)
    second = erase(acme, user)

    assert first == second
    admin = acme("AdminService")
    entries = []
    token = ""
    while True:
        page = admin.call(
            "ListAuditEntries",
            admin_pb.ListAuditEntriesRequest(action="user.erased", page_size=500, page_token=token),
        )
        entries += page.entries
        token = page.next_page_token
        if not token:
            break
    mine = [entry for entry in entries if entry.target == first.user_hash]
    assert [entry.sequence for entry in mine] == [first.audit_sequence]
    assert user not in str(entries)
    assert admin.call("VerifyAuditLog", admin_pb.VerifyAuditLogRequest()).intact


def test_a_reopened_user_begins_with_nothing(
    client: MemoryClient, acme: Services, user: str
) -> None:
    """ReopenUser lets the user be remembered anew; without an erasure there is nothing to reopen."""
    service = acme("UserService")
    with pytest.raises(Refused) as caught:
        service.call("ReopenUser", pb.ReopenUserRequest(user_id=user))
    assert caught.value.reason == "USER_NOT_FOUND"
    say(client, user, "I live in Porto.")
    erase(acme, user)

    service.call("ReopenUser", pb.ReopenUserRequest(user_id=user))
    say(client, user, "I like tea.")

    assert "I live in Porto." not in found(client, user, "where do I live?")
    assert "I like tea." in found(client, user, "what do I like?")


def test_the_same_user_of_another_tenant_stays(
    client: MemoryClient, other_tenant: MemoryClient, acme: Services, user: str
) -> None:
    """Equal user ids of two tenants are two users."""
    for each in (client, other_tenant):
        say(each, user, "I live in Porto.")

    erase(acme, user)
    say(other_tenant, user, "I like tea.")

    assert "I live in Porto." in found(other_tenant, user, "where do I live?")


def test_every_table_of_users_refuses_the_erased(owner: psycopg.Connection[Any]) -> None:
    """A table with a user_id either asks whether the user was erased or hangs on one that does."""
    rows = owner.execute(
        "select class.relname, exists (select from pg_trigger "
        "where tgrelid = class.oid and tgname = 'hold_user') "
        "from pg_class as class join pg_attribute on attrelid = class.oid "
        "where relnamespace = 'public'::regnamespace and relkind = 'r' and attname = 'user_id'"
    ).fetchall()
    holding = {table for table, holds in rows if holds}
    written_with_memories = {"memory_embedding", "memory_term", "memory_count", "pending_embedding"}

    assert {table for table, _ in rows} - holding == written_with_memories
    assert "memory" in holding


def holders(folder: Path, needle: bytes) -> list[str]:
    """Return the files below *folder* that hold *needle*."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and needle in path.read_bytes()
    ]


def test_after_compaction_no_file_of_the_database_holds_an_erased_text(
    model_dir: Path, tmp_path: Path, user: str
) -> None:
    """T13: rows, logs, data files, samples of the planner and the write-ahead log are clean."""
    data_dir = tmp_path / "data"
    text = f"{CANARY}{uuid4().hex}"
    process = ServerProcess(
        tmp_path / "log", data_dir=str(data_dir), model_dir=str(model_dir), drain_seconds="0"
    )
    with process, MemoryClient(process.target) as client, services(process.target) as of:
        say(client, user, f"My secret is {text}.", "I live in Oslo.")
        say(client, f"{user}-else", "I live in Rome.", "I like tea.")
        client.create_memory(user_id=user, content=f"{text} again", request_id="r1")
        report = erase(of, user)
        assert holders(data_dir / "postgres", text.encode())

        done = subprocess.run(
            [sys.executable, "-m", "memsvc", "compact", "--data-dir", str(data_dir)],
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )

        assert "1 erased users" in done.stdout
        assert holders(data_dir / "postgres", text.encode()) == []
        assert text not in process.log()
        again = of("UserService").call("EraseUser", pb.EraseUserRequest(user_id=user)).report
        assert again.level == pb.ERASURE_LEVEL_FILES_REWRITTEN
        assert again.tables == report.tables
        assert "I live in Rome." in found(client, f"{user}-else", "where do I live?")
