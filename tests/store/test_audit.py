"""The audit log: it grows, it is chained, and nobody can change it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from memsvc.core.audit import GENESIS, AuditAction, AuditEntry, AuditEvent, AuditHead, first_broken
from memsvc.core.model import Caller
from memsvc.store import audit
from memsvc.store.database import Database
from memsvc.usecases.auditing import record, record_all

NOW = datetime(2025, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
START = AuditHead(0, GENESIS)


async def test_entries_of_many_recorders_make_one_chain(database: Database, caller: Caller) -> None:
    """Recorders at the same moment wait for each other: no number twice, none left out."""
    who = replace(caller, principal="key:ABC")

    async def one(number: int) -> None:
        async with database.transaction(who) as tx:
            await record(tx, who, AuditAction.KEY_CREATED, target=str(number), now=NOW)

    await asyncio.gather(*(one(number) for number in range(8)))
    async with database.transaction(who) as tx:
        entries = await audit.page(tx, after=0, limit=100)

    assert [entry.sequence for entry in entries] == list(range(1, 9))
    assert {entry.target for entry in entries} == {str(number) for number in range(8)}
    assert {entry.principal for entry in entries} == {"key:ABC"}
    assert first_broken(START, entries) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda entry: replace(entry, target="forged"),
        lambda entry: replace(entry, reason="forged"),
        lambda entry: replace(entry, principal="forged"),
        lambda entry: replace(entry, action="forged"),
        lambda entry: replace(entry, count=7),
        lambda entry: replace(entry, event_time=NOW + timedelta(seconds=1)),
    ],
)
async def test_a_changed_or_missing_entry_breaks_the_chain(
    database: Database, caller: Caller, forge: Callable[[AuditEntry], AuditEntry]
) -> None:
    """Whoever changes an entry, or takes one away, is found out at that place."""
    async with database.transaction(caller) as tx:
        events = [AuditEvent(AuditAction.MEMORY_PURGED, str(n), "old") for n in range(5)]
        await record_all(tx, caller, events, now=NOW)
        entries = await audit.page(tx, after=0, limit=100)

    forged = [*entries]
    forged[2] = forge(forged[2])

    assert first_broken(START, forged) == 3
    assert first_broken(START, entries[:1] + entries[2:]) == 2
    assert first_broken(AuditHead(2, entries[1].hash), entries[2:]) is None


@pytest.mark.parametrize(
    "statement", ["delete from audit_entry", "update audit_entry set target = 'x'"]
)
async def test_no_entry_can_be_changed_or_removed(
    database: Database, caller: Caller, conninfo: str, statement: str
) -> None:
    """The service's own role is refused both, whatever statement it comes up with."""
    async with database.transaction(caller) as tx:
        await record(tx, caller, AuditAction.USER_ERASED, now=NOW)
    with psycopg.connect(conninfo) as connection:
        connection.execute("select set_config('memsvc.tenant', %s, true)", (caller.tenant_id,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
