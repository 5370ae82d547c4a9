"""Profiles and the consolidation of facts: one typed function a statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core import decay
from memsvc.core.consolidation import Profile
from memsvc.core.model import Memory
from memsvc.store.database import Transaction
from memsvc.store.memories import memory_of


@dataclass(frozen=True, slots=True)
class Twins:
    """Two facts of one slot that are close in meaning."""

    older_id: UUID
    newer_id: UUID


@dataclass(frozen=True, slots=True)
class UnsettledUser:
    """Whose facts are to be consolidated."""

    tenant_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class ConsolidationState:
    """Whether there is something to consolidate."""

    #: By the database's clock.
    read_time: datetime
    changed: bool
    withdrawn_count: int


@dataclass(frozen=True, slots=True)
class Recalls:
    """How often a memory was recalled, and when last."""

    times: int
    access_time: datetime


async def state(tx: Transaction, user_id: str) -> ConsolidationState:
    """Return whether the user's facts are to be consolidated, and when that was read."""
    return (await tx.all("get_consolidation_state", ConsolidationState, user_id=user_id))[0]


async def get(tx: Transaction, user_id: str) -> Profile | None:
    """Return the profile of a user, None before it was written."""
    rows = await tx.all("get_profile", Profile, user_id=user_id)
    return rows[0] if rows else None


async def put(
    tx: Transaction,
    user_id: str,
    profile: Profile,
    *,
    state: ConsolidationState,
    now: datetime,
) -> None:
    """Store the profile of the facts as they were in *state*, unless some of them are gone."""
    await tx.execute(
        "put_profile",
        user_id=user_id,
        summary=profile.summary,
        key_traits=profile.key_traits,
        read_time=state.read_time,
        withdrawn_count=state.withdrawn_count,
        now=now,
    )


async def withdraw(tx: Transaction, user_id: str) -> None:
    """Forget the profile until it is written anew: some of what it tells of is gone."""
    await tx.execute("withdraw_profile", user_id=user_id)


async def promotable(tx: Transaction, user_id: str, *, now: datetime, limit: int) -> list[Memory]:
    """Return the present facts of a user, most important first."""
    return await tx.mapped(
        "list_promotable_facts", memory_of, user_id=user_id, now=now, limit=limit
    )


async def promote(tx: Transaction, user_id: str, essential_ids: Sequence[UUID]) -> list[UUID]:
    """Make exactly these facts of the user essential; return those for which that is new."""
    rows = await tx.mapped(
        "promote_facts", dict, user_id=user_id, essential_ids=list(essential_ids)
    )
    return [row["memory_id"] for row in rows]


async def twins(
    tx: Transaction, user_id: str, space_id: int, *, similarity_min: float, limit: int
) -> list[Twins]:
    """Return pairs of present facts that may say the same, the older ones first."""
    return await tx.all(
        "list_twin_facts",
        Twins,
        user_id=user_id,
        space_id=space_id,
        similarity_min=similarity_min,
        limit=limit,
    )


async def fade(tx: Transaction, *, now: datetime) -> int:
    """Let the tenant's facts fade that nobody said again; return how many are less sure."""
    rows = await tx.mapped(
        "decay_facts",
        dict,
        now=now,
        after_days=decay.FADE_AFTER_DAYS,
        factor=decay.FADE_FACTOR,
        floor=decay.FADE_FLOOR,
    )
    return len(rows)


async def touch(tx: Transaction, recalls: Mapping[UUID, Recalls]) -> None:
    """Note that memories were recalled."""
    await tx.execute(
        "touch_memories",
        memory_ids=list(recalls),
        times=[recall.times for recall in recalls.values()],
        access_times=[recall.access_time for recall in recalls.values()],
    )


async def unsettled(tx: Transaction, *, settle_seconds: float, limit: int) -> list[UnsettledUser]:
    """Return whose facts changed so long ago; only in an overview transaction."""
    return await tx.all(
        "list_unsettled_users", UnsettledUser, settle_seconds=settle_seconds, limit=limit
    )


async def neglected(tx: Transaction, *, every_seconds: float, limit: int) -> list[UnsettledUser]:
    """Return whose facts were not looked at for so long; only in an overview transaction."""
    return await tx.all(
        "list_neglected_users", UnsettledUser, every_seconds=every_seconds, limit=limit
    )


async def tenants(tx: Transaction) -> list[str]:
    """Return the tenants that have facts; only in an overview transaction."""
    rows = await tx.mapped("list_profile_tenants", dict)
    return [row["tenant_id"] for row in rows]
