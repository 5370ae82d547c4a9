"""Handing over all that is remembered of a user."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from memsvc.core import user_export
from memsvc.core.audit import AuditAction
from memsvc.core.model import Caller
from memsvc.store import forgetting, transfer
from memsvc.usecases.auditing import record
from memsvc.usecases.context import Context

#: Lines that are read at once, and about how many characters are handed over at once.
PAGE_LINES: Final = 200
PIECE_CHARACTERS: Final = 256 * 1024
#: How long reading a page may take, in seconds; the reader may take longer between two.
PAGE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Exporting:
    """Exports users."""

    context: Context

    async def __call__(self, caller: Caller, user_id: str) -> AsyncIterator[str]:
        """Yield pieces of whole lines. What is written meanwhile may be in it or not."""
        piece, size = [], 0
        async for line in self._lines(caller, user_id):
            piece.append(line + "\n")
            size += len(line) + 1
            if size >= PIECE_CHARACTERS:
                yield "".join(piece)
                piece, size = [], 0
        yield "".join(piece)

    async def _lines(self, caller: Caller, user_id: str) -> AsyncIterator[str]:
        now = self.context.clock()
        async with self.context.database.transaction(_limited(caller)) as tx:
            target = (await forgetting.hash_of(tx, user_id)).hex()
            await record(tx, caller, AuditAction.USER_EXPORTED, target=target, now=now)
        yield user_export.header(user_id, now)
        projects = 0
        async for line in self._projects(caller, user_id):
            projects += 1
            yield line
        conversations = 0
        async for line in self._conversations(caller, user_id):
            conversations += 1
            yield line
        memories = 0
        async for line in self._memories(caller, user_id):
            memories += 1
            yield line
        async with self.context.database.transaction(_limited(caller)) as tx:
            profile = await transfer.profile(tx, user_id)
            preferences = await transfer.preferences(tx, user_id)
        for known in (profile, preferences):
            if known is not None:
                yield known
        async for line in self._personas(caller, user_id):
            yield line
        yield user_export.end(projects, conversations, memories)

    async def _projects(self, caller: Caller, user_id: str) -> AsyncIterator[str]:
        after: str | None = None
        while True:
            async with self.context.database.transaction(_limited(caller)) as tx:
                rows = await transfer.projects(tx, user_id, after=after, limit=PAGE_LINES)
            for row in rows:
                yield row.line
            if len(rows) < PAGE_LINES:
                return
            after = rows[-1].project_id

    async def _conversations(self, caller: Caller, user_id: str) -> AsyncIterator[str]:
        after: str | None = None
        while True:
            async with self.context.database.transaction(_limited(caller)) as tx:
                rows = await transfer.conversations(tx, user_id, after=after, limit=PAGE_LINES)
            for row in rows:
                yield row.line
            if len(rows) < PAGE_LINES:
                return
            after = rows[-1].conversation_id

    async def _personas(self, caller: Caller, user_id: str) -> AsyncIterator[str]:
        after: str | None = None
        while True:
            async with self.context.database.transaction(_limited(caller)) as tx:
                rows = await transfer.personas(tx, user_id, after=after, limit=PAGE_LINES)
            for row in rows:
                yield row.line
            if len(rows) < PAGE_LINES:
                return
            after = rows[-1].persona_id

    async def _memories(self, caller: Caller, user_id: str) -> AsyncIterator[str]:
        after: tuple[datetime, UUID] | None = None
        while True:
            async with self.context.database.transaction(_limited(caller)) as tx:
                rows = await transfer.memories(tx, user_id, after=after, limit=PAGE_LINES)
            for row in rows:
                yield row.line
            if len(rows) < PAGE_LINES:
                return
            after = (rows[-1].create_time, rows[-1].memory_id)


def _limited(caller: Caller) -> Caller:
    latest = asyncio.get_running_loop().time() + PAGE_SECONDS
    return replace(caller, deadline=min(caller.deadline, latest))
