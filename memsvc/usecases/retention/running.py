"""Runs: what policy and rules say is done to memories, or only told.

A user's memories are judged at once, by one statement, for a run and for a dry run alike; what is to go
then goes in small transactions, which pass over what somebody changes at the moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from memsvc.core.audit import AuditAction, AuditEvent
from memsvc.core.errors import MemsvcError, WriteConflict
from memsvc.core.model import Caller
from memsvc.core.retention import (
    ARCHIVE_AGE,
    AppliedRule,
    Outcome,
    RetentionAction,
    RetentionCondition,
    RetentionPolicy,
    applied,
)
from memsvc.store import facts, memories, retention, withheld
from memsvc.store.database import Transaction
from memsvc.store.withheld import WithheldState
from memsvc.telemetry import log
from memsvc.usecases.auditing import record_all
from memsvc.usecases.context import Context
from memsvc.usecases.facts import keeping

#: Memories that go in one transaction, and users that are looked up at once.
BATCH: Final = 200
USERS_PAGE: Final = 100
#: How long a run has to itself without a sign of life, in seconds, and how long one may take.
LEASE_SECONDS: Final = 60.0
CALL_SECONDS: Final = 20.0
SCHEDULED_SECONDS: Final = 1800.0
#: Of each rule so many memories are named.
SAMPLES_MAX: Final = 10
_GONE: Final = {
    RetentionAction.ARCHIVE: AuditAction.MEMORY_ARCHIVED,
    RetentionAction.DELETE: AuditAction.MEMORY_PURGED,
}


@dataclass(slots=True)
class RunReport:
    """What a run did, or would do."""

    outcomes: list[Outcome]
    complete: bool = True


@dataclass(slots=True)
class _Run:
    """A run under way."""

    tenant_id: str
    #: None for the service itself.
    caller: Caller | None
    policy: RetentionPolicy
    rules: list[AppliedRule]
    now: datetime
    dry: bool
    #: By the event loop's clock.
    until: float
    lease_time: datetime | None = None
    #: By what did it: a policy may have several conditions.
    outcomes: dict[tuple[UUID | None, str], Outcome] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return asyncio.get_running_loop().time() > self.until

    def note(self, rule: AppliedRule, memory_ids: Sequence[UUID]) -> None:
        """Note what a rule did."""
        outcome = self.outcomes.setdefault((rule.rule_id, rule.name), Outcome(rule))
        outcome.memories += len(memory_ids)
        outcome.samples += memory_ids[: SAMPLES_MAX - len(outcome.samples)]


_PURGE: Final = AppliedRule(None, ARCHIVE_AGE, RetentionCondition(), RetentionAction.DELETE)


@dataclass(frozen=True, slots=True)
class RetentionRuns:
    """Runs the retention of tenants, one run of a tenant at a time."""

    context: Context
    batch: int = BATCH

    async def run(self, caller: Caller, *, dry_run: bool) -> RunReport:
        """Run for the caller's tenant, or tell what a run would do.

        Raises WriteConflict if one is under way. Without an enabled policy only a dry run does anything.
        """
        seconds = min(CALL_SECONDS, caller.deadline - asyncio.get_running_loop().time() - 1.0)
        return await self._run(caller.tenant_id, caller, seconds, dry=dry_run)

    async def run_due(self) -> int:
        """Run for all tenants with an enabled policy; return how many memories went."""
        async with self.context.database.overview() as tx:
            tenants = await retention.tenants(tx)
        gone = 0
        for tenant_id in tenants:
            try:
                report = await self._run(tenant_id, None, SCHEDULED_SECONDS, dry=False)
            except MemsvcError as error:
                log.warning("retention_left", tenant=tenant_id, error=type(error).__name__)
                continue
            gone += sum(outcome.memories for outcome in report.outcomes)
            log.info(
                "retention_ran",
                tenant=tenant_id,
                complete=report.complete,
                memories={outcome.rule.name: outcome.memories for outcome in report.outcomes},
            )
        return gone

    async def _run(
        self, tenant_id: str, caller: Caller | None, seconds: float, *, dry: bool
    ) -> RunReport:
        async with self.context.database.upkeep(tenant_id) as tx:
            policy = await retention.policy(tx) or RetentionPolicy()
            rules = applied(policy, await retention.rules(tx))
        until = asyncio.get_running_loop().time() + seconds
        run = _Run(tenant_id, caller, policy, rules, self.context.clock(), dry, until)
        if not dry and not policy.enabled:
            return RunReport([])
        async with self._leased(run):
            complete = await self._judge_all(run) and await self._purge(run)
        outcomes = [outcome for outcome in run.outcomes.values() if outcome.memories]
        return RunReport(outcomes, complete)

    @asynccontextmanager
    async def _leased(self, run: _Run) -> AsyncGenerator[None]:
        """Have the tenant's retention for oneself."""
        if run.dry:
            yield
            return
        async with self.context.database.upkeep(run.tenant_id) as tx:
            run.lease_time = await retention.claim(tx, lease_seconds=LEASE_SECONDS)
        if run.lease_time is None:
            raise WriteConflict
        try:
            yield
        finally:
            async with self.context.database.upkeep(run.tenant_id) as tx:
                await retention.extend(tx, run.lease_time, lease_seconds=0)

    async def _judge_all(self, run: _Run) -> bool:
        """Judge all users; return whether there was time for all."""
        after: str | None = None
        while True:
            async with self.context.database.upkeep(run.tenant_id) as tx:
                users = await retention.users(tx, after=after, limit=USERS_PAGE)
            for user_id in users:
                if run.is_over:
                    return False
                await self._judge(run, user_id)
            if len(users) < USERS_PAGE:
                return True
            after = users[-1]

    async def _judge(self, run: _Run, user_id: str) -> None:
        """Do, or tell, what the rules say of one user's memories."""
        if not run.rules:
            return
        async with self.context.database.upkeep(run.tenant_id) as tx:
            found = await retention.matches(tx, user_id, run.rules, now=run.now)
        by_rule: dict[int, list[UUID]] = {}
        for match in found:
            by_rule.setdefault(match.ordinal, []).append(match.memory_id)
        for ordinal, memory_ids in sorted(by_rule.items()):
            rule = run.rules[ordinal - 1]
            if rule.action is RetentionAction.HOLD:
                continue
            if run.dry:
                run.note(rule, memory_ids)
                continue
            for start in range(0, len(memory_ids), self.batch):
                part = memory_ids[start : start + self.batch]
                run.note(rule, await self._remove(run, rule, part))

    async def _remove(self, run: _Run, rule: AppliedRule, memory_ids: Sequence[UUID]) -> list[UUID]:
        """Let memories go in one transaction; return those that went."""
        async with self._transaction(run) as tx:
            if rule.action is RetentionAction.ARCHIVE:
                held = await retention.hold_removable(tx, memory_ids)
                purge_time = run.now + run.policy.archive_age
                archived = await withheld.withhold(
                    tx,
                    held,
                    WithheldState.ARCHIVED,
                    rule.name,
                    now=run.now,
                    purge_time=purge_time,
                )
                gone = sorted(archived)
            else:
                gone = await self._delete(tx, memory_ids, run.now)
            await self._record(tx, run, rule, gone)
        return gone

    async def _delete(
        self, tx: Transaction, memory_ids: Sequence[UUID], now: datetime
    ) -> list[UUID]:
        """Delete memories with what rests on them alone, as a caller's DeleteMemory does."""
        touched = await facts.touched(tx, list(memory_ids))
        await keeping.lock(tx, touched)
        held = await retention.hold_removable(tx, memory_ids)
        gone = await memories.delete(tx, held, None, now=now)
        messages = [(one.user_id, one.message_id) for one in gone.values() if one.message_id]
        await keeping.withdraw(tx, self.context, messages)
        await keeping.resettle(
            tx, self.context, [fact for fact in touched if fact.memory_id in gone]
        )
        return sorted(gone)

    async def _purge(self, run: _Run) -> bool:
        """Delete what has been in the archive for long enough; return whether all of it is gone."""
        if run.dry:
            async with self.context.database.upkeep(run.tenant_id) as tx:
                count = await retention.count_purgeable(tx, now=run.now)
                samples = await retention.purgeable(tx, now=run.now, limit=SAMPLES_MAX)
            if count:
                run.outcomes[None, ARCHIVE_AGE] = Outcome(_PURGE, count, samples)
            return True
        while not run.is_over:
            async with self._transaction(run) as tx:
                due = await retention.purgeable(tx, now=run.now, limit=self.batch)
                gone = await withheld.delete(tx, memory_ids=due, state=WithheldState.ARCHIVED)
                await self._record(tx, run, _PURGE, sorted(gone))
            run.note(_PURGE, sorted(gone))
            if len(due) < self.batch:
                return True
        return False

    @asynccontextmanager
    async def _transaction(self, run: _Run) -> AsyncGenerator[Transaction]:
        """Open a transaction of the run; raise WriteConflict if somebody else runs by now."""
        async with self.context.database.upkeep(run.tenant_id) as tx:
            if run.lease_time is not None:
                lease = await retention.extend(tx, run.lease_time, lease_seconds=LEASE_SECONDS)
                if lease is None:
                    raise WriteConflict
                run.lease_time = lease
            yield tx

    async def _record(
        self, tx: Transaction, run: _Run, rule: AppliedRule, gone: Sequence[UUID]
    ) -> None:
        """Record each removal with its reason."""
        action = _GONE[rule.action]
        events = [AuditEvent(action, str(memory_id), rule.name) for memory_id in gone]
        await record_all(tx, run.caller, events, now=run.now)
