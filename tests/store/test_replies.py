"""Stored replies: theirs for 48 hours, then swept, whosesoever they are."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from memsvc.core.model import Caller, RequestKey
from memsvc.store import replies
from memsvc.store.database import Database
from memsvc.wiring.clock import utc_now


async def test_a_reply_is_swept_when_its_time_is_over(database: Database, caller: Caller) -> None:
    """After 48 hours a reply is deleted across tenants; a younger one stays."""
    now = utc_now()
    old, young = (RequestKey("Ingest", str(uuid4()), "u", b"f") for _ in range(2))
    async with database.transaction(caller) as tx:
        assert await replies.claim(tx, old, now=now - timedelta(hours=49))
        assert await replies.claim(tx, young, now=now)

    async with database.overview() as tx:
        assert await replies.sweep(tx, now=now, limit=1000) >= 1
    async with database.transaction(caller) as tx:
        kept = await replies.get(tx, "Ingest", young.request_id, now=now)
        assert await replies.claim(tx, old, now=now)

    assert kept == replies.StoredReply(b"f", None)


async def test_an_expired_request_id_counts_as_new(database: Database, caller: Caller) -> None:
    """A request_id may be used for something else once its reply's time is over."""
    now = utc_now()
    first = RequestKey("Ingest", str(uuid4()), "u", b"one")
    async with database.transaction(caller) as tx:
        assert await replies.claim(tx, first, now=now)
        assert not await replies.claim(tx, first, now=now + timedelta(hours=47))
        assert await replies.claim(tx, first, now=now + timedelta(hours=49))
