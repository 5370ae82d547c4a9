"""How long memories are kept: one typed function a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from memsvc.core.retention import (
    AppliedRule,
    Hold,
    RetentionAction,
    RetentionCondition,
    RetentionPolicy,
    RetentionRule,
)
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Match:
    """A memory and the first rule that matches it, counted from 1."""

    memory_id: UUID
    ordinal: int


async def policy(tx: Transaction) -> RetentionPolicy | None:
    """Return the tenant's policy, None if it has none."""
    rows = await tx.all("get_retention_policy", RetentionPolicy)
    return rows[0] if rows else None


async def put_policy(
    tx: Transaction, new_policy: RetentionPolicy, *, now: datetime
) -> RetentionPolicy:
    """Store the tenant's policy and return it."""
    rows = await tx.all(
        "put_retention_policy",
        RetentionPolicy,
        enabled=new_policy.enabled,
        max_age=new_policy.max_age,
        min_importance=new_policy.min_importance,
        either=new_policy.either,
        max_memories=new_policy.max_memories,
        archive_age=new_policy.archive_age,
        now=now,
    )
    return rows[0]


async def rules(tx: Transaction, rule_id: UUID | None = None) -> list[RetentionRule]:
    """Return the tenant's rules in their order, or the one with this id."""
    return await tx.mapped("list_retention_rules", _rule, rule_id=rule_id)


async def put_rule(tx: Transaction, rule: RetentionRule, *, now: datetime) -> RetentionRule:
    """Store a rule and return it."""
    rows = await tx.mapped(
        "put_retention_rule",
        _rule,
        rule_id=rule.rule_id,
        rule_name=rule.name,
        priority=rule.priority,
        condition=Jsonb(rule.condition.as_json()),
        action=int(rule.action),
        disabled=rule.disabled,
        now=now,
    )
    return rows[0]


async def delete_rule(tx: Transaction, rule_id: UUID) -> str | None:
    """Delete a rule and return its name, None if there was none."""
    rows = await tx.mapped("delete_retention_rule", dict, rule_id=rule_id)
    return rows[0]["name"] if rows else None


async def put_hold(tx: Transaction, user_id: str, reason: str, *, now: datetime) -> Hold:
    """Hold a user's memories."""
    return (await tx.all("put_hold", Hold, user_id=user_id, reason=reason, now=now))[0]


async def delete_hold(tx: Transaction, user_id: str) -> bool:
    """Hold a user's memories no more; return whether they were held."""
    return bool(await tx.mapped("delete_hold", dict, user_id=user_id))


async def holds(tx: Transaction, user_id: str | None = None) -> list[Hold]:
    """Return the tenant's holds, oldest first, or the one of this user."""
    return await tx.all("list_holds", Hold, user_id=user_id)


async def tenants(tx: Transaction) -> list[str]:
    """Return the tenants that have enabled their policy; only in an overview."""
    rows = await tx.mapped("list_retention_tenants", dict)
    return [row["tenant_id"] for row in rows]


async def claim(tx: Transaction, *, lease_seconds: float) -> datetime | None:
    """Return the lease if this process is to run the tenant's retention, None if another one does."""
    rows = await tx.mapped("claim_retention", dict, lease_seconds=lease_seconds)
    return rows[0]["lease_time"] if rows else None


async def extend(tx: Transaction, lease_time: datetime, *, lease_seconds: float) -> datetime | None:
    """Return the lease that follows, None if somebody else has taken over; 0 seconds give it back."""
    rows = await tx.mapped(
        "extend_retention", dict, lease_time=lease_time, lease_seconds=lease_seconds
    )
    return rows[0]["lease_time"] if rows else None


async def users(tx: Transaction, *, after: str | None, limit: int) -> list[str]:
    """Return users whose memories are not held, from *after* on."""
    rows = await tx.mapped("list_retained_users", dict, after=after, limit=limit)
    return [row["user_id"] for row in rows]


async def matches(
    tx: Transaction, user_id: str, applied: Sequence[AppliedRule], *, now: datetime
) -> list[Match]:
    """Return the memories of a user that any of the rules matches, each with the first one."""
    return await tx.all(
        "match_retention_rules",
        Match,
        user_id=user_id,
        rules=Jsonb([rule.condition.as_json() for rule in applied]),
        now=now,
    )


async def hold_removable(tx: Transaction, memory_ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these memories may still go, and keep others from changing them."""
    rows = await tx.mapped("hold_removable_memories", dict, memory_ids=list(memory_ids))
    return [row["memory_id"] for row in rows]


async def purgeable(tx: Transaction, *, now: datetime, limit: int) -> list[UUID]:
    """Return what has been in the archive for long enough."""
    rows = await tx.mapped("list_purgeable_memories", dict, now=now, limit=limit)
    return [row["memory_id"] for row in rows]


async def count_purgeable(tx: Transaction, *, now: datetime) -> int:
    """Return how much has been in the archive for long enough."""
    rows = await tx.mapped("count_purgeable_memories", dict, now=now)
    return int(rows[0]["memories"])


def _rule(values: dict[str, Any]) -> RetentionRule:
    values["condition"] = RetentionCondition.of_json(values["condition"])
    values["action"] = RetentionAction(values["action"])
    return RetentionRule(**values)
