"""Forgetting a user for good."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import stamina

from memsvc.core.audit import AuditAction
from memsvc.core.erasure import Erasure
from memsvc.core.errors import (
    DeadlineExceeded,
    ErasureUnderWay,
    MemsvcError,
    UserHeld,
    UserNotFound,
    WriteConflict,
)
from memsvc.core.model import Caller
from memsvc.store import forgetting, projects, retention
from memsvc.store.database import Transaction
from memsvc.telemetry import log
from memsvc.usecases.auditing import record
from memsvc.usecases.context import Context

#: Rows of one table that go in one transaction: what most users have goes in the first one.
BATCH_ROWS: Final = 20_000
#: Of a call's time so much is left for its reply, in seconds.
REPLY_SECONDS: Final = 1.0
#: How often an erasure is begun, if somebody holds the user's rows.
TRIES: Final = 6
#: Erasures that one pass of the worker goes on with.
UNFINISHED_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases users, and finishes what a call had no time for."""

    context: Context
    batch_rows: int = BATCH_ROWS

    async def erase(self, caller: Caller, user_id: str) -> Erasure:
        """Forget the user and return how far that is.

        When it returns, nothing of the user is seen or written any more, whatever is under way. Rows
        that the time left does not suffice for are removed by the worker. Raises UserHeld.
        """
        # Workers that are at the user's rows may stand in the way for a moment.
        async for attempt in stamina.retry_context(on=WriteConflict, attempts=TRIES, wait_max=0.5):
            with attempt:
                erasure = await self._begin(caller, user_id)
        clock = asyncio.get_running_loop().time
        while erasure.purge_time is None and caller.deadline - clock() > REPLY_SECONDS:
            try:
                erasure = await self._go_on(caller.tenant_id, user_id)
            except (DeadlineExceeded, WriteConflict):
                break
        return erasure

    async def _begin(self, caller: Caller, user_id: str) -> Erasure:
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            await forgetting.hold(tx, user_id)
            if known := await forgetting.get(tx, user_id):
                return known
            if await retention.holds(tx, user_id):
                raise UserHeld(field="user_id")
            # Nobody to whom a project passes may be leaving it.
            await projects.hold_all_of(tx, user_id)
            removed = await forgetting.remove_rows(tx, user_id, rows_max=self.batch_rows)
            user_hash = await forgetting.hash_of(tx, user_id)
            # Late, since other recorders of the tenant wait from here on.
            entry = await record(
                tx, caller, AuditAction.USER_ERASED, target=user_hash.hex(), now=now
            )
            await forgetting.insert(tx, user_id, audit_sequence=entry.sequence, now=now)
            return await self._noted(tx, user_id, removed, now)

    async def _go_on(self, tenant_id: str, user_id: str) -> Erasure:
        async with self.context.database.upkeep(tenant_id) as tx:
            await forgetting.hold(tx, user_id)
            removed = await forgetting.remove_rows(tx, user_id, rows_max=self.batch_rows)
            return await self._noted(tx, user_id, removed, self.context.clock())

    async def _noted(
        self, tx: Transaction, user_id: str, removed: Mapping[str, int], now: datetime
    ) -> Erasure:
        """Note what was removed and return how far the erasure is then."""
        complete = self._is_all(removed)
        await forgetting.note(tx, user_id, removed, complete=complete, now=now)
        erasure = await forgetting.get(tx, user_id)
        if erasure is None:
            raise UserNotFound(field="user_id")
        return erasure

    def _is_all(self, removed: Mapping[str, int]) -> bool:
        return all(rows < self.batch_rows for rows in removed.values())

    async def finish(self) -> int:
        """Go on with erasures that have rows left; return how many batches were removed."""
        async with self.context.database.overview() as tx:
            unfinished = await forgetting.unfinished(tx, limit=UNFINISHED_MAX)
        removed = 0
        for one in unfinished:
            try:
                await self._go_on(one.tenant_id, one.user_id)
            except MemsvcError as error:
                log.warning("erasure_left", error=type(error).__name__)
            else:
                removed += 1
        return removed

    async def reopen(self, caller: Caller, user_id: str) -> None:
        """Let an erased user be remembered anew; raise UserNotFound and ErasureUnderWay."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            await forgetting.hold(tx, user_id)
            erasure = await forgetting.get(tx, user_id)
            if erasure is None:
                raise UserNotFound(field="user_id")
            if erasure.purge_time is None:
                raise ErasureUnderWay(field="user_id")
            await forgetting.reopen(tx, user_id)
            target = erasure.user_hash.hex()
            await record(tx, caller, AuditAction.USER_REOPENED, target=target, now=now)
