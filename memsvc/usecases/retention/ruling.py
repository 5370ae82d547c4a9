"""The policy, the rules and the holds of a tenant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from memsvc.core.audit import AuditAction
from memsvc.core.errors import InvalidFields, RuleNotFound, UserNotFound
from memsvc.core.model import Caller
from memsvc.core.retention import (
    RULES_MAX,
    Hold,
    RetentionAction,
    RetentionCondition,
    RetentionPolicy,
    RetentionRule,
)
from memsvc.store import forgetting, retention
from memsvc.store.database import Transaction
from memsvc.usecases.auditing import record
from memsvc.usecases.context import Context


@dataclass(frozen=True, slots=True)
class RuleAsk:
    """A rule as the caller wrote it."""

    name: str
    priority: int
    condition: RetentionCondition
    action: RetentionAction
    disabled: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """Reads and changes what decides about memories."""

    context: Context

    async def policy(self, caller: Caller) -> RetentionPolicy:
        """Return the policy, the defaults if nobody set one."""
        async with self.context.database.transaction(caller) as tx:
            return await retention.policy(tx) or RetentionPolicy()

    async def set_policy(self, caller: Caller, policy: RetentionPolicy) -> RetentionPolicy:
        """Replace the policy."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            stored = await retention.put_policy(tx, policy, now=now)
            await record(tx, caller, AuditAction.RETENTION_CHANGED, target="policy", now=now)
        return stored

    async def rules(self, caller: Caller) -> list[RetentionRule]:
        """Return all rules in their order."""
        async with self.context.database.transaction(caller) as tx:
            return await retention.rules(tx)

    async def rule(self, caller: Caller, rule_id: UUID) -> RetentionRule:
        """Return one rule; raise RuleNotFound."""
        async with self.context.database.transaction(caller) as tx:
            return await _existing(tx, rule_id, "rule_id")

    async def create(self, caller: Caller, ask: RuleAsk) -> RetentionRule:
        """Add a rule; raise InvalidFields for one too many."""
        now = self.context.clock()
        rule = RetentionRule(
            self.context.new_id(),
            ask.name,
            ask.priority,
            ask.condition,
            ask.action,
            ask.disabled,
            now,
            now,
        )
        async with self.context.database.transaction(caller) as tx:
            if len(await retention.rules(tx)) >= RULES_MAX:
                raise InvalidFields([("rule", f"there are {RULES_MAX} rules already")])
            stored = await retention.put_rule(tx, rule, now=now)
            await _record_change(tx, caller, rule.rule_id, stored)
        return stored

    async def update(self, caller: Caller, rule_id: UUID, ask: RuleAsk) -> RetentionRule:
        """Replace a rule; raise RuleNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            known = await _existing(tx, rule_id, "rule.rule_id")
            changed = replace(
                known,
                name=ask.name,
                priority=ask.priority,
                condition=ask.condition,
                action=ask.action,
                disabled=ask.disabled,
            )
            stored = await retention.put_rule(tx, changed, now=now)
            await _record_change(tx, caller, rule_id, stored)
        return stored

    async def delete(self, caller: Caller, rule_id: UUID) -> None:
        """Delete a rule; raise RuleNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if await retention.delete_rule(tx, rule_id) is None:
                raise RuleNotFound(field="rule_id")
            target = str(rule_id)
            await record(tx, caller, AuditAction.RETENTION_CHANGED, target=target, now=now)

    async def hold(self, caller: Caller, user_id: str, reason: str) -> Hold:
        """Keep a user's memories whatever the rules say."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            held = await retention.put_hold(tx, user_id, reason, now=now)
            target = (await forgetting.hash_of(tx, user_id)).hex()
            await record(tx, caller, AuditAction.HOLD_SET, target=target, now=now)
        return held

    async def lift(self, caller: Caller, user_id: str) -> None:
        """End a hold; raise UserNotFound if there is none."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if not await retention.delete_hold(tx, user_id):
                raise UserNotFound(field="user_id")
            target = (await forgetting.hash_of(tx, user_id)).hex()
            await record(tx, caller, AuditAction.HOLD_LIFTED, target=target, now=now)

    async def holds(self, caller: Caller) -> list[Hold]:
        """Return all holds, oldest first."""
        async with self.context.database.transaction(caller) as tx:
            return await retention.holds(tx)


async def _existing(tx: Transaction, rule_id: UUID, field: str) -> RetentionRule:
    found = await retention.rules(tx, rule_id)
    if not found:
        raise RuleNotFound(field=field)
    return found[0]


async def _record_change(
    tx: Transaction, caller: Caller, rule_id: UUID, rule: RetentionRule
) -> None:
    await record(
        tx,
        caller,
        AuditAction.RETENTION_CHANGED,
        target=str(rule_id),
        reason=rule.name,
        now=rule.update_time,
    )
